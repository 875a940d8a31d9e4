/* The number type of the model, and the functions that C libraries compute differently from one
 * another.
 *
 * Everything from the kernels up to the model is written over afina_real. It is float, except in
 * the gradient tests, which compile the same lines with double: in float a wrong factor of 0.999
 * hides in the rounding.
 *
 * exp, log, cos are ours because law 1 (the same bits everywhere) does not hold for those of C
 * libraries.
 * +, -, *, / and sqrt are exact by IEEE 754 and need no care beyond -ffp-contract=off. */
#ifndef AFINA_REAL_H
#define AFINA_REAL_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/* exp(x) for float, error below 1.25 ulp; 0 below -87.3, and the largest input is 88.0 (no
 * infinity). x = n ln 2 + r, |r| <= ln 2 / 2; exp(r) by its Taylor polynomial of degree 7 (error
 * below 6e-9, a tenth of an ulp). Without branches, so that compilers vectorise it; simd.c has the
 * same operations in the same order. */
#define AFINA_EXP_LOW -87.3f
#define AFINA_EXP_HIGH 88.0f
#define AFINA_LOG2_E 1.44269504088896341f
#define AFINA_LN2_HIGH 0.693359375f /* ln 2 in two parts: n times the first is exact */
#define AFINA_LN2_LOW -2.12194440054690583e-4f
#define AFINA_ROUND_TO_INTEGER \
  12582912.0f /* 1.5 * 2^23: adding it leaves the rounded integer in the low bits */

static inline float afina_exp_float(float x) {
  const float low = x < AFINA_EXP_LOW ? AFINA_EXP_LOW : x;
  const float clamped = low > AFINA_EXP_HIGH ? AFINA_EXP_HIGH : low;
#ifdef __FAST_MATH__ /* only the pretraining kernels: fast math would cancel the rounding constant \
                      */
  const float n = rintf(clamped * AFINA_LOG2_E);
  uint32_t bits = (uint32_t)(int32_t)n;
#else
  const float shifted = clamped * AFINA_LOG2_E + AFINA_ROUND_TO_INTEGER;
  const float n = shifted - AFINA_ROUND_TO_INTEGER;
  uint32_t bits;
  memcpy(&bits, &shifted, sizeof bits);
#endif
  const float r = (clamped - n * AFINA_LN2_HIGH) - n * AFINA_LN2_LOW;
  float p = 1.0f / 5040;
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  bits = (bits + 127u) << 23; /* the low bits hold n, the upper ones leave by the shift */
  float scale;
  memcpy(&scale, &bits, sizeof scale);
  return x < AFINA_EXP_LOW ? 0.0f : p * scale;
}

/* Natural logarithm of x > 0, error below 1e-14 relative; in double everywhere, because only
 * metrics, losses (one per row) and the generator call it. */
double afina_log_double(double x);
/* exp(x) in double, for |x| < 700. */
double afina_exp_double(double x);
/* cos(x) for x in [0, pi], error below 1e-14: the learning-rate schedule. */
double afina_cos_double(double x);

#ifdef AFINA_DOUBLE
typedef double afina_real;
static inline afina_real afina_exp(afina_real x) { return exp(x); }
static inline afina_real afina_log(afina_real x) { return log(x); }
static inline afina_real afina_sqrt(afina_real x) { return sqrt(x); }
#else
typedef float afina_real;
static inline afina_real afina_exp(afina_real x) { return afina_exp_float(x); }
static inline afina_real afina_log(afina_real x) { return (float)afina_log_double((double)x); }
#ifdef __FAST_MATH__ /* compilers take an approximation that makes NaN of denormal numbers */
static inline afina_real afina_sqrt(afina_real x) { return sqrtf(x + 1.17549435e-38f); }
#else
static inline afina_real afina_sqrt(afina_real x) { return sqrtf(x); }
#endif
#endif

#endif
