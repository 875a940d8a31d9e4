/* Pretraining in steps: src/train/pretrain.h over one text, for a page. */
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "pretrain_need.h"
#include "pretraining_options.h"
#include "token_json.h"

enum { HELD_OUT_WINDOWS = 16 };

struct afina_pretraining {
  afina_model *model; /* a copy, which trains */
  const char *numerics;
  afina_exec exec;
  afina_pretraining_options options;
  uint16_t *ids;
  afina_stream stream;
  afina_pretrain *run;
  afina_update last;
  uint32_t *batch_ids; /* [batch, context + 1] of the last update */
  afina_real *losses;  /* [batch, context] of all but each window's first */
  bool updated;        /* there was one */
};

/* ---- beginning ---- */

static afina_status copy_model(const afina_model *model, afina_model **out, afina_error *error) {
  const afina_gpt *gpt = &model->gpt;
  afina_model *copy = afina_allocate(1, sizeof *copy);
  if (!copy) return afina_fail_memory(error);
  afina_status status = afina_gpt_init(&copy->gpt, &gpt->config, error);
  if (status == AFINA_OK)
    memcpy(copy->gpt.weights, gpt->weights, gpt->params.total * sizeof *gpt->weights);
  if (status == AFINA_OK) status = afina_tokenizer_copy(model->tokenizer, &copy->tokenizer, error);
  if (status != AFINA_OK) {
    afina_model_free(copy);
    return status;
  }
  *out = copy;
  return AFINA_OK;
}

static afina_status check_model(const afina_model *model, afina_error *error) {
  const afina_gpt_config *config = &model->gpt.config;
  if (config->classes || afina_has_adapters(config))
    return afina_fail(error, AFINA_E_UNSUPPORTED,
                      "this model is tuned already: pretraining takes a language model");
  if (config->vocabulary > UINT16_MAX + 1u)
    return afina_fail(error, AFINA_E_UNSUPPORTED,
                      "a vocabulary of %zu: pretraining takes at most 65536", config->vocabulary);
  return AFINA_OK;
}

/* Without a text's tokens (0) before there are any: what is too much already is refused at once. */
static afina_status check_memory(const afina_pretraining *p, const afina_runtime *runtime,
                                 const afina_gpt_config *config, size_t tokens,
                                 afina_error *error) {
  return afina_pretrain_fits(config, &p->options.run, afina_runtime_threads(runtime), tokens,
                             runtime->memory, error);
}

/* At most half is held out of a short text; what is too short to be a window counts as nothing. */
static afina_status read_stream(afina_pretraining *p, const char *text, size_t size,
                                afina_error *error) {
  const size_t context = p->options.run.context, least = context + 1;
  afina_tokens tokens = {0};
  afina_status status =
      afina_encode_documents(p->model->tokenizer, text, size, p->options.documents, &tokens, error);
  const size_t held_out = (size_t)((double)tokens.count * p->options.held_out);
  if (status == AFINA_OK && tokens.count - held_out < least)
    status = afina_fail(error, AFINA_E_DATA,
                        "the text has only %zu tokens, %zu of them held out: windows of %zu need "
                        "%zu to train on; take a longer text, or a smaller context",
                        tokens.count, held_out, context, least);
  if (status == AFINA_OK) p->ids = afina_allocate(tokens.count, sizeof *p->ids);
  if (status == AFINA_OK && !p->ids) status = afina_fail_memory(error);
  if (status == AFINA_OK) {
    for (size_t i = 0; i < tokens.count; i++) p->ids[i] = (uint16_t)tokens.ids[i];
    p->stream = (afina_stream){.name = "the text",
                               .ids = p->ids,
                               .count = tokens.count,
                               .held_out = held_out,
                               .weight = 1};
  }
  afina_tokens_free(&tokens);
  return status;
}

