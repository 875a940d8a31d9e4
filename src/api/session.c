#include <stdlib.h>
#include <string.h>

#include "delta.h"
#include "inspect.h"
#include "model.h"
#include "session.h"
#include "weights.h"

struct afina_session {
  afina_finetune run;
  afina_exec exec;
  afina_tokenizer *tokenizer; /* a copy: the session outlives the model it started from */
  cJSON *model;               /* what the report says of that model */
  afina_error failure;        /* of the step that ended the run; AFINA_OK: none */
};

/* "model" of the report: the shape, and which weights the run started from. */
static afina_status describe_base(const afina_model *model, char sha[AFINA_SHA256_HEX], cJSON **out,
                                  afina_error *error) {
  AFINA_TRY(afina_weights_sha256(&model->gpt, NULL, sha, error));
  AFINA_TRY(afina_model_json(model, out, error));
  return cJSON_AddStringToObject(*out, "weights_sha256", sha) ? AFINA_OK : afina_fail_memory(error);
}

afina_status afina_session_options(afina_finetune_options *out, const afina_runtime *runtime,
                                   const afina_model *model, const afina_dataset *data,
                                   const char *options, size_t size, afina_error *error) {
  cJSON *json = NULL;
  if (size) AFINA_TRY(afina_json_parse(&json, options, size, "options", error));
  const afina_status status =
      afina_finetune_options_parse(out, json, &model->gpt.config, afina_dataset_trainable(data),
                                   afina_dataset_classes(data), error);
  cJSON_Delete(json);
  if (status == AFINA_OK) {
    out->memory_bytes = runtime->memory;
    out->store = runtime->store;
  }
  return status;
}

afina_status afina_session_create(afina_session **out, afina_runtime *runtime,
                                  const afina_model *model, const afina_dataset *data,
                                  const char *options, size_t options_size, afina_error *error) {
  afina_session *session = afina_allocate(1, sizeof *session);
  if (!session) return afina_fail_memory(error);
  afina_finetune_options parsed;
  afina_status status = afina_dataset_check(data, error);
  if (status == AFINA_OK)
    status = afina_session_options(&parsed, runtime, model, data, options, options_size, error);
  if (status == AFINA_OK) status = describe_base(model, parsed.base, &session->model, error);
  if (status == AFINA_OK)
    status = afina_tokenizer_copy(model->tokenizer, &session->tokenizer, error);
  if (status == AFINA_OK) {
    afina_gpt shape = {.config = model->gpt.config};
    shape.config.adapters = afina_finetune_adapters(&parsed, shape.config.layers);
    status = afina_runtime_exec(runtime, &shape, &session->exec, error);
  }
  if (status == AFINA_OK)
    status = afina_finetune_init(&session->run, &model->gpt, session->tokenizer, data,
                                 &session->exec, &parsed, error);
  if (status != AFINA_OK) {
    afina_session_free(session);
    return status;
  }
  *out = session;
  return AFINA_OK;
}

void afina_session_free(afina_session *session) {
  if (!session) return;
  afina_finetune_clear(&session->run);
  afina_exec_free(&session->exec);
  afina_tokenizer_free(session->tokenizer);
  cJSON_Delete(session->model);
  free(session);
}

/* A failed step leaves its batch half done and cannot be tried again: the run stays failed. */
afina_status afina_session_step(afina_session *session, double now, afina_progress *progress,
                                afina_error *error) {
  if (session->failure.status == AFINA_OK) {
    afina_error failure;
    if (afina_finetune_advance(&session->run, now, progress, &failure) == AFINA_OK) return AFINA_OK;
    session->failure = failure;
  }
  if (error) *error = session->failure;
  return session->failure.status;
}

void afina_session_stop(afina_session *session) {
  const afina_finetune *run = &session->run;
  const bool trains = run->phase == AFINA_TRAIN || run->phase == AFINA_VALIDATE;
  if (session->failure.status != AFINA_OK && !(trains && run->best_epoch)) return;
  session->failure.status = AFINA_OK; /* the best epoch's weights are untouched by what failed */
  afina_finetune_halt(&session->run);
}

