/* Deltas: what a run trained, in a file of its own, and the model that it is put on. */
#include "model.h"
#include "session_rig.h"

static void open_and_run(rig *r, const char *strategy, const char *more) {
  char options[160];
  snprintf(options, sizeof options, "{\"strategy\":\"%s\",\"epochs\":2%s}", strategy, more);
  rig_open(r);
  rig_fill(r->data, AFINA_PART_ANY, 60, 1);
  rig_start(r, options);
  rig_finish(r);
  rig_take_model(r);
}

static void expect_same(rig *r, const afina_model *loaded) {
  afina_error error;
  char tuned[AFINA_SHA256_HEX], again[AFINA_SHA256_HEX];
  fine(afina_weights_sha256(&r->tuned->gpt, &r->tuned->bag, tuned, &error), &error);
  fine(afina_weights_sha256(&loaded->gpt, &loaded->bag, again, &error), &error);
  assert_string_equal(tuned, again);
  assert_int_equal(loaded->gpt.config.readout, r->tuned->gpt.config.readout);
  assert_int_equal(loaded->gpt.config.adapters.prefix, r->tuned->gpt.config.adapters.prefix);
  assert_int_equal(loaded->gpt.config.adapters.prompt, r->tuned->gpt.config.adapters.prompt);
  assert_int_equal(afina_model_classes(loaded), RIG_CLASSES);
  for (size_t k = 0; k < RIG_CLASSES; k++)
    assert_string_equal(afina_model_label(loaded, k), afina_model_label(r->tuned, k));
}

/* From the run, and from the classifier beside the model that it was made from. */
static void expect_round_trip(const char *strategy, const char *more) {
  afina_error error;
  afina_bytes delta, compared, whole;
  afina_model *loaded = NULL;
  rig r;
  open_and_run(&r, strategy, more);
  fine(afina_session_delta(r.session, &delta, &error), &error);
  fine(afina_model_load_delta(&loaded, r.model, delta.data, delta.size, &error), &error);
  expect_same(&r, loaded);
  /* one text at a time and all together: the answers are the run's */
  const afina_predictions said = afina_session_predictions(r.session);
  const afina_row row = afina_dataset_row(r.data, said.rows[0]);
  float p[RIG_CLASSES];
  fine(afina_classify(r.runtime, loaded, &row.text, &row.text_size, 1, p, &error), &error);
  assert_memory_equal(p, said.probabilities, sizeof p);
  afina_model_free(loaded);

  fine(afina_model_delta(r.tuned, r.model, &compared, &error), &error);
  fine(afina_model_load_delta(&loaded, r.model, compared.data, compared.size, &error), &error);
  expect_same(&r, loaded);
  fine(afina_model_save(r.tuned, AFINA_FILE_WEIGHTS, &whole, &error), &error);
  if (strcmp(strategy, "full") != 0) {
    assert_true(delta.size < whole.size && compared.size < whole.size);
    assert_true(delta.size <= compared.size); /* LoRA apart is smaller than merged */
  }
  afina_model_free(loaded);
  afina_bytes_free(&delta);
  afina_bytes_free(&compared);
  afina_bytes_free(&whole);
  rig_close(&r);
}

static void test_round_trip(void **state) {
  (void)state;
  static const char *const strategies[] = {"head",   "last:1",   "full",
                                           "lora:2", "prefix:3", "prompt:2"};
  for (size_t i = 0; i < sizeof strategies / sizeof *strategies; i++) {
    expect_round_trip(strategies[i], "");
    expect_round_trip(strategies[i], ",\"ngrams\":false,\"readout\":\"words\"");
  }
  expect_round_trip("lora:1", ",\"lora_blocks\":1,\"lora_targets\":\"mlp\",\"lora_alpha\":5");
}

static void test_stopped_before_the_first_epoch(void **state) {
  (void)state;
  afina_error error;
  afina_bytes delta;
  afina_model *loaded = NULL;
  rig r;
  rig_open(&r);
  rig_fill(r.data, AFINA_PART_ANY, 60, 1);
  rig_start(&r, "{\"strategy\":\"lora:2\"}");
  assert_int_equal(afina_session_delta(r.session, &delta, &error), AFINA_E_STATE);
  rig_run_to(&r, AFINA_TRAIN, 1, 1);
  afina_session_stop(r.session);
  rig_finish(&r);
  rig_take_model(&r);
  fine(afina_session_delta(r.session, &delta, &error), &error);
  fine(afina_model_load_delta(&loaded, r.model, delta.data, delta.size, &error), &error);
  expect_same(&r, loaded);
  afina_model_free(loaded);
  afina_bytes_free(&delta);
  rig_close(&r);
}

