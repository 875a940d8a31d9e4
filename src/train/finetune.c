#include "adapters.h"
#include "finetune_pass.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gradual.h"
#include "metrics.h"

static void enter(afina_finetune *run, afina_phase phase, size_t steps) {
  run->phase = phase;
  run->step = 0;
  run->steps = steps;
}

/* Once over the texts, in the order that the batcher has. */
static void start_pass(afina_finetune *run) {
  run->epoch_loss = run->epoch_weight = 0;
  enter(run, AFINA_TRAIN, afina_batcher_count(&run->train));
}

static void start_epoch(afina_finetune *run, double now) {
  if (run->options.recipe.lbfgs) {
    afina_batcher_rewind(&run->train);
    if (run->epoch) afina_lbfgs_move(&run->solver);
  } else if (run->options.recipe.draws) {
    afina_balance_draw(&run->balance, &run->rng);
    afina_batcher_draw(&run->train, run->balance.drawn);
  } else {
    afina_batcher_shuffle(&run->train, &run->rng);
  }
  run->epoch++;
  run->epoch_started = now;
  start_pass(run);
}

static void start_test(afina_finetune *run, double now);
static void test_rows(afina_finetune *run, double now);

/* The cache is as it has to be for what the next epoch trains. */
static void start_training(afina_finetune *run, double now) {
  const afina_indices *rows = &run->split.train;
  if (run->epoch == 0) run->prepared = now;
  if (run->options.recipe.lbfgs)
    run->update_weight = afina_finetune_weight(run, rows->rows, rows->count);
  if (run->halted)
    start_test(run, now);
  else
    start_epoch(run, now);
}

/* What the next epoch trains, from the cache that has to be filled for it. */
static void start_network(afina_finetune *run, double now) {
  const size_t next = run->epoch + 1, L = run->gpt.config.layers;
  run->block = afina_gradual_block(&run->options, L, next);
  afina_optimizer_restart(&run->optimizer, afina_gradual_begin(&run->options, &run->gpt, next));
  run->update = 0;
  run->updates = afina_gradual_epochs(&run->options, L, next) * afina_batcher_count(&run->train);
  if (run->cache.enabled && run->all.row_count)
    enter(run, AFINA_CACHE, afina_batcher_count(&run->all));
  else
    start_training(run, now);
}

/* A block more trains from the next epoch on. What lies below has never changed, and the boundary
 * from which it was kept lies above: the new one is computed from the ids. */
static void open_blocks(afina_finetune *run, double now) {
  const size_t block = afina_gradual_block(&run->options, run->gpt.config.layers, run->epoch + 1);
  afina_cache_move(&run->cache, &run->gpt, block, run->options.cache_bytes);
  afina_batcher_rewind(&run->all);
  run->opened = run->epoch;
  start_network(run, now);
}

/* ---- the n-grams' part ---- */

/* How many units the work takes is not known beforehand: `step` counts hundredths. */
static void start_ngrams(afina_finetune *run, bool is_last) {
  afina_finetune_bag_start(&run->bag, &run->split, is_last);
  enter(run, AFINA_NGRAMS, 100);
}

static afina_status work_on_ngrams(afina_finetune *run, double now, afina_error *error) {
  bool done;
  AFINA_TRY(afina_finetune_bag_work(&run->bag, run->data, &run->split, &done, error));
  run->step = (size_t)(100 * afina_finetune_bag_fraction(&run->bag));
  if (!done) return AFINA_OK;
  if (run->bag.is_last)
    test_rows(run, now);
  else
    start_network(run, now);
  return AFINA_OK;
}

static afina_status prepare(afina_finetune *run, double now, afina_error *error) {
  bool done;
  AFINA_TRY(afina_finetune_prepare(run, &done, error));
  if (done && run->options.ngrams)
    start_ngrams(run, false);
  else if (done)
    start_network(run, now);
  return AFINA_OK;
}

static afina_status fill_cache(afina_finetune *run, double now, afina_error *error) {
  const afina_batch *batch = afina_batcher_next(&run->all);
  AFINA_TRY(afina_cache_fill(&run->cache, &run->gpt, run->exec, &run->pass, batch, error));
  if (++run->step == run->steps) start_training(run, now);
  return AFINA_OK;
}

