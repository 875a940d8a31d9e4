#include "cache.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "half.h"
#include "memory.h"
#include "store.h"

static bool reads_head(const afina_gpt_config *config, size_t block) {
  return block == config->layers;
}

static bool keeps_words(const afina_gpt_config *config, size_t block) {
  return !reads_head(config, block) && config->readout == AFINA_READOUT_WORDS;
}

static size_t width_of(const afina_gpt_config *config, size_t block) {
  return reads_head(config, block) ? afina_readout_width(config) : config->channels;
}

afina_cache_size afina_cache_measure(const afina_gpt_config *config, size_t block, size_t texts,
                                     size_t tokens, size_t budget) {
  const afina_cache_size none = {AFINA_CACHE_NONE, 0};
  size_t rows = reads_head(config, block) ? texts : tokens, elements, half;
  if (block == 0 || !afina_add(rows, keeps_words(config, block) ? texts : 0, &rows) ||
      !afina_multiply(rows, width_of(config, block), &elements) ||
      !afina_multiply(elements, sizeof(uint16_t), &half) || half > budget)
    return none;
  if (half <= budget / 2) return (afina_cache_size){AFINA_CACHE_F32, 2 * half};
  return (afina_cache_size){AFINA_CACHE_F16, half};
}

const char *afina_cache_kind_name(afina_cache_kind kind) {
  return kind == AFINA_CACHE_F32 ? "f32" : kind == AFINA_CACHE_F16 ? "f16" : "none";
}

/* SIZE_MAX where a size_t cannot hold it. */
static size_t gathered_bytes(const afina_gpt_config *config, size_t block, size_t texts,
                             size_t tokens) {
  size_t size;
  const size_t rows = reads_head(config, block) ? texts : tokens;
  const bool fits = afina_multiply(rows, width_of(config, block), &size) &&
                    afina_multiply(size, sizeof(afina_real), &size);
  return fits ? size : SIZE_MAX;
}

typedef struct room {
  size_t bytes, gathered, words;
} room;

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

/* The most that one of the boundaries takes; nothing where none is kept. */
static room measure_room(const afina_cache *cache, const afina_gpt_config *config, size_t lowest,
                         size_t texts, size_t tokens, size_t budget) {
  const afina_sequences *all = cache->sequences;
  room most = {0};
  for (size_t block = lowest; block <= cache->block; block++) {
    const size_t kept = all->offsets[all->count];
    const afina_cache_size size = afina_cache_measure(config, block, all->count, kept, budget);
    if (size.kind == AFINA_CACHE_NONE) continue;
    most.bytes = larger(most.bytes, size.bytes);
    most.gathered = larger(most.gathered, gathered_bytes(config, block, texts, tokens));
    if (keeps_words(config, block)) most.words = texts;
  }
  return most;
}

static afina_status allocate(afina_cache *cache, const room *most, size_t C, afina_error *error) {
  cache->memory = afina_allocate(most->bytes, 1);
  cache->offsets = afina_allocate(cache->sequences->count + 1, sizeof *cache->offsets);
  cache->gathered = afina_allocate(most->gathered, 1);
  cache->words = afina_allocate(most->words ? most->words : 1, C * sizeof *cache->words);
  return cache->memory && cache->offsets && cache->gathered && cache->words
             ? AFINA_OK
             : afina_fail_memory(error);
}

void afina_cache_move(afina_cache *cache, const afina_gpt *gpt, size_t block, size_t budget) {
  const afina_gpt_config *config = &gpt->config;
  const afina_sequences *all = cache->sequences;
  cache->block = block;
  cache->kind =
      afina_cache_measure(config, block, all->count, all->offsets[all->count], budget).kind;
  cache->enabled = cache->kind != AFINA_CACHE_NONE;
  cache->of_readout = reads_head(config, block);
  cache->of_words = keeps_words(config, block);
  cache->width = width_of(config, block);
  cache->values = cache->kind == AFINA_CACHE_F32 ? cache->memory : NULL;
  cache->halves = cache->kind == AFINA_CACHE_F16 ? cache->memory : NULL;
  for (size_t i = 0; cache->enabled && i <= all->count; i++)
    cache->offsets[i] = cache->of_readout ? i : all->offsets[i] + (cache->of_words ? i : 0);
}

afina_status afina_cache_init_range(afina_cache *cache, const afina_gpt *gpt,
                                    const afina_sequences *sequences, size_t block, size_t lowest,
                                    size_t texts, size_t tokens, size_t budget,
                                    afina_error *error) {
  afina_cache made = {.block = block, .sequences = sequences};
  const room most = measure_room(&made, &gpt->config, lowest, texts, tokens, budget);
  if (most.bytes) {
    const afina_status status = allocate(&made, &most, gpt->config.channels, error);
    if (status != AFINA_OK) {
      afina_cache_free(&made);
      return status;
    }
  }
  afina_cache_move(&made, gpt, block, budget);
  *cache = made;
  return AFINA_OK;
}

afina_status afina_cache_init(afina_cache *cache, const afina_gpt *gpt,
                              const afina_sequences *sequences, size_t block, size_t texts,
                              size_t tokens, size_t budget, afina_error *error) {
  return afina_cache_init_range(cache, gpt, sequences, block, block, texts, tokens, budget, error);
}

