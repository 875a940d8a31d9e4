/* The metrics against scikit-learn's (metrics_fixture.json, made by metrics_fixture.py) and by
 * hand. */
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

static void expect_near(double value, double expected, const char *what) {
  /* Both sides are sums of at most a few hundred terms in double, in different orders. */
  if (!(fabs(value - expected) <= 1e-12 * (1 + fabs(expected))))
    fail_msg("%s: %.17g, not %.17g", what, value, expected);
}

static double number(const cJSON *object, const char *key) {
  const cJSON *item = afina_json_member(object, key);
  assert_true(cJSON_IsNumber(item));
  return item->valuedouble;
}

/* The numbers of a list, to be freed; *count gets how many. */
static double *numbers(const cJSON *object, const char *key, size_t *count) {
  const cJSON *list = afina_json_member(object, key), *item;
  assert_true(cJSON_IsArray(list));
  double *values = calloc((size_t)cJSON_GetArraySize(list) + 1, sizeof *values);
  assert_non_null(values);
  *count = 0;
  cJSON_ArrayForEach(item, list) values[(*count)++] = item->valuedouble;
  return values;
}

static afina_metrics compute_case(const cJSON *one) {
  size_t rows, cells;
  double *truth = numbers(one, "truth", &rows), *parts = numbers(one, "parts", &cells);
  const size_t classes = (size_t)number(one, "classes");
  assert_int_equal(cells, rows * classes);
  uint32_t *labels = malloc(rows * sizeof *labels);
  float *probabilities = malloc(cells * sizeof *probabilities);
  assert_non_null(labels);
  assert_non_null(probabilities);
  for (size_t i = 0; i < rows; i++) labels[i] = (uint32_t)truth[i];
  for (size_t i = 0; i < cells; i++) probabilities[i] = (float)(parts[i] / 1024); /* exact */
  afina_metrics metrics;
  assert_int_equal(afina_metrics_compute(&metrics, labels, probabilities, rows, classes, NULL),
                   AFINA_OK);
  free(truth);
  free(parts);
  free(labels);
  free(probabilities);
  assert_int_equal(metrics.rows, rows);
  return metrics;
}

static void agrees_with_scikit_learn(void **state) {
  (void)state;
  cJSON *fixture = read_fixture("metrics_fixture.json");
  const cJSON *one;
  size_t cases = 0;
  cJSON_ArrayForEach(one, fixture) {
    afina_metrics metrics = compute_case(one);
    expect_near(metrics.accuracy, number(one, "accuracy"), "accuracy");
    expect_near(metrics.macro_f1, number(one, "macro_f1"), "macro F1");
    expect_near(metrics.weighted_f1, number(one, "weighted_f1"), "weighted F1");
    expect_near(metrics.log_loss, number(one, "log_loss"), "log-loss");
    expect_near(metrics.ece, number(one, "ece"), "ECE");
    size_t count;
    double *precision = numbers(one, "precision", &count), *recall = numbers(one, "recall", &count);
    double *f1 = numbers(one, "f1", &count), *support = numbers(one, "support", &count);
    assert_int_equal(count, metrics.classes);
    for (size_t k = 0; k < count; k++) {
      expect_near(metrics.per_class[k].precision, precision[k], "precision");
      expect_near(metrics.per_class[k].recall, recall[k], "recall");
      expect_near(metrics.per_class[k].f1, f1[k], "F1");
      expect_near((double)metrics.per_class[k].support, support[k], "support");
    }
    double *confusion = numbers(one, "confusion", &count);
    assert_int_equal(count, metrics.classes * metrics.classes);
    for (size_t i = 0; i < count; i++)
      expect_near((double)metrics.confusion[i], confusion[i], "confusion");
    free(precision);
    free(recall);
    free(f1);
    free(support);
    free(confusion);
    afina_metrics_free(&metrics);
    cases++;
  }
  assert_int_equal(cases, 6);
  cJSON_Delete(fixture);
}

static void ties_go_to_the_lowest(void **state) {
  (void)state;
  assert_int_equal(afina_metrics_argmax((const float[]){0.25f, 0.25f, 0.25f, 0.25f}, 4), 0);
  assert_int_equal(afina_metrics_argmax((const float[]){0.2f, 0.4f, 0.4f}, 3), 1);
  assert_int_equal(afina_metrics_argmax((const float[]){0.2f, 0.2f, 0.6f}, 3), 2);
  assert_int_equal(afina_metrics_argmax((const float[]){1}, 1), 0);
}

