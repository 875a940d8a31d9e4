/* Instruction tuning: what it learns, what counts, which rows, how answers are made. */
#include "instruct_rig.h"

/* Each strategy learns, and only what it names changes. */
static void test_strategies_learn(void **state) {
  (void)state;
  for (size_t i = 0; i < STRATEGIES; i++) {
    char options[160];
    afina_error error;
    afina_model *tuned = NULL;
    tuning t;
    open_tuning(&t, 2);
    options_of(options, sizeof options, strategies[i], ",\"template\":\"chat\"");
    start(&t, options);
    finish(&t);
    afina_bytes json = report(&t);
    cJSON *said = NULL;
    fine(afina_json_parse(&said, json.data, json.size, "report", &error), &error);
    const cJSON *epochs = afina_json_member(said, "epochs");
    assert_int_equal(cJSON_GetArraySize(epochs), 4);
    const double before = rig_number(cJSON_GetArrayItem(epochs, 0), "valid_loss");
    const double after = rig_number(cJSON_GetArrayItem(epochs, 3), "valid_loss");
    const bool in_front = strategies[i][0] == 'p'; /* of a model that has learned nothing yet */
    if (!(after < before - (in_front ? 0 : 0.1)))
      fail_msg("%s: held-out loss %g before, %g after", strategies[i], before, after);
    cJSON_Delete(said);
    afina_bytes_free(&json);

    fine(afina_instruct_model(t.run, &tuned, &error), &error);
    assert_string_equal(tuned->gpt.config.form.name, "chat");
    const size_t frozen = strcmp(strategies[i], "full") == 0 ? 0
                          : strcmp(strategies[i], "last:1") == 0
                              ? afina_params_block(&t.model->gpt.params, 1)
                              : t.model->gpt.params.total;
    if (strcmp(strategies[i], "lora:2") != 0)
      assert_memory_equal(tuned->gpt.weights, t.model->gpt.weights, frozen * sizeof(afina_real));
    assert_memory_not_equal(tuned->gpt.weights, t.model->gpt.weights + (frozen ? 1 : 0),
                            64 * sizeof(afina_real));
    afina_model_free(tuned);
    close_tuning(&t);
  }
}

/* The mean that a run says of held-out rows is that of the tokens of their responses, each row
 * measured by itself; where all counts, it is another. */
static void test_masked_loss_is_the_sum_apart(void **state) {
  (void)state;
  afina_error error;
  tuning t;
  open_tuning(&t, 2);
  add(t.rows, AFINA_PART_VALID, "sol 1", "mar", "lua rio sol");
  add(t.rows, AFINA_PART_VALID, "gol", "", "bola");
  start(&t, "{\"epochs\":1,\"template\":\"plain\"}");
  while (t.progress.epochs_done == 0) step(&t);
  double sum = 0, tokens = 0;
  for (size_t i = ROWS; i < ROWS + 2; i++) {
    const afina_instruction row = afina_instructions_row(t.rows, i);
    afina_bytes json;
    cJSON *said = NULL;
    fine(afina_instruct_losses(t.runtime, t.model, &row, "plain", NULL, &json, &error), &error);
    fine(afina_json_parse(&said, json.data, json.size, "losses", &error), &error);
    const cJSON *token;
    double counted = 0, own = 0;
    cJSON_ArrayForEach(token, afina_json_member(said, "tokens")) {
      if (!cJSON_IsTrue(afina_json_member(token, "counted"))) continue;
      own += rig_number(token, "loss");
      counted++;
    }
    assert_true(fabs(rig_number(said, "response_loss") - own / counted) < 1e-9);
    sum += own;
    tokens += counted;
    cJSON_Delete(said);
    afina_bytes_free(&json);
  }
  assert_true(fabs(t.progress.valid_loss - sum / tokens) < 1e-6); /* losses are floats */
  close_tuning(&t);
}

/* Greedy text, a token at a time from kept keys and values, is that of whole passes: a prefix and a
 * prompt are read as in training. */
