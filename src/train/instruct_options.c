#include "instruct_options.h"

#include <string.h>

/* With fewer rows than this there is none to spare. */
enum { FEW_ROWS = 20 };

static void fill_defaults(afina_instruct_options *o) {
  o->lora = (afina_lora_options){.alpha = 2 * (double)o->strategy.size, .targets = AFINA_LORA_ALL};
  switch (o->strategy.kind) {
    case AFINA_STRATEGY_LORA: o->lr = 2e-3; break;
    case AFINA_STRATEGY_PREFIX: o->lr = 2e-2; break;
    case AFINA_STRATEGY_PROMPT: o->lr = 5e-3; break;
    default: o->lr = 5e-4; break;
  }
}

void afina_instruct_defaults(afina_instruct_options *out, size_t rows, bool has_valid) {
  const afina_template *form = NULL;
  afina_template_find(&form, NULL, NULL, NULL);
  *out = (afina_instruct_options){
      .strategy = {.kind = AFINA_STRATEGY_LORA, .size = 8},
      .template_name = form->name,
      .language = form->language,
      .epochs = rows < 100   ? 20
                : rows < 500 ? 10
                             : 3,
      .batch = rows < 500 ? 8 : 16,
      .weight_decay = 0.01,
      .valid_share = has_valid || rows < FEW_ROWS ? 0 : 0.1,
      .seed = 1,
  };
  fill_defaults(out);
}

static const char *const known[] = {
    "strategy", "lora_alpha", "lora_targets", "lora_blocks",  "template",    "language", "mask",
    "epochs",   "batch",      "lr",           "weight_decay", "valid_share", "seed"};

static afina_status check_keys(const cJSON *json, afina_error *error) {
  if (json && !cJSON_IsObject(json))
    return afina_fail(error, AFINA_E_ARGUMENT, "the options must be an object");
  for (const cJSON *item = json ? json->child : NULL; item; item = item->next) {
    size_t i = 0;
    while (i < sizeof known / sizeof *known && strcmp(item->string, known[i]) != 0) i++;
    if (i == sizeof known / sizeof *known)
      return afina_fail(error, AFINA_E_ARGUMENT, "there is no option '%s'", item->string);
  }
  return AFINA_OK;
}

static afina_status parse_strategy(afina_instruct_options *o, const cJSON *json,
                                   const afina_gpt_config *config, afina_error *error) {
  const char *name;
  AFINA_TRY(afina_json_string(json, "strategy", NULL, &name, error));
  if (name && *name) {
    AFINA_TRY(afina_strategy_parse(&o->strategy, name, config->layers, error));
    if (o->strategy.kind == AFINA_STRATEGY_HEAD || o->strategy.kind == AFINA_STRATEGY_GRADUAL)
      return afina_fail(error, AFINA_E_ARGUMENT,
                        "strategy '%s' is one for classifiers: here there are full, last:K, "
                        "lora:R, prefix:P and prompt:P",
                        name);
    fill_defaults(o);
  }
  return afina_strategy_parse_adapters(&o->strategy, &o->lora, json, config, error);
}

/* How rows become text, and which of it counts. */
static afina_status parse_text(afina_instruct_options *o, const cJSON *json, afina_error *error) {
  const char *name, *language, *mask;
  const afina_template *form;
  AFINA_TRY(afina_json_string(json, "template", NULL, &name, error));
  AFINA_TRY(afina_json_string(json, "language", NULL, &language, error));
  AFINA_TRY(afina_template_find(&form, name, language, error));
  o->template_name = form->name;
  o->language = form->language;
  AFINA_TRY(afina_json_string(json, "mask", "response", &mask, error));
  if (strcmp(mask, "response") != 0 && strcmp(mask, "all") != 0)
    return afina_fail(error, AFINA_E_ARGUMENT, "option 'mask' is 'response' or 'all', not '%.40s'",
                      mask);
  o->counts_all = strcmp(mask, "all") == 0;
  return AFINA_OK;
}

static afina_status parse(afina_instruct_options *out, const cJSON *json,
                          const afina_gpt_config *config, size_t rows, bool has_valid,
                          afina_error *error) {
  afina_instruct_options o;
  size_t epochs, batch, seed;
  double lr;
  AFINA_TRY(check_keys(json, error));
  afina_instruct_defaults(&o, rows, has_valid);
  AFINA_TRY(parse_strategy(&o, json, config, error));
  AFINA_TRY(parse_text(&o, json, error));
  AFINA_TRY(afina_json_size(json, "epochs", 0, 10000, 0, &epochs, error));
  AFINA_TRY(afina_json_size(json, "batch", 0, 4096, 0, &batch, error));
  AFINA_TRY(afina_json_number(json, "lr", 0, 10, 0, &lr, error));
  if (epochs) o.epochs = epochs;
  if (batch) o.batch = batch;
  if (lr > 0) o.lr = lr;
  AFINA_TRY(afina_json_number(json, "weight_decay", 0, 10, o.weight_decay, &o.weight_decay, error));
  AFINA_TRY(afina_json_number(json, "valid_share", 0, 0.9, o.valid_share, &o.valid_share, error));
  AFINA_TRY(afina_json_size(json, "seed", 0, UINT32_MAX, (size_t)o.seed, &seed, error));
  o.seed = seed;
  *out = o;
  return AFINA_OK;
}

/* The getters blame a file; options come from the caller. */
afina_status afina_instruct_options_parse(afina_instruct_options *out, const cJSON *json,
                                          const afina_gpt_config *config, size_t rows,
                                          bool has_valid, afina_error *error) {
  if (parse(out, json, config, rows, has_valid, error) == AFINA_OK) return AFINA_OK;
  if (error) error->status = AFINA_E_ARGUMENT;
  return AFINA_E_ARGUMENT;
}

cJSON *afina_instruct_options_json(const afina_instruct_options *o) {
  char strategy[AFINA_STRATEGY_NAME];
  afina_strategy_print(&o->strategy, strategy);
  cJSON *json = cJSON_CreateObject();
  if (json && cJSON_AddStringToObject(json, "strategy", strategy) &&
      afina_strategy_print_adapters(&o->strategy, &o->lora, json) &&
      cJSON_AddStringToObject(json, "template", o->template_name) &&
      cJSON_AddStringToObject(json, "language", o->language) &&
      cJSON_AddStringToObject(json, "mask", o->counts_all ? "all" : "response") &&
      cJSON_AddNumberToObject(json, "epochs", (double)o->epochs) &&
      cJSON_AddNumberToObject(json, "batch", (double)o->batch) &&
      cJSON_AddNumberToObject(json, "lr", o->lr) &&
      cJSON_AddNumberToObject(json, "weight_decay", o->weight_decay) &&
      cJSON_AddNumberToObject(json, "valid_share", o->valid_share) &&
      cJSON_AddNumberToObject(json, "seed", (double)o->seed))
    return json;
  cJSON_Delete(json);
  return NULL;
}
