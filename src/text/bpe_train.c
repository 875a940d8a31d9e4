/* The merges are found incrementally: a merge changes the counts of the pairs at its own places
 * only, and each pair knows the words where it occurs. */
#include "bpe_train.h"

#include <stdlib.h>
#include <string.h>

#include "byte_alphabet.h"
#include "pair_counts.h"
#include "pretokenize.h"
#include "tokenizer_internal.h"
#include "word_counts.h"

struct afina_bpe_trainer {
  afina_word_counts words;
};

/* The words as tokens. Word w is symbols[starts[w] .. starts[w] + sizes[w]); merging shortens it in
 * place. */
typedef struct learner {
  uint32_t *symbols;
  size_t *starts;
  uint32_t *sizes;
  const afina_counted_word *words;
  afina_pair_counts pairs;
  afina_vocabulary vocabulary;
  afina_merge *merges;
  size_t merge_count;
} learner;

afina_status afina_bpe_trainer_create(afina_bpe_trainer **out, afina_error *error) {
  afina_bpe_trainer *trainer = afina_allocate(1, sizeof *trainer);
  if (!trainer) return afina_fail_memory(error);
  *out = trainer;
  return AFINA_OK;
}

void afina_bpe_trainer_free(afina_bpe_trainer *trainer) {
  if (!trainer) return;
  afina_word_counts_free(&trainer->words);
  free(trainer);
}

afina_status afina_bpe_trainer_add(afina_bpe_trainer *trainer, const char *text, size_t size,
                                   size_t weight, afina_error *error) {
  if (weight < 1 || weight > AFINA_BPE_LARGEST_WEIGHT)
    return afina_fail(error, AFINA_E_ARGUMENT,
                      "the weight of a text is %zu, but must be from 1 to %d", weight,
                      AFINA_BPE_LARGEST_WEIGHT);
  if (size >= UINT32_MAX)
    return afina_fail(error, AFINA_E_LIMIT, "a text of %zu bytes: add it in parts below 4 GiB",
                      size);
  for (size_t at = 0, length; at < size; at += length) {
    length = afina_pretokenize_next(text + at, size - at);
    AFINA_TRY(afina_word_counts_add(&trainer->words, text + at, length, weight, error));
  }
  return AFINA_OK;
}

static void learner_free(learner *l) {
  free(l->symbols);
  free(l->starts);
  free(l->sizes);
  free(l->merges);
  afina_pair_counts_free(&l->pairs);
  afina_vocabulary_free(&l->vocabulary);
}

/* Puts the 256 bytes into the vocabulary and writes every word as tokens of one byte. */
static afina_status spell_words(learner *l, const afina_word_counts *words, afina_error *error) {
  uint8_t order[256];
  uint32_t byte_ids[256];
  afina_byte_order(order);
  for (uint32_t id = 0; id < 256; id++) {
    byte_ids[order[id]] = id;
    AFINA_TRY(afina_vocabulary_set(&l->vocabulary, id, &order[id], 1, false, error));
  }
  l->symbols = afina_allocate(words->text.size, sizeof *l->symbols);
  l->starts = afina_allocate(words->count, sizeof *l->starts);
  l->sizes = afina_allocate(words->count, sizeof *l->sizes);
  if (!l->symbols || !l->starts || !l->sizes) return afina_fail_memory(error);
  l->words = words->words;
  for (size_t i = 0; i < words->text.size; i++) l->symbols[i] = byte_ids[words->text.data[i]];
  for (size_t w = 0; w < words->count; w++) {
    l->starts[w] = words->words[w].offset;
    l->sizes[w] = words->words[w].size;
  }
  return AFINA_OK;
}

static afina_status count_pairs(learner *l, size_t word_count, afina_error *error) {
  for (size_t w = 0; w < word_count; w++) {
    const uint32_t *symbols = l->symbols + l->starts[w];
    for (uint32_t i = 0; i + 1 < l->sizes[w]; i++)
      AFINA_TRY(afina_pair_counts_add(&l->pairs, symbols[i], symbols[i + 1], l->words[w].count,
                                      (uint32_t)w, error));
  }
  return afina_pair_counts_offer(&l->pairs, error);
}

/* Replaces (left, right) by `result` in one word, from left to right, and moves the counts of the
 * pairs around each place: (before, left) and (right, after) go, (before, result) and (result,
 * after) come. */
