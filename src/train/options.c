#include "options.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gradual.h"
/* The strategies that train adapters, in the order of their kinds; their number follows. */
static const char *const sized[] = {"lora:", "prefix:", "prompt:"};

/* False where the name is none of them; size 0 where no number that fits follows. */
static bool parse_sized(afina_strategy *out, const char *name) {
  for (size_t i = 0; i < sizeof sized / sizeof *sized; i++) {
    const size_t length = strlen(sized[i]);
    if (strncmp(name, sized[i], length) != 0) continue;
    char *end;
    const char *digits = name + length;
    const unsigned long size = strtoul(digits, &end, 10);
    const bool fine = digits[0] >= '0' && digits[0] <= '9' && !*end && size <= AFINA_MAX_CHANNELS;
    *out = (afina_strategy){.kind = (afina_strategy_kind)(AFINA_STRATEGY_LORA + i),
                            .size = fine ? size : 0};
    return true;
  }
  return false;
}

afina_status afina_strategy_parse(afina_strategy *out, const char *name, size_t layers,
                                  afina_error *error) {
  if (strcmp(name, "head") == 0) {
    *out = (afina_strategy){.kind = AFINA_STRATEGY_HEAD};
  } else if (strcmp(name, "full") == 0) {
    *out = (afina_strategy){.kind = AFINA_STRATEGY_FULL};
  } else if (strcmp(name, "gradual") == 0) {
    *out = (afina_strategy){.kind = AFINA_STRATEGY_GRADUAL};
  } else if (parse_sized(out, name)) {
    if (out->size == 0)
      return afina_fail(error, AFINA_E_ARGUMENT, "strategy '%s': the number is at least 1", name);
  } else if (strncmp(name, "last:", 5) == 0) {
    char *end;
    const unsigned long blocks = strtoul(name + 5, &end, 10);
    if (name[5] < '0' || name[5] > '9' || *end || blocks < 1 || blocks > layers)
      return afina_fail(error, AFINA_E_ARGUMENT,
                        "strategy '%s': K in last:K is from 1 to the model's %zu blocks", name,
                        layers);
    *out = (afina_strategy){.kind = AFINA_STRATEGY_LAST, .blocks = blocks};
  } else {
    return afina_fail(error, AFINA_E_ARGUMENT,
                      "strategy '%s': there are head, last:K, full, gradual, lora:R, prefix:P and "
                      "prompt:P",
                      name);
  }
  return AFINA_OK;
}

void afina_strategy_print(const afina_strategy *strategy, char out[AFINA_STRATEGY_NAME]) {
  switch (strategy->kind) {
    case AFINA_STRATEGY_HEAD: snprintf(out, AFINA_STRATEGY_NAME, "head"); break;
    case AFINA_STRATEGY_LAST:
      snprintf(out, AFINA_STRATEGY_NAME, "last:%zu", strategy->blocks);
      break;
    case AFINA_STRATEGY_FULL: snprintf(out, AFINA_STRATEGY_NAME, "full"); break;
    case AFINA_STRATEGY_GRADUAL: snprintf(out, AFINA_STRATEGY_NAME, "gradual"); break;
    case AFINA_STRATEGY_LORA:
    case AFINA_STRATEGY_PREFIX:
    case AFINA_STRATEGY_PROMPT:
      snprintf(out, AFINA_STRATEGY_NAME, "%s%zu", sized[strategy->kind - AFINA_STRATEGY_LORA],
               strategy->size);
      break;
  }
}

size_t afina_strategy_block(const afina_strategy *strategy, size_t layers) {
  switch (strategy->kind) {
    case AFINA_STRATEGY_HEAD: return layers;
    case AFINA_STRATEGY_LAST: return layers - strategy->blocks;
    case AFINA_STRATEGY_LORA: return strategy->blocks ? layers - strategy->blocks : 0;
    case AFINA_STRATEGY_FULL:
    case AFINA_STRATEGY_GRADUAL:
    case AFINA_STRATEGY_PREFIX:
    case AFINA_STRATEGY_PROMPT: break;
  }
  return 0;
}

