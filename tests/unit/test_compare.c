/* The comparison: each of its runs is the session that anyone would have run alone, on the same
 * test rows; its baselines are what they are called; its report is the same whatever the threads.
 */
#include "compare.h"
#include "session_rig.h"

enum { ROWS = 90 };

static void open_rows(rig *r) {
  rig_open(r);
  rig_fill(r->data, AFINA_PART_ANY, ROWS, 1);
  for (size_t i = 0; i < 9; i++) { /* harder: words of one class, the label of another */
    char text[64];
    snprintf(text, sizeof text, "%s %s %zu?", rig_words[i % 3][i % 4], rig_words[1][i % 3], i);
    rig_add(r->data, AFINA_PART_ANY, text, rig_labels[(i + 1) % 3]);
  }
}

static afina_comparison *begin(const rig *r, const char *plan) {
  afina_error error;
  afina_comparison *c = NULL;
  fine(afina_comparison_create(&c, r->runtime, r->model, r->data, plan, strlen(plan), &error),
       &error);
  return c;
}

static cJSON *report_of(const afina_comparison *c) {
  afina_error error;
  afina_bytes bytes;
  cJSON *json = NULL;
  fine(afina_comparison_report(c, &bytes, &error), &error);
  fine(afina_json_parse(&json, bytes.data, bytes.size, "comparison", &error), &error);
  afina_bytes_free(&bytes);
  return json;
}

static void finish(afina_comparison *c) {
  afina_error error;
  afina_comparison_progress progress = {0};
  double last = 0, now = 0;
  for (int i = 0; i < 200000 && !progress.done; i++) {
    fine(afina_comparison_step(c, now += 0.25, &progress, &error), &error);
    assert_true(progress.fraction >= last - 1e-9 && progress.fraction <= 1);
    last = progress.fraction;
  }
  assert_true(progress.done);
}

static cJSON *compare(const rig *r, const char *plan) {
  afina_comparison *c = begin(r, plan);
  finish(c);
  cJSON *json = report_of(c);
  afina_comparison_free(c);
  return json;
}

static const cJSON *entry_of(const cJSON *report, int i) {
  const cJSON *entry = cJSON_GetArrayItem(afina_json_member(report, "entries"), i);
  assert_non_null(entry);
  return entry;
}

static const cJSON *run_of(const cJSON *entry, int i) {
  const cJSON *run = cJSON_GetArrayItem(afina_json_member(entry, "runs"), i);
  assert_non_null(run);
  return run;
}

static const char *text_of(const cJSON *object, const char *key) {
  const cJSON *item = afina_json_member(object, key);
  assert_true(cJSON_IsString(item));
  return item->valuestring;
}

static void expect_close(double a, double b) {
  if (!(fabs(a - b) < 1e-12)) fail_msg("%.17g and %.17g", a, b);
}

/* What a session alone reports. */
static cJSON *alone(rig *r, const char *options) {
  r->progress = (afina_progress){0};
  rig_start(r, options);
  rig_finish(r);
  cJSON *json = rig_report(r);
  afina_session_free(r->session);
  r->session = NULL;
  return json;
}

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

/* ---- the learning curve ---- */

static void test_subsets_are_nested(void **state) {
  (void)state;
  rig r;
  open_rows(&r);
  afina_comparison *c = begin(&r, "{\"curve\":\"head\"}");
  bool chosen[2][ROWS + 9] = {{false}};
  size_t counts[2][RIG_CLASSES] = {{0}};
  for (size_t i = 0; i < 2; i++) {
    afina_error error;
    fine(afina_compare_subset(c, i ? 16 : 8, 3, &error), &error);
    size_t tests = 0;
    for (size_t row = 0; row < afina_dataset_count(c->subset); row++) {
      const afina_row kept = afina_dataset_row(c->subset, row);
      const afina_row given = afina_dataset_row(r.data, c->row_of[row]);
      assert_int_equal(kept.label, given.label);
      assert_memory_equal(kept.text, given.text, given.text_size);
      assert_int_equal(kept.part == AFINA_PART_TEST, c->place_of[c->row_of[row]] != SIZE_MAX);
      if (kept.part == AFINA_PART_TEST) {
        tests++;
      } else {
        chosen[i][c->row_of[row]] = true;
        counts[i][kept.label]++;
      }
    }
    assert_int_equal(tests, c->tests);
    for (size_t k = 0; k < RIG_CLASSES; k++) assert_int_equal(counts[i][k], i ? 16 : 8);
    afina_dataset_free(c->subset);
    c->subset = NULL;
  }
  for (size_t row = 0; row < ROWS + 9; row++) assert_true(!chosen[0][row] || chosen[1][row]);
  afina_comparison_free(c);
  rig_close(&r);
}

static void test_curve(void **state) {
  (void)state;
  rig r;
  open_rows(&r);
  cJSON *json =
      compare(&r, "{\"curve\":\"head\",\"seeds\":[1,2],\"options\":{\"epochs\":5,\"seed\":5}}");
  const cJSON *curve = afina_json_member(json, "curve"), *gain = afina_json_member(curve, "gain");
  assert_int_equal(cJSON_GetArraySize(afina_json_member(curve, "points")), 3);
  static const double rows[] = {24, 48, 78};
  int i = 0;
  for (const cJSON *point = afina_json_member(curve, "points")->child; point; point = point->next) {
    const cJSON *entry = entry_of(json, (int)rig_number(point, "entry"));
    const cJSON *baseline = entry_of(json, (int)rig_number(point, "baseline"));
    assert_string_equal(text_of(entry, "name"), "head");
    assert_string_equal(text_of(baseline, "name"), "ngrams");
    expect_close(rig_number(entry, "rows"), rows[i]);
    expect_close(rig_number(baseline, "rows"), rows[i++]);
  }
  assert_int_equal(rig_number(gain, "from"), 0); /* 48 rows are more than about half of 78 */
  assert_int_equal(rig_number(gain, "to"), 4);
  const cJSON *accuracy = afina_json_member(gain, "accuracy");
  const double from = rig_number(
      afina_json_member(entry_of(json, (int)rig_number(gain, "from")), "accuracy"), "mean");
  const double to = rig_number(afina_json_member(entry_of(json, 4), "accuracy"), "mean");
  expect_close(rig_number(accuracy, "mean"), to - from);
  const double low = rig_number(accuracy, "low"), high = rig_number(accuracy, "high");
  assert_true(low <= to - from && to - from <= high);
  assert_string_equal(text_of(gain, "verdict"), low > 0       ? "helps"
                                                : high < 0.01 ? "little"
                                                              : "unclear");
  /* all labels: as without a curve */
  cJSON *session = alone(&r, "{\"strategy\":\"head\",\"epochs\":5,\"seed\":2,\"split_seed\":5}");
  assert_string_equal(text_of(run_of(entry_of(json, 4), 1), "weights_sha256"),
                      text_of(session, "weights_sha256"));
  cJSON_Delete(session);
  cJSON_Delete(json);
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
      cmocka_unit_test(test_subsets_are_nested),
      cmocka_unit_test(test_curve),
      cmocka_unit_test(test_what_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