static afina_status prepare(afina_pretraining *p, const afina_runtime *runtime,
                            const afina_model *model, const char *text, size_t size,
                            const char *options, size_t options_size, afina_error *error) {
  char sha256[AFINA_SHA256_HEX];
  afina_sha256 sha;
  AFINA_TRY(check_model(model, error));
  afina_sha256_init(&sha);
  afina_sha256_update(&sha, text, size);
  afina_sha256_finish(&sha, sha256);
  AFINA_TRY(afina_pretraining_options_parse(&p->options, &model->gpt, sha256, options, options_size,
                                            error));
  AFINA_TRY(check_memory(p, runtime, &model->gpt.config, 0, error));
  AFINA_TRY(copy_model(model, &p->model, error));
  AFINA_TRY(read_stream(p, text, size, error));
  AFINA_TRY(check_memory(p, runtime, &model->gpt.config, p->stream.count, error));
  const size_t batch = p->options.run.batch, context = p->options.run.context;
  p->batch_ids = afina_allocate(batch * (context + 1), sizeof *p->batch_ids);
  p->losses = afina_allocate(batch * context, sizeof *p->losses);
  if (!p->batch_ids || !p->losses) return afina_fail_memory(error);
  p->options.run.end_of_text = (uint16_t)afina_tokenizer_end_of_text(p->model->tokenizer);
  p->numerics = afina_runtime_numerics(runtime);
  AFINA_TRY(afina_runtime_exec(runtime, &p->model->gpt, &p->exec, error));
  return afina_pretrain_create(&p->run, &p->model->gpt, &p->exec, &p->stream, 1, &p->options.run,
                               error);
}

afina_status afina_pretraining_create(afina_pretraining **out, const afina_runtime *runtime,
                                      const afina_model *model, const char *text, size_t size,
                                      const char *options, size_t options_size,
                                      afina_error *error) {
  afina_pretraining *p = afina_allocate(1, sizeof *p);
  if (!p) return afina_fail_memory(error);
  const afina_status status = prepare(p, runtime, model, text, size, options, options_size, error);
  if (status != AFINA_OK) {
    afina_pretraining_free(p);
    return status;
  }
  *out = p;
  return AFINA_OK;
}

void afina_pretraining_free(afina_pretraining *p) {
  if (!p) return;
  afina_pretrain_free(p->run);
  afina_exec_free(&p->exec);
  afina_model_free(p->model);
  free(p->ids);
  free(p->batch_ids);
  free(p->losses);
  free(p);
}

afina_status afina_pretraining_resume(afina_pretraining **out, const afina_runtime *runtime,
                                      const afina_model *model, const char *text, size_t size,
                                      const char *options, size_t options_size, const void *state,
                                      size_t state_size, afina_error *error) {
  afina_pretraining *p = NULL;
  AFINA_TRY(afina_pretraining_create(&p, runtime, model, text, size, options, options_size, error));
  const afina_status status = afina_pretrain_restore(p->run, state, state_size, error);
  if (status != AFINA_OK) {
    afina_pretraining_free(p);
    return status;
  }
  *out = p;
  return AFINA_OK;
}

/* ---- updates ---- */

static void note_progress(afina_pretraining *p) {
  const afina_pretrain_progress at = afina_pretrain_where(p->run);
  const uint64_t update = p->options.run.batch * p->options.run.context;
  const uint64_t left = at.tokens < at.total ? at.total - at.tokens : 0;
  p->last.step = at.steps;
  p->last.steps = at.steps + (left + update - 1) / update;
  p->last.tokens = at.tokens;
  p->last.done = left == 0;
  p->last.held_out = -1;
}

static afina_status measure(afina_pretraining *p, afina_error *error) {
  const afina_stream *s = &p->stream;
  size_t tokens;
  if (s->held_out <= p->options.run.context) return AFINA_OK;
  return afina_pretrain_held_out(p->run, 0, HELD_OUT_WINDOWS, &p->last.held_out, &tokens, error);
}

/* The run overwrites its windows when it measures. */
static void keep_batch(afina_pretraining *p) {
  const afina_pretrain_windows w = afina_pretrain_last(p->run);
  const size_t T = w.context;
  for (size_t b = 0; b < w.count; b++) {
    uint32_t *ids = p->batch_ids + b * (T + 1);
    ids[0] = w.ids[b * T];
    memcpy(ids + 1, w.targets + b * T, T * sizeof *ids);
  }
  memcpy(p->losses, w.losses, w.count * T * sizeof *p->losses);
  p->updated = true;
}

afina_status afina_pretraining_step(afina_pretraining *p, afina_update *out, afina_error *error) {
  afina_pretrain_loss loss;
  note_progress(p);
  if (!p->last.done) {
    AFINA_TRY(afina_pretrain_step(p->run, &loss, error));
    keep_batch(p);
    note_progress(p);
    p->last.loss = loss.language;
    p->last.learning_rate = loss.learning_rate;
    p->last.gradient_norm = loss.gradient_norm;
    if (p->last.done || p->last.step % p->options.measure == 0) AFINA_TRY(measure(p, error));
  }
  *out = p->last;
  return AFINA_OK;
}