size_t afina_strategy_begin(const afina_strategy *strategy, const afina_gpt *gpt) {
  if (strategy->kind == AFINA_STRATEGY_HEAD) return afina_params_head(&gpt->params);
  if (strategy->kind == AFINA_STRATEGY_FULL) return 0;
  if (strategy->kind >= AFINA_STRATEGY_LORA) return afina_params_adapters(&gpt->params);
  return afina_params_block(&gpt->params, afina_strategy_block(strategy, gpt->config.layers));
}

afina_adapters afina_strategy_adapters(const afina_strategy *strategy,
                                       const afina_lora_options *lora, size_t layers) {
  switch (strategy->kind) {
    case AFINA_STRATEGY_LORA:
      return (afina_adapters){.rank = strategy->size,
                              .alpha = lora->alpha,
                              .targets = lora->targets,
                              .first = afina_strategy_block(strategy, layers)};
    case AFINA_STRATEGY_PREFIX: return (afina_adapters){.prefix = strategy->size};
    case AFINA_STRATEGY_PROMPT: return (afina_adapters){.prompt = strategy->size};
    default: return (afina_adapters){0};
  }
}

bool afina_finetune_at_once(const afina_finetune_options *o) {
  return o->recipe.lbfgs && o->strategy.kind == AFINA_STRATEGY_HEAD;
}

afina_adapters afina_finetune_adapters(const afina_finetune_options *o, size_t layers) {
  return afina_strategy_adapters(&o->strategy, &o->lora, layers);
}

/* With fewer rows than this there is none to spare for validation. */
enum { FEW_ROWS = 300, HEAD_EPOCHS = 50, MOST_MOVES = 100 };

/* AdamW moves a weight by about the learning rate in each update, whatever the gradient. Without
 * validation, what keeps a model from believing its few texts too much is how far it may go in all:
 * the sum of the rates of all updates is `reach` at most. */
typedef struct schedule {
  double reach, fastest; /* the latter is the rate at most */
  size_t epochs;         /* with few rows */
  double rate;           /* with more, of which some validate */
  size_t least, most;    /* epochs then */
} schedule;

static const schedule schedules[] = {
    [AFINA_STRATEGY_HEAD] = {0.25, 2e-3, HEAD_EPOCHS, 1e-3, HEAD_EPOCHS, HEAD_EPOCHS},
    [AFINA_STRATEGY_LAST] = {0.08, 5e-4, 10, 2e-3, 5, 10},
    [AFINA_STRATEGY_FULL] = {0.06, 3e-4, 10, 1e-3, 5, 30},
    [AFINA_STRATEGY_GRADUAL] = {INFINITY, 5e-4, 30, 5e-4, 10, 30},
    [AFINA_STRATEGY_LORA] = {0.08, 2e-3, 10, 2e-3, 5, 30},
    [AFINA_STRATEGY_PREFIX] = {INFINITY, 2e-2, 30, 2e-2, 5, 30},
    [AFINA_STRATEGY_PROMPT] = {INFINITY, 5e-3, 30, 5e-3, 5, 30},
};

static size_t clamp(double value, size_t low, size_t high) {
  return value < (double)low ? low : value > (double)high ? high : (size_t)value;
}

/* To one digit, so that it can be read. */
static double few_rate(const schedule *s, size_t rows, size_t batch) {
  const double updates = (double)s->epochs * ((double)rows / (double)batch + 1);
  const double rate = s->reach / updates < s->fastest ? s->reach / updates : s->fastest;
  double unit = 1e-3;
  while (unit > rate) unit /= 10;
  return (double)(size_t)(rate / unit + 0.5) * unit;
}

