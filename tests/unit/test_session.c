/* A fine-tuning session through the public API: stopped wherever it can be stopped, on data that is
 * barely data, run into the ground; its report and model are there when it is done and not before.
 */
#include "session_rig.h"

static const char usual[] =
    "{\"strategy\":\"last:1\",\"epochs\":4,\"patience\":0,\"batch\":4,\"lr\":0.01,"
    "\"ngrams\":false}"; /* they learn from the validation rows in the end */

static void open_usual(rig *r, const char *options) {
  rig_open(r);
  rig_fill(r->data, AFINA_PART_TRAIN, 18, 1);
  rig_fill(r->data, AFINA_PART_VALID, 9, 2);
  rig_fill(r->data, AFINA_PART_TEST, 9, 3);
  rig_start(r, options);
}

/* Accuracy and loss of the validation rows by the tuned model, the temperature taken back. */
static void measure_valid(rig *r, double T, double out[2]) {
  afina_error error;
  afina_dataset *valid = NULL;
  fine(afina_dataset_create(&valid, &error), &error);
  rig_fill(valid, AFINA_PART_ANY, 9, 2);
  out[0] = out[1] = 0;
  for (size_t i = 0; i < 9; i++) {
    const afina_row row = afina_dataset_row(valid, i);
    float p[RIG_CLASSES];
    double sum = 0;
    fine(afina_classify(r->runtime, r->tuned, &row.text, &row.text_size, 1, p, &error), &error);
    size_t best = 0;
    for (size_t k = 0; k < RIG_CLASSES; k++) {
      best = p[k] > p[best] ? k : best;
      sum += pow((double)p[k], T);
    }
    out[0] += best == row.label;
    out[1] -= log(pow((double)p[row.label], T) / sum);
  }
  out[0] /= 9;
  out[1] /= 9;
  afina_dataset_free(valid);
}

/* Stops where the run stands; what is left is the best epoch that the report names. */
static void check_stopped(rig *r, size_t best_epoch) {
  afina_session_stop(r->session);
  rig_finish(r);
  cJSON *report = rig_report(r);
  assert_int_equal((size_t)rig_number(report, "best_epoch"), best_epoch);
  assert_int_equal((size_t)rig_number(afina_json_member(report, "test"), "rows"), 9);
  const cJSON *epochs = afina_json_member(report, "epochs");
  rig_take_model(r);
  if (best_epoch) {
    const cJSON *best = cJSON_GetArrayItem(epochs, (int)best_epoch - 1);
    double measured[2];
    const cJSON *calibration = afina_json_member(report, "calibration");
    measure_valid(r, rig_number(calibration, "temperature"), measured);
    const double loss = rig_number(best, "valid_loss");
    /* probabilities of a ruined model are 0 and 1: what the temperature did cannot be taken back */
    assert_true(loss > 10 || fabs(measured[0] - rig_number(best, "valid_accuracy")) < 1e-12);
    assert_true(loss > 10 || fabs(measured[1] - loss) < 1e-5);
  } else {
    assert_int_equal(cJSON_GetArraySize(epochs), 0);
  }
  cJSON_Delete(report);
}

static void test_stop_in_each_phase(void **state) {
  (void)state;
  static const struct {
    afina_phase phase;
    size_t epoch, step;
  } places[] = {{AFINA_PREPARE, 0, 0}, {AFINA_CACHE, 0, 0},    {AFINA_TRAIN, 1, 0},
                {AFINA_TRAIN, 1, 2},   {AFINA_VALIDATE, 1, 0}, {AFINA_TRAIN, 2, 0},
                {AFINA_TRAIN, 3, 2},   {AFINA_VALIDATE, 3, 0}, {AFINA_TEST, 4, 0},
                {AFINA_DONE, 4, 0}};
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    rig r;
    open_usual(&r, usual);
    rig_run_to(&r, places[i].phase, places[i].epoch, places[i].step);
    check_stopped(&r, r.progress.best_epoch);
    assert_true(places[i].epoch < 2 || r.progress.best_epoch > 0);
    rig_close(&r);
  }
}

