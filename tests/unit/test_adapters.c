/* LoRA, prefixes and prompts: what they change, what they leave alone, and how they are saved. */
#include "adapters.h"
#include "model.h"
#include "session_rig.h"

/* ---- LoRA merged and apart ---- */

enum { TEXTS = 3, TOKENS = 14 };
static const size_t starts[TEXTS + 1] = {0, 1, 9, TOKENS};
static const uint32_t ids[TOKENS] = {5, 6, 7, 8, 9, 9, 9, 1, 2, 3, 3, 5, 8, 13};

typedef struct question {
  afina_readout readout;
  unsigned targets;
} question;

static void logits_of(const afina_gpt *gpt, const afina_exec *exec, afina_real *out) {
  afina_error error;
  afina_gpt_pass pass;
  fine(afina_gpt_pass_init(&pass, gpt, &error), &error);
  const afina_gpt_batch batch = {.rows = {.starts = starts, .B = TEXTS, .N = TOKENS},
                                 .ids = ids,
                                 .end_block = gpt->config.layers,
                                 .reads = afina_readout_reads(gpt->config.readout)};
  fine(afina_gpt_forward(gpt, exec, &pass, &batch, &error), &error);
  afina_classify_forward(gpt, exec, &pass);
  memcpy(out, pass.logits, TEXTS * RIG_CLASSES * sizeof *out);
  afina_gpt_pass_free(&pass);
}

static void expect_merged_as_apart(const question *q) {
  afina_error error;
  afina_gpt gpt;
  afina_params plain;
  afina_exec exec;
  afina_rng rng;
  afina_real apart[TEXTS * RIG_CLASSES], merged[TEXTS * RIG_CLASSES], without[TEXTS * RIG_CLASSES];
  const afina_gpt_config config = {
      .vocabulary = 20,
      .context = 12,
      .channels = 16,
      .layers = 3,
      .heads = 2,
      .inner = 24,
      .classes = RIG_CLASSES,
      .readout = q->readout,
      .adapters = {.rank = 4, .alpha = 6, .targets = q->targets, .first = 1}};
  fine(afina_gpt_init(&gpt, &config, &error), &error);
  fine(afina_exec_init(&exec, &afina_kernels_plain, NULL, 12, 8, &error), &error);
  afina_rng_seed(&rng, 8);
  for (size_t i = 0; i < gpt.params.total; i++)
    gpt.weights[i] = (afina_real)(0.3 * afina_rng_normal(&rng));
  const size_t head = afina_params_head(&gpt.params), K = RIG_CLASSES,
               W = afina_readout_width(&config);
  afina_real *score = malloc(K * W * sizeof *score);
  assert_non_null(score);
  memcpy(score, gpt.weights + head, K * W * sizeof *score);
  const afina_gpt off = afina_adapters_off(&gpt);
  logits_of(&gpt, &exec, apart);
  logits_of(&off, &exec, without);
  fine(afina_adapters_plain(&plain, &config, &error), &error);
  const size_t total = plain.total;
  afina_adapters_merge(&gpt, &plain);
  logits_of(&gpt, &exec, merged);
  assert_false(afina_has_adapters(&gpt.config));
  assert_int_equal(gpt.params.total, total);
  assert_memory_equal(gpt.weights + afina_params_head(&gpt.params), score, K * W * sizeof *score);
  double most = 0;
  for (size_t i = 0; i < TEXTS * RIG_CLASSES; i++) {
    assert_true(fabs((double)(merged[i] - apart[i])) < 2e-5);
    most = fmax(most, fabs((double)(without[i] - apart[i])));
  }
  assert_true(most > 0.05); /* LoRA did change the answers */
  free(score);
  afina_exec_free(&exec);
  afina_gpt_free(&gpt);
}

static void test_merged_as_apart(void **state) {
  (void)state;
  const unsigned targets[] = {AFINA_LORA_ATTENTION, AFINA_LORA_MLP, AFINA_LORA_ALL};
  for (int readout = AFINA_READOUT_LAST; readout <= AFINA_READOUT_WORDS; readout++)
    for (size_t i = 0; i < 3; i++)
      expect_merged_as_apart(&(question){(afina_readout)readout, targets[i]});
}

/* ---- sessions ---- */

static void open_and_run(rig *r, const char *strategy, const char *more) {
  char options[256];
  snprintf(options, sizeof options,
           "{\"strategy\":\"%s\",\"epochs\":3,\"lr\":0.02,\"ngrams\":false%s}", strategy, more);
  rig_open(r);
  rig_fill(r->data, AFINA_PART_ANY, 60, 1);
  rig_start(r, options);
  rig_finish(r);
  rig_take_model(r);
}

