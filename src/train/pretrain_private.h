/* What a pretraining run holds (private to pretrain.c and pretrain_state.c). */
#ifndef AFINA_PRETRAIN_PRIVATE_H
#define AFINA_PRETRAIN_PRIVATE_H

#include "pretrain.h"

struct afina_pretrain {
  afina_gpt *gpt;
  const afina_exec *exec;
  const afina_stream *streams;
  size_t stream_count;
  afina_pretrain_options options;
  afina_optimizer optimizer;
  afina_gpt_pass pass;
  afina_rng rng;
  double total_weight;
  uint32_t *ids, *targets; /* [micro_batch * context] */
  size_t *starts;          /* [micro_batch + 1] */
  afina_real *losses, *logits;
};

#endif