/* Stopped anywhere, the two parts together test as the model that is saved does. */
static void test_ngrams(void **state) {
  (void)state;
  static const struct {
    afina_phase phase;
    size_t epoch, step;
  } places[] = {{AFINA_PREPARE, 0, 0}, {AFINA_NGRAMS, 0, 0},   {AFINA_CACHE, 0, 0},
                {AFINA_TRAIN, 1, 2},   {AFINA_VALIDATE, 2, 0}, {AFINA_NGRAMS, 3, 0},
                {AFINA_TEST, 3, 0},    {AFINA_DONE, 3, 0}};
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    rig r;
    open_usual(&r, "{\"strategy\":\"last:1\",\"epochs\":3,\"batch\":4,\"lr\":0.01}");
    rig_run_to(&r, places[i].phase, places[i].epoch, places[i].step);
    afina_session_stop(r.session);
    rig_finish(&r);
    cJSON *report = rig_report(&r);
    const cJSON *ngrams = afina_json_member(report, "ngrams");
    const cJSON *alone = afina_json_member(ngrams, "ngrams_alone");
    assert_true(rig_number(ngrams, "features") > 20);
    assert_true(rig_number(alone, "accuracy") > 0.9); /* each label has words of its own */
    const bool tuned = rig_number(report, "best_epoch") > 0;
    assert_true(tuned == (fabs(rig_number(ngrams, "ngrams_factor") - 1) > 1e-9));
    rig_take_model(&r);
    const afina_predictions said = afina_session_predictions(r.session);
    for (size_t t = 0; t < said.count; t++) {
      const afina_row row = afina_dataset_row(r.data, said.rows[t]);
      float again[8];
      afina_error error;
      fine(afina_classify(r.runtime, r.tuned, &row.text, &row.text_size, 1, again, &error), &error);
      assert_memory_equal(again, said.probabilities + t * said.classes,
                          said.classes * sizeof *again);
    }
    cJSON_Delete(report);
    rig_close(&r);
  }
}

/* With a patience of 1 the epoch behind the best one is the last. */
static void test_best_epoch_is_restored(void **state) {
  (void)state;
  rig r;
  open_usual(&r,
             "{\"strategy\":\"full\",\"epochs\":60,\"patience\":1,\"batch\":4,\"lr\":0.2,"
             "\"weight_decay\":0,\"ngrams\":false}");
  rig_finish(&r);
  assert_true(r.progress.epoch < 60);
  assert_int_equal(r.progress.best_epoch, r.progress.epoch - 1);
  check_stopped(&r, r.progress.best_epoch);
  rig_close(&r);
}

static void test_nothing_before_done(void **state) {
  (void)state;
  afina_error error;
  afina_bytes bytes;
  afina_model *model = NULL;
  rig r;
  open_usual(&r, usual);
  rig_run_to(&r, AFINA_TRAIN, 2, 1);
  assert_int_equal(afina_session_report(r.session, &bytes, &error), AFINA_E_STATE);
  assert_non_null(strstr(error.message, "before the run is done"));
  assert_int_equal(afina_session_model(r.session, &model, &error), AFINA_E_STATE);
  assert_null(model);
  assert_int_equal(afina_session_predictions(r.session).count, 0);
  fine(afina_session_describe(r.session, &bytes, &error), &error);
  afina_bytes_free(&bytes);
  rig_finish(&r);
  assert_int_equal(afina_session_predictions(r.session).count, 9);
  fine(rig_step(&r, &error), &error); /* nothing is left to do, and that is no error */
  assert_int_equal(r.progress.phase, AFINA_DONE);
  assert_true(r.progress.fraction == 1);
  rig_close(&r);
}

/* A decay of 10 at a rate of 10 multiplies each weight by -99 in every update. */
static const char ruinous[] =
    "{\"strategy\":\"full\",\"epochs\":%d,\"patience\":0,\"batch\":%d,\"lr\":10,"
    "\"weight_decay\":10,\"ngrams\":false}";

static void run_to_failure(rig *r, int batch) {
  afina_error error;
  char options[200];
  snprintf(options, sizeof options, ruinous, 400, batch);
  open_usual(r, options);
  for (int i = 0; i < 5000; i++) {
    const afina_status status = rig_step(r, &error);
    if (status == AFINA_OK && r->progress.phase != AFINA_DONE) continue;
    assert_int_equal(status, AFINA_E_DIVERGED);
    assert_non_null(strstr(error.message, "smaller learning rate than 10"));
    return;
  }
  fail_msg("the run did not diverge");
}

static void test_divergence_keeps_best_epoch(void **state) {
  (void)state;
  afina_error error;
  rig r;
  run_to_failure(&r, 64); /* one update an epoch: many epochs end well first */
  assert_true(r.progress.best_epoch > 0);
  assert_int_equal(rig_step(&r, &error), AFINA_E_DIVERGED); /* not the next batch */
  check_stopped(&r, r.progress.best_epoch);
  rig_close(&r);
}

