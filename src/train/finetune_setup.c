/* A run is made and cleared away. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "adapters.h"
#include "finetune_pass.h"
#include "gradual.h"
#include "memory.h"
#include "store.h"

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

/* What the run takes, from the texts as far as they are known: before they are tokens each has one.
 */
static afina_status measure(const afina_finetune *run, afina_finetune_shape *shape,
                            afina_finetune_need *need, afina_error *error) {
  const afina_sequences *sequences = &run->sequences;
  const size_t rows = afina_dataset_count(run->data);
  *shape = (afina_finetune_shape){.classes = afina_dataset_classes(run->data),
                                  .rows = rows,
                                  .tokens = rows,
                                  .longest = 1,
                                  .different = run->different,
                                  .tested = run->split.test.count,
                                  .bytes = afina_finetune_text_bytes(run->data)};
  if (sequences->count == rows) {
    shape->tokens = sequences->offsets[rows];
    for (size_t i = 0; i < rows; i++)
      shape->longest = larger(shape->longest, afina_sequences_length(sequences, i));
  }
  return afina_finetune_measure(need, &run->gpt.config, &run->options,
                                afina_pool_size(run->exec->pool), shape, error);
}

afina_status afina_finetune_explain(const afina_finetune *run, afina_status status,
                                    afina_error *error) {
  afina_finetune_shape shape;
  afina_finetune_need need;
  if (status != AFINA_E_MEMORY || measure(run, &shape, &need, error) != AFINA_OK) return status;
  return afina_finetune_refuse(&need, &run->gpt.config, &run->options,
                               afina_pool_size(run->exec->pool), &shape, error);
}

afina_status afina_finetune_check_memory(afina_finetune *run, afina_finetune_need *need,
                                         afina_error *error) {
  afina_finetune_shape shape;
  afina_finetune_options *options = &run->options;
  AFINA_TRY(measure(run, &shape, need, error));
  if (need->total > options->memory_bytes && need->total <= afina_finetune_room(options)) {
    options->memory_bytes = afina_finetune_room(options);
    afina_store_clear(options->store);
  }
  return need->total > options->memory_bytes ? AFINA_E_MEMORY : AFINA_OK;
}

/* What the recipe wants for classes of uneven size. */
static afina_status balance(afina_finetune *run, afina_error *error) {
  const afina_indices *train = &run->split.train;
  if (run->options.recipe.draws)
    return afina_balance_init(&run->balance, run->data, train->rows, train->count, error);
  if (!run->options.recipe.weighs) return AFINA_OK;
  run->class_weights = afina_allocate(run->gpt.config.classes, sizeof *run->class_weights);
  if (!run->class_weights) return afina_fail_memory(error);
  afina_balance_weights(run->class_weights, run->data, train->rows, train->count);
  return AFINA_OK;
}

/* All that does not depend on the texts. */
static afina_status allocate(afina_finetune *run, const afina_gpt *gpt, afina_error *error) {
  const afina_gpt_config config = run->gpt.config;
  const afina_finetune_options *options = &run->options;
  afina_finetune_need need;
  AFINA_TRY(afina_finetune_check_memory(run, &need, error));
  AFINA_TRY(afina_gpt_init(&run->gpt, &config, error));
  const size_t own = afina_params_adapters(&gpt->params);
  memcpy(run->gpt.weights, gpt->weights, own * sizeof *gpt->weights);
  afina_rng_seed(&run->rng, options->seed);
  afina_params_random(&run->gpt.params, run->gpt.weights, own, &run->rng);
  AFINA_TRY(afina_adapters_begin(&run->gpt, run->exec, &run->rng, error));
  if (config.adapters.rank) AFINA_TRY(afina_adapters_plain(&run->plain, &config, error));
  run->begin = afina_gradual_begin(options, &run->gpt, options->epochs);
  run->trainable = run->gpt.params.total - run->begin;
  run->lowest = afina_gradual_block(options, config.layers, options->epochs);
  run->part_tokens = afina_finetune_tokens_at_once(&config, afina_pool_size(run->exec->pool), true);
  run->best = afina_allocate(run->trainable, sizeof *run->best);
  run->epochs = afina_allocate(options->epochs, sizeof *run->epochs);
  if (!run->best || !run->epochs) return afina_fail_memory(error);
  AFINA_TRY(balance(run, error));
  AFINA_TRY(afina_gpt_pass_init(&run->pass, &run->gpt, error));
  if (options->recipe.lbfgs) { /* from nowhere: the way there does not matter */
    memset(run->gpt.weights + run->begin, 0, run->trainable * sizeof *run->best);
    AFINA_TRY(afina_lbfgs_init(&run->solver, run->gpt.weights + run->begin, run->trainable,
                               options->epochs, error));
  }
  return AFINA_OK;
}

afina_status afina_finetune_init(afina_finetune *run, const afina_gpt *gpt,
                                 afina_tokenizer *tokenizer, const afina_dataset *data,
                                 const afina_exec *exec, const afina_finetune_options *options,
                                 afina_error *error) {
  *run = (afina_finetune){.options = *options,
                          .tokenizer = tokenizer,
                          .data = data,
                          .exec = exec,
                          .gpt = {.config = gpt->config},
                          .best_accuracy = -1,
                          .best_loss = INFINITY};
  run->options.recipe.lbfgs = afina_finetune_at_once(options);
  const afina_split_options split = {.test_share = options->test_share,
                                     .valid_share = options->valid_share,
                                     .seed = options->split_seed};
  if (afina_has_adapters(&gpt->config))
    return afina_fail(error, AFINA_E_UNSUPPORTED,
                      "this model has a trained prefix or prompt: fine-tune the one that it was "
                      "made from");
  AFINA_TRY(afina_dataset_check(data, error));
  AFINA_TRY(afina_split_make(&run->split, data, &split, error));
  run->gpt.config.classes = afina_dataset_classes(data);
  run->gpt.config.readout = options->readout;
  run->gpt.config.adapters = afina_finetune_adapters(options, gpt->config.layers);
  AFINA_TRY(afina_finetune_explain(run, allocate(run, gpt, error), error));
  run->phase = AFINA_PREPARE;
  run->steps = (afina_dataset_count(data) + AFINA_PREPARE_ROWS - 1) / AFINA_PREPARE_ROWS;
  return AFINA_OK;
}

void afina_finetune_clear(afina_finetune *run) {
  afina_batcher_free(&run->train);
  afina_batcher_free(&run->all);
  afina_batcher_free(&run->valid);
  afina_batcher_free(&run->test);
  afina_optimizer_free(&run->optimizer);
  afina_lbfgs_free(&run->solver);
  afina_gpt_pass_free(&run->pass);
  afina_cache_free(&run->cache);
  afina_sequences_free(&run->sequences);
  afina_finetune_bag_clear(&run->bag);
  afina_split_free(&run->split);
  afina_gpt_free(&run->gpt);
  afina_params_free(&run->plain);
  free(run->part_starts);
  free(run->head_logits);
  free(run->best);
  free(run->targets);
  free(run->class_weights);
  afina_balance_free(&run->balance);
  free(run->losses);
  free(run->probabilities);
  free(run->epochs);
  afina_watch_free(run->watch);
  *run = (afina_finetune){0};
}
