/* The gradient of logits in the embedding of every token of a text, against central differences:
 * each token's own embedding is a row of wte, moved by itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "derivative.h"
#include "gpt.h"

/* The largest that was measured is 2e-11, as in test_model.c. */
static const double bar = 1e-9;

enum { TEXTS = 3, TOKENS = 9, CLASSES = 3, VOCABULARY = 11, CHANNELS = 8 };
static const size_t starts[TEXTS + 1] = {0, 1, 6, TOKENS};
/* Every token once: a row of wte is then the embedding of one token. */
static const uint32_t ids[TOKENS] = {3, 1, 7, 4, 0, 10, 5, 9, 2};
static const double dlogits[TEXTS * CLASSES] = {1,        -0.5, -0.5, -1.0 / 3, 2.0 / 3,
                                                -1.0 / 3, 0,    0.25, 2};

typedef struct route {
  const char *name;
  afina_readout readout;
  afina_adapters adapters;
} route;

static const route routes[] = {
    {.name = "last", .readout = AFINA_READOUT_LAST},
    {.name = "special", .readout = AFINA_READOUT_SPECIAL},
    {.name = "mean", .readout = AFINA_READOUT_MEAN},
    {.name = "words", .readout = AFINA_READOUT_WORDS},
    {.name = "words, a prompt", .readout = AFINA_READOUT_WORDS, .adapters = {.prompt = 2}},
    {.name = "mean, LoRA",
     .readout = AFINA_READOUT_MEAN,
     .adapters = {.rank = 2, .alpha = 3, .targets = AFINA_LORA_ALL}},
    {.name = "last, a prefix", .readout = AFINA_READOUT_LAST, .adapters = {.prefix = 3}},
};

typedef struct rig {
  afina_gpt gpt;
  afina_exec exec;
  afina_gpt_pass pass;
} rig;

static void forward(rig *r, bool keep) {
  const afina_gpt_batch batch = {.rows = {.starts = starts, .B = TEXTS, .N = TOKENS},
                                 .ids = ids,
                                 .end_block = r->gpt.config.layers,
                                 .reads = afina_readout_reads(r->gpt.config.readout),
                                 .keep = keep};
  assert_int_equal(afina_gpt_forward(&r->gpt, &r->exec, &r->pass, &batch, NULL), AFINA_OK);
  afina_classify_forward(&r->gpt, &r->exec, &r->pass);
}

static double value(void *context) {
  rig *r = context;
  double sum = 0;
  forward(r, false);
  for (size_t i = 0; i < TEXTS * CLASSES; i++) sum += dlogits[i] * r->pass.logits[i];
  return sum;
}

static void check_route(void **state) {
  const route *taken = *state;
  const afina_gpt_config config = {.vocabulary = VOCABULARY,
                                   .context = 8,
                                   .channels = CHANNELS,
                                   .layers = 2,
                                   .heads = 2,
                                   .inner = 12,
                                   .classes = CLASSES,
                                   .readout = taken->readout,
                                   .adapters = taken->adapters};
  rig r = {0};
  assert_int_equal(afina_gpt_init(&r.gpt, &config, NULL), AFINA_OK);
  assert_int_equal(afina_exec_init(&r.exec, &afina_kernels_reference, NULL, 16, 4, NULL), AFINA_OK);
  assert_int_equal(afina_gpt_pass_init(&r.pass, &r.gpt, NULL), AFINA_OK);
  afina_rng rng;
  afina_rng_seed(&rng, 6);
  for (size_t i = 0; i < r.gpt.params.total; i++) r.gpt.weights[i] = 0.4 * afina_rng_normal(&rng);
  double numerical[VOCABULARY * CHANNELS], analytic[VOCABULARY * CHANNELS] = {0};
  double *wte = r.gpt.weights + afina_params_find(&r.gpt.params, 0, AFINA_WTE)->offset;
  derivative_numerical(numerical, wte, VOCABULARY * CHANNELS, value, &r);
  forward(&r, true);
  const double *inputs = afina_gpt_inputs_backward(&r.gpt, &r.exec, &r.pass, dlogits);
  for (size_t n = 0; n < TOKENS; n++)
    memcpy(analytic + ids[n] * CHANNELS, inputs + n * CHANNELS, CHANNELS * sizeof *analytic);
  derivative_assert_close(taken->name, "embeddings", analytic, numerical, VOCABULARY * CHANNELS,
                          bar);
  double largest = 0;
  for (size_t i = 0; i < VOCABULARY * CHANNELS; i++) largest = fmax(largest, fabs(numerical[i]));
  assert_true(largest > 1e-2);
  afina_gpt_pass_free(&r.pass);
  afina_exec_free(&r.exec);
  afina_gpt_free(&r.gpt);
}

int main(void) {
  struct CMUnitTest tests[sizeof routes / sizeof *routes];
  for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
    tests[i] = (struct CMUnitTest){.name = routes[i].name,
                                   .test_func = check_route,
                                   .initial_state = (void *)(uintptr_t)&routes[i]};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