static void test_divergence_in_first_epoch(void **state) {
  (void)state;
  afina_error error;
  afina_bytes bytes;
  afina_model *model = NULL;
  rig r;
  rig_open(&r);
  rig_fill(r.data, AFINA_PART_TRAIN, 300, 1);
  char options[200];
  snprintf(options, sizeof options, ruinous, 1, 1);
  rig_start(&r, options);
  afina_status status = AFINA_OK;
  for (int i = 0; i < 1000 && status == AFINA_OK; i++) status = rig_step(&r, &error);
  assert_int_equal(status, AFINA_E_DIVERGED);
  assert_int_equal(r.progress.best_epoch, 0);
  afina_session_stop(r.session);
  for (int i = 0; i < 1000; i++) /* more often than there are batches */
    assert_int_equal(rig_step(&r, &error), AFINA_E_DIVERGED);
  assert_int_equal(afina_session_report(r.session, &bytes, &error), AFINA_E_STATE);
  assert_int_equal(afina_session_model(r.session, &model, &error), AFINA_E_STATE);
  rig_close(&r);
}

static void test_options_are_refused_by_name(void **state) {
  (void)state;
  static const char *const wrong[][2] = {
      {"{\"stratgy\":\"full\"}", "'stratgy'"},  {"{\"epochs\":\"3\"}", "'epochs'"},
      {"{\"epochs\":2.5}", "'epochs'"},         {"{\"seed\":-1}", "'seed'"},
      {"{\"strategy\":\"last:3\"}", "last:3"},  {"{\"strategy\":7}", "'strategy'"},
      {"{\"readout\":\"first\"}", "'first'"},   {"{\"lr\":11}", "'lr'"},
      {"{\"valid_share\":0.95}", "valid_share"}};
  afina_error error;
  rig r;
  rig_open(&r);
  rig_fill(r.data, AFINA_PART_ANY, 30, 1);
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    assert_int_equal(afina_session_create(&r.session, r.runtime, r.model, r.data, wrong[i][0],
                                          strlen(wrong[i][0]), &error),
                     AFINA_E_ARGUMENT);
    if (!strstr(error.message, wrong[i][1])) fail_msg("%s: %s", wrong[i][0], error.message);
    assert_null(r.session);
  }
  rig_close(&r);
}

/* ---- odd data ---- */

static void test_duplicates_conflicts_single_rows(void **state) {
  (void)state;
  rig r;
  rig_open(&r);
  rig_fill(r.data, AFINA_PART_ANY, 24, 1);
  for (int i = 0; i < 5; i++) rig_add(r.data, AFINA_PART_ANY, "sol sol", "tempo");
  rig_add(r.data, AFINA_PART_ANY, "sol sol", "food");
  rig_add(r.data, AFINA_PART_ANY, "so uma vez", "raro");
  rig_add(r.data, AFINA_PART_ANY, "   ", "tempo");
  rig_add(r.data, AFINA_PART_ANY, "sem nome", "");
  rig_start(&r, "{\"strategy\":\"full\",\"epochs\":1}");
  rig_finish(&r);
  cJSON *report = rig_report(&r);
  const cJSON *data = afina_json_member(report, "data"), *split = afina_json_member(data, "split");
  assert_true(rig_number(data, "rows") == 33 && rig_number(data, "usable") == 31);
  assert_true(rig_number(split, "train") + rig_number(split, "valid") + rig_number(split, "test") ==
              31);
  rig_take_model(&r);
  assert_int_equal(afina_model_classes(r.tuned), 4);
  assert_string_equal(afina_model_label(r.tuned, 2), "raro");
  cJSON_Delete(report);
  rig_close(&r);
}

static void test_thousand_classes(void **state) {
  (void)state;
  afina_error error;
  rig r;
  rig_open(&r);
  for (int i = 0; i < AFINA_MAX_LABELS; i++) {
    char text[32], label[32];
    snprintf(text, sizeof text, "n%d", i);
    snprintf(label, sizeof label, "c%04d", i);
    rig_add(r.data, AFINA_PART_ANY, text, label);
  }
  assert_int_equal(afina_dataset_add(r.data, AFINA_PART_ANY, "x", 1, "more", 4, 1001, &error),
                   AFINA_E_DATA);
  rig_start(&r, "{\"strategy\":\"head\",\"epochs\":1,\"batch\":100}");
  rig_finish(&r);
  cJSON *report = rig_report(&r);
  assert_true(cJSON_IsNull(afina_json_member(report, "test"))); /* one text a class: all train */
  rig_take_model(&r);
  float *p = calloc(AFINA_MAX_LABELS, sizeof *p);
  const char *text = "n7";
  const size_t size = 2;
  fine(afina_classify(r.runtime, r.tuned, &text, &size, 1, p, &error), &error);
  double sum = 0;
  for (int i = 0; i < AFINA_MAX_LABELS; i++) sum += (double)p[i];
  assert_true(fabs(sum - 1) < 1e-4);
  free(p);
  cJSON_Delete(report);
  rig_close(&r);
}

