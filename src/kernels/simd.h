/* What the files of a SIMD set share: short names over SIMDe's vectors, the exponential, and the
 * kernels that simd.c lists. Private to this folder.
 *
 * simd_elementwise.c and simd_rowwise.c are compiled once for each width, the others once for each
 * set (CMakeLists.txt): AFINA_SET is its name, AFINA_WIDE asks for 256-bit vectors, AFINA_FUSED for
 * products in one rounding. `vec` has WIDTH floats,
 * `v128` always LANES.
 *
 * Law 1 here: multiply, then add; fused only, and always, where "advance" is said, that is in gemm,
 * and by it in attention; minima and maxima only as "b < a ? b : a", never
 * the IEEE operations whose NaN rules differ between machines; every sum in an order that depends
 * on its length alone. Four-lane sums add element i to lane i mod 4, then (lane 0 + lane 1) + (lane
 * 2 + lane 3), then the n mod 4 last elements one by one, whatever WIDTH is. Elements of an
 * elementwise kernel get the same operations in the vector loop and in its scalar tail. */
#ifndef AFINA_SIMD_H
#define AFINA_SIMD_H

#include <simde/wasm/simd128.h>
#ifdef AFINA_WIDE
#include <simde/x86/avx2.h>
#include <simde/x86/fma.h>
#endif

#include "kernels.h"

/* Called often and left out of line: V8 optimises a function that is entered many times, not one
 * that loops for long. */
#define AFINA_NOINLINE __attribute__((noinline))

/* AFINA_LOCAL(gemm) is afina_plain_gemm in the set plain. */
#define AFINA_JOIN(set, name) afina_##set##_##name
#define AFINA_JOIN_EXPANDED(set, name) AFINA_JOIN(set, name)
#define AFINA_LOCAL(name) AFINA_JOIN_EXPANDED(AFINA_SET, name)

/* AFINA_SHARED(add) is afina_narrow_add in all sets of that width. */
#ifdef AFINA_WIDE
#define AFINA_SHARED(name) AFINA_JOIN(wide, name)
#else
#define AFINA_SHARED(name) AFINA_JOIN(narrow, name)
#endif

/* Four lanes, for sums along a row and for 4 x 4 transpositions. */
typedef simde_v128_t v128;

enum { LANES = 4 };

static inline v128 q_load(const float *x) { return simde_wasm_v128_load(x); }
static inline void q_store(float *y, v128 a) { simde_wasm_v128_store(y, a); }
static inline v128 q_splat(float x) { return simde_wasm_f32x4_splat(x); }
static inline v128 q_add(v128 a, v128 b) { return simde_wasm_f32x4_add(a, b); }
static inline v128 q_sub(v128 a, v128 b) { return simde_wasm_f32x4_sub(a, b); }
static inline v128 q_mul(v128 a, v128 b) { return simde_wasm_f32x4_mul(a, b); }
/* sum + a b, in two roundings */
static inline v128 q_mul_add(v128 sum, v128 a, v128 b) { return q_add(sum, q_mul(a, b)); }

static inline float q_sum(v128 a) {
  float lane[LANES];
  q_store(lane, a);
  return (lane[0] + lane[1]) + (lane[2] + lane[3]);
}

/* Rows a..d of a 4 x 4 block become its columns. */
static inline void q_transpose(v128 *a, v128 *b, v128 *c, v128 *d) {
  const v128 ab_low = simde_wasm_i32x4_shuffle(*a, *b, 0, 4, 1, 5);
  const v128 ab_high = simde_wasm_i32x4_shuffle(*a, *b, 2, 6, 3, 7);
  const v128 cd_low = simde_wasm_i32x4_shuffle(*c, *d, 0, 4, 1, 5);
  const v128 cd_high = simde_wasm_i32x4_shuffle(*c, *d, 2, 6, 3, 7);
  *a = simde_wasm_i32x4_shuffle(ab_low, cd_low, 0, 1, 4, 5);
  *b = simde_wasm_i32x4_shuffle(ab_low, cd_low, 2, 3, 6, 7);
  *c = simde_wasm_i32x4_shuffle(ab_high, cd_high, 0, 1, 4, 5);
  *d = simde_wasm_i32x4_shuffle(ab_high, cd_high, 2, 3, 6, 7);
}

