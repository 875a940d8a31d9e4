/* Which words did it: what each word of a text did for one class. */
#include <stdlib.h>
#include <string.h>

#include "attribution.h"
#include "batch.h"
#include "labeled.h"
#include "model.h"
#include "words.h"

enum { TEXTS_AT_ONCE = 32 }; /* without a word each */

typedef struct word {
  afina_word at; /* in the trimmed text */
  double gradient, ngrams, leave_one_out;
  bool left_out;
} word;

typedef struct explanation {
  afina_runtime *runtime;
  afina_model *model;
  const char *text; /* trimmed */
  size_t size, trimmed, class, K;
  double score, bias;
  afina_tokens tokens;
  size_t read;         /* tokens that the network reads, without the end token */
  size_t *token_ends;  /* [read] bytes */
  double *gradients;   /* [read] */
  double *ngrams;      /* [size] */
  afina_buffer words;  /* of `word` */
  afina_buffer copies; /* texts without a word */
} explanation;

static word *words_of(const explanation *e, size_t *count) {
  *count = e->words.size / sizeof(word);
  return (word *)(void *)e->words.data;
}

/* ---- the score, and the class ---- */

static afina_status find_score(explanation *e, size_t class, afina_error *error) {
  float *logits = afina_allocate(e->K, sizeof *logits);
  if (!logits) return afina_fail_memory(error);
  const afina_status status =
      afina_model_logits(e->runtime, e->model, &e->text, &e->size, 1, logits, error);
  if (status == AFINA_OK) {
    e->class = class == AFINA_PREDICTED ? 0 : class;
    for (size_t k = 1; class == AFINA_PREDICTED && k < e->K; k++)
      if (logits[k] > logits[e->class]) e->class = k;
    e->score = afina_attribution_score(logits, e->K, e->class);
  }
  free(logits);
  return status;
}

/* ---- gradients and n-grams ---- */

/* Where each token that is read ends: tokens are bytes of the text, one behind the other. */
static afina_status find_ends(explanation *e, afina_error *error) {
  afina_buffer bytes = {0};
  afina_status status = AFINA_OK;
  for (size_t n = 0; n < e->read && status == AFINA_OK; n++) {
    status = afina_tokenizer_decode(e->model->tokenizer, e->tokens.ids + n, 1, &bytes, error);
    e->token_ends[n] = bytes.size < e->size ? bytes.size : e->size;
  }
  afina_buffer_free(&bytes);
  return status;
}

static afina_status find_gradients(explanation *e, afina_error *error) {
  const afina_gpt *gpt = &e->model->gpt;
  const uint32_t end = afina_tokenizer_end_of_text(e->model->tokenizer);
  const bool special = gpt->config.readout == AFINA_READOUT_SPECIAL;
  afina_sequences one = {0};
  afina_exec exec = {0};
  AFINA_TRY(afina_tokenizer_encode(e->model->tokenizer, e->text, e->size, &e->tokens, error));
  AFINA_TRY(afina_sequences_append(&one, e->tokens.ids, e->tokens.count,
                                   afina_text_context(&gpt->config),
                                   special || e->tokens.count == 0 ? &end : NULL, error));
  const size_t N = afina_sequences_length(&one, 0);
  e->read = special || e->tokens.count == 0 ? N - 1 : N;
  e->token_ends = afina_allocate(N, sizeof *e->token_ends);
  e->gradients = afina_allocate(N, sizeof *e->gradients);
  afina_status status = e->token_ends && e->gradients ? AFINA_OK : afina_fail_memory(error);
  if (status == AFINA_OK) status = find_ends(e, error);
  if (status == AFINA_OK) status = afina_runtime_exec(e->runtime, gpt, &exec, error);
  if (status == AFINA_OK)
    status = afina_attribute_tokens(gpt, &exec, one.ids, N, e->class, e->gradients, error);
  afina_exec_free(&exec);
  afina_sequences_free(&one);
  return status;
}

/* ---- words ---- */