static void test_empty_and_trimmed_texts(void **state) {
  (void)state;
  afina_error error;
  rig r;
  open_usual(&r, "{\"strategy\":\"head\",\"epochs\":2}");
  rig_finish(&r);
  rig_take_model(&r);
  const char *texts[] = {"", "\xC2\xA0 \t\n", "sol mar", "  sol mar\r\n"};
  const size_t sizes[] = {0, 5, 7, 11};
  float p[4][RIG_CLASSES];
  fine(afina_classify(r.runtime, r.tuned, texts, sizes, 4, p[0], &error), &error);
  for (int i = 0; i < 4; i++)
    assert_true(fabs((double)p[i][0] + (double)p[i][1] + (double)p[i][2] - 1) < 1e-6);
  assert_memory_equal(p[0], p[1], sizeof p[0]);
  assert_memory_equal(p[2], p[3], sizeof p[2]);
  assert_memory_not_equal(p[0], p[2], sizeof p[0]);
  fine(afina_classify(r.runtime, r.tuned, NULL, NULL, 0, NULL, &error), &error);
  assert_int_equal(afina_classify(r.runtime, r.model, texts, sizes, 4, p[0], &error),
                   AFINA_E_STATE);
  rig_close(&r);
}

/* The weights' hash and the test rows of a session on this data. */
static char *train_hash(rig *r, const char *options, size_t *tested) {
  rig_start(r, options);
  rig_finish(r);
  cJSON *report = rig_report(r);
  const cJSON *sha = afina_json_member(report, "weights_sha256");
  assert_non_null(sha);
  char *hash = strdup(sha->valuestring);
  cJSON_Delete(report);
  *tested = afina_session_predictions(r->session).count;
  afina_session_free(r->session);
  r->session = NULL;
  r->progress = (afina_progress){0};
  return hash;
}

/* A plan's parts, given to the rows themselves, make the same session of its options; and they stay
 * where a label changes, which would deal the rows anew. */
static void test_plan(void **state) {
  (void)state;
  static const char asked[] = "{\"strategy\":\"head\",\"epochs\":2,\"valid_share\":0.2}";
  afina_error error;
  afina_bytes bytes;
  cJSON *plan = NULL;
  rig r;
  rig_open(&r);
  rig_fill(r.data, AFINA_PART_ANY, 40, 7);
  rig_add(r.data, AFINA_PART_ANY, "no label", "");
  fine(afina_session_plan(r.runtime, r.model, r.data, asked, strlen(asked), &bytes, &error),
       &error);
  fine(afina_json_parse(&plan, bytes.data, bytes.size, "plan", &error), &error);
  afina_bytes_free(&bytes);
  const char *parts = afina_json_member(plan, "parts")->valuestring;
  char *options = cJSON_PrintUnformatted(afina_json_member(plan, "options"));
  assert_int_equal(strlen(parts), 41);
  assert_int_equal(parts[40], '0');

  size_t tested = 0, again = 0;
  char *hash = train_hash(&r, asked, &tested);
  rig given = {.runtime = r.runtime, .model = r.model};
  for (int relabel = 0; relabel < 2; relabel++) {
    fine(afina_dataset_create(&given.data, &error), &error);
    for (size_t i = 0; i < 40; i++) {
      const afina_row row = afina_dataset_row(r.data, i);
      const size_t label = relabel && i < 6 ? (row.label + 1) % RIG_CLASSES : row.label;
      const char *name = afina_dataset_labels(r.data)[label];
      fine(afina_dataset_add(given.data, (afina_part)(parts[i] - '0'), row.text, row.text_size,
                             name, strlen(name), i + 1, &error),
           &error);
    }
    char *same = train_hash(&given, options, &again);
    assert_int_equal(again, tested);
    if (relabel)
      assert_string_not_equal(same, hash);
    else
      assert_string_equal(same, hash);
    free(same);
    afina_dataset_free(given.data);
  }
  static const char wrong[] = "{\"test_share\":2}";
  assert_int_equal(
      afina_session_plan(r.runtime, r.model, r.data, wrong, strlen(wrong), &bytes, &error),
      AFINA_E_ARGUMENT);
  free(hash);
  cJSON_free(options);
  cJSON_Delete(plan);
  rig_close(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_stop_in_each_phase),
      cmocka_unit_test(test_ngrams),
      cmocka_unit_test(test_best_epoch_is_restored),
      cmocka_unit_test(test_nothing_before_done),
      cmocka_unit_test(test_divergence_keeps_best_epoch),
      cmocka_unit_test(test_divergence_in_first_epoch),
      cmocka_unit_test(test_options_are_refused_by_name),
      cmocka_unit_test(test_duplicates_conflicts_single_rows),
      cmocka_unit_test(test_thousand_classes),
      cmocka_unit_test(test_empty_and_trimmed_texts),
      cmocka_unit_test(test_plan),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