static void set_epochs(afina_finetune_options *o, size_t epochs) {
  o->epochs = epochs;
  o->patience = epochs < 8 ? 3 : epochs / 3 + 1;
}

/* What depends on the strategy and the amount of data. */
static void fill_defaults(afina_finetune_options *o, const afina_gpt_config *config, size_t rows) {
  /* A model whose embeddings are made to be read is read there by the head alone, and first; blocks
   * that train do better with the mean (options.h has the figures). */
  const bool head =
      o->strategy.kind == AFINA_STRATEGY_HEAD || o->strategy.kind == AFINA_STRATEGY_GRADUAL;
  o->readout =
      config->readout == AFINA_READOUT_WORDS && !head ? AFINA_READOUT_MEAN : config->readout;
  const schedule *s = &schedules[o->strategy.kind];
  const bool few = rows < FEW_ROWS;
  o->valid_share = few ? 0 : 0.1;
  o->batch = rows < 200 ? 8 : rows < 2000 ? 16 : 32;
  o->lr = few ? few_rate(s, rows, o->batch) : s->rate;
  o->recipe.lbfgs = few && o->strategy.kind == AFINA_STRATEGY_HEAD;
  set_epochs(o, o->recipe.lbfgs ? MOST_MOVES
                : few           ? s->epochs
                                : clamp(20000.0 / (double)(rows + 1), s->least, s->most));
  o->lora.alpha = 2 * (double)o->strategy.size;
  o->lora.targets = AFINA_LORA_ALL;
  const bool gradual = o->strategy.kind == AFINA_STRATEGY_GRADUAL;
  o->recipe.layer_decay = gradual ? 1 / 2.6 : 1;
}

void afina_finetune_defaults(afina_finetune_options *out, const afina_gpt_config *config,
                             size_t rows, size_t classes) {
  (void)classes;
  *out = (afina_finetune_options){
      .strategy = {.kind = AFINA_STRATEGY_HEAD},
      .weight_decay = 0.01,
      .seed = 1,
      .split_seed = 1,
      .test_share = 0.2,
      .ngrams = true,
      .cache_bytes = (size_t)512 * AFINA_MEGABYTE,
      .memory_bytes = SIZE_MAX,
  };
  afina_recipe_defaults(&out->recipe);
  fill_defaults(out, config, rows);
}

static const char *const known[] = {"strategy",    "readout",      "epochs",       "patience",
                                    "lr",          "batch",        "weight_decay", "seed",
                                    "valid_share", "test_share",   "ngrams",       "cache_mb",
                                    "lora_alpha",  "lora_targets", "lora_blocks",  "split_seed"};

static afina_status check_keys(const cJSON *json, afina_error *error) {
  if (json && !cJSON_IsObject(json))
    return afina_fail(error, AFINA_E_ARGUMENT, "the options must be an object");
  for (const cJSON *item = json ? json->child : NULL; item; item = item->next) {
    size_t i = 0;
    while (i < sizeof known / sizeof *known && strcmp(item->string, known[i]) != 0) i++;
    if (i == sizeof known / sizeof *known && !afina_recipe_knows(item->string))
      return afina_fail(error, AFINA_E_ARGUMENT, "there is no option '%s'", item->string);
  }
  return AFINA_OK;
}

afina_status afina_strategy_parse_adapters(afina_strategy *strategy, afina_lora_options *lora,
                                           const cJSON *json, const afina_gpt_config *config,
                                           afina_error *error) {
  const bool is_lora = strategy->kind == AFINA_STRATEGY_LORA;
  const char *targets;
  size_t blocks;
  for (const cJSON *item = is_lora || !json ? NULL : json->child; item; item = item->next)
    if (strncmp(item->string, "lora_", 5) == 0 && !cJSON_IsNull(item))
      return afina_fail(error, AFINA_E_ARGUMENT, "option '%s' goes with strategy lora:R",
                        item->string);
  AFINA_TRY(afina_json_string(json, "lora_targets", NULL, &targets, error));
  AFINA_TRY(afina_json_number(json, "lora_alpha", 0, 1e6, lora->alpha, &lora->alpha, error));
  AFINA_TRY(afina_json_size(json, "lora_blocks", 0, config->layers, 0, &blocks, error));
  if (targets && *targets) AFINA_TRY(afina_lora_targets_parse(&lora->targets, targets, error));
  if (is_lora) strategy->blocks = blocks;
  afina_gpt_config adapted = *config;
  adapted.adapters = afina_strategy_adapters(strategy, lora, config->layers);
  return afina_adapters_check(&adapted, error);
}