void afina_cache_free(afina_cache *cache) {
  if (!cache) return;
  free(cache->memory);
  free(cache->offsets);
  free(cache->gathered);
  free(cache->words);
  free(cache->key);
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

/* rows * width values, as kept from row `first` on. F16 ends at 65,504: what is beyond would train
 * on infinity. */
static afina_status put(afina_cache *cache, size_t first, const afina_real *from, size_t rows,
                        afina_error *error) {
  const size_t at = first * cache->width, count = rows * cache->width;
  if (!cache->halves) {
    memcpy(cache->values + at, from, count * sizeof *from);
    return AFINA_OK;
  }
  afina_f16_from_reals(cache->halves + at, from, count);
  for (size_t i = 0; i < count; i++)
    if (isfinite(from[i]) && !isfinite(afina_f16_to_float(cache->halves[at + i])))
      return afina_fail(error, AFINA_E_LIMIT,
                        "this model's activations reach %g, more than F16 holds, so they cannot be "
                        "kept in half the memory; raise cache_mb until they are kept as F32, or "
                        "set it to 0",
                        (double)from[i]);
  return AFINA_OK;
}

static void take(const afina_cache *cache, afina_real *to, size_t first, size_t rows) {
  const size_t at = first * cache->width, count = rows * cache->width;
  if (cache->halves)
    afina_f16_to_reals(to, cache->halves + at, count);
  else
    memcpy(to, cache->values + at, count * sizeof *to);
}

/* Rows of a sequence, without that of its words. */
static size_t rows_of(const afina_cache *cache, size_t sequence) {
  return cache->offsets[sequence + 1] - cache->offsets[sequence] - cache->of_words;
}

/* ---- what other runs left ---- */

afina_status afina_cache_share(afina_cache *cache, afina_store *store, const char *base, bool adds,
                               const afina_gpt *gpt, const afina_kernels *kernels,
                               afina_error *error) {
  if (!store || !cache->enabled) return AFINA_OK;
  const bool is_read = cache->of_readout || cache->of_words;
  cache->key = afina_allocate(1, sizeof *cache->key);
  if (!cache->key) return afina_fail_memory(error);
  *cache->key = (afina_store_key){.heads = gpt->config.heads,
                                  .block = cache->block,
                                  .readout = is_read ? gpt->config.readout : AFINA_READOUT_LAST,
                                  .kind = cache->kind,
                                  .kernels = kernels};
  snprintf(cache->key->base, sizeof cache->key->base, "%s", base);
  cache->store = store;
  cache->adds = adds;
  return AFINA_OK;
}

/* All that is kept of a sequence: where it stands, and its bytes. */
static void *place(const afina_cache *cache, size_t sequence, size_t *size) {
  const size_t first = cache->offsets[sequence] * cache->width;
  const size_t count = cache->offsets[sequence + 1] * cache->width - first;
  *size = count * (cache->halves ? sizeof *cache->halves : sizeof *cache->values);
  return cache->halves ? (void *)(cache->halves + first) : (void *)(cache->values + first);
}

bool afina_cache_recall(afina_cache *cache, size_t sequence) {
  if (!cache->store) return false;
  const afina_sequences *all = cache->sequences;
  const void *found = afina_store_find(cache->store, cache->key, all->ids + all->offsets[sequence],
                                       afina_sequences_length(all, sequence));
  size_t size;
  void *to = place(cache, sequence, &size);
  if (found) memcpy(to, found, size);
  return found != NULL;
}

static void leave(const afina_cache *cache, const afina_batch *batch) {
  const afina_sequences *all = cache->sequences;
  for (size_t i = 0; i < batch->count; i++) {
    const size_t sequence = batch->rows[i];
    size_t size;
    const void *values = place(cache, sequence, &size);
    afina_store_add(cache->store, cache->key, all->ids + all->offsets[sequence],
                    afina_sequences_length(all, sequence), values, size);
  }
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
  if (cache->of_readout) afina_readout_forward(gpt, pass);
  const afina_real *from = cache->of_readout ? pass->pooled : pass->out;
  const size_t width = cache->width;
  if (cache->of_words) afina_words_mean(gpt, exec, cache->words, width, batch->ids, &run.rows);
  for (size_t i = 0; i < batch->count; i++) {
    const size_t first = cache->of_readout ? i : batch->starts[i];
    const size_t to = cache->offsets[batch->rows[i]], rows = rows_of(cache, batch->rows[i]);
    AFINA_TRY(put(cache, to, from + first * width, rows, error));
    if (cache->of_words) AFINA_TRY(put(cache, to + rows, cache->words + i * width, 1, error));
  }
  if (cache->adds) leave(cache, batch);
  return AFINA_OK;
}

/* The batch's cached rows, one text behind the other; the words by themselves. */
static afina_real *gather(afina_cache *cache, const afina_batch *batch) {
  const size_t width = cache->width;
  size_t at = 0;
  for (size_t i = 0; i < batch->count; i++) {
    const size_t from = cache->offsets[batch->rows[i]], rows = rows_of(cache, batch->rows[i]);
    take(cache, cache->gathered + at * width, from, rows);
    if (cache->of_words) take(cache, cache->words + i * width, from + rows, 1);
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

afina_real *afina_cache_readout(afina_cache *cache, const afina_batch *batch) {
  return gather(cache, batch);
}
