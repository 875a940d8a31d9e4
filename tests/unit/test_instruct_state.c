/* What a run of instruction tuning leaves: the same bits for any number of threads and after being
 * stopped, and deltas. */
#include "instruct_rig.h"

/* The bits are the same for any number of threads, and so for any cut of a batch into parts. */
static void test_any_threads(void **state) {
  (void)state;
  for (size_t i = 0; i < STRATEGIES; i++) {
    char options[160];
    afina_bytes states[2];
    options_of(options, sizeof options, strategies[i], i % 2 ? ",\"mask\":\"all\"" : "");
    for (size_t threads = 1; threads <= 3; threads += 2) {
      afina_error error;
      tuning t;
      open_tuning(&t, threads);
      start(&t, options);
      finish(&t);
      fine(afina_instruct_checkpoint(t.run, &states[threads / 2], &error), &error);
      close_tuning(&t);
    }
    expect_same_bytes(&states[0], &states[1]);
    afina_bytes_free(&states[0]);
    afina_bytes_free(&states[1]);
  }
}

/* Stopped anywhere, in training and among the held-out rows, and taken up again: the bits of a run
 * that never stopped, its report included. */
static void expect_resumed(const char *strategy, int stop) {
  char options[160];
  afina_error error;
  afina_bytes state, whole_state, resumed_state;
  tuning whole, stopped;
  options_of(options, sizeof options, strategy, "");
  open_tuning(&whole, 1);
  start(&whole, options);
  finish(&whole);
  open_tuning(&stopped, 2);
  start(&stopped, options);
  for (int i = 0; i < stop && !stopped.progress.done; i++) step(&stopped);
  fine(afina_instruct_checkpoint(stopped.run, &state, &error), &error);
  afina_instruct_free(stopped.run);
  stopped.run = NULL;
  fine(afina_instruct_resume(&stopped.run, stopped.runtime, stopped.model, stopped.rows, state.data,
                             state.size, &error),
       &error);
  stopped.progress.done = false;
  finish(&stopped);
  fine(afina_instruct_checkpoint(whole.run, &whole_state, &error), &error);
  fine(afina_instruct_checkpoint(stopped.run, &resumed_state, &error), &error);
  expect_same_bytes(&whole_state, &resumed_state);
  afina_bytes a = report(&whole), b = report(&stopped);
  expect_same_bytes(&a, &b);
  afina_bytes_free(&a);
  afina_bytes_free(&b);
  afina_bytes_free(&state);
  afina_bytes_free(&whole_state);
  afina_bytes_free(&resumed_state);
  close_tuning(&whole);
  close_tuning(&stopped);
}

static void test_resumed_is_never_stopped(void **state) {
  (void)state;
  for (size_t i = 0; i < STRATEGIES; i++)
    for (int stop = 0; stop <= 24; stop += 3) expect_resumed(strategies[i], stop);
}

/* A checkpoint with a byte changed is refused, or goes on: nothing in between. */
static void test_damaged_checkpoints(void **state) {
  (void)state;
  afina_error error;
  afina_bytes bytes;
  tuning t;
  open_tuning(&t, 1);
  start(&t, "{\"epochs\":2,\"strategy\":\"prompt:2\"}");
  for (int i = 0; i < 3; i++) step(&t);
  fine(afina_instruct_checkpoint(t.run, &bytes, &error), &error);
  for (size_t at = 0; at < bytes.size; at += 7) {
    afina_instruct *again = NULL;
    const uint8_t kept = bytes.data[at];
    bytes.data[at] ^= (uint8_t)(1u << (at % 8));
    if (afina_instruct_resume(&again, t.runtime, t.model, t.rows, bytes.data, bytes.size, &error) ==
        AFINA_OK)
      afina_instruct_step(again, 0, &t.progress, &error); /* may diverge, and say so */
    else
      assert_true(strlen(error.message) > 0);
    afina_instruct_free(again);
    bytes.data[at] = kept;
  }
  afina_bytes_free(&bytes);
  close_tuning(&t);
}

