#include "real.h"

#define LN2_HIGH 6.93147180369123816490e-01 /* the upper 33 bits: an exponent times it is exact */
#define LN2_LOW 1.90821492927058770002e-10
#define PI 3.14159265358979323846

double afina_log_double(double x) {
  /* x = m 2^e with m in [sqrt(1/2), sqrt(2)); log m = 2 atanh(s), s = (m - 1) / (m + 1), |s| <
   * 0.172. */
  int e;
  double m = frexp(x, &e);
  if (m < 0.70710678118654752440) {
    m *= 2;
    e -= 1;
  }
  const double s = (m - 1) / (m + 1), z = s * s;
  double p = 0;
  for (int k = 21; k >= 3; k -= 2) p = (p + 1.0 / k) * z; /* next term: z^11 / 23 < 1e-17 */
  return (double)e * LN2_HIGH + ((double)e * LN2_LOW + (2 * s + 2 * s * p));
}

double afina_exp_double(double x) {
  if (x < -700) return 0;
  if (x > 700) x = 700;
  const double n = floor(x * 1.44269504088896340736 + 0.5);
  const double r = (x - n * LN2_HIGH) - n * LN2_LOW;
  double p = 1;
  for (int k = 14; k >= 1; k--) p = 1 + p * r / k; /* Taylor, |r| <= 0.35: next term below 1e-18 */
  return ldexp(p, (int)n);
}

double afina_cos_double(double x) {
  /* cos x = -sin(x - pi/2); the sine's Taylor series on [-pi/2, pi/2]. */
  const double y = x - PI / 2, z = y * y;
  double p = 1;
  for (int k = 25; k >= 3; k -= 2) p = 1 - p * z / (k * (k - 1));
  return -(y * p);
}
