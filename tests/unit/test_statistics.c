/* Intervals, spread and McNemar's test: against whole-number arithmetic (statistics_fixture.json,
 * made by statistics_fixture.py), against the binomial distribution, and against the plain way. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "metrics.h"
#include "rng.h"
#include "statistics.h"

static double number(const cJSON *object, const char *key) {
  const cJSON *item = afina_json_member(object, key);
  assert_true(cJSON_IsNumber(item));
  return item->valuedouble;
}

static void expect_near(double value, double expected, double within) {
  if (!(fabs(value - expected) <= within * fabs(expected)))
    fail_msg("%.17g, not %.17g", value, expected);
}

static void test_mcnemar_is_exact(void **state) {
  (void)state;
  cJSON *json = read_fixture("statistics_fixture.json");
  const cJSON *pairs = afina_json_member(json, "mcnemar");
  assert_true(cJSON_GetArraySize(pairs) > 10);
  for (const cJSON *pair = pairs->child; pair; pair = pair->next) {
    const size_t b = (size_t)cJSON_GetArrayItem(pair, 0)->valuedouble;
    const size_t c = (size_t)cJSON_GetArrayItem(pair, 1)->valuedouble;
    expect_near(afina_mcnemar_p(b, c), cJSON_GetArrayItem(pair, 2)->valuedouble, 1e-12);
    assert_true(afina_mcnemar_p(b, c) == afina_mcnemar_p(c, b));
  }
  assert_true(afina_mcnemar_p(0, 5000) >= 0 && afina_mcnemar_p(0, 5000) < 1e-300);
  cJSON_Delete(json);
}

static void test_mcnemar_counts(void **state) {
  (void)state;
  const uint32_t truth[] = {0, 1, 2, 0, 1, 2, 0}, first[] = {0, 1, 2, 0, 0, 0, 2},
                 second[] = {0, 2, 1, 2, 1, 1, 1};
  const afina_mcnemar test = afina_mcnemar_test(truth, first, second, 7);
  assert_int_equal(test.first_only, 3); /* rows 1, 2, 3; both wrong, differently: no matter */
  assert_int_equal(test.second_only, 1);
  expect_near(test.p, 0.625, 1e-15); /* 2 (1 + 4) / 16 */
  assert_true(afina_mcnemar_test(truth, first, first, 7).p >= 1);
}

static void test_spread(void **state) {
  (void)state;
  cJSON *json = read_fixture("statistics_fixture.json");
  const cJSON *samples = afina_json_member(json, "spread");
  for (const cJSON *sample = samples->child; sample; sample = sample->next) {
    double values[128];
    size_t count = 0;
    for (const cJSON *v = afina_json_member(sample, "values")->child; v; v = v->next)
      values[count++] = v->valuedouble;
    const afina_spread spread = afina_spread_of(values, count);
    expect_near(spread.mean, number(sample, "mean"), 1e-14);
    expect_near(spread.deviation, number(sample, "deviation"), 1e-12);
  }
  const double one = 0.5;
  assert_true(afina_spread_of(&one, 1).mean >= 0.5 && isnan(afina_spread_of(&one, 1).deviation));
  assert_true(isnan(afina_spread_of(NULL, 0).mean));
  cJSON_Delete(json);
}

enum { ROWS = 200, CLASSES = 4 };

static void fill(uint32_t truth[ROWS], uint32_t a[ROWS], uint32_t b[ROWS]) {
  afina_rng rng;
  afina_rng_seed(&rng, 8);
  for (size_t i = 0; i < ROWS; i++) {
    truth[i] = (uint32_t)afina_rng_below(&rng, CLASSES - 1); /* one class never occurs */
    a[i] = i % 5 ? truth[i] : (truth[i] + 1) % (CLASSES - 1);
    b[i] = i % 3 ? truth[i] : (truth[i] + 1) % (CLASSES - 1);
  }
}

/* How many of n draws are right is binomial: the interval's ends are its quantiles, by as much as
 * 2,000 draws can tell. */
static void test_interval_of_accuracy_is_binomial(void **state) {
  (void)state;
  uint32_t truth[ROWS], a[ROWS], b[ROWS];
  const uint32_t *const runs[] = {a};
  fill(truth, a, b);
  const afina_answers answers = {truth, runs, 1, ROWS, CLASSES};
  for (uint64_t seed = 1; seed <= 5; seed++) {
    afina_intervals out;
    assert_int_equal(afina_bootstrap(&out, &answers, seed, NULL), AFINA_OK);
    /* binomial (200, 0.8): P(X <= 148) = 0.0236, P(X <= 149) = 0.0345; P(X <= 170) = 0.9717,
     * P(X <= 171) = 0.9821 */
    assert_true(out.accuracy.low >= 0.735 && out.accuracy.low <= 0.755);
    assert_true(out.accuracy.high >= 0.845 && out.accuracy.high <= 0.865);
    assert_true(out.macro_f1.low < out.accuracy.high && out.macro_f1.high > out.accuracy.low);
  }
}

