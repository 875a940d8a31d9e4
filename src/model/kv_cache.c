#include "kv_cache.h"

#include <stdlib.h>
#include <string.h>

#include "adapters.h"
#include "gpt_pass.h"
#include "memory.h"

static void free_rows(afina_kv_cache *cache) {
  free(cache->ids);
  free(cache->places);
  free(cache->kv);
  free(cache->sums);
  free(cache->words);
}

void afina_kv_cache_free(afina_kv_cache *cache) {
  if (!cache) return;
  free_rows(cache);
  afina_gpt_pass_free(&cache->pass);
  *cache = (afina_kv_cache){0};
}

static bool reads_means(afina_reads reads) {
  return reads == AFINA_READS_MEAN || reads == AFINA_READS_WORDS;
}

/* Rows in front of the text's own: those of a prefix, or of a prompt. */
static size_t fronts(const afina_gpt *gpt) {
  return gpt->config.adapters.prefix + gpt->config.adapters.prompt;
}

static void copy_rows(afina_kv_cache *to, const afina_kv_cache *from, const afina_gpt *gpt) {
  const size_t count = from->count, C = gpt->config.channels, bytes = count * C * sizeof *to->kv;
  const size_t P = fronts(gpt), row = 2 * C;
  if (count == 0) return;
  memcpy(to->ids, from->ids, count * sizeof *to->ids);
  for (size_t l = 0; l < gpt->config.layers; l++)
    memcpy(to->kv + l * (to->capacity + P) * row, from->kv + l * (from->capacity + P) * row,
           (count + P) * row * sizeof *to->kv);
  if (to->sums) memcpy(to->sums, from->sums, bytes);
  if (to->words) memcpy(to->words, from->words, bytes);
}

/* Room for T tokens: at least twice what there was, so that a text that grows by one token after
 * the other is not copied for each of them. */
static afina_status reserve(afina_kv_cache *cache, const afina_gpt *gpt, size_t T,
                            afina_error *error) {
  if (T <= cache->capacity) return AFINA_OK;
  const size_t context = afina_text_context(&gpt->config), C = gpt->config.channels;
  const size_t twice = cache->capacity > context / 2 ? context : 2 * cache->capacity;
  const size_t capacity = T < twice ? twice : T, row = C * sizeof *cache->kv;
  const size_t rows = capacity + fronts(gpt);
  const bool means = reads_means(cache->reads), words = cache->reads == AFINA_READS_WORDS;
  afina_kv_cache made = *cache;
  made.capacity = capacity;
  made.ids = afina_allocate(capacity, sizeof *made.ids);
  made.places = afina_allocate(rows, sizeof *made.places);
  made.kv = afina_allocate(rows, gpt->config.layers * 2 * row);
  made.sums = means ? afina_allocate(capacity, row) : NULL;
  made.words = words ? afina_allocate(capacity, row) : NULL;
  if (!made.ids || !made.places || !made.kv || (means && !made.sums) || (words && !made.words)) {
    free_rows(&made);
    return afina_fail_memory(error);
  }
  for (size_t t = 0; t < rows; t++) made.places[t] = t;
  copy_rows(&made, cache, gpt);
  free_rows(cache);
  *cache = made;
  return AFINA_OK;
}

/* How many first tokens of ids[T] are kept. The last one counts as new: it asks, and queries are
 * not kept. */
static size_t shared_tokens(const afina_kv_cache *cache, const uint32_t *ids, size_t T) {
  size_t t = 0;
  while (t < cache->count && t + 1 < T && cache->ids[t] == ids[t]) t++;
  return t;
}

static afina_status prepare_pass(afina_kv_cache *cache, const afina_gpt *gpt, const uint32_t *ids,
                                 size_t R, afina_error *error) {
  if (!cache->pass.blocks) AFINA_TRY(afina_gpt_pass_init(&cache->pass, gpt, error));
  cache->starts[1] = R;
  const afina_gpt_batch batch = {.rows = {.starts = cache->starts, .B = 1, .N = R},
                                 .ids = ids,
                                 .end_block = gpt->config.layers,
                                 .reads = cache->reads};
  return afina_gpt_pass_prepare(&cache->pass, gpt, &batch, error);
}

/* What enters the first block: the R tokens behind those kept and, where none are, the prompt.
 * Returns how many rows that is. */
static size_t embed(afina_kv_cache *cache, const afina_gpt *gpt, const afina_exec *exec,
                    size_t kept, size_t R) {
  afina_gpt_pass *pass = &cache->pass;
  const size_t C = gpt->config.channels, prompt = gpt->config.adapters.prompt;
  const size_t front = kept ? 0 : prompt;
  afina_embedding_forward(
      exec, pass->embedded + front * C, pass->batch.ids, afina_gpt_weight(gpt, 0, AFINA_WTE),
      afina_gpt_weight(gpt, 0, AFINA_WPE) + (prompt + kept) * C, &pass->batch.rows, C);
  if (front) afina_prompt_forward(gpt, exec, pass->embedded, &pass->rows);
  return front + R;
}

