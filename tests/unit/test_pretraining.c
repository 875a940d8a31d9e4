/* Pretraining through the public API: it learns, it tells what it does, and a run that was stopped
 * at any update, saved and taken up anew ends with the weights of one that never stopped. */
#include "language_rig.h"

enum { UPDATES = 10 };

static const char adamw[] =
    "{\"context\":16,\"batch\":4,\"tokens\":640,\"optimizer\":\"adamw\","
    "\"lr\":0.01,\"measure\":3,\"seed\":7}";
static const char muon[] = "{\"context\":16,\"batch\":8,\"tokens\":1280,\"decay\":0.5,\"seed\":7}";

static afina_pretraining *begin(const afina_runtime *runtime, const afina_model *model,
                                const char *text, const char *options) {
  afina_error error;
  afina_pretraining *run = NULL;
  fine(afina_pretraining_create(&run, runtime, model, text, strlen(text), options, strlen(options),
                                &error),
       &error);
  return run;
}

static afina_update step(afina_pretraining *run) {
  afina_error error;
  afina_update update = {0};
  fine(afina_pretraining_step(run, &update, &error), &error);
  return update;
}

static void model_hash(const afina_pretraining *run, char hex[AFINA_SHA256_HEX]) {
  afina_error error;
  afina_model *model = NULL;
  fine(afina_pretraining_model(run, &model, &error), &error);
  rig_sha256(model, hex);
  afina_model_free(model);
}

static cJSON *describe(const afina_pretraining *run) {
  afina_error error;
  afina_bytes json = {0};
  fine(afina_pretraining_describe(run, &json, &error), &error);
  return rig_parsed(&json);
}

/* ---- resuming ---- */

/* What a page keeps, and from which it goes on when all else is gone: the model's files, the text,
 * the options and the state. */
typedef struct checkpoint {
  afina_bytes config, tokenizer, state, options;
} checkpoint;

static checkpoint save(const afina_pretraining *run) {
  afina_error error;
  afina_model *model = NULL;
  checkpoint kept = {0};
  cJSON *description = describe(run);
  fine(afina_pretraining_model(run, &model, &error), &error);
  fine(afina_model_save(model, AFINA_FILE_CONFIG, &kept.config, &error), &error);
  fine(afina_model_save(model, AFINA_FILE_TOKENIZER, &kept.tokenizer, &error), &error);
  fine(afina_pretraining_checkpoint(run, &kept.state, &error), &error);
  fine(afina_json_print(afina_json_member(description, "options"), false, &kept.options, &error),
       &error);
  cJSON_Delete(description);
  afina_model_free(model);
  return kept;
}

static afina_pretraining *resume(const afina_runtime *runtime, const char *text, checkpoint *kept) {
  afina_error error;
  afina_model *model = NULL;
  afina_pretraining *run = NULL;
  fine(afina_model_load(&model, kept->config.data, kept->config.size, kept->state.data,
                        kept->state.size, kept->tokenizer.data, kept->tokenizer.size, &error),
       &error);
  fine(afina_pretraining_resume(&run, runtime, model, text, strlen(text),
                                (const char *)kept->options.data, kept->options.size,
                                kept->state.data, kept->state.size, &error),
       &error);
  afina_model_free(model);
  afina_bytes_free(&kept->config);
  afina_bytes_free(&kept->tokenizer);
  afina_bytes_free(&kept->state);
  afina_bytes_free(&kept->options);
  return run;
}

static void check_resumption(const char *options) {
  char *text = rig_text(60), expected[AFINA_SHA256_HEX], actual[AFINA_SHA256_HEX];
  afina_error error;
  afina_update whole[UPDATES];
  for (size_t threads = 1; threads <= 3; threads++) {
    afina_runtime *runtime = rig_runtime(threads), *other = rig_runtime(4 - threads);
    afina_model *model = rig_made(text, small);
    afina_pretraining *run = begin(runtime, model, text, options);
    for (int i = 0; i < UPDATES; i++) whole[i] = step(run);
    assert_true(whole[UPDATES - 1].done && !whole[UPDATES - 2].done);
    model_hash(run, actual);
    if (threads == 1) memcpy(expected, actual, sizeof expected);
    assert_string_equal(expected, actual);
    afina_pretraining_free(run);
    for (int stop = 0; stop <= UPDATES; stop++) {
      run = begin(runtime, model, text, options);
      for (int i = 0; i < stop; i++) step(run);
      afina_update now;
      fine(afina_pretraining_measure(run, &now, &error), &error); /* leaves no trace */
      assert_int_equal(now.step, stop);
      checkpoint kept = save(run);
      afina_pretraining_free(run);
      run = resume(other, text, &kept);
      for (int i = stop; i < UPDATES; i++) {
        const afina_update update = step(run);
        assert_memory_equal(&update.loss, &whole[i].loss, sizeof update.loss);
        assert_true(update.step == whole[i].step && update.done == whole[i].done);
        assert_true(update.held_out == whole[i].held_out);
        assert_true(update.learning_rate == whole[i].learning_rate);
      }
      model_hash(run, actual);
      assert_string_equal(expected, actual);
      afina_pretraining_free(run);
    }
    afina_model_free(model);
    afina_runtime_free(runtime);
    afina_runtime_free(other);
  }
  free(text);
}