static bool same(const afina_gpt *a, const afina_gpt *b, const afina_param *p) {
  return memcmp(a->weights + p->offset, b->weights + p->offset,
                p->rows * p->columns * sizeof *a->weights) == 0;
}

/* Of the model that the run started from only what LoRA goes beside has changed. */
static void test_lora_changes_its_matrices_alone(void **state) {
  (void)state;
  rig r;
  open_and_run(&r, "lora:2", ",\"lora_targets\":\"attn\",\"lora_blocks\":1,\"lora_alpha\":3");
  const afina_gpt *before = &r.model->gpt, *after = &r.tuned->gpt;
  assert_int_equal(after->params.total, before->params.total + RIG_CLASSES * 16);
  size_t changed = 0;
  for (size_t i = 0; i < before->params.count; i++) {
    const afina_param *p = &before->params.entries[i];
    const bool target =
        strstr(p->name, "h.1.attn.c_attn.weight") || strstr(p->name, "h.1.attn.c_proj.weight");
    if (same(before, after, p) == target) fail_msg("%s: changed %d", p->name, !target);
    changed += target;
  }
  assert_int_equal(changed, 2);
  cJSON *report = rig_report(&r);
  assert_int_equal((int)rig_number(report, "trained_parameters"),
                   16 * 2 + 2 * 48 + 16 * 2 + 2 * 16 + RIG_CLASSES * 16);
  assert_string_equal(afina_json_member(report, "cache")->valuestring, "f32");
  const cJSON *options = afina_json_member(report, "options");
  assert_string_equal(afina_json_member(options, "strategy")->valuestring, "lora:2");
  assert_string_equal(afina_json_member(options, "lora_targets")->valuestring, "attn");
  assert_int_equal((int)rig_number(options, "lora_blocks"), 1);
  assert_int_equal((int)rig_number(options, "lora_alpha"), 3);
  cJSON_Delete(report);
  rig_close(&r);
}

/* Prefix and prompt stand beside the model that the run started from, which is all there, bit for
 * bit; as a language model it says what it said. */
static void expect_untouched(const char *strategy, size_t parameters) {
  afina_error error;
  afina_perplexity_result before, after;
  rig r;
  open_and_run(&r, strategy, "");
  const size_t own = afina_params_adapters(&r.model->gpt.params);
  assert_int_equal(afina_params_adapters(&r.tuned->gpt.params), own);
  assert_memory_equal(r.model->gpt.weights, r.tuned->gpt.weights, own * sizeof(afina_real));
  assert_int_equal(r.tuned->gpt.params.total - own, parameters);
  const char *text = "sol mar lua egg tea jam bola gol time jogo fig";
  fine(afina_perplexity(r.runtime, r.model, text, strlen(text), &before, &error), &error);
  fine(afina_perplexity(r.runtime, r.tuned, text, strlen(text), &after, &error), &error);
  assert_true(before.loss == after.loss);
  const afina_generation greedy = {.sampling = {.greedy = true, .temperature = 1, .top_p = 1},
                                   .max_tokens = 20};
  afina_bytes a, b;
  fine(afina_generate(r.runtime, r.model, "sol", 3, &greedy, &a, &error), &error);
  fine(afina_generate(r.runtime, r.tuned, "sol", 3, &greedy, &b, &error), &error);
  assert_int_equal(a.size, b.size);
  assert_memory_equal(a.data, b.data, a.size);
  afina_bytes_free(&a);
  afina_bytes_free(&b);
  cJSON *report = rig_report(&r);
  assert_int_equal((int)rig_number(report, "trained_parameters"), (int)parameters);
  cJSON_Delete(report);
  /* it is no base for another run */
  afina_session *again = NULL;
  assert_int_equal(afina_session_create(&again, r.runtime, r.tuned, r.data, NULL, 0, &error),
                   AFINA_E_UNSUPPORTED);
  rig_close(&r);
}

static void test_prefix_and_prompt_leave_the_model_alone(void **state) {
  (void)state;
  expect_untouched("prefix:3", 2 * 3 * 2 * 16 + RIG_CLASSES * 16);
  expect_untouched("prompt:4", 4 * 16 + RIG_CLASSES * 16);
}

static afina_model *load_again(const afina_model *model, const char *dtype) {
  afina_error error;
  afina_model *loaded = NULL;
  afina_bytes config, weights, tokenizer;
  fine(afina_model_save(model, AFINA_FILE_CONFIG, &config, &error), &error);
  fine(afina_model_save_weights(model, dtype, &weights, &error), &error);
  fine(afina_model_save(model, AFINA_FILE_TOKENIZER, &tokenizer, &error), &error);
  fine(afina_model_load(&loaded, config.data, config.size, weights.data, weights.size,
                        tokenizer.data, tokenizer.size, &error),
       &error);
  afina_bytes_free(&config);
  afina_bytes_free(&weights);
  afina_bytes_free(&tokenizer);
  return loaded;
}

