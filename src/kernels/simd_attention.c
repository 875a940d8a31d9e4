/* Attention over blocks of queries: the scores of a block are a small matrix product, the softmax
 * runs over its rows in place, and the result is again a product. No T x T matrix is kept.
 *
 * A query's bits do not depend on the queries beside it: each score sums over d and each output
 * over t in ascending order (law of the matrix product); beyond a query's last visible token its
 * probabilities are exact zeros, and adding a zero to a sum that began at zero changes nothing. */
#include "simd.h"

enum { QUERIES = AFINA_ATTENTION_QUERIES };

static size_t visible_tokens(const afina_attention_shape *shape, size_t query) {
  return (shape->position ? shape->position[query] : query) + 1;
}

/* The most tokens that any of `count` queries from `first` on sees. */
static size_t block_tokens(const afina_attention_shape *shape, size_t first, size_t count) {
  size_t T = 0;
  for (size_t i = first; i < first + count; i++) {
    const size_t visible = visible_tokens(shape, i);
    if (visible > T) T = visible;
  }
  return T;
}

/* scores[count, T] = rows of x times rows of y; the panels of the product lie behind the scores'
 * two blocks. */
static void multiply_rows(float *scores, const float *x, size_t x_stride, const float *y,
                          size_t y_stride, size_t count, size_t T, size_t D, float *panels) {
  AFINA_LOCAL(gemm)(scores, T, NULL, x, x_stride, 1, y, 1, y_stride, count, T, D, panels);
}

/* x = x factor - shift for the `visible` first of n elements; the others become so small that their
 * exponentials are zeros. */
static AFINA_NOINLINE void prepare_row(float *x, float factor, float shift, size_t visible,
                                       size_t n) {
  const vec v_factor = v_splat(factor), v_shift = v_splat(shift);
  size_t i = 0;
  for (; i + WIDTH <= visible; i += WIDTH)
    v_store(x + i, v_sub(v_mul(v_load(x + i), v_factor), v_shift));
  for (; i < visible; i++) x[i] = x[i] * factor - shift;
  for (; i < n; i++) x[i] = 2 * AFINA_EXP_LOW;
}

void AFINA_LOCAL(attention_forward)(float *out, float *lse, const float *q, const float *k,
                                    const float *v, const afina_attention_shape *shape,
                                    float *scratch) {
  const size_t D = shape->D, q_stride = shape->q_stride, kv_stride = shape->kv_stride;
  const float scale = 1 / afina_sqrt((float)D);
  float *panels = scratch, *p = scratch + AFINA_GEMM_SCRATCH;
  for (size_t first = 0; first < shape->Q; first += QUERIES) {
    const size_t count = shape->Q - first < QUERIES ? shape->Q - first : QUERIES;
    const size_t T = block_tokens(shape, first, count);
    multiply_rows(p, q + first * q_stride, q_stride, k, kv_stride, count, T, D, panels);
    float max[QUERIES], sum[QUERIES];
    for (size_t i = 0; i < count; i++) {
      const size_t visible = visible_tokens(shape, first + i);
      max[i] = AFINA_SHARED(row_max)(p + i * T, visible) * scale;
      prepare_row(p + i * T, scale, max[i], visible, T);
    }
    AFINA_SHARED(exponentials)(p, 0, count * T);
    for (size_t i = 0; i < count; i++)
      sum[i] = AFINA_SHARED(row_sum)(p + i * T, visible_tokens(shape, first + i));
    for (size_t i = 0; i < count; i++) lse[first + i] = max[i] + afina_log(sum[i]);
    AFINA_LOCAL(gemm)
    (out + first * q_stride, q_stride, NULL, p, T, 1, v, kv_stride, 1, count, D, T, panels);
    for (size_t i = 0; i < count; i++) {
      const float inverse = 1 / sum[i];
      float *row = out + (first + i) * q_stride;
      for (size_t d = 0; d < D; d++) row[d] *= inverse;
    }
  }
}

/* sum_d x[d] y[d] in four lanes (see simd.h). */
static float dot(const float *x, const float *y, size_t D) {
  v128 v_total = q_splat(0);
  size_t d = 0;
  for (; d + LANES <= D; d += LANES) v_total = q_mul_add(v_total, q_load(x + d), q_load(y + d));
  float total = q_sum(v_total);
  for (; d < D; d++) total += x[d] * y[d];
  return total;
}

/* Products dout . v of one query become ds = p (dp - out_dot) scale, and zeros beyond what it sees.
 */
static AFINA_NOINLINE void softmax_backward(float *ds, const float *p, float scale, float out_dot,
                                            size_t visible, size_t T) {
  const vec v_scale = v_splat(scale), v_dot = v_splat(out_dot);
  size_t t = 0;
  for (; t + WIDTH <= visible; t += WIDTH)
    v_store(ds + t, v_mul(v_mul(v_load(p + t), v_sub(v_load(ds + t), v_dot)), v_scale));
  for (; t < visible; t++) ds[t] = p[t] * (ds[t] - out_dot) * scale;
  for (; t < T; t++) ds[t] = 0;
}

void AFINA_LOCAL(attention_backward)(float *dq, float *dk, float *dv, const float *dout,
                                     const float *q, const float *k, const float *v,
                                     const float *out, const float *lse,
                                     const afina_attention_shape *shape, float *scratch) {
  const size_t D = shape->D, q_stride = shape->q_stride, kv_stride = shape->kv_stride;
  const float scale = 1 / afina_sqrt((float)D);
  float *panels = scratch, *p = scratch + AFINA_GEMM_SCRATCH;
  for (size_t first = 0; first < shape->Q; first += QUERIES) {
    const size_t count = shape->Q - first < QUERIES ? shape->Q - first : QUERIES;
    const size_t T = block_tokens(shape, first, count), start = first * q_stride;
    float *ds = p + count * T;
    multiply_rows(p, q + start, q_stride, k, kv_stride, count, T, D, panels);
    multiply_rows(ds, dout + start, q_stride, v, kv_stride, count, T, D, panels);
    for (size_t i = 0; i < count; i++)
      prepare_row(p + i * T, scale, lse[first + i], visible_tokens(shape, first + i), T);
    AFINA_SHARED(exponentials)(p, 0, count * T);
    for (size_t i = 0; i < count; i++) {
      const size_t row = start + i * q_stride;
      softmax_backward(ds + i * T, p + i * T, scale, dot(dout + row, out + row, D),
                       visible_tokens(shape, first + i), T);
    }
    AFINA_LOCAL(gemm)(dv, kv_stride, dv, p, 1, T, dout + start, q_stride, 1, T, D, count, panels);
    AFINA_LOCAL(gemm)(dk, kv_stride, dk, ds, 1, T, q + start, q_stride, 1, T, D, count, panels);
    AFINA_LOCAL(gemm)
    (dq + start, q_stride, dq + start, ds, T, 1, k, kv_stride, 1, count, D, T, panels);
  }
}
