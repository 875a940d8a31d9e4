/* Deltas: a safetensors file of the tensors in which a model is another than its base, LoRA's
 * factors apart, and of a classifier's n-grams. Metadata: "afina.delta", the version of the format;
 * "afina.base_sha256", the base's fingerprint, which is that of its F32 model.safetensors and so
 * does not depend on the numbers that it was shipped in; "afina.config", the model's config.json:
 * labels, readout, adapters, the template of a tuned language model. */
#include "delta.h"

#include <stdlib.h>
#include <string.h>

#include "adapters.h"
#include "half.h"
#include "weights.h"

#define VERSION_KEY "afina.delta"
#define BASE_KEY "afina.base_sha256"
#define CONFIG_KEY "afina.config"
#define VERSION "1"

static afina_tensor_view view_of(const afina_param *p, const afina_real *values) {
  return (afina_tensor_view){.name = p->name,
                             .dtype = AFINA_F32,
                             .rank = p->vector ? 1 : 2,
                             .shape = {p->vector ? p->columns : p->rows, p->columns},
                             .data = (const uint8_t *)values,
                             .size = p->rows * p->columns * sizeof *values};
}

/* ---- writing ---- */

/* `config` is the model's, with its adapters apart; labels NULL: a language model's. */
static afina_status write(const afina_tensor_view *views, size_t count,
                          const afina_gpt_config *config, const afina_labels *labels,
                          const afina_tokenizer *tokenizer, const char *base, afina_bytes *out,
                          afina_error *error) {
  afina_buffer text = {0};
  afina_bytes json;
  AFINA_TRY(
      afina_gpt_config_print(config, labels, afina_tokenizer_end_of_text(tokenizer), &json, error));
  afina_status status = afina_buffer_append(&text, json.data, json.size, error);
  if (status == AFINA_OK) status = afina_buffer_append(&text, "", 1, error);
  const afina_metadata metadata[] = {{"format", "pt"},
                                     {VERSION_KEY, VERSION},
                                     {BASE_KEY, base},
                                     {CONFIG_KEY, (const char *)text.data}};
  if (status == AFINA_OK)
    status = afina_safetensors_write(views, count, metadata, sizeof metadata / sizeof *metadata,
                                     out, error);
  afina_bytes_free(&json);
  afina_buffer_free(&text);
  return status;
}

afina_status afina_delta_of_language(const afina_gpt *gpt, size_t begin,
                                     const afina_tokenizer *tokenizer, const char *base, bool half,
                                     afina_bytes *out, afina_error *error) {
  const size_t trained = gpt->params.total - begin;
  afina_tensor_view *views = afina_allocate(gpt->params.count, sizeof *views);
  uint16_t *halves = half ? afina_allocate(trained, sizeof *halves) : NULL;
  size_t count = 0;
  afina_status status = views && (halves || !half) ? AFINA_OK : afina_fail_memory(error);
  if (halves) afina_f16_from_reals(halves, gpt->weights + begin, trained);
  for (size_t i = 0; status == AFINA_OK && i < gpt->params.count; i++) {
    const afina_param *p = &gpt->params.entries[i];
    if (p->offset < begin) continue;
    views[count] = view_of(p, gpt->weights + p->offset);
    if (half) {
      views[count].dtype = AFINA_F16;
      views[count].data = (const uint8_t *)(halves + (p->offset - begin));
      views[count].size /= 2;
    }
    count++;
  }
  if (status == AFINA_OK)
    status = write(views, count, &gpt->config, NULL, tokenizer, base, out, error);
  free(views);
  free(halves);
  return status;
}

