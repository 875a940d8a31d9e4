/* A tiny random model with a tokenizer, labeled rows and a way to run a session to its end. */
#ifndef AFINA_SESSION_RIG_H
#define AFINA_SESSION_RIG_H

#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "afina.h"
#include "bpe_train.h"
#include "json.h"
#include "weights.h"

enum { RIG_CONTEXT = 12, RIG_CLASSES = 3 };

static const char *const rig_words[RIG_CLASSES][4] = {
    {"sol", "mar", "lua", "rio"}, {"bola", "gol", "time", "jogo"}, {"fig", "jam", "tea", "egg"}};
static const char *const rig_labels[RIG_CLASSES] = {"tempo", "esporte", "food"};

static inline void fine(afina_status status, const afina_error *error) {
  if (status != AFINA_OK) fail_msg("%s: %s", afina_status_name(status), error->message);
}

static inline afina_tokenizer *rig_tokenizer(void) {
  afina_error error;
  afina_bpe_trainer *trainer = NULL;
  afina_tokenizer *tokenizer = NULL;
  fine(afina_bpe_trainer_create(&trainer, &error), &error);
  for (int k = 0; k < RIG_CLASSES; k++)
    for (int w = 0; w < 4; w++)
      fine(afina_bpe_trainer_add(trainer, rig_words[k][w], strlen(rig_words[k][w]), 5, &error),
           &error);
  fine(afina_bpe_trainer_finish(trainer, 270, &tokenizer, &error), &error);
  afina_bpe_trainer_free(trainer);
  return tokenizer;
}

/* A language model of two blocks. */
static inline void rig_gpt(afina_gpt *gpt, size_t vocabulary) {
  afina_error error;
  const afina_gpt_config config = {.vocabulary = vocabulary,
                                   .context = RIG_CONTEXT,
                                   .channels = 16,
                                   .layers = 2,
                                   .heads = 2,
                                   .inner = 32};
  afina_rng rng;
  fine(afina_gpt_init(gpt, &config, &error), &error);
  afina_rng_seed(&rng, 11);
  afina_params_random(&gpt->params, gpt->weights, 0, &rng);
}

static inline afina_model *rig_model(void) {
  afina_error error;
  afina_gpt gpt;
  afina_model *model = NULL;
  afina_bytes config = {0}, weights = {0}, json = {0};
  afina_tokenizer *tokenizer = rig_tokenizer();
  rig_gpt(&gpt, afina_tokenizer_size(tokenizer));
  fine(afina_gpt_config_print(&gpt.config, NULL, afina_tokenizer_end_of_text(tokenizer), &config,
                              &error),
       &error);
  fine(afina_weights_write(&gpt, NULL, &weights, &error), &error);
  fine(afina_tokenizer_print(tokenizer, &json, &error), &error);
  fine(afina_model_load(&model, config.data, config.size, weights.data, weights.size, json.data,
                        json.size, &error),
       &error);
  afina_bytes_free(&config);
  afina_bytes_free(&weights);
  afina_bytes_free(&json);
  afina_gpt_free(&gpt);
  afina_tokenizer_free(tokenizer);
  return model;
}

static inline void rig_add(afina_dataset *data, afina_part part, const char *text,
                           const char *label) {
  afina_error error;
  fine(afina_dataset_add(data, part, text, strlen(text), label, strlen(label),
                         afina_dataset_count(data) + 1, &error),
       &error);
}

/* `count` rows, the classes in turn, no two alike. */
static inline void rig_fill(afina_dataset *data, afina_part part, size_t count, uint64_t seed) {
  afina_rng rng;
  afina_rng_seed(&rng, seed);
  for (size_t i = 0; i < count; i++) {
    const char *const *words = rig_words[i % RIG_CLASSES];
    const size_t first = afina_rng_below(&rng, 4), second = afina_rng_below(&rng, 4);
    char text[64];
    snprintf(text, sizeof text, "%s %s %zu", words[first], words[second], (size_t)seed * 100 + i);
    rig_add(data, part, text, rig_labels[i % RIG_CLASSES]);
  }
}

typedef struct rig {
  afina_runtime *runtime;
  afina_model *model, *tuned;
  afina_dataset *data;
  afina_session *session;
  afina_progress progress;
  double now;
} rig;

/* A runtime and a model; no rows yet. */
static inline void rig_open(rig *r) {
  afina_error error;
  *r = (rig){.model = rig_model()};
  fine(afina_runtime_create(&r->runtime, 2, &error), &error);
  fine(afina_dataset_create(&r->data, &error), &error);
}

static inline void rig_start(rig *r, const char *options) {
  afina_error error;
  fine(afina_session_create(&r->session, r->runtime, r->model, r->data, options, strlen(options),
                            &error),
       &error);
}

static inline afina_status rig_step(rig *r, afina_error *error) {
  return afina_session_step(r->session, r->now += 0.25, &r->progress, error);
}

/* Steps until the next one would be of `phase` in epoch `epoch` at step `step`. */
static inline void rig_run_to(rig *r, afina_phase phase, size_t epoch, size_t step) {
  afina_error error;
  for (int i = 0; i < 10000; i++) {
    const afina_progress *p = &r->progress;
    if (p->phase == phase && p->epoch == epoch && p->step == step) return;
    fine(rig_step(r, &error), &error);
  }
  fail_msg("phase %d of epoch %zu was not reached", (int)phase, epoch);
}

static inline void rig_finish(rig *r) {
  afina_error error;
  for (int i = 0; i < 10000 && r->progress.phase != AFINA_DONE; i++)
    fine(rig_step(r, &error), &error);
  assert_int_equal(r->progress.phase, AFINA_DONE);
}

/* report.json, parsed; free with cJSON_Delete. */
static inline cJSON *rig_report(const rig *r) {
  afina_error error;
  afina_bytes bytes;
  cJSON *json = NULL;
  fine(afina_session_report(r->session, &bytes, &error), &error);
  fine(afina_json_parse(&json, bytes.data, bytes.size, "report", &error), &error);
  afina_bytes_free(&bytes);
  return json;
}

static inline double rig_number(const cJSON *json, const char *key) {
  const cJSON *item = afina_json_member(json, key);
  assert_non_null(item);
  assert_true(cJSON_IsNumber(item));
  return item->valuedouble;
}

static inline void rig_take_model(rig *r) {
  afina_error error;
  fine(afina_session_model(r->session, &r->tuned, &error), &error);
}

static inline void rig_close(rig *r) {
  afina_session_free(r->session);
  afina_model_free(r->tuned);
  afina_model_free(r->model);
  afina_dataset_free(r->data);
  afina_runtime_free(r->runtime);
  *r = (rig){0};
}

#endif