/* As many lanes as the set has. v_larger(a, b) is a < b ? b : a, v_smaller(a, b) b < a ? b : a;
 * v_scale_by_power(x, n) is x 2^n, n the integer in the low bits of its float; v_zero_below(y, x,
 * low) is x < low ? 0 : y. */
#ifdef AFINA_WIDE
typedef simde__m256 vec;
enum { WIDTH = 8 };
static inline vec v_load(const float *x) { return simde_mm256_loadu_ps(x); }
static inline void v_store(float *y, vec a) { simde_mm256_storeu_ps(y, a); }
static inline vec v_splat(float x) { return simde_mm256_set1_ps(x); }
static inline vec v_load_splat(const float *x) { return simde_mm256_broadcast_ss(x); }
static inline vec v_add(vec a, vec b) { return simde_mm256_add_ps(a, b); }
static inline vec v_sub(vec a, vec b) { return simde_mm256_sub_ps(a, b); }
static inline vec v_mul(vec a, vec b) { return simde_mm256_mul_ps(a, b); }
static inline vec v_div(vec a, vec b) { return simde_mm256_div_ps(a, b); }
static inline vec v_sqrt(vec a) { return simde_mm256_sqrt_ps(a); }
static inline vec v_negate(vec a) { return simde_mm256_xor_ps(a, v_splat(-0.0f)); }
static inline vec v_larger(vec a, vec b) { return simde_mm256_max_ps(b, a); }
static inline vec v_smaller(vec a, vec b) { return simde_mm256_min_ps(b, a); }
/* Four floats from each place. */
static inline vec v_load_halves(const float *low, const float *high) {
  return simde_mm256_insertf128_ps(simde_mm256_castps128_ps256(simde_mm_loadu_ps(low)),
                                   simde_mm_loadu_ps(high), 1);
}
/* q_transpose in either half. */
static inline void v_transpose_halves(vec *a, vec *b, vec *c, vec *d) {
  const vec ab_low = simde_mm256_unpacklo_ps(*a, *b), ab_high = simde_mm256_unpackhi_ps(*a, *b);
  const vec cd_low = simde_mm256_unpacklo_ps(*c, *d), cd_high = simde_mm256_unpackhi_ps(*c, *d);
  *a = simde_mm256_shuffle_ps(ab_low, cd_low, 0x44);
  *b = simde_mm256_shuffle_ps(ab_low, cd_low, 0xee);
  *c = simde_mm256_shuffle_ps(ab_high, cd_high, 0x44);
  *d = simde_mm256_shuffle_ps(ab_high, cd_high, 0xee);
}
static inline vec v_scale_by_power(vec x, vec n) {
  const simde__m256i biased =
      simde_mm256_add_epi32(simde_mm256_castps_si256(n), simde_mm256_set1_epi32(127));
  return v_mul(x, simde_mm256_castsi256_ps(simde_mm256_slli_epi32(biased, 23)));
}
static inline vec v_zero_below(vec y, vec x, vec low) {
  return simde_mm256_andnot_ps(simde_mm256_cmp_ps(x, low, SIMDE_CMP_LT_OQ), y);
}
#else
typedef simde_v128_t vec;
enum { WIDTH = LANES };
static inline vec v_load(const float *x) { return simde_wasm_v128_load(x); }
static inline void v_store(float *y, vec a) { simde_wasm_v128_store(y, a); }
static inline vec v_splat(float x) { return simde_wasm_f32x4_splat(x); }
static inline vec v_load_splat(const float *x) { return simde_wasm_v128_load32_splat(x); }
static inline vec v_add(vec a, vec b) { return simde_wasm_f32x4_add(a, b); }
static inline vec v_sub(vec a, vec b) { return simde_wasm_f32x4_sub(a, b); }
static inline vec v_mul(vec a, vec b) { return simde_wasm_f32x4_mul(a, b); }
static inline vec v_div(vec a, vec b) { return simde_wasm_f32x4_div(a, b); }
static inline vec v_sqrt(vec a) { return simde_wasm_f32x4_sqrt(a); }
static inline vec v_negate(vec a) { return simde_wasm_f32x4_neg(a); }
static inline vec v_larger(vec a, vec b) { return simde_wasm_f32x4_pmax(a, b); }
static inline vec v_smaller(vec a, vec b) { return simde_wasm_f32x4_pmin(a, b); }
static inline vec v_scale_by_power(vec x, vec n) {
  const vec biased = simde_wasm_i32x4_add(n, simde_wasm_i32x4_splat(127));
  return v_mul(x, simde_wasm_i32x4_shl(biased, 23));
}
static inline vec v_zero_below(vec y, vec x, vec low) {
  return simde_wasm_v128_andnot(y, simde_wasm_f32x4_lt(x, low));
}
#endif

