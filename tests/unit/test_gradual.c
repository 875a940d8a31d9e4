/* Gradual unfreezing: what trains in which epoch, from which boundary, and what comes back. */
#include "gradual.h"
#include "model.h"
#include "optimizer.h"
#include "session_rig.h"

static void blocks_open_from_the_top(void **state) {
  (void)state;
  static const size_t expected[] = {3, 3, 2, 2, 1, 1, 0, 0, 0};
  afina_finetune_options o = {
      .strategy = {.kind = AFINA_STRATEGY_GRADUAL}, .epochs = 9, .recipe = {.gradual_epochs = 2}};
  for (size_t e = 1; e <= 9; e++) assert_int_equal(afina_gradual_block(&o, 3, e), expected[e - 1]);
  assert_int_equal(afina_gradual_epochs(&o, 3, 1), 2);
  assert_int_equal(afina_gradual_epochs(&o, 3, 7), 3);
  o.epochs = 3; /* too few for all */
  assert_int_equal(afina_gradual_epochs(&o, 3, 3), 1);
  assert_int_equal(afina_gradual_default(24, 4), 3);
  assert_int_equal(afina_gradual_default(1, 4), 1);
  o.strategy = (afina_strategy){.kind = AFINA_STRATEGY_LAST, .blocks = 1};
  assert_int_equal(afina_gradual_block(&o, 3, 3), 2);
}

static void rates_fall_downwards(void **state) {
  (void)state;
  afina_gpt gpt;
  afina_optimizer optimizer;
  const afina_optimizer_options options = {.beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8};
  rig_gpt(&gpt, 300);
  assert_int_equal(afina_optimizer_init(&optimizer, &gpt, 0, &options, NULL), AFINA_OK);
  assert_int_equal(afina_optimizer_use_decay(&optimizer, &gpt, 0.5, NULL), AFINA_OK);
  static const struct {
    size_t layer;
    afina_tensor tensor;
    double rate;
  } expected[] = {{0, AFINA_WTE, 0.125},        {0, AFINA_WPE, 0.125},
                  {0, AFINA_LN_1_WEIGHT, 0.25}, {0, AFINA_MLP_PROJ_BIAS, 0.25},
                  {1, AFINA_LN_1_WEIGHT, 0.5},  {1, AFINA_MLP_PROJ_BIAS, 0.5},
                  {0, AFINA_LN_F_WEIGHT, 0.5},  {0, AFINA_LN_F_BIAS, 0.5}};
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
    const afina_param *p = afina_params_find(&gpt.params, expected[i].layer, expected[i].tensor);
    assert_true(optimizer.rates[p - gpt.params.entries] == expected[i].rate);
    /* The first step of AdamW moves a weight by its rate, whatever the gradient. */
    optimizer.gradients.data[p->offset] = 3;
  }
  afina_exec exec;
  assert_int_equal(afina_exec_init(&exec, &afina_kernels_plain, NULL, 12, 8, NULL), AFINA_OK);
  const size_t count = gpt.params.total;
  afina_real *before = afina_allocate(count, sizeof *before);
  memcpy(before, gpt.weights, count * sizeof *before);
  afina_optimizer_step(&optimizer, &gpt, &exec, 0.1);
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
    const size_t at = afina_params_find(&gpt.params, expected[i].layer, expected[i].tensor)->offset;
    assert_true(fabs((double)(before[at] - gpt.weights[at]) - 0.1 * expected[i].rate) < 1e-5);
  }
  free(before);
  afina_exec_free(&exec);
  afina_optimizer_free(&optimizer);
  afina_gpt_free(&gpt);
}

static const char usual[] =
    "{\"strategy\":\"gradual\",\"readout\":\"%s\",\"epochs\":7,\"gradual_epochs\":2,\"patience\":0,"
    "\"batch\":4,\"lr\":0.02,\"valid_share\":0,\"ngrams\":false,\"cache_mb\":%s}";

static void start_usual(rig *r, const char *readout, const char *cache, bool validates) {
  char options[300];
  rig_open(r);
  rig_fill(r->data, AFINA_PART_TRAIN, 18, 1);
  if (validates) rig_fill(r->data, AFINA_PART_VALID, 9, 2);
  rig_fill(r->data, AFINA_PART_TEST, 9, 3);
  snprintf(options, sizeof options, usual, readout, cache);
  rig_start(r, options);
}

static bool is_as_before(const rig *r, size_t from, size_t to) {
  return memcmp(r->tuned->gpt.weights + from, r->model->gpt.weights + from,
                (to - from) * sizeof(afina_real)) == 0;
}

