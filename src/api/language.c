/* How well the language model predicts a text. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "token_json.h"

enum { LOGIT_ROWS = 128 };

/* ---- perplexity ---- */

typedef struct measure {
  const afina_model *model;
  afina_gpt gpt; /* the model's, without what a classifier has in front of its texts */
  afina_exec exec;
  afina_gpt_pass pass;
  afina_real *losses, *logits;
  double sum;
  size_t tokens;
} measure;

/* One window: ids[0 .. count] predicts ids[1 .. count]. */
static afina_status measure_window(measure *m, const uint32_t *ids, size_t count,
                                   afina_error *error) {
  const size_t starts[2] = {0, count};
  const afina_gpt_batch batch = {.rows = {.starts = starts, .B = 1, .N = count},
                                 .ids = ids,
                                 .end_block = m->gpt.config.layers};
  AFINA_TRY(afina_gpt_forward(&m->gpt, &m->exec, &m->pass, &batch, error));
  afina_language_loss(&m->gpt, &m->exec, &m->pass, m->losses, ids + 1, 0, NULL, m->logits,
                      LOGIT_ROWS);
  for (size_t i = 0; i < count; i++) m->sum += (double)m->losses[i];
  m->tokens += count;
  return AFINA_OK;
}

/* The text's tokens, with an end-of-text token in front, so that the first is predicted too. */
static afina_status read_text(measure *m, const char *text, size_t size, afina_tokens *tokens,
                              afina_error *error) {
  const afina_gpt_config *config = &m->gpt.config;
  m->losses = afina_allocate(config->context, sizeof *m->losses);
  m->logits = afina_allocate(config->vocabulary, LOGIT_ROWS * sizeof *m->logits);
  if (!m->losses || !m->logits) return afina_fail_memory(error);
  AFINA_TRY(afina_tokens_append(tokens, afina_tokenizer_end_of_text(m->model->tokenizer), error));
  AFINA_TRY(afina_tokenizer_encode(m->model->tokenizer, text, size, tokens, error));
  return tokens->count > 1 ? AFINA_OK : afina_fail(error, AFINA_E_DATA, "the text is empty");
}

static afina_status measure_text(measure *m, const char *text, size_t size, afina_error *error) {
  const size_t context = afina_text_context(&m->gpt.config);
  afina_tokens tokens = {0};
  afina_status status = read_text(m, text, size, &tokens, error);
  for (size_t at = 0; status == AFINA_OK && at + 1 < tokens.count; at += context) {
    const size_t left = tokens.count - 1 - at;
    status = measure_window(m, tokens.ids + at, left < context ? left : context, error);
  }
  afina_tokens_free(&tokens);
  return status;
}

static afina_status measure_init(measure *m, const afina_runtime *runtime, const afina_model *model,
                                 afina_error *error) {
  *m = (measure){.model = model, .gpt = afina_model_language(model)};
  AFINA_TRY(afina_gpt_pass_init(&m->pass, &m->gpt, error));
  return afina_runtime_exec(runtime, &m->gpt, &m->exec, error);
}

static void measure_free(measure *m) {
  free(m->losses);
  free(m->logits);
  afina_exec_free(&m->exec);
  afina_gpt_pass_free(&m->pass);
}

static afina_perplexity_result result_of(const measure *m, size_t bytes) {
  const double loss = m->sum / (double)m->tokens;
  return (afina_perplexity_result){.loss = loss,
                                   .perplexity = afina_exp_double(loss),
                                   .bits_per_byte = m->sum / (double)bytes / afina_log_double(2),
                                   .tokens = m->tokens,
                                   .bytes = bytes};
}

afina_status afina_perplexity(afina_runtime *runtime, const afina_model *model, const char *text,
                              size_t size, afina_perplexity_result *out, afina_error *error) {
  measure m;
  afina_status status = measure_init(&m, runtime, model, error);
  if (status == AFINA_OK) status = measure_text(&m, text, size, error);
  if (status == AFINA_OK) *out = result_of(&m, size);
  measure_free(&m);
  return status;
}

/* ---- token by token ---- */

typedef struct look {
  measure m;
  afina_tokens tokens; /* the end-of-text token, and the text's */
  afina_candidate *top;
  size_t most;  /* of these */
  size_t bytes; /* of the text before the token that is looked at */
  cJSON *list;
} look;