/* The saved classifier says of the test rows, together and one by one, what the run said. */
static void expect_saved(const char *strategy, const char *readout) {
  afina_error error;
  char more[64];
  rig r;
  snprintf(more, sizeof more, ",\"readout\":\"%s\"", readout);
  open_and_run(&r, strategy, more);
  afina_model *loaded = load_again(r.tuned, "f32");
  const afina_predictions said = afina_session_predictions(r.session);
  assert_true(said.count > 5);
  for (size_t i = 0; i < said.count; i++) {
    const afina_row row = afina_dataset_row(r.data, said.rows[i]);
    const char *texts[2] = {row.text, "lua"};
    const size_t sizes[2] = {row.text_size, 3};
    float p[2 * RIG_CLASSES];
    fine(afina_classify(r.runtime, loaded, texts, sizes, 2, p, &error), &error);
    assert_memory_equal(p, said.probabilities + i * RIG_CLASSES, RIG_CLASSES * sizeof *p);
    fine(afina_classify(r.runtime, loaded, texts, sizes, 1, p, &error), &error);
    assert_memory_equal(p, said.probabilities + i * RIG_CLASSES, RIG_CLASSES * sizeof *p);
  }
  afina_model_free(loaded);
  loaded = load_again(r.tuned, "i8");
  assert_int_equal(loaded->gpt.params.total, r.tuned->gpt.params.total);
  afina_model_free(loaded);
  rig_close(&r);
}

static void test_saved_and_loaded(void **state) {
  (void)state;
  static const char *const strategies[] = {"lora:3", "prefix:2", "prompt:2"};
  static const char *const readouts[] = {"last", "mean", "special", "words"};
  for (size_t i = 0; i < 3; i++)
    for (size_t k = 0; k < 4; k++) expect_saved(strategies[i], readouts[k]);
}

/* A prompt takes places of the context: what is left is what a text may fill. */
static void test_prompt_shortens_texts(void **state) {
  (void)state;
  size_t truncated[2];
  for (int i = 0; i < 2; i++) {
    rig r;
    rig_open(&r);
    rig_fill(r.data, AFINA_PART_ANY, 30, 1);
    rig_add(r.data, AFINA_PART_ANY, "a b c d e", rig_labels[0]); /* nine bytes, nine tokens */
    rig_start(&r, i ? "{\"strategy\":\"prompt:4\",\"epochs\":1}" : "{\"epochs\":1}");
    rig_finish(&r);
    cJSON *report = rig_report(&r);
    truncated[i] = (size_t)rig_number(afina_json_member(report, "data"), "truncated");
    cJSON_Delete(report);
    rig_close(&r);
  }
  assert_true(truncated[1] > truncated[0]);
}

static void test_refused(void **state) {
  (void)state;
  static const char *const bad[] = {
      "{\"strategy\":\"lora:0\"}",
      "{\"strategy\":\"lora:\"}",
      "{\"strategy\":\"lora:2x\"}",
      "{\"strategy\":\"lora:-1\"}",
      "{\"strategy\":\"lora:17\"}", /* wider than the model */
      "{\"strategy\":\"lora:99999999999999999999\"}",
      "{\"strategy\":\"prompt:12\"}", /* the whole context */
      "{\"strategy\":\"prefix:13\"}",
      "{\"strategy\":\"lora:2\",\"lora_blocks\":3}",
      "{\"strategy\":\"lora:2\",\"lora_alpha\":0}",
      "{\"strategy\":\"lora:2\",\"lora_targets\":\"some\"}",
      "{\"strategy\":\"head\",\"lora_alpha\":2}",
      "{\"strategy\":\"full\",\"lora_targets\":\"all\"}",
  };
  afina_error error;
  rig r;
  rig_open(&r);
  rig_fill(r.data, AFINA_PART_ANY, 30, 1);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    if (afina_session_create(&r.session, r.runtime, r.model, r.data, bad[i], strlen(bad[i]),
                             &error) != AFINA_E_ARGUMENT)
      fail_msg("%s was not refused", bad[i]);
  r.session = NULL;
  rig_close(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_merged_as_apart),
      cmocka_unit_test(test_lora_changes_its_matrices_alone),
      cmocka_unit_test(test_prefix_and_prompt_leave_the_model_alone),
      cmocka_unit_test(test_saved_and_loaded),
      cmocka_unit_test(test_prompt_shortens_texts),
      cmocka_unit_test(test_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
