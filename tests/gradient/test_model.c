/* The whole tiny model against central differences: every parameter tensor, three losses, every
 * place where training may begin. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "adapters.h"
#include "derivative.h"
#include "gpt.h"
#include "memory.h"

/* The issue asks for 1e-6. The largest that was measured over all tensors and losses is 6.3e-11,
 * the differences' own error: it falls as h^4. */
static const double bar = 1e-9;

enum { TEXTS = 4, TOKENS = 12, CLASSES = 3, VOCABULARY = 11 };
static const size_t starts[TEXTS + 1] = {0, 1, 6, 9, TOKENS}; /* one token; the whole context */
static const uint32_t ids[TOKENS] = {3, 1, 1, 4, 0, 10, 3, 3, 3, 7, 2, 3};
static const uint32_t labels[TEXTS] = {2, 0, 1, 2};
static const uint32_t targets[TOKENS] = {1, 1, 4, 0, 10, 2, 3, 3, 9, 2, 3, 0};

/* One way to run the model: what is read out, by which path, and with which adapters. */
typedef struct route {
  const char *name;
  bool language;
  afina_readout readout;
  afina_reads reads;
  afina_adapters adapters;
} route;

#define NONE \
  { .rank = 0 }
static const route last_rows = {"last, only the rows read", false, AFINA_READOUT_LAST,
                                AFINA_READS_LAST, NONE};
