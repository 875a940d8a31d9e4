/* Instruction tuning: runs. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "adapters.h"
#include "delta.h"
#include "instruct.h"
#include "model.h"
#include "weights.h"

#define VERSION_KEY "afina.instruct"
#define BASE_KEY "afina.base_sha256"
#define DATA_KEY "afina.data_sha256"
#define NUMERICS_KEY "afina.numerics"
#define OPTIONS_KEY "afina.options"
#define VERSION "1"

struct afina_instruct {
  afina_instruct_run run;
  afina_exec exec;
  afina_tokenizer *tokenizer; /* a copy: the run outlives the model it started from */
  cJSON *model;               /* what the report says of that model */
  char base[AFINA_SHA256_HEX], data[AFINA_SHA256_HEX];
  const char *numerics;
  double started, now; /* the caller's clock */
  bool clock_runs;
  afina_error failure; /* of the step that ended the run; AFINA_OK: none */
};

/* ---- a run is made ---- */

static afina_status open_run(afina_instruct *made, afina_runtime *runtime, const afina_model *model,
                             const afina_instructions *rows, const afina_instruct_options *options,
                             afina_error *error) {
  afina_gpt shape = {.config = model->gpt.config};
  shape.config.adapters =
      afina_strategy_adapters(&options->strategy, &options->lora, shape.config.layers);
  made->numerics = afina_runtime_numerics(runtime);
  AFINA_TRY(afina_weights_sha256(&model->gpt, NULL, made->base, error));
  afina_instructions_sha256(rows, made->data);
  AFINA_TRY(afina_model_json(model, &made->model, error));
  if (!cJSON_AddStringToObject(made->model, "weights_sha256", made->base))
    return afina_fail_memory(error);
  AFINA_TRY(afina_tokenizer_copy(model->tokenizer, &made->tokenizer, error));
  AFINA_TRY(afina_runtime_exec(runtime, &shape, &made->exec, error));
  return afina_instruct_run_init(&made->run, &model->gpt, made->tokenizer, rows, &made->exec,
                                 options, runtime->memory, error);
}

static afina_status parse_options(afina_instruct_options *out, const afina_model *model,
                                  const afina_instructions *rows, const char *text, size_t size,
                                  afina_error *error) {
  cJSON *json = NULL;
  bool has_valid = false;
  const size_t count = afina_instructions_count(rows);
  for (size_t i = 0; i < count; i++)
    has_valid = has_valid || afina_instructions_row(rows, i).part > AFINA_PART_TRAIN;
  if (size) AFINA_TRY(afina_json_parse(&json, text, size, "options", error));
  const afina_status status =
      afina_instruct_options_parse(out, json, &model->gpt.config, count, has_valid, error);
  cJSON_Delete(json);
  return status;
}

afina_status afina_instruct_create(afina_instruct **out, afina_runtime *runtime,
                                   const afina_model *model, const afina_instructions *rows,
                                   const char *options, size_t options_size, afina_error *error) {
  afina_instruct_options parsed;
  AFINA_TRY(parse_options(&parsed, model, rows, options, options_size, error));
  afina_instruct *made = afina_allocate(1, sizeof *made);
  if (!made) return afina_fail_memory(error);
  const afina_status status = open_run(made, runtime, model, rows, &parsed, error);
  if (status == AFINA_OK)
    *out = made;
  else
    afina_instruct_free(made);
  return status;
}

void afina_instruct_free(afina_instruct *run) {
  if (!run) return;
  afina_instruct_run_clear(&run->run);
  afina_exec_free(&run->exec);
  afina_tokenizer_free(run->tokenizer);
  cJSON_Delete(run->model);
  free(run);
}

/* ---- checkpoints ---- */

afina_status afina_instruct_checkpoint(const afina_instruct *run, afina_bytes *out,
                                       afina_error *error) {
  cJSON *options = afina_instruct_options_json(&run->run.options);
  char *text = options ? cJSON_PrintUnformatted(options) : NULL;
  cJSON_Delete(options);
  if (!text) return afina_fail_memory(error);
  const afina_metadata metadata[] = {{VERSION_KEY, VERSION},
                                     {BASE_KEY, run->base},
                                     {DATA_KEY, run->data},
                                     {NUMERICS_KEY, run->numerics},
                                     {OPTIONS_KEY, text}};
  const afina_status status =
      afina_instruct_run_save(&run->run, metadata, sizeof metadata / sizeof *metadata, out, error);
  free(text);
  return status;
}

