#include "pretraining_options.h"

#include <string.h>

enum { LARGE_MODEL = 1000000, UPDATES = 300, MEASURES = 40, MOST_WINDOWS = 256 };

static const char *const documents_names[] = {"marked", "paragraphs", "whole"};
static const char *const optimizer_names[] = {"adamw", "muon"};

/* Damaged or out of range: the options are the caller's mistake, not a file's. */
static afina_status as_argument(afina_status status, afina_error *error) {
  if (status != AFINA_E_FORMAT && status != AFINA_E_LIMIT) return status;
  if (error) error->status = AFINA_E_ARGUMENT;
  return AFINA_E_ARGUMENT;
}

/* "{}" where there are no options. A key that is none of `keys` is a mistake of the caller's. */
static afina_status open(cJSON **out, const char *json, size_t size, const char *const *keys,
                         size_t count, afina_error *error) {
  afina_status status = as_argument(
      afina_json_parse(out, size ? json : "{}", size ? size : 2, "options", error), error);
  if (status != AFINA_OK) return status;
  if (!cJSON_IsObject(*out))
    status = afina_fail(error, AFINA_E_ARGUMENT, "the options are no JSON object");
  for (const cJSON *item = (*out)->child; item && status == AFINA_OK; item = item->next) {
    size_t i = 0;
    while (i < count && strcmp(item->string, keys[i]) != 0) i++;
    if (i == count)
      status = afina_fail(error, AFINA_E_ARGUMENT, "there is no option '%s'", item->string);
  }
  if (status != AFINA_OK) cJSON_Delete(*out);
  return status;
}

/* One of two or three words, by its place. */
static afina_status read_word(const cJSON *json, const char *key, const char *const *names,
                              size_t first, size_t count, size_t fallback, size_t *out,
                              afina_error *error) {
  const char *word;
  AFINA_TRY(afina_json_string(json, key, names[fallback], &word, error));
  for (size_t i = first; i < count; i++)
    if (strcmp(word, names[i]) == 0) {
      *out = i;
      return AFINA_OK;
    }
  return afina_fail(error, AFINA_E_ARGUMENT, "%s is %s or %s, not '%s'", key, names[first],
                    names[count - 1], word);
}

static afina_status read_documents(const cJSON *json, afina_documents *out, afina_error *error) {
  size_t found = 0;
  AFINA_TRY(read_word(json, "documents", documents_names, AFINA_DOCUMENTS_PARAGRAPHS, 3,
                      AFINA_DOCUMENTS_PARAGRAPHS, &found, error));
  *out = (afina_documents)found;
  return AFINA_OK;
}

typedef struct size_option {
  const char *key;
  size_t low, high, fallback;
  size_t *out;
} size_option;

static afina_status read_sizes(const cJSON *json, const size_option *options, size_t count,
                               afina_error *error) {
  for (size_t i = 0; i < count; i++) {
    const size_option *o = &options[i];
    AFINA_TRY(afina_json_size(json, o->key, o->low, o->high, o->fallback, o->out, error));
  }
  return AFINA_OK;
}

static afina_status read_create(afina_create_options *out, const cJSON *json, afina_error *error) {
  afina_gpt_config *c = &out->config;
  size_t seed = 1;
  const size_option sizes[] = {{"vocabulary", 257, UINT16_MAX + 1u, 512, &c->vocabulary},
                               {"width", 8, 1024, 64, &c->channels},
                               {"layers", 1, 24, 2, &c->layers},
                               {"heads", 1, 64, 4, &c->heads},
                               {"context", 8, 1024, 64, &c->context},
                               {"seed", 0, UINT32_MAX, 1, &seed}};
  AFINA_TRY(read_sizes(json, sizes, sizeof sizes / sizeof *sizes, error));
  AFINA_TRY(read_documents(json, &out->documents, error));
  if (c->channels % c->heads)
    return afina_fail(error, AFINA_E_ARGUMENT, "a width of %zu is no multiple of %zu heads",
                      c->channels, c->heads);
  c->inner = 4 * c->channels;
  c->readout = AFINA_READOUT_WORDS;
  out->seed = seed;
  return afina_gpt_config_check(c, error);
}

afina_status afina_create_options_parse(afina_create_options *out, const char *json, size_t size,
                                        afina_error *error) {
  static const char *const keys[] = {"vocabulary", "width", "layers",   "heads",
                                     "context",    "seed",  "documents"};
  cJSON *object = NULL;
  afina_create_options options = {.seed = 1};
  AFINA_TRY(open(&object, json, size, keys, sizeof keys / sizeof *keys, error));
  const afina_status status = as_argument(read_create(&options, object, error), error);
  cJSON_Delete(object);
  if (status == AFINA_OK) *out = options;
  return status;
}

/* The parts of an update are the same whatever the threads: four lanes where there is enough, and
 * no more than eight windows at once, for their memory. */
static size_t part_of(size_t batch) {
  size_t part = 1;
  for (size_t i = 2; i <= 8 && i * 4 <= batch; i++)
    if (batch % i == 0) part = i;
  return part;
}

