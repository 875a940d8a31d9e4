/* How fast Afina is on this machine, in ratios to what its inner loop reaches on data in the
 * first-level cache, found in the same run: so a busy machine slows both.
 *
 *     afina_bench_create(&bench, pool, kernels, "{\"config\":\"mini\"}", size, clock, &error);
 *     double done = 0;
 *     while (done < 1) afina_bench_step(bench, &done, &error);
 *     afina_bench_report(bench, &json, &error);
 *
 * What is measured: each matrix product of a block, forward and training steps, and epochs of the
 * strategies, with the cache of frozen activations and without. All of it once a round; medians of
 * the rounds are reported. Weights and texts are random: no files are needed. */
#ifndef AFINA_BENCHMARK_H
#define AFINA_BENCHMARK_H

#include <stddef.h>

#include "kernels.h"
#include "memory.h"
#include "pool.h"
#include "status.h"

/* Seconds since any moment; only goes forward. Called by every thread of the pool, each of which
 * looks at differences of its own times only. */
typedef double afina_clock(void);

typedef struct afina_bench afina_bench;

/* options (size 0: all defaults):
 *
 *   "config"   "ref-small" (the default), "mini", "base", or "tiny" for tests
 *   "part"     "products", "passes", "epochs", or "all" (the default)
 *   "rounds"   1 to 100, 3 by default
 *   "texts"    of an epoch, 16 to 10,000, 64 by default; 8 to 56 tokens each
 *   "narrow"   true: plain kernels over 128-bit vectors, as in a page, also where wider ones are
 *
 * The pool (NULL: one thread) and the kernels must outlive the benchmark. AFINA_E_ARGUMENT for
 * other options and for kernels without a tile, AFINA_E_MEMORY. */
afina_status afina_bench_create(afina_bench **out, afina_pool *pool, const afina_kernels *kernels,
                                const char *options, size_t options_size, afina_clock *clock,
                                afina_error *error);
void afina_bench_free(afina_bench *bench);

/* Measures one thing once, which takes milliseconds to seconds. *fraction: of all, 1 at the end. */
afina_status afina_bench_step(afina_bench *bench, double *fraction, afina_error *error);

/* The document; AFINA_E_STATE before the end. Milliseconds ("ms"), GFLOP/s and "ratio" (to the
 * peak) are medians. GFLOP/s counts 2 for each multiplication and addition of the blocks' matrix
 * products that is really done: where the last token is read, the last block computes queries,
 * projection and MLP for it alone, and frozen blocks have no way back. Attention, LayerNorm, GELU
 * and AdamW are not counted, but take their time.
 *
 *   {"afina", "numerics", "threads", "rounds",
 *    "config": {"name", "channels", "layers", "heads", "inner", "vocabulary", "context",
 *               "block_parameters"},
 *    "peak": {"gflops", "tile_rows", "tile_columns"},
 *    "products": [{"layer", "product", "rows", "inputs", "outputs", "ms", "gflops", "ratio"}],
 *    "passes": [{"pass": "forward" | "step", "texts", "tokens", "tokens_per_second",
 *                "ms", "gflops", "ratio"}],
 *    "epochs": [{"strategy", "cache", "epoch": "first" | "later" | "each", "texts", "tokens",
 *                "ms", "gflops", "ratio"}]} */
afina_status afina_bench_report(const afina_bench *bench, afina_bytes *json, afina_error *error);

#endif