/* When blocks open, and the rates of what lies below the head. */
static afina_status check_schedule(afina_finetune_options *o, const afina_gpt_config *config,
                                   afina_error *error) {
  if (o->strategy.kind != AFINA_STRATEGY_GRADUAL)
    o->recipe.gradual_epochs = 0;
  else if (!o->recipe.gradual_epochs)
    o->recipe.gradual_epochs = afina_gradual_default(o->epochs, config->layers);
  if (o->strategy.kind >= AFINA_STRATEGY_LORA && o->recipe.layer_decay < 1)
    return afina_fail(
        error, AFINA_E_ARGUMENT,
        "option 'layer_decay' goes with strategies that train the model's own blocks");
  return AFINA_OK;
}

/* The head alone has one best place, which L-BFGS finds. Who tells what only AdamW has gets that.
 */
static afina_status choose_optimizer(afina_finetune_options *o, const cJSON *json, bool told,
                                     afina_error *error) {
  const cJSON *word = cJSON_GetObjectItemCaseSensitive(json, "optimizer");
  const bool head = o->strategy.kind == AFINA_STRATEGY_HEAD;
  const bool drawn = o->recipe.dropout > 0 || o->recipe.draws;
  if (!cJSON_IsString(word) && (told || drawn)) o->recipe.lbfgs = false;
  if (o->recipe.lbfgs && (!head || drawn))
    return afina_fail(error, AFINA_E_ARGUMENT,
                      "option 'optimizer': 'lbfgs' goes with strategy head, without dropout and "
                      "with sampling 'shuffle'");
  if (head) set_epochs(o, o->recipe.lbfgs ? MOST_MOVES : HEAD_EPOCHS);
  return AFINA_OK;
}

static afina_status parse(afina_finetune_options *out, const cJSON *json,
                          const afina_gpt_config *config, size_t rows, size_t classes,
                          afina_error *error) {
  AFINA_TRY(check_keys(json, error));
  afina_finetune_options o;
  afina_finetune_defaults(&o, config, rows, classes);
  const char *strategy, *readout;
  AFINA_TRY(afina_json_string(json, "strategy", NULL, &strategy, error));
  AFINA_TRY(afina_json_string(json, "readout", NULL, &readout, error));
  if (strategy && *strategy) {
    AFINA_TRY(afina_strategy_parse(&o.strategy, strategy, config->layers, error));
    fill_defaults(&o, config, rows);
  }
  if (readout && *readout) AFINA_TRY(afina_readout_parse(&o.readout, readout, error));
  size_t epochs, batch, seed, split_seed;
  double lr;
  AFINA_TRY(afina_json_size(json, "epochs", 0, 10000, 0, &epochs, error));
  AFINA_TRY(afina_json_size(json, "batch", 0, 4096, 0, &batch, error));
  AFINA_TRY(afina_json_number(json, "lr", 0, 10, 0, &lr, error));
  AFINA_TRY(afina_recipe_parse(&o.recipe, json, error));
  AFINA_TRY(choose_optimizer(&o, json, batch || lr > 0, error));
  if (epochs) set_epochs(&o, epochs);
  if (batch) o.batch = batch;
  if (lr > 0) o.lr = lr;
  AFINA_TRY(afina_json_size(json, "patience", 0, 10000, o.patience, &o.patience, error));
  AFINA_TRY(afina_json_number(json, "weight_decay", 0, 10, o.weight_decay, &o.weight_decay, error));
  AFINA_TRY(afina_json_size(json, "seed", 0, UINT32_MAX, (size_t)o.seed, &seed, error));
  AFINA_TRY(afina_json_size(json, "split_seed", 0, UINT32_MAX, seed, &split_seed, error));
  AFINA_TRY(afina_json_number(json, "valid_share", 0, 0.9, o.valid_share, &o.valid_share, error));
  AFINA_TRY(afina_json_number(json, "test_share", 0, 0.9, o.test_share, &o.test_share, error));
  AFINA_TRY(afina_json_bool(json, "ngrams", o.ngrams, &o.ngrams, error));
  double cache;
  AFINA_TRY(afina_json_number(json, "cache_mb", 0, 4095, (double)o.cache_bytes / AFINA_MEGABYTE,
                              &cache, error));
  o.cache_bytes = (size_t)(cache * AFINA_MEGABYTE);
  o.seed = seed;
  o.split_seed = split_seed;
  AFINA_TRY(afina_strategy_parse_adapters(&o.strategy, &o.lora, json, config, error));
  AFINA_TRY(check_schedule(&o, config, error));
  *out = o;
  return AFINA_OK;
}