static int compare(const void *x, const void *y) {
  return (*(const double *)x > *(const double *)y) - (*(const double *)x < *(const double *)y);
}

/* afina_metrics_compute on each draw, the mean of two runs. */
static void test_interval_of_macro_f1_is_that_of_the_metrics(void **state) {
  (void)state;
  static double f1[AFINA_BOOTSTRAP_DRAWS];
  static float certain[ROWS * CLASSES];
  uint32_t truth[ROWS], a[ROWS], b[ROWS], drawn[ROWS];
  size_t rows[ROWS];
  const uint32_t *const runs[] = {a, b};
  fill(truth, a, b);
  afina_rng rng;
  afina_rng_seed(&rng, 3);
  for (size_t d = 0; d < AFINA_BOOTSTRAP_DRAWS; d++) {
    for (size_t i = 0; i < ROWS; i++) rows[i] = afina_rng_below(&rng, ROWS);
    f1[d] = 0;
    for (size_t r = 0; r < 2; r++) {
      memset(certain, 0, sizeof certain);
      for (size_t i = 0; i < ROWS; i++) {
        drawn[i] = truth[rows[i]];
        certain[i * CLASSES + runs[r][rows[i]]] = 1;
      }
      afina_metrics metrics;
      assert_int_equal(afina_metrics_compute(&metrics, drawn, certain, ROWS, CLASSES, NULL),
                       AFINA_OK);
      f1[d] += metrics.macro_f1 / 2;
      afina_metrics_free(&metrics);
    }
  }
  qsort(f1, AFINA_BOOTSTRAP_DRAWS, sizeof *f1, compare);
  const afina_answers answers = {truth, runs, 2, ROWS, CLASSES};
  afina_intervals out;
  assert_int_equal(afina_bootstrap(&out, &answers, 3, NULL), AFINA_OK);
  /* the 49.975th and the 1949.025th of 0 .. 1999 */
  expect_near(out.macro_f1.low, f1[49] + 0.975 * (f1[50] - f1[49]), 1e-12);
  expect_near(out.macro_f1.high, f1[1949] + 0.025 * (f1[1950] - f1[1949]), 1e-12);
}

static void test_gain_is_paired(void **state) {
  (void)state;
  uint32_t truth[ROWS], a[ROWS], b[ROWS];
  const uint32_t *const better[] = {a}, *const worse[] = {b};
  fill(truth, a, b);
  const afina_answers after = {truth, better, 1, ROWS, CLASSES},
                      before = {truth, worse, 1, ROWS, CLASSES};
  afina_intervals gain, none;
  assert_int_equal(afina_bootstrap_gain(&gain, &before, &after, 1, NULL), AFINA_OK);
  const double found = 1 - 0.2 - (1 - 67.0 / 200); /* every fifth wrong, every third wrong */
  assert_true(gain.accuracy.low < found && found < gain.accuracy.high);
  assert_true(gain.accuracy.low > 0.03 && gain.accuracy.high < 0.24);
  assert_int_equal(afina_bootstrap_gain(&none, &after, &after, 1, NULL), AFINA_OK);
  assert_true(fabs(none.accuracy.low) + fabs(none.accuracy.high) + fabs(none.macro_f1.low) +
                  fabs(none.macro_f1.high) <=
              0);
}

static void test_what_is_refused(void **state) {
  (void)state;
  uint32_t truth[] = {0, 1}, said[] = {0, 2};
  const uint32_t *const runs[] = {said};
  afina_intervals out;
  afina_error error;
  const afina_answers beyond = {truth, runs, 1, 2, 2}, none = {truth, runs, 1, 0, 2};
  assert_int_equal(afina_bootstrap(&out, &beyond, 1, &error), AFINA_E_ARGUMENT);
  assert_int_equal(afina_bootstrap(&out, &none, 1, &error), AFINA_E_DATA);
  const afina_answers two = {truth, runs, 1, 2, 3}, one = {truth, runs, 1, 1, 3};
  assert_int_equal(afina_bootstrap_gain(&out, &one, &two, 1, &error), AFINA_E_ARGUMENT);
  assert_int_equal(afina_bootstrap(&out, &one, 1, &error), AFINA_OK);
  assert_true(out.accuracy.low >= 1 && out.macro_f1.low >= 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_mcnemar_is_exact),
      cmocka_unit_test(test_mcnemar_counts),
      cmocka_unit_test(test_spread),
      cmocka_unit_test(test_interval_of_accuracy_is_binomial),
      cmocka_unit_test(test_interval_of_macro_f1_is_that_of_the_metrics),
      cmocka_unit_test(test_gain_is_paired),
      cmocka_unit_test(test_what_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
