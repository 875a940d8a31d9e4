/* What training costs with each set of frozen blocks: afina_session_costs. */
#include <math.h>

#include "finetune_need.h"
#include "session.h"

/* Operations: a multiplication and an addition for each pair of factors. */
typedef struct operations {
  double forward, backward;
} operations;

typedef struct question {
  const afina_runtime *runtime;
  const afina_gpt *gpt;    /* the model that the run starts from */
  afina_params params;     /* of the classifier that it makes */
  afina_gpt_config config; /* likewise */
  afina_finetune_options options;
  afina_finetune_shape shape;
  size_t length; /* tokens */
} question;

/* What gpt.c's block_forward and block_backward multiply, all of the block training. Where the head
 * reads the last row, the top block computes keys and values of all, the rest of that row alone. */
static operations of_block(const question *q, size_t l) {
  const double C = (double)q->config.channels, F = (double)q->config.inner;
  const double T = (double)q->length;
  const bool last =
      l + 1 == q->config.layers && afina_readout_reads(q->config.readout) == AFINA_READS_LAST;
  const double R = last ? 1 : T, pairs = last ? T : T * (T + 1) / 2;
  const double linear = T * 2 * C * C + R * C * C    /* keys and values; queries */
                        + R * C * C + R * 2 * C * F; /* projection; MLP */
  /* Attention: scores and values. Backward: the scores anew, and the gradients of values, of the
   * probabilities, of queries and of keys. */
  return (operations){.forward = 2 * (linear + 2 * pairs * C),
                      .backward = 2 * (2 * linear + 5 * pairs * C)};
}

/* The gradient of what it read is computed where something below trains. */
static operations of_head(const question *q, bool alone) {
  const double products = (double)afina_readout_width(&q->config) * (double)q->config.classes;
  return (operations){.forward = 2 * products, .backward = (alone ? 2 : 4) * products};
}

static bool add(cJSON *json, const char *key, double value) {
  return cJSON_AddNumberToObject(json, key, value) != NULL;
}

/* layer: SIZE_MAX for what is no block */
static bool add_part(cJSON *parts, const char *name, size_t layer, size_t parameters,
                     operations done) {
  cJSON *part = cJSON_CreateObject();
  return cJSON_AddItemToArray(parts, part) && cJSON_AddStringToObject(part, "name", name) &&
         (layer == SIZE_MAX ? cJSON_AddNullToObject(part, "layer") != NULL
                            : add(part, "layer", (double)layer)) &&
         add(part, "parameters", (double)parameters) && add(part, "forward", done.forward) &&
         add(part, "backward", done.backward);
}

static bool add_parts(cJSON *json, const question *q) {
  const size_t L = q->config.layers, head = afina_params_head(&q->params);
  const operations none = {0, 0};
  cJSON *parts = cJSON_AddArrayToObject(json, "parts");
  bool fine =
      parts && add_part(parts, "embeddings", SIZE_MAX, afina_params_block(&q->params, 0), none);
  for (size_t l = 0; l < L && fine; l++) {
    const size_t begin = afina_params_block(&q->params, l);
    fine =
        add_part(parts, "block", l, afina_params_block(&q->params, l + 1) - begin, of_block(q, l));
  }
  return fine &&
         add_part(parts, "final_norm", SIZE_MAX,
                  afina_params_adapters(&q->params) - afina_params_block(&q->params, L), none) &&
         add_part(parts, "head", SIZE_MAX, q->params.total - head, of_head(q, false));
}

static bool add_memory(cJSON *json, const afina_finetune_need *need) {
  cJSON *memory = cJSON_AddObjectToObject(json, "memory");
  return memory && add(memory, "weights", (double)need->weights) &&
         add(memory, "gradients", (double)need->gradients) &&
         add(memory, "moments", (double)need->moments) &&
         add(memory, "activations", (double)need->activations) &&
         add(memory, "cache", (double)need->cache) && add(memory, "ngrams", (double)need->ngrams) &&
         add(memory, "texts", (double)need->texts) && add(memory, "total", (double)need->total);
}

