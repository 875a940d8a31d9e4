/* A model twice as wide says the same, and can learn with all of its parts. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "memory.h"
#include "widen.h"

enum { B = 3, CONTEXT = 16, VOCABULARY = 40, CHANNELS = 12, N = 26 };

static const afina_gpt_config config = {.vocabulary = VOCABULARY,
                                        .context = CONTEXT,
                                        .channels = CHANNELS,
                                        .layers = 2,
                                        .heads = 3,
                                        .inner = 20,
                                        .readout = AFINA_READOUT_WORDS};

static void make(afina_gpt *gpt) {
  assert_int_equal(afina_gpt_init(gpt, &config, NULL), AFINA_OK);
  afina_rng rng;
  afina_rng_seed(&rng, 5);
  for (size_t i = 0; i < gpt->params.total; i++)
    gpt->weights[i] = 0.4f * (float)afina_rng_normal(&rng);
}

/* The losses of a batch, and the gradient of their sum where gradients is not NULL. */
static void run(const afina_gpt *gpt, afina_real *losses, afina_gradients *gradients) {
  const size_t starts[B + 1] = {0, 1, 10, N};
  uint32_t ids[N], targets[N];
  for (uint32_t n = 0; n < N; n++) {
    ids[n] = n * 7 % VOCABULARY;
    targets[n] = (n * 11 + 3) % VOCABULARY;
  }
  afina_pool *pool = NULL;
  afina_exec exec = {0};
  afina_gpt_pass pass = {0};
  afina_real logits[N * VOCABULARY];
  assert_int_equal(afina_pool_create(&pool, 1, NULL), AFINA_OK);
  assert_int_equal(afina_exec_init(&exec, &afina_kernels_plain, pool, CONTEXT,
                                   gpt->config.channels / gpt->config.heads, NULL),
                   AFINA_OK);
  assert_int_equal(afina_gpt_pass_init(&pass, gpt, NULL), AFINA_OK);
  const afina_gpt_batch batch = {.rows = {.starts = starts, .B = B, .N = N},
                                 .ids = ids,
                                 .end_block = gpt->config.layers,
                                 .keep = gradients != NULL};
  assert_int_equal(afina_gpt_forward(gpt, &exec, &pass, &batch, NULL), AFINA_OK);
  afina_language_loss(gpt, &exec, &pass, losses, targets, 1, gradients, logits, N);
  if (gradients) afina_gpt_backward(gpt, &exec, &pass, gradients);
  afina_gpt_pass_free(&pass);
  afina_exec_free(&exec);
  afina_pool_free(pool);
}

static void widen(afina_gpt *wide, const afina_gpt *gpt, double spread) {
  afina_rng rng;
  afina_rng_seed(&rng, 6);
  assert_int_equal(afina_gpt_widen(wide, gpt, spread, &rng, NULL), AFINA_OK);
}

static double worst(const afina_real *a, const afina_real *b) {
  double most = 0;
  for (size_t n = 0; n < N; n++) {
    const double apart = fabs((double)a[n] - (double)b[n]) / (1 + fabs((double)b[n]));
    if (!(apart <= most)) most = apart;
  }
  return most;
}

static void says_the_same(void **state) {
  (void)state;
  afina_gpt gpt, wide;
  afina_real narrow_losses[N], wide_losses[N];
  make(&gpt);
  widen(&wide, &gpt, 0);
  assert_int_equal(wide.config.channels, 2 * CHANNELS);
  assert_int_equal(wide.config.heads, 6);
  assert_int_equal(wide.config.inner, 40);
  assert_int_equal(wide.config.readout, AFINA_READOUT_WORDS);
  run(&gpt, narrow_losses, NULL);
  run(&wide, wide_losses, NULL);
  assert_true(worst(wide_losses, narrow_losses) < 1e-4);
  afina_gpt_free(&wide);

  widen(&wide, &gpt, 0.5); /* new channels that say something */
  run(&wide, wide_losses, NULL);
  assert_true(worst(wide_losses, narrow_losses) > 1e-3);
  afina_gpt_free(&wide);
  afina_gpt_free(&gpt);
}

static bool any(const afina_real *x, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (x[i] != 0) return true;
  return false;
}

/* Nothing new is dead: what new units write, what is written into new channels, and new channels of
 * the token embedding have a gradient. */
static void new_parts_learn(void **state) {
  (void)state;
  afina_gpt gpt, wide;
  afina_real losses[N];
  make(&gpt);
  widen(&wide, &gpt, 0.25);
  afina_gradients gradients = {.data = afina_allocate(wide.params.total, sizeof(afina_real)),
                               .begin = 0};
  assert_non_null(gradients.data);
  run(&wide, losses, &gradients);
  const size_t C = wide.config.channels;
  for (size_t layer = 0; layer < config.layers; layer++) {
    static const afina_tensor writes[] = {AFINA_ATTN_PROJ_WEIGHT, AFINA_MLP_PROJ_WEIGHT};
    for (size_t i = 0; i < 2; i++) {
      const size_t rows = afina_params_find(&wide.params, layer, writes[i])->rows;
      const afina_real *d = afina_gpt_gradient(&wide, &gradients, layer, writes[i]);
      const afina_real *w = afina_gpt_weight(&wide, layer, writes[i]);
      assert_false(any(w + rows / 2 * C, rows / 2 * C));
      for (size_t row = rows / 2; row < rows; row++) assert_true(any(d + row * C, C));
      for (size_t row = 0; row < rows; row++) assert_true(any(d + row * C + C / 2, C / 2));
    }
  }
  const afina_real *d = afina_gpt_gradient(&wide, &gradients, 0, AFINA_WTE);
  for (size_t row = 0; row < VOCABULARY; row++) assert_true(any(d + row * C + C / 2, C / 2));
  free(gradients.data);
  afina_gpt_free(&wide);
  afina_gpt_free(&gpt);
}

static void refuses_a_classifier(void **state) {
  (void)state;
  afina_gpt gpt, wide;
  afina_gpt_config classifier = config;
  classifier.classes = 2;
  afina_error error = {0};
  assert_int_equal(afina_gpt_init(&gpt, &classifier, NULL), AFINA_OK);
  assert_int_equal(afina_gpt_widen(&wide, &gpt, 0, NULL, &error), AFINA_E_ARGUMENT);
  assert_non_null(strstr(error.message, "language model"));
  afina_gpt_free(&gpt);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(says_the_same),
      cmocka_unit_test(new_parts_learn),
      cmocka_unit_test(refuses_a_classifier),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
