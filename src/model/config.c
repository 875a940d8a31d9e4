#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters_config.h"
#include "kernels.h"

static const char *const readouts[] = {
    [AFINA_READOUT_LAST] = "last",
    [AFINA_READOUT_MEAN] = "mean",
    [AFINA_READOUT_SPECIAL] = "special",
    [AFINA_READOUT_WORDS] = "words",
};

enum { READOUTS = sizeof readouts / sizeof readouts[0] };

#define LAYERNORM_EPSILON 1e-5 /* kernels.h */

const char *afina_readout_name(afina_readout readout) { return readouts[readout]; }

afina_status afina_readout_parse(afina_readout *out, const char *name, afina_error *error) {
  for (int i = 0; i < READOUTS; i++)
    if (strcmp(name, readouts[i]) == 0) {
      *out = (afina_readout)i;
      return AFINA_OK;
    }
  return afina_fail(error, AFINA_E_ARGUMENT,
                    "readout '%.40s' is none of last, mean, special, words", name);
}

void afina_labels_free(afina_labels *labels) {
  if (!labels) return;
  for (size_t i = 0; i < labels->count; i++) free(labels->names[i]);
  free(labels->names);
  *labels = (afina_labels){0};
}

/* The bytes of the parameters must fit in size_t, which has 32 bits in WASM. */
static afina_status check_total(const afina_gpt_config *config, afina_error *error) {
  const uint64_t C = config->channels, F = config->inner;
  const uint64_t block = 4 * C * C + 2 * C * F + 9 * C + F;
  const uint64_t total = (config->vocabulary + config->context + 2) * C +
                         config->classes * (uint64_t)afina_readout_width(config) +
                         config->layers * block; /* below 2^45 within the limits */
  if (total > SIZE_MAX / sizeof(afina_real))
    return afina_fail(error, AFINA_E_LIMIT, "a model of %.0f parameters does not fit in memory",
                      (double)total);
  return AFINA_OK;
}

afina_status afina_gpt_config_check(const afina_gpt_config *config, afina_error *error) {
  const struct {
    const char *key;
    size_t value, limit;
  } sizes[] = {
      {"vocab_size", config->vocabulary, AFINA_MAX_VOCABULARY},
      {"n_positions", config->context, AFINA_MAX_CONTEXT},
      {"n_embd", config->channels, AFINA_MAX_CHANNELS},
      {"n_layer", config->layers, AFINA_MAX_LAYERS},
      {"n_head", config->heads, AFINA_MAX_CHANNELS},
      {"n_inner", config->inner, AFINA_MAX_INNER},
  };
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    if (sizes[i].value == 0)
      return afina_fail(error, AFINA_E_ARGUMENT, "'%s' is 0, but must be at least 1", sizes[i].key);
    if (sizes[i].value > sizes[i].limit)
      return afina_fail(error, AFINA_E_LIMIT, "'%s' is %zu; the most that Afina runs is %zu",
                        sizes[i].key, sizes[i].value, sizes[i].limit);
  }
  if (config->channels % config->heads != 0)
    return afina_fail(error, AFINA_E_ARGUMENT, "'n_embd' (%zu) is not a multiple of 'n_head' (%zu)",
                      config->channels, config->heads);
  if (config->channels / config->heads > AFINA_MAX_HEAD_SIZE)
    return afina_fail(
        error, AFINA_E_LIMIT,
        "'n_embd' / 'n_head' is %zu; the largest head that Afina runs has %d channels",
        config->channels / config->heads, AFINA_MAX_HEAD_SIZE);
  if (config->classes == 1 || config->classes > AFINA_MAX_CLASSES)
    return afina_fail(error, config->classes == 1 ? AFINA_E_UNSUPPORTED : AFINA_E_LIMIT,
                      "%zu classes; a classifier has from 2 to %d", config->classes,
                      AFINA_MAX_CLASSES);
  if ((int)config->readout < 0 || (int)config->readout >= READOUTS)
    return afina_fail(error, AFINA_E_ARGUMENT, "no readout has the number %d",
                      (int)config->readout);
  AFINA_TRY(afina_adapters_check(config, error));
  return check_total(config, error);
}