static void test_generation_reads_adapters(void **state) {
  (void)state;
  for (size_t i = 3; i < STRATEGIES; i++) {
    char options[160];
    afina_error error;
    afina_model *tuned = NULL;
    tuning t;
    open_tuning(&t, 1);
    options_of(options, sizeof options, strategies[i], "");
    start(&t, options);
    finish(&t);
    fine(afina_instruct_model(t.run, &tuned, &error), &error);
    const uint32_t ids[] = {5, 9, 17, 3, 40, 41, 8, 2, 100, 7};
    enum { COUNT = sizeof ids / sizeof *ids };
    afina_exec exec;
    afina_gpt_pass pass;
    afina_kv_cache cache = {0};
    fine(afina_runtime_exec(t.runtime, &tuned->gpt, &exec, &error), &error);
    fine(afina_gpt_pass_init(&pass, &tuned->gpt, &error), &error);
    for (size_t n = 1; n <= COUNT; n++) {
      const size_t starts[2] = {0, n}, C = tuned->gpt.config.channels;
      const afina_gpt_batch batch = {.rows = {.starts = starts, .B = 1, .N = n},
                                     .ids = ids,
                                     .end_block = tuned->gpt.config.layers,
                                     .reads = AFINA_READS_LAST};
      fine(afina_gpt_forward(&tuned->gpt, &exec, &pass, &batch, &error), &error);
      fine(afina_kv_cache_run(&cache, &tuned->gpt, &exec, ids, n, AFINA_READS_LAST, &error),
           &error);
      assert_memory_equal(pass.hidden, cache.pass.hidden, C * sizeof *pass.hidden);
    }
    assert_int_equal(cache.computed, COUNT);
    afina_kv_cache_free(&cache);
    afina_gpt_pass_free(&pass);
    afina_exec_free(&exec);
    afina_model_free(tuned);
    close_tuning(&t);
  }
}

/* Rows that ask the same stay together; rows without room are left out and counted. */
static void test_which_rows(void **state) {
  (void)state;
  afina_error error;
  char lengthy[200];
  cJSON *said = NULL;
  afina_bytes json;
  tuning t;
  open_tuning(&t, 1);
  memset(lengthy, 'x', sizeof lengthy - 1);
  lengthy[sizeof lengthy - 1] = 0;
  add(t.rows, AFINA_PART_ANY, lengthy, "", "never seen");
  add(t.rows, AFINA_PART_ANY, "sol", "", lengthy);
  start(&t, "{\"epochs\":1,\"valid_share\":0.25}");
  fine(afina_instruct_describe(t.run, &json, &error), &error);
  fine(afina_json_parse(&said, json.data, json.size, "run", &error), &error);
  const cJSON *rows = afina_json_member(said, "rows"), *tokens = afina_json_member(said, "tokens");
  assert_int_equal((int)rig_number(rows, "dropped"), 1);
  assert_int_equal((int)rig_number(rows, "truncated"), 1);
  assert_int_equal((int)rig_number(rows, "train") + (int)rig_number(rows, "held_out"), ROWS + 1);
  assert_in_range((int)rig_number(rows, "held_out"), 6, 7);
  assert_true(rig_number(tokens, "counted") < rig_number(tokens, "all"));
  cJSON_Delete(said);
  afina_bytes_free(&json);
  close_tuning(&t);
}

static void test_refused(void **state) {
  (void)state;
  static const char *const bad[] = {"{\"strategy\":\"head\"}",
                                    "{\"strategy\":\"gradual\"}",
                                    "{\"strategy\":\"lora:0\"}",
                                    "{\"template\":\"none\"}",
                                    "{\"language\":\"xx\"}",
                                    "{\"mask\":\"some\"}",
                                    "{\"epochs\":-1}",
                                    "{\"lr\":\"fast\"}",
                                    "{\"unknown\":1}",
                                    "{\"strategy\":\"last:3\"}",
                                    "{\"strategy\":\"prompt:80\"}",
                                    "[]"};
  afina_error error;
  tuning t;
  open_tuning(&t, 1);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    if (afina_instruct_create(&t.run, t.runtime, t.model, t.rows, bad[i], strlen(bad[i]), &error) !=
        AFINA_E_ARGUMENT)
      fail_msg("%s was not refused", bad[i]);
  afina_runtime_limit_memory(t.runtime, 1000);
  assert_int_equal(afina_instruct_create(&t.run, t.runtime, t.model, t.rows, NULL, 0, &error),
                   AFINA_E_MEMORY);
  afina_runtime_limit_memory(t.runtime, SIZE_MAX);
  afina_instructions_free(t.rows);
  fine(afina_instructions_create(&t.rows, &error), &error);
  assert_int_equal(afina_instruct_create(&t.run, t.runtime, t.model, t.rows, NULL, 0, &error),
                   AFINA_E_DATA);
  close_tuning(&t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_strategies_learn),
      cmocka_unit_test(test_masked_loss_is_the_sum_apart),
      cmocka_unit_test(test_generation_reads_adapters),
      cmocka_unit_test(test_which_rows),
      cmocka_unit_test(test_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
