/* Text that the language model writes, a token at a time. */
#include <stdlib.h>
#include <string.h>

#include "generator.h"
#include "token_json.h"
#include "utf8.h"

static afina_status check(const afina_sampling *s, afina_error *error) {
  if (!s->greedy && !(s->temperature > 0 && s->temperature <= 100))
    return afina_fail(error, AFINA_E_ARGUMENT, "temperature %g: above 0, at most 100",
                      s->temperature);
  if (!(s->top_p > 0 && s->top_p <= 1))
    return afina_fail(error, AFINA_E_ARGUMENT, "top-p %g: above 0, at most 1", s->top_p);
  return AFINA_OK;
}

static afina_status prepare(afina_generator *g, const afina_runtime *runtime, const char *prompt,
                            size_t size, afina_error *error) {
  const size_t V = g->gpt.config.vocabulary;
  const uint32_t end = afina_tokenizer_end_of_text(g->model->tokenizer);
  AFINA_TRY(check(&g->options.sampling, error));
  AFINA_TRY(afina_runtime_exec(runtime, &g->gpt, &g->exec, error));
  g->logits = afina_allocate(V, sizeof *g->logits);
  g->candidates = afina_allocate(V, sizeof *g->candidates);
  if (!g->logits || !g->candidates) return afina_fail_memory(error);
  AFINA_TRY(afina_tokenizer_encode(g->model->tokenizer, prompt, size, &g->tokens, error));
  return g->tokens.count ? AFINA_OK : afina_tokens_append(&g->tokens, end, error);
}

afina_status afina_generator_create(afina_generator **out, const afina_runtime *runtime,
                                    const afina_model *model, const char *prompt, size_t size,
                                    const afina_generation *options, afina_error *error) {
  afina_generator *g = afina_allocate(1, sizeof *g);
  if (!g) return afina_fail_memory(error);
  *g = (afina_generator){.model = model, .gpt = afina_model_language(model), .options = *options};
  afina_rng_seed(&g->rng, options->seed);
  const afina_status status = prepare(g, runtime, prompt, size, error);
  if (status != AFINA_OK) {
    afina_generator_free(g);
    return status;
  }
  *out = g;
  return AFINA_OK;
}

void afina_generator_free(afina_generator *g) {
  if (!g) return;
  afina_kv_cache_free(&g->cache);
  afina_exec_free(&g->exec);
  afina_tokens_free(&g->tokens);
  afina_buffer_free(&g->text);
  free(g->logits);
  free(g->candidates);
  free(g);
}

/* The next token after the last `context` ones. While they are all, the cache has them but for the
 * newest; afterwards each has moved by one place, and nothing that was kept holds. */
static afina_status draw(afina_generator *g, uint32_t *out, afina_error *error) {
  const afina_gpt_config *config = &g->gpt.config;
  const size_t context = afina_text_context(config);
  const size_t count = g->tokens.count < context ? g->tokens.count : context;
  AFINA_TRY(afina_kv_cache_run(&g->cache, &g->gpt, &g->exec,
                               g->tokens.ids + g->tokens.count - count, count, AFINA_READS_LAST,
                               error));
  afina_project_forward(&g->exec, g->logits, g->cache.pass.hidden,
                        afina_gpt_weight(&g->gpt, 0, AFINA_WTE), 1, config->channels,
                        config->vocabulary);
  g->kept = afina_candidates(&g->options.sampling, g->logits, config->vocabulary, g->candidates);
  *out = afina_draw(&g->options.sampling, g->candidates, g->kept, &g->rng);
  if (g->options.sampling.greedy) g->kept = 1;
  return AFINA_OK;
}

/* Bytes at the end that begin a character and do not end it. */
static size_t cut_bytes(const afina_buffer *text) {
  afina_utf8_kind kind = AFINA_UTF8_VALID;
  size_t at = 0, length = 0;
  for (; at < text->size && kind != AFINA_UTF8_CUT; at += length)
    length = afina_utf8_scan(text->data + at, text->size - at, &kind);
  return kind == AFINA_UTF8_CUT ? length : 0;
}