/* Prints and frees. */
static afina_status print(cJSON *json, bool pretty, afina_bytes *out, afina_error *error) {
  const afina_status status = afina_json_print(json, pretty, out, error);
  cJSON_Delete(json);
  return status;
}

afina_status afina_session_describe(const afina_session *session, afina_bytes *json,
                                    afina_error *error) {
  cJSON *object = NULL;
  AFINA_TRY(afina_finetune_describe(&session->run, &object, error));
  return print(object, false, json, error);
}

afina_status afina_session_report(const afina_session *session, afina_bytes *json,
                                  afina_error *error) {
  cJSON *object = NULL, *calibration = NULL;
  AFINA_TRY(afina_finetune_json(&session->run, session->model, &object, error));
  afina_status status = afina_calibration_of_run(&session->run, &calibration, error);
  if (status == AFINA_OK && !cJSON_AddItemToObject(object, "calibration", calibration)) {
    cJSON_Delete(calibration);
    status = afina_fail_memory(error);
  }
  if (status == AFINA_OK) return print(object, true, json, error);
  cJSON_Delete(object);
  return status;
}

static afina_status copy_labels(const afina_dataset *data, afina_labels *out, afina_error *error) {
  const size_t count = afina_dataset_classes(data);
  out->names = afina_allocate(count, sizeof *out->names);
  if (!out->names) return afina_fail_memory(error);
  for (; out->count < count; out->count++) {
    out->names[out->count] = strdup(afina_dataset_labels(data)[out->count]);
    if (!out->names[out->count]) return afina_fail_memory(error);
  }
  return AFINA_OK;
}

/* ngrams: with them */
static afina_status take_model(const afina_session *session, bool ngrams, afina_model **out,
                               afina_error *error) {
  const afina_gpt *gpt = &session->run.gpt;
  afina_model *model = afina_allocate(1, sizeof *model);
  if (!model) return afina_fail_memory(error);
  afina_status status = afina_gpt_init(&model->gpt, &gpt->config, error);
  if (status == AFINA_OK) {
    memcpy(model->gpt.weights, gpt->weights, gpt->params.total * sizeof *gpt->weights);
    status = copy_labels(session->run.data, &model->labels, error);
    if (status == AFINA_OK && ngrams)
      status = afina_bag_copy(&model->bag, &session->run.bag.bag, error);
  }
  if (status == AFINA_OK)
    status = afina_tokenizer_copy(session->tokenizer, &model->tokenizer, error);
  if (status != AFINA_OK) {
    afina_model_free(model);
    return status;
  }
  *out = model;
  return AFINA_OK;
}

afina_status afina_session_model(const afina_session *session, afina_model **out,
                                 afina_error *error) {
  if (session->run.phase != AFINA_DONE)
    return afina_fail(error, AFINA_E_STATE, "there is no model before the run is done");
  return take_model(session, true, out, error);
}

afina_status afina_session_snapshot(const afina_session *session, afina_model **out,
                                    afina_error *error) {
  return take_model(session, false, out, error);
}

afina_status afina_session_watch(afina_session *session, bool watch, afina_error *error) {
  afina_finetune *run = &session->run;
  if (watch && run->options.recipe.lbfgs)
    return afina_fail(error, AFINA_E_UNSUPPORTED,
                      "the head is fitted to all texts at once: with the option \"optimizer\": "
                      "\"adamw\" it has updates to watch");
  if (watch && !run->watch) return afina_watch_create(&run->watch, run, error);
  if (watch) return AFINA_OK;
  afina_watch_free(run->watch);
  run->watch = NULL;
  return AFINA_OK;
}

afina_status afina_session_watched(const afina_session *session, afina_bytes *json,
                                   afina_error *error) {
  cJSON *object = NULL;
  AFINA_TRY(afina_watch_json(&session->run, &object, error));
  return print(object, false, json, error);
}

