/* The solver finds the place that is known to be lowest, and every place that it goes on from is
 * lower than the last. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lbfgs.h"

enum { D = 40, MOST = 200 };

static void look_at_bowl(afina_lbfgs *s, const afina_real *lowest) {
  s->loss = 0;
  for (size_t d = 0; d < D; d++) {
    const double steep = 1 + (double)(d * d) / 20, away = (double)(s->weights[d] - lowest[d]);
    s->loss += steep * away * away / 2;
    s->gradient[d] = (afina_real)(steep * away);
  }
}

/* Rosenbrock's valley, in pairs: lowest where all are 1. */
static void look_at_valley(afina_lbfgs *s) {
  s->loss = 0;
  for (size_t d = 0; d < D; d += 2) {
    const double x = (double)s->weights[d], y = (double)s->weights[d + 1], bend = y - x * x;
    s->loss += (1 - x) * (1 - x) + 10 * bend * bend;
    s->gradient[d] = (afina_real)(-2 * (1 - x) - 40 * x * bend);
    s->gradient[d + 1] = (afina_real)(20 * bend);
  }
}

static void expect_lowest(const afina_real *weights, const afina_real *lowest, double near) {
  for (size_t d = 0; d < D; d++) assert_true(fabs((double)(weights[d] - lowest[d])) < near);
}

static void test_bowl_and_valley(void **state) {
  (void)state;
  afina_error error;
  for (int valley = 0; valley < 2; valley++) {
    afina_real weights[D], lowest[D];
    afina_lbfgs s;
    double last = INFINITY;
    size_t lower = 0, looks = 0;
    for (size_t d = 0; d < D; d++) {
      weights[d] = valley ? (afina_real)-0.5 : 0;
      lowest[d] = valley ? 1 : (afina_real)d / 10 - 2;
    }
    assert_int_equal(afina_lbfgs_init(&s, weights, D, MOST, &error), AFINA_OK);
    while (!s.done) {
      if (valley)
        look_at_valley(&s);
      else
        look_at_bowl(&s, lowest);
      looks++;
      if (!afina_lbfgs_look(&s)) continue;
      assert_true(s.loss < last);
      last = s.loss;
      lower++;
      afina_lbfgs_move(&s);
    }
    assert_true(lower > 5 && looks >= lower && s.iteration < MOST);
    expect_lowest(weights, lowest, valley ? 1e-2 : 1e-4);
    afina_lbfgs_free(&s);
  }
}

/* Where nothing is lower, the weights end where they were. */
static void test_a_wrong_slope_goes_nowhere(void **state) {
  (void)state;
  afina_error error;
  afina_real weight = 3;
  afina_lbfgs s;
  size_t looks = 0;
  assert_int_equal(afina_lbfgs_init(&s, &weight, 1, MOST, &error), AFINA_OK);
  while (!s.done) {
    s.loss = (double)weight;
    s.gradient[0] = -1; /* it is 1 */
    if (afina_lbfgs_look(&s)) afina_lbfgs_move(&s);
    assert_true(++looks < 50);
  }
  assert_true(weight == 3);
  afina_lbfgs_free(&s);
}

/* It ends when it has moved as often as it may. */
static void test_most_moves(void **state) {
  (void)state;
  afina_error error;
  afina_real weights[D] = {0};
  afina_lbfgs s;
  assert_int_equal(afina_lbfgs_init(&s, weights, D, 3, &error), AFINA_OK);
  while (!s.done) {
    look_at_valley(&s);
    if (afina_lbfgs_look(&s)) afina_lbfgs_move(&s);
  }
  assert_int_equal(s.iteration, 3);
  afina_lbfgs_free(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_bowl_and_valley),
      cmocka_unit_test(test_a_wrong_slope_goes_nowhere),
      cmocka_unit_test(test_most_moves),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
