#include "pretrain.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "pretrain_private.h"

static afina_status check(const afina_pretrain *run, afina_error *error) {
  const afina_pretrain_options *o = &run->options;
  if (o->context < 2 || o->context > run->gpt->config.context)
    return afina_fail(error, AFINA_E_ARGUMENT, "windows of %zu tokens: from 2 to the model's %zu",
                      o->context, run->gpt->config.context);
  const size_t batches[] = {o->batch, o->batch_start ? o->batch_start : o->batch};
  for (size_t i = 0; i < 2; i++)
    if (batches[i] == 0 || o->micro_batch == 0 || batches[i] % o->micro_batch)
      return afina_fail(error, AFINA_E_ARGUMENT,
                        "a batch of %zu windows cannot be cut in parts of %zu", batches[i],
                        o->micro_batch);
  if (o->batch_start > o->batch)
    return afina_fail(error, AFINA_E_ARGUMENT, "a batch cannot grow from %zu windows to %zu",
                      o->batch_start, o->batch);
  for (size_t i = 0; i < run->stream_count; i++) {
    const afina_stream *s = &run->streams[i];
    if (s->weight < 0 || s->held_out > s->count)
      return afina_fail(error, AFINA_E_ARGUMENT, "%s: weight %g, %zu of %zu tokens held out",
                        s->name, s->weight, s->held_out, s->count);
    if (s->weight > 0 && s->count - s->held_out < o->context + 1)
      return afina_fail(error, AFINA_E_DATA,
                        "%s: %zu tokens are fewer than a window of %zu and its target", s->name,
                        s->count - s->held_out, o->context);
    for (size_t t = 0; t < s->count; t++)
      if (s->ids[t] >= run->gpt->config.vocabulary)
        return afina_fail(error, AFINA_E_DATA, "%s: token %zu is %u, beyond the vocabulary of %zu",
                          s->name, t, s->ids[t], run->gpt->config.vocabulary);
  }
  if (!(run->total_weight > 0)) return afina_fail(error, AFINA_E_ARGUMENT, "no text to train on");
  return AFINA_OK;
}

static afina_status open_lane(afina_pretrain *run, size_t index, afina_error *error) {
  const afina_gpt_config *config = &run->gpt->config;
  afina_lane *lane = &run->lanes[index];
  AFINA_TRY(afina_exec_init(&lane->exec, run->exec->kernels, NULL, config->context,
                            config->channels / config->heads, error));
  AFINA_TRY(afina_gpt_pass_init(&lane->pass, run->gpt, error));
  lane->logits = afina_allocate(config->vocabulary, AFINA_LOGIT_ROWS * sizeof *lane->logits);
  lane->gradients.data = index ? afina_allocate(run->optimizer.count, sizeof(afina_real))
                               : run->optimizer.gradients.data;
  return lane->logits && lane->gradients.data ? AFINA_OK : afina_fail_memory(error);
}

static afina_status allocate(afina_pretrain *run, afina_error *error) {
  const afina_pretrain_options *o = &run->options;
  const afina_optimizer_options adamw = {
      .beta1 = 0.9, .beta2 = 0.95, .epsilon = 1e-8, .weight_decay = o->weight_decay, .clip = 1};
  const size_t rows = o->batch * o->context, parts = o->batch / o->micro_batch;
  run->ids = afina_allocate(rows, sizeof *run->ids);
  run->targets = afina_allocate(rows, sizeof *run->targets);
  run->starts = afina_allocate(o->micro_batch + 1, sizeof *run->starts);
  run->losses = afina_allocate(rows, sizeof *run->losses);
  if (!run->ids || !run->targets || !run->starts || !run->losses) return afina_fail_memory(error);
  for (size_t b = 0; b <= o->micro_batch; b++) run->starts[b] = b * o->context;
  AFINA_TRY(afina_optimizer_init(&run->optimizer, run->gpt, 0, &adamw, error));
  if (o->optimizer == AFINA_MUON)
    AFINA_TRY(afina_optimizer_use_muon(&run->optimizer, run->gpt, 0.95,
                                       afina_pool_size(run->exec->pool), error));
  run->lane_count = parts < AFINA_LANES ? parts : AFINA_LANES;
  for (size_t i = 0; i < run->lane_count; i++) AFINA_TRY(open_lane(run, i, error));
  return o->contrast_tokens || o->word_tokens
             ? afina_contrastive_create(&run->contrastive, run, error)
             : AFINA_OK;
}

