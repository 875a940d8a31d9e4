/* What the files of the plain set share: short names over SIMDe's wasm/simd128.h, the exponential,
 * and the kernels that simd.c lists. Private to this folder.
 *
 * Law 1 here: multiply, then add (never fused); minima and maxima only as "b < a ? b : a", never
 * the IEEE operations whose NaN rules differ between machines; every sum in an order that depends
 * on its length alone. Four-lane sums add element i to lane i mod 4, then (lane 0 + lane 1) + (lane
 * 2 + lane 3), then the n mod 4 last elements one by one. Elements of an elementwise kernel get the
 * same operations in the vector loop and in its scalar tail. */
#ifndef AFINA_SIMD_H
#define AFINA_SIMD_H

#include <simde/wasm/simd128.h>

#include "kernels.h"

/* Called often and left out of line: V8 optimises a function that is entered many times, not one
 * that loops for long. */
#define AFINA_NOINLINE __attribute__((noinline))

typedef simde_v128_t v128;

enum { LANES = 4 };

static inline v128 v_load(const float *x) { return simde_wasm_v128_load(x); }
static inline void v_store(float *y, v128 a) { simde_wasm_v128_store(y, a); }
static inline v128 v_splat(float x) { return simde_wasm_f32x4_splat(x); }
static inline v128 v_add(v128 a, v128 b) { return simde_wasm_f32x4_add(a, b); }
static inline v128 v_sub(v128 a, v128 b) { return simde_wasm_f32x4_sub(a, b); }
static inline v128 v_mul(v128 a, v128 b) { return simde_wasm_f32x4_mul(a, b); }
static inline v128 v_div(v128 a, v128 b) { return simde_wasm_f32x4_div(a, b); }
/* sum + a b, in two roundings */
static inline v128 v_mul_add(v128 sum, v128 a, v128 b) { return v_add(sum, v_mul(a, b)); }
/* a < b ? b : a */
static inline v128 v_larger(v128 a, v128 b) { return simde_wasm_f32x4_pmax(a, b); }
/* b < a ? b : a */
static inline v128 v_smaller(v128 a, v128 b) { return simde_wasm_f32x4_pmin(a, b); }

static inline float v_sum(v128 a) {
  float lane[LANES];
  v_store(lane, a);
  return (lane[0] + lane[1]) + (lane[2] + lane[3]);
}

/* afina_exp_float of base/real.h, the same operations in the same order, hence the same bits. */
static inline v128 v_exp(v128 x) {
  const v128 low = v_splat(AFINA_EXP_LOW), shift = v_splat(AFINA_ROUND_TO_INTEGER);
  const v128 clamped = v_smaller(v_larger(x, low), v_splat(AFINA_EXP_HIGH));
  const v128 shifted = v_add(v_mul(clamped, v_splat(AFINA_LOG2_E)), shift);
  const v128 n = v_sub(shifted, shift);
  const v128 r =
      v_sub(v_sub(clamped, v_mul(n, v_splat(AFINA_LN2_HIGH))), v_mul(n, v_splat(AFINA_LN2_LOW)));
  v128 p = v_splat(1.0f / 5040);
  p = v_add(v_mul(p, r), v_splat(1.0f / 720));
  p = v_add(v_mul(p, r), v_splat(1.0f / 120));
  p = v_add(v_mul(p, r), v_splat(1.0f / 24));
  p = v_add(v_mul(p, r), v_splat(1.0f / 6));
  p = v_add(v_mul(p, r), v_splat(0.5f));
  p = v_add(v_mul(p, r), v_splat(1.0f));
  p = v_add(v_mul(p, r), v_splat(1.0f));
  const v128 biased = simde_wasm_i32x4_add(shifted, simde_wasm_i32x4_splat(127));
  const v128 scale = simde_wasm_i32x4_shl(biased, 23);
  return simde_wasm_v128_andnot(v_mul(p, scale), simde_wasm_f32x4_lt(x, low));
}

/* Rows a..d of a 4 x 4 block become its columns. */
static inline void v_transpose(v128 *a, v128 *b, v128 *c, v128 *d) {
  const v128 ab_low = simde_wasm_i32x4_shuffle(*a, *b, 0, 4, 1, 5);
  const v128 ab_high = simde_wasm_i32x4_shuffle(*a, *b, 2, 6, 3, 7);
  const v128 cd_low = simde_wasm_i32x4_shuffle(*c, *d, 0, 4, 1, 5);
  const v128 cd_high = simde_wasm_i32x4_shuffle(*c, *d, 2, 6, 3, 7);
  *a = simde_wasm_i32x4_shuffle(ab_low, cd_low, 0, 1, 4, 5);
  *b = simde_wasm_i32x4_shuffle(ab_low, cd_low, 2, 3, 6, 7);
  *c = simde_wasm_i32x4_shuffle(ab_high, cd_high, 0, 1, 4, 5);
  *d = simde_wasm_i32x4_shuffle(ab_high, cd_high, 2, 3, 6, 7);
}

/* The kernels of the set: kernels.h has their contracts. simd_gemm.c: */
enum { AFINA_TILE_M = 4, AFINA_TILE_N = 8 };
/* c[4,8] += a b with a packed as [K,4] and b as [K,8]: the product's inner loop, which the
 * benchmark measures alone. */
void afina_simd_multiply_tile(float *c, size_t c_row, const float *a, const float *b, size_t K);
void afina_simd_gemm(float *c, size_t c_row, const float *a, size_t a_row, size_t a_col,
                     const float *b, size_t b_row, size_t b_col, size_t M, size_t N, size_t K,
                     float *scratch);

/* simd_attention.c: */
void afina_simd_attention_forward(float *out, float *lse, const float *q, const float *k,
                                  const float *v, const afina_attention_shape *shape,
                                  float *scratch);
void afina_simd_attention_backward(float *dq, float *dk, float *dv, const float *dout,
                                   const float *q, const float *k, const float *v, const float *out,
                                   const float *lse, const afina_attention_shape *shape,
                                   float *scratch);

/* simd_rowwise.c: */
void afina_simd_layernorm_forward(float *y, float *mean, float *rstd, const float *x,
                                  const float *weight, const float *bias, size_t N, size_t C);
void afina_simd_layernorm_backward(float *dx, const float *dy, const float *x, const float *mean,
                                   const float *rstd, const float *weight, size_t N, size_t C);
void afina_simd_layernorm_backward_parameters(float *dweight, float *dbias, const float *dy,
                                              const float *x, const float *mean, const float *rstd,
                                              size_t N, size_t C, size_t begin, size_t end);
void afina_simd_softmax_cross_entropy_forward(float *losses, float *logits, const uint32_t *targets,
                                              size_t N, size_t V);
void afina_simd_softmax_cross_entropy_backward(float *probabilities, const uint32_t *targets,
                                               float scale, size_t N, size_t V);
void afina_simd_bias_backward(float *db, const float *dy, size_t N, size_t C, size_t begin,
                              size_t end);

#endif
