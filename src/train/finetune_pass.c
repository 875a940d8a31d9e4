#include "finetune_pass.h"

void afina_finetune_next_part(afina_finetune *run, afina_batch *part) {
  const afina_batch *batch = run->batch;
  const size_t first = run->part, at = batch->starts[first];
  const bool is_cached =
      run->cache.enabled && run->cache.of_readout; /* the head alone: no tokens */
  run->dropout =
      (afina_gpt_dropout){.mask = {.key = afina_dropout_key(run->options.seed, run->all_updates),
                                   .share = run->options.recipe.dropout},
                          .embeddings = run->begin == 0,
                          .first_block = run->block,
                          .first_text = first,
                          .first_row = at + first * run->gpt.config.adapters.prompt};
  run->part = afina_batch_part(part, run->part_starts, batch, first,
                               is_cached ? SIZE_MAX : run->part_tokens);
}

afina_status afina_finetune_logits(afina_finetune *run, const afina_batch *batch, bool trains,
                                   const afina_real **pooled, afina_real **logits,
                                   afina_error *error) {
  const bool drops = trains && run->options.recipe.dropout > 0;
  const afina_gpt_dropout *dropout = drops ? &run->dropout : NULL;
  if (run->cache.enabled && run->cache.of_readout) {
    afina_real *readout = afina_cache_readout(&run->cache, batch);
    afina_readout_drop(&run->gpt, run->exec, readout, dropout, batch->count);
    *pooled = readout;
    *logits = run->head_logits;
    afina_head_forward(&run->gpt, run->exec, *logits, *pooled, batch->count);
  } else {
    afina_gpt_batch entered;
    const bool keep = trains && run->block < run->gpt.config.layers;
    afina_cache_enter(&run->cache, &run->gpt, batch, keep, &entered);
    entered.dropout = dropout;
    AFINA_TRY(afina_gpt_forward(&run->gpt, run->exec, &run->pass, &entered, error));
    afina_classify_forward(&run->gpt, run->exec, &run->pass);
    *pooled = run->pass.pooled;
    *logits = run->pass.logits;
  }
  return AFINA_OK;
}

/* The recipe's way to count losses; false where it is the plain one. */
static bool rule_of(const afina_finetune *run, afina_entropy_rule *rule) {
  *rule = (afina_entropy_rule){.weights = run->class_weights,
                               .smoothing = (afina_real)run->options.recipe.label_smoothing};
  return rule->weights || rule->smoothing > 0;
}

void afina_finetune_losses(afina_finetune *run, const afina_batch *batch, bool trains,
                           afina_real *logits) {
  const size_t K = run->gpt.config.classes;
  afina_entropy_rule rule;
  for (size_t i = 0; i < batch->count; i++)
    run->targets[i] = afina_dataset_row(run->data, batch->rows[i]).label;
  if (trains && rule_of(run, &rule))
    afina_entropy_forward(&rule, run->losses, logits, run->targets, batch->count, K);
  else
    afina_cross_entropy_forward(run->exec, run->losses, logits, run->targets, batch->count, K);
}

double afina_finetune_weight(const afina_finetune *run, const size_t *rows, size_t count) {
  if (!run->class_weights) return (double)count;
  double sum = 0;
  for (size_t i = 0; i < count; i++)
    sum += (double)run->class_weights[afina_dataset_row(run->data, rows[i]).label];
  return sum;
}

void afina_finetune_backward(afina_finetune *run, const afina_batch *part, const afina_real *pooled,
                             afina_real *logits) {
  const afina_gradients *gradients = &run->optimizer.gradients;
  const size_t W = afina_readout_width(&run->gpt.config), K = run->gpt.config.classes;
  const afina_real scale = 1 / (afina_real)run->update_weight;
  afina_entropy_rule rule;
  if (rule_of(run, &rule))
    afina_entropy_backward(&rule, logits, run->targets, scale, part->count, K);
  else
    afina_cross_entropy_backward(run->exec, logits, run->targets, scale, part->count, K);
  if (run->block == run->gpt.config.layers) {
    afina_project_backward(run->exec, NULL, gradients->data, logits, pooled,
                           afina_gpt_weight(&run->gpt, 0, AFINA_SCORE), part->count, W, K);
    return;
  }
  afina_classify_backward(&run->gpt, run->exec, &run->pass, logits, gradients);
  afina_gpt_backward(&run->gpt, run->exec, &run->pass, gradients);
}
