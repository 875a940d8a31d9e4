/* The inner loop alone, and the products of a block's linear layers. */
#include <stdlib.h>
#include <string.h>

#include "bench_private.h"

enum { TILE_K = 256, PARTS_EACH = 4 };

static void fill(afina_real *x, size_t n) {
  for (size_t i = 0; i < n; i++) x[i] = (afina_real)(i * 7919 % 1009) * 1e-3f - 0.5f;
}

typedef struct tile_job {
  const afina_bench *bench;
  size_t times; /* the tile, in each part */
  double flops; /* of a part */
} tile_job;

/* Every thread has its own tile, in its own scratch, and its own best. */
static void tiles(void *context, size_t begin, size_t end, size_t thread) {
  const tile_job *job = context;
  const afina_exec *exec = &job->bench->exec;
  const afina_kernels *k = exec->kernels;
  afina_real *a = exec->scratch + thread * exec->scratch_each;
  afina_real *b = a + TILE_K * k->tile_rows, *c = b + TILE_K * k->tile_columns;
  fill(a, TILE_K * (k->tile_rows + k->tile_columns));
  memset(c, 0, k->tile_rows * k->tile_columns * sizeof *c);
  for (size_t i = begin; i < end; i++) {
    const double start = job->bench->clock();
    for (size_t j = 0; j < job->times; j++) k->tile(c, k->tile_columns, a, b, TILE_K);
    const double seconds = job->bench->clock() - start;
    const double rate = seconds > 0 ? job->flops / seconds : 0;
    if (rate > job->bench->best[thread]) job->bench->best[thread] = rate;
  }
}

/* The sum of the threads' best. A thread that was disturbed in all its parts, or came too late for
 * any, has better luck before the next item of the round. */
double afina_bench_peak(afina_bench *bench) {
  const afina_kernels *k = bench->exec.kernels;
  const size_t threads = afina_pool_size(bench->exec.pool);
  const double once = 2 * (double)(k->tile_rows * k->tile_columns) * TILE_K;
  tile_job job = {.bench = bench, .times = (size_t)(bench->flops / PARTS_EACH / once) + 1};
  job.flops = once * (double)job.times;
  afina_pool_run(bench->exec.pool, PARTS_EACH * threads, 1, tiles, &job);
  double sum = 0;
  for (size_t i = 0; i < threads; i++) sum += bench->best[i];
  return sum;
}

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

static afina_real *matrix(size_t rows, size_t columns) {
  size_t count;
  if (!afina_multiply(rows, columns, &count)) return NULL;
  afina_real *data = afina_allocate(count, sizeof *data);
  if (data) fill(data, count);
  return data;
}

afina_status afina_bench_products_init(afina_bench *bench, afina_error *error) {
  const size_t C = bench->gpt.config.channels, wide = larger(bench->gpt.config.inner, 3 * C);
  size_t tokens = 0;
  for (size_t i = 0; i < bench->count; i++)
    if (bench->items[i].kind == BENCH_PRODUCT) tokens = larger(tokens, bench->items[i].tokens);
  if (tokens == 0) return AFINA_OK;
  bench_products *p = &bench->products;
  p->x = matrix(tokens, wide);
  p->dy = matrix(tokens, wide);
  p->weight = matrix(C, wide);
  p->out = matrix(larger(tokens, C), wide);
  return p->x && p->dy && p->weight && p->out ? AFINA_OK : afina_fail_memory(error);
}

void afina_bench_products_clear(afina_bench *bench) {
  free(bench->products.x);
  free(bench->products.dy);
  free(bench->products.weight);
  free(bench->products.out);
  bench->products = (bench_products){0};
}

static void multiply(const afina_bench *bench, const bench_item *item) {
  const bench_products *p = &bench->products;
  const afina_exec *exec = &bench->exec;
  const size_t N = item->tokens, I = item->inputs, O = item->outputs;
  switch (item->which) {
    case BENCH_FORWARD:
      afina_linear_forward(exec, p->out, p->x, p->weight, NULL, N, I, O, O);
      break;
    case BENCH_INPUTS:
      afina_linear_backward(exec, AFINA_SETS_DX, p->out, NULL, NULL, p->dy, p->x, p->weight, N, I,
                            O, O);
      break;
    case BENCH_WEIGHTS:
      afina_linear_backward(exec, AFINA_SETS_DWEIGHT, NULL, p->out, NULL, p->dy, p->x, p->weight, N,
                            I, O, O);
      break;
  }
}

double afina_bench_product(afina_bench *bench, const bench_item *item) {
  const double wanted = bench->flops * (double)afina_pool_size(bench->exec.pool);
  const size_t times = (size_t)(wanted / item->flops) + 1;
  multiply(bench, item); /* what it reads is then where the model finds it: near */
  const double start = bench->clock();
  for (size_t i = 0; i < times; i++) multiply(bench, item);
  return (bench->clock() - start) / (double)times;
}
