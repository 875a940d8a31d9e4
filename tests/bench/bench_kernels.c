/* How fast the kernels are: the matrix product's inner tile alone on data in the first-level cache,
 * and each shape of a training step as a share of it, in one run, so that a busy machine slows
 * both. Then the other kernels, in nanoseconds for an element.
 *
 *     cmake --build build/release --target afina_bench_kernels
 *     build/release/tests/bench/afina_bench_kernels [plain|fused|narrow]
 *     cmake --build build/wasm --target afina_bench_kernels
 *     node build/wasm/tests/bench/afina_bench_kernels.js [plain|fused]
 *
 * narrow: plain over 128 bits, as everywhere but on x86 with AVX2. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernels.h"

enum { MOST = 1 << 22, REPEATS = 8 };

static const afina_kernels *set;
static float *a, *b, *c, *scratch;

/* The processor's time where it can be had, so that other programs disturb less. */
#ifdef __EMSCRIPTEN__
#include <emscripten.h>
EM_JS(double, seconds, (void), {
  if (typeof process == 'undefined') return performance.now() * 1e-3;
  var usage = process.cpuUsage();
  return (usage.user + usage.system) * 1e-6;
})
#else
static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}
#endif

static void fill(float *x, size_t n) {
  for (size_t i = 0; i < n; i++) x[i] = (float)(i * 7919 % 1009) * 1e-3f - 0.5f;
}

/* A product, `times` in a row; turned says which of a and b lie transposed. */
typedef struct product {
  const char *name;
  size_t M, N, K;
  int a_turned, b_turned;
} product;

static double once(const product *p, size_t times) {
  const size_t a_row = p->a_turned ? 1 : p->K, a_col = p->a_turned ? p->M : 1;
  const size_t b_row = p->b_turned ? 1 : p->N, b_col = p->b_turned ? p->K : 1;
  const double start = seconds();
  for (size_t i = 0; i < times; i++)
    set->gemm(c, p->N, c, a, a_row, a_col, b, b_row, b_col, p->M, p->N, p->K, scratch);
  return (seconds() - start) / (double)times;
}

/* The best of a few runs, in GFLOP/s: what disturbs a run only ever slows it. */
static double gflops(const product *p) {
  const double work = 2.0 * (double)p->M * (double)p->N * (double)p->K;
  const size_t times = (size_t)(1.5e8 / work) + 1;
  double best = once(p, times);
  for (int i = 0; i < REPEATS; i++) {
    const double run = once(p, times);
    if (run < best) best = run;
  }
  return work / best * 1e-9;
}

/* The tile's own rate: one panel of a and one of b, in the first-level cache. */
static double tile_gflops(void) {
  const size_t K = 192, times = 12000;
  const double work = 2.0 * (double)(set->tile_rows * set->tile_columns * K) * (double)times;
  double best = 0;
  for (int i = 0; i < REPEATS; i++) {
    const double start = seconds();
    for (size_t j = 0; j < times; j++) set->tile(c, set->tile_columns, a, b, K);
    const double rate = work / (seconds() - start) * 1e-9;
    if (rate > best) best = rate;
  }
  return best;
}

/* The three products of each linear layer of a block, in percent of the tile's rate. */
static void layers(double peak) {
  static const struct {
    const char *name;
    size_t C;
  } models[] = {{"mini", 192}, {"ref-small", 256}, {"base", 384}};
  static const size_t rows[] = {32, 128, 320, 2048};
  static const struct {
    const char *name;
    size_t in, out; /* in C */
  } kinds[] = {{"qkv", 1, 3}, {"projection", 1, 1}, {"mlp in", 1, 4}, {"mlp out", 4, 1}};
  printf("%-24s", "y = xW, dx, dW in %");
  for (size_t k = 0; k < 4; k++) printf("  %-14s", kinds[k].name);
  for (size_t i = 0; i < 3; i++)
    for (size_t j = 0; j < 4; j++) {
      printf("\n%-10s C %zu, %4zu rows", models[i].name, models[i].C, rows[j]);
      for (size_t k = 0; k < 4; k++) {
        const size_t M = rows[j], I = kinds[k].in * models[i].C, O = kinds[k].out * models[i].C;
        const product all[] = {{"", M, O, I, 0, 0}, {"", M, I, O, 0, 1}, {"", I, O, M, 1, 0}};
        for (size_t l = 0; l < 3; l++) printf(" %4.0f", 100 * gflops(&all[l]) / peak);
        printf(" ");
      }
    }
  printf("\n");
}

static void products(void) {
  static const product all[] = {
      {"odd sizes", 317, 571, 193, 0, 0},      {"score block", 20, 40, 32, 0, 1},
      {"one row", 1, 768, 192, 0, 0},          {"one row turned", 1, 2048, 192, 0, 1},
      {"two rows turned", 2, 2048, 192, 0, 1}, {"four rows", 4, 768, 192, 0, 0},
      {"eight rows", 8, 768, 192, 0, 0},       {"eight rows turned", 8, 192, 768, 0, 1},
      {"sixteen rows", 16, 768, 192, 0, 0},    {"five classes", 320, 5, 192, 0, 1},
  };
  gflops(&all[0]); /* an engine that compiles what runs often has now done so */
  const double peak = tile_gflops();
  printf("%-16s %22.1f GFLOP/s\n", "tile", peak);
  layers(peak);
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    const double rate = gflops(&all[i]);
    printf("%-17s %4zu x %4zu x %4zu %5.1f GFLOP/s %4.0f%%\n", all[i].name, all[i].M, all[i].N,
           all[i].K, rate, 100 * rate / peak);
  }
}

