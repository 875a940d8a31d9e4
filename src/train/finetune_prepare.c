/* Texts become tokens, and these batches: all that a run allocates once its texts are known. */
#include <stdlib.h>
#include <string.h>

#include "finetune_pass.h"
#include "gradual.h"
#include "memory.h"

static afina_status tokenize_row(afina_finetune *run, size_t index, afina_tokens *tokens,
                                 afina_error *error) {
  const afina_row row = afina_dataset_row(run->data, index);
  const uint32_t end = afina_tokenizer_end_of_text(run->tokenizer);
  const bool special = run->options.readout == AFINA_READOUT_SPECIAL;
  tokens->count = 0;
  if (row.usable)
    AFINA_TRY(afina_tokenizer_encode(run->tokenizer, row.text, row.text_size, tokens, error));
  const size_t context = afina_text_context(&run->gpt.config);
  if (tokens->count + special > context) run->truncated++;
  return afina_sequences_append(&run->sequences, tokens->ids, tokens->count, context,
                                special && row.usable ? &end : NULL, error);
}

/* In evaluation. */
static size_t tokens_at_once(const afina_finetune *run) {
  return afina_finetune_tokens_at_once(&run->gpt.config, afina_pool_size(run->exec->pool), false);
}

/* What the cache is to be filled for: every usable row of the split that the store does not know.
 */
static afina_status list_all(afina_finetune *run, afina_error *error) {
  const afina_split *s = &run->split;
  const size_t count = s->train.count + s->valid.count + s->test.count;
  size_t *rows = afina_allocate(count, sizeof *rows);
  if (!rows) return afina_fail_memory(error);
  const afina_indices parts[] = {s->train, s->valid, s->test};
  size_t at = 0;
  for (int i = 0; i < 3; i++) {
    for (size_t j = 0; j < parts[i].count; j++)
      if (!afina_cache_recall(&run->cache, parts[i].rows[j])) rows[at++] = parts[i].rows[j];
  }
  if (run->cache.enabled) {
    run->reused += count - at;
    run->computed += at;
  }
  const size_t tokens = tokens_at_once(run);
  const afina_status status =
      afina_batcher_init(&run->all, &run->sequences, rows, at, AFINA_EVALUATE_TEXTS, tokens, error);
  free(rows);
  return status;
}

/* For what the texts' tokens train. */
static afina_status make_optimizer(afina_finetune *run, uint32_t *rows, afina_error *error) {
  const afina_finetune_options *options = &run->options;
  const afina_optimizer_options adamw = {.beta1 = 0.9,
                                         .beta2 = 0.999,
                                         .epsilon = 1e-8,
                                         .weight_decay = options->weight_decay,
                                         .clip = 1};
  const double decay = options->recipe.layer_decay;
  AFINA_TRY(afina_optimizer_init_rows(&run->optimizer, &run->gpt, run->begin, rows, &adamw, error));
  return decay < 1 ? afina_optimizer_use_decay(&run->optimizer, &run->gpt, decay, error) : AFINA_OK;
}

static afina_status make_batches(afina_finetune *run, afina_error *error) {
  const afina_split *s = &run->split;
  const size_t at_once = tokens_at_once(run), V = run->gpt.config.vocabulary;
  afina_finetune_need need;
  uint32_t *rows;
  AFINA_TRY(afina_token_rows(&rows, run->sequences.ids,
                             run->sequences.offsets[run->sequences.count], V, error));
  run->different = rows[V];
  const afina_status status = afina_finetune_check_memory(run, &need, error);
  if (status != AFINA_OK) {
    free(rows);
    return status;
  }
  AFINA_TRY(make_optimizer(run, rows, error));
  AFINA_TRY(afina_batcher_init(&run->train, &run->sequences, s->train.rows, s->train.count,
                               run->options.batch, 0, error));
  if (run->options.recipe.draws) AFINA_TRY(afina_batcher_repeats(&run->train, error));
  AFINA_TRY(afina_batcher_init(&run->valid, &run->sequences, s->valid.rows, s->valid.count,
                               AFINA_EVALUATE_TEXTS, at_once, error));
  AFINA_TRY(afina_batcher_init(&run->test, &run->sequences, s->test.rows, s->test.count,
                               AFINA_EVALUATE_TEXTS, at_once, error));
  const size_t K = run->gpt.config.classes;
  const size_t texts = need.texts_at_once;
  run->head_logits = afina_allocate(texts, K * sizeof *run->head_logits);
  run->part_starts = afina_allocate(texts + 1, sizeof *run->part_starts);
  run->targets = afina_allocate(texts, sizeof *run->targets);
  run->losses = afina_allocate(texts, sizeof *run->losses);
  run->probabilities = afina_allocate(s->test.count, K * sizeof *run->probabilities);
  if (!run->head_logits || !run->part_starts || !run->targets || !run->losses ||
      !run->probabilities)
    return afina_fail_memory(error);
  const size_t first = afina_gradual_block(&run->options, run->gpt.config.layers, 1);
  AFINA_TRY(afina_cache_init_range(&run->cache, &run->gpt, &run->sequences, first, run->lowest,
                                   need.texts_at_once, need.tokens_at_once,
                                   run->options.cache_bytes, error));
  run->cache_kind = need.cache_kind;
  /* A cache that moves fills the store with what no other run can use. */
  afina_store *store = first == run->lowest ? run->options.store : NULL;
  AFINA_TRY(afina_cache_share(&run->cache, store, run->options.base, need.store > 0, &run->gpt,
                              run->exec->kernels, error));
  AFINA_TRY(list_all(run, error));
  AFINA_TRY(afina_finetune_bag_init(&run->bag, run->data, s, &run->options.recipe, error));
  if (!run->options.ngrams) afina_finetune_bag_leave_out(&run->bag);
  return afina_gpt_pass_reserve(&run->pass, need.activations, error);
}

afina_status afina_finetune_prepare(afina_finetune *run, bool *done, afina_error *error) {
  const size_t count = afina_dataset_count(run->data);
  const size_t first = run->step * AFINA_PREPARE_ROWS;
  const size_t end = count - first < AFINA_PREPARE_ROWS ? count : first + AFINA_PREPARE_ROWS;
  afina_tokens tokens = {0};
  afina_status status = AFINA_OK;
  for (size_t i = first; i < end && status == AFINA_OK; i++)
    status = tokenize_row(run, i, &tokens, error);
  afina_tokens_free(&tokens);
  if (status != AFINA_OK) return status;
  *done = ++run->step == run->steps;
  return *done ? afina_finetune_explain(run, make_batches(run, error), error) : AFINA_OK;
}