/* ---- train and evaluate ---- */

static void remember_best(afina_finetune *run) {
  memcpy(run->best, run->gpt.weights + run->begin, run->trainable * sizeof *run->best);
  run->best_epoch = run->epoch;
  afina_finetune_bag_remember(&run->bag);
}

static void restore_best(afina_finetune *run) {
  afina_real *trained = run->gpt.weights + run->begin;
  if (run->best_epoch) memcpy(trained, run->best, run->trainable * sizeof *run->best);
  if (run->options.strategy.kind == AFINA_STRATEGY_LORA) {
    memcpy(run->best, trained, run->trainable * sizeof *run->best);
    afina_adapters_merge(&run->gpt, &run->plain);
  } else {
    free(run->best);
    run->best = NULL;
  }
}

static void test_rows(afina_finetune *run, double now) {
  run->trained = now;
  const size_t batches = run->test.row_count ? afina_batcher_count(&run->test) : 0;
  afina_batcher_rewind(&run->test);
  enter(run, batches ? AFINA_TEST : AFINA_DONE, batches);
  if (!batches) run->finished = now;
}

/* The head takes its factor by its weights: it has no bias. */
static void weigh_head(afina_finetune *run) {
  const size_t head = afina_params_head(&run->gpt.params);
  for (size_t i = head; i < run->gpt.params.total; i++)
    run->gpt.weights[i] *= (afina_real)run->bag.factors.a;
}

/* Nothing trains any more: what only training needs makes room for the tuned model's copies. */
static void start_test(afina_finetune *run, double now) {
  restore_best(run);
  afina_optimizer_free(&run->optimizer);
  if (run->split.valid.count && run->best_epoch)
    afina_finetune_bag_mix(&run->bag, run->split.valid.count);
  weigh_head(run);
  if (run->options.ngrams)
    start_ngrams(run, true);
  else
    test_rows(run, now);
}

static afina_status diverged(const afina_finetune *run, const char *what, afina_error *error) {
  return afina_fail(
      error, AFINA_E_DIVERGED,
      "epoch %zu, batch %zu: the %s is no longer a number; train again with a smaller learning "
      "rate than %g",
      run->epoch, run->step + 1, what, run->options.lr);
}

/* The loss is taken before the update: what the last update did shows in the weights only. */
static bool weights_are_finite(const afina_finetune *run) {
  for (size_t i = run->begin; i < run->gpt.params.total; i++)
    if (!isfinite(run->gpt.weights[i])) return false;
  return true;
}

/* Nothing better for too long, since all blocks are open that are to be opened. */
static bool stalled(const afina_finetune *run) {
  const size_t last = run->best_epoch > run->opened ? run->best_epoch : run->opened;
  return run->options.patience && run->block == run->lowest &&
         run->epoch - last >= run->options.patience;
}

static bool opens_next(const afina_finetune *run) {
  return afina_gradual_block(&run->options, run->gpt.config.layers, run->epoch + 1) != run->block;
}

/* The best epoch has the highest validation accuracy; among equals, the lowest loss. Without
 * validation rows it is the last one. */
static afina_status end_epoch(afina_finetune *run, double now, afina_error *error) {
  if (!weights_are_finite(run)) return diverged(run, "model", error);
  if (!isfinite(run->valid_loss)) return diverged(run, "validation loss", error);
  const double rows = (double)run->split.valid.count;
  const bool validated = run->split.valid.count > 0;
  const afina_epoch epoch = {
      .epoch = run->epoch,
      .train_loss = run->epoch_loss / run->epoch_weight,
      .valid_loss = validated ? run->valid_loss / rows : (double)NAN,
      .valid_accuracy = validated ? (double)run->valid_right / rows : (double)NAN,
      .seconds = now - run->epoch_started,
      .first_block = run->block,
  };
  run->epochs[run->epochs_done++] = epoch;
  const bool better =
      !validated || epoch.valid_accuracy > run->best_accuracy ||
      (epoch.valid_accuracy >= run->best_accuracy && epoch.valid_loss < run->best_loss);
  if (better) {
    remember_best(run);
    run->best_accuracy = epoch.valid_accuracy;
    run->best_loss = epoch.valid_loss;
  }
  if (stalled(run) || run->epoch == run->options.epochs || run->solver.done)
    start_test(run, now);
  else if (opens_next(run))
    open_blocks(run, now);
  else
    start_epoch(run, now);
  return AFINA_OK;
}

