/* Pretraining of a language model on token streams: random windows of `context` tokens, AdamW,
 * held-out loss, and a state that can be saved and restored so that a resumed run gives the same
 * bits as one that never stopped (on the same machine and kernels). */
#ifndef AFINA_PRETRAIN_H
#define AFINA_PRETRAIN_H

#include <stdint.h>

#include "optimizer.h"
#include "rng.h"

/* One text file as tokens. The last `held_out` of them are never trained on. */
typedef struct afina_stream {
  const char *name;
  const uint16_t *ids; /* vocabularies of pretraining have at most 65,536 ids */
  size_t count, held_out;
  double weight; /* windows are drawn from the streams in proportion to it */
} afina_stream;

typedef struct afina_pretrain_options {
  size_t context;      /* tokens of a window */
  size_t batch;        /* windows of an update */
  size_t micro_batch;  /* windows that run together; their gradients add up to the batch's */
  uint64_t steps;      /* updates in all */
  uint64_t warmup;     /* updates */
  uint64_t decay;      /* updates of the final decay */
  double lr, lr_floor; /* peak, and the factor on it at the end */
  double weight_decay;
  uint64_t seed;
} afina_pretrain_options;

typedef struct afina_pretrain afina_pretrain;

/* gpt and streams stay the caller's and must outlive the run. */
afina_status afina_pretrain_create(afina_pretrain **out, afina_gpt *gpt, const afina_exec *exec,
                                   const afina_stream *streams, size_t stream_count,
                                   const afina_pretrain_options *options, afina_error *error);
void afina_pretrain_free(afina_pretrain *run);

/* One update; *loss is the batch's mean in nats per token. */
afina_status afina_pretrain_step(afina_pretrain *run, double *loss, afina_error *error);
uint64_t afina_pretrain_steps_done(const afina_pretrain *run);

/* Mean loss over at most `windows` windows of a stream's held-out part, and how many tokens were
 * predicted. */
afina_status afina_pretrain_held_out(afina_pretrain *run, size_t stream, size_t windows,
                                     double *loss, size_t *tokens, afina_error *error);

/* The whole state (weights, moments, generator, counters) as a safetensors file. */
afina_status afina_pretrain_save(const afina_pretrain *run, afina_bytes *out, afina_error *error);
/* Continues from a saved state of the same model; the options may differ (a longer run). On failure
 * the run and its model may be overwritten in part: start again. */
afina_status afina_pretrain_restore(afina_pretrain *run, const void *data, size_t size,
                                    afina_error *error);

#endif
