#include "cache.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

afina_status afina_cache_init(afina_cache *cache, const afina_gpt *gpt,
                              const afina_sequences *sequences, size_t block, size_t batch_tokens,
                              size_t budget, afina_error *error) {
  afina_cache made = {.block = block,
                      .sequences = sequences,
                      .C = gpt->config.channels,
                      .of_readout = block == gpt->config.layers};
  const size_t rows = made.of_readout ? sequences->count : sequences->offsets[sequences->count];
  size_t elements, bytes;
  const bool fits = afina_multiply(rows, made.C, &elements) &&
                    afina_multiply(elements, sizeof *made.values, &bytes) && bytes <= budget;
  if (block > 0 && fits) {
    made.values = afina_allocate(elements, sizeof *made.values);
    made.offsets = afina_allocate(sequences->count + 1, sizeof *made.offsets);
    made.gathered = afina_allocate(batch_tokens, made.C * sizeof *made.gathered);
    made.gathered_rows = batch_tokens;
    if (!made.offsets || !made.gathered) {
      afina_cache_free(&made);
      return afina_fail_memory(error);
    }
    made.enabled = made.values != NULL;
    for (size_t i = 0; i <= sequences->count; i++)
      made.offsets[i] = made.of_readout ? i : sequences->offsets[i];
  }
  *cache = made;
  return AFINA_OK;
}

void afina_cache_free(afina_cache *cache) {
  if (!cache) return;
  free(cache->values);
  free(cache->offsets);
  free(cache->gathered);
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
  for (size_t i = 0; i < batch->count; i++) {
    const size_t first = cache->of_readout ? i : batch->starts[i];
    const size_t to = cache->offsets[batch->rows[i]],
                 rows = cache->offsets[batch->rows[i] + 1] - to;
    memcpy(cache->values + to * cache->C, from + first * cache->C, rows * cache->C * sizeof *from);
  }
  return AFINA_OK;
}

/* The batch's cached rows, one text behind the other. */
static const afina_real *gather(afina_cache *cache, const afina_batch *batch) {
  size_t at = 0;
  for (size_t i = 0; i < batch->count; i++) {
    const size_t from = cache->offsets[batch->rows[i]],
                 rows = cache->offsets[batch->rows[i] + 1] - from;
    memcpy(cache->gathered + at * cache->C, cache->values + from * cache->C,
           rows * cache->C * sizeof *cache->values);
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
}

const afina_real *afina_cache_readout(afina_cache *cache, const afina_batch *batch) {
  return gather(cache, batch);
}
