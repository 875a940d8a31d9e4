/* Every readout with every strategy and every way to train it: the same bits on one thread and on
 * two, and something that was learned. */
#include "session_rig.h"

static const char *const strategies[] = {"head",   "last:1",   "full",    "gradual",
                                         "lora:2", "prefix:2", "prompt:2"};
static const char *const readouts[] = {"last", "mean", "special", "words"};
static const char *const recipes[] = {
    "\"class_weights\":\"none\"",
    "\"dropout\":0.1,\"batch\":25", /* in parts: more of them on one thread than on two */
    "\"class_weights\":\"balanced\",\"label_smoothing\":0.1",
    "\"sampling\":\"balanced\",\"batch\":5",
};

/* Class 0 has half of the rows. */
static void fill_unevenly(afina_dataset *data) {
  rig_fill(data, AFINA_PART_TRAIN, 21, 1);
  for (size_t i = 0; i < 9; i++) {
    char text[32];
    snprintf(text, sizeof text, "%s %s %zu", rig_words[0][i % 4], rig_words[0][i / 3], 900 + i);
    rig_add(data, AFINA_PART_TRAIN, text, rig_labels[0]);
  }
  rig_fill(data, AFINA_PART_VALID, 9, 2);
  rig_fill(data, AFINA_PART_TEST, 9, 3);
}

static cJSON *report_of(size_t threads, const char *options) {
  afina_error error;
  rig r = {.model = rig_model()};
  fine(afina_runtime_create(&r.runtime, threads, &error), &error);
  fine(afina_dataset_create(&r.data, &error), &error);
  fill_unevenly(r.data);
  rig_start(&r, options);
  rig_finish(&r);
  cJSON *report = rig_report(&r);
  rig_close(&r);
  return report;
}

/* The report without its clock. */
static void drop_seconds(cJSON *report) {
  cJSON_DeleteItemFromObjectCaseSensitive(report, "seconds");
  cJSON *epoch;
  cJSON_ArrayForEach(epoch, cJSON_GetObjectItemCaseSensitive(report, "epochs"))
      cJSON_DeleteItemFromObjectCaseSensitive(epoch, "seconds");
}

static void print_options(char out[400], const char *strategy, const char *readout,
                          const char *recipe) {
  snprintf(out, 400,
           "{\"strategy\":\"%s\",\"readout\":\"%s\",\"epochs\":6,\"patience\":0,\"lr\":0.01,%s%s}",
           strategy, readout, recipe, strstr(recipe, "batch") ? "" : ",\"batch\":4");
}

static void check_strategy(void **state) {
  const char *strategy = *state;
  for (size_t i = 0; i < sizeof readouts / sizeof *readouts; i++)
    for (size_t k = 0; k < sizeof recipes / sizeof *recipes; k++) {
      char options[400];
      print_options(options, strategy, readouts[i], recipes[k]);
      cJSON *one = report_of(1, options), *two = report_of(2, options);
      drop_seconds(one);
      drop_seconds(two);
      if (!cJSON_Compare(one, two, true)) fail_msg("threads show: %s", options);
      const cJSON *epochs = afina_json_member(one, "epochs");
      const int last = cJSON_GetArraySize(epochs) - 1;
      const double before = rig_number(cJSON_GetArrayItem(epochs, 0), "train_loss");
      const double after = rig_number(cJSON_GetArrayItem(epochs, last), "train_loss");
      if (!(after < before)) fail_msg("%s: loss %g, then %g", options, before, after);
      cJSON_Delete(one);
      cJSON_Delete(two);
    }
}

/* Each way to train leaves a mark: the comparison above compares what it says. */
static void recipes_differ(void **state) {
  (void)state;
  enum { COUNT = sizeof recipes / sizeof *recipes };
  char seen[COUNT][AFINA_SHA256_HEX];
  for (size_t k = 0; k < COUNT; k++) {
    char options[400];
    print_options(options, "last:1", "mean", recipes[k]);
    cJSON *report = report_of(1, options);
    snprintf(seen[k], sizeof seen[k], "%s",
             afina_json_member(report, "weights_sha256")->valuestring);
    cJSON_Delete(report);
    for (size_t before = 0; before < k; before++) assert_string_not_equal(seen[k], seen[before]);
  }
}

int main(void) {
  enum { COUNT = sizeof strategies / sizeof *strategies };
  struct CMUnitTest tests[COUNT + 1];
  for (size_t i = 0; i < COUNT; i++)
    tests[i] = (struct CMUnitTest){.name = strategies[i],
                                   .test_func = check_strategy,
                                   .initial_state = (void *)(uintptr_t)strategies[i]};
  tests[COUNT] = (struct CMUnitTest)cmocka_unit_test(recipes_differ);
  return _cmocka_run_group_tests("recipes", tests, COUNT + 1, NULL, NULL);
}