/* A size that is checked against its limit later, so that the error can speak of limits. */
static afina_status read_size(const cJSON *json, const char *key, size_t fallback, size_t *out,
                              afina_error *error) {
  return afina_json_size(json, key, 0, INT32_MAX, fallback, out, error);
}

static afina_status read_sizes(afina_gpt_config *config, const cJSON *json, afina_error *error) {
  const size_t required = SIZE_MAX;
  size_t n_ctx;
  AFINA_TRY(read_size(json, "vocab_size", required, &config->vocabulary, error));
  AFINA_TRY(read_size(json, "n_embd", required, &config->channels, error));
  AFINA_TRY(read_size(json, "n_layer", required, &config->layers, error));
  AFINA_TRY(read_size(json, "n_head", required, &config->heads, error));
  const bool old_name = afina_json_member(json, "n_ctx") && !afina_json_member(json, "n_positions");
  AFINA_TRY(read_size(json, "n_ctx", old_name ? required : 0, &n_ctx, error));
  AFINA_TRY(read_size(json, "n_positions", old_name ? n_ctx : required, &config->context, error));
  return read_size(json, "n_inner", 4 * config->channels, &config->inner, error);
}

static afina_status check_flag(const cJSON *json, const char *key, bool wanted,
                               afina_error *error) {
  const cJSON *item = afina_json_member(json, key);
  if (!item || cJSON_IsNull(item)) return AFINA_OK;
  if (!cJSON_IsBool(item))
    return afina_fail(error, AFINA_E_FORMAT, "config.json: '%s' must be true or false", key);
  if (cJSON_IsTrue(item) == wanted) return AFINA_OK;
  return afina_fail(error, AFINA_E_UNSUPPORTED, "config.json: '%s' must be %s for Afina", key,
                    wanted ? "true" : "false");
}

/* Refuses what would change the mathematics. */
static afina_status check_variant(const cJSON *json, afina_error *error) {
  const char *text;
  AFINA_TRY(afina_json_string(json, "model_type", "", &text, error));
  if (strcmp(text, "gpt2") != 0)
    return afina_fail(error, AFINA_E_UNSUPPORTED,
                      "config.json: 'model_type' is '%.60s'; Afina runs models of type 'gpt2'",
                      text);
  AFINA_TRY(afina_json_string(json, "activation_function", "gelu_new", &text, error));
  if (strcmp(text, "gelu_new") != 0 && strcmp(text, "gelu_pytorch_tanh") != 0)
    return afina_fail(error, AFINA_E_UNSUPPORTED,
                      "config.json: 'activation_function' is '%.60s'; Afina runs 'gelu_new'", text);
  double epsilon;
  AFINA_TRY(
      afina_json_number(json, "layer_norm_epsilon", 0, 1, LAYERNORM_EPSILON, &epsilon, error));
  if (!(epsilon >= LAYERNORM_EPSILON && epsilon <= LAYERNORM_EPSILON))
    return afina_fail(error, AFINA_E_UNSUPPORTED,
                      "config.json: 'layer_norm_epsilon' is %g; Afina computes with 1e-05",
                      epsilon);
  AFINA_TRY(check_flag(json, "tie_word_embeddings", true, error));
  AFINA_TRY(check_flag(json, "scale_attn_weights", true, error));
  AFINA_TRY(check_flag(json, "scale_attn_by_inverse_layer_idx", false, error));
  AFINA_TRY(check_flag(json, "reorder_and_upcast_attn", false, error));
  AFINA_TRY(check_flag(json, "add_cross_attention", false, error));
  const cJSON *pruned = afina_json_member(json, "pruned_heads");
  if (pruned && pruned->child)
    return afina_fail(error, AFINA_E_UNSUPPORTED, "config.json: 'pruned_heads' must be empty");
  return AFINA_OK;
}

