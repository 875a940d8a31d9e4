/* Memory of a fine-tuning run: none is taken within a step, what is taken is known beforehand, and
 * where it is too much the run is refused in figures. */
#include "finetune.h"
#include "finetune_need.h"
#include "heap.h"
#include "memory.h"
#include "model.h"
#include "session_rig.h"

/* ---- nothing is allocated within a step ---- */

static void add_texts(afina_dataset *data, size_t count) {
  rig_fill(data, AFINA_PART_ANY, count, 1);
  rig_add(data, AFINA_PART_ANY, "sol", "tempo"); /* lengths from one token to the context */
  rig_add(data, AFINA_PART_ANY, "bola gol time jogo bola gol time jogo bola gol time", "esporte");
}

static void expect_no_allocation(const char *strategy, const char *readout, size_t cache_mb,
                                 size_t batch) {
  afina_error error;
  char options[256];
  rig r;
  rig_open(&r);
  add_texts(r.data, 90);
  snprintf(options, sizeof options,
           "{\"strategy\":\"%s\",\"readout\":\"%s\",\"epochs\":3,\"patience\":0,\"batch\":%zu,"
           "\"valid_share\":0.2,\"cache_mb\":%zu,\"dropout\":0.1,\"sampling\":\"%s\"}",
           strategy, readout, batch, cache_mb, batch == 5 ? "balanced" : "shuffle");
  rig_start(&r, options);
  size_t seen[AFINA_NGRAMS + 1] = {0};
  const size_t unprepared = heap.count;
  while (r.progress.phase == AFINA_PREPARE) fine(rig_step(&r, &error), &error);
  assert_true(heap.count > unprepared + 20); /* they are counted */
  while (r.progress.phase != AFINA_DONE) {
    const afina_progress before = r.progress;
    const size_t count = heap.count;
    fine(rig_step(&r, &error), &error);
    /* how many n-grams there are shows while they are read */
    if (heap.count != count && before.phase != AFINA_NGRAMS)
      fail_msg("%s: %zu allocations in phase %d, epoch %zu, step %zu", options, heap.count - count,
               (int)before.phase, before.epoch, before.step);
    seen[before.phase]++;
  }
  const bool cached = strcmp(strategy, "head") == 0 || strcmp(strategy, "last:1") == 0 ||
                      strcmp(strategy, "gradual") == 0;
  assert_int_equal(seen[AFINA_CACHE] > 0, cache_mb > 0 && cached);
  assert_true(seen[AFINA_TRAIN] > 3 && seen[AFINA_VALIDATE] > 0 && seen[AFINA_TEST] > 0);
  rig_close(&r);
}

static void test_no_allocation_in_steps(void **state) {
  (void)state;
  static const char *const strategies[] = {"head",   "last:1",   "full",    "gradual",
                                           "lora:2", "prefix:3", "prompt:2"};
  static const char *const readouts[] = {"last", "mean", "special", "words"};
  for (size_t s = 0; s < sizeof strategies / sizeof *strategies; s++)
    for (size_t i = 0; i < 4; i++)
      for (size_t cache = 0; cache < 2; cache++)
        expect_no_allocation(strategies[s], readouts[i], cache, i % 2 ? 5 : 16);
}

/* ---- what a run takes ---- */

static const afina_gpt_config base = {
    .vocabulary = 16000, .context = 256, .channels = 384, .layers = 4, .heads = 12, .inner = 1536};
static const afina_gpt_config mini = {
    .vocabulary = 8192, .context = 256, .channels = 192, .layers = 4, .heads = 6, .inner = 768};

static void print_files(const afina_gpt_config *shape, afina_tokenizer *tokenizer,
                        afina_bytes *config, afina_bytes *weights, afina_bytes *json) {
  afina_error error;
  afina_gpt gpt;
  afina_rng rng;
  fine(afina_gpt_init(&gpt, shape, &error), &error);
  afina_rng_seed(&rng, 3);
  afina_params_random(&gpt.params, gpt.weights, 0, &rng);
  fine(afina_gpt_config_print(shape, NULL, afina_tokenizer_end_of_text(tokenizer), config, &error),
       &error);
  fine(afina_weights_write(&gpt, NULL, weights, &error), &error);
  fine(afina_tokenizer_print(tokenizer, json, &error), &error);
  afina_gpt_free(&gpt);
}

