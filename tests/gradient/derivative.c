#include "derivative.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Truncation (h^4) and rounding (eps / h) are about equal here for functions of order 1. */
static const double step = 1e-3;
/* What the differences of a function of order 1 that does not depend on x may leave: eps / step. */
static const double nothing = 1e-12;

void derivative_numerical(double *gradient, double *x, size_t n, scalar_function *f,
                          void *context) {
  static const double place[4] = {-2, -1, 1, 2}, factor[4] = {1, -8, 8, -1};
  for (size_t i = 0; i < n; i++) {
    const double before = x[i];
    double sum = 0;
    for (int k = 0; k < 4; k++) {
      x[i] = before + place[k] * step;
      sum += factor[k] * f(context);
    }
    x[i] = before;
    gradient[i] = sum / (12 * step);
  }
}

double derivative_distance(const double *a, const double *b, size_t n) {
  double difference = 0, norm_a = 0, norm_b = 0;
  for (size_t i = 0; i < n; i++) {
    difference += (a[i] - b[i]) * (a[i] - b[i]);
    norm_a += a[i] * a[i];
    norm_b += b[i] * b[i];
  }
  if (sqrt(norm_a) + sqrt(norm_b) < nothing) return 0;
  return sqrt(difference) / (sqrt(norm_a) + sqrt(norm_b));
}

double derivative_assert_close(const char *where, const char *tensor, const double *analytic,
                               const double *numerical, size_t n, double bar) {
  const double distance = derivative_distance(analytic, numerical, n);
  size_t worst = 0;
  for (size_t i = 1; i < n; i++)
    if (!(fabs(analytic[i] - numerical[i]) <= fabs(analytic[worst] - numerical[worst]))) worst = i;
  if (!(distance < bar))
    fail_msg("%s: d %s is off by %.3g (bar %.1g), worst at [%zu]: %.17g, numerically %.17g", where,
             tensor, distance, bar, worst, analytic[worst], numerical[worst]);
  return distance;
}

void derivative_assert_same(const char *where, const char *tensor, const double *a, const double *b,
                            size_t n) {
  for (size_t i = 0; i < n; i++)
    if (memcmp(&a[i], &b[i], sizeof a[i]) != 0)
      fail_msg("%s: %s[%zu] is %.17g in one run and %.17g in the other", where, tensor, i, a[i],
               b[i]);
}
