/* What the tokens of a text left in every block, kept for the next text: where that begins with the
 * same tokens, only the rows behind them are computed (law 4). A token sees none of those behind
 * it, so kept rows are, bit for bit, what a whole pass would compute (law 1).
 *
 *     afina_kv_cache cache = {0};
 *     afina_kv_cache_run(&cache, &gpt, &exec, ids, 9, AFINA_READS_LAST, &error);   // nine rows
 *     afina_kv_cache_run(&cache, &gpt, &exec, ids, 10, AFINA_READS_LAST, &error);  // one more
 *     next token from cache.pass.hidden, or afina_classify_forward(&gpt, &exec, &cache.pass)
 *     afina_kv_cache_free(&cache);
 *
 * Positions count from a text's beginning: what slides, or is edited at its front, shares nothing.
 * A prefix's keys and values, and a prompt's, stand in front of the text's, as in adapters.h.
 * Dimensions as in gpt.h. */
#ifndef AFINA_KV_CACHE_H
#define AFINA_KV_CACHE_H

#include "gpt.h"

/* Zero-initialise. Of one model, and as long as its weights stay as they are: whoever changes them
 * frees the cache, which then begins anew. */
typedef struct afina_kv_cache {
  size_t count, capacity; /* tokens kept, and room for them */
  uint32_t *ids;          /* [capacity] */
  size_t *places;         /* [fronts + capacity] 0, 1, 2, ... */
  afina_real *kv;         /* [L, fronts + capacity, 2C] keys and values */
  /* Row t is the sum over tokens 0 .. t, added in this order as afina_gpt_forward does. NULL where
   * the reads need none. */
  afina_real *sums;             /* [capacity, C] of what left the last block */
  afina_real *words;            /* [capacity, C] of the tokens' embeddings */
  const afina_kernels *kernels; /* these and the reads are those of what is kept */
  afina_reads reads;
  size_t starts[2];
  afina_gpt_pass pass; /* of the rows that the last run computed */
  size_t computed;     /* rows that went through the blocks in all runs */
} afina_kv_cache;

/* Runs one text, ids[T], through the model: cache->pass then has `hidden`, and takes
 * afina_classify_forward, as after afina_gpt_forward with these reads (AFINA_READS_ALL is refused,
 * with AFINA_E_ARGUMENT: kept rows are not there any more). Of rows that are kept already only the
 * last is computed again, which is the one that asks. After an error what was kept still is. */
afina_status afina_kv_cache_run(afina_kv_cache *cache, const afina_gpt *gpt, const afina_exec *exec,
                                const uint32_t *ids, size_t T, afina_reads reads,
                                afina_error *error);
void afina_kv_cache_free(afina_kv_cache *cache);

#endif
