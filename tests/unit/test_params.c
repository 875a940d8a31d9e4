/* The table of parameters: names and shapes of transformers' GPT-2, and the initial weights. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gpt.h"

static void table_has_the_names(void **state) {
  (void)state;
  static const struct {
    const char *name;
    size_t rows, columns;
  } expected[] = {
      {"transformer.wte.weight", 11, 8},
      {"transformer.wpe.weight", 5, 8},
      {"transformer.h.0.ln_1.weight", 1, 8},
      {"transformer.h.0.ln_1.bias", 1, 8},
      {"transformer.h.0.attn.c_attn.weight", 8, 24},
      {"transformer.h.0.attn.c_attn.bias", 1, 24},
      {"transformer.h.0.attn.c_proj.weight", 8, 8},
      {"transformer.h.0.attn.c_proj.bias", 1, 8},
      {"transformer.h.0.ln_2.weight", 1, 8},
      {"transformer.h.0.ln_2.bias", 1, 8},
      {"transformer.h.0.mlp.c_fc.weight", 8, 12},
      {"transformer.h.0.mlp.c_fc.bias", 1, 12},
      {"transformer.h.0.mlp.c_proj.weight", 12, 8},
      {"transformer.h.0.mlp.c_proj.bias", 1, 8},
  };
  enum { COUNT = sizeof expected / sizeof *expected };
  const afina_gpt_config config = {.vocabulary = 11,
                                   .context = 5,
                                   .channels = 8,
                                   .layers = 12,
                                   .heads = 2,
                                   .inner = 12,
                                   .classes = 3};
  afina_params params;
  assert_int_equal(afina_params_init(&params, &config, NULL), AFINA_OK);
  assert_int_equal(params.count, 2 + 12 * 12 + 3);
  for (size_t i = 0; i < COUNT; i++) {
    assert_string_equal(params.entries[i].name, expected[i].name);
    assert_int_equal(params.entries[i].rows, expected[i].rows);
    assert_int_equal(params.entries[i].columns, expected[i].columns);
    assert_int_equal(params.entries[i].decays, expected[i].rows > 1);
    assert_int_equal(params.entries[i].vector, expected[i].rows == 1);
  }
  assert_string_equal(params.entries[params.count - 4].name, "transformer.h.11.mlp.c_proj.bias");
  assert_string_equal(params.entries[params.count - 3].name, "transformer.ln_f.weight");
  assert_string_equal(params.entries[params.count - 2].name, "transformer.ln_f.bias");
  assert_string_equal(params.entries[params.count - 1].name, "score.weight");
  assert_int_equal(afina_params_head(&params), params.entries[params.count - 1].offset);
  assert_int_equal(afina_params_block(&params, 12), params.entries[params.count - 3].offset);
  assert_string_equal(afina_params_find(&params, 7, AFINA_MLP_FC_BIAS)->name,
                      "transformer.h.7.mlp.c_fc.bias");
  assert_int_equal(params.total, afina_params_head(&params) + 3 * 8);
  afina_params_free(&params);
  afina_gpt_config words = config; /* the context's channels and the words' */
  words.readout = AFINA_READOUT_WORDS;
  assert_int_equal(afina_params_init(&params, &words, NULL), AFINA_OK);
  assert_int_equal(params.entries[params.count - 1].columns, 2 * 8);
  assert_int_equal(params.total, afina_params_head(&params) + 3 * 16);
  afina_params_free(&params);
}

static void table_refuses_too_much(void **state) {
  (void)state;
  const afina_gpt_config config = {.vocabulary = SIZE_MAX / 4,
                                   .context = 5,
                                   .channels = 8,
                                   .layers = 1,
                                   .heads = 2,
                                   .inner = 12};
  afina_gpt gpt;
  afina_error error = {0};
  assert_int_equal(afina_gpt_init(&gpt, &config, &error), AFINA_E_LIMIT);
}

static double deviation(const float *x, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
  return sqrt(sum / (double)n);
}

static void random_weights(void **state) {
  (void)state;
  const afina_gpt_config config = {.vocabulary = 60,
                                   .context = 48,
                                   .channels = 40,
                                   .layers = 3,
                                   .heads = 4,
                                   .inner = 96,
                                   .classes = 3};
  afina_gpt gpt;
  assert_int_equal(afina_gpt_init(&gpt, &config, NULL), AFINA_OK);
  const afina_params *params = &gpt.params;
  const size_t head = afina_params_head(params);
  afina_rng rng;
  afina_rng_seed(&rng, 1);
  afina_params_random(params, gpt.weights, head, &rng);
  for (size_t i = 0; i < head; i++) assert_true(gpt.weights[i] == 0.0f); /* before `begin` */
  afina_params_random(params, gpt.weights, 0, &rng);
  for (size_t i = 0; i < params->count; i++) {
    const afina_param *p = &params->entries[i];
    const size_t n = p->rows * p->columns;
    const bool scale = strstr(p->name, "ln_") && strstr(p->name, "weight");
    const bool residual = strstr(p->name, "c_proj.weight");
    for (size_t k = 0; p->vector && k < n; k++)
      assert_true(gpt.weights[p->offset + k] == (scale ? 1.0f : 0.0f));
    double expected = strstr(p->name, "wpe") ? 0.01 : 0.02;
    if (residual) expected /= sqrt(2.0 * 3); /* three blocks */
    if (!p->vector) {
      const double ratio = deviation(gpt.weights + p->offset, n) / expected;
      if (!(fabs(ratio - 1) < 5 / sqrt(2.0 * (double)n)))
        fail_msg("%s: %g times the deviation it should have", p->name, ratio);
    }
  }
  afina_gpt_free(&gpt);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(table_has_the_names),
      cmocka_unit_test(table_refuses_too_much),
      cmocka_unit_test(random_weights),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