afina_status afina_pretrain_create(afina_pretrain **out, afina_gpt *gpt, const afina_exec *exec,
                                   const afina_stream *streams, size_t stream_count,
                                   const afina_pretrain_options *options, afina_error *error) {
  afina_pretrain *run = afina_allocate(1, sizeof *run);
  if (!run) return afina_fail_memory(error);
  *run = (afina_pretrain){.gpt = gpt,
                          .exec = exec,
                          .streams = streams,
                          .stream_count = stream_count,
                          .options = *options};
  afina_rng_seed(&run->rng, options->seed);
  for (size_t i = 0; i < stream_count; i++) run->total_weight += streams[i].weight;
  afina_status status = check(run, error);
  if (status == AFINA_OK) status = allocate(run, error);
  if (status != AFINA_OK) {
    afina_pretrain_free(run);
    return status;
  }
  *out = run;
  return AFINA_OK;
}

void afina_pretrain_free(afina_pretrain *run) {
  if (!run) return;
  for (size_t i = 0; i < run->lane_count; i++) {
    afina_exec_free(&run->lanes[i].exec);
    afina_gpt_pass_free(&run->lanes[i].pass);
    free(run->lanes[i].logits);
    if (i) free(run->lanes[i].gradients.data);
  }
  afina_contrastive_free(run->contrastive);
  afina_optimizer_free(&run->optimizer);
  free(run->ids);
  free(run->targets);
  free(run->starts);
  free(run->losses);
  free(run);
}

static void copy_window(afina_pretrain *run, size_t slot, const afina_stream *stream, size_t at) {
  const size_t T = run->options.context;
  for (size_t t = 0; t < T; t++) {
    run->ids[slot * T + t] = stream->ids[at + t];
    run->targets[slot * T + t] = stream->ids[at + t + 1];
  }
}

size_t afina_pretrain_draw_stream(afina_pretrain *run) {
  double mark = afina_rng_uniform(&run->rng) * run->total_weight;
  size_t i = 0;
  while (i + 1 < run->stream_count && mark >= run->streams[i].weight)
    mark -= run->streams[i++].weight;
  while (run->streams[i].weight <= 0)
    i--; /* rounding may have led past the last stream of any weight */
  return i;
}

static void draw_window(afina_pretrain *run, size_t slot) {
  const afina_stream *stream = &run->streams[afina_pretrain_draw_stream(run)];
  const size_t places = stream->count - stream->held_out - run->options.context;
  copy_window(run, slot, stream, afina_rng_below(&run->rng, places));
}

typedef struct job {
  afina_pretrain *run;
  size_t windows;   /* in the slots */
  size_t lanes;     /* that they are shared out to */
  afina_real scale; /* of the losses in the gradient; 0: no backward pass */
} job;

/* Forward over some windows, and backward where wanted. */
static afina_status run_part(const job *j, afina_lane *lane, size_t first, size_t windows) {
  afina_pretrain *run = j->run;
  const size_t at = first * run->options.context, N = windows * run->options.context;
  const afina_gradients *gradients = j->scale > 0 ? &lane->gradients : NULL;
  const afina_gpt_batch batch = {.rows = {.starts = run->starts, .B = windows, .N = N},
                                 .ids = run->ids + at,
                                 .end_block = run->gpt->config.layers,
                                 .keep = gradients != NULL};
  AFINA_TRY(afina_gpt_forward(run->gpt, &lane->exec, &lane->pass, &batch, &lane->error));
  afina_language_loss(run->gpt, &lane->exec, &lane->pass, run->losses + at, run->targets + at,
                      j->scale, gradients, lane->logits, AFINA_LOGIT_ROWS);
  if (gradients) afina_gpt_backward(run->gpt, &lane->exec, &lane->pass, gradients);
  return AFINA_OK;
}

