#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters.h"
#include "quantize.h"
#include "weights.h"

const char *afina_version(void) { return AFINA_VERSION; }

afina_status afina_runtime_create(afina_runtime **out, size_t threads, afina_error *error) {
  afina_runtime *runtime = afina_allocate(1, sizeof *runtime);
  if (!runtime) return afina_fail_memory(error);
  const afina_status status = afina_pool_create(&runtime->pool, threads, error);
  if (status != AFINA_OK) {
    free(runtime);
    return status;
  }
  runtime->kernels = afina_kernels_find("fused");
  if (!runtime->kernels) runtime->kernels = afina_kernels_find("plain");
  runtime->memory = SIZE_MAX;
  *out = runtime;
  return AFINA_OK;
}

void afina_runtime_free(afina_runtime *runtime) {
  if (!runtime) return;
  afina_store_free(runtime->store);
  afina_pool_free(runtime->pool);
  free(runtime);
}

/* Sessions hold the store itself: it is emptied, never replaced. */
afina_status afina_runtime_keep(afina_runtime *runtime, size_t bytes, afina_error *error) {
  if (!runtime->store) return afina_store_create(&runtime->store, bytes, error);
  afina_store_limit(runtime->store, bytes);
  return AFINA_OK;
}

size_t afina_runtime_threads(const afina_runtime *runtime) {
  return afina_pool_size(runtime->pool);
}

afina_status afina_runtime_set_numerics(afina_runtime *runtime, const char *numerics,
                                        afina_error *error) {
  if (strcmp(numerics, "plain") != 0 && strcmp(numerics, "fused") != 0)
    return afina_fail(error, AFINA_E_ARGUMENT, "numerics are 'plain' or 'fused', not '%s'",
                      numerics);
  const afina_kernels *kernels = afina_kernels_find(numerics);
  if (!kernels)
    return afina_fail(error, AFINA_E_UNSUPPORTED,
                      "no numerics '%s' here: this CPU or browser does not multiply and add in one "
                      "rounding; 'plain' runs everywhere",
                      numerics);
  runtime->kernels = kernels;
  return AFINA_OK;
}

void afina_runtime_limit_memory(afina_runtime *runtime, size_t bytes) { runtime->memory = bytes; }

const char *afina_runtime_numerics(const afina_runtime *runtime) { return runtime->kernels->name; }

afina_status afina_runtime_exec(const afina_runtime *runtime, const afina_gpt *gpt, afina_exec *out,
                                afina_error *error) {
  return afina_exec_init(out, runtime->kernels, runtime->pool,
                         gpt->config.context + gpt->config.adapters.prefix,
                         gpt->config.channels / gpt->config.heads, error);
}

afina_status afina_runtime_bench(const afina_runtime *runtime, const char *options,
                                 size_t options_size, afina_clock *clock, afina_bench **out,
                                 afina_error *error) {
  return afina_bench_create(out, runtime->pool, runtime->kernels, options, options_size, clock,
                            error);
}

/* Before memory is taken: a parameter is at least a byte of the file. */
static afina_status check_size(const afina_gpt_config *config, size_t size, afina_error *error) {
  afina_params params;
  AFINA_TRY(afina_params_init(&params, config, error));
  const size_t total = params.total;
  afina_params_free(&params);
  if (total <= size) return AFINA_OK;
  return afina_fail(error, AFINA_E_FORMAT,
                    "config.json describes %zu parameters, but model.safetensors has only %zu "
                    "bytes: are they of the same model, and is the file whole?",
                    total, size);
}

/* A config.json of fewer blocks than the file has would run, as another model. */
static afina_status check_layers(const afina_safetensors *file, size_t layers, afina_error *error) {
  char name[64];
  snprintf(name, sizeof name, "transformer.h.%zu.ln_1.weight", layers);
  const char *bare = strstr(name, "h."); /* GPT-2 was published without the prefix */
  if (!afina_safetensors_find(file, name) && !afina_safetensors_find(file, bare)) return AFINA_OK;
  return afina_fail(error, AFINA_E_FORMAT,
                    "config.json has 'n_layer' %zu, but model.safetensors has more blocks: are "
                    "they of the same model?",
                    layers);
}

static afina_status read_weights(afina_model *model, const void *data, size_t size,
                                 afina_error *error) {
  afina_safetensors *file;
  AFINA_TRY(afina_safetensors_open(&file, data, size, error));
  bool has_head = false;
  afina_status status = check_layers(file, model->gpt.config.layers, error);
  if (status == AFINA_OK) status = afina_weights_read(&model->gpt, file, &has_head, error);
  if (status == AFINA_OK && model->gpt.config.classes > 0)
    status = afina_bag_from_file(&model->bag, file, model->gpt.config.classes, error);
  afina_safetensors_close(file);
  if (status == AFINA_OK && model->gpt.config.classes > 0 && !has_head)
    status =
        afina_fail(error, AFINA_E_FORMAT,
                   "config.json names %zu classes, but model.safetensors has no 'score.weight'",
                   model->gpt.config.classes);
  return status;
}

/* Says in which of the three files it is, where the message does not. */
static afina_status blame(const char *file, afina_status status, afina_error *error) {
  if (status == AFINA_OK || status == AFINA_E_MEMORY || !error || strstr(error->message, file))
    return status;
  const afina_error named = *error;
  return afina_fail(error, status, "%s: %s", file, named.message);
}