afina_status afina_delta_of_run(const afina_finetune *run, const afina_model *tuned,
                                afina_bytes *out, afina_error *error) {
  const bool apart = run->options.strategy.kind == AFINA_STRATEGY_LORA;
  afina_gpt_config config = run->gpt.config;
  afina_params params;
  config.adapters = afina_finetune_adapters(&run->options, config.layers);
  AFINA_TRY(afina_params_init(&params, &config, error));
  afina_tensor_view *views = afina_allocate(params.count + AFINA_BAG_TENSORS, sizeof *views);
  size_t count = 0;
  for (size_t i = 0; views && i < params.count; i++) {
    const afina_param *p = &params.entries[i];
    if (p->offset < run->begin) continue;
    const afina_real *values = run->gpt.weights + p->offset;
    if (apart) values = run->best + (p->offset - run->begin);
    if (p->offset == params.head) values = run->gpt.weights + afina_params_head(&run->gpt.params);
    views[count++] = view_of(p, values);
  }
  if (views) count += afina_bag_views(&tuned->bag, views + count);
  const afina_status status = views ? write(views, count, &config, &tuned->labels, tuned->tokenizer,
                                            run->options.base, out, error)
                                    : afina_fail_memory(error);
  free(views);
  afina_params_free(&params);
  return status;
}

static bool same_shape(const afina_gpt_config *a, const afina_gpt_config *b) {
  return a->vocabulary == b->vocabulary && a->context == b->context && a->channels == b->channels &&
         a->layers == b->layers && a->heads == b->heads && a->inner == b->inner;
}

/* A delta has no tokenizer: that of the base must do. */
static afina_status check_tokenizers(const afina_model *a, const afina_model *b,
                                     afina_error *error) {
  afina_bytes left = {0}, right = {0};
  afina_status status = afina_tokenizer_print(a->tokenizer, &left, error);
  if (status == AFINA_OK) status = afina_tokenizer_print(b->tokenizer, &right, error);
  if (status == AFINA_OK &&
      (left.size != right.size || memcmp(left.data, right.data, left.size) != 0))
    status = afina_fail(error, AFINA_E_ARGUMENT, "the two models have different tokenizers");
  afina_bytes_free(&left);
  afina_bytes_free(&right);
  return status;
}

afina_status afina_model_delta(const afina_model *tuned, const afina_model *base, afina_bytes *out,
                               afina_error *error) {
  const afina_gpt *gpt = &tuned->gpt, *from = &base->gpt;
  char sha[AFINA_SHA256_HEX];
  if (!same_shape(&gpt->config, &from->config))
    return afina_fail(error, AFINA_E_ARGUMENT,
                      "the two models have different shapes: one was not made from the other");
  AFINA_TRY(check_tokenizers(tuned, base, error));
  AFINA_TRY(afina_weights_sha256(from, NULL, sha, error));
  afina_tensor_view *views = afina_allocate(gpt->params.count + AFINA_BAG_TENSORS, sizeof *views);
  if (!views) return afina_fail_memory(error);
  const size_t own = afina_params_adapters(&gpt->params); /* up to here the tables are the same */
  size_t count = 0;
  for (size_t i = 0; i < gpt->params.count; i++) {
    const afina_param *p = &gpt->params.entries[i];
    const size_t bytes = p->rows * p->columns * sizeof *gpt->weights;
    if (p->offset >= own || memcmp(gpt->weights + p->offset, from->weights + p->offset, bytes) != 0)
      views[count++] = view_of(p, gpt->weights + p->offset);
  }
  count += afina_bag_views(&tuned->bag, views + count);
  const afina_status status =
      write(views, count, &gpt->config, &tuned->labels, tuned->tokenizer, sha, out, error);
  free(views);
  return status;
}

/* ---- reading ---- */

static afina_status check_base(const afina_safetensors *file, const afina_model *base,
                               afina_error *error) {
  const char *version = afina_safetensors_metadata(file, VERSION_KEY);
  const char *wanted = afina_safetensors_metadata(file, BASE_KEY);
  char sha[AFINA_SHA256_HEX];
  if (!version || !wanted || !afina_safetensors_metadata(file, CONFIG_KEY))
    return afina_fail(error, AFINA_E_FORMAT,
                      "this is no delta: its metadata lacks '" VERSION_KEY "', '" BASE_KEY
                      "' or '" CONFIG_KEY "'");
  if (strcmp(version, VERSION) != 0)
    return afina_fail(error, AFINA_E_UNSUPPORTED,
                      "a delta of version '%.20s'; this Afina reads version " VERSION, version);
  AFINA_TRY(afina_weights_sha256(&base->gpt, NULL, sha, error));
  if (strcmp(wanted, sha) == 0) return AFINA_OK;
  return afina_fail(error, AFINA_E_FORMAT,
                    "this delta was made from another model: from the one whose weights have the "
                    "SHA-256 %.64s, not from this one, which has %s",
                    wanted, sha);
}

