/* The comparison: each of its runs is the session that anyone would have run alone, on the same
 * test rows; its baselines are what they are called; its report is the same whatever the threads.
 */
#include "compare_rig.h"

static const char plan[] =
    "{\"strategies\":[\"head\",{\"strategy\":\"last:1\",\"readout\":\"mean\",\"epochs\":2}],"
    "\"seeds\":[4,7],\"options\":{\"epochs\":3,\"seed\":5,\"valid_share\":0.2}}";

static void test_runs_are_sessions(void **state) {
  (void)state;
  static const char *const options[2][2] = {
      {"{\"strategy\":\"head\",\"epochs\":3,\"seed\":4,\"split_seed\":5,\"valid_share\":0.2}",
       "{\"strategy\":\"head\",\"epochs\":3,\"seed\":7,\"split_seed\":5,\"valid_share\":0.2}"},
      {"{\"strategy\":\"last:1\",\"readout\":\"mean\",\"epochs\":2,\"seed\":4,\"split_seed\":5,"
       "\"valid_share\":0.2}",
       "{\"strategy\":\"last:1\",\"readout\":\"mean\",\"epochs\":2,\"seed\":7,\"split_seed\":5,"
       "\"valid_share\":0.2}"}};
  rig r;
  open_rows(&r);
  cJSON *json = compare(&r, plan);
  assert_int_equal(cJSON_GetArraySize(afina_json_member(json, "entries")), 5);
  for (int e = 0; e < 2; e++) {
    double accuracy = 0;
    for (int s = 0; s < 2; s++) {
      cJSON *session = alone(&r, options[e][s]);
      const cJSON *run = run_of(entry_of(json, e), s), *test = afina_json_member(session, "test");
      assert_string_equal(text_of(run, "weights_sha256"), text_of(session, "weights_sha256"));
      assert_true(cJSON_Compare(afina_json_member(run, "test"), test, true));
      expect_close(rig_number(run, "accuracy"), rig_number(test, "accuracy"));
      accuracy += rig_number(run, "accuracy") / 2;
      /* the network's weights, those of the n-grams and their biases */
      const double features = rig_number(afina_json_member(session, "ngrams"), "features");
      expect_close(rig_number(entry_of(json, e), "trained_parameters"),
                   rig_number(session, "trained_parameters") + (features + 1) * RIG_CLASSES);
      assert_string_equal(text_of(afina_json_member(entry_of(json, e), "saved"), "of"), "delta");
      cJSON_Delete(session);
    }
    const cJSON *score = afina_json_member(entry_of(json, e), "accuracy");
    expect_close(rig_number(score, "mean"), accuracy);
    assert_true(rig_number(score, "low") <= accuracy && accuracy <= rig_number(score, "high"));
  }
  cJSON_Delete(json);
  rig_close(&r);
}

static void test_baselines(void **state) {
  (void)state;
  rig r;
  open_rows(&r);
  cJSON *json = compare(&r, plan);
  const cJSON *random = entry_of(json, 2), *ngrams = entry_of(json, 3), *most = entry_of(json, 4);
  cJSON *session = alone(
      &r, "{\"strategy\":\"head\",\"epochs\":3,\"seed\":4,\"split_seed\":5,\"valid_share\":0.2}");
  const cJSON *expected = afina_json_member(afina_json_member(session, "ngrams"), "ngrams_alone");
  assert_string_equal(text_of(ngrams, "kind"), "ngrams");
  assert_int_equal(cJSON_GetArraySize(afina_json_member(ngrams, "runs")), 1);
  expect_close(rig_number(run_of(ngrams, 0), "accuracy"), rig_number(expected, "accuracy"));
  expect_close(rig_number(run_of(ngrams, 0), "macro_f1"), rig_number(expected, "macro_f1"));
  cJSON_Delete(session);

  const cJSON *test = afina_json_member(run_of(most, 0), "test");
  double support = 0, largest = 0;
  for (const cJSON *k = afina_json_member(test, "per_class")->child; k; k = k->next) {
    support += rig_number(k, "support");
    if (rig_number(k, "recall") > 0.5) largest += rig_number(k, "support");
  }
  expect_close(rig_number(run_of(most, 0), "accuracy"), largest / support);
  assert_true(largest > 0 && largest < support);

  assert_true(cJSON_IsTrue(afina_json_member(random, "random")));
  assert_string_equal(text_of(random, "name"), "head");
  afina_model_randomize(r.model, 7);
  session = alone(
      &r, "{\"strategy\":\"head\",\"epochs\":3,\"seed\":7,\"split_seed\":5,\"valid_share\":0.2}");
  assert_string_equal(text_of(run_of(random, 1), "weights_sha256"),
                      text_of(session, "weights_sha256"));
  cJSON_Delete(session);
  cJSON_Delete(json);
  rig_close(&r);
}