afina_status afina_model_load(afina_model **out, const void *config, size_t config_size,
                              const void *weights, size_t weights_size, const void *tokenizer,
                              size_t tokenizer_size, afina_error *error) {
  afina_model *model = afina_allocate(1, sizeof *model);
  if (!model) return afina_fail_memory(error);
  afina_gpt_config shape;
  afina_status status =
      blame("config.json",
            afina_gpt_config_parse(&shape, &model->labels, config, config_size, error), error);
  if (status == AFINA_OK)
    status =
        blame("tokenizer.json",
              afina_tokenizer_parse(&model->tokenizer, tokenizer, tokenizer_size, error), error);
  if (status == AFINA_OK && afina_tokenizer_size(model->tokenizer) > shape.vocabulary)
    status = afina_fail(error, AFINA_E_FORMAT,
                        "tokenizer.json has %zu ids, but config.json a vocabulary of %zu: are they "
                        "of the same model?",
                        afina_tokenizer_size(model->tokenizer), shape.vocabulary);
  if (status == AFINA_OK) status = check_size(&shape, weights_size, error);
  if (status == AFINA_OK) status = afina_gpt_init(&model->gpt, &shape, error);
  if (status == AFINA_OK)
    status = blame("model.safetensors", read_weights(model, weights, weights_size, error), error);
  if (status == AFINA_OK) status = afina_model_merge(model, error);
  if (status != AFINA_OK) {
    afina_model_free(model);
    return status;
  }
  *out = model;
  return AFINA_OK;
}

afina_gpt afina_model_language(const afina_model *model) {
  return model->gpt.config.classes ? afina_adapters_off(&model->gpt) : model->gpt;
}

afina_status afina_model_merge(afina_model *model, afina_error *error) {
  afina_params plain;
  if (!model->gpt.config.adapters.rank) return AFINA_OK;
  AFINA_TRY(afina_adapters_plain(&plain, &model->gpt.config, error));
  afina_adapters_merge(&model->gpt, &plain);
  return AFINA_OK;
}

void afina_model_free(afina_model *model) {
  if (!model) return;
  afina_kv_cache_free(&model->cache);
  afina_gpt_free(&model->gpt);
  afina_bag_free(&model->bag);
  afina_labels_free(&model->labels);
  afina_tokenizer_free(model->tokenizer);
  free(model);
}

void afina_model_randomize(afina_model *model, uint64_t seed) {
  afina_rng rng;
  afina_kv_cache_free(&model->cache);
  afina_rng_seed(&rng, seed);
  afina_params_random(&model->gpt.params, model->gpt.weights, 0, &rng);
}

static bool add_size(cJSON *json, const char *key, size_t value) {
  return cJSON_AddNumberToObject(json, key, (double)value) != NULL;
}

afina_status afina_model_json(const afina_model *model, cJSON **out, afina_error *error) {
  const afina_gpt_config *c = &model->gpt.config;
  cJSON *json = cJSON_CreateObject();
  cJSON *classes = json ? cJSON_AddArrayToObject(json, "classes") : NULL;
  bool fine = classes && add_size(json, "parameters", model->gpt.params.total) &&
              add_size(json, "layers", c->layers) && add_size(json, "width", c->channels) &&
              add_size(json, "heads", c->heads) && add_size(json, "context", c->context) &&
              add_size(json, "vocabulary", c->vocabulary) &&
              cJSON_AddStringToObject(json, "readout", afina_readout_name(c->readout));
  for (size_t i = 0; fine && i < model->labels.count; i++) {
    cJSON *name = cJSON_CreateString(model->labels.names[i]);
    fine = name && cJSON_AddItemToArray(classes, name);
  }
  if (!fine) {
    cJSON_Delete(json);
    return afina_fail_memory(error);
  }
  *out = json;
  return AFINA_OK;
}

afina_status afina_model_describe(const afina_model *model, afina_bytes *json, afina_error *error) {
  cJSON *object = NULL;
  AFINA_TRY(afina_model_json(model, &object, error));
  const afina_status status = afina_json_print(object, false, json, error);
  cJSON_Delete(object);
  return status;
}

afina_status afina_model_save(const afina_model *model, afina_file file, afina_bytes *out,
                              afina_error *error) {
  switch (file) {
    case AFINA_FILE_CONFIG:
      return afina_gpt_config_print(&model->gpt.config, &model->labels,
                                    afina_tokenizer_end_of_text(model->tokenizer), out, error);
    case AFINA_FILE_WEIGHTS: return afina_weights_write(&model->gpt, &model->bag, out, error);
    case AFINA_FILE_TOKENIZER: return afina_tokenizer_print(model->tokenizer, out, error);
  }
  return afina_fail(error, AFINA_E_ARGUMENT, "there is no file %d in a model's folder", (int)file);
}

afina_status afina_tokenizer_copy(const afina_tokenizer *tokenizer, afina_tokenizer **out,
                                  afina_error *error) {
  afina_bytes json;
  AFINA_TRY(afina_tokenizer_print(tokenizer, &json, error));
  const afina_status status = afina_tokenizer_parse(out, json.data, json.size, error);
  afina_bytes_free(&json);
  return status;
}

size_t afina_model_classes(const afina_model *model) { return model->gpt.config.classes; }

const char *afina_model_label(const afina_model *model, size_t k) {
  return k < model->labels.count ? model->labels.names[k] : NULL;
}