afina_status afina_session_delta(const afina_session *session, afina_bytes *out,
                                 afina_error *error) {
  afina_model *tuned = NULL;
  AFINA_TRY(afina_session_model(session, &tuned, error));
  const afina_status status = afina_delta_of_run(&session->run, tuned, out, error);
  afina_model_free(tuned);
  return status;
}

afina_predictions afina_session_predictions(const afina_session *session) {
  const afina_finetune *run = &session->run;
  if (run->phase != AFINA_DONE) return (afina_predictions){0};
  return (afina_predictions){.rows = run->split.test.rows,
                             .probabilities = run->probabilities,
                             .count = run->split.test.count,
                             .classes = run->gpt.config.classes};
}

/* ---- inspection ---- */

static int compare_sizes(const void *a, const void *b) {
  const size_t x = *(const size_t *)a, y = *(const size_t *)b;
  return (x > y) - (x < y);
}

/* {"median","p95","max","total","context"} of the usable rows; sorts `counts`. */
static cJSON *token_statistics(size_t *counts, size_t count, size_t context) {
  cJSON *json = cJSON_CreateObject();
  if (count) qsort(counts, count, sizeof *counts, compare_sizes);
  const double median = count ? (double)counts[(count - 1) / 2] : 0;
  const double p95 = count ? (double)counts[(count - 1) * 95 / 100] : 0;
  const double max = count ? (double)counts[count - 1] : 0;
  double total = 0;
  for (size_t i = 0; i < count; i++) total += (double)counts[i];
  if (json && cJSON_AddNumberToObject(json, "median", median) &&
      cJSON_AddNumberToObject(json, "p95", p95) && cJSON_AddNumberToObject(json, "max", max) &&
      cJSON_AddNumberToObject(json, "total", total) &&
      cJSON_AddNumberToObject(json, "context", (double)context))
    return json;
  cJSON_Delete(json);
  return NULL;
}

static afina_status count_tokens(const afina_model *model, const afina_dataset *data,
                                 size_t *counts, afina_error *error) {
  afina_tokens tokens = {0};
  afina_status status = AFINA_OK;
  for (size_t i = 0; i < afina_dataset_count(data) && status == AFINA_OK; i++) {
    const afina_row row = afina_dataset_row(data, i);
    tokens.count = 0;
    status = afina_tokenizer_encode(model->tokenizer, row.text, row.text_size, &tokens, error);
    counts[i] = tokens.count;
  }
  afina_tokens_free(&tokens);
  return status;
}

static afina_status inspect(const afina_model *model, const afina_dataset *data, size_t *counts,
                            afina_bytes *out, afina_error *error) {
  const size_t rows = afina_dataset_count(data), context = model->gpt.config.context;
  AFINA_TRY(count_tokens(model, data, counts, error));
  cJSON *json = NULL;
  AFINA_TRY(afina_dataset_inspect(&json, data, counts, context, error));
  afina_finetune_options defaults;
  afina_finetune_defaults(&defaults, &model->gpt.config, afina_dataset_trainable(data),
                          afina_dataset_classes(data));
  size_t usable = 0;
  for (size_t i = 0; i < rows; i++)
    if (afina_dataset_row(data, i).usable) counts[usable++] = counts[i];
  cJSON *tokens = token_statistics(counts, usable, context);
  cJSON *options = afina_finetune_options_json(&defaults);
  if (!tokens || !options || !cJSON_AddItemToObject(json, "tokens", tokens) ||
      !cJSON_AddItemToObject(json, "defaults", options)) {
    cJSON_Delete(json);
    return afina_fail_memory(error);
  }
  return print(json, false, out, error);
}

afina_status afina_inspect(const afina_model *model, const afina_dataset *data, afina_bytes *json,
                           afina_error *error) {
  size_t *counts = afina_allocate(afina_dataset_count(data), sizeof *counts);
  if (!counts) return afina_fail_memory(error);
  const afina_status status = inspect(model, data, counts, json, error);
  free(counts);
  return status;
}