static afina_status read_run(afina_pretraining_options *out, const afina_gpt *gpt,
                             const cJSON *json, afina_error *error) {
  const bool large = gpt->params.total > LARGE_MODEL;
  const size_t context = gpt->config.context, window = context < 64 ? context : 64;
  afina_pretrain_options *run = &out->run;
  size_t seed = 1, optimizer = AFINA_MUON;
  const size_option sizes[] = {{"context", 8, context, window, &run->context},
                               {"batch", 1, MOST_WINDOWS, large ? 4 : 8, &run->batch},
                               {"seed", 0, UINT32_MAX, 1, &seed}};
  AFINA_TRY(read_sizes(json, sizes, sizeof sizes / sizeof *sizes, error));
  const size_t update = run->batch * run->context;
  size_t tokens, measure;
  AFINA_TRY(afina_json_size(json, "tokens", 1, 1000000000, UPDATES * update, &tokens, error));
  const size_t every = tokens / update / MEASURES;
  AFINA_TRY(afina_json_size(json, "measure", 1, 1000000000, every ? every : 1, &measure, error));
  AFINA_TRY(afina_json_number(json, "lr", 0, 10, large ? 0.002 : 0.01, &run->lr, error));
  AFINA_TRY(afina_json_number(json, "warmup", 0, 1, 0.05, &out->warmup, error));
  AFINA_TRY(afina_json_number(json, "decay", 0, 1, 0.3, &out->decay, error));
  AFINA_TRY(afina_json_number(json, "weight_decay", 0, 10, 0.1, &run->weight_decay, error));
  AFINA_TRY(afina_json_number(json, "held_out", 0, 0.9, 0.1, &out->held_out, error));
  AFINA_TRY(read_word(json, "optimizer", optimizer_names, 0, 2, AFINA_MUON, &optimizer, error));
  AFINA_TRY(read_documents(json, &out->documents, error));
  run->optimizer = (afina_pretrain_optimizer)optimizer;
  run->micro_batch = part_of(run->batch);
  run->tokens = tokens;
  run->warmup = (uint64_t)((double)tokens * out->warmup);
  run->decay = (uint64_t)((double)tokens * out->decay);
  run->lr_floor = 0.02;
  run->seed = seed;
  run->language_weight = 1;
  out->measure = measure;
  return AFINA_OK;
}

static afina_status read_text(const cJSON *json, const char *text_sha256, afina_error *error) {
  const char *wanted;
  AFINA_TRY(afina_json_string(json, "text_sha256", text_sha256, &wanted, error));
  if (strcmp(wanted, text_sha256) == 0) return AFINA_OK;
  return afina_fail(error, AFINA_E_DATA,
                    "this is not the text that the run was trained on: its SHA-256 is %s",
                    text_sha256);
}

afina_status afina_pretraining_options_parse(afina_pretraining_options *out, const afina_gpt *model,
                                             const char text_sha256[AFINA_SHA256_HEX],
                                             const char *json, size_t size, afina_error *error) {
  static const char *const keys[] = {"documents",    "context", "batch",      "tokens",   "lr",
                                     "warmup",       "decay",   "optimizer",  "held_out", "measure",
                                     "weight_decay", "seed",    "text_sha256"};
  cJSON *object = NULL;
  afina_pretraining_options options = {.measure = 1};
  AFINA_TRY(open(&object, json, size, keys, sizeof keys / sizeof *keys, error));
  afina_status status = read_text(object, text_sha256, error);
  if (status == AFINA_OK) status = as_argument(read_run(&options, model, object, error), error);
  cJSON_Delete(object);
  memcpy(options.text_sha256, text_sha256, AFINA_SHA256_HEX);
  if (status == AFINA_OK) *out = options;
  return status;
}

cJSON *afina_pretraining_options_json(const afina_pretraining_options *o) {
  const afina_pretrain_options *run = &o->run;
  const struct {
    const char *key;
    double value;
  } numbers[] = {{"context", (double)run->context},
                 {"batch", (double)run->batch},
                 {"tokens", (double)run->tokens},
                 {"lr", run->lr},
                 {"warmup", o->warmup},
                 {"decay", o->decay},
                 {"weight_decay", run->weight_decay},
                 {"held_out", o->held_out},
                 {"measure", (double)o->measure},
                 {"seed", (double)run->seed}};
  cJSON *json = cJSON_CreateObject();
  bool fine = json && cJSON_AddStringToObject(json, "documents", documents_names[o->documents]);
  for (size_t i = 0; fine && i < sizeof numbers / sizeof *numbers; i++)
    fine = cJSON_AddNumberToObject(json, numbers[i].key, numbers[i].value);
  if (fine && cJSON_AddStringToObject(json, "optimizer", optimizer_names[run->optimizer]) &&
      cJSON_AddStringToObject(json, "text_sha256", o->text_sha256))
    return json;
  cJSON_Delete(json);
  return NULL;
}