afina_status afina_pretraining_measure(afina_pretraining *p, afina_update *out,
                                       afina_error *error) {
  note_progress(p);
  AFINA_TRY(measure(p, error));
  *out = p->last;
  return AFINA_OK;
}

/* ---- what there is to see and to keep ---- */

static bool add_tensors(const afina_params *params, cJSON *json) {
  cJSON *list = cJSON_AddArrayToObject(json, "tensors");
  bool fine = list != NULL;
  for (size_t i = 0; fine && i < params->count; i++) {
    const afina_param *param = &params->entries[i];
    const int shape[2] = {param->vector ? (int)param->columns : (int)param->rows,
                          (int)param->columns};
    cJSON *item = cJSON_CreateObject(), *sizes = cJSON_CreateIntArray(shape, param->vector ? 1 : 2);
    fine = item && cJSON_AddItemToArray(list, item) &&
           cJSON_AddStringToObject(item, "name", param->name) && sizes &&
           cJSON_AddItemToObject(item, "shape", sizes);
    if (!fine) cJSON_Delete(sizes);
  }
  return fine;
}

afina_status afina_pretraining_describe(const afina_pretraining *p, afina_bytes *json,
                                        afina_error *error) {
  const afina_params *params = &p->model->gpt.params;
  cJSON *object = cJSON_CreateObject(), *options = afina_pretraining_options_json(&p->options);
  bool fine = object && options && cJSON_AddItemToObject(object, "options", options);
  if (!fine) cJSON_Delete(options);
  cJSON *tokens = fine ? cJSON_AddObjectToObject(object, "tokens") : NULL;
  fine = tokens &&
         cJSON_AddNumberToObject(tokens, "train", (double)(p->stream.count - p->stream.held_out)) &&
         cJSON_AddNumberToObject(tokens, "held_out", (double)p->stream.held_out) &&
         cJSON_AddNumberToObject(object, "parameters", (double)params->total) &&
         cJSON_AddStringToObject(object, "numerics", p->numerics) && add_tensors(params, object);
  const afina_status status =
      fine ? afina_json_print(object, false, json, error) : afina_fail_memory(error);
  cJSON_Delete(object);
  return status;
}

static bool add_window(const afina_pretraining *p, size_t b, cJSON *list) {
  const size_t T = p->options.run.context;
  cJSON *window = cJSON_CreateObject();
  bool fine = window && cJSON_AddItemToArray(list, window);
  cJSON *tokens = fine ? cJSON_AddArrayToObject(window, "tokens") : NULL;
  for (size_t t = 0; tokens && t <= T; t++) {
    cJSON *token = afina_token_json(p->model->tokenizer, p->batch_ids[b * (T + 1) + t]);
    if (!token || !cJSON_AddItemToArray(tokens, token)) return false;
    const double loss = t ? (double)p->losses[b * T + t - 1] : 0;
    if (!(t ? cJSON_AddNumberToObject(token, "loss", loss) : cJSON_AddNullToObject(token, "loss")))
      return false;
  }
  return tokens != NULL;
}

afina_status afina_pretraining_batch(const afina_pretraining *p, afina_bytes *json,
                                     afina_error *error) {
  const afina_pretrain_options *run = &p->options.run;
  cJSON *object = cJSON_CreateObject();
  cJSON *list = object ? cJSON_AddArrayToObject(object, "windows") : NULL;
  bool fine = list && cJSON_AddNumberToObject(object, "batch", (double)run->batch) &&
              cJSON_AddNumberToObject(object, "context", (double)run->context);
  for (size_t b = 0; fine && p->updated && b < run->batch; b++) fine = add_window(p, b, list);
  const afina_status status =
      fine ? afina_json_print(object, false, json, error) : afina_fail_memory(error);
  cJSON_Delete(object);
  return status;
}

afina_status afina_pretraining_model(const afina_pretraining *p, afina_model **out,
                                     afina_error *error) {
  return copy_model(p->model, out, error);
}

afina_status afina_pretraining_checkpoint(const afina_pretraining *p, afina_bytes *out,
                                          afina_error *error) {
  return afina_pretrain_save(p->run, out, error);
}