enum { ROWS = 320, CHANNELS = 192, VOCABULARY = 2048, HEAD = 32 };

static void run_layernorm(void) {
  set->layernorm_forward(c, scratch, scratch + ROWS, a, b, b, ROWS, CHANNELS);
}

static void run_layernorm_backward(void) {
  set->layernorm_backward(c, a, b, scratch, scratch + ROWS, b, ROWS, CHANNELS);
}

static void run_layernorm_parameters(void) {
  set->layernorm_backward_parameters(c, c + CHANNELS, a, b, scratch, scratch + ROWS, ROWS, CHANNELS,
                                     0, CHANNELS);
}

static void run_gelu(void) { set->gelu_forward(c, a, ROWS * CHANNELS); }

static void run_gelu_backward(void) { set->gelu_backward(c, a, b, ROWS * CHANNELS); }

static void run_adamw(void) {
  static const afina_adamw_step step = {1e-3f, 0.9f, 0.999f, 1e-8f, 0.01f, 0.5f, 0.5f, 1};
  set->adamw(c, c + MOST / 4, c + MOST / 2, a, &step, ROWS * CHANNELS);
}

static void run_bias(void) { set->bias_backward(c, a, ROWS, CHANNELS, 0, CHANNELS); }

static void run_squares(void) { c[0] = (float)set->sum_of_squares(a, ROWS * CHANNELS); }

static void run_cross_entropy(void) {
  static const uint32_t targets[ROWS * CHANNELS / VOCABULARY];
  set->softmax_cross_entropy_forward(c, a, targets, ROWS * CHANNELS / VOCABULARY, VOCABULARY);
}

static afina_attention_shape head(size_t T) {
  return (afina_attention_shape){
      .T = T, .Q = T, .D = HEAD, .q_stride = CHANNELS, .kv_stride = 3 * CHANNELS};
}

static void attend(size_t T, int backward) {
  const afina_attention_shape shape = head(T);
  float *out = c, *lse = c + MOST / 2;
  if (backward)
    set->attention_backward(c + MOST / 4, c + MOST / 2, c + MOST / 2 + CHANNELS, a, a, b,
                            b + CHANNELS, out, b, &shape, scratch);
  else
    set->attention_forward(out, lse, a, b, b + CHANNELS, &shape, scratch);
}

static void run_attention_short(void) { attend(40, 0); }
static void run_attention_short_backward(void) { attend(40, 1); }
static void run_attention_long(void) { attend(256, 0); }
static void run_attention_long_backward(void) { attend(256, 1); }

static void others(void) {
  static const struct {
    const char *name;
    void (*run)(void);
    double elements;
  } all[] = {
      {"layernorm", run_layernorm, ROWS * CHANNELS},
      {"layernorm backward", run_layernorm_backward, ROWS * CHANNELS},
      {"layernorm parameters", run_layernorm_parameters, ROWS * CHANNELS},
      {"gelu", run_gelu, ROWS * CHANNELS},
      {"gelu backward", run_gelu_backward, ROWS * CHANNELS},
      {"adamw", run_adamw, ROWS * CHANNELS},
      {"bias backward", run_bias, ROWS * CHANNELS},
      {"sum of squares", run_squares, ROWS * CHANNELS},
      {"cross-entropy", run_cross_entropy, ROWS * CHANNELS},
      {"attention T 40", run_attention_short, 40 * 41 / 2},
      {"attention T 40 backward", run_attention_short_backward, 40 * 41 / 2},
      {"attention T 256", run_attention_long, 256 * 257 / 2},
      {"attention T 256 backward", run_attention_long_backward, 256 * 257 / 2},
  };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    fill(a, MOST), fill(b, MOST), fill(c, MOST);
    const size_t times = (size_t)(2e6 / all[i].elements) + 1;
    double best = 1e9;
    for (int j = 0; j < REPEATS; j++) {
      const double start = seconds();
      for (size_t k = 0; k < times; k++) all[i].run();
      const double run = (seconds() - start) / (double)times;
      if (run < best) best = run;
    }
    printf("%-26s %7.3f ns for an element (attention: for a pair of tokens)\n", all[i].name,
           best * 1e9 / all[i].elements);
  }
}

int main(int count, char **arguments) {
  const char *name = count > 1 ? arguments[1] : "plain";
  set = strcmp(name, "narrow") == 0 ? &afina_kernels_plain : afina_kernels_find(name);
  if (!set) return fprintf(stderr, "this machine has no kernels '%s'\n", name), 1;
  a = aligned_alloc(64, MOST * sizeof *a);
  b = aligned_alloc(64, MOST * sizeof *b);
  c = aligned_alloc(64, MOST * sizeof *c);
  scratch = aligned_alloc(64, AFINA_ATTENTION_SCRATCH(1024, HEAD) * sizeof *scratch);
  if (!a || !b || !c || !scratch) return 1;
  fill(a, MOST), fill(b, MOST), fill(c, MOST), fill(scratch, AFINA_GEMM_SCRATCH);
  products();
  others();
  free(a), free(b), free(c), free(scratch);
  return 0;
}
