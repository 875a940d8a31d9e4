/* A model twice as wide says the same, and its halves go separate ways once it is trained. */
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

static void widen(afina_gpt *wide, const afina_gpt *gpt) {
  afina_rng rng;
  afina_rng_seed(&rng, 6);
  assert_int_equal(afina_gpt_widen(wide, gpt, &rng, NULL), AFINA_OK);
}

static void says_the_same(void **state) {
  (void)state;
  afina_gpt gpt, wide;
  afina_real narrow_losses[N], wide_losses[N];
  make(&gpt);
  widen(&wide, &gpt);
  assert_int_equal(wide.config.channels, 2 * CHANNELS);
  assert_int_equal(wide.config.heads, 6);
  assert_int_equal(wide.config.inner, 40);
  assert_int_equal(wide.config.readout, AFINA_READOUT_WORDS);
  run(&gpt, narrow_losses, NULL);
  run(&wide, wide_losses, NULL);
  for (size_t n = 0; n < N; n++)
    if (!(fabsf(wide_losses[n] - narrow_losses[n]) < 1e-4f * narrow_losses[n] + 1e-5f))
      fail_msg("token %zu: %g, and wide %g", n, (double)narrow_losses[n], (double)wide_losses[n]);
  afina_gpt_free(&wide);
  afina_gpt_free(&gpt);
}

/* How far the two halves of a matrix's columns are apart, as a share of their size. */
static double apart(const afina_gpt *gpt, const afina_real *values, size_t layer,
                    afina_tensor tensor) {
  const afina_param *param = afina_params_find(&gpt->params, layer, tensor);
  const size_t half = param->columns / 2;
  double difference = 0, size = 0;
  for (size_t row = 0; row < param->rows; row++)
    for (size_t i = 0; i < half; i++) {
      const double a = (double)values[param->offset + row * param->columns + i];
      const double b = (double)values[param->offset + row * param->columns + half + i];
      difference += (a - b) * (a - b);
      size += a * a + b * b;
    }
  return sqrt(difference / size);
}

/* Copies that get the same gradient would stay copies for ever. */
static void halves_part(void **state) {
  (void)state;
  afina_gpt gpt, wide;
  afina_real losses[N];
  make(&gpt);
  widen(&wide, &gpt);
  afina_gradients gradients = {.data = afina_allocate(wide.params.total, sizeof(afina_real)),
                               .begin = 0};
  assert_non_null(gradients.data);
  run(&wide, losses, &gradients);
  for (size_t layer = 0; layer < config.layers; layer++) {
    assert_true(apart(&wide, wide.weights, layer, AFINA_MLP_FC_WEIGHT) > 0.1);
    assert_true(apart(&wide, gradients.data, layer, AFINA_MLP_FC_WEIGHT) > 0.1);
    assert_true(apart(&wide, gradients.data, layer, AFINA_ATTN_WEIGHT) > 0.1);
  }
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
  assert_int_equal(afina_gpt_widen(&wide, &gpt, NULL, &error), AFINA_E_ARGUMENT);
  assert_non_null(strstr(error.message, "language model"));
  afina_gpt_free(&gpt);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(says_the_same),
      cmocka_unit_test(halves_part),
      cmocka_unit_test(refuses_a_classifier),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
