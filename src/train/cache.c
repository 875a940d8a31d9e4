#include "cache.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

afina_status afina_cache_init(afina_cache *cache, const afina_gpt *gpt,
                              const afina_sequences *sequences, size_t block, size_t batch_texts,
                              size_t batch_tokens, size_t budget, afina_error *error) {
  afina_cache made = {
      .block = block, .sequences = sequences, .of_readout = block == gpt->config.layers};
  made.of_words = !made.of_readout && gpt->config.readout == AFINA_READOUT_WORDS;
  made.width = made.of_readout ? afina_readout_width(&gpt->config) : gpt->config.channels;
  size_t rows = made.of_readout ? sequences->count : sequences->offsets[sequences->count];
  size_t elements, bytes;
  const bool fits = afina_add(rows, made.of_words ? sequences->count : 0, &rows) &&
                    afina_multiply(rows, made.width, &elements) &&
                    afina_multiply(elements, sizeof *made.values, &bytes) && bytes <= budget;
  if (block > 0 && fits) {
    made.values = afina_allocate(elements, sizeof *made.values);
    made.offsets = afina_allocate(sequences->count + 1, sizeof *made.offsets);
    made.gathered = afina_allocate(batch_tokens, made.width * sizeof *made.gathered);
    made.words = afina_allocate(made.of_words ? batch_texts : 1, made.width * sizeof *made.words);
    if (!made.offsets || !made.gathered || !made.words) {
      afina_cache_free(&made);
      return afina_fail_memory(error);
    }
    made.enabled = made.values != NULL;
    for (size_t i = 0; i <= sequences->count; i++)
      made.offsets[i] = made.of_readout ? i : sequences->offsets[i] + (made.of_words ? i : 0);
  }
  *cache = made;
  return AFINA_OK;
}

void afina_cache_free(afina_cache *cache) {
  if (!cache) return;
  free(cache->values);
  free(cache->offsets);
  free(cache->gathered);
  free(cache->words);
  *cache = (afina_cache){0};
}

static void from_ids(const afina_gpt *gpt, const afina_batch *batch, afina_gpt_batch *out) {
  *out = (afina_gpt_batch){
      .rows = {.starts = batch->starts, .B = batch->count, .N = batch->tokens},
      .ids = batch->ids,
      .end_block = gpt->config.layers,
      .reads = afina_readout_reads(gpt->config.readout),
  };
}

/* Rows of a sequence, without that of its words. */
static size_t rows_of(const afina_cache *cache, size_t sequence) {
  return cache->offsets[sequence + 1] - cache->offsets[sequence] - cache->of_words;
}

afina_status afina_cache_fill(afina_cache *cache, const afina_gpt *gpt, const afina_exec *exec,
                              afina_gpt_pass *pass, const afina_batch *batch, afina_error *error) {
  afina_gpt_batch run;
  from_ids(gpt, batch, &run);
  if (!cache->of_readout) {
    run.end_block = cache->block;
    run.reads = AFINA_READS_ALL;
  }
  AFINA_TRY(afina_gpt_forward(gpt, exec, pass, &run, error));
  if (cache->of_readout) afina_classify_forward(gpt, exec, pass);
  const afina_real *from = cache->of_readout ? pass->pooled : pass->out;
  const size_t width = cache->width;
  for (size_t i = 0; i < batch->count; i++) {
    const size_t first = cache->of_readout ? i : batch->starts[i];
    afina_real *to = cache->values + cache->offsets[batch->rows[i]] * width;
    const size_t rows = rows_of(cache, batch->rows[i]);
    memcpy(to, from + first * width, rows * width * sizeof *from);
    const size_t starts[] = {0, rows};
    const afina_ragged text = {.starts = starts, .B = 1, .N = rows};
    if (cache->of_words)
      afina_words_mean(gpt, exec, to + rows * width, width, batch->ids + first, &text);
  }
  return AFINA_OK;
}

/* The batch's cached rows, one text behind the other; the words by themselves. */
static const afina_real *gather(afina_cache *cache, const afina_batch *batch) {
  const size_t width = cache->width;
  size_t at = 0;
  for (size_t i = 0; i < batch->count; i++) {
    const afina_real *from = cache->values + cache->offsets[batch->rows[i]] * width;
    const size_t rows = rows_of(cache, batch->rows[i]);
    memcpy(cache->gathered + at * width, from, rows * width * sizeof *from);
    if (cache->of_words)
      memcpy(cache->words + i * width, from + rows * width, width * sizeof *from);
    at += rows;
  }
  return cache->gathered;
}

void afina_cache_enter(afina_cache *cache, const afina_gpt *gpt, const afina_batch *batch,
                       bool keep, afina_gpt_batch *out) {
  from_ids(gpt, batch, out);
  out->keep = keep;
  if (!cache->enabled) return;
  out->first_block = cache->block;
  out->boundary = gather(cache, batch);
  out->words = cache->words;
}

const afina_real *afina_cache_readout(afina_cache *cache, const afina_batch *batch) {
  return gather(cache, batch);
}
