/* Learning a byte-level BPE vocabulary from text (Sennrich et al., 2016).
 *
 *     afina_bpe_trainer *trainer = NULL;
 *     afina_bpe_trainer_create(&trainer, &error);
 *     while (...) afina_bpe_trainer_add(trainer, text, size, 1, &error);
 *     afina_bpe_trainer_finish(trainer, 8192, &tokenizer, &error);
 *     afina_bpe_trainer_free(trainer);
 *
 * Only the counts of words are kept, so the result does not depend on the order of the text, and
 * its memory grows with the number of different words. */
#ifndef AFINA_BPE_TRAIN_H
#define AFINA_BPE_TRAIN_H

#include "tokenizer.h"

typedef struct afina_bpe_trainer afina_bpe_trainer;

enum {
  AFINA_BPE_SMALLEST = 257, /* 256 bytes and <|endoftext|> */
  AFINA_BPE_LARGEST = 1000000,
  AFINA_BPE_LARGEST_WEIGHT = 1000000
};

/* A trainer that has seen no text yet; free with afina_bpe_trainer_free. */
afina_status afina_bpe_trainer_create(afina_bpe_trainer **out, afina_error *error);
void afina_bpe_trainer_free(afina_bpe_trainer *trainer);

/* Counts the words of a text, each `weight` times (1 to AFINA_BPE_LARGEST_WEIGHT, else
 * AFINA_E_ARGUMENT). A text is cut into words by itself, so give whole lines or documents;
 * separators such as a line of <|endoftext|> are the caller's to leave out. After a failure some of
 * the text may have been counted. */
afina_status afina_bpe_trainer_add(afina_bpe_trainer *trainer, const char *text, size_t size,
                                   size_t weight, afina_error *error);

/* Learns a tokenizer of `vocabulary_size` ids: the 256 bytes in GPT-2's order, one token for each
 * merge, and
 * <|endoftext|> last. Each merge is of the most frequent pair; of equally frequent ones that with
 * the smaller left id, then the smaller right id. A pair that occurs once, or whose text is a token
 * already, is never merged, so little text gives fewer ids than asked for. The trainer stays as it
 * is: text can be added, and finish called again. */
afina_status afina_bpe_trainer_finish(const afina_bpe_trainer *trainer, size_t vocabulary_size,
                                      afina_tokenizer **out, afina_error *error);

#endif