/* Forward and backward of the batch's next part. */
static afina_status train_part(afina_finetune *run, afina_error *error) {
  afina_batch part;
  const afina_real *pooled;
  afina_real *logits;
  if (run->part == 0) {
    run->batch_loss = 0;
    run->batch_weight = afina_finetune_weight(run, run->batch->rows, run->batch->count);
    if (!run->options.recipe.lbfgs) run->update_weight = run->batch_weight;
    if (!run->options.recipe.lbfgs || run->step == 0)
      afina_optimizer_open(&run->optimizer, &run->gpt, run->exec);
  }
  afina_finetune_next_part(run, &part);
  AFINA_TRY(afina_finetune_logits(run, &part, true, &pooled, &logits, error));
  afina_finetune_losses(run, &part, true, logits);
  if (run->watch) afina_watch_part(run, &part, logits);
  for (size_t i = 0; i < part.count; i++) run->batch_loss += (double)run->losses[i];
  if (!isfinite(run->batch_loss)) return diverged(run, "loss", error);
  afina_finetune_backward(run, &part, pooled, logits);
  run->optimizer.gradients.fresh = false;
  return AFINA_OK;
}

/* An update by the gradients of the batch. */
static afina_status update(afina_finetune *run, afina_error *error) {
  run->all_updates++;
  const double factor = afina_schedule_cosine(run->update++, run->updates, run->updates / 10, 0);
  const double rate = run->options.lr * factor;
  if (run->watch) afina_watch_before(run);
  const double norm = afina_optimizer_step(&run->optimizer, &run->gpt, run->exec, rate);
  if (run->watch) AFINA_TRY(afina_watch_after(run, rate, norm, error));
  return AFINA_OK;
}

/* All texts have been looked at: their mean loss, and the ridge. An epoch ends at a place that is
 * lower than the last one's; false: it goes on, at another. */
static bool update_by_all(afina_finetune *run) {
  afina_lbfgs *s = &run->solver;
  const double ridge = run->options.recipe.ridge;
  const afina_real strength = (afina_real)ridge;
  const bool first = s->iteration == 0;
  for (size_t d = 0; d < s->D; d++)
    s->gradient[d] = run->optimizer.gradients.data[d] + strength * s->weights[d];
  s->loss = run->epoch_loss / run->epoch_weight +
            ridge / 2 * afina_lbfgs_dot(s->weights, s->weights, s->D);
  const bool lower = afina_lbfgs_look(s);
  if (first) afina_lbfgs_move(s);
  return s->done || (lower && !first);
}

/* *loss is written when the batch is done; where an epoch looks at all texts, with the epoch. */
static afina_status train(afina_finetune *run, double now, double *loss, afina_error *error) {
  if (run->part == 0) run->batch = afina_batcher_next(&run->train);
  AFINA_TRY(train_part(run, error));
  if (run->part < run->batch->count) return AFINA_OK;
  const bool by_all = run->options.recipe.lbfgs;
  if (!by_all) AFINA_TRY(update(run, error));
  run->part = 0;
  run->epoch_loss += run->batch_loss;
  run->epoch_weight += run->batch_weight;
  run->texts += run->batch->count;
  if (!by_all) *loss = run->batch_loss / run->batch_weight;
  if (++run->step < run->steps) return AFINA_OK;
  if (by_all && !update_by_all(run)) {
    afina_batcher_rewind(&run->train);
    start_pass(run);
    return AFINA_OK;
  }
  if (by_all) *loss = run->epoch_loss / run->epoch_weight;
  if (run->split.valid.count == 0) return end_epoch(run, now, error);
  afina_batcher_rewind(&run->valid);
  run->valid_loss = 0;
  run->valid_right = 0;
  enter(run, AFINA_VALIDATE, afina_batcher_count(&run->valid));
  return AFINA_OK;
}

