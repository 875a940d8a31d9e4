/* The whole tiny model against central differences: every parameter tensor, three losses, every
 * place where training may begin. */
#include "model_rig.h"

static const route last_rows = {"last, only the rows read", false, AFINA_READOUT_LAST,
                                AFINA_READS_LAST,           NONE,  NULL};
static const route last_all = {"last, all rows", false, AFINA_READOUT_LAST,
                               AFINA_READS_ALL,  NONE,  NULL};
static const route special = {"special",        false, AFINA_READOUT_SPECIAL,
                              AFINA_READS_LAST, NONE,  NULL};
static const route mean = {"mean", false, AFINA_READOUT_MEAN, AFINA_READS_MEAN, NONE, NULL};
static const route words = {"words", false, AFINA_READOUT_WORDS, AFINA_READS_WORDS, NONE, NULL};
#define LAST AFINA_READOUT_LAST, AFINA_READS_LAST
#define MEAN AFINA_READOUT_MEAN, AFINA_READS_MEAN
#define WORDS AFINA_READOUT_WORDS, AFINA_READS_WORDS
#define LORA(of, from) \
  { .rank = 2, .alpha = 3, .targets = AFINA_LORA_##of, .first = from }
static const route lora_last = {"LoRA, last", false, LAST, LORA(ALL, 0), NULL};
static const route lora_words = {"LoRA, words", false, WORDS, LORA(ATTENTION, 0), NULL};
static const route lora_mlp = {"LoRA beside the MLP, mean", false, MEAN, LORA(MLP, 0), NULL};
static const route lora_top = {"LoRA in the top block", false, LAST, LORA(ALL, 1), NULL};
static const route prefix_last = {"prefix, last", false, LAST, {.prefix = 2}, NULL};
static const route prefix_all = {"prefix, all rows", false,         AFINA_READOUT_LAST,
                                 AFINA_READS_ALL,    {.prefix = 1}, NULL};
static const route prefix_words = {"prefix, words", false, WORDS, {.prefix = 3}, NULL};
static const route prompt_last = {"prompt, last", false, LAST, {.prompt = 2}, NULL};
static const route prompt_all = {"prompt, all rows", false,         AFINA_READOUT_LAST,
                                 AFINA_READS_ALL,    {.prompt = 1}, NULL};
static const route prompt_mean = {"prompt, mean", false, MEAN, {.prompt = 2}, NULL};
static const route prompt_words = {"prompt, words", false, WORDS, {.prompt = 3}, NULL};
static const route everything = {
    "LoRA, prefix and prompt",
    false,
    WORDS,
    {.rank = 1, .alpha = 2, .targets = AFINA_LORA_ALL, .first = 0, .prefix = 2, .prompt = 1},
    NULL};
static const route language = {"language", true, AFINA_READOUT_LAST, AFINA_READS_ALL, NONE, NULL};

/* What trains is a suffix of the table; its gradients are those of the whole, bit for bit, both
 * from ids and from activations that the frozen blocks left. */
static void check_suffixes(void **state) {
  rig r;
  set_up(&r, *state, 1);
  const size_t C = r.gpt.config.channels, L = r.gpt.config.layers;
  forward(&r, 0, NULL, true);
  double *whole = gradients_from(&r, 0);
  for (size_t layer = 0; layer <= L; layer++) {
    const size_t begin = afina_params_block(&r.gpt.params, layer);
    forward(&r, 0, NULL, true);
    double *suffix = gradients_from(&r, begin);
    derivative_assert_same(r.route->name, "frozen below", whole + begin, suffix, r.total - begin);
    free(suffix);
    if (layer == 0 || layer == L || afina_adapters_lowest_block(&r.gpt, begin) < layer) continue;

    const double expected = loss_of(&r, NULL);
    double *boundary = reals(TOKENS * C);
    memcpy(boundary, r.pass.blocks[layer].x, TOKENS * C * sizeof *boundary);
    forward(&r, layer, boundary, true);
    const double actual = loss_of(&r, NULL);
    derivative_assert_same(r.route->name, "loss from the boundary", &expected, &actual, 1);
    suffix = gradients_from(&r, begin);
    derivative_assert_same(r.route->name, "from the boundary", whole + begin, suffix,
                           r.total - begin);
    free(suffix);
    free(boundary);
  }
  const size_t head = afina_params_head(&r.gpt.params);
  const size_t begins[] = {afina_params_adapters(&r.gpt.params), head};
  for (size_t i = 0; i < 2 && !r.route->language; i++) {
    forward(&r, 0, NULL, true);
    double *only = gradients_from(&r, begins[i]);
    derivative_assert_same(r.route->name, i ? "head alone" : "adapters", whole + begins[i], only,
                           r.total - begins[i]);
    free(only);
  }
  free(whole);
  tear_down(&r);
}

/* Gradients add up over batches: twice the same batch is twice the gradient. */
static void check_accumulates(void **state) {
  rig r;
  set_up(&r, *state, 1);
  forward(&r, 0, NULL, true);
  double *once = gradients_from(&r, 0), *twice = reals(r.total);
  const afina_gradients gradients = {.data = twice, .begin = 0};
  for (int i = 0; i < 2; i++) {
    forward(&r, 0, NULL, true);
    loss_of(&r, &gradients);
  }
  for (size_t i = 0; i < r.total; i++) once[i] *= 2;
  assert_true(derivative_distance(once, twice, r.total) < 1e-14);
  free(once);
  free(twice);
  tear_down(&r);
}

static void check_threads(void **state) {
  rig one, three;
  set_up(&one, *state, 1);
  set_up(&three, *state, 3);
  forward(&one, 0, NULL, true);
  forward(&three, 0, NULL, true);
  double *a = gradients_from(&one, 0), *b = gradients_from(&three, 0);
  derivative_assert_same(one.route->name, "1 and 3 threads", a, b, one.total);
  free(a);
  free(b);
  tear_down(&one);
  tear_down(&three);
}

/* Leaving out the rows that nobody reads changes nothing; nor does the name of the readout. */
static void same_gradients(void **state) {
  (void)state;
  const route *routes[] = {&last_all, &last_rows, &special};
  double *gradients[3], losses[3];
  size_t total = 0;
  for (size_t i = 0; i < 3; i++) {
    rig r;
    set_up(&r, routes[i], 1);
    forward(&r, 0, NULL, true);
    losses[i] = loss_of(&r, NULL);
    gradients[i] = gradients_from(&r, 0);
    total = r.total;
    tear_down(&r);
  }
  for (size_t i = 1; i < 3; i++) {
    derivative_assert_same(routes[i]->name, "loss", &losses[0], &losses[i], 1);
    /* The sums over rows have zeros in other places, so the last bits may differ. */
    assert_true(derivative_distance(gradients[0], gradients[i], total) < 1e-14);
  }
  for (size_t i = 0; i < 3; i++) free(gradients[i]);
}

/* The table has each tensor of each layer once, without a gap: what the checks above walk over. */
static void table_is_whole(void **state) {
  rig r;
  set_up(&r, *state, 1);
  const afina_params *params = &r.gpt.params;
  size_t end = 0, seen = 0;
  for (size_t i = 0; i < params->count; i++) {
    assert_int_equal(params->entries[i].offset, end);
    end += params->entries[i].rows * params->entries[i].columns;
  }
  assert_int_equal(end, params->total);
  /* Walking by tensor and layer meets every entry of the table, each once. */
  bool *met = afina_allocate(params->count, sizeof *met);
  assert_non_null(met);
  for (int tensor = AFINA_WTE; tensor <= AFINA_SCORE; tensor++) {
    const bool in_block = tensor >= AFINA_LN_1_WEIGHT && tensor <= AFINA_MLP_PROJ_BIAS;
    const bool adapter = tensor >= AFINA_PROMPT && tensor < AFINA_SCORE;
    for (size_t layer = 0; layer < (in_block || adapter ? params->layers : 1); layer++) {
      const afina_param *p = afina_params_find(params, layer, (afina_tensor)tensor);
      if (!p && adapter) continue;
      seen++;
      assert_in_range(p - params->entries, 0, params->count - 1);
      assert_false(met[p - params->entries]);
      met[p - params->entries] = true;
    }
  }
  free(met);
  assert_int_equal(seen, params->count);
  tear_down(&r);
}

#define FOR(route)                                                                          \
  {"every tensor: " #route, check_route, NULL, NULL, (void *)(uintptr_t)&route},            \
      {"every suffix: " #route, check_suffixes, NULL, NULL, (void *)(uintptr_t)&route},     \
      {"accumulates: " #route, check_accumulates, NULL, NULL, (void *)(uintptr_t)&route}, { \
    "threads: " #route, check_threads, NULL, NULL, (void *)(uintptr_t)&route                \
  }

enum { PAIRS = 3, WIDTH = 4 };

typedef struct contrast_rig {
  afina_exec exec;
  afina_contrast work;
  double pooled[2 * PAIRS * WIDTH], dpooled[2 * PAIRS * WIDTH];
} contrast_rig;

static double contrast_loss(void *context) {
  contrast_rig *r = context;
  return 0.7 *
         afina_contrast_loss(&r->exec, &r->work, r->dpooled, r->pooled, 0.3, 0.7, PAIRS, WIDTH);
}

static void check_contrast(void **state) {
  (void)state;
  contrast_rig r;
  double numerical[2 * PAIRS * WIDTH];
  assert_int_equal(afina_exec_init(&r.exec, &afina_kernels_reference, NULL, 1, 1, NULL), AFINA_OK);
  assert_int_equal(afina_contrast_init(&r.work, PAIRS, WIDTH, NULL), AFINA_OK);
  afina_rng rng;
  afina_rng_seed(&rng, 3);
  for (size_t i = 0; i < 2 * PAIRS * WIDTH; i++) r.pooled[i] = afina_rng_normal(&rng);
  derivative_numerical(numerical, r.pooled, 2 * PAIRS * WIDTH, contrast_loss, &r);
  contrast_loss(&r);
  derivative_assert_close("contrast", "pooled", r.dpooled, numerical, 2 * PAIRS * WIDTH, bar);
  /* Partners that are alike and unlike all others are found: the loss is that of their distance. */
  memset(r.pooled, 0, sizeof r.pooled);
  for (size_t p = 0; p < PAIRS; p++)
    r.pooled[p * WIDTH + p] = r.pooled[(PAIRS + p) * WIDTH + p] = 1 + (double)p;
  const double expected = 0.7 * log(1 + 2 * exp(-1 / 0.3));
  const double actual = contrast_loss(&r);
  derivative_assert_close("contrast", "orthogonal pairs", &actual, &expected, 1, bar);
  afina_contrast_free(&r.work);
  afina_exec_free(&r.exec);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      FOR(last_rows),
      FOR(last_all),
      FOR(mean),
      FOR(words),
      FOR(language),
      FOR(lora_last),
      FOR(lora_words),
      FOR(lora_mlp),
      FOR(lora_top),
      FOR(prefix_last),
      FOR(prefix_all),
      FOR(prefix_words),
      FOR(prompt_last),
      FOR(prompt_all),
      FOR(prompt_mean),
      FOR(prompt_words),
      FOR(everything),
      cmocka_unit_test(same_gradients),
      {"the table", table_is_whole, NULL, NULL, (void *)(uintptr_t)&last_all},
      {"the table with adapters", table_is_whole, NULL, NULL, (void *)(uintptr_t)&everything},
      cmocka_unit_test(check_contrast),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