static afina_status list_words(explanation *e, afina_error *error) {
  word w = {0};
  for (size_t at = 0; afina_word_next(e->text, e->size, at, &w.at); at = w.at.end) {
    w.ngrams = 0;
    for (size_t i = w.at.start; i < w.at.end; i++) w.ngrams += e->ngrams[i];
    AFINA_TRY(afina_buffer_append(&e->words, &w, sizeof w, error));
  }
  return AFINA_OK;
}

/* A token's gradient goes to the words that it has bytes of, in proportion; one of white space
 * alone to the word behind it, or at the end to the last one. */
static void share_gradients(explanation *e) {
  size_t count, first = 0;
  word *words = words_of(e, &count);
  for (size_t n = 0; n < e->read && count; n++) {
    const size_t start = n ? e->token_ends[n - 1] : 0, end = e->token_ends[n];
    while (first + 1 < count && words[first].at.end <= start) first++;
    size_t covered = 0;
    for (int pass = 0; pass < 2; pass++)
      for (size_t w = first; w < count && words[w].at.start < end; w++) {
        const size_t from = words[w].at.start > start ? words[w].at.start : start;
        const size_t to = words[w].at.end < end ? words[w].at.end : end;
        if (to <= from) continue;
        if (pass)
          words[w].gradient += e->gradients[n] * (double)(to - from) / (double)covered;
        else
          covered += to - from;
      }
    if (!covered) words[first].gradient += e->gradients[n];
  }
}

/* ---- leave one out ---- */