static afina_status validate(afina_finetune *run, double now, afina_error *error) {
  const size_t done = run->valid.next;
  const afina_batch *batch = afina_batcher_next(&run->valid);
  const size_t K = run->gpt.config.classes;
  const afina_real *pooled;
  afina_real *probabilities;
  AFINA_TRY(afina_finetune_logits(run, batch, false, &pooled, &probabilities, error));
  afina_finetune_bag_validate(&run->bag, done, batch->count, probabilities);
  afina_finetune_losses(run, batch, false, probabilities);
  for (size_t i = 0; i < batch->count; i++) {
    run->valid_loss += (double)run->losses[i];
    run->valid_right += afina_metrics_argmax(probabilities + i * K, K) == run->targets[i];
  }
  return ++run->step == run->steps ? end_epoch(run, now, error) : AFINA_OK;
}

static afina_status test(afina_finetune *run, double now, afina_error *error) {
  const size_t done = run->test.next, K = run->gpt.config.classes;
  const afina_batch *batch = afina_batcher_next(&run->test);
  const afina_real *pooled;
  afina_real *probabilities;
  AFINA_TRY(afina_finetune_logits(run, batch, false, &pooled, &probabilities, error));
  afina_finetune_bag_test(&run->bag, done, batch->count, probabilities);
  afina_finetune_losses(run, batch, false, probabilities);
  memcpy(run->probabilities + done * K, probabilities, batch->count * K * sizeof *probabilities);
  if (++run->step < run->steps) return AFINA_OK;
  run->finished = now;
  enter(run, AFINA_DONE, 0);
  return AFINA_OK;
}

static double fraction(const afina_finetune *run) {
  /* How often an epoch looks at all texts is not known beforehand. */
  const bool open_end = run->options.recipe.lbfgs && run->phase == AFINA_TRAIN;
  const double within = run->steps && !open_end ? (double)run->step / (double)run->steps : 0;
  switch (run->phase) {
    case AFINA_PREPARE: return 0.02 * within;
    case AFINA_CACHE: {
      const double epochs = (double)run->epoch / (double)run->options.epochs;
      return run->epoch ? 0.1 + 0.85 * epochs : 0.05 + 0.05 * within;
    }
    case AFINA_TRAIN:
    case AFINA_VALIDATE: {
      const double epoch = (double)(run->epoch - 1) +
                           (run->phase == AFINA_TRAIN ? 0.9 * within : 0.9 + 0.1 * within);
      return 0.1 + 0.85 * epoch / (double)run->options.epochs;
    }
    case AFINA_NGRAMS: return run->bag.is_last ? 0.95 : 0.02 + 0.03 * within;
    case AFINA_TEST: return 0.95 + 0.05 * within;
    case AFINA_DONE: break;
  }
  return 1;
}

afina_status afina_finetune_advance(afina_finetune *run, double now, afina_progress *progress,
                                    afina_error *error) {
  double loss = (double)NAN;
  if (!run->clock_runs) {
    run->started = now;
    run->clock_runs = true;
  }
  const bool trains = run->phase == AFINA_TRAIN || run->phase == AFINA_VALIDATE;
  if (run->halted && trains) start_test(run, now);
  switch (run->phase) {
    case AFINA_PREPARE: AFINA_TRY(prepare(run, now, error)); break;
    case AFINA_NGRAMS: AFINA_TRY(work_on_ngrams(run, now, error)); break;
    case AFINA_CACHE: AFINA_TRY(fill_cache(run, now, error)); break;
    case AFINA_TRAIN: AFINA_TRY(train(run, now, &loss, error)); break;
    case AFINA_VALIDATE: AFINA_TRY(validate(run, now, error)); break;
    case AFINA_TEST: AFINA_TRY(test(run, now, error)); break;
    case AFINA_DONE: break;
  }
  *progress = (afina_progress){
      .phase = run->phase,
      .epoch = run->epoch,
      .epochs = run->options.epochs,
      .step = run->step,
      .steps = run->steps,
      .fraction = fraction(run),
      .texts = run->texts,
      .loss = loss,
      .best_epoch = run->best_epoch,
      .last = run->epochs_done ? run->epochs[run->epochs_done - 1] : (afina_epoch){0},
  };
  return AFINA_OK;
}

void afina_finetune_halt(afina_finetune *run) { run->halted = true; }
