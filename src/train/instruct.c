#include "instruct.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "adapters.h"
#include "finetune_need.h"

/* Rows of logits at a time: for V = 16384 in F32 they are 8 MB. */
enum { LOGIT_ROWS = 128 };

/* ---- a run is made and cleared away ---- */

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

static size_t longest_row(const afina_instruct_rows *rows) {
  size_t longest = 1;
  for (size_t i = 0; i < rows->count; i++)
    longest = larger(longest, afina_sequences_length(&rows->sequences, i));
  return longest;
}

/* The most tokens that are run at a time. */
static size_t most_tokens(const afina_instruct_run *run) {
  return larger(run->part_tokens, longest_row(&run->rows));
}

static size_t activations(const afina_instruct_run *run) {
  const size_t tokens = most_tokens(run);
  const afina_gpt_batch batch = {
      .rows = {.N = tokens, .B = larger(run->options.batch, AFINA_EVALUATE_TEXTS)},
      .end_block = run->gpt.config.layers,
      .keep = true};
  size_t bytes;
  return afina_gpt_pass_bytes(&run->gpt.config, &batch, &bytes) ? bytes : SIZE_MAX / 2;
}

afina_instruct_need afina_instruct_run_need(const afina_instruct_run *run) {
  const size_t real = sizeof(afina_real), tokens = most_tokens(run);
  const size_t V = run->gpt.config.vocabulary, C = run->gpt.config.channels;
  afina_instruct_need need = {
      .weights = run->gpt.params.total * real,
      .gradients = run->trainable * real,
      .moments = 2 * run->trainable * real,
      .activations = activations(run),
      .logits = LOGIT_ROWS * (V + 2 * C) * real + tokens * (sizeof(size_t) + 4 + real),
      .texts = 2 * run->rows.sequences.offsets[run->rows.count] * sizeof(uint32_t)};
  need.total =
      need.weights + need.gradients + need.moments + need.activations + need.logits + need.texts;
  return need;
}

static afina_status check(const afina_gpt *gpt, afina_error *error) {
  if (gpt->config.classes)
    return afina_fail(error, AFINA_E_UNSUPPORTED,
                      "this is a classifier: instructions are learned by a language model");
  if (afina_has_adapters(&gpt->config))
    return afina_fail(error, AFINA_E_UNSUPPORTED,
                      "this model has a trained prefix or prompt: tune the one that it was made "
                      "from");
  return AFINA_OK;
}

static afina_status make_model(afina_instruct_run *run, const afina_gpt *gpt, afina_error *error) {
  afina_gpt_config config = gpt->config;
  const afina_instruct_options *o = &run->options;
  config.adapters = afina_strategy_adapters(&o->strategy, &o->lora, config.layers);
  strcpy(config.form.name, o->template_name);
  strcpy(config.form.language, o->language);
  AFINA_TRY(afina_gpt_init(&run->gpt, &config, error));
  memcpy(run->gpt.weights, gpt->weights, gpt->params.total * sizeof *gpt->weights);
  run->begin = afina_strategy_begin(&o->strategy, &run->gpt);
  run->trainable = run->gpt.params.total - run->begin;
  return AFINA_OK;
}

static afina_status refuse(const afina_instruct_run *run, size_t memory, afina_error *error) {
  const afina_instruct_need need = afina_instruct_run_need(run);
  if (need.total <= memory) return AFINA_OK;
  return afina_fail(error, AFINA_E_MEMORY,
                    "this run takes %zu MB (weights %zu, gradients and moments %zu, activations "
                    "%zu), but there are %zu: lora:8 or a smaller batch take less",
                    need.total / AFINA_MEGABYTE, need.weights / AFINA_MEGABYTE,
                    (need.gradients + need.moments) / AFINA_MEGABYTE,
                    need.activations / AFINA_MEGABYTE, memory / AFINA_MEGABYTE);
}

