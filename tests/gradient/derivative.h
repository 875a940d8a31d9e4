/* Numerical derivatives, and how far a hand-derived gradient is from them. Double throughout: in
 * float a factor of 0.999 on one term hides in the rounding. */
#ifndef AFINA_DERIVATIVE_H
#define AFINA_DERIVATIVE_H

#include <stddef.h>

#include "real.h"

/* The value of the function under test; it reads the inputs that derivative_numerical moves. */
typedef double scalar_function(void *context);

/* gradient[i] = d f / d x[i], for all n: central differences over four points,
 * (f(-2h) - 8 f(-h) + 8 f(h) - f(2h)) / 12 h, whose error is of order h^4. x is as before
 * afterwards. */
void derivative_numerical(double *gradient, double *x, size_t n, scalar_function *f, void *context);

/* ||a - b|| / (||a|| + ||b||); 0 where both norms are zero but for rounding. */
double derivative_distance(const double *a, const double *b, size_t n);

/* Fails the test, with the worst element, where the distance is not below the bar; returns it. */
double derivative_assert_close(const char *where, const char *tensor, const double *analytic,
                               const double *numerical, size_t n, double bar);

/* Fails the test, with the first element, where two runs do not give the same bits. */
void derivative_assert_same(const char *where, const char *tensor, const double *a, const double *b,
                            size_t n);

#endif
