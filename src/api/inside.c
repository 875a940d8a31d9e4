/* What a classifier does with one text: afina_inside. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bag_fit.h"
#include "batch.h"
#include "labeled.h"
#include "model.h"
#include "utf8.h"

typedef struct look {
  const afina_model *model;
  const char *text; /* trimmed */
  size_t size;
  afina_tokens tokens;
  afina_sequences one;
  size_t T; /* tokens that the network reads */
  size_t starts[2];
  bool truncated;
  afina_exec exec;
  afina_gpt_pass answer, rows; /* as classifying reads the text; with all of its rows */
  afina_real network[AFINA_MAX_CLASSES], ngrams[AFINA_MAX_CLASSES], sum[AFINA_MAX_CLASSES];
  afina_real shares[AFINA_MAX_CLASSES], network_shares[AFINA_MAX_CLASSES];
  size_t label;
} look;

/* ---- the numbers ---- */

/* As classify.c reads a text. */
static afina_status read_text(look *l, afina_error *error) {
  const afina_gpt_config *config = &l->model->gpt.config;
  const uint32_t end = afina_tokenizer_end_of_text(l->model->tokenizer);
  afina_text_trim(&l->text, &l->size);
  AFINA_TRY(afina_tokenizer_encode(l->model->tokenizer, l->text, l->size, &l->tokens, error));
  const bool closes = config->readout == AFINA_READOUT_SPECIAL || l->tokens.count == 0;
  AFINA_TRY(afina_sequences_append(&l->one, l->tokens.ids, l->tokens.count,
                                   afina_text_context(config), closes ? &end : NULL, error));
  l->T = afina_sequences_length(&l->one, 0);
  l->truncated = l->T < l->tokens.count + closes;
  return AFINA_OK;
}

static afina_status run(look *l, afina_error *error) {
  const afina_gpt *gpt = &l->model->gpt;
  l->starts[1] = l->T;
  afina_gpt_batch batch = {.rows = {.starts = l->starts, .B = 1, .N = l->T},
                           .ids = l->one.ids,
                           .end_block = gpt->config.layers,
                           .reads = afina_readout_reads(gpt->config.readout)};
  AFINA_TRY(afina_gpt_forward(gpt, &l->exec, &l->answer, &batch, error));
  afina_classify_forward(gpt, &l->exec, &l->answer);
  batch.reads = AFINA_READS_ALL;
  batch.keep = true; /* each block's output stays in a place of its own */
  return afina_gpt_forward(gpt, &l->exec, &l->rows, &batch, error);
}

static afina_status answer(look *l, afina_error *error) {
  const size_t K = l->model->gpt.config.classes;
  const uint32_t target[] = {l->label == AFINA_UNLABELED ? 0 : (uint32_t)l->label};
  afina_bag_reader reader = {0};
  afina_real loss[1];
  memcpy(l->network, l->answer.logits, K * sizeof *l->network);
  const afina_status status =
      afina_bag_reader_add(&reader, &l->model->bag, l->text, l->size, l->ngrams, error);
  afina_bag_reader_free(&reader);
  if (status != AFINA_OK) return status;
  for (size_t k = 0; k < K; k++) l->sum[k] = l->network[k] + (l->model->bag.K ? l->ngrams[k] : 0);
  memcpy(l->shares, l->sum, K * sizeof *l->shares);
  memcpy(l->network_shares, l->network, K * sizeof *l->network);
  afina_cross_entropy_forward(&l->exec, loss, l->shares, target, 1, K);
  afina_cross_entropy_forward(&l->exec, loss, l->network_shares, target, 1, K);
  l->answer.losses[0] = loss[0];
  return AFINA_OK;
}

/* ---- the document ---- */

static bool add(cJSON *json, const char *key, double value) {
  return cJSON_AddNumberToObject(json, key, value) != NULL;
}

static bool add_list(cJSON *json, const char *key, const afina_real *values, size_t count) {
  cJSON *list = cJSON_AddArrayToObject(json, key);
  bool fine = list != NULL;
  for (size_t i = 0; i < count && fine; i++)
    fine = cJSON_AddItemToArray(list, cJSON_CreateNumber((double)values[i]));
  return fine;
}

static afina_status append_lossy(afina_buffer *out, const afina_buffer *bytes, afina_error *error) {
  out->size = 0;
  for (size_t at = 0, length; at < bytes->size; at += length) {
    afina_utf8_kind kind;
    length = afina_utf8_scan(bytes->data + at, bytes->size - at, &kind);
    AFINA_TRY(kind == AFINA_UTF8_VALID ? afina_buffer_append(out, bytes->data + at, length, error)
                                       : afina_buffer_append(out, AFINA_REPLACEMENT, 3, error));
  }
  return afina_buffer_append(out, "", 1, error);
}

