/* Instruction tuning: what it learns, what counts, the same bits for any number of threads and
 * after being stopped, what it leaves. */
#include "instruct.h"
#include "model.h"
#include "session_rig.h"

enum { ROWS = 24 };

/* A model with room for a template, and rows that can be learned. */
typedef struct tuning {
  afina_runtime *runtime;
  afina_model *model;
  afina_instructions *rows;
  afina_instruct *run;
  afina_instruct_progress progress;
} tuning;

static afina_model *roomy_model(void) {
  afina_error error;
  afina_gpt gpt;
  afina_rng rng;
  afina_model *model = NULL;
  afina_bytes config, weights, json;
  afina_tokenizer *tokenizer = rig_tokenizer();
  const afina_gpt_config shape = {.vocabulary = afina_tokenizer_size(tokenizer),
                                  .context = 80,
                                  .channels = 16,
                                  .layers = 2,
                                  .heads = 2,
                                  .inner = 32};
  fine(afina_gpt_init(&gpt, &shape, &error), &error);
  afina_rng_seed(&rng, 11);
  afina_params_random(&gpt.params, gpt.weights, 0, &rng);
  fine(
      afina_gpt_config_print(&shape, NULL, afina_tokenizer_end_of_text(tokenizer), &config, &error),
      &error);
  fine(afina_weights_write(&gpt, NULL, &weights, &error), &error);
  fine(afina_tokenizer_print(tokenizer, &json, &error), &error);
  fine(afina_model_load(&model, config.data, config.size, weights.data, weights.size, json.data,
                        json.size, &error),
       &error);
  afina_bytes_free(&config);
  afina_bytes_free(&weights);
  afina_bytes_free(&json);
  afina_gpt_free(&gpt);
  afina_tokenizer_free(tokenizer);
  return model;
}

static void add(afina_instructions *rows, afina_part part, const char *instruction,
                const char *input, const char *response) {
  afina_error error;
  const afina_instruction row = {.instruction = instruction,
                                 .instruction_size = strlen(instruction),
                                 .input = input,
                                 .input_size = strlen(input),
                                 .response = response,
                                 .response_size = strlen(response)};
  fine(afina_instructions_add(rows, part, &row, afina_instructions_count(rows) + 1, &error),
       &error);
}

static void open_tuning(tuning *t, size_t threads) {
  afina_error error;
  *t = (tuning){.model = roomy_model()};
  fine(afina_runtime_create(&t->runtime, threads, &error), &error);
  fine(afina_instructions_create(&t->rows, &error), &error);
  for (size_t i = 0; i < ROWS; i++) {
    const char *const *words = rig_words[i % RIG_CLASSES];
    char instruction[32];
    snprintf(instruction, sizeof instruction, "%s %zu", words[i % 4], i / 2);
    add(t->rows, AFINA_PART_ANY, instruction, i % 3 ? "" : words[1], words[2]);
  }
}

static void close_tuning(tuning *t) {
  afina_instruct_free(t->run);
  afina_instructions_free(t->rows);
  afina_model_free(t->model);
  afina_runtime_free(t->runtime);
  *t = (tuning){0};
}

static void start(tuning *t, const char *options) {
  afina_error error;
  fine(afina_instruct_create(&t->run, t->runtime, t->model, t->rows, options, strlen(options),
                             &error),
       &error);
}

static void step(tuning *t) {
  afina_error error;
  fine(afina_instruct_step(t->run, 0, &t->progress, &error), &error);
}

static void finish(tuning *t) {
  while (!t->progress.done) step(t);
}

static afina_bytes report(const tuning *t) {
  afina_error error;
  afina_bytes json;
  fine(afina_instruct_report(t->run, &json, &error), &error);
  return json;
}

static void expect_same_bytes(const afina_bytes *a, const afina_bytes *b) {
  assert_int_equal(a->size, b->size);
  assert_memory_equal(a->data, b->data, a->size);
}

static const char *const strategies[] = {"full", "last:1", "lora:2", "prefix:3", "prompt:2"};
enum { STRATEGIES = sizeof strategies / sizeof *strategies };

static void options_of(char *out, size_t size, const char *strategy, const char *more) {
  snprintf(out, size, "{\"strategy\":\"%s\",\"epochs\":3,\"batch\":5,\"lr\":0.02%s}", strategy,
           more);
}

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
      cmocka_unit_test(test_any_threads),
      cmocka_unit_test(test_resumed_is_never_stopped),
      cmocka_unit_test(test_foreign_checkpoints),
      cmocka_unit_test(test_masked_loss_is_the_sum_apart),
      cmocka_unit_test(test_deltas),
      cmocka_unit_test(test_generation_reads_adapters),
      cmocka_unit_test(test_which_rows),
      cmocka_unit_test(test_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