/* Every pair, by the tests' own counts. */
static void test_pairs(void **state) {
  (void)state;
  rig r;
  open_rows(&r);
  afina_comparison *c = begin(&r, plan);
  finish(c);
  cJSON *json = report_of(c);
  const cJSON *pairs = afina_json_member(json, "pairs");
  assert_int_equal(cJSON_GetArraySize(pairs), 10);
  size_t differing = 0;
  for (const cJSON *pair = pairs->child; pair; pair = pair->next) {
    const size_t a = (size_t)rig_number(pair, "first"), b = (size_t)rig_number(pair, "second");
    size_t only[2] = {0};
    for (size_t i = 0; i < c->tests; i++) {
      const bool x = c->entries[a].runs[0].predicted[i] == c->truth[i];
      const bool y = c->entries[b].runs[0].predicted[i] == c->truth[i];
      if (x != y) only[y]++;
    }
    assert_int_equal(rig_number(pair, "first_only"), only[0]);
    assert_int_equal(rig_number(pair, "second_only"), only[1]);
    expect_close(rig_number(pair, "p"), afina_mcnemar_p(only[0], only[1]));
    differing += only[0] + only[1];
  }
  assert_true(differing > 10);
  cJSON_Delete(json);
  afina_comparison_free(c);
  rig_close(&r);
}

static void test_forgetting(void **state) {
  (void)state;
  rig r;
  open_rows(&r);
  cJSON *json = compare(&r,
                        "{\"strategies\":[\"head\",\"full\"],\"options\":{\"epochs\":2},"
                        "\"text\":\"sol mar lua rio bola gol time\"}");
  const cJSON *before = afina_json_member(afina_json_member(json, "forgetting"), "before");
  const cJSON *head = afina_json_member(entry_of(json, 0), "after");
  const cJSON *full = afina_json_member(entry_of(json, 1), "after");
  expect_close(rig_number(head, "loss"), rig_number(before, "loss"));
  assert_true(fabs(rig_number(full, "loss") - rig_number(before, "loss")) > 1e-4);
  assert_true(cJSON_IsNull(afina_json_member(entry_of(json, 2), "after"))); /* random weights */
  cJSON_Delete(json);
  rig_close(&r);
}

/* One entry cannot be trained so; the others are not lost with it. */
static void test_a_failure_stays_alone(void **state) {
  (void)state;
  rig r;
  open_rows(&r);
  cJSON *json = compare(
      &r,
      "{\"strategies\":[{\"strategy\":\"full\",\"lr\":10,\"weight_decay\":10,\"epochs\":200},"
      "\"head\"],\"options\":{\"epochs\":2,\"patience\":0},\"random\":false}");
  const cJSON *failed = run_of(entry_of(json, 0), 0), *whole = run_of(entry_of(json, 1), 0);
  assert_string_equal(text_of(afina_json_member(failed, "failure"), "status"), "AFINA_E_DIVERGED");
  assert_true(rig_number(whole, "accuracy") > 0);
  assert_true(
      cJSON_IsNull(afina_json_member(afina_json_member(entry_of(json, 0), "accuracy"), "mean")));
  cJSON_Delete(json);
  rig_close(&r);
}

/* All that lies under "seconds" goes. */
static void drop_seconds(cJSON *json) {
  cJSON_DeleteItemFromObjectCaseSensitive(json, "seconds");
  for (cJSON *item = json->child; item; item = item->next) drop_seconds(item);
}