/* Whether the file is of this model and these rows. */
static afina_status check_origin(const afina_instruct *made, const afina_safetensors *file,
                                 afina_error *error) {
  const char *base = afina_safetensors_metadata(file, BASE_KEY);
  const char *data = afina_safetensors_metadata(file, DATA_KEY);
  const char *numerics = afina_safetensors_metadata(file, NUMERICS_KEY);
  if (!base || strcmp(base, made->base) != 0)
    return afina_fail(error, AFINA_E_FORMAT,
                      "this checkpoint is of a run on another model: on the one whose weights have "
                      "the SHA-256 %.64s",
                      base ? base : "(none)");
  if (!data || strcmp(data, made->data) != 0)
    return afina_fail(
        error, AFINA_E_FORMAT,
        "this checkpoint is of a run on other rows: give it those that it began with");
  if (!numerics || strcmp(numerics, made->numerics) != 0)
    return afina_fail(error, AFINA_E_FORMAT,
                      "this checkpoint is of a run with the numerics '%.20s', this one has '%s'",
                      numerics ? numerics : "(none)", made->numerics);
  return AFINA_OK;
}

static afina_status resume(afina_instruct **out, afina_runtime *runtime, const afina_model *model,
                           const afina_instructions *rows, const afina_safetensors *file,
                           afina_error *error) {
  const char *version = afina_safetensors_metadata(file, VERSION_KEY);
  const char *options = afina_safetensors_metadata(file, OPTIONS_KEY);
  afina_instruct *made = NULL;
  if (!version || strcmp(version, VERSION) != 0 || !options)
    return afina_fail(error, AFINA_E_FORMAT,
                      "this is no checkpoint of instruction tuning that this Afina reads");
  AFINA_TRY(afina_instruct_create(&made, runtime, model, rows, options, strlen(options), error));
  afina_status status = check_origin(made, file, error);
  if (status == AFINA_OK) status = afina_instruct_run_restore(&made->run, file, error);
  if (status == AFINA_OK)
    *out = made;
  else
    afina_instruct_free(made);
  return status;
}

afina_status afina_instruct_resume(afina_instruct **out, afina_runtime *runtime,
                                   const afina_model *model, const afina_instructions *rows,
                                   const void *checkpoint, size_t size, afina_error *error) {
  afina_safetensors *file;
  AFINA_TRY(afina_safetensors_open(&file, checkpoint, size, error));
  const afina_status status = resume(out, runtime, model, rows, file, error);
  afina_safetensors_close(file);
  return status;
}

/* ---- steps ---- */

static void tell(const afina_instruct_run *run, afina_instruct_progress *out) {
  const size_t done = run->epochs_done;
  const afina_instruct_epoch none = {(double)NAN, (double)NAN};
  const afina_instruct_epoch last = done ? run->epochs[done - 1] : none;
  *out = (afina_instruct_progress){.phase = run->phase,
                                   .epoch = run->epoch,
                                   .epochs = run->options.epochs,
                                   .step = run->step,
                                   .steps = run->steps,
                                   .update = run->update,
                                   .updates = run->updates,
                                   .fraction = afina_instruct_run_fraction(run),
                                   .tokens = run->tokens,
                                   .loss = run->last_loss,
                                   .learning_rate = run->last_rate,
                                   .gradient_norm = run->last_norm,
                                   .epochs_done = done,
                                   .train_loss = last.train_loss,
                                   .valid_loss = last.valid_loss,
                                   .done = run->phase == AFINA_DONE};
}

/* A failed step leaves its batch half done and cannot be tried again: the run stays failed. */
afina_status afina_instruct_step(afina_instruct *run, double now, afina_instruct_progress *progress,
                                 afina_error *error) {
  if (!run->clock_runs) run->started = now;
  run->clock_runs = true;
  run->now = now;
  if (run->failure.status == AFINA_OK) {
    afina_error failure;
    if (afina_instruct_run_advance(&run->run, &failure) == AFINA_OK) {
      tell(&run->run, progress);
      return AFINA_OK;
    }
    run->failure = failure;
  }
  if (error) *error = run->failure;
  return run->failure.status;
}

/* ---- what it says and leaves ---- */

typedef struct member {
  const char *name;
  double value;
} member;

static bool add_object(cJSON *json, const char *key, const member *members, size_t count) {
  cJSON *object = cJSON_AddObjectToObject(json, key);
  bool fine = object != NULL;
  for (size_t i = 0; fine && i < count; i++)
    fine = cJSON_AddNumberToObject(object, members[i].name, members[i].value) != NULL;
  return fine;
}

static bool describe(const afina_instruct_run *run, cJSON *json) {
  const afina_instruct_rows *r = &run->rows;
  const member rows[] = {{"train", (double)r->train.count},
                         {"held_out", (double)r->valid.count},
                         {"truncated", (double)r->truncated},
                         {"dropped", (double)r->dropped}};
  const member tokens[] = {{"all", (double)r->tokens},
                           {"counted", (double)r->counted},
                           {"held_out", (double)r->valid_counted}};
  return cJSON_AddItemToObject(json, "options", afina_instruct_options_json(&run->options)) &&
         cJSON_AddNumberToObject(json, "trained_parameters", (double)run->trainable) &&
         cJSON_AddNumberToObject(json, "parameters", (double)run->gpt.params.total) &&
         add_object(json, "rows", rows, sizeof rows / sizeof *rows) &&
         add_object(json, "tokens", tokens, sizeof tokens / sizeof *tokens) &&
         cJSON_AddNumberToObject(json, "updates", (double)run->updates);
}