static afina_model *model_of(const afina_gpt_config *shape) {
  afina_error error;
  afina_model *model = NULL;
  afina_bytes config = {0}, weights = {0}, json = {0};
  afina_tokenizer *tokenizer = rig_tokenizer();
  print_files(shape, tokenizer, &config, &weights, &json);
  fine(afina_model_load(&model, config.data, config.size, weights.data, weights.size, json.data,
                        json.size, &error),
       &error);
  afina_bytes_free(&config);
  afina_bytes_free(&weights);
  afina_bytes_free(&json);
  afina_tokenizer_free(tokenizer);
  return model;
}

static afina_finetune_need need_of(const rig *r, const afina_dataset *data, const char *strategy,
                                   size_t tested, size_t threads) {
  afina_error error;
  afina_finetune_need need;
  afina_finetune_options options;
  const afina_gpt_config *config = &r->model->gpt.config;
  const size_t rows = afina_dataset_count(data);
  afina_tokens tokens = {0};
  afina_finetune_shape shape = {.classes = RIG_CLASSES,
                                .rows = rows,
                                .tested = tested,
                                .bytes = afina_finetune_text_bytes(data)};
  for (size_t i = 0; i < rows; i++) {
    const afina_row row = afina_dataset_row(data, i);
    const size_t before = tokens.count;
    fine(afina_tokenizer_encode(r->model->tokenizer, row.text, row.text_size, &tokens, &error),
         &error);
    if (tokens.count - before > shape.longest) shape.longest = tokens.count - before;
  }
  shape.tokens = tokens.count;
  uint32_t *known = NULL;
  fine(afina_token_rows(&known, tokens.ids, tokens.count, config->vocabulary, &error), &error);
  shape.different = known[config->vocabulary];
  free(known);
  afina_tokens_free(&tokens);
  afina_finetune_defaults(&options, config, rows, RIG_CLASSES);
  fine(afina_strategy_parse(&options.strategy, strategy, config->layers, &error), &error);
  fine(afina_finetune_measure(&need, config, &options, threads, &shape, &error), &error);
  return need;
}

/* The model that was there before, and the run from its first allocation to the tuned model: at
 * most six times the weights, activations aside; embeddings that no text reads have no gradient and
 * no moments. Two updates are as many as a thousand. */
static void test_full_tuning_takes_six_times_the_weights(void **state) {
  (void)state;
  afina_error error;
  rig r = {.model = model_of(&base)};
  fine(afina_runtime_create(&r.runtime, 2, &error), &error);
  fine(afina_dataset_create(&r.data, &error), &error);
  rig_fill(r.data, AFINA_PART_TRAIN, 1000, 1);
  rig_fill(r.data, AFINA_PART_TEST, 3, 2);
  const size_t weights = r.model->gpt.params.total * sizeof(afina_real);
  const size_t row = r.model->gpt.config.channels * sizeof(afina_real);
  const afina_finetune_need need = need_of(&r, r.data, "full", 3, 2);
  heap.peak = heap.live;
  const size_t before = heap.live;
  rig_start(&r, "{\"strategy\":\"full\",\"valid_share\":0}");
  rig_run_to(&r, AFINA_TRAIN, 1, 2);
  const size_t trained = heap.peak - before;
  afina_session_stop(r.session);
  rig_finish(&r);
  cJSON_Delete(rig_report(&r));
  rig_take_model(&r);
  const size_t most = heap.peak - before + weights;
  const size_t scratch = 2 * AFINA_ATTENTION_SCRATCH(256, 64) * sizeof(afina_real);
  const size_t small = (5 << 19) + scratch; /* tokenizer, split */
  const size_t left_out = weights + RIG_CLASSES * row - need.gradients;
  print_message("base: weights %zu, run %zu, predicted %zu (activations %zu), with the model %zu\n",
                weights, trained, need.total, need.activations, most);
  assert_true(left_out > 0 && left_out % row == 0);
  assert_true(most <= 6 * weights - 3 * left_out + need.activations + small);
  assert_true(trained <= need.total + small && need.total <= trained + small);
  assert_int_equal(need.weights + need.gradients + need.moments,
                   5 * weights + 5 * RIG_CLASSES * row - 3 * left_out);
  rig_close(&r);
}