/* sum + a b, in two roundings */
static inline vec v_mul_add(vec sum, vec a, vec b) { return v_add(sum, v_mul(a, b)); }

/* sum + a b: a step of a matrix product, in one rounding where the set is fused, else in two. */
#if !defined AFINA_FUSED
static inline vec v_advance(vec sum, vec a, vec b) { return v_mul_add(sum, a, b); }
static inline v128 q_advance(v128 sum, v128 a, v128 b) { return q_mul_add(sum, a, b); }
static inline float advance(float sum, float a, float b) { return sum + a * b; }
#elif defined __wasm_relaxed_simd__ /* fused or not as the engine likes: afina_kernels_fuse asks \
                                     */
static inline v128 q_advance(v128 sum, v128 a, v128 b) {
  return wasm_f32x4_relaxed_madd(a, b, sum);
}
static inline float advance(float sum, float a, float b) {
  return simde_wasm_f32x4_extract_lane(q_advance(q_splat(sum), q_splat(a), q_splat(b)), 0);
}
#else
static inline float advance(float sum, float a, float b) { return fmaf(a, b, sum); }
static inline v128 q_advance(v128 sum, v128 a, v128 b) {
#ifdef SIMDE_ARM_NEON_A64V8_NATIVE
  return vreinterpretq_s32_f32(
      vfmaq_f32(vreinterpretq_f32_s32(sum), vreinterpretq_f32_s32(a), vreinterpretq_f32_s32(b)));
#else /* with FMA compilers make one instruction of it; elsewhere right, but slow */
  float s[LANES], x[LANES], y[LANES];
  q_store(s, sum);
  q_store(x, a);
  q_store(y, b);
  for (size_t i = 0; i < LANES; i++) s[i] = fmaf(x[i], y[i], s[i]);
  return q_load(s);
#endif
}
#endif
#if defined AFINA_FUSED && defined AFINA_WIDE
static inline vec v_advance(vec sum, vec a, vec b) { return simde_mm256_fmadd_ps(a, b, sum); }
#elif defined AFINA_FUSED
static inline vec v_advance(vec sum, vec a, vec b) { return q_advance(sum, a, b); }
#endif

/* afina_exp_float of base/real.h, the same operations in the same order, hence the same bits. */
static inline vec v_exp(vec x) {
  const vec low = v_splat(AFINA_EXP_LOW), shift = v_splat(AFINA_ROUND_TO_INTEGER);
  const vec clamped = v_smaller(v_larger(x, low), v_splat(AFINA_EXP_HIGH));
  const vec shifted = v_add(v_mul(clamped, v_splat(AFINA_LOG2_E)), shift);
  const vec n = v_sub(shifted, shift);
  const vec r =
      v_sub(v_sub(clamped, v_mul(n, v_splat(AFINA_LN2_HIGH))), v_mul(n, v_splat(AFINA_LN2_LOW)));
  vec p = v_splat(1.0f / 5040);
  p = v_add(v_mul(p, r), v_splat(1.0f / 720));
  p = v_add(v_mul(p, r), v_splat(1.0f / 120));
  p = v_add(v_mul(p, r), v_splat(1.0f / 24));
  p = v_add(v_mul(p, r), v_splat(1.0f / 6));
  p = v_add(v_mul(p, r), v_splat(0.5f));
  p = v_add(v_mul(p, r), v_splat(1.0f));
  p = v_add(v_mul(p, r), v_splat(1.0f));
  return v_zero_below(v_scale_by_power(p, shifted), x, low);
}