/* The getters blame a file; options come from the caller. */
afina_status afina_finetune_options_parse(afina_finetune_options *out, const cJSON *json,
                                          const afina_gpt_config *config, size_t rows,
                                          size_t classes, afina_error *error) {
  if (parse(out, json, config, rows, classes, error) == AFINA_OK) return AFINA_OK;
  if (error) error->status = AFINA_E_ARGUMENT;
  return AFINA_E_ARGUMENT;
}

bool afina_strategy_print_adapters(const afina_strategy *strategy, const afina_lora_options *lora,
                                   cJSON *json) {
  if (strategy->kind != AFINA_STRATEGY_LORA) return true;
  return cJSON_AddNumberToObject(json, "lora_alpha", lora->alpha) &&
         cJSON_AddStringToObject(json, "lora_targets", afina_lora_targets_name(lora->targets)) &&
         cJSON_AddNumberToObject(json, "lora_blocks", (double)strategy->blocks);
}

cJSON *afina_finetune_options_json(const afina_finetune_options *o) {
  char strategy[AFINA_STRATEGY_NAME];
  afina_strategy_print(&o->strategy, strategy);
  cJSON *json = cJSON_CreateObject();
  const bool fine =
      cJSON_AddStringToObject(json, "strategy", strategy) &&
      cJSON_AddStringToObject(json, "readout", afina_readout_name(o->readout)) &&
      cJSON_AddNumberToObject(json, "epochs", (double)o->epochs) &&
      cJSON_AddNumberToObject(json, "patience", (double)o->patience) &&
      cJSON_AddNumberToObject(json, "lr", o->lr) &&
      cJSON_AddNumberToObject(json, "batch", (double)o->batch) &&
      cJSON_AddNumberToObject(json, "weight_decay", o->weight_decay) &&
      cJSON_AddNumberToObject(json, "seed", (double)o->seed) &&
      cJSON_AddNumberToObject(json, "split_seed", (double)o->split_seed) &&
      cJSON_AddNumberToObject(json, "valid_share", o->valid_share) &&
      cJSON_AddNumberToObject(json, "test_share", o->test_share) &&
      cJSON_AddBoolToObject(json, "ngrams", o->ngrams) && afina_recipe_print(&o->recipe, json) &&
      cJSON_AddNumberToObject(json, "cache_mb", (double)o->cache_bytes / AFINA_MEGABYTE);
  if (fine && afina_strategy_print_adapters(&o->strategy, &o->lora, json)) return json;
  cJSON_Delete(json);
  return NULL;
}