/* Tokens are bytes of the text, one behind the other; behind its end there may be one more. */
static afina_status add_tokens(cJSON *json, const look *l, afina_buffer *bytes, afina_buffer *text,
                               afina_error *error) {
  cJSON *tokens = cJSON_AddArrayToObject(json, "tokens");
  size_t at = 0;
  if (!tokens) return afina_fail_memory(error);
  for (size_t n = 0; n < l->T; n++) {
    const bool closes = n + 1 == l->T && (l->model->gpt.config.readout == AFINA_READOUT_SPECIAL ||
                                          l->tokens.count == 0);
    bytes->size = 0;
    AFINA_TRY(afina_tokenizer_decode(l->model->tokenizer, l->one.ids + n, 1, bytes, error));
    AFINA_TRY(append_lossy(text, bytes, error));
    const size_t start = closes ? l->size : at, end = closes ? l->size : at + bytes->size;
    cJSON *token = cJSON_CreateObject();
    if (!cJSON_AddItemToArray(tokens, token) || !add(token, "id", l->one.ids[n]) ||
        !cJSON_AddStringToObject(token, "text", (const char *)text->data) ||
        !add(token, "start", (double)start) || !add(token, "end", (double)end))
      return afina_fail_memory(error);
    at = end;
  }
  return AFINA_OK;
}

static double length_of(const afina_real *x, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
  return sqrt(sum);
}

/* What training would make of the label: dscore[k, w] = gradient[k] read[w] (heads.c). */
static bool add_label(cJSON *json, const look *l) {
  const size_t K = l->model->gpt.config.classes;
  if (l->label == AFINA_UNLABELED)
    return cJSON_AddNullToObject(json, "label") && cJSON_AddNullToObject(json, "loss") &&
           cJSON_AddNullToObject(json, "network_probabilities") &&
           cJSON_AddNullToObject(json, "gradient") &&
           cJSON_AddNullToObject(json, "head_gradient_norm");
  const uint32_t target[] = {(uint32_t)l->label};
  afina_real gradient[AFINA_MAX_CLASSES];
  memcpy(gradient, l->network_shares, K * sizeof *gradient);
  afina_cross_entropy_backward(&l->exec, gradient, target, 1, 1, K);
  const double read = length_of(l->answer.pooled, afina_readout_width(&l->model->gpt.config));
  return add(json, "label", (double)l->label) && add(json, "loss", (double)l->answer.losses[0]) &&
         add_list(json, "network_probabilities", l->network_shares, K) &&
         add_list(json, "gradient", gradient, K) &&
         add(json, "head_gradient_norm", length_of(gradient, K) * read);
}

static bool add_answer(cJSON *json, const look *l) {
  const size_t K = l->model->gpt.config.classes;
  cJSON *classes = cJSON_AddArrayToObject(json, "classes");
  bool fine = classes != NULL;
  for (size_t k = 0; k < K && fine; k++)
    fine = cJSON_AddItemToArray(classes, cJSON_CreateString(l->model->labels.names[k]));
  cJSON *logits = fine ? cJSON_AddObjectToObject(json, "logits") : NULL;
  return logits && add_list(logits, "network", l->network, K) &&
         (l->model->bag.K ? add_list(logits, "ngrams", l->ngrams, K)
                          : cJSON_AddNullToObject(logits, "ngrams") != NULL) &&
         add_list(logits, "sum", l->sum, K) && add_list(json, "probabilities", l->shares, K);
}

static bool add_shape(cJSON *layout, const char *key, size_t rows, size_t columns) {
  cJSON *shape = cJSON_AddArrayToObject(layout, key);
  return shape && (!rows || cJSON_AddItemToArray(shape, cJSON_CreateNumber((double)rows))) &&
         cJSON_AddItemToArray(shape, cJSON_CreateNumber((double)columns));
}

static bool has_words(const look *l) { return l->model->gpt.config.readout == AFINA_READOUT_WORDS; }

static bool add_layout(cJSON *json, const look *l) {
  const afina_gpt_config *config = &l->model->gpt.config;
  const size_t C = config->channels, W = afina_readout_width(config);
  cJSON *layout = cJSON_AddObjectToObject(json, "layout");
  return layout && add_shape(layout, "lengths", config->layers + 1, l->T) &&
         add_shape(layout, "last_block", l->T, C) && add_shape(layout, "normalised", l->T, C) &&
         (!has_words(l) || add_shape(layout, "embeddings", l->T, C)) &&
         add_shape(layout, "read", 0, W) && add_shape(layout, "head", config->classes, W);
}

