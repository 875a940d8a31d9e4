/* Tensors for the kernels' tests. Each is an allocation of its own that starts off a vector's
 * alignment and ends with its last element, so that AddressSanitizer sees a read beyond it; what
 * lies between rows is NaN; outputs start from garbage.
 *
 * A set's kernels are compared with reference.c over float: equal bits where both take the same
 * operations in the same order, and where only the order of a sum differs, a bound that follows
 * from it: summing n numbers in another order changes the sum by at most 2 n eps times the sum of
 * their absolute values (eps = 2^-24, to first order). */
#ifndef AFINA_TEST_TENSORS_H
#define AFINA_TEST_TENSORS_H

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernels.h"
#include "rng.h"

/* The set under test, and the plain loops that say what is right (run_sets). */
static const afina_kernels *set;
static const afina_kernels *truth;
static const float eps = FLT_EPSILON / 2;

enum { MAX_TENSORS = 64 };

/* Runs the tests for each of the sets that this machine has; returns how many failed. */
static inline int run_sets(int (*tests)(void)) {
  const struct {
    const afina_kernels *set, *truth;
  } all[] = {{&afina_kernels_plain, &afina_kernels_reference},
             {afina_kernels_find("plain"), &afina_kernels_reference},
             {&afina_kernels_fused, &afina_kernels_reference_fused},
             {afina_kernels_find("fused"), &afina_kernels_reference_fused}};
  int failed = 0;
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    set = all[i].set;
    truth = all[i].truth;
    if (set) failed += tests();
  }
  return failed;
}

/* What a test has allocated; freed at its end. */
typedef struct store {
  void *blocks[MAX_TENSORS];
  size_t count;
  afina_rng rng;
} store;

static inline void *keep(store *s, void *block) {
  assert_non_null(block);
  assert_true(s->count < MAX_TENSORS);
  s->blocks[s->count++] = block;
  return block;
}

static inline void clear(store *s) {
  while (s->count) free(s->blocks[--s->count]);
}

/* n floats that end where their allocation ends and start one float after a 16-byte boundary. */
static inline float *tensor(store *s, size_t n) {
  float *block = keep(s, malloc((n + 1) * sizeof *block));
  for (size_t i = 0; i <= n; i++) block[i] = NAN;
  return block + 1;
}

static inline float *normal(store *s, size_t n) {
  float *x = tensor(s, n);
  for (size_t i = 0; i < n; i++) x[i] = (float)afina_rng_normal(&s->rng);
  return x;
}

static inline float *copy(store *s, const float *x, size_t n) {
  float *y = tensor(s, n);
  if (n) memcpy(y, x, n * sizeof *y);
  return y;
}

/* rows x columns values, rows `stride` apart, NaN between them and nothing behind the last. */
static inline float *matrix(store *s, size_t rows, size_t columns, size_t stride) {
  float *x = tensor(s, (rows - 1) * stride + columns);
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < columns; j++) x[i * stride + j] = (float)afina_rng_normal(&s->rng);
  return x;
}

static inline float *scratch(store *s, size_t n) {
  float *x = keep(s, aligned_alloc(64, (n * sizeof *x + 63) / 64 * 64));
  for (size_t i = 0; i < n; i++) x[i] = NAN;
  return x;
}

static inline void assert_same(const float *actual, const float *expected, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (memcmp(&actual[i], &expected[i], sizeof *actual))
      fail_msg("element %zu of %zu is %.9g, not %.9g", i, n, (double)actual[i],
               (double)expected[i]);
}

static inline void assert_near(float actual, float expected, float bound) {
  if (!(fabsf(actual - expected) <= bound))
    fail_msg("%.9g is not within %.3g of %.9g", (double)actual, (double)bound, (double)expected);
}

static inline float largest(const float *x, size_t n) {
  float max = 0;
  for (size_t i = 0; i < n; i++) max = fabsf(x[i]) > max ? fabsf(x[i]) : max;
  return max;
}

static const size_t lengths[] = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10,  11,  12, 13,
                                 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,  24,  25, 26,
                                 27, 28, 29, 30, 31, 32, 33, 63, 64, 100, 192, 257};
enum { LENGTHS = sizeof lengths / sizeof *lengths };

#endif
