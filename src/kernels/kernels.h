/* The inner loops, each with its contract. The sets that implement them:
 *
 *   afina_kernels_reference     reference.c: plain loops, the truth, over float or double
 *   afina_kernels_plain         simd*.c over 128-bit vectors: multiply, then add; runs everywhere
 *   afina_kernels_plain_wide    the same sources over 256-bit vectors (AVX2): the same bits
 *   afina_kernels_fused, afina_kernels_fused_wide
 *                               the same sources, but in gemm and so in attention a product is
 * added in one rounding (FMA, NEON, relaxed SIMD): other bits than plain
 *   afina_kernels_reference_fused   the truth of these two
 *   afina_kernels_native        for pretraining only: reference.c compiled for this machine's
 *                               vectors with fast math, and BLAS where there is one; outside law 1
 *
 * Argument order: outputs, inputs, parameters, dimensions. Matrices are row-major; "row stride" is
 * the distance between the starts of two rows. _forward overwrites its outputs, _backward
 * ACCUMULATES into its d... outputs. A kernel runs on one thread; src/nn cuts the work. No kernel
 * reads or writes outside its stated ranges.
 *
 * Dimensions: N rows (tokens of a packed batch), C channels, D channels of a head, T tokens of a
 * text, V vocabulary, Q queries. */
#ifndef AFINA_KERNELS_H
#define AFINA_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "real.h"

/* What one step of AdamW needs (Loshchilov and Hutter, 2019). */
typedef struct afina_adamw_step {
  afina_real lr, beta1, beta2, epsilon, weight_decay;
  afina_real correction1, correction2; /* 1 - beta^t */
  afina_real gradient_scale;           /* for clipping: gradients are multiplied by it first */
} afina_adamw_step;

/* One head of one text. Row t of k, v is token t; query i stands at token position[i] and sees
 * tokens 0 .. position[i]. position == NULL: query i is token i, Q == T. */
typedef struct afina_attention_shape {
  size_t T, Q, D;
  size_t q_stride;  /* row stride of q, out and their gradients */
  size_t kv_stride; /* row stride of k, v and their gradients */
  const size_t *position;
} afina_attention_shape;

/* Scratch that every thread brings: enough for gemm's packed panels and for attention with D <=
 * 256, T <= 4096. */
enum {
  AFINA_MAX_HEAD_SIZE = 256,
  AFINA_MAX_CONTEXT = 4096,
  AFINA_GEMM_SCRATCH = 1 << 17,
  AFINA_ATTENTION_QUERIES = 20, /* queries whose scores are kept at a time */
};
/* Elements of scratch for attention over texts of at most T tokens with heads of size D: gemm's,
 * and two blocks of scores. D plays no part at present. */
#define AFINA_ATTENTION_SCRATCH(T, D) \
  ((void)(D), (size_t)AFINA_GEMM_SCRATCH + 2 * (size_t)AFINA_ATTENTION_QUERIES * (size_t)(T))