static afina_status add_choice(cJSON *choices, const question *q, afina_strategy strategy,
                               afina_error *error) {
  const size_t L = q->config.layers, block = afina_strategy_block(&strategy, L);
  const afina_gpt classifier = {.config = q->config, .params = q->params};
  char name[AFINA_STRATEGY_NAME];
  double once = 0;
  operations each = of_head(q, block == L);
  for (size_t l = 0; l < L; l++) {
    const operations done = of_block(q, l);
    once += l < block ? done.forward : 0;
    each.forward += l < block ? 0 : done.forward;
    each.backward += l < block ? 0 : done.backward;
  }
  afina_finetune_options options = q->options;
  afina_finetune_need need;
  options.strategy = strategy;
  AFINA_TRY(afina_finetune_measure(&need, &q->gpt->config, &options,
                                   afina_runtime_threads(q->runtime), &q->shape, error));
  afina_strategy_print(&strategy, name);
  const size_t trained = q->params.total - afina_strategy_begin(&strategy, &classifier);
  cJSON *choice = cJSON_CreateObject();
  const bool fine = cJSON_AddItemToArray(choices, choice) &&
                    cJSON_AddStringToObject(choice, "strategy", name) &&
                    add(choice, "first_block", (double)block) &&
                    add(choice, "trained_parameters", (double)trained) &&
                    add(choice, "once", once) && add(choice, "forward", each.forward) &&
                    add(choice, "backward", each.backward) && add_memory(choice, &need);
  return fine ? AFINA_OK : afina_fail_memory(error);
}

static afina_status fill(cJSON *json, const question *q, afina_error *error) {
  const size_t L = q->config.layers;
  if (!add(json, "length", (double)q->length) || !add(json, "layers", (double)L) ||
      !add_parts(json, q))
    return afina_fail_memory(error);
  cJSON *choices = cJSON_AddArrayToObject(json, "choices");
  if (!choices) return afina_fail_memory(error);
  AFINA_TRY(add_choice(choices, q, (afina_strategy){.kind = AFINA_STRATEGY_HEAD}, error));
  for (size_t k = 1; k <= L; k++) {
    const afina_strategy last = {.kind = AFINA_STRATEGY_LAST, .blocks = k};
    AFINA_TRY(add_choice(choices, q, last, error));
  }
  return add_choice(choices, q, (afina_strategy){.kind = AFINA_STRATEGY_FULL}, error);
}

static afina_status tell(question *q, afina_bytes *out, afina_error *error) {
  q->config = q->gpt->config;
  q->config.classes = q->shape.classes;
  q->config.readout = q->options.readout;
  AFINA_TRY(afina_params_init(&q->params, &q->config, error));
  cJSON *json = cJSON_CreateObject();
  afina_status status = json ? fill(json, q, error) : afina_fail_memory(error);
  if (status == AFINA_OK) status = afina_json_print(json, false, out, error);
  cJSON_Delete(json);
  afina_params_free(&q->params);
  return status;
}

afina_status afina_session_costs(const afina_runtime *runtime, const afina_model *model,
                                 const afina_dataset *data, size_t longest, size_t tokens,
                                 size_t length, const char *options, size_t options_size,
                                 afina_bytes *json, afina_error *error) {
  question q = {.runtime = runtime, .gpt = &model->gpt, .length = length};
  if (length == 0 || length > model->gpt.config.context)
    return afina_fail(error, AFINA_E_ARGUMENT, "a text of %zu tokens, with a context of %zu",
                      length, model->gpt.config.context);
  AFINA_TRY(afina_session_options(&q.options, runtime, model, data, options, options_size, error));
  q.shape = afina_session_shape(&q.options, model, data, longest, tokens);
  return tell(&q, json, error);
}