static bool add_top(const look *l, cJSON *json) {
  cJSON *list = cJSON_AddArrayToObject(json, "top");
  bool fine = list != NULL;
  for (size_t i = 0; fine && i < l->most; i++) {
    cJSON *item = afina_token_json(l->m.model->tokenizer, l->top[i].id);
    fine = item && cJSON_AddItemToArray(list, item) &&
           cJSON_AddNumberToObject(item, "probability", (double)l->top[i].probability);
  }
  return fine;
}

/* Token n + 1 of l->tokens, predicted from row n. */
static bool add_token(look *l, size_t n) {
  const measure *m = &l->m;
  const size_t C = m->gpt.config.channels, V = m->gpt.config.vocabulary;
  const uint32_t id = l->tokens.ids[n + 1];
  afina_project_forward(&m->exec, m->logits, m->pass.hidden + n * C,
                        afina_gpt_weight(&m->gpt, 0, AFINA_WTE), 1, C, V);
  afina_most_probable(m->logits, V, l->top, l->most);
  /* Not exp(-loss), whose sum is in single precision: candidates and token are on one scale. */
  size_t rank = 1;
  double sum = 0;
  for (size_t i = 0; i < V; i++) {
    rank += m->logits[i] > m->logits[id];
    sum += afina_exp_double((double)m->logits[i] - (double)m->logits[id]);
  }
  afina_buffer bytes = {0};
  cJSON *json = afina_token_json(m->model->tokenizer, id);
  bool fine = json && cJSON_AddItemToArray(l->list, json) &&
              afina_token_bytes(m->model->tokenizer, id, &bytes, NULL) == AFINA_OK;
  const size_t start = l->bytes, end = start + bytes.size;
  afina_buffer_free(&bytes);
  l->bytes = end;
  return fine && cJSON_AddNumberToObject(json, "start", (double)start) &&
         cJSON_AddNumberToObject(json, "end", (double)end) &&
         cJSON_AddNumberToObject(json, "loss", (double)m->losses[n]) &&
         cJSON_AddNumberToObject(json, "probability", 1 / sum) &&
         cJSON_AddNumberToObject(json, "rank", (double)rank) && add_top(l, json);
}

static afina_status look_at(look *l, const char *text, size_t size, cJSON *json,
                            afina_error *error) {
  measure *m = &l->m;
  const size_t context = afina_text_context(&m->gpt.config);
  AFINA_TRY(read_text(m, text, size, &l->tokens, error));
  const size_t all = l->tokens.count - 1, count = all < context ? all : context;
  AFINA_TRY(measure_window(m, l->tokens.ids, count, error));
  l->list = cJSON_AddArrayToObject(json, "tokens");
  bool fine = l->list != NULL;
  for (size_t n = 0; fine && n < count; n++) fine = add_token(l, n);
  if (!fine) return afina_fail_memory(error);
  const afina_perplexity_result result = result_of(m, l->bytes);
  fine = cJSON_AddNumberToObject(json, "loss", result.loss) &&
         cJSON_AddNumberToObject(json, "perplexity", result.perplexity) &&
         cJSON_AddNumberToObject(json, "bits_per_byte", result.bits_per_byte) &&
         cJSON_AddBoolToObject(json, "truncated", count < all);
  return fine ? AFINA_OK : afina_fail_memory(error);
}

afina_status afina_look(afina_runtime *runtime, const afina_model *model, const char *text,
                        size_t size, size_t candidates, afina_bytes *json, afina_error *error) {
  const size_t V = model->gpt.config.vocabulary;
  look l = {.most = candidates < V ? candidates : V};
  cJSON *object = cJSON_CreateObject();
  l.top = afina_allocate(l.most + 1, sizeof *l.top);
  afina_status status = measure_init(&l.m, runtime, model, error);
  if (status == AFINA_OK && (!l.top || !object)) status = afina_fail_memory(error);
  if (status == AFINA_OK) status = look_at(&l, text, size, object, error);
  if (status == AFINA_OK) status = afina_json_print(object, false, json, error);
  cJSON_Delete(object);
  afina_tokens_free(&l.tokens);
  free(l.top);
  measure_free(&l.m);
  return status;
}
