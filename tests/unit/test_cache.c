/* The cache of frozen activations: as F32 it changes no bit, as F16 the same bits for all. */
#include "finetune.h"
#include "session_rig.h"

typedef struct tuned_weights {
  afina_real *weights;
  size_t count;
  bool cached;
  afina_cache_kind kind;
} tuned_weights;

/* What `tune` needs. */
typedef struct tuning {
  afina_gpt gpt;
  afina_pool *pool;
  afina_exec exec;
  afina_dataset *data;
  afina_tokenizer *tokenizer;
} tuning;

static void open_tuning(tuning *t, afina_readout readout) {
  afina_error error;
  *t = (tuning){.tokenizer = rig_tokenizer()};
  rig_gpt(&t->gpt, afina_tokenizer_size(t->tokenizer));
  t->gpt.config.readout = readout;
  fine(afina_pool_create(&t->pool, 2, &error), &error);
  fine(afina_exec_init(&t->exec, &afina_kernels_plain, t->pool, RIG_CONTEXT + 3, 8, &error),
       &error);
  fine(afina_dataset_create(&t->data, &error), &error);
  rig_fill(t->data, AFINA_PART_ANY, 30, 1);
}

static void close_tuning(tuning *t) {
  afina_dataset_free(t->data);
  afina_exec_free(&t->exec);
  afina_pool_free(t->pool);
  afina_gpt_free(&t->gpt);
  afina_tokenizer_free(t->tokenizer);
}

static tuned_weights tune(const tuning *t, const char *strategy, size_t cache_bytes,
                          size_t part_tokens) {
  afina_error error;
  afina_finetune run;
  afina_finetune_options options;
  afina_progress progress = {0};
  afina_finetune_defaults(&options, &t->gpt.config, 30, RIG_CLASSES);
  fine(afina_strategy_parse(&options.strategy, strategy, t->gpt.config.layers, &error), &error);
  options.lora.alpha = 4;
  if (options.strategy.kind == AFINA_STRATEGY_LORA) options.strategy.blocks = 1;
  options.epochs = 2;
  options.cache_bytes = cache_bytes;
  fine(afina_finetune_init(&run, &t->gpt, t->tokenizer, t->data, &t->exec, &options, &error),
       &error);
  if (part_tokens) run.part_tokens = part_tokens;
  while (progress.phase != AFINA_DONE)
    fine(afina_finetune_advance(&run, 0, &progress, &error), &error);
  const tuned_weights out = {.weights = malloc(run.gpt.params.total * sizeof(afina_real)),
                             .count = run.gpt.params.total,
                             .cached = run.cache.enabled,
                             .kind = run.cache.kind};
  memcpy(out.weights, run.gpt.weights, out.count * sizeof *out.weights);
  afina_finetune_clear(&run);
  return out;
}

/* Neither the cache nor the parts in which a batch is worked off, from one text to all of them,
 * show in the weights. */
static void test_cache_and_parts_change_nothing(void **state) {
  const afina_readout *readout = *state;
  static const char *const strategies[] = {"head", "last:1",   "lora:2",
                                           "full", "prefix:3", "prompt:2"};
  tuning t;
  open_tuning(&t, *readout);
  for (size_t i = 0; i < sizeof strategies / sizeof *strategies; i++) {
    const tuned_weights whole = tune(&t, strategies[i], 1 << 20, 0);
    assert_int_equal(whole.cached, i < 3);
    for (size_t tokens = 1; tokens < 64; tokens *= 3)
      for (size_t cache = 0; cache <= 1 << 20; cache += 1 << 20) {
        const tuned_weights parts = tune(&t, strategies[i], cache, tokens);
        assert_true(cache || !parts.cached);
        assert_memory_equal(parts.weights, whole.weights, whole.count * sizeof *whole.weights);
        free(parts.weights);
      }
    free(whole.weights);
  }
  close_tuning(&t);
}

/* Where F32 would not fit, F16 is kept: near the exact result, and no part of a batch shows in it
 * either. */
