#include <math.h>

#include "finetune_need.h"
#include "model.h"
#include "session.h"

/* "key": bytes */
static bool add(cJSON *json, const char *key, size_t bytes) {
  return cJSON_AddNumberToObject(json, key, (double)bytes) != NULL;
}

typedef struct question {
  const afina_runtime *runtime;
  const afina_gpt_config *config;
  afina_finetune_options options;
  afina_finetune_shape shape;
} question;

static afina_status measure(afina_finetune_need *out, const question *q, afina_error *error) {
  return afina_finetune_measure(out, q->config, &q->options, afina_runtime_threads(q->runtime),
                                &q->shape, error);
}

/* "head": the total with that strategy instead. */
static bool add_other(cJSON *json, const question *q, afina_strategy strategy) {
  char name[AFINA_STRATEGY_NAME];
  question other = *q;
  afina_finetune_need need;
  other.options.strategy = strategy;
  afina_strategy_print(&strategy, name);
  return measure(&need, &other, NULL) == AFINA_OK && add(json, name, need.total);
}

static cJSON *need_json(const question *q, const afina_finetune_need *need) {
  cJSON *json = cJSON_CreateObject();
  const size_t available = afina_finetune_room(&q->options);
  const bool fine =
      json && add(json, "weights", need->weights) && add(json, "gradients", need->gradients) &&
      add(json, "moments", need->moments) && add(json, "activations", need->activations) &&
      add(json, "cache", need->cache) && add(json, "store", need->store) &&
      add(json, "ngrams", need->ngrams) && add(json, "texts", need->texts) &&
      add(json, "total", need->total) &&
      cJSON_AddStringToObject(json, "cache_kind", afina_cache_kind_name(need->cache_kind)) &&
      (available == SIZE_MAX ? cJSON_AddNullToObject(json, "available") != NULL
                             : add(json, "available", available)) &&
      add_other(json, q, (afina_strategy){.kind = AFINA_STRATEGY_HEAD}) &&
      add_other(json, q, (afina_strategy){.kind = AFINA_STRATEGY_LAST, .blocks = 1});
  if (fine) return json;
  cJSON_Delete(json);
  return NULL;
}

afina_finetune_shape afina_session_shape(const afina_finetune_options *options,
                                         const afina_model *model, const afina_dataset *data,
                                         size_t longest, size_t tokens) {
  const size_t rows = afina_dataset_count(data), context = model->gpt.config.context;
  return (afina_finetune_shape){
      .classes = afina_dataset_classes(data),
      .rows = rows,
      .tokens = tokens,
      .longest = longest < context ? longest : context,
      .tested = (size_t)ceil(options->test_share * (double)rows),
      .bytes = afina_finetune_text_bytes(data),
  };
}

afina_status afina_session_memory(const afina_runtime *runtime, const afina_model *model,
                                  const afina_dataset *data, size_t longest, size_t tokens,
                                  const char *options, size_t options_size, afina_bytes *json,
                                  afina_error *error) {
  question q = {.runtime = runtime, .config = &model->gpt.config};
  AFINA_TRY(afina_session_options(&q.options, runtime, model, data, options, options_size, error));
  q.shape = afina_session_shape(&q.options, model, data, longest, tokens);
  afina_finetune_need need;
  AFINA_TRY(measure(&need, &q, error));
  cJSON *object = need_json(&q, &need);
  if (!object) return afina_fail_memory(error);
  const afina_status status = afina_json_print(object, false, json, error);
  cJSON_Delete(object);
  return status;
}