static bool is_space(const explanation *e, size_t at) {
  const char c = e->text[at];
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Appends the text without a word, and without the white space before it where the word stood free
 * (at the beginning, that behind it). */
static afina_status append_without(explanation *e, const afina_word *w, size_t *size,
                                   afina_error *error) {
  size_t start = w->start, end = w->end;
  const bool free_before = start == 0 || is_space(e, start - 1);
  const bool free_behind = end == e->size || is_space(e, end);
  if (free_before && free_behind) {
    while (start > 0 && is_space(e, start - 1)) start--;
    while (start == 0 && end < e->size && is_space(e, end)) end++;
  }
  const size_t before = e->copies.size;
  AFINA_TRY(afina_buffer_append(&e->copies, e->text, start, error));
  AFINA_TRY(afina_buffer_append(&e->copies, e->text + end, e->size - end, error));
  *size = e->copies.size - before;
  return AFINA_OK;
}

static afina_status leave_out(explanation *e, word *words, size_t count, float *logits,
                              afina_error *error) {
  const char *texts[TEXTS_AT_ONCE];
  size_t sizes[TEXTS_AT_ONCE];
  e->copies.size = 0;
  for (size_t i = 0; i < count; i++) AFINA_TRY(append_without(e, &words[i].at, &sizes[i], error));
  size_t at = 0;
  for (size_t i = 0; i < count; at += sizes[i++]) texts[i] = (const char *)e->copies.data + at;
  AFINA_TRY(afina_model_logits(e->runtime, e->model, texts, sizes, count, logits, error));
  for (size_t i = 0; i < count; i++) {
    words[i].leave_one_out = e->score - afina_attribution_score(logits + i * e->K, e->K, e->class);
    words[i].left_out = true;
  }
  return AFINA_OK;
}

/* Words first .. first + most - 1, where they are there. */
static afina_status leave_each_out(explanation *e, size_t first, size_t most, afina_error *error) {
  size_t count;
  word *words = words_of(e, &count);
  if (first >= count || most == 0) return AFINA_OK;
  const size_t end = count - first < most ? count : first + most;
  float *logits = afina_allocate(TEXTS_AT_ONCE, e->K * sizeof *logits);
  if (!logits) return afina_fail_memory(error);
  afina_status status = AFINA_OK;
  for (size_t at = first; at < end && status == AFINA_OK; at += TEXTS_AT_ONCE) {
    const size_t some = end - at < TEXTS_AT_ONCE ? end - at : TEXTS_AT_ONCE;
    status = leave_out(e, words + at, some, logits, error);
  }
  free(logits);
  return status;
}

/* ---- JSON ---- */

static cJSON *place_json(const explanation *e, size_t start, size_t end, double gradient) {
  cJSON *json = cJSON_CreateObject();
  if (json && cJSON_AddNumberToObject(json, "start", (double)(e->trimmed + start)) &&
      cJSON_AddNumberToObject(json, "end", (double)(e->trimmed + end)) &&
      cJSON_AddNumberToObject(json, "gradient", gradient))
    return json;
  cJSON_Delete(json);
  return NULL;
}

static cJSON *word_json(const explanation *e, const word *w) {
  cJSON *json = place_json(e, w->at.start, w->at.end, w->gradient);
  if (json && cJSON_AddNumberToObject(json, "ngrams", w->ngrams) &&
      (w->left_out ? cJSON_AddNumberToObject(json, "leave_one_out", w->leave_one_out)
                   : cJSON_AddNullToObject(json, "leave_one_out")))
    return json;
  cJSON_Delete(json);
  return NULL;
}

/* Takes `item`; false without memory. */
static bool append(cJSON *array, cJSON *item) {
  if (item && cJSON_AddItemToArray(array, item)) return true;
  cJSON_Delete(item);
  return false;
}

static bool fill(const explanation *e, cJSON *json) {
  size_t count;
  const word *words = words_of(e, &count);
  if (!json || !cJSON_AddNumberToObject(json, "class", (double)e->class) ||
      !cJSON_AddStringToObject(json, "label", afina_model_label(e->model, e->class)) ||
      !cJSON_AddNumberToObject(json, "logit", e->score) ||
      !cJSON_AddNumberToObject(json, "ngrams_bias", e->bias) ||
      !cJSON_AddBoolToObject(json, "truncated", e->read < e->tokens.count))
    return false;
  cJSON *items = cJSON_AddArrayToObject(json, "words");
  bool fine = items != NULL;
  for (size_t i = 0; fine && i < count; i++) fine = append(items, word_json(e, &words[i]));
  items = fine ? cJSON_AddArrayToObject(json, "tokens") : NULL;
  fine = items != NULL;
  for (size_t n = 0; fine && n < e->read; n++)
    fine = append(items,
                  place_json(e, n ? e->token_ends[n - 1] : 0, e->token_ends[n], e->gradients[n]));
  return fine;
}

static afina_status explain(explanation *e, size_t class, size_t first, size_t most,
                            afina_bytes *out, afina_error *error) {
  e->ngrams = afina_allocate(e->size, sizeof *e->ngrams);
  if (!e->ngrams) return afina_fail_memory(error);
  AFINA_TRY(find_score(e, class, error));
  AFINA_TRY(find_gradients(e, error));
  AFINA_TRY(afina_attribute_ngrams(&e->model->bag, e->text, e->size, e->class, e->ngrams, &e->bias,
                                   error));
  AFINA_TRY(list_words(e, error));
  share_gradients(e);
  AFINA_TRY(leave_each_out(e, first, most, error));
  cJSON *json = cJSON_CreateObject();
  const afina_status status =
      fill(e, json) ? afina_json_print(json, true, out, error) : afina_fail_memory(error);
  cJSON_Delete(json);
  return status;
}

afina_status afina_explain(afina_runtime *runtime, afina_model *model, const char *text,
                           size_t size, size_t class, size_t first, size_t most, afina_bytes *json,
                           afina_error *error) {
  explanation e = {.runtime = runtime,
                   .model = model,
                   .text = text,
                   .size = size,
                   .K = afina_model_classes(model)};
  if (class != AFINA_PREDICTED && e.K && class >= e.K)
    return afina_fail(error, AFINA_E_ARGUMENT, "class %zu of %zu", class, e.K);
  afina_text_trim(&e.text, &e.size);
  e.trimmed = (size_t)(e.text - text);
  const afina_status status = explain(&e, class, first, most, json, error);
  afina_tokens_free(&e.tokens);
  afina_buffer_free(&e.words);
  afina_buffer_free(&e.copies);
  free(e.token_ends);
  free(e.gradients);
  free(e.ngrams);
  return status;
}