static void stopped_anywhere_is_never_stopped(void **state) { check_resumption(*state); }

static void damaged_checkpoints_are_refused(void **state) {
  (void)state;
  char *text = rig_text(60);
  afina_error error;
  afina_runtime *runtime = rig_runtime(1);
  afina_model *model = rig_made(text, small);
  afina_pretraining *run = begin(runtime, model, text, adamw), *again = NULL;
  step(run);
  checkpoint kept = save(run);
  const char *options = (const char *)kept.options.data;
  const size_t size = kept.options.size;
  /* Another text, a cut file, another optimizer. */
  assert_int_equal(afina_pretraining_resume(&again, runtime, model, text, strlen(text) - 1, options,
                                            size, kept.state.data, kept.state.size, &error),
                   AFINA_E_DATA);
  assert_non_null(strstr(error.message, "not the text"));
  assert_int_equal(afina_pretraining_resume(&again, runtime, model, text, strlen(text), options,
                                            size, kept.state.data, kept.state.size / 2, &error),
                   AFINA_E_FORMAT);
  assert_int_equal(afina_pretraining_resume(&again, runtime, model, text, strlen(text), muon,
                                            strlen(muon), kept.state.data, kept.state.size, &error),
                   AFINA_E_ARGUMENT);
  assert_null(again);
  afina_bytes_free(&kept.config);
  afina_bytes_free(&kept.tokenizer);
  afina_bytes_free(&kept.state);
  afina_bytes_free(&kept.options);
  afina_pretraining_free(run);
  afina_model_free(model);
  afina_runtime_free(runtime);
  free(text);
}

/* ---- what it tells ---- */

static void it_learns(void **state) {
  (void)state;
  char *text = rig_text(200);
  afina_error error;
  afina_runtime *runtime = rig_runtime(2);
  afina_model *model = rig_made(text, small);
  static const char options[] = "{\"context\":16,\"batch\":8,\"tokens\":12800,\"held_out\":0.2}";
  afina_pretraining *run = begin(runtime, model, text, options);
  afina_update first, update;
  fine(afina_pretraining_measure(run, &first, &error), &error);
  assert_int_equal(first.steps, 100);
  assert_true(!first.done && first.step == 0);
  assert_true(fabs(first.held_out - log((double)model->gpt.config.vocabulary)) < 0.3);
  double peak = 0;
  size_t measured = 0;
  do {
    update = step(run);
    peak = update.learning_rate > peak ? update.learning_rate : peak;
    measured += update.held_out >= 0;
    assert_true(update.gradient_norm > 0);
  } while (!update.done);
  assert_int_equal(update.step, 100);
  assert_int_equal(update.tokens, 12800);
  assert_int_equal(measured, 50);
  assert_true(peak == 0.01 && update.learning_rate < 0.002);
  assert_true(update.loss < 2 && update.held_out < 2);
  /* Of a run that is done nothing more becomes. */
  char before[AFINA_SHA256_HEX], after[AFINA_SHA256_HEX], base[AFINA_SHA256_HEX];
  model_hash(run, before);
  update = step(run);
  assert_true(update.done && update.step == 100);
  model_hash(run, after);
  assert_string_equal(before, after);
  rig_sha256(model, base); /* the caller's model is not the one that trains */
  assert_string_not_equal(before, base);
  afina_pretraining_free(run);
  afina_model_free(model);
  afina_runtime_free(runtime);
  free(text);
}