/* Adapters: what is predicted is what is taken. */
static void test_adapters_take_what_is_said(void **state) {
  (void)state;
  afina_error error;
  static const char *const strategies[] = {"lora:8", "prefix:20", "prompt:20"};
  for (size_t i = 0; i < 3; i++) {
    char options[96];
    rig r = {.model = model_of(&mini)};
    fine(afina_runtime_create(&r.runtime, 2, &error), &error);
    fine(afina_dataset_create(&r.data, &error), &error);
    rig_fill(r.data, AFINA_PART_TRAIN, 300, 1);
    rig_fill(r.data, AFINA_PART_TEST, 3, 2);
    const afina_finetune_need need = need_of(&r, r.data, strategies[i], 3, 2);
    snprintf(options, sizeof options, "{\"strategy\":\"%s\",\"valid_share\":0}", strategies[i]);
    heap.peak = heap.live;
    const size_t before = heap.live, small = 3 << 20;
    rig_start(&r, options);
    rig_run_to(&r, AFINA_TRAIN, 1, 2);
    const size_t trained = heap.peak - before;
    print_message("%s: run %zu, predicted %zu\n", strategies[i], trained, need.total);
    assert_true(trained <= need.total + small && need.total <= trained + need.weights / 3 * 2);
    afina_session_stop(r.session);
    rig_finish(&r);
    cJSON_Delete(rig_report(&r));
    rig_take_model(&r);
    assert_true(heap.peak - before <= need.total + small);
    rig_close(&r);
  }
}

/* The boundary moves; what is held is never more than the worst one's. */
static void test_gradual_takes_the_worst_boundary(void **state) {
  (void)state;
  afina_error error;
  rig r = {.model = model_of(&mini)};
  fine(afina_runtime_create(&r.runtime, 2, &error), &error);
  fine(afina_dataset_create(&r.data, &error), &error);
  rig_fill(r.data, AFINA_PART_TRAIN, 400, 1);
  rig_fill(r.data, AFINA_PART_TEST, 3, 2);
  const afina_finetune_need need = need_of(&r, r.data, "gradual", 3, 2);
  heap.peak = heap.live;
  const size_t before = heap.live, small = 3 << 20;
  rig_start(&r,
            "{\"strategy\":\"gradual\",\"valid_share\":0,\"epochs\":5,\"batch\":64,"
            "\"gradual_epochs\":1}");
  rig_run_to(&r, AFINA_TRAIN, 5, 1);
  const size_t trained = heap.peak - before;
  print_message("gradual: run %zu, predicted %zu (activations %zu, cache %zu)\n", trained,
                need.total, need.activations, need.cache);
  assert_true(trained <= need.total + small && need.total <= trained + 2 * small);
  rig_close(&r);
}

/* ---- where it is too much ---- */

static void expect_refusal(const afina_error *error, const char *room) {
  if (!strstr(error->message, room) || !strstr(error->message, "training takes ") ||
      !strstr(error->message, "head would take "))
    fail_msg("%s", error->message);
}

static void test_refused_in_figures(void **state) {
  (void)state;
  afina_error error;
  afina_finetune run;
  afina_finetune_options options;
  afina_progress progress = {0};
  afina_pool *pool = NULL;
  afina_exec exec;
  rig r = {.model = model_of(&base)};
  const afina_gpt *gpt = &r.model->gpt;
  fine(afina_dataset_create(&r.data, &error), &error);
  add_texts(r.data, 300);
  fine(afina_pool_create(&pool, 1, &error), &error);
  fine(afina_exec_init(&exec, &afina_kernels_plain, pool, 256, 64, &error), &error);
  afina_finetune_defaults(&options, &gpt->config, 300, RIG_CLASSES);
  fine(afina_strategy_parse(&options.strategy, "full", 4, &error), &error);
  options.test_share = 0;
  options.memory_bytes = 100 << 20;
  assert_int_equal(
      afina_finetune_init(&run, gpt, r.model->tokenizer, r.data, &exec, &options, &error),
      AFINA_E_MEMORY); /* before anything large is allocated */
  expect_refusal(&error, "there are 100 MB");
  afina_finetune_clear(&run);
  /* What the texts take shows when they are tokens. */
  options.memory_bytes = need_of(&r, r.data, "full", 0, 1).total - 1;
  fine(afina_finetune_init(&run, gpt, r.model->tokenizer, r.data, &exec, &options, &error), &error);
  afina_status status = AFINA_OK;
  while (status == AFINA_OK && progress.phase == AFINA_PREPARE)
    status = afina_finetune_advance(&run, 0, &progress, &error);
  assert_int_equal(status, AFINA_E_MEMORY);
  expect_refusal(&error, "but there are ");
  afina_finetune_clear(&run);
  afina_exec_free(&exec);
  afina_pool_free(pool);
  rig_close(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_no_allocation_in_steps),
      cmocka_unit_test(test_full_tuning_takes_six_times_the_weights),
      cmocka_unit_test(test_adapters_take_what_is_said),
      cmocka_unit_test(test_gradual_takes_the_worst_boundary),
      cmocka_unit_test(test_refused_in_figures),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