static void test_another_base_is_refused(void **state) {
  (void)state;
  afina_error error;
  afina_bytes delta;
  afina_model *other = rig_model(), *loaded = NULL;
  rig r;
  open_and_run(&r, "head", "");
  fine(afina_session_delta(r.session, &delta, &error), &error);
  other->gpt.weights[5] += 1e-3F;
  assert_int_equal(afina_model_load_delta(&loaded, other, delta.data, delta.size, &error),
                   AFINA_E_FORMAT);
  assert_non_null(strstr(error.message, "made from another model"));
  assert_null(loaded);
  afina_model_free(other);
  afina_bytes_free(&delta);
  rig_close(&r);
}

/* ---- hostile files ---- */

/* A copy of the delta with the first `from` in its header replaced by `to`, which is as long. */
static afina_bytes changed(const afina_bytes *delta, const char *from, const char *to) {
  afina_bytes copy = {.data = malloc(delta->size), .size = delta->size};
  const size_t length = strlen(from);
  assert_non_null(copy.data);
  assert_int_equal(length, strlen(to));
  memcpy(copy.data, delta->data, delta->size);
  for (size_t i = 0; i + length <= copy.size; i++)
    if (memcmp(copy.data + i, from, length) == 0) {
      memcpy(copy.data + i, to, length);
      return copy;
    }
  fail_msg("'%s' is not in the delta", from);
  return copy;
}

static void test_damaged_ones_are_refused(void **state) {
  (void)state;
  static const char *const changes[][2] = {
      {"afina.delta", "afina.other"},
      {"afina.delta\":\"1\"", "afina.delta\":\"2\""},
      {"afina.config", "afina.confix"},
      {"afina.base_sha256", "afina.base_sha512"},
      {"score.weight", "score.weighs"},
      {"h.1.attn.c_attn.lora_a", "h.1.attn.c_attn.lora_x"},
      {"h.1.attn.c_attn.lora_b", "h.9.attn.c_attn.lora_b"},
      {"\\\"rank\\\":\\u00092", "\\\"rank\\\":\\u00093"},
      {"\\\"n_embd\\\":\\u000916", "\\\"n_embd\\\":\\u000932"},
      {"\\\"n_layer\\\":\\u00092", "\\\"n_layer\\\":\\u00094"},
      {"GPT2ForSequenceClassification", "GPT2ForSequenceClassificatiom"},
  };
  afina_error error;
  afina_bytes delta;
  afina_model *loaded = NULL;
  rig r;
  open_and_run(&r, "lora:2", ",\"ngrams\":false");
  fine(afina_session_delta(r.session, &delta, &error), &error);
  for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
    afina_bytes bad = changed(&delta, changes[i][0], changes[i][1]);
    if (afina_model_load_delta(&loaded, r.model, bad.data, bad.size, &error) == AFINA_OK)
      fail_msg("%s was taken", changes[i][1]);
    afina_bytes_free(&bad);
  }
  for (size_t size = 0; size < delta.size; size += 97)
    assert_int_not_equal(afina_model_load_delta(&loaded, r.model, delta.data, size, &error),
                         AFINA_OK);
  /* any byte of the header: refused, or another model, but never more than that */
  afina_rng rng;
  afina_rng_seed(&rng, 4);
  for (size_t i = 0; i < 2000; i++) {
    const size_t at = afina_rng_below(&rng, 4000);
    const uint8_t kept = delta.data[at];
    delta.data[at] = (uint8_t)afina_rng_below(&rng, 256);
    if (afina_model_load_delta(&loaded, r.model, delta.data, delta.size, &error) == AFINA_OK)
      afina_model_free(loaded);
    delta.data[at] = kept;
  }
  afina_bytes_free(&delta);
  rig_close(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_round_trip),
      cmocka_unit_test(test_stopped_before_the_first_epoch),
      cmocka_unit_test(test_another_base_is_refused),
      cmocka_unit_test(test_damaged_ones_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