static const route last_all = {"last, all rows", false, AFINA_READOUT_LAST, AFINA_READS_ALL, NONE};
static const route special = {"special", false, AFINA_READOUT_SPECIAL, AFINA_READS_LAST, NONE};
static const route mean = {"mean", false, AFINA_READOUT_MEAN, AFINA_READS_MEAN, NONE};
static const route words = {"words", false, AFINA_READOUT_WORDS, AFINA_READS_WORDS, NONE};
#define LAST AFINA_READOUT_LAST, AFINA_READS_LAST
#define MEAN AFINA_READOUT_MEAN, AFINA_READS_MEAN
#define WORDS AFINA_READOUT_WORDS, AFINA_READS_WORDS
#define LORA(of, from) \
  { .rank = 2, .alpha = 3, .targets = AFINA_LORA_##of, .first = from }
static const route lora_last = {"LoRA, last", false, LAST, LORA(ALL, 0)};
static const route lora_words = {"LoRA, words", false, WORDS, LORA(ATTENTION, 0)};
static const route lora_mlp = {"LoRA beside the MLP, mean", false, MEAN, LORA(MLP, 0)};
static const route lora_top = {"LoRA in the top block", false, LAST, LORA(ALL, 1)};
static const route prefix_last = {"prefix, last", false, LAST, {.prefix = 2}};
static const route prefix_all = {
    "prefix, all rows", false, AFINA_READOUT_LAST, AFINA_READS_ALL, {.prefix = 1}};
static const route prefix_words = {"prefix, words", false, WORDS, {.prefix = 3}};
static const route prompt_last = {"prompt, last", false, LAST, {.prompt = 2}};
static const route prompt_all = {
    "prompt, all rows", false, AFINA_READOUT_LAST, AFINA_READS_ALL, {.prompt = 1}};
static const route prompt_mean = {"prompt, mean", false, MEAN, {.prompt = 2}};
static const route prompt_words = {"prompt, words", false, WORDS, {.prompt = 3}};
static const route everything = {
    "LoRA, prefix and prompt",
    false,
    WORDS,
    {.rank = 1, .alpha = 2, .targets = AFINA_LORA_ALL, .first = 0, .prefix = 2, .prompt = 1}};
static const route language = {"language", true, AFINA_READOUT_LAST, AFINA_READS_ALL, NONE};

typedef struct rig {
  afina_gpt gpt;
  afina_pool *pool;
  afina_exec exec;
  afina_gpt_pass pass;
  const route *route;
  size_t total;
  double losses[TOKENS], logits[TOKENS * VOCABULARY];
} rig;

static void set_up(rig *r, const route *taken, size_t threads) {
  const afina_gpt_config config = {.vocabulary = VOCABULARY,
                                   .context = 5 + taken->adapters.prompt,
                                   .channels = 8,
                                   .layers = 2,
                                   .heads = 2,
                                   .inner = 12,
                                   .classes = taken->language ? 0 : CLASSES,
                                   .readout = taken->readout,
                                   .adapters = taken->adapters};
  *r = (rig){.route = taken};
  assert_int_equal(afina_gpt_init(&r->gpt, &config, NULL), AFINA_OK);
  assert_int_equal(afina_pool_create(&r->pool, threads, NULL), AFINA_OK);
  assert_int_equal(afina_exec_init(&r->exec, &afina_kernels_reference, r->pool,
                                   config.context + config.adapters.prefix,
                                   config.channels / config.heads, NULL),
                   AFINA_OK);
  assert_int_equal(afina_gpt_pass_init(&r->pass, &r->gpt, NULL), AFINA_OK);
  /* Larger than at the start of a training, so that no term of a gradient is small. */
  afina_rng rng;
  afina_rng_seed(&rng, 5);
  r->total = r->gpt.params.total;
  for (size_t i = 0; i < r->total; i++) r->gpt.weights[i] = 0.4 * afina_rng_normal(&rng);
}

static void tear_down(rig *r) {
  afina_gpt_pass_free(&r->pass);
  afina_exec_free(&r->exec);
  afina_pool_free(r->pool);
  afina_gpt_free(&r->gpt);
}

static double *reals(size_t n) {
  double *x = afina_allocate(n, sizeof *x);
  assert_non_null(x);
  return x;
}

static void forward(rig *r, size_t first_block, const double *boundary, bool keep) {
  double means[TEXTS * 8];
  const afina_ragged rows = {.starts = starts, .B = TEXTS, .N = TOKENS};
  afina_words_mean(&r->gpt, &r->exec, means, 8, ids, &rows);
  const afina_gpt_batch batch = {.rows = rows,
                                 .ids = first_block ? NULL : ids,
                                 .boundary = boundary,
                                 .words = first_block ? means : NULL,
                                 .first_block = first_block,
                                 .end_block = r->gpt.config.layers,
                                 .reads = r->route->reads,
                                 .keep = keep};
  assert_int_equal(afina_gpt_forward(&r->gpt, &r->exec, &r->pass, &batch, NULL), AFINA_OK);
}

/* The mean loss after forward; where gradients is not NULL, also its gradient. */
static double loss_of(rig *r, const afina_gradients *gradients) {
  const size_t count = r->route->language ? TOKENS : TEXTS;
  if (r->route->language) {
    /* Chunks that do not divide the rows. */
    afina_language_loss(&r->gpt, &r->exec, &r->pass, r->losses, targets, 1.0 / TOKENS, gradients,
                        r->logits, 5);
  } else {
    afina_classify_forward(&r->gpt, &r->exec, &r->pass);
    memcpy(r->logits, r->pass.logits, TEXTS * CLASSES * sizeof(double));
    afina_cross_entropy_forward(&r->exec, r->losses, r->logits, labels, TEXTS, CLASSES);
    if (gradients) {
      afina_cross_entropy_backward(&r->exec, r->logits, labels, 1.0 / TEXTS, TEXTS, CLASSES);
      afina_classify_backward(&r->gpt, &r->exec, &r->pass, r->logits, gradients);
    }
  }
  if (gradients && (r->route->language || gradients->begin < afina_params_head(&r->gpt.params)))
    afina_gpt_backward(&r->gpt, &r->exec, &r->pass, gradients);
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += r->losses[i];
  return sum / (double)count;
}

/* The gradients from `begin` on, as a buffer of the caller's that starts with zeros. */
static double *gradients_from(rig *r, size_t begin) {
  double *data = reals(r->total - begin);
  const afina_gradients gradients = {.data = data, .begin = begin};
  loss_of(r, &gradients);
  return data;
}

static double loss(void *context) {
  forward(context, 0, NULL, false);
  return loss_of(context, NULL);
}

/* Each tensor of the table by itself: one that was forgotten, or that plays no part in the loss,
 * cannot hide behind the others. */
static void check_route(void **state) {
  rig r;
  set_up(&r, *state, 1);
  double *numerical = reals(r.total);
  derivative_numerical(numerical, r.gpt.weights, r.total, loss, &r);
  forward(&r, 0, NULL, true);
  double *analytic = gradients_from(&r, 0);
  size_t covered = 0;
  double worst = 0;
  for (size_t i = 0; i < r.gpt.params.count; i++) {
    const afina_param *p = &r.gpt.params.entries[i];
    const size_t n = p->rows * p->columns;
    double largest = 0;
    for (size_t k = 0; k < n; k++) largest = fmax(largest, fabs(numerical[p->offset + k]));
    if (!(largest > 1e-4)) fail_msg("%s: %s plays no part", r.route->name, p->name);
    const double distance = derivative_assert_close(r.route->name, p->name, analytic + p->offset,
                                                    numerical + p->offset, n, bar);
    worst = fmax(worst, distance);
    covered += n;
  }
  assert_int_equal(covered, r.total);
  print_message("%s: %zu tensors, worst %.1e\n", r.route->name, r.gpt.params.count, worst);
  free(numerical);
  free(analytic);
  tear_down(&r);
}

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
