/* A tiny model, two texts that can be learned, and a pretraining run on them. */
#ifndef AFINA_PRETRAIN_RIG_H
#define AFINA_PRETRAIN_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pretrain.h"
#include "safetensors.h"

enum { VOCABULARY = 50, TOKENS = 3000, HELD_OUT = 300, STEPS = 20, CONTEXT = 16 };
enum { UPDATE = 4 * CONTEXT }; /* tokens of an update, where the batch does not grow */

/* A model, the texts and a run on them. */
typedef struct rig {
  uint16_t counting[TOKENS], mixed[TOKENS];
  afina_stream streams[2];
  afina_gpt gpt;
  afina_pool *pool;
  afina_exec exec;
  afina_pretrain *run;
} rig;

static const afina_pretrain_options usual = {.language_weight = 1,
                                             .context = CONTEXT,
                                             .batch = 4,
                                             .micro_batch = 2,
                                             .tokens = STEPS * UPDATE,
                                             .warmup = 3 * UPDATE,
                                             .decay = 5 * UPDATE,
                                             .lr = 1e-2,
                                             .lr_floor = 0.1,
                                             .weight_decay = 0.1,
                                             .seed = 9};

/* Two learnable sequences: the next token follows from the present one, in the second with a few
 * exceptions. */
static inline void write_streams(rig *r) {
  afina_rng rng;
  afina_rng_seed(&rng, 4);
  for (size_t t = 0; t < TOKENS; t++) {
    r->counting[t] = (uint16_t)(t * 3 % VOCABULARY);
    const size_t next = t ? r->mixed[t - 1] * 7u + 2 : 1;
    const bool exception = afina_rng_below(&rng, 20) == 0;
    r->mixed[t] = (uint16_t)(exception ? afina_rng_below(&rng, VOCABULARY) : next % VOCABULARY);
  }
  r->streams[0] = (afina_stream){"counting", r->counting, TOKENS, HELD_OUT, 1};
  r->streams[1] = (afina_stream){"mixed", r->mixed, TOKENS, HELD_OUT, 2};
}

static inline void set_up_model(rig *r, size_t layers, size_t channels, size_t threads) {
  const afina_gpt_config config = {.vocabulary = VOCABULARY,
                                   .context = CONTEXT,
                                   .channels = channels,
                                   .layers = layers,
                                   .heads = 4,
                                   .inner = 2 * channels};
  *r = (rig){0};
  write_streams(r);
  assert_int_equal(afina_gpt_init(&r->gpt, &config, NULL), AFINA_OK);
  afina_rng rng;
  afina_rng_seed(&rng, 1);
  afina_params_random(&r->gpt.params, r->gpt.weights, 0, &rng);
  assert_int_equal(afina_pool_create(&r->pool, threads, NULL), AFINA_OK);
  assert_int_equal(
      afina_exec_init(&r->exec, &afina_kernels_plain, r->pool, CONTEXT, channels / 4, NULL),
      AFINA_OK);
}

static inline afina_status start(rig *r, const afina_pretrain_options *options,
                                 afina_error *error) {
  return afina_pretrain_create(&r->run, &r->gpt, &r->exec, r->streams, 2, options, error);
}

static inline void set_up(rig *r) {
  set_up_model(r, 2, 16, 1);
  assert_int_equal(start(r, &usual, NULL), AFINA_OK);
}

static inline void tear_down(rig *r) {
  afina_pretrain_free(r->run);
  afina_exec_free(&r->exec);
  afina_pool_free(r->pool);
  afina_gpt_free(&r->gpt);
}

/* losses: those of the language model. */
static inline void train(rig *r, size_t steps, double *losses) {
  afina_error error = {0};
  for (size_t i = 0; i < steps; i++) {
    afina_pretrain_loss loss;
    if (afina_pretrain_step(r->run, &loss, &error) != AFINA_OK) fail_msg("%s", error.message);
    losses[i] = loss.language;
  }
}

static inline void save(const rig *r, afina_bytes *out) {
  afina_error error = {0};
  if (afina_pretrain_save(r->run, out, &error) != AFINA_OK) fail_msg("%s", error.message);
}

static inline double held_out(rig *r, size_t stream) {
  double loss = 0;
  size_t tokens = 0;
  afina_error error = {0};
  if (afina_pretrain_held_out(r->run, stream, 8, &loss, &tokens, &error) != AFINA_OK)
    fail_msg("%s", error.message);
  assert_int_equal(tokens, 8 * CONTEXT);
  return loss;
}

static inline void assert_same_state(const char *what, const afina_bytes *a, const afina_bytes *b) {
  assert_int_equal(a->size, b->size);
  for (size_t i = 0; i < a->size; i++)
    if (a->data[i] != b->data[i]) fail_msg("%s: byte %zu of %zu differs", what, i, a->size);
}

static inline void restore(rig *r, const afina_bytes *bytes) {
  afina_error error = {0};
  if (afina_pretrain_restore(r->run, bytes->data, bytes->size, &error) != AFINA_OK)
    fail_msg("%s", error.message);
}

static inline afina_pretrain_options growing(void) {
  afina_pretrain_options options = usual;
  options.optimizer = AFINA_MUON;
  options.micro_batch = 1;
  options.batch_start = 1;
  options.growth = 15 * CONTEXT;
  return options;
}

#endif