static afina_status merge_in_word(learner *l, uint32_t w, const afina_merge *merge,
                                  afina_error *error) {
  uint32_t *symbols = l->symbols + l->starts[w];
  const uint64_t count = l->words[w].count;
  const uint32_t size = l->sizes[w];
  uint32_t to = 0;
  for (uint32_t from = 0; from < size; to++) {
    if (from + 1 == size || symbols[from] != merge->left || symbols[from + 1] != merge->right) {
      symbols[to] = symbols[from++];
      continue;
    }
    if (to > 0) {
      afina_pair_counts_subtract(&l->pairs, symbols[to - 1], merge->left, count);
      AFINA_TRY(afina_pair_counts_add(&l->pairs, symbols[to - 1], merge->result, count, w, error));
    }
    from += 2;
    if (from < size) {
      afina_pair_counts_subtract(&l->pairs, merge->right, symbols[from], count);
      AFINA_TRY(afina_pair_counts_add(&l->pairs, merge->result, symbols[from], count, w, error));
    }
    symbols[to] = merge->result;
  }
  l->sizes[w] = to;
  return AFINA_OK;
}

/* The pairs' array may move while words are merged, so the list of words is taken out of it first.
 */
static afina_status merge_everywhere(learner *l, size_t index, const afina_merge *merge,
                                     afina_error *error) {
  afina_counted_pair *pair = &l->pairs.pairs[index];
  uint32_t *words = pair->words;
  const uint32_t word_count = pair->word_count;
  pair->words = NULL;
  pair->word_count = pair->word_capacity = 0;
  afina_status status = AFINA_OK;
  for (uint32_t i = 0; i < word_count && status == AFINA_OK; i++)
    status = merge_in_word(l, words[i], merge, error);
  free(words);
  afina_pair_counts_drop(&l->pairs, index);
  return status == AFINA_OK ? afina_pair_counts_offer(&l->pairs, error) : status;
}

static afina_status learn_merges(learner *l, size_t merge_limit, afina_buffer *text,
                                 afina_error *error) {
  while (l->merge_count < merge_limit) {
    const size_t index = afina_pair_counts_take(&l->pairs, 2);
    if (index == SIZE_MAX) break;
    afina_merge merge = {.left = l->pairs.pairs[index].left, .right = l->pairs.pairs[index].right};
    const afina_token left = l->vocabulary.tokens[merge.left],
                      right = l->vocabulary.tokens[merge.right];
    text->size = 0;
    AFINA_TRY(afina_buffer_append(text, l->vocabulary.text.data + left.offset, left.size, error));
    AFINA_TRY(afina_buffer_append(text, l->vocabulary.text.data + right.offset, right.size, error));
    /* Two ways to make one token would let counts rise again; passing over the second way costs
     * next to nothing. (<|endoftext|> itself is never met: pre-tokenisation cuts it in three.) */
    uint32_t existing;
    if (afina_vocabulary_find(&l->vocabulary, text->data, text->size, &existing)) continue;
    merge.result = (uint32_t)l->vocabulary.count;
    AFINA_TRY(
        afina_vocabulary_set(&l->vocabulary, merge.result, text->data, text->size, false, error));
    l->merges[l->merge_count++] = merge;
    AFINA_TRY(merge_everywhere(l, index, &merge, error));
  }
  return AFINA_OK;
}

static afina_status learn(learner *l, const afina_word_counts *words, size_t vocabulary_size,
                          afina_error *error) {
  const size_t merge_limit = vocabulary_size - AFINA_BPE_SMALLEST;
  AFINA_TRY(afina_vocabulary_init(&l->vocabulary, vocabulary_size, error));
  l->merges = afina_allocate(merge_limit, sizeof *l->merges);
  if (!l->merges) return afina_fail_memory(error);
  AFINA_TRY(spell_words(l, words, error));
  AFINA_TRY(count_pairs(l, words->count, error));
  afina_buffer text = {0};
  const afina_status status = learn_merges(l, merge_limit, &text, error);
  afina_buffer_free(&text);
  AFINA_TRY(status);
  return afina_vocabulary_set(&l->vocabulary, l->vocabulary.count, AFINA_END_OF_TEXT,
                              strlen(AFINA_END_OF_TEXT), true, error);
}

afina_status afina_bpe_trainer_finish(const afina_bpe_trainer *trainer, size_t vocabulary_size,
                                      afina_tokenizer **out, afina_error *error) {
  if (vocabulary_size < AFINA_BPE_SMALLEST || vocabulary_size > AFINA_BPE_LARGEST)
    return afina_fail(error, AFINA_E_ARGUMENT,
                      "the vocabulary size is %zu, but must be from %d to %d", vocabulary_size,
                      AFINA_BPE_SMALLEST, AFINA_BPE_LARGEST);
  learner l = {0};
  afina_status status = learn(&l, &trainer->words, vocabulary_size, error);
  if (status == AFINA_OK)
    status = afina_tokenizer_build(out, &l.vocabulary, &l.merges, l.merge_count, error);
  learner_free(&l);
  return status;
}