/* Stopped behind each epoch: what is not open yet is as it was, what is open is not. */
static void what_is_closed_stays(void **state) {
  (void)state;
  static const size_t first[] = {2, 2, 1, 1, 0, 0, 0};
  for (size_t epoch = 1; epoch <= 7; epoch++) {
    rig r;
    start_usual(&r, "last", "1", false);
    for (afina_error error; r.progress.last.epoch < epoch;) fine(rig_step(&r, &error), &error);
    assert_int_equal(r.progress.last.first_block, first[epoch - 1]);
    afina_session_stop(r.session);
    rig_finish(&r);
    rig_take_model(&r);
    cJSON *report = rig_report(&r);
    const cJSON *epochs = afina_json_member(report, "epochs");
    for (size_t e = 0; e < epoch; e++)
      assert_int_equal((size_t)rig_number(cJSON_GetArrayItem(epochs, (int)e), "first_block"),
                       first[e]);
    const afina_params *params = &r.tuned->gpt.params;
    for (size_t l = 0; l < 2; l++)
      assert_int_equal(
          is_as_before(&r, afina_params_block(params, l), afina_params_block(params, l + 1)),
          l < first[epoch - 1]);
    assert_int_equal(is_as_before(&r, afina_params_block(params, 2), afina_params_head(params)),
                     first[epoch - 1] == 2);
    assert_true(is_as_before(&r, 0, afina_params_block(params, 0))); /* the embeddings */
    cJSON_Delete(report);
    rig_close(&r);
  }
}

/* Each boundary's cache says what running from the ids says: the same weights, bit for bit. */
static void cache_changes_nothing(void **state) {
  (void)state;
  static const char *const readouts[] = {"last", "mean", "special", "words"};
  for (size_t i = 0; i < 4; i++) {
    char seen[2][100], kind[2][8];
    for (size_t cached = 0; cached < 2; cached++) {
      rig r;
      start_usual(&r, readouts[i], cached ? "1" : "0", true);
      rig_finish(&r);
      cJSON *report = rig_report(&r);
      snprintf(seen[cached], sizeof seen[cached], "%s",
               afina_json_member(report, "weights_sha256")->valuestring);
      snprintf(kind[cached], sizeof kind[cached], "%s",
               afina_json_member(report, "cache")->valuestring);
      cJSON_Delete(report);
      rig_close(&r);
    }
    assert_string_equal(seen[0], seen[1]);
    assert_string_equal(kind[0], "none");
    assert_string_equal(kind[1], "f32");
  }
}

/* The mean cross-entropy of the saved model on rows, as it was before its probabilities were
 * corrected by a temperature: softmax(z) from softmax(z / temperature). */
static double loss_before(rig *r, const afina_dataset *rows, double temperature) {
  afina_error error;
  double sum = 0;
  for (size_t i = 0; i < afina_dataset_count(rows); i++) {
    const afina_row row = afina_dataset_row(rows, i);
    float p[RIG_CLASSES];
    double whole = 0;
    fine(afina_classify(r->runtime, r->tuned, &row.text, &row.text_size, 1, p, &error), &error);
    for (size_t k = 0; k < RIG_CLASSES; k++) whole += pow((double)p[k], temperature);
    sum -= temperature * log((double)p[row.label]) - log(whole);
  }
  return sum / (double)afina_dataset_count(rows);
}

/* The saved model on the validation rows says what the report says of its best epoch. */
static void expect_best(rig *r) {
  afina_error error;
  afina_bytes bytes;
  cJSON *json = NULL, *report = rig_report(r);
  afina_dataset *valid = NULL;
  const size_t best = (size_t)rig_number(report, "best_epoch");
  rig_take_model(r);
  fine(afina_dataset_create(&valid, &error), &error);
  rig_fill(valid, AFINA_PART_ANY, 9, 2);
  fine(afina_evaluate(r->runtime, r->tuned, valid, &bytes, &error), &error);
  fine(afina_json_parse(&json, bytes.data, bytes.size, "evaluation", &error), &error);
  if (best) {
    const cJSON *epoch = cJSON_GetArrayItem(afina_json_member(report, "epochs"), (int)best - 1);
    const cJSON *calibration = afina_json_member(report, "calibration");
    const double loss = loss_before(r, valid, rig_number(calibration, "temperature"));
    assert_true(rig_number(json, "accuracy") == rig_number(epoch, "valid_accuracy"));
    assert_true(fabs(loss - rig_number(epoch, "valid_loss")) < 1e-4);
  }
  cJSON_Delete(json);
  cJSON_Delete(report);
  afina_bytes_free(&bytes);
  afina_dataset_free(valid);
}

/* Stopped anywhere, behind later openings too, the best epoch comes back with all that it had. */
static void best_epoch_comes_back(void **state) {
  (void)state;
  size_t steps = 0, rebuilt = 0, earlier = 0;
  for (size_t stop = 0;; stop++) {
    rig r;
    afina_error error;
    double fraction = 0;
    start_usual(&r, "mean", "1", true);
    for (steps = 0; steps < stop && r.progress.phase != AFINA_DONE; steps++) {
      fine(rig_step(&r, &error), &error);
      assert_true(r.progress.fraction >= fraction);
      fraction = r.progress.fraction;
    }
    const bool done = r.progress.phase == AFINA_DONE;
    rebuilt += r.progress.phase == AFINA_CACHE && r.progress.epoch > 0;
    earlier += r.progress.best_epoch > 0 && r.progress.best_epoch < r.progress.last.epoch;
    afina_session_stop(r.session);
    rig_finish(&r);
    expect_best(&r);
    rig_close(&r);
    if (done) break;
  }
  assert_true(steps > 40);
  assert_int_equal(rebuilt, 1); /* block 1; at block 0 there is nothing to keep */
  assert_true(earlier > 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(blocks_open_from_the_top), cmocka_unit_test(rates_fall_downwards),
      cmocka_unit_test(what_is_closed_stays), cmocka_unit_test(cache_changes_nothing),
      cmocka_unit_test(best_epoch_comes_back)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