/* Language models were published with label names that mean nothing, so "architectures" decides;
 * where it is absent, the labels do. */
static afina_status is_classifier(const cJSON *json, bool *out, afina_error *error) {
  const cJSON *list = afina_json_member(json, "architectures");
  if (!list || cJSON_IsNull(list)) {
    const cJSON *names = afina_json_member(json, "id2label");
    *out = names && names->child;
    return AFINA_OK;
  }
  if (!cJSON_IsArray(list))
    return afina_fail(error, AFINA_E_FORMAT, "config.json: 'architectures' must be an array");
  *out = false;
  const cJSON *item;
  cJSON_ArrayForEach(item, list) {
    if (cJSON_IsString(item) && strcmp(item->valuestring, "GPT2ForSequenceClassification") == 0)
      *out = true;
  }
  return AFINA_OK;
}

/* "17" as 17; false for everything else, leading zeros included. */
static bool read_id(const char *text, size_t limit, size_t *out) {
  size_t id = 0;
  if (!*text || (text[0] == '0' && text[1])) return false;
  for (; *text; text++) {
    if (*text < '0' || *text > '9') return false;
    id = id * 10 + (size_t)(*text - '0');
    if (id >= limit) return false;
  }
  *out = id;
  return true;
}

static char *copy_text(const char *text) {
  const size_t size = strlen(text) + 1;
  char *copy = malloc(size);
  return copy ? memcpy(copy, text, size) : NULL;
}