/* The kernels of the set: kernels.h has their contracts. simd_gemm.c: */
/* In registers: two vectors of b, one element of a, the sums, and where products are not fused one
 * of them. AVX2 has 16 registers; V8 leaves 15 of the same, which 5 x 8 and, fused, 6 x 8 fill. */
#if defined AFINA_WIDE || defined AFINA_FUSED
#define AFINA_TILE_M 6
#else
#define AFINA_TILE_M 5
#endif
enum { TILE_M = AFINA_TILE_M, TILE_N = 2 * WIDTH };
/* c[TILE_M, TILE_N] += a b with a packed as [K, TILE_M] and b as [K, TILE_N]: the product's inner
 * loop. */
void AFINA_LOCAL(tile)(float *c, size_t c_row, const float *a, const float *b, size_t K);
void AFINA_LOCAL(gemm)(float *c, size_t c_row, const float *start, const float *a, size_t a_row,
                       size_t a_col, const float *b, size_t b_row, size_t b_col, size_t M, size_t N,
                       size_t K, float *scratch);

/* simd_pack.c. Rows are shared out evenly among tiles: the first `more` have one row more. */
typedef struct share {
  size_t tiles, rows, more;
} share;
static inline share share_rows(size_t M) {
  const size_t tiles = (M + TILE_M - 1) / TILE_M;
  return (share){tiles, M / tiles, M % tiles};
}
static inline size_t rows_of(share s, size_t tile) { return s.rows + (tile < s.more); }
/* The rows of a[M,K] as panels, one for each tile of share_rows(M): [K, rows], one behind the
 * other. */
void AFINA_LOCAL(pack_a)(float *to, const float *a, size_t a_row, size_t a_col, size_t M, size_t K);
/* The columns of b[K,N] as panels [K, TILE_N], one behind the other; zeros behind the last column.
 */
void AFINA_LOCAL(pack_b)(float *to, const float *b, size_t b_row, size_t b_col, size_t N, size_t K);

/* simd_attention.c: */
void AFINA_LOCAL(attention_forward)(float *out, float *lse, const float *q, const float *k,
                                    const float *v, const afina_attention_shape *shape,
                                    float *scratch);
void AFINA_LOCAL(attention_backward)(float *dq, float *dk, float *dv, const float *dout,
                                     const float *q, const float *k, const float *v,
                                     const float *out, const float *lse,
                                     const afina_attention_shape *shape, float *scratch);

/* simd_rowwise.c: */
void AFINA_SHARED(layernorm_forward)(float *y, float *mean, float *rstd, const float *x,
                                     const float *weight, const float *bias, size_t N, size_t C);
void AFINA_SHARED(layernorm_backward)(float *dx, const float *dy, const float *x, const float *mean,
                                      const float *rstd, const float *weight, size_t N, size_t C);
void AFINA_SHARED(layernorm_backward_parameters)(float *dweight, float *dbias, const float *dy,
                                                 const float *x, const float *mean,
                                                 const float *rstd, size_t N, size_t C,
                                                 size_t begin, size_t end);
void AFINA_SHARED(softmax_cross_entropy_forward)(float *losses, float *logits,
                                                 const uint32_t *targets, size_t N, size_t V);
void AFINA_SHARED(softmax_cross_entropy_backward)(float *probabilities, const uint32_t *targets,
                                                  float scale, size_t N, size_t V);
void AFINA_SHARED(bias_backward)(float *db, const float *dy, size_t N, size_t C, size_t begin,
                                 size_t end);
/* x = exp(x - max), element by element. */
void AFINA_SHARED(exponentials)(float *x, float max, size_t n);
/* Four-lane sum and, for n > 0, the largest of n elements. */
float AFINA_SHARED(row_sum)(const float *x, size_t n);
float AFINA_SHARED(row_max)(const float *x, size_t n);

/* simd_elementwise.c: */
void AFINA_SHARED(gelu_forward)(float *y, const float *x, size_t n);
void AFINA_SHARED(gelu_backward)(float *dx, const float *dy, const float *x, size_t n);
void AFINA_SHARED(add)(float *y, const float *x, size_t n);
double AFINA_SHARED(sum_of_squares)(const float *x, size_t n);
void AFINA_SHARED(adamw)(float *w, float *m, float *v, const float *gradient,
                         const afina_adamw_step *step, size_t n);

#endif