/* As many as have something to do: a small batch has few parts. */
static size_t lanes_for(const afina_pretrain *run, size_t windows) {
  const size_t parts = (windows + run->options.micro_batch - 1) / run->options.micro_batch;
  return parts < run->lane_count ? parts : run->lane_count;
}

/* Lanes begin .. end - 1 take one part of the windows each, and again from the first. */
static void run_lanes(void *context, size_t begin, size_t end, size_t thread) {
  const job *j = context;
  const size_t part = j->run->options.micro_batch;
  (void)thread;
  for (size_t i = begin; i < end; i++) {
    afina_lane *lane = &j->run->lanes[i];
    lane->status = AFINA_OK;
    for (size_t at = i * part; at < j->windows && lane->status == AFINA_OK; at += j->lanes * part)
      lane->status = run_part(j, lane, at, j->windows - at < part ? j->windows - at : part);
  }
}

/* Runs the windows in the slots through the lanes; *sum is that of all losses. */
static afina_status run_windows(afina_pretrain *run, size_t windows, afina_real scale, double *sum,
                                afina_error *error) {
  job j = {.run = run, .windows = windows, .lanes = lanes_for(run, windows), .scale = scale};
  run->windows = windows;
  afina_pool_run(run->exec->pool, j.lanes, 1, run_lanes, &j);
  for (size_t i = 0; i < j.lanes; i++)
    if (run->lanes[i].status != AFINA_OK)
      return afina_fail(error, run->lanes[i].status, "%s", run->lanes[i].error.message);
  *sum = 0;
  for (size_t n = 0; n < windows * run->options.context; n++) *sum += (double)run->losses[n];
  return AFINA_OK;
}

afina_pretrain_windows afina_pretrain_last(const afina_pretrain *run) {
  return (afina_pretrain_windows){.ids = run->ids,
                                  .targets = run->targets,
                                  .losses = run->losses,
                                  .count = run->windows,
                                  .context = run->options.context};
}

/* Windows of the next update: the start's last doubling that the line has reached. */
static size_t batch_now(const afina_pretrain *run) {
  const afina_pretrain_options *o = &run->options;
  if (o->batch_start == 0 || run->tokens >= o->growth) return o->batch;
  const double share = (double)run->tokens / (double)o->growth;
  const double line = (double)o->batch_start + share * (double)(o->batch - o->batch_start);
  size_t batch = o->batch_start;
  while ((double)batch * 2 <= line) batch *= 2;
  return batch;
}

afina_pretrain_progress afina_pretrain_where(const afina_pretrain *run) {
  const afina_pretrain_options *o = &run->options;
  const size_t batch = batch_now(run);
  return (afina_pretrain_progress){
      .steps = run->optimizer.steps,
      .tokens = run->tokens,
      .total = o->tokens,
      .decayed = run->decayed,
      .batch = batch,
      .decays = run->tokens + batch * o->context + o->decay > o->tokens && o->decay > 0};
}

void afina_pretrain_cool_down(afina_pretrain *run, uint64_t tokens) {
  run->options.tokens = run->tokens - run->decayed + tokens;
  run->options.decay = tokens;
}

static void zero_gradients(afina_pretrain *run, size_t lanes) {
  for (size_t i = 0; i < lanes; i++)
    memset(run->lanes[i].gradients.data, 0, run->optimizer.count * sizeof(afina_real));
}

static afina_status check_loss(const afina_pretrain *run, const afina_pretrain_loss *loss,
                               afina_error *error) {
  if (loss->language + loss->contrast + loss->words < 1e4) return AFINA_OK;
  return afina_fail(error, AFINA_E_DIVERGED,
                    "step %llu: the loss is no longer a sensible number; resume from the last "
                    "checkpoint with a smaller learning rate",
                    (unsigned long long)run->optimizer.steps);
}