/* Of the text only a cut character stays, in front of the token to come. */
static void forget_text(afina_generator *g) {
  g->held = cut_bytes(&g->text);
  if (g->held) memmove(g->text.data, g->text.data + g->text.size - g->held, g->held);
  g->text.size = g->held;
}

afina_status afina_generator_next(afina_generator *g, afina_generated *out, afina_error *error) {
  const uint32_t end = afina_tokenizer_end_of_text(g->model->tokenizer);
  if (g->last.done) {
    *out = g->last;
    return AFINA_OK;
  }
  uint32_t id = end;
  const bool full = g->written == g->options.max_tokens;
  if (full)
    g->kept = 0;
  else
    AFINA_TRY(draw(g, &id, error));
  forget_text(g);
  g->begun = true;
  if (id != end) {
    AFINA_TRY(afina_tokens_append(&g->tokens, id, error));
    AFINA_TRY(afina_token_bytes(g->model->tokenizer, id, &g->text, error));
    g->written++;
  }
  g->last = (afina_generated){.done = id == end,
                              .id = id,
                              .text = g->text.size ? (const char *)g->text.data + g->held : "",
                              .size = g->text.size - g->held};
  *out = g->last;
  return AFINA_OK;
}

/* ---- as JSON ---- */

static cJSON *candidate_json(const afina_generator *g, const afina_candidate *candidate) {
  const bool greedy = g->options.sampling.greedy;
  size_t place = 0;
  while (place < g->kept && g->candidates[place].id != candidate->id) place++;
  const bool kept = place < g->kept;
  const double share = !kept ? 0 : greedy ? 1 : (double)g->candidates[place].probability;
  cJSON *json = afina_token_json(g->model->tokenizer, candidate->id);
  if (json && cJSON_AddNumberToObject(json, "probability", (double)candidate->probability) &&
      cJSON_AddNumberToObject(json, "share", share) && cJSON_AddBoolToObject(json, "kept", kept))
    return json;
  cJSON_Delete(json);
  return NULL;
}

static bool add_candidates(const afina_generator *g, cJSON *json, size_t most) {
  const size_t V = g->gpt.config.vocabulary, n = !g->kept ? 0 : most < V ? most : V;
  cJSON *list = cJSON_AddArrayToObject(json, "candidates");
  afina_candidate *top = afina_allocate(n + 1, sizeof *top);
  bool fine = list && top;
  if (fine) afina_most_probable(g->logits, V, top, n);
  for (size_t i = 0; fine && i < n; i++) {
    cJSON *item = candidate_json(g, &top[i]);
    fine = item && cJSON_AddItemToArray(list, item);
  }
  free(top);
  return fine;
}

afina_status afina_generator_json(const afina_generator *g, size_t candidates, afina_bytes *json,
                                  afina_error *error) {
  if (!g->begun) return afina_fail(error, AFINA_E_STATE, "no token has been drawn yet");
  const size_t whole = g->text.size - (g->last.done ? 0 : cut_bytes(&g->text));
  cJSON *object = cJSON_CreateObject();
  bool fine = object && cJSON_AddBoolToObject(object, "done", g->last.done);
  if (fine && g->kept) fine = cJSON_AddNumberToObject(object, "id", g->last.id);
  fine = fine && afina_add_text(object, "text", g->text.data, whole) &&
         add_candidates(g, object, candidates);
  const afina_status status =
      fine ? afina_json_print(object, false, json, error) : afina_fail_memory(error);
  cJSON_Delete(object);
  return status;
}

/* ---- all of it ---- */

afina_status afina_generate(afina_runtime *runtime, const afina_model *model, const char *prompt,
                            size_t size, const afina_generation *options, afina_bytes *out,
                            afina_error *error) {
  afina_generator *generator = NULL;
  afina_buffer text = {0};
  afina_generated token = {0};
  afina_status status =
      afina_generator_create(&generator, runtime, model, prompt, size, options, error);
  while (status == AFINA_OK && !token.done) {
    status = afina_generator_next(generator, &token, error);
    if (status == AFINA_OK) status = afina_buffer_append(&text, token.text, token.size, error);
  }
  if (status == AFINA_OK) afina_buffer_take(&text, out);
  afina_buffer_free(&text);
  afina_generator_free(generator);
  return status;
}
