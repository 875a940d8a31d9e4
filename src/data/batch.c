#include "batch.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

/* Makes room for `needed` elements; *items stays as it was where there is none. */
static bool grow(void **items, size_t *capacity, size_t needed, size_t element_size) {
  if (needed <= *capacity) return true;
  size_t larger = *capacity < 64 ? 64 : *capacity, size;
  while (larger < needed) larger = larger > SIZE_MAX / 2 ? needed : larger * 2;
  if (!afina_multiply(larger, element_size, &size)) return false;
  void *moved = realloc(*items, size);
  if (!moved) return false;
  *items = moved;
  *capacity = larger;
  return true;
}

static bool sequences_reserve(afina_sequences *sequences, size_t ids, size_t offsets) {
  void *id_block = sequences->ids, *offset_block = sequences->offsets;
  const bool fits =
      grow(&id_block, &sequences->ids_capacity, ids, sizeof *sequences->ids) &&
      grow(&offset_block, &sequences->offsets_capacity, offsets, sizeof *sequences->offsets);
  sequences->ids = id_block;
  sequences->offsets = offset_block;
  return fits;
}

afina_status afina_sequences_append(afina_sequences *sequences, const uint32_t *ids, size_t count,
                                    size_t context, const uint32_t *end, afina_error *error) {
  const size_t used = sequences->count ? sequences->offsets[sequences->count] : 0;
  const size_t closing = end ? 1 : 0;
  if (context > 0 && count > context - closing) count = context - closing;
  size_t needed;
  if (!afina_add(used, count, &needed) || !afina_add(needed, closing, &needed) ||
      !sequences_reserve(sequences, needed, sequences->count + 2))
    return afina_fail_memory(error);
  if (count) memcpy(sequences->ids + used, ids, count * sizeof *ids);
  if (end) sequences->ids[used + count] = *end;
  sequences->offsets[sequences->count] = used;
  sequences->offsets[++sequences->count] = needed;
  return AFINA_OK;
}

size_t afina_sequences_length(const afina_sequences *sequences, size_t i) {
  return sequences->offsets[i + 1] - sequences->offsets[i];
}

void afina_sequences_free(afina_sequences *sequences) {
  if (!sequences) return;
  free(sequences->ids);
  free(sequences->offsets);
  *sequences = (afina_sequences){0};
}

static afina_status check_rows(const afina_sequences *sequences, const size_t *rows,
                               size_t row_count, afina_error *error) {
  for (size_t i = 0; i < row_count; i++) {
    if (rows[i] >= sequences->count)
      return afina_fail(error, AFINA_E_ARGUMENT, "row %zu, but there are only %zu token sequences",
                        rows[i], sequences->count);
    if (afina_sequences_length(sequences, rows[i]) == 0)
      return afina_fail(error, AFINA_E_ARGUMENT, "the text with index %zu has no token", rows[i]);
  }
  return AFINA_OK;
}

/* The most tokens that any order of the rows can put into one batch: the cap or the longest text,
 * unless the largest possible sum of `max_count` texts is less than that. */
static size_t largest_batch(const afina_batcher *batcher) {
  size_t longest = 0, total = 0, bound;
  for (size_t i = 0; i < batcher->row_count; i++) {
    const size_t length = afina_sequences_length(batcher->sequences, batcher->listed[i]);
    if (length > longest) longest = length;
    if (!afina_add(total, length, &total)) total = SIZE_MAX;
  }
  if (!afina_multiply(longest, batcher->max_count, &bound) || bound > total) bound = total;
  const size_t cap = batcher->token_limit > longest ? batcher->token_limit : longest;
  return batcher->token_limit > 0 && cap < bound ? cap : bound;
}

afina_status afina_batcher_init(afina_batcher *batcher, const afina_sequences *sequences,
                                const size_t *rows, size_t row_count, size_t texts, size_t tokens,
                                afina_error *error) {
  if (texts == 0) return afina_fail(error, AFINA_E_ARGUMENT, "a batch must hold at least one text");
  AFINA_TRY(check_rows(sequences, rows, row_count, error));
  afina_batcher made = {.sequences = sequences,
                        .row_count = row_count,
                        .text_limit = texts,
                        .token_limit = tokens,
                        .max_count = texts < row_count ? texts : row_count};
  made.listed = afina_allocate(row_count, sizeof *made.listed);
  made.order = afina_allocate(row_count, sizeof *made.order);
  if (made.listed && row_count) memcpy(made.listed, rows, row_count * sizeof *rows);
  if (made.listed) made.max_tokens = largest_batch(&made);
  made.batch.ids = afina_allocate(made.max_tokens, sizeof *made.batch.ids);
  made.batch.starts = afina_allocate(made.max_count + 1, sizeof *made.batch.starts);
  made.batch.rows = afina_allocate(made.max_count, sizeof *made.batch.rows);
  if (!made.listed || !made.order || !made.batch.ids || !made.batch.starts || !made.batch.rows) {
    afina_batcher_free(&made);
    return afina_fail_memory(error);
  }
  afina_batcher_rewind(&made);
  *batcher = made;
  return AFINA_OK;
}