/* Three rows, worked on paper: bins by the top probability, 0.5 in the eighth, 1 in the last. */
static void worked_by_hand(void **state) {
  (void)state;
  const uint32_t truth[] = {0, 1, 1};
  const float probabilities[] = {0.5f, 0.5f, 1, 0, 0.25f, 0.75f};
  afina_metrics metrics;
  assert_int_equal(afina_metrics_compute(&metrics, truth, probabilities, 3, 2, NULL), AFINA_OK);
  static const size_t confusion[] = {1, 0, 1, 1};
  assert_memory_equal(metrics.confusion, confusion, sizeof confusion);
  expect_near(metrics.accuracy, 2.0 / 3, "accuracy");
  expect_near(metrics.per_class[0].precision, 0.5, "precision of 0");
  expect_near(metrics.per_class[1].recall, 0.5, "recall of 1");
  expect_near(metrics.macro_f1, 2.0 / 3, "macro F1");
  expect_near(metrics.ece, (0.5 + 1 + 0.25) / 3, "ECE");
  /* -ln 0.5, -ln 1e-15, -ln 0.75 */
  expect_near(metrics.log_loss,
              (0.693147180559945309 + 34.538776394910684 + 0.287682072451780927) / 3, "log-loss");
  afina_metrics_free(&metrics);
  assert_null(metrics.per_class);
  afina_metrics_free(NULL);
}

static void certainty_costs_almost_nothing(void **state) {
  (void)state;
  afina_metrics metrics;
  assert_int_equal(afina_metrics_compute(&metrics, (const uint32_t[]){0},
                                         (const float[]){1.0000001f, 0, 0}, 1, 3, NULL),
                   AFINA_OK);
  assert_true(metrics.log_loss >= 0 && metrics.log_loss < 1.2e-15);
  expect_near(metrics.macro_f1, 1, "macro F1"); /* over the one class that occurs */
  afina_metrics_free(&metrics);
}

static void expect_refused(const uint32_t *truth, const float *probabilities, size_t rows,
                           size_t classes, afina_status expected, const char *part_of_message) {
  afina_metrics metrics = {0};
  afina_error error = {0};
  assert_int_equal(afina_metrics_compute(&metrics, truth, probabilities, rows, classes, &error),
                   expected);
  if (!strstr(error.message, part_of_message)) fail_msg("%s", error.message);
  assert_null(metrics.per_class);
}

static void refuses_nonsense(void **state) {
  (void)state;
  const uint32_t truth[] = {0, 1};
  const float fine[] = {0.5f, 0.5f, 0.5f, 0.5f};
  expect_refused(truth, fine, 0, 2, AFINA_E_DATA, "no rows");
  expect_refused(truth, fine, 2, 0, AFINA_E_ARGUMENT, "no classes");
  expect_refused(truth, fine, 2, 1, AFINA_E_ARGUMENT, "class 1 of 1");
  const float bad[] = {NAN, INFINITY, -INFINITY, -0.01f, 1.01f};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    const float probabilities[] = {0.5f, 0.5f, 0.5f, bad[i]};
    expect_refused(truth, probabilities, 2, 2, AFINA_E_DIVERGED, "row 1");
  }
}

static void writes_json(void **state) {
  (void)state;
  const uint32_t truth[] = {0, 1, 1, 1};
  const float probabilities[] = {1, 0, 1, 0, 0.5f, 0.5f, 0.25f, 0.75f};
  const char *const labels[] = {"n\xC3\xA3o", "a \"b\"\n"};
  afina_metrics metrics;
  assert_int_equal(afina_metrics_compute(&metrics, truth, probabilities, 4, 2, NULL), AFINA_OK);
  metrics.log_loss = 0.5; /* so that the text below needs no long decimals */
  metrics.macro_f1 = 0.25;
  metrics.per_class[0].precision = 0.125;
  cJSON *json = NULL;
  assert_int_equal(afina_metrics_json(&json, &metrics, labels, NULL), AFINA_OK);
  metrics.per_class[1].recall = 0;
  char *text = cJSON_PrintUnformatted(json);
  assert_non_null(text);
  assert_non_null(strstr(text,
                         "{\"accuracy\":0.5,\"macro_f1\":0.25,\"weighted_f1\":0.5,"
                         "\"per_class\":[{\"label\":\"n\xC3\xA3o\",\"precision\":0.125,"
                         "\"recall\":1,\"f1\":0.5,\"support\":1},"
                         "{\"label\":\"a \\\"b\\\"\\n\",\"precision\":1,\"recall\":0.33333333"));
  assert_non_null(strstr(text,
                         "\"f1\":0.5,\"support\":3}],\"confusion\":[[1,0],[2,1]],\"ece\":0.4375,"
                         "\"log_loss\":0.5,\"rows\":4}"));
  free(text);
  cJSON_Delete(json);
  afina_metrics_free(&metrics);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(agrees_with_scikit_learn), cmocka_unit_test(ties_go_to_the_lowest),
      cmocka_unit_test(worked_by_hand),           cmocka_unit_test(certainty_costs_almost_nothing),
      cmocka_unit_test(refuses_nonsense),         cmocka_unit_test(writes_json),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