static void test_threads_and_store_change_nothing(void **state) {
  (void)state;
  afina_error error;
  rig r;
  open_rows(&r);
  cJSON *two = compare(&r, plan);
  fine(afina_runtime_keep(r.runtime, 1 << 20, &error), &error);
  cJSON *stored = compare(&r, plan);
  afina_runtime_free(r.runtime);
  fine(afina_runtime_create(&r.runtime, 1, &error), &error);
  cJSON *one = compare(&r, plan);
  drop_seconds(one);
  drop_seconds(two);
  drop_seconds(stored);
  assert_true(cJSON_Compare(one, two, true));
  assert_true(cJSON_Compare(one, stored, true));
  cJSON_Delete(one);
  cJSON_Delete(two);
  cJSON_Delete(stored);
  rig_close(&r);
}

/* The report can be had at any time, and only grows. */
static void test_report_at_any_time(void **state) {
  (void)state;
  afina_error error;
  afina_comparison_progress progress = {0};
  rig r;
  open_rows(&r);
  afina_comparison *c = begin(&r, "{\"strategies\":[\"head\"],\"options\":{\"epochs\":1}}");
  size_t known = 0;
  for (int i = 0; !progress.done; i++) {
    cJSON *json = report_of(c);
    size_t runs = 0;
    for (int e = 0; e < 4; e++)
      runs += (size_t)cJSON_GetArraySize(afina_json_member(entry_of(json, e), "runs"));
    assert_true(runs >= known && !cJSON_IsTrue(afina_json_member(json, "complete")));
    known = runs;
    cJSON_Delete(json);
    fine(afina_comparison_step(c, i, &progress, &error), &error);
  }
  assert_int_equal(known, 4);
  fine(afina_comparison_step(c, 0, &progress, &error), &error); /* nothing is left to do */
  assert_true(progress.done);
  afina_comparison_free(c);
  rig_close(&r);
}

/* ---- what is refused ---- */

static void refuse(const rig *r, const char *given, afina_status status, const char *words) {
  afina_error error = {0};
  afina_comparison *c = NULL;
  assert_int_equal(
      afina_comparison_create(&c, r->runtime, r->model, r->data, given, strlen(given), &error),
      status);
  if (!strstr(error.message, words)) fail_msg("%s: %s", given, error.message);
}

static void test_what_is_refused(void **state) {
  (void)state;
  rig r;
  open_rows(&r);
  refuse(&r, "[]", AFINA_E_ARGUMENT, "plan");
  refuse(&r, "{\"strategie\":[]}", AFINA_E_ARGUMENT, "'strategie'");
  refuse(&r, "{\"strategies\":[]}", AFINA_E_ARGUMENT, "'strategies'");
  refuse(&r, "{\"strategies\":[3]}", AFINA_E_ARGUMENT, "'strategies'");
  refuse(&r, "{\"strategies\":[\"last:9\"]}", AFINA_E_ARGUMENT, "last:9");
  refuse(&r, "{\"strategies\":[{\"strategy\":\"head\",\"seed\":3}]}", AFINA_E_ARGUMENT, "'seed'");
  refuse(&r, "{\"seeds\":[]}", AFINA_E_ARGUMENT, "'seeds'");
  refuse(&r, "{\"seeds\":[1,1]}", AFINA_E_ARGUMENT, "twice");
  refuse(&r, "{\"seeds\":[1.5]}", AFINA_E_ARGUMENT, "whole");
  refuse(&r, "{\"seeds\":3}", AFINA_E_ARGUMENT, "'seeds'");
  refuse(&r, "{\"options\":{\"epoch\":3}}", AFINA_E_ARGUMENT, "'epoch'");
  refuse(&r, "{\"options\":{\"test_share\":0}}", AFINA_E_DATA, "test on");
  refuse(&r, "{\"random\":\"nothing\"}", AFINA_E_ARGUMENT, "nothing");
  refuse(&r, "{\"curve\":\"heads\"}", AFINA_E_ARGUMENT, "heads");
  afina_dataset_free(r.data);
  afina_error error;
  fine(afina_dataset_create(&r.data, &error), &error);
  rig_fill(r.data, AFINA_PART_ANY, 15, 1);
  refuse(&r, "{\"curve\":\"head\"}", AFINA_E_DATA, "learning curve");
  rig_close(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_runs_are_sessions),
      cmocka_unit_test(test_baselines),
      cmocka_unit_test(test_pairs),
      cmocka_unit_test(test_forgetting),
      cmocka_unit_test(test_a_failure_stays_alone),
      cmocka_unit_test(test_threads_and_store_change_nothing),
      cmocka_unit_test(test_report_at_any_time),
      cmocka_unit_test(test_what_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