void afina_batcher_free(afina_batcher *batcher) {
  if (!batcher) return;
  free(batcher->listed);
  free(batcher->order);
  free(batcher->batch.ids);
  free(batcher->batch.starts);
  free(batcher->batch.rows);
  *batcher = (afina_batcher){0};
}

/* The longest text as often as a batch has texts, as far as the cap allows. */
afina_status afina_batcher_repeats(afina_batcher *batcher, afina_error *error) {
  size_t longest = 0, bound;
  for (size_t i = 0; i < batcher->row_count; i++) {
    const size_t length = afina_sequences_length(batcher->sequences, batcher->listed[i]);
    if (length > longest) longest = length;
  }
  if (!afina_multiply(longest, batcher->max_count, &bound)) return afina_fail_memory(error);
  const size_t cap = batcher->token_limit > longest ? batcher->token_limit : longest;
  if (batcher->token_limit > 0 && cap < bound) bound = cap;
  uint32_t *ids = afina_allocate(bound, sizeof *ids);
  if (!ids) return afina_fail_memory(error);
  free(batcher->batch.ids);
  batcher->batch.ids = ids;
  batcher->max_tokens = bound;
  return AFINA_OK;
}

void afina_batcher_draw(afina_batcher *batcher, const size_t *rows) {
  const size_t size = batcher->row_count * sizeof *batcher->order;
  if (size) memcpy(batcher->order, rows, size);
  batcher->next = 0;
}

void afina_batcher_rewind(afina_batcher *batcher) {
  const size_t size = batcher->row_count * sizeof *batcher->order;
  if (size) memcpy(batcher->order, batcher->listed, size);
  batcher->next = 0;
}

void afina_batcher_shuffle(afina_batcher *batcher, afina_rng *rng) {
  afina_batcher_rewind(batcher);
  afina_rng_shuffle(rng, batcher->order, batcher->row_count);
}

/* The end of the batch that begins at position `begin` < row_count of the order. The first text
 * always fits. */
static size_t batch_end(const afina_batcher *batcher, size_t begin) {
  size_t tokens = afina_sequences_length(batcher->sequences, batcher->order[begin]);
  size_t end = begin + 1;
  while (end < batcher->row_count && end - begin < batcher->text_limit) {
    const size_t length = afina_sequences_length(batcher->sequences, batcher->order[end]);
    const size_t limit = batcher->token_limit;
    if (limit > 0 && (tokens > limit || length > limit - tokens)) break;
    tokens += length;
    end++;
  }
  return end;
}

size_t afina_batcher_count(const afina_batcher *batcher) {
  size_t batches = 0;
  for (size_t at = 0; at < batcher->row_count; at = batch_end(batcher, at)) batches++;
  return batches;
}

const afina_batch *afina_batcher_next(afina_batcher *batcher) {
  if (batcher->next >= batcher->row_count) return NULL;
  const afina_sequences *sequences = batcher->sequences;
  const size_t end = batch_end(batcher, batcher->next);
  afina_batch *batch = &batcher->batch;
  batch->count = batch->tokens = 0;
  for (size_t i = batcher->next; i < end; i++) {
    const size_t row = batcher->order[i], length = afina_sequences_length(sequences, row);
    memcpy(batch->ids + batch->tokens, sequences->ids + sequences->offsets[row],
           length * sizeof *batch->ids);
    batch->rows[batch->count] = row;
    batch->starts[batch->count++] = batch->tokens;
    batch->tokens += length;
  }
  batch->starts[batch->count] = batch->tokens;
  batcher->next = end;
  return batch;
}

size_t afina_batch_part(afina_batch *part, size_t *starts, const afina_batch *batch, size_t first,
                        size_t tokens) {
  const size_t at = batch->starts[first];
  size_t end = first + 1;
  while (end < batch->count && batch->starts[end + 1] - at <= tokens) end++;
  for (size_t i = first; i <= end; i++) starts[i - first] = batch->starts[i] - at;
  *part = (afina_batch){.ids = batch->ids + at,
                        .starts = starts,
                        .rows = batch->rows + first,
                        .count = end - first,
                        .tokens = batch->starts[end] - at};
  return end;
}