/* Before memory is taken: what trained is in the file, at least a byte for each number. */
static afina_status check_config(const afina_gpt_config *config, const afina_model *base,
                                 size_t size, afina_error *error) {
  if (!same_shape(config, &base->gpt.config))
    return afina_fail(error, AFINA_E_FORMAT,
                      "'" CONFIG_KEY "' is not that of a model made from this one");
  afina_params params;
  AFINA_TRY(afina_params_init(&params, config, error));
  const size_t trained = params.total - afina_params_adapters(&params);
  afina_params_free(&params);
  if (trained <= size) return AFINA_OK;
  return afina_fail(error, AFINA_E_FORMAT,
                    "'" CONFIG_KEY "' describes %zu numbers, but the delta has only %zu bytes",
                    trained, size);
}

/* The base's weights, and over them those of the file; it may hold no others. */
static afina_status read_weights(afina_model *model, const afina_safetensors *file,
                                 const afina_gpt *base, afina_error *error) {
  static const char *const others[] = {"ngrams.key", "ngrams.idf", "ngrams.weight", "ngrams.bias"};
  const afina_gpt *gpt = &model->gpt;
  const size_t own = afina_params_adapters(&gpt->params);
  size_t known = 0;
  memcpy(gpt->weights, base->weights, own * sizeof *gpt->weights);
  for (size_t i = 0; i < gpt->params.count; i++) {
    const afina_param *p = &gpt->params.entries[i];
    if (!afina_safetensors_find(file, p->name) && p->offset < own) continue;
    AFINA_TRY(
        afina_tensor_to_real(file, p->name, gpt->weights + p->offset, p->rows, p->columns, error));
    known++;
  }
  const bool classifies = gpt->config.classes > 0;
  if (classifies) AFINA_TRY(afina_bag_from_file(&model->bag, file, gpt->config.classes, error));
  for (size_t i = 0; classifies && i < sizeof others / sizeof *others; i++)
    known += afina_safetensors_find(file, others[i]) != NULL;
  if (known == afina_safetensors_count(file)) return AFINA_OK;
  return afina_fail(error, AFINA_E_FORMAT, "the delta has %zu tensors, of which %zu are known",
                    afina_safetensors_count(file), known);
}

static afina_status load(afina_model *model, const afina_model *base, const afina_safetensors *file,
                         size_t size, afina_error *error) {
  AFINA_TRY(check_base(file, base, error));
  const char *text = afina_safetensors_metadata(file, CONFIG_KEY);
  afina_gpt_config config;
  AFINA_TRY(afina_gpt_config_parse(&config, &model->labels, text, strlen(text), error));
  AFINA_TRY(check_config(&config, base, size, error));
  AFINA_TRY(afina_gpt_init(&model->gpt, &config, error));
  AFINA_TRY(read_weights(model, file, &base->gpt, error));
  AFINA_TRY(afina_model_merge(model, error));
  return afina_tokenizer_copy(base->tokenizer, &model->tokenizer, error);
}

afina_status afina_model_load_delta(afina_model **out, const afina_model *base, const void *data,
                                    size_t size, afina_error *error) {
  afina_safetensors *file;
  AFINA_TRY(afina_safetensors_open(&file, data, size, error));
  afina_model *model = afina_allocate(1, sizeof *model);
  const afina_status status =
      model ? load(model, base, file, size, error) : afina_fail_memory(error);
  afina_safetensors_close(file);
  if (status == AFINA_OK)
    *out = model;
  else
    afina_model_free(model);
  return status;
}