static afina_status print(const look *l, afina_bytes *out, afina_error *error) {
  const afina_gpt_config *config = &l->model->gpt.config;
  afina_buffer bytes = {0}, text = {0};
  cJSON *json = cJSON_CreateObject();
  afina_status status = json ? add_tokens(json, l, &bytes, &text, error) : afina_fail_memory(error);
  const bool fine = status == AFINA_OK && cJSON_AddBoolToObject(json, "truncated", l->truncated) &&
                    cJSON_AddStringToObject(json, "readout", afina_readout_name(config->readout)) &&
                    add(json, "width", (double)afina_readout_width(config)) &&
                    add(json, "channels", (double)config->channels) &&
                    add(json, "layers", (double)config->layers) && add_answer(json, l) &&
                    add_label(json, l) && add_layout(json, l);
  if (status == AFINA_OK)
    status = fine ? afina_json_print(json, false, out, error) : afina_fail_memory(error);
  afina_buffer_free(&bytes);
  afina_buffer_free(&text);
  cJSON_Delete(json);
  return status;
}

/* ---- the values ---- */

static afina_status append(afina_buffer *out, const afina_real *values, size_t count,
                           afina_error *error) {
  return afina_buffer_append(out, values, count * sizeof *values, error);
}

/* A prompt's rows stand in front of the text's own. */
static afina_status append_lengths(const look *l, afina_buffer *out, afina_error *error) {
  const afina_gpt_config *config = &l->model->gpt.config;
  const size_t C = config->channels, front = config->adapters.prompt * C;
  for (size_t b = 0; b <= config->layers; b++) {
    const afina_real *x = (b ? l->rows.blocks[b - 1].out : l->rows.embedded) + front;
    for (size_t t = 0; t < l->T; t++) {
      const afina_real length = (afina_real)length_of(x + t * C, C);
      AFINA_TRY(append(out, &length, 1, error));
    }
  }
  return AFINA_OK;
}

static afina_status collect(const look *l, afina_buffer *out, afina_error *error) {
  const afina_gpt *gpt = &l->model->gpt;
  const size_t C = gpt->config.channels, front = gpt->config.adapters.prompt * C;
  const size_t W = afina_readout_width(&gpt->config);
  const afina_real *wte = afina_gpt_weight(gpt, 0, AFINA_WTE);
  AFINA_TRY(append_lengths(l, out, error));
  AFINA_TRY(append(out, l->rows.out + front, l->T * C, error));
  AFINA_TRY(append(out, l->rows.hidden + front, l->T * C, error));
  for (size_t t = 0; has_words(l) && t < l->T; t++)
    AFINA_TRY(append(out, wte + (size_t)l->one.ids[t] * C, C, error));
  AFINA_TRY(append(out, l->answer.pooled, W, error));
  return append(out, afina_gpt_weight(gpt, 0, AFINA_SCORE), gpt->config.classes * W, error);
}

static afina_status tell(look *l, afina_runtime *runtime, afina_bytes *json, afina_bytes *values,
                         afina_error *error) {
  const afina_gpt *gpt = &l->model->gpt;
  afina_buffer buffer = {0};
  AFINA_TRY(read_text(l, error));
  AFINA_TRY(afina_runtime_exec(runtime, gpt, &l->exec, error));
  AFINA_TRY(afina_gpt_pass_init(&l->answer, gpt, error));
  AFINA_TRY(afina_gpt_pass_init(&l->rows, gpt, error));
  AFINA_TRY(run(l, error));
  AFINA_TRY(answer(l, error));
  afina_status status = collect(l, &buffer, error);
  if (status == AFINA_OK) status = print(l, json, error);
  if (status == AFINA_OK) afina_buffer_take(&buffer, values);
  afina_buffer_free(&buffer);
  return status;
}

afina_status afina_inside(afina_runtime *runtime, afina_model *model, const char *text, size_t size,
                          size_t label, afina_bytes *json, afina_bytes *values,
                          afina_error *error) {
  const size_t K = model->gpt.config.classes;
  if (K == 0)
    return afina_fail(error, AFINA_E_STATE,
                      "this model is a language model without classes: fine-tune it on labeled "
                      "texts first");
  if (label != AFINA_UNLABELED && label >= K)
    return afina_fail(error, AFINA_E_ARGUMENT, "label %zu of %zu classes", label, K);
  look *l = afina_allocate(1, sizeof *l);
  if (!l) return afina_fail_memory(error);
  l->model = model;
  l->text = text;
  l->size = size;
  l->label = label;
  const afina_status status = tell(l, runtime, json, values, error);
  afina_gpt_pass_free(&l->answer);
  afina_gpt_pass_free(&l->rows);
  afina_exec_free(&l->exec);
  afina_sequences_free(&l->one);
  afina_tokens_free(&l->tokens);
  free(l);
  return status;
}