/* An update of the token embeddings alone; the rate falls to a tenth. */
static afina_status word_step(afina_pretrain *run, afina_pretrain_loss *loss, afina_error *error) {
  const afina_pretrain_options *o = &run->options;
  afina_pretrain_loss mean = {0};
  zero_gradients(run, 1);
  afina_contrastive_words(run->contrastive, run, &mean);
  AFINA_TRY(check_loss(run, &mean, error));
  run->optimizer.wait = afina_params_block(&run->gpt->params, 0);
  const double share = (double)run->optimizer.steps / (double)o->word_steps;
  mean.learning_rate = o->lr * (1 - 0.9 * share);
  mean.gradient_norm =
      afina_optimizer_step(&run->optimizer, run->gpt, run->exec, mean.learning_rate);
  run->optimizer.wait = SIZE_MAX;
  *loss = mean;
  return AFINA_OK;
}

afina_status afina_pretrain_step(afina_pretrain *run, afina_pretrain_loss *loss,
                                 afina_error *error) {
  const afina_pretrain_options *o = &run->options;
  const afina_pretrain_progress at = afina_pretrain_where(run);
  const size_t tokens = at.batch * o->context, count = run->optimizer.count;
  const size_t lanes = run->contrastive ? run->lane_count : lanes_for(run, at.batch);
  afina_pretrain_loss mean = {0};
  double sum = 0;
  if (run->contrastive && at.steps < o->word_steps) return word_step(run, loss, error);
  zero_gradients(run, lanes);
  for (size_t slot = 0; slot < at.batch; slot++) draw_window(run, slot);
  AFINA_TRY(
      run_windows(run, at.batch, (afina_real)(o->language_weight / (double)tokens), &sum, error));
  mean.language = sum / (double)tokens;
  if (run->contrastive) AFINA_TRY(afina_contrastive_step(run->contrastive, run, &mean, error));
  AFINA_TRY(check_loss(run, &mean, error));
  for (size_t i = 1; i < lanes; i++)
    afina_add_forward(run->exec, run->optimizer.gradients.data, run->lanes[i].gradients.data,
                      count);
  /* The rate is that of the batch's last token, or of the run's where the batch reaches beyond. */
  const uint64_t end = run->tokens + tokens < o->tokens ? run->tokens + tokens : o->tokens;
  const double factor = afina_schedule_stable(end - 1, o->tokens, o->warmup, o->decay, o->lr_floor);
  mean.learning_rate = o->lr * factor;
  mean.gradient_norm =
      afina_optimizer_step(&run->optimizer, run->gpt, run->exec, mean.learning_rate);
  run->tokens += tokens;
  if (at.decays) run->decayed += tokens;
  *loss = mean;
  return AFINA_OK;
}

afina_status afina_pretrain_held_out(afina_pretrain *run, size_t stream, size_t windows,
                                     double *loss, size_t *tokens, afina_error *error) {
  const afina_stream *s = &run->streams[stream];
  const size_t T = run->options.context, available = s->held_out > 1 ? (s->held_out - 1) / T : 0;
  if (available == 0)
    return afina_fail(error, AFINA_E_DATA, "%s: nothing held out to measure on", s->name);
  const size_t count = windows < available ? windows : available;
  double total = 0;
  for (size_t done = 0; done < count;) {
    const size_t take = count - done < run->options.batch ? count - done : run->options.batch;
    /* Spread over the held-out part, so that few windows still see all of it. */
    for (size_t slot = 0; slot < take; slot++)
      copy_window(run, slot, s, s->count - s->held_out + (done + slot) * available / count * T);
    double sum = 0;
    AFINA_TRY(run_windows(run, take, 0, &sum, error));
    total += sum;
    done += take;
  }
  *tokens = count * T;
  *loss = total / (double)*tokens;
  return AFINA_OK;
}
