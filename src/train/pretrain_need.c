#include "pretrain_need.h"

#include <stdio.h>

#include "memory.h"
#include "pretrain_private.h"

static size_t lanes_of(const afina_pretrain_options *o) {
  const size_t parts = o->batch / o->micro_batch;
  return parts < AFINA_LANES ? parts : AFINA_LANES;
}

/* What kernels of one thread work with. */
static size_t scratch_bytes(const afina_gpt_config *config) {
  return afina_exec_bytes(config->context, config->channels / config->heads);
}

/* Of one lane: a part of the batch, logits, and what kernels work with. */
static size_t lane_bytes(const afina_gpt_config *config, const afina_pretrain_options *o) {
  const afina_gpt_batch batch = {.rows = {.N = o->micro_batch * o->context, .B = o->micro_batch},
                                 .end_block = config->layers,
                                 .keep = true};
  size_t pass;
  if (!afina_gpt_pass_bytes(config, &batch, &pass)) return SIZE_MAX;
  const size_t logits = afina_times(config->vocabulary, AFINA_LOGIT_ROWS * sizeof(afina_real));
  return afina_plus(afina_plus(pass, logits), scratch_bytes(config));
}

/* Windows stand in the batch with targets and losses, and once more as the last update's. */
static size_t texts_bytes(const afina_pretrain_options *o, size_t tokens) {
  const size_t window = (3 * sizeof(uint32_t) + 2 * sizeof(afina_real)) * (o->context + 1);
  return afina_plus(afina_times(sizeof(uint16_t), tokens), afina_times(window, o->batch));
}

afina_status afina_pretrain_measure(afina_pretrain_need *out, const afina_gpt_config *config,
                                    const afina_pretrain_options *o, size_t threads, size_t tokens,
                                    afina_error *error) {
  afina_params params;
  AFINA_TRY(afina_params_init(&params, config, error));
  const size_t model = afina_times(params.total, sizeof(afina_real)), lanes = lanes_of(o);
  const size_t muon = o->optimizer == AFINA_MUON ? afina_muon_bytes(&params, 0, threads) : 0;
  afina_params_free(&params);
  afina_pretrain_need need = {
      .weights = model,
      .gradients = afina_times(model, lanes),
      .moments = afina_plus(afina_times(model, 2), muon),
      .activations = afina_plus(afina_times(lane_bytes(config, o), lanes),
                                afina_times(scratch_bytes(config), threads)),
      .texts = texts_bytes(o, tokens),
      .saving = afina_times(model, 3)};
  const size_t parts[] = {need.gradients, need.moments, need.activations, need.texts, need.saving};
  need.total = need.weights;
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    need.total = afina_plus(need.total, parts[i]);
  *out = need;
  return AFINA_OK;
}

/* "a batch of 1 would take 12 MB": where that is clearly less. */
static void propose(char *out, size_t room, const afina_pretrain_need *need,
                    const afina_gpt_config *config, const afina_pretrain_options *options,
                    size_t threads, size_t tokens) {
  afina_pretrain_options other = *options;
  afina_pretrain_need less;
  other.batch = other.micro_batch = 1;
  const bool is_less =
      afina_pretrain_measure(&less, config, &other, threads, tokens, NULL) == AFINA_OK &&
      less.total <= need->total / 10 * 9;
  if (is_less)
    snprintf(out, room, "a batch of 1 would take %zu MB", afina_megabytes(less.total));
  else
    snprintf(out, room, "use a smaller model");
}

afina_status afina_pretrain_fits(const afina_gpt_config *config,
                                 const afina_pretrain_options *options, size_t threads,
                                 size_t tokens, size_t memory, afina_error *error) {
  afina_pretrain_need need;
  char less[64];
  AFINA_TRY(afina_pretrain_measure(&need, config, options, threads, tokens, error));
  if (need.total <= memory) return AFINA_OK;
  propose(less, sizeof less, &need, config, options, threads, tokens);
  return afina_fail(error, AFINA_E_MEMORY,
                    "pretraining takes %zu MB (weights %zu, gradients and moments %zu, activations "
                    "%zu, texts %zu, a checkpoint %zu), but there are %zu MB; %s",
                    afina_megabytes(need.total), afina_megabytes(need.weights),
                    afina_megabytes(afina_plus(need.gradients, need.moments)),
                    afina_megabytes(need.activations), afina_megabytes(need.texts),
                    afina_megabytes(need.saving), memory / AFINA_MEGABYTE, less);
}