/* Not in the report: more threads take more of a batch at a time. */
static bool add_memory(const afina_instruct_run *run, cJSON *json) {
  const afina_instruct_need need = afina_instruct_run_need(run);
  const member memory[] = {
      {"weights", (double)need.weights}, {"gradients", (double)need.gradients},
      {"moments", (double)need.moments}, {"activations", (double)need.activations},
      {"logits", (double)need.logits},   {"texts", (double)need.texts},
      {"total", (double)need.total}};
  return add_object(json, "memory", memory, sizeof memory / sizeof *memory);
}

afina_status afina_instruct_describe(const afina_instruct *run, afina_bytes *json,
                                     afina_error *error) {
  cJSON *object = cJSON_CreateObject();
  const afina_status status = object && describe(&run->run, object) && add_memory(&run->run, object)
                                  ? afina_json_print(object, false, json, error)
                                  : afina_fail_memory(error);
  cJSON_Delete(object);
  return status;
}

static bool add_loss(cJSON *json, const char *key, double value) {
  return isnan(value) ? cJSON_AddNullToObject(json, key) != NULL
                      : cJSON_AddNumberToObject(json, key, value) != NULL;
}

static bool add_epochs(const afina_instruct_run *run, cJSON *json) {
  cJSON *list = cJSON_AddArrayToObject(json, "epochs");
  for (size_t i = 0; list && i < run->epochs_done; i++) {
    const afina_instruct_epoch *e = &run->epochs[i];
    const double perplexity = isnan(e->valid_loss) ? (double)NAN : afina_exp_double(e->valid_loss);
    cJSON *item = cJSON_CreateObject();
    if (!item || !cJSON_AddItemToArray(list, item) ||
        !cJSON_AddNumberToObject(item, "epoch", (double)i) ||
        !add_loss(item, "train_loss", e->train_loss) ||
        !add_loss(item, "valid_loss", e->valid_loss) ||
        !add_loss(item, "valid_perplexity", perplexity))
      return false;
  }
  return list != NULL;
}

static bool report(const afina_instruct *run, const char *sha, cJSON *json) {
  return cJSON_AddItemToObject(json, "model", cJSON_Duplicate(run->model, true)) &&
         cJSON_AddStringToObject(json, "data_sha256", run->data) &&
         cJSON_AddStringToObject(json, "numerics", run->numerics) && describe(&run->run, json) &&
         cJSON_AddNumberToObject(json, "updates_done", (double)run->run.update) &&
         add_epochs(&run->run, json) && cJSON_AddStringToObject(json, "weights_sha256", sha) &&
         cJSON_AddNumberToObject(json, "seconds", run->now - run->started);
}

afina_status afina_instruct_report(const afina_instruct *run, afina_bytes *json,
                                   afina_error *error) {
  char sha[AFINA_SHA256_HEX];
  afina_model *model = NULL;
  AFINA_TRY(afina_instruct_model(run, &model, error));
  afina_status status = afina_weights_sha256(&model->gpt, NULL, sha, error);
  afina_model_free(model);
  if (status != AFINA_OK) return status;
  cJSON *object = cJSON_CreateObject();
  status = object && report(run, sha, object) ? afina_json_print(object, true, json, error)
                                              : afina_fail_memory(error);
  cJSON_Delete(object);
  return status;
}

afina_status afina_instruct_model(const afina_instruct *run, afina_model **out,
                                  afina_error *error) {
  const afina_gpt *gpt = &run->run.gpt;
  afina_model *model = afina_allocate(1, sizeof *model);
  if (!model) return afina_fail_memory(error);
  afina_status status = afina_gpt_init(&model->gpt, &gpt->config, error);
  if (status == AFINA_OK) {
    memcpy(model->gpt.weights, gpt->weights, gpt->params.total * sizeof *gpt->weights);
    status = afina_model_merge(model, error);
  }
  if (status == AFINA_OK) status = afina_tokenizer_copy(run->tokenizer, &model->tokenizer, error);
  if (status == AFINA_OK)
    *out = model;
  else
    afina_model_free(model);
  return status;
}

afina_status afina_instruct_delta(const afina_instruct *run, const char *dtype, afina_bytes *out,
                                  afina_error *error) {
  const bool half = strcmp(dtype, "f16") == 0;
  if (!half && strcmp(dtype, "f32") != 0)
    return afina_fail(error, AFINA_E_ARGUMENT, "a delta is 'f32' or 'f16', not '%.20s'", dtype);
  return afina_delta_of_language(&run->run.gpt, run->run.begin, run->tokenizer, run->base, half,
                                 out, error);
}
