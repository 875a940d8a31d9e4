/* Reliability bins and thresholds against a table by hand; what a run's factors do to its
 * probabilities. */
#include "session_rig.h"

#include "calibration.h"

/* Six rows of two classes: tops 0.9 right, 0.9 wrong, 0.8 right, 0.6 right, 0.6 wrong, 0.55 right.
 */
static void counts_bins(void **state) {
  (void)state;
  const float p[] = {0.9f, 0.1f, 0.9f, 0.1f, 0.2f, 0.8f, 0.4f, 0.6f, 0.6f, 0.4f, 0.55f, 0.45f};
  const uint32_t truth[] = {0, 1, 1, 1, 1, 0};
  afina_calibration c;
  afina_metrics metrics;
  afina_error error;
  fine(afina_calibration_compute(&c, truth, p, 6, 2, &error), &error);
  fine(afina_metrics_compute(&metrics, truth, p, 6, 2, &error), &error);
  assert_true(c.ece == metrics.ece);
  afina_metrics_free(&metrics);
  size_t rows = 0;
  double gaps = 0;
  for (size_t b = 0; b < AFINA_ECE_BINS; b++) {
    rows += c.bins[b].count;
    gaps += (double)c.bins[b].count * fabs(c.bins[b].confidence - c.bins[b].accuracy) / 6;
  }
  assert_int_equal(rows, 6);
  assert_true(fabs(gaps - c.ece) < 1e-12);
  assert_int_equal(c.bins[13].count, 2); /* 0.9 lies in 13/15 .. 14/15 */
  assert_true(c.bins[13].accuracy == 0.5);
  assert_true(fabs(c.bins[13].confidence - 0.9) < 1e-7);
  assert_int_equal(c.bins[12].count, 1); /* 0.8f lies just above 12/15 */
  assert_true(c.curve[0].coverage == 1 && fabs(c.curve[0].accuracy - 4.0 / 6) < 1e-15);
  assert_true(fabs(c.curve[70].coverage - 0.5) < 1e-15);
  assert_true(fabs(c.curve[70].accuracy - 2.0 / 3) < 1e-15);
  assert_true(c.curve[100].coverage == 0);
  assert_int_equal(afina_calibration_threshold(&c, 0.5), 0);
  assert_int_equal(afina_calibration_threshold(&c, 0.9), AFINA_THRESHOLDS);
  const float sure[] = {0.9f, 0.1f, 0.3f, 0.7f};
  const uint32_t labels[] = {0, 0};
  fine(afina_calibration_compute(&c, labels, sure, 2, 2, &error), &error);
  assert_int_equal(afina_calibration_threshold(&c, 1), 70); /* 0.7f lies a little below 0.7 */
  cJSON *json = afina_calibration_curve_json(&c);
  assert_int_equal(cJSON_GetArraySize(afina_json_member(json, "accuracy")), AFINA_THRESHOLDS);
  assert_true(cJSON_IsNull(cJSON_GetArrayItem(afina_json_member(json, "accuracy"), 100)));
  cJSON_Delete(json);
}

static void run(rig *r, const char *options) {
  rig_open(r);
  rig_fill(r->data, AFINA_PART_TRAIN, 60, 1);
  rig_start(r, options);
  rig_finish(r);
  rig_take_model(r);
}

/* Dividing all logits by the temperature: the order of the classes stays, probabilities to the
 * power of the temperature are those of before; the saved model has it too. */
static void finds_a_temperature(void **state) {
  (void)state;
  rig r;
  run(&r,
      "{\"strategy\":\"full\",\"epochs\":6,\"lr\":0.02,\"ngrams\":false,\"seed\":4,"
      "\"valid_share\":0.3,\"test_share\":0.3}");
  cJSON *json = rig_report(&r);
  const cJSON *c = afina_json_member(json, "calibration");
  assert_string_equal(afina_json_member(c, "by")->valuestring, "temperature");
  const double T = rig_number(c, "temperature");
  assert_true(T > 0 && fabs(T - 1) > 1e-3);
  const afina_predictions tested = afina_session_predictions(r.session);
  double before = 0, confidence[AFINA_ECE_BINS] = {0}, right[AFINA_ECE_BINS] = {0};
  afina_error error;
  for (size_t i = 0; i < tested.count; i++) {
    const afina_row row = afina_dataset_row(r.data, tested.rows[i]);
    const float *p = tested.probabilities + i * RIG_CLASSES;
    float again[RIG_CLASSES];
    fine(afina_classify(r.runtime, r.tuned, &row.text, &row.text_size, 1, again, &error), &error);
    assert_memory_equal(again, p, sizeof again);
    double sum = 0;
    for (size_t k = 0; k < RIG_CLASSES; k++) sum += pow((double)p[k], T);
    const size_t best = afina_metrics_argmax(p, RIG_CLASSES);
    const double top = pow((double)p[best], T) / sum;
    const size_t bin = (size_t)(top * AFINA_ECE_BINS);
    confidence[bin < AFINA_ECE_BINS ? bin : AFINA_ECE_BINS - 1] += top;
    right[bin < AFINA_ECE_BINS ? bin : AFINA_ECE_BINS - 1] += best == row.label;
  }
  for (size_t b = 0; b < AFINA_ECE_BINS; b++) before += fabs(confidence[b] - right[b]);
  /* by way of float probabilities */
  assert_true(fabs(rig_number(c, "ece_before") - before / (double)tested.count) < 1e-5);
  assert_true(rig_number(c, "ece") == rig_number(afina_json_member(json, "test"), "ece"));
  cJSON_Delete(json);
  rig_close(&r);
}

static void says_what_fitted(void **state) {
  const char *const *given = *state;
  rig r;
  run(&r, given[0]);
  cJSON *json = rig_report(&r);
  const cJSON *c = afina_json_member(json, "calibration");
  if (given[1])
    assert_string_equal(afina_json_member(c, "by")->valuestring, given[1]);
  else
    assert_true(cJSON_IsNull(afina_json_member(c, "by")));
  assert_true(cJSON_IsNull(afina_json_member(c, "temperature")));
  assert_int_equal(!given[1], cJSON_IsNull(afina_json_member(c, "ece_before")));
  cJSON_Delete(json);
  rig_close(&r);
}

static void has_none_without_tests(void **state) {
  (void)state;
  rig r;
  run(&r, "{\"epochs\":2,\"test_share\":0}");
  cJSON *json = rig_report(&r);
  assert_true(cJSON_IsNull(afina_json_member(json, "calibration")));
  cJSON_Delete(json);
  rig_close(&r);
}

static const char *const mixed[] = {"{\"epochs\":3,\"valid_share\":0.3,\"test_share\":0.3}",
                                    "factors"};
static const char *const unfitted[] = {"{\"epochs\":3,\"valid_share\":0,\"ngrams\":false}", NULL};

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(counts_bins),
      cmocka_unit_test(finds_a_temperature),
      {"two factors", says_what_fitted, NULL, NULL, (void *)(uintptr_t)mixed},
      {"nothing fitted", says_what_fitted, NULL, NULL, (void *)(uintptr_t)unfitted},
      cmocka_unit_test(has_none_without_tests),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