static afina_status allocate(afina_instruct_run *run, afina_error *error) {
  const size_t tokens = most_tokens(run);
  const afina_instruct_options *o = &run->options;
  const afina_indices *train = &run->rows.train, *valid = &run->rows.valid;
  const afina_optimizer_options adamw = {
      .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .weight_decay = o->weight_decay, .clip = 1};
  AFINA_TRY(afina_batcher_init(&run->train, &run->rows.sequences, train->rows, train->count,
                               o->batch, 0, error));
  AFINA_TRY(afina_batcher_init(&run->valid, &run->rows.sequences, valid->rows, valid->count,
                               AFINA_EVALUATE_TEXTS, run->part_tokens, error));
  AFINA_TRY(afina_gpt_pass_init(&run->pass, &run->gpt, error));
  AFINA_TRY(afina_optimizer_init(&run->optimizer, &run->gpt, run->begin, &adamw, error));
  AFINA_TRY(afina_counted_work_init(&run->work, &run->gpt.config, LOGIT_ROWS, error));
  run->places = afina_allocate(tokens, sizeof *run->places);
  run->targets = afina_allocate(tokens, sizeof *run->targets);
  run->losses = afina_allocate(tokens, sizeof *run->losses);
  run->part_starts = afina_allocate(run->train.max_count + 1, sizeof *run->part_starts);
  run->epochs = afina_allocate(o->epochs + 1, sizeof *run->epochs);
  if (!run->places || !run->targets || !run->losses || !run->part_starts || !run->epochs)
    return afina_fail_memory(error);
  return afina_gpt_pass_reserve(&run->pass, activations(run), error);
}

static void start_epoch(afina_instruct_run *run) {
  run->epoch_rng = run->rng;
  afina_batcher_shuffle(&run->train, &run->rng);
  run->epoch++;
  run->phase = AFINA_TRAIN;
  run->step = 0;
  run->steps = afina_batcher_count(&run->train);
  run->sum = run->weight = 0;
}

static void end_epoch(afina_instruct_run *run, double valid_loss) {
  run->epochs[run->epochs_done++].valid_loss = valid_loss;
  if (run->epoch < run->options.epochs)
    start_epoch(run);
  else
    run->phase = AFINA_DONE;
}

static void start_valid(afina_instruct_run *run) {
  if (run->rows.valid.count == 0) {
    end_epoch(run, (double)NAN);
    return;
  }
  afina_batcher_rewind(&run->valid);
  run->phase = AFINA_VALIDATE;
  run->step = 0;
  run->steps = afina_batcher_count(&run->valid);
  run->sum = run->weight = 0;
}

static afina_status make(afina_instruct_run *run, const afina_gpt *gpt, afina_tokenizer *tokenizer,
                         const afina_instructions *data, size_t memory, afina_error *error) {
  const afina_instruct_options *o = &run->options;
  AFINA_TRY(check(gpt, error));
  AFINA_TRY(make_model(run, gpt, error));
  const afina_instruct_reading reading = {.template_name = o->template_name,
                                          .language = o->language,
                                          .counts_all = o->counts_all,
                                          .context = afina_text_context(&run->gpt.config),
                                          .valid_share = o->valid_share};
  AFINA_TRY(afina_instruct_rows_make(&run->rows, data, tokenizer, &reading, &run->rng, error));
  run->part_tokens =
      afina_finetune_tokens_at_once(&gpt->config, afina_pool_size(run->exec->pool), true);
  AFINA_TRY(refuse(run, memory, error));
  AFINA_TRY(afina_adapters_begin(&run->gpt, run->exec, &run->rng, error));
  AFINA_TRY(allocate(run, error));
  run->updates = o->epochs * afina_batcher_count(&run->train);
  run->epochs[0].train_loss = (double)NAN;
  start_valid(run);
  return AFINA_OK;
}

afina_status afina_instruct_run_init(afina_instruct_run *run, const afina_gpt *gpt,
                                     afina_tokenizer *tokenizer, const afina_instructions *data,
                                     const afina_exec *exec, const afina_instruct_options *options,
                                     size_t memory, afina_error *error) {
  *run = (afina_instruct_run){.options = *options,
                              .exec = exec,
                              .last_loss = (double)NAN,
                              .last_rate = (double)NAN,
                              .last_norm = (double)NAN};
  afina_rng_seed(&run->rng, options->seed);
  return make(run, gpt, tokenizer, data, memory, error);
}

void afina_instruct_run_clear(afina_instruct_run *run) {
  afina_batcher_free(&run->train);
  afina_batcher_free(&run->valid);
  afina_optimizer_free(&run->optimizer);
  afina_gpt_pass_free(&run->pass);
  afina_counted_work_free(&run->work);
  afina_instruct_rows_free(&run->rows);
  afina_gpt_free(&run->gpt);
  free(run->places);
  free(run->targets);
  free(run->losses);
  free(run->part_starts);
  free(run->epochs);
  *run = (afina_instruct_run){0};
}

/* ---- steps ---- */

static afina_status diverged(const afina_instruct_run *run, const char *what, afina_error *error) {
  return afina_fail(error, AFINA_E_DIVERGED,
                    "epoch %zu, batch %zu: the %s is no longer a number; train again with a "
                    "smaller learning rate than %g",
                    run->epoch, run->step + 1, what, run->options.lr);
}

