/* Token sequences of different lengths, and batches of them without padding.
 *
 *     afina_sequences texts = {0};
 *     for each row: AFINA_TRY(afina_sequences_append(&texts, ids, count, context, NULL, error));
 *
 *     afina_batcher batcher;
 *     AFINA_TRY(afina_batcher_init(&batcher, &texts, split.train.rows, split.train.count,
 *                                  16, 4096, error));
 *     for each epoch:
 *       afina_batcher_shuffle(&batcher, &rng);  // or afina_batcher_rewind: the rows as listed
 *       for (const afina_batch *b; (b = afina_batcher_next(&batcher));)
 *         text i is b->ids[b->starts[i] .. b->starts[i + 1] - 1], row b->rows[i] of the data set
 *     afina_batcher_free(&batcher);
 *     afina_sequences_free(&texts);
 */
#ifndef AFINA_BATCH_H
#define AFINA_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rng.h"
#include "status.h"

/* Sequence i is ids[offsets[i] .. offsets[i + 1] - 1]. Zero-initialise; offsets is NULL while count
 * is 0. */
typedef struct afina_sequences {
  uint32_t *ids;   /* [offsets[count]] */
  size_t *offsets; /* [count + 1] */
  size_t count;
  size_t ids_capacity, offsets_capacity;
} afina_sequences;

/* Appends the first ids, at most `context` of them (0: all). With `end` (may be NULL) the sequence
 * closes with that token, and a cut one keeps its last place for it. May be of length 0; the
 * batcher refuses such a row. After AFINA_E_MEMORY the sequences are as before. */
afina_status afina_sequences_append(afina_sequences *sequences, const uint32_t *ids, size_t count,
                                    size_t context, const uint32_t *end, afina_error *error);
/* Length of sequence i < count. */
size_t afina_sequences_length(const afina_sequences *sequences, size_t i);
void afina_sequences_free(afina_sequences *sequences);

/* `count` texts, one after the other. */
typedef struct afina_batch {
  uint32_t *ids;  /* [tokens] */
  size_t *starts; /* [count + 1]; starts[0] = 0, starts[count] = tokens */
  size_t *rows;   /* [count] the row, as listed at init, that each text is */
  size_t count, tokens;
} afina_batch;

/* Cuts a list of rows into batches. All memory is allocated at init. The fields are the batcher's
 * own, except max_count and max_tokens, which size the caller's activations. */
typedef struct afina_batcher {
  const afina_sequences *sequences;
  size_t *listed, *order; /* [row_count] as given; in this epoch's order */
  size_t row_count, next;
  size_t text_limit, token_limit;
  size_t max_count, max_tokens; /* no batch is larger */
  afina_batch batch;
} afina_batcher;

/* `rows` [row_count] index the sequences and are copied; `sequences` must outlive the batcher and
 * stay unchanged. A batch takes up to `texts` texts (> 0) while their tokens stay within `tokens`
 * (0: no cap); a text that is alone longer than the cap makes a batch by itself. AFINA_E_ARGUMENT:
 * texts is 0, a row beyond the sequences or one without a token. */
afina_status afina_batcher_init(afina_batcher *batcher, const afina_sequences *sequences,
                                const size_t *rows, size_t row_count, size_t texts, size_t tokens,
                                afina_error *error);
void afina_batcher_free(afina_batcher *batcher);
/* Room for afina_batcher_draw. AFINA_E_MEMORY only; the batcher is as before then. */
afina_status afina_batcher_repeats(afina_batcher *batcher, afina_error *error);

/* Starts over with the rows as listed. */
void afina_batcher_rewind(afina_batcher *batcher);
/* Starts over with the listed rows shuffled; the order depends on the generator's state only, not
 * on earlier epochs. */
void afina_batcher_shuffle(afina_batcher *batcher, afina_rng *rng);
/* Starts over with `rows` [row_count], each one of the listed, as often as it stands there. */
void afina_batcher_draw(afina_batcher *batcher, const size_t *rows);
/* Number of batches of the present order, from its start; with a token cap, epochs can differ by a
 * few. */
size_t afina_batcher_count(const afina_batcher *batcher);
/* The next batch, valid until the next call, or NULL at the end. */
const afina_batch *afina_batcher_next(afina_batcher *batcher);

/* *part: the batch's texts from `first` < count on, as many as stay within `tokens` and at least
 * one. It borrows the batch and `starts`, which has room for count + 1. Returns the first text
 * after them. */
size_t afina_batch_part(afina_batch *part, size_t *starts, const afina_batch *batch, size_t first,
                        size_t tokens);

#endif
