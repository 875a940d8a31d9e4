#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bag_fit.h"
#include "batch.h"
#include "metrics.h"
#include "model.h"

enum { BATCH_TEXTS = 64, BATCH_TOKENS = 1024 };

/* A text as the head reads it: trimmed as in training, cut to the context, with the end token where
 * the readout asks for it. */
static afina_status append_text(const afina_model *model, const char *text, size_t size,
                                afina_tokens *tokens, afina_sequences *sequences,
                                afina_error *error) {
  const uint32_t end = afina_tokenizer_end_of_text(model->tokenizer);
  const bool special = model->gpt.config.readout == AFINA_READOUT_SPECIAL;
  tokens->count = 0;
  afina_text_trim(&text, &size);
  AFINA_TRY(afina_tokenizer_encode(model->tokenizer, text, size, tokens, error));
  return afina_sequences_append(sequences, tokens->ids, tokens->count,
                                afina_text_context(&model->gpt.config),
                                special || tokens->count == 0 ? &end : NULL, error);
}

/* Texts as they are given. */
typedef struct given_texts {
  const char *const *texts;
  const size_t *sizes;
  bool want_logits; /* instead of probabilities */
} given_texts;

/* What the n-grams say of a batch's texts. */
static afina_status add_ngrams(const afina_model *model, const given_texts *given,
                               const afina_batch *b, afina_bag_reader *reader, afina_real *logits,
                               afina_error *error) {
  for (size_t i = 0; i < b->count; i++) {
    const char *text = given->texts[b->rows[i]];
    size_t size = given->sizes[b->rows[i]];
    /* apart first, then added, as a run's test does it: a sum's bits depend on its order */
    afina_real alone[AFINA_MAX_CLASSES] = {0};
    afina_text_trim(&text, &size);
    AFINA_TRY(afina_bag_reader_add(reader, &model->bag, text, size, alone, error));
    for (size_t k = 0; k < model->bag.K; k++) logits[i * model->bag.K + k] += alone[k];
  }
  return AFINA_OK;
}

/* A text that is asked for alone is probably a version of the one before: see afina_model.cache.
 * What adapters put in front of a text is not kept. */
static afina_status run_batches(afina_model *model, const afina_exec *exec,
                                const given_texts *given, afina_batcher *batcher,
                                float *probabilities, afina_error *error) {
  const size_t K = model->gpt.config.classes;
  const uint32_t no_targets[BATCH_TEXTS] = {0};
  const bool alone = batcher->row_count == 1 && !afina_has_adapters(&model->gpt.config);
  afina_real losses[BATCH_TEXTS];
  afina_bag_reader reader = {0};
  afina_gpt_pass own, *pass = alone ? &model->cache.pass : &own;
  AFINA_TRY(afina_gpt_pass_init(&own, &model->gpt, error));
  afina_status status = AFINA_OK;
  afina_batcher_rewind(batcher);
  for (const afina_batch *b; status == AFINA_OK && (b = afina_batcher_next(batcher));) {
    const afina_gpt_batch batch = {
        .rows = {.starts = b->starts, .B = b->count, .N = b->tokens},
        .ids = b->ids,
        .end_block = model->gpt.config.layers,
        .reads = afina_readout_reads(model->gpt.config.readout),
    };
    status = alone ? afina_kv_cache_run(&model->cache, &model->gpt, exec, b->ids, b->tokens,
                                        batch.reads, error)
                   : afina_gpt_forward(&model->gpt, exec, pass, &batch, error);
    if (status != AFINA_OK) break;
    afina_classify_forward(&model->gpt, exec, pass);
    status = add_ngrams(model, given, b, &reader, pass->logits, error);
    if (status != AFINA_OK) break;
    /* training's own softmax, whatever the truth: evaluating gives the bits of the report */
    if (!given->want_logits)
      afina_cross_entropy_forward(exec, losses, pass->logits, no_targets, b->count, K);
    for (size_t i = 0; i < b->count; i++)
      memcpy(probabilities + b->rows[i] * K, pass->logits + i * K, K * sizeof *probabilities);
  }
  afina_bag_reader_free(&reader);
  afina_gpt_pass_free(&own);
  return status;
}

static afina_status classify(afina_runtime *runtime, afina_model *model, const given_texts *given,
                             const afina_sequences *sequences, float *probabilities,
                             afina_error *error) {
  const size_t count = sequences->count;
  size_t *rows = afina_allocate(count, sizeof *rows);
  if (!rows) return afina_fail_memory(error);
  for (size_t i = 0; i < count; i++) rows[i] = i;
  afina_batcher batcher = {0};
  afina_exec exec = {0};
  afina_status status =
      afina_batcher_init(&batcher, sequences, rows, count, BATCH_TEXTS, BATCH_TOKENS, error);
  if (status == AFINA_OK) status = afina_runtime_exec(runtime, &model->gpt, &exec, error);
  if (status == AFINA_OK) status = run_batches(model, &exec, given, &batcher, probabilities, error);
  afina_exec_free(&exec);
  afina_batcher_free(&batcher);
  free(rows);
  return status;
}