typedef struct afina_kernels {
  const char *name; /* the report's "numerics": sets of one name give the same bits */

  /* c[M,N] = start + a[M,K] b[K,N]. start says what the rows of c begin with: c itself (the product
   * is added to it), NULL (zeros), or one row [N] for all of them (a bias). Element (m,k) of a is
   * a[m * a_row + k * a_col], so a transposed matrix is one with its strides swapped; likewise b;
   * rows of c are c_row apart. Every element of c takes its K products in ascending k. scratch:
   * AFINA_GEMM_SCRATCH elements, 64-byte aligned. */
  void (*gemm)(afina_real *c, size_t c_row, const afina_real *start, const afina_real *a,
               size_t a_row, size_t a_col, const afina_real *b, size_t b_row, size_t b_col,
               size_t M, size_t N, size_t K, afina_real *scratch);

  /* y[N,C] = (x - mean) * rstd * weight[C] + bias[C], per row; mean[N] and rstd[N] = 1 /
   * sqrt(variance + 1e-5) are kept for the backward pass (Ba et al., 2016). */
  void (*layernorm_forward)(afina_real *y, afina_real *mean, afina_real *rstd, const afina_real *x,
                            const afina_real *weight, const afina_real *bias, size_t N, size_t C);
  /* dx[N,C] += rstd * (g - mean(g) - xhat * mean(g xhat)), g = dy weight, xhat = (x - mean) rstd.
   */
  void (*layernorm_backward)(afina_real *dx, const afina_real *dy, const afina_real *x,
                             const afina_real *mean, const afina_real *rstd,
                             const afina_real *weight, size_t N, size_t C);
  /* dweight[c] += sum_n dy xhat, dbias[c] += sum_n dy, for columns begin <= c < end; ascending n.
   */
  void (*layernorm_backward_parameters)(afina_real *dweight, afina_real *dbias,
                                        const afina_real *dy, const afina_real *x,
                                        const afina_real *mean, const afina_real *rstd, size_t N,
                                        size_t C, size_t begin, size_t end);

  /* y = x / (1 + exp(-2 u)), u = sqrt(2/pi) (x + 0.044715 x^3): GELU in its tanh form (Hendrycks
   * and Gimpel, 2016), since (1 + tanh u) / 2 = 1 / (1 + exp(-2u)). */
  void (*gelu_forward)(afina_real *y, const afina_real *x, size_t n);
  /* dx[n] = dy gelu'(x): OVERWRITES dx, which may be dy itself. */
  void (*gelu_backward)(afina_real *dx, const afina_real *dy, const afina_real *x, size_t n);

  /* out[Q,D] = softmax(q k^T / sqrt(D)) v, causal; lse[Q] = log of the sum of the exponentials, for
   * the backward pass. No T x T matrix is kept (Rabe and Staats, 2021; Dao et al., 2022). */
  void (*attention_forward)(afina_real *out, afina_real *lse, const afina_real *q,
                            const afina_real *k, const afina_real *v,
                            const afina_attention_shape *shape, afina_real *scratch);
  /* dq[Q,D], dk[T,D], dv[T,D] += their gradients, given dout, the forward pass's inputs, out and
   * lse. */
  void (*attention_backward)(afina_real *dq, afina_real *dk, afina_real *dv, const afina_real *dout,
                             const afina_real *q, const afina_real *k, const afina_real *v,
                             const afina_real *out, const afina_real *lse,
                             const afina_attention_shape *shape, afina_real *scratch);

  /* In place: logits[N,V] become probabilities; losses[N] = -log p[target], the cross-entropy in
   * nats. */
  void (*softmax_cross_entropy_forward)(afina_real *losses, afina_real *logits,
                                        const uint32_t *targets, size_t N, size_t V);
  /* In place: probabilities[N,V] become dlogits = (p - onehot(target)) * scale (scale: 1 / N for a
   * mean). */
  void (*softmax_cross_entropy_backward)(afina_real *probabilities, const uint32_t *targets,
                                         afina_real scale, size_t N, size_t V);

  /* db[c] += sum_n dy[n,c] for begin <= c < end, ascending n; rows of dy are C apart. */
  void (*bias_backward)(afina_real *db, const afina_real *dy, size_t N, size_t C, size_t begin,
                        size_t end);
  /* y[n] += x[n]. */
  void (*add)(afina_real *y, const afina_real *x, size_t n);

  /* Sum of x^2 over n elements (n is a chunk of fixed size: the caller adds the chunks in order).
   */
  double (*sum_of_squares)(const afina_real *x, size_t n);
  /* One step for n parameters; m and v are the first and second moments. The decay is decoupled:
   * w -= lr (m / correction1 / (sqrt(v / correction2) + epsilon) + weight_decay w). */
  void (*adamw)(afina_real *w, afina_real *m, afina_real *v, const afina_real *gradient,
                const afina_adamw_step *step, size_t n);

  /* gemm's inner loop alone, for benchmarks: c[tile_rows, tile_columns] += a b, with a packed as
   * [K, tile_rows] and b as [K, tile_columns]. NULL where a set has none. */
  void (*tile)(afina_real *c, size_t c_row, const afina_real *a, const afina_real *b, size_t K);
  size_t tile_rows, tile_columns;
} afina_kernels;

extern const afina_kernels afina_kernels_reference;
#ifndef AFINA_DOUBLE
extern const afina_kernels afina_kernels_plain;
extern const afina_kernels afina_kernels_fused;
extern const afina_kernels afina_kernels_reference_fused;
#ifdef AFINA_WIDE_KERNELS /* only where the CPU has AVX2, fused FMA too: ask afina_kernels_find */
extern const afina_kernels afina_kernels_plain_wide;
extern const afina_kernels afina_kernels_fused_wide;
#endif
/* The fastest set of that name, "plain" or "fused", that this machine runs; NULL where it runs none
 * well ("plain" is everywhere). A fused set has proved that it is one. */
const afina_kernels *afina_kernels_find(const char *name);
/* Does gemm add products in one rounding? Found out by products of which two roundings lose a bit.
 * False where there is no memory to try. */
bool afina_kernels_fuse(const afina_kernels *kernels);
#ifdef AFINA_NATIVE_KERNELS
extern const afina_kernels afina_kernels_native;
/* Once, before the native set is used: keeps BLAS on the thread that calls it. */
void afina_kernels_native_prepare(void);
#endif
#endif

#endif