static void the_batch_is_what_trained(void **state) {
  (void)state;
  char *text = rig_text(60);
  afina_error error;
  afina_bytes bytes = {0};
  afina_runtime *runtime = rig_runtime(2);
  afina_model *model = rig_made(text, small);
  afina_pretraining *run = begin(runtime, model, text, adamw);
  fine(afina_pretraining_batch(run, &bytes, &error), &error);
  cJSON *json = rig_parsed(&bytes);
  assert_int_equal(cJSON_GetArraySize(afina_json_member(json, "windows")), 0);
  cJSON_Delete(json);
  for (int i = 1; i <= 3; i++) { /* the third is followed by a measure */
    const afina_update update = step(run);
    assert_int_equal(update.held_out >= 0, i == 3);
    fine(afina_pretraining_batch(run, &bytes, &error), &error);
    json = rig_parsed(&bytes);
    const cJSON *window, *token, *windows = afina_json_member(json, "windows");
    assert_int_equal(cJSON_GetArraySize(windows), 4);
    double sum = 0;
    cJSON_ArrayForEach(window, windows) {
      const cJSON *tokens = afina_json_member(window, "tokens");
      afina_buffer joined = {0};
      bool first = true, ends = false;
      assert_int_equal(cJSON_GetArraySize(tokens), 17);
      cJSON_ArrayForEach(token, tokens) {
        const char *part = afina_json_member(token, "text")->valuestring;
        ends = ends || strcmp(part, "<|endoftext|>") == 0 || strstr(part, "\xEF\xBF\xBD");
        fine(afina_buffer_append(&joined, part, strlen(part), &error), &error);
        if (first)
          assert_true(cJSON_IsNull(afina_json_member(token, "loss")));
        else
          sum += rig_number(token, "loss");
        first = false;
      }
      fine(afina_buffer_append(&joined, "", 1, &error), &error);
      if (!ends) assert_non_null(strstr(text, (const char *)joined.data));
      afina_buffer_free(&joined);
    }
    assert_true(fabs(sum / 64 - update.loss) < 1e-9);
    cJSON_Delete(json);
  }
  afina_pretraining_free(run);
  afina_model_free(model);
  afina_runtime_free(runtime);
  free(text);
}

static void it_is_described_in_full(void **state) {
  (void)state;
  char *text = rig_text(60);
  afina_runtime *runtime = rig_runtime(1);
  afina_model *model = rig_made(text, small);
  afina_pretraining *run = begin(runtime, model, text, "");
  cJSON *json = describe(run);
  const cJSON *options = afina_json_member(json, "options"), *tensor;
  const cJSON *tokens = afina_json_member(json, "tokens");
  assert_true(rig_number(options, "context") == 16);
  assert_true(rig_number(options, "batch") == 8);
  assert_true(rig_number(options, "tokens") == 300 * 8 * 16);
  const double train = rig_number(tokens, "train"), held_out = rig_number(tokens, "held_out");
  assert_true(fabs(held_out / (train + held_out) - 0.1) < 0.01);
  double parameters = 0;
  cJSON_ArrayForEach(tensor, afina_json_member(json, "tensors")) {
    double product = 1;
    const cJSON *size;
    cJSON_ArrayForEach(size, afina_json_member(tensor, "shape")) product *= size->valuedouble;
    parameters += product;
  }
  assert_true(parameters == rig_number(json, "parameters"));
  cJSON_Delete(json);
  afina_pretraining_free(run);
  afina_model_free(model);
  afina_runtime_free(runtime);
  free(text);
}

static void senseless_options_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *options;
    afina_status status;
    const char *says;
  } cases[] = {{"{\"context\":17}", AFINA_E_ARGUMENT, "context"},
               {"{\"batch\":0}", AFINA_E_ARGUMENT, "batch"},
               {"{\"lr\":-1}", AFINA_E_ARGUMENT, "lr"},
               {"{\"held_out\":1}", AFINA_E_ARGUMENT, "held_out"},
               {"{\"optimizer\":\"sgd\"}", AFINA_E_ARGUMENT, "adamw or muon"},
               {"{\"steps\":5}", AFINA_E_ARGUMENT, "steps"},
               {"{\"text_sha256\":\"ab\"}", AFINA_E_DATA, "not the text"}};
  char *text = rig_text(60);
  afina_error error;
  afina_runtime *runtime = rig_runtime(1);
  afina_model *model = rig_made(text, small);
  afina_pretraining *run = NULL;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *options = cases[i].options;
    assert_int_equal(afina_pretraining_create(&run, runtime, model, text, strlen(text), options,
                                              strlen(options), &error),
                     cases[i].status);
    if (!strstr(error.message, cases[i].says)) fail_msg("%s", error.message);
  }
  assert_int_equal(afina_pretraining_create(&run, runtime, model, "Oi.", 3, "", 0, &error),
                   AFINA_E_DATA);
  assert_non_null(strstr(error.message, "tokens"));
  assert_null(run);
  afina_model_free(model);
  afina_runtime_free(runtime);
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_prestate(stopped_anywhere_is_never_stopped, (void *)(uintptr_t)adamw),
      cmocka_unit_test_prestate(stopped_anywhere_is_never_stopped, (void *)(uintptr_t)muon),
      cmocka_unit_test(damaged_checkpoints_are_refused),
      cmocka_unit_test(it_learns),
      cmocka_unit_test(the_batch_is_what_trained),
      cmocka_unit_test(it_is_described_in_full),
      cmocka_unit_test(senseless_options_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