static int compare_text(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static afina_status check_distinct(const afina_labels *labels, afina_status otherwise,
                                   afina_error *error) {
  const char **sorted = afina_allocate(labels->count, sizeof *sorted);
  if (!sorted) return afina_fail_memory(error);
  for (size_t i = 0; i < labels->count; i++) sorted[i] = labels->names[i];
  qsort(sorted, labels->count, sizeof *sorted, compare_text);
  afina_status status = AFINA_OK;
  for (size_t i = 1; i < labels->count && status == AFINA_OK; i++)
    if (strcmp(sorted[i - 1], sorted[i]) == 0)
      status = afina_fail(error, otherwise, "two classes are named '%.200s'", sorted[i]);
  free(sorted);
  return status;
}

/* Fills labels->names[labels->count], which are NULL, from "id2label", or by transformers' default
 * names. */
static afina_status name_labels(afina_labels *labels, const cJSON *names, afina_error *error) {
  const cJSON *item;
  size_t id = 0;
  cJSON_ArrayForEach(item, names) {
    if (!read_id(item->string, labels->count, &id) || labels->names[id])
      return afina_fail(error, AFINA_E_FORMAT,
                        "config.json: 'id2label' must have the keys 0 to %zu, each once; found "
                        "'%.40s'",
                        labels->count - 1, item->string);
    if (!cJSON_IsString(item))
      return afina_fail(error, AFINA_E_FORMAT, "config.json: 'id2label': '%s' must be a string",
                        item->string);
    labels->names[id] = copy_text(item->valuestring);
    if (!labels->names[id]) return afina_fail_memory(error);
  }
  for (id = 0; !names && id < labels->count; id++) {
    char name[32];
    snprintf(name, sizeof name, "LABEL_%zu", id);
    labels->names[id] = copy_text(name);
    if (!labels->names[id]) return afina_fail_memory(error);
  }
  return check_distinct(labels, AFINA_E_FORMAT, error);
}

/* labels is zeroed; on failure the caller frees it. */
static afina_status read_labels(afina_labels *labels, const cJSON *json, afina_error *error) {
  const char *problem;
  AFINA_TRY(
      afina_json_string(json, "problem_type", "single_label_classification", &problem, error));
  if (strcmp(problem, "single_label_classification") != 0)
    return afina_fail(error, AFINA_E_UNSUPPORTED,
                      "config.json: 'problem_type' is '%.60s'; Afina gives each text one label",
                      problem);
  const cJSON *names = afina_json_member(json, "id2label");
  if (cJSON_IsNull(names)) names = NULL;
  if (names && !cJSON_IsObject(names))
    return afina_fail(error, AFINA_E_FORMAT, "config.json: 'id2label' must be a JSON object");
  size_t count = names ? (size_t)cJSON_GetArraySize(names) : 2; /* transformers' default */
  const size_t named = count;
  AFINA_TRY(read_size(json, "num_labels", count, &count, error));
  if (names && count != named)
    return afina_fail(error, AFINA_E_FORMAT,
                      "config.json: 'num_labels' is %zu, but 'id2label' has %zu", count, named);
  if (count < 2 || count > AFINA_MAX_CLASSES)
    return afina_fail(error, count < 2 ? AFINA_E_UNSUPPORTED : AFINA_E_LIMIT,
                      "config.json: %zu classes; a classifier has from 2 to %d", count,
                      AFINA_MAX_CLASSES);
  labels->names = afina_allocate(count, sizeof *labels->names);
  if (!labels->names) return afina_fail_memory(error);
  labels->count = count;
  return name_labels(labels, names, error);
}

/* A word of config.json's "afina"."instruction". */
static afina_status read_word(char out[AFINA_FORM_NAME], const cJSON *json, const char *key,
                              afina_error *error) {
  const char *word;
  AFINA_TRY(afina_json_string(json, key, "", &word, error));
  if (strlen(word) >= AFINA_FORM_NAME)
    return afina_fail(error, AFINA_E_FORMAT, "config.json: '%s' is too long", key);
  memcpy(out, word, strlen(word) + 1);
  return AFINA_OK;
}

static afina_status read_form(afina_gpt_config *config, const cJSON *own, afina_error *error) {
  const cJSON *json = afina_json_member(own, "instruction");
  AFINA_TRY(read_word(config->form.name, json, "template", error));
  return read_word(config->form.language, json, "language", error);
}

static bool add_form(cJSON *own, const afina_gpt_config *config) {
  if (config->classes || !config->form.name[0]) return true;
  cJSON *json = cJSON_AddObjectToObject(own, "instruction");
  return json && cJSON_AddStringToObject(json, "template", config->form.name) &&
         cJSON_AddStringToObject(json, "language", config->form.language);
}

static afina_status read_config(afina_gpt_config *config, afina_labels *labels, const cJSON *json,
                                afina_error *error) {
  if (!cJSON_IsObject(json))
    return afina_fail(error, AFINA_E_FORMAT, "config.json: must be a JSON object");
  AFINA_TRY(check_variant(json, error));
  AFINA_TRY(read_sizes(config, json, error));
  const char *readout;
  AFINA_TRY(
      afina_json_string(afina_json_member(json, "afina"), "readout", "last", &readout, error));
  AFINA_TRY(afina_readout_parse(&config->readout, readout, error));
  AFINA_TRY(afina_adapters_parse(config, afina_json_member(json, "afina"), error));
  AFINA_TRY(read_form(config, afina_json_member(json, "afina"), error));
  bool classifier = false;
  AFINA_TRY(is_classifier(json, &classifier, error));
  if (classifier) AFINA_TRY(read_labels(labels, json, error));
  config->classes = labels->count;
  return afina_gpt_config_check(config, error);
}

afina_status afina_gpt_config_parse(afina_gpt_config *out, afina_labels *labels, const void *json,
                                    size_t size, afina_error *error) {
  cJSON *document;
  AFINA_TRY(afina_json_parse(&document, json, size, "config.json", error));
  afina_gpt_config config = {0};
  afina_labels read = {0};
  afina_status status = read_config(&config, &read, document, error);
  cJSON_Delete(document);
  if (status == AFINA_E_ARGUMENT) { /* an argument in the checks, here the content of a file */
    status = AFINA_E_FORMAT;
    if (error) error->status = status;
  }
  if (status == AFINA_OK) {
    *out = config;
    if (labels) {
      *labels = read;
      return AFINA_OK;
    }
  }
  afina_labels_free(&read);
  return status;
}

static bool add_number(cJSON *json, const char *key, size_t value) {
  return cJSON_AddNumberToObject(json, key, (double)value) != NULL;
}

static bool add_labels(cJSON *json, const afina_labels *labels) {
  cJSON *names = cJSON_AddObjectToObject(json, "id2label");
  cJSON *ids = cJSON_AddObjectToObject(json, "label2id");
  if (!names || !ids) return false;
  for (size_t i = 0; i < labels->count; i++) {
    char id[32];
    snprintf(id, sizeof id, "%zu", i);
    if (!cJSON_AddStringToObject(names, id, labels->names[i])) return false;
    if (!add_number(ids, labels->names[i], i)) return false;
  }
  return cJSON_AddStringToObject(json, "problem_type", "single_label_classification") != NULL;
}

static bool fill(cJSON *json, const afina_gpt_config *config, const afina_labels *labels,
                 uint32_t end_of_text) {
  const char *architecture = config->classes ? "GPT2ForSequenceClassification" : "GPT2LMHeadModel";
  cJSON *list = cJSON_AddArrayToObject(json, "architectures");
  cJSON *name = cJSON_CreateString(architecture);
  if (!list || !name || !cJSON_AddItemToArray(list, name)) {
    cJSON_Delete(name);
    return false;
  }
  bool ok =
      cJSON_AddStringToObject(json, "model_type", "gpt2") &&
      add_number(json, "vocab_size", config->vocabulary) &&
      add_number(json, "n_positions", config->context) &&
      add_number(json, "n_embd", config->channels) && add_number(json, "n_layer", config->layers) &&
      add_number(json, "n_head", config->heads) && add_number(json, "n_inner", config->inner) &&
      cJSON_AddStringToObject(json, "activation_function", "gelu_new") &&
      cJSON_AddNumberToObject(json, "layer_norm_epsilon", LAYERNORM_EPSILON) &&
      cJSON_AddTrueToObject(json, "tie_word_embeddings");
  /* Afina trains without dropout; whoever goes on training elsewhere starts from the same. */
  ok = ok && add_number(json, "attn_pdrop", 0) && add_number(json, "embd_pdrop", 0) &&
       add_number(json, "resid_pdrop", 0);
  ok = ok && add_number(json, "bos_token_id", end_of_text) &&
       add_number(json, "eos_token_id", end_of_text) &&
       add_number(json, "pad_token_id", end_of_text);
  if (ok && config->classes) ok = add_labels(json, labels);
  cJSON *own = ok ? cJSON_AddObjectToObject(json, "afina") : NULL;
  return own && cJSON_AddStringToObject(own, "readout", afina_readout_name(config->readout)) &&
         afina_adapters_print(&config->adapters, own) && add_form(own, config);
}

afina_status afina_gpt_config_print(const afina_gpt_config *config, const afina_labels *labels,
                                    uint32_t end_of_text, afina_bytes *out, afina_error *error) {
  AFINA_TRY(afina_gpt_config_check(config, error));
  if (config->classes && (!labels || labels->count != config->classes))
    return afina_fail(error, AFINA_E_ARGUMENT, "%zu classes, but %zu label names", config->classes,
                      labels ? labels->count : 0);
  if (end_of_text >= config->vocabulary)
    return afina_fail(error, AFINA_E_ARGUMENT,
                      "end-of-text id %zu is outside the vocabulary of %zu", (size_t)end_of_text,
                      config->vocabulary);
  if (config->classes) AFINA_TRY(check_distinct(labels, AFINA_E_ARGUMENT, error));
  cJSON *json = cJSON_CreateObject();
  afina_status status = json && fill(json, config, labels, end_of_text)
                            ? afina_json_print(json, true, out, error)
                            : afina_fail_memory(error);
  cJSON_Delete(json);
  return status;
}