/* The R tokens behind those kept: from embeddings to pass->out. Their keys and values go where the
 * next run will look for them. */
static void run_blocks(afina_kv_cache *cache, const afina_gpt *gpt, const afina_exec *exec,
                       size_t kept, size_t R) {
  afina_gpt_pass *pass = &cache->pass;
  const size_t C = gpt->config.channels, L = gpt->config.layers;
  const size_t keys = fronts(gpt) + kept + R, fresh = embed(cache, gpt, exec, kept, R);
  const size_t row = fresh - 1, place = keys - 1, past = keys - fresh;
  const size_t text_starts[2] = {0, keys}, fresh_starts[2] = {0, fresh}, one[2] = {0, 1};
  const afina_ragged text = {.starts = text_starts, .B = 1, .N = keys};
  const afina_queries all = {.places = cache->places + past, .starts = fresh_starts, .Q = fresh},
                      last = {.rows = &row, .places = &place, .starts = one, .Q = 1};
  pass->out = pass->embedded;
  for (size_t l = 0; l < L; l++) {
    afina_block_pass *block = &pass->blocks[l];
    const bool leaves_out = cache->reads == AFINA_READS_LAST && l + 1 == L;
    block->x = pass->out;
    block->kv = cache->kv + l * (cache->capacity + fronts(gpt)) * 2 * C;
    afina_block_forward(gpt, exec, block, l, &text, past, leaves_out ? &last : &all);
    pass->out = block->out;
  }
}

/* sums[t, C] = sums[t - 1, C] + x[C]; zero stands before the first. */
static void add_up(const afina_exec *exec, afina_real *sums, size_t t, const afina_real *x,
                   size_t C) {
  afina_real *sum = sums + t * C;
  if (t > 0)
    memcpy(sum, sum - C, C * sizeof *sum);
  else
    memset(sum, 0, C * sizeof *sum);
  exec->kernels->add(sum, x, C);
}

static void mean_of(afina_real *out, const afina_real *sums, size_t T, size_t C) {
  const afina_real share = 1 / (afina_real)T;
  for (size_t c = 0; c < C; c++) out[c] = sums[(T - 1) * C + c] * share;
}

/* pass->averaged, from the sums over tokens kept and the R behind them. */
static void average(afina_kv_cache *cache, const afina_gpt *gpt, const afina_exec *exec,
                    size_t kept, size_t R) {
  afina_gpt_pass *pass = &cache->pass;
  const size_t C = gpt->config.channels;
  const afina_real *wte = afina_gpt_weight(gpt, 0, AFINA_WTE);
  for (size_t i = 0; i < R; i++) {
    add_up(exec, cache->sums, kept + i, pass->out + i * C, C);
    if (cache->words) add_up(exec, cache->words, kept + i, wte + pass->batch.ids[i] * C, C);
  }
  mean_of(pass->averaged, cache->sums, kept + R, C);
  if (cache->words) mean_of(pass->averaged + C, cache->words, kept + R, C);
}

afina_status afina_kv_cache_run(afina_kv_cache *cache, const afina_gpt *gpt, const afina_exec *exec,
                                const uint32_t *ids, size_t T, afina_reads reads,
                                afina_error *error) {
  if (T == 0 || T > afina_text_context(&gpt->config))
    return afina_fail(error, AFINA_E_ARGUMENT, "a text of %zu tokens: the context is %zu", T,
                      afina_text_context(&gpt->config));
  if (reads == AFINA_READS_ALL)
    return afina_fail(error, AFINA_E_ARGUMENT, "rows that are kept cannot be read");
  if (reads_means(reads) && afina_has_adapters(&gpt->config))
    return afina_fail(error, AFINA_E_ARGUMENT, "no means are kept behind a prefix or a prompt");
  if (cache->kernels != exec->kernels || cache->reads != reads) afina_kv_cache_free(cache);
  cache->kernels = exec->kernels;
  cache->reads = reads;
  AFINA_TRY(reserve(cache, gpt, T, error));
  const size_t kept = shared_tokens(cache, ids, T), R = T - kept, C = gpt->config.channels;
  AFINA_TRY(prepare_pass(cache, gpt, ids + kept, R, error));
  run_blocks(cache, gpt, exec, kept, R);
  if (reads_means(reads)) average(cache, gpt, exec, kept, R);
  afina_gpt_pass *pass = &cache->pass;
  afina_layernorm_forward(exec, pass->hidden, pass->ln_f_mean, pass->ln_f_rstd,
                          reads_means(reads) ? pass->averaged : pass->out,
                          afina_gpt_weight(gpt, 0, AFINA_LN_F_WEIGHT),
                          afina_gpt_weight(gpt, 0, AFINA_LN_F_BIAS), pass->H, C);
  memcpy(cache->ids + kept, ids + kept, R * sizeof *ids);
  cache->count = T;
  cache->computed += R;
  return AFINA_OK;
}
