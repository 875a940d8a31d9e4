/* The language model itself: how well it predicts a text, and text that it writes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "adapters.h"
#include "batch.h"
#include "model.h"

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

static afina_status measure_text(measure *m, const char *text, size_t size, afina_error *error) {
  const afina_gpt_config *config = &m->gpt.config;
  m->losses = afina_allocate(config->context, sizeof *m->losses);
  m->logits = afina_allocate(config->vocabulary, LOGIT_ROWS * sizeof *m->logits);
  if (!m->losses || !m->logits) return afina_fail_memory(error);
  afina_sequences sequence = {0};
  afina_tokens tokens = {0};
  /* An end-of-text token in front, so that the first token is predicted too. */
  const uint32_t end = afina_tokenizer_end_of_text(m->model->tokenizer);
  afina_status status = afina_sequences_append(&sequence, &end, 1, 0, NULL, error);
  if (status == AFINA_OK)
    status = afina_tokenizer_encode(m->model->tokenizer, text, size, &tokens, error);
  if (status == AFINA_OK && tokens.count == 0)
    status = afina_fail(error, AFINA_E_DATA, "the text is empty");
  if (status == AFINA_OK)
    status = afina_sequences_append(&sequence, tokens.ids, tokens.count, 0, NULL, error);
  for (size_t at = 0; status == AFINA_OK && at < tokens.count; at += config->context) {
    const size_t left = tokens.count - at;
    status = measure_window(m, sequence.ids + at, left < config->context ? left : config->context,
                            error);
  }
  afina_tokens_free(&tokens);
  afina_sequences_free(&sequence);
  return status;
}

afina_status afina_perplexity(afina_runtime *runtime, const afina_model *model, const char *text,
                              size_t size, afina_perplexity_result *out, afina_error *error) {
  measure m = {.model = model, .gpt = afina_adapters_off(&model->gpt)};
  AFINA_TRY(afina_gpt_pass_init(&m.pass, &m.gpt, error));
  afina_status status = afina_runtime_exec(runtime, &m.gpt, &m.exec, error);
  if (status == AFINA_OK) status = measure_text(&m, text, size, error);
  if (status == AFINA_OK) {
    const double loss = m.sum / (double)m.tokens;
    *out = (afina_perplexity_result){.loss = loss,
                                     .perplexity = afina_exp_double(loss),
                                     .bits_per_byte = m.sum / (double)size / afina_log_double(2),
                                     .tokens = m.tokens,
                                     .bytes = size};
  }
  free(m.losses);
  free(m.logits);
  afina_exec_free(&m.exec);
  afina_gpt_pass_free(&m.pass);
  return status;
}

/* ---- generation ---- */

typedef struct writer {
  afina_model *model;
  afina_gpt gpt; /* as above */
  const afina_generation *options;
  afina_exec exec;
  afina_rng rng;
  afina_real *logits;
  afina_candidate *candidates;
  afina_tokens tokens;
} writer;

/* The next token after the last `context` ones. While they are all, the model's cache has them but
 * for the newest; afterwards each has moved by one place, and nothing that was kept holds. */
static afina_status next_token(writer *w, uint32_t *out, afina_error *error) {
  const afina_gpt *gpt = &w->gpt;
  const size_t context = gpt->config.context,
               count = w->tokens.count < context ? w->tokens.count : context;
  afina_kv_cache *cache = &w->model->cache;
  AFINA_TRY(afina_kv_cache_run(cache, gpt, &w->exec, w->tokens.ids + (w->tokens.count - count),
                               count, AFINA_READS_LAST, error));
  afina_project_forward(&w->exec, w->logits, cache->pass.hidden,
                        afina_gpt_weight(gpt, 0, AFINA_WTE), 1, gpt->config.channels,
                        gpt->config.vocabulary);
  const size_t left =
      afina_candidates(&w->options->sampling, w->logits, gpt->config.vocabulary, w->candidates);
  *out = afina_draw(&w->options->sampling, w->candidates, left, &w->rng);
  return AFINA_OK;
}

static afina_status write_tokens(writer *w, const char *prompt, size_t size, afina_buffer *text,
                                 afina_error *error) {
  const uint32_t end = afina_tokenizer_end_of_text(w->model->tokenizer);
  const size_t V = w->gpt.config.vocabulary;
  w->logits = afina_allocate(V, sizeof *w->logits);
  w->candidates = afina_allocate(V, sizeof *w->candidates);
  if (!w->logits || !w->candidates) return afina_fail_memory(error);
  AFINA_TRY(afina_tokenizer_encode(w->model->tokenizer, prompt, size, &w->tokens, error));
  if (w->tokens.count == 0) AFINA_TRY(afina_tokens_append(&w->tokens, end, error));
  for (size_t i = 0; i < w->options->max_tokens; i++) {
    uint32_t token = end;
    AFINA_TRY(next_token(w, &token, error));
    if (token == end) break;
    AFINA_TRY(afina_tokens_append(&w->tokens, token, error));
    if (token < afina_tokenizer_size(w->model->tokenizer))
      AFINA_TRY(afina_tokenizer_decode(w->model->tokenizer, &token, 1, text, error));
  }
  return AFINA_OK;
}

afina_status afina_generate(afina_runtime *runtime, afina_model *model, const char *prompt,
                            size_t size, const afina_generation *options, afina_bytes *out,
                            afina_error *error) {
  const afina_sampling *s = &options->sampling;
  if (!s->greedy && !(s->temperature > 0 && s->temperature <= 100))
    return afina_fail(error, AFINA_E_ARGUMENT, "temperature %g: above 0, at most 100",
                      s->temperature);
  if (!(s->top_p > 0 && s->top_p <= 1))
    return afina_fail(error, AFINA_E_ARGUMENT, "top-p %g: above 0, at most 1", s->top_p);
  writer w = {.model = model, .gpt = afina_adapters_off(&model->gpt), .options = options};
  afina_buffer text = {0};
  afina_rng_seed(&w.rng, options->seed);
  afina_status status = afina_runtime_exec(runtime, &w.gpt, &w.exec, error);
  if (status == AFINA_OK) status = write_tokens(&w, prompt, size, &text, error);
  if (status == AFINA_OK) afina_buffer_take(&text, out);
  afina_buffer_free(&text);
  afina_tokens_free(&w.tokens);
  free(w.logits);
  free(w.candidates);
  afina_exec_free(&w.exec);
  return status;
}