/* Losses of what counts of some rows, added in their order to *sum; with gradients, of which the
 * mean over `run->batch_counted` is the batch's. Returns through *count how many they are. */
static afina_status run_rows(afina_instruct_run *run, const afina_batch *batch, bool trains,
                             double *sum, size_t *count, afina_error *error) {
  const afina_gradients *gradients = trains ? &run->optimizer.gradients : NULL;
  const afina_gpt_batch entered = {
      .rows = {.starts = batch->starts, .B = batch->count, .N = batch->tokens},
      .ids = batch->ids,
      .end_block = run->gpt.config.layers,
      .keep = trains};
  const bool all = trains && run->options.counts_all;
  const afina_counted counted = {
      .rows = run->places,
      .targets = run->targets,
      .count = afina_instruct_rows_counted(&run->rows, batch, all, run->places, run->targets)};
  AFINA_TRY(afina_gpt_forward(&run->gpt, run->exec, &run->pass, &entered, error));
  afina_counted_loss(&run->gpt, run->exec, &run->pass, &run->work, &counted, run->losses,
                     trains ? 1 / (afina_real)run->batch_counted : 0, gradients);
  for (size_t i = 0; i < counted.count; i++) *sum += (double)run->losses[i];
  *count = counted.count;
  if (!isfinite(*sum)) return diverged(run, trains ? "loss" : "held-out loss", error);
  if (!trains) return AFINA_OK;
  afina_gpt_backward(&run->gpt, run->exec, &run->pass, gradients);
  run->optimizer.gradients.fresh = false;
  return AFINA_OK;
}

static void open_batch(afina_instruct_run *run) {
  run->batch = afina_batcher_next(&run->train);
  run->batch_loss = 0;
  run->batch_counted = 0;
  for (size_t i = 0; i < run->batch->count; i++)
    run->batch_counted +=
        afina_instruct_row_counts(&run->rows, run->batch->rows[i], run->options.counts_all);
  afina_optimizer_open(&run->optimizer, &run->gpt, run->exec);
}

/* The loss is taken before the update: what the last update did shows in the weights only. */
static bool weights_are_finite(const afina_instruct_run *run) {
  for (size_t i = run->begin; i < run->gpt.params.total; i++)
    if (!isfinite(run->gpt.weights[i])) return false;
  return true;
}

static afina_status update(afina_instruct_run *run, afina_error *error) {
  const double factor = afina_schedule_cosine(run->update, run->updates, run->updates / 10, 0);
  run->last_rate = run->options.lr * factor;
  run->last_norm = afina_optimizer_step(&run->optimizer, &run->gpt, run->exec, run->last_rate);
  run->last_loss = run->batch_loss / (double)run->batch_counted;
  run->update++;
  run->tokens += run->batch_counted;
  run->sum += run->batch_loss;
  run->weight += (double)run->batch_counted;
  if (++run->step < run->steps) return AFINA_OK;
  if (!weights_are_finite(run)) return diverged(run, "model", error);
  run->epochs[run->epochs_done].train_loss = run->sum / run->weight;
  start_valid(run);
  return AFINA_OK;
}

static afina_status train(afina_instruct_run *run, afina_error *error) {
  afina_batch part;
  size_t count;
  if (run->part == 0) open_batch(run);
  run->part = afina_batch_part(&part, run->part_starts, run->batch, run->part, run->part_tokens);
  AFINA_TRY(run_rows(run, &part, true, &run->batch_loss, &count, error));
  if (run->part < run->batch->count) return AFINA_OK;
  run->part = 0;
  return update(run, error);
}

static afina_status validate(afina_instruct_run *run, afina_error *error) {
  size_t count;
  AFINA_TRY(run_rows(run, afina_batcher_next(&run->valid), false, &run->sum, &count, error));
  run->weight += (double)count;
  if (++run->step == run->steps) end_epoch(run, run->sum / run->weight);
  return AFINA_OK;
}

afina_status afina_instruct_run_advance(afina_instruct_run *run, afina_error *error) {
  if (run->phase == AFINA_TRAIN) return train(run, error);
  return run->phase == AFINA_VALIDATE ? validate(run, error) : AFINA_OK;
}

double afina_instruct_run_fraction(const afina_instruct_run *run) {
  if (run->phase == AFINA_DONE) return 1;
  const double part = run->batch && run->part ? (double)run->part / (double)run->batch->count : 0;
  return ((double)run->update + part) / (double)run->updates;
}