/* A checkpoint of other rows, of another model, and a damaged one. */
static void test_foreign_checkpoints(void **state) {
  (void)state;
  afina_error error;
  afina_bytes bytes;
  afina_instruct *again = NULL;
  tuning t;
  open_tuning(&t, 1);
  start(&t, "{\"epochs\":1}");
  step(&t);
  fine(afina_instruct_checkpoint(t.run, &bytes, &error), &error);
  for (size_t cut = 0; cut < bytes.size; cut += 97)
    assert_int_not_equal(
        afina_instruct_resume(&again, t.runtime, t.model, t.rows, bytes.data, cut, &error),
        AFINA_OK);
  add(t.rows, AFINA_PART_ANY, "more", "", "rows");
  assert_int_equal(
      afina_instruct_resume(&again, t.runtime, t.model, t.rows, bytes.data, bytes.size, &error),
      AFINA_E_FORMAT);
  assert_non_null(strstr(error.message, "rows"));
  afina_model_randomize(t.model, 5);
  assert_int_equal(
      afina_instruct_resume(&again, t.runtime, t.model, t.rows, bytes.data, bytes.size, &error),
      AFINA_E_FORMAT);
  assert_non_null(strstr(error.message, "model"));
  assert_null(again);
  afina_bytes_free(&bytes);
  close_tuning(&t);
}

static afina_bytes answer(afina_runtime *runtime, afina_model *model) {
  afina_error error;
  afina_bytes prompt, text;
  const afina_instruction question = {.instruction = "sol 0", .instruction_size = 5};
  const afina_generation greedy = {.sampling = {.greedy = true, .temperature = 1, .top_p = 1},
                                   .max_tokens = 90};
  fine(afina_instruction_prompt(model, &question, NULL, NULL, &prompt, &error), &error);
  fine(afina_generate(runtime, model, (const char *)prompt.data, prompt.size, &greedy, &text,
                      &error),
       &error);
  afina_bytes_free(&prompt);
  return text;
}

/* A delta on its base is the run's model: the same answer and the same losses; half of one is half
 * as large. On another base it is none. */
static void test_deltas(void **state) {
  (void)state;
  for (size_t i = 0; i < STRATEGIES; i++) {
    char options[160];
    afina_error error;
    afina_model *tuned = NULL, *loaded = NULL;
    afina_bytes delta, half;
    char a[AFINA_SHA256_HEX], b[AFINA_SHA256_HEX];
    tuning t;
    open_tuning(&t, 1);
    options_of(options, sizeof options, strategies[i], ",\"language\":\"pt\"");
    start(&t, options);
    finish(&t);
    fine(afina_instruct_model(t.run, &tuned, &error), &error);
    fine(afina_instruct_delta(t.run, "f32", &delta, &error), &error);
    fine(afina_instruct_delta(t.run, "f16", &half, &error), &error);
    fine(afina_model_load_delta(&loaded, t.model, delta.data, delta.size, &error), &error);
    fine(afina_weights_sha256(&tuned->gpt, NULL, a, &error), &error);
    fine(afina_weights_sha256(&loaded->gpt, NULL, b, &error), &error);
    assert_string_equal(a, b);
    assert_string_equal(loaded->gpt.config.form.language, "pt");
    afina_bytes said = answer(t.runtime, tuned), again = answer(t.runtime, loaded);
    expect_same_bytes(&said, &again);
    afina_model_free(loaded);
    assert_true(half.size < delta.size);
    fine(afina_model_load_delta(&loaded, t.model, half.data, half.size, &error), &error);
    afina_model_free(loaded);
    loaded = NULL;
    assert_int_equal(afina_model_load_delta(&loaded, tuned, delta.data, delta.size, &error),
                     AFINA_E_FORMAT);
    afina_bytes_free(&said);
    afina_bytes_free(&again);
    afina_bytes_free(&delta);
    afina_bytes_free(&half);
    afina_model_free(tuned);
    close_tuning(&t);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_any_threads),
      cmocka_unit_test(test_resumed_is_never_stopped),
      cmocka_unit_test(test_foreign_checkpoints),
      cmocka_unit_test(test_damaged_checkpoints),
      cmocka_unit_test(test_deltas),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