static void test_cache_of_half_the_size(void **state) {
  const afina_readout *readout = *state;
  static const char *const strategies[] = {"head", "last:1"};
  tuning t;
  open_tuning(&t, *readout);
  for (size_t i = 0; i < sizeof strategies / sizeof *strategies; i++) {
    size_t bytes = 1 << 20;
    const tuned_weights exact = tune(&t, strategies[i], bytes, 0);
    assert_int_equal(exact.kind, AFINA_CACHE_F32);
    tuned_weights half = exact;
    while (half.kind == AFINA_CACHE_F32) {
      if (half.weights != exact.weights) free(half.weights);
      half = tune(&t, strategies[i], bytes /= 2, 0);
    }
    assert_int_equal(half.kind, AFINA_CACHE_F16);
    const tuned_weights parts = tune(&t, strategies[i], bytes, 5);
    assert_memory_equal(parts.weights, half.weights, half.count * sizeof *half.weights);
    assert_memory_not_equal(exact.weights, half.weights, half.count * sizeof *half.weights);
    double apart = 0;
    for (size_t w = 0; w < half.count; w++)
      apart += fabs((double)(exact.weights[w] - half.weights[w]));
    assert_true(apart < 1e-3 * (double)half.count); /* an update moves a weight by up to 2e-3 */
    const tuned_weights none = tune(&t, strategies[i], bytes / 4, 0);
    assert_int_equal(none.kind, AFINA_CACHE_NONE);
    assert_memory_equal(exact.weights, none.weights, none.count * sizeof *none.weights);
    free(exact.weights);
    free(half.weights);
    free(parts.weights);
    free(none.weights);
  }
  close_tuning(&t);
}

/* Trains to the end or the first failure. */
static afina_status try_budget(const tuning *t, size_t cache_bytes, afina_cache_kind *kind,
                               afina_error *error) {
  afina_finetune run;
  afina_finetune_options options;
  afina_progress progress = {0};
  afina_status status = AFINA_OK;
  afina_finetune_defaults(&options, &t->gpt.config, 30, RIG_CLASSES);
  fine(afina_strategy_parse(&options.strategy, "last:1", t->gpt.config.layers, error), error);
  options.epochs = 1;
  options.cache_bytes = cache_bytes;
  fine(afina_finetune_init(&run, &t->gpt, t->tokenizer, t->data, &t->exec, &options, error), error);
  while (status == AFINA_OK && progress.phase != AFINA_DONE)
    status = afina_finetune_advance(&run, 0, &progress, error);
  *kind = run.cache.kind;
  afina_finetune_clear(&run);
  return status;
}

/* What F16 cannot hold is refused, not trained on as infinity; F32 and no cache hold it. */
static void test_activations_beyond_f16(void **state) {
  (void)state;
  tuning t;
  afina_error error;
  bool seen[3] = {false};
  open_tuning(&t, AFINA_READOUT_LAST);
  const afina_param *wte = afina_params_find(&t.gpt.params, 0, AFINA_WTE);
  for (size_t i = 0; i < wte->rows * wte->columns; i++) t.gpt.weights[wte->offset + i] *= 1e7f;
  for (size_t bytes = 1 << 20; bytes > 64; bytes = bytes * 2 / 3) {
    afina_cache_kind kind;
    const afina_status status = try_budget(&t, bytes, &kind, &error);
    assert_int_equal(status, kind == AFINA_CACHE_F16 ? AFINA_E_LIMIT : AFINA_OK);
    if (status != AFINA_OK) assert_non_null(strstr(error.message, "cache_mb"));
    seen[kind] = true;
  }
  assert_true(seen[AFINA_CACHE_NONE] && seen[AFINA_CACHE_F32] && seen[AFINA_CACHE_F16]);
  close_tuning(&t);
}

static afina_readout last = AFINA_READOUT_LAST, words = AFINA_READOUT_WORDS;

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_prestate(test_cache_and_parts_change_nothing, &last),
      cmocka_unit_test_prestate(test_cache_and_parts_change_nothing, &words),
      cmocka_unit_test(test_activations_beyond_f16),
      cmocka_unit_test_prestate(test_cache_of_half_the_size, &last),
      cmocka_unit_test_prestate(test_cache_of_half_the_size, &words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