static afina_status check_classifier(const afina_model *model, afina_error *error) {
  if (model->gpt.config.classes > 0) return AFINA_OK;
  return afina_fail(
      error, AFINA_E_STATE,
      "this model is a language model without classes: fine-tune it on labeled texts first");
}

/* Weights may all be numbers and yet so large that no answer is one. */
static afina_status check_answers(const float *answers, size_t count, afina_error *error) {
  for (size_t i = 0; i < count; i++)
    if (!isfinite(answers[i]))
      return afina_fail(error, AFINA_E_DIVERGED,
                        "the model's answers are no numbers: its weights are too large; open "
                        "another model, or train again");
  return AFINA_OK;
}

static afina_status read_texts(afina_runtime *runtime, afina_model *model, const given_texts *given,
                               size_t count, float *out, afina_error *error) {
  AFINA_TRY(check_classifier(model, error));
  if (count == 0) return AFINA_OK;
  afina_sequences sequences = {0};
  afina_tokens tokens = {0};
  afina_status status = AFINA_OK;
  for (size_t i = 0; i < count && status == AFINA_OK; i++)
    status = append_text(model, given->texts[i], given->sizes[i], &tokens, &sequences, error);
  if (status == AFINA_OK) status = classify(runtime, model, given, &sequences, out, error);
  if (status == AFINA_OK) status = check_answers(out, count * model->gpt.config.classes, error);
  afina_tokens_free(&tokens);
  afina_sequences_free(&sequences);
  return status;
}

afina_status afina_classify(afina_runtime *runtime, afina_model *model, const char *const *texts,
                            const size_t *sizes, size_t count, float *probabilities,
                            afina_error *error) {
  const given_texts given = {.texts = texts, .sizes = sizes};
  return read_texts(runtime, model, &given, count, probabilities, error);
}

afina_status afina_model_logits(afina_runtime *runtime, afina_model *model,
                                const char *const *texts, const size_t *sizes, size_t count,
                                float *logits, afina_error *error) {
  const given_texts given = {.texts = texts, .sizes = sizes, .want_logits = true};
  return read_texts(runtime, model, &given, count, logits, error);
}

/* The model's class for each label of the data. */
static afina_status match_labels(const afina_model *model, const afina_dataset *data,
                                 uint32_t *class_of, afina_error *error) {
  for (size_t i = 0; i < afina_dataset_classes(data); i++) {
    const char *label = afina_dataset_labels(data)[i];
    size_t k = 0;
    while (k < model->labels.count && strcmp(model->labels.names[k], label) != 0) k++;
    if (k == model->labels.count)
      return afina_fail(error, AFINA_E_DATA,
                        "the label '%.100s' is none of the model's %zu classes", label,
                        model->labels.count);
    class_of[i] = (uint32_t)k;
  }
  return AFINA_OK;
}

typedef struct evaluation {
  const char **texts;
  size_t *sizes;
  uint32_t *truth, *class_of;
  float *probabilities;
  size_t count;
} evaluation;

static afina_status evaluate(afina_runtime *runtime, afina_model *model, const afina_dataset *data,
                             evaluation *e, afina_bytes *out, afina_error *error) {
  AFINA_TRY(match_labels(model, data, e->class_of, error));
  for (size_t i = 0; i < afina_dataset_count(data); i++) {
    const afina_row row = afina_dataset_row(data, i);
    if (!row.usable) continue;
    e->texts[e->count] = row.text;
    e->sizes[e->count] = row.text_size;
    e->truth[e->count++] = e->class_of[row.label];
  }
  AFINA_TRY(afina_classify(runtime, model, e->texts, e->sizes, e->count, e->probabilities, error));
  afina_metrics metrics;
  AFINA_TRY(afina_metrics_compute(&metrics, e->truth, e->probabilities, e->count,
                                  model->gpt.config.classes, error));
  cJSON *json = NULL;
  afina_status status =
      afina_metrics_json(&json, &metrics, (const char *const *)model->labels.names, error);
  afina_metrics_free(&metrics);
  if (status == AFINA_OK) status = afina_json_print(json, true, out, error);
  cJSON_Delete(json);
  return status;
}

afina_status afina_evaluate(afina_runtime *runtime, afina_model *model, const afina_dataset *data,
                            afina_bytes *json, afina_error *error) {
  AFINA_TRY(check_classifier(model, error));
  const size_t rows = afina_dataset_usable(data);
  evaluation e = {
      .texts = afina_allocate(rows, sizeof *e.texts),
      .sizes = afina_allocate(rows, sizeof *e.sizes),
      .truth = afina_allocate(rows, sizeof *e.truth),
      .class_of = afina_allocate(afina_dataset_classes(data), sizeof *e.class_of),
      .probabilities = afina_allocate(rows, model->gpt.config.classes * sizeof *e.probabilities),
  };
  const bool fine = e.texts && e.sizes && e.truth && e.class_of && e.probabilities;
  const afina_status status =
      fine ? evaluate(runtime, model, data, &e, json, error) : afina_fail_memory(error);
  free(e.texts);
  free(e.sizes);
  free(e.truth);
  free(e.class_of);
  free(e.probabilities);
  return status;
}
