/* What a pretraining run holds (private to pretrain.c and pretrain_state.c). */
#ifndef AFINA_PRETRAIN_PRIVATE_H
#define AFINA_PRETRAIN_PRIVATE_H

#include "contrastive.h"
#include "pretrain.h"

/* A lane runs parts of a batch by itself, on one thread, with gradients of its own: lanes meet once
 * in an update, not at every layer. There are always as many lanes as the batch allows, whatever
 * the number of threads, and their gradients add up in their order: the bits do not depend on the
 * threads. */
typedef struct afina_lane {
  afina_exec exec; /* no pool */
  afina_gpt_pass pass;
  afina_gradients gradients; /* lane 0's are the optimizer's */
  afina_real *logits;        /* [AFINA_LOGIT_ROWS, V] */
  afina_status status;
  afina_error error;
} afina_lane;

enum {
  AFINA_LANES = 4,
  /* Of logits at a time: for V = 8192 in F32 a lane's are then 4 MB, which stay in a last-level
   * cache. */
  AFINA_LOGIT_ROWS = 128,
};

struct afina_pretrain {
  afina_gpt *gpt;
  const afina_exec *exec;
  const afina_stream *streams;
  size_t stream_count;
  afina_pretrain_options options;
  afina_optimizer optimizer;
  afina_rng rng;
  uint64_t tokens, decayed; /* trained on; in the decay */
  double total_weight;
  uint32_t *ids, *targets; /* [batch * context] */
  size_t *starts;          /* [micro_batch + 1] */
  afina_real *losses;      /* [batch * context] */
  size_t windows;          /* that ran last */
  afina_lane lanes[AFINA_LANES];
  size_t lane_count;
  afina_contrastive *contrastive; /* NULL: only the language model */
};

/* A stream, drawn in proportion to the weights. */
size_t afina_pretrain_draw_stream(afina_pretrain *run);

#endif
