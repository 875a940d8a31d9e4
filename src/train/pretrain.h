/* Pretraining of a language model on token streams: random windows of `context` tokens, Muon or
 * AdamW, held-out loss, and a state that can be saved and restored so that a resumed run gives the
 * same bits as one that never stopped (on the same machine and kernels).
 *
 * The schedule counts tokens, since the batch may grow: warm-up, constant, and a decay at the end.
 * A state from before the decay can be prolonged; one from within it can only be cooled down. */
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

enum { AFINA_MAX_SPANS = 8 };

typedef enum afina_pretrain_optimizer { AFINA_ADAMW, AFINA_MUON } afina_pretrain_optimizer;

typedef struct afina_pretrain_options {
  size_t context;     /* tokens of a window */
  size_t batch;       /* windows of an update */
  size_t micro_batch; /* windows that run together; their gradients add up to the batch's */
  size_t batch_start; /* windows of the first updates; 0: no growth */
  uint64_t growth;    /* over so many tokens the batch doubles, again and again, up to `batch`: each
                         time when a straight line from start to end reaches the double */
  uint64_t tokens;    /* in all */
  uint64_t warmup;    /* tokens */
  uint64_t decay;     /* tokens of the final decay */
  double lr, lr_floor; /* peak, and the factor on it at the end */
  double weight_decay;
  afina_pretrain_optimizer optimizer;
  uint64_t seed;
  /* The contrastive parts (contrastive.h): their losses times their weights are added to the
   * language model's. The readout is the model's config.readout. */
  size_t contrast_tokens; /* of the passages of an update; 0: no such part */
  size_t word_tokens; /* the same for the passages whose token embeddings' mean is read, without the
                         blocks; 0: no such part */
  size_t spans[AFINA_MAX_SPANS]; /* tokens of a passage: an update's are all as long as one */
  size_t span_count;
  uint64_t word_steps; /* updates before all others that see word passages alone and train nothing
                          but the token embeddings; no tokens are counted */
  double temperature, language_weight, contrast_weight, word_weight;
  uint16_t end_of_text; /* stands behind every document of a stream */
} afina_pretrain_options;

typedef struct afina_pretrain afina_pretrain;

/* gpt and streams stay the caller's and must outlive the run. */
afina_status afina_pretrain_create(afina_pretrain **out, afina_gpt *gpt, const afina_exec *exec,
                                   const afina_stream *streams, size_t stream_count,
                                   const afina_pretrain_options *options, afina_error *error);
void afina_pretrain_free(afina_pretrain *run);

/* What one update was: the losses of its batch, before it. */
typedef struct afina_pretrain_loss {
  double language; /* mean, nats per token */
  double contrast; /* mean, nats per choice among the batch's passages; 0 without that part */
  double words;    /* the same for token embeddings */
  double learning_rate, gradient_norm; /* of the update; the norm before clipping */
} afina_pretrain_loss;

/* One update. */
afina_status afina_pretrain_step(afina_pretrain *run, afina_pretrain_loss *loss,
                                 afina_error *error);

/* The windows that ran last, an update's or a held-out measure's. */
typedef struct afina_pretrain_windows {
  const uint32_t *ids, *targets; /* [count * context] */
  const afina_real *losses;      /* [count * context] of the targets, nats */
  size_t count, context;
} afina_pretrain_windows;
/* None before the first. They are overwritten by the next. */
afina_pretrain_windows afina_pretrain_last(const afina_pretrain *run);

/* Where a run stands. */
typedef struct afina_pretrain_progress {
  uint64_t steps, tokens; /* done; an update more is due while tokens < total */
  uint64_t total;         /* tokens in all, from the options or the cooling down */
  uint64_t decayed;       /* of the tokens done, those in the decay */
  size_t batch;           /* windows of the next update */
  bool decays;            /* whether the next update lies in the decay */
} afina_pretrain_progress;
afina_pretrain_progress afina_pretrain_where(const afina_pretrain *run);

/* The decay takes `tokens` and begins now, or began where the state has it: instead of the options'
 * end and decay. */
void afina_pretrain_cool_down(afina_pretrain *run, uint64_t tokens);

/* Mean loss over at most `windows` windows of a stream's held-out part, and how many tokens were
 * predicted. */
afina_status afina_pretrain_held_out(afina_pretrain *run, size_t stream, size_t windows,
                                     double *loss, size_t *tokens, afina_error *error);

/* The whole state (weights, moments, generator, counters) as a safetensors file. */
afina_status afina_pretrain_save(const afina_pretrain *run, afina_bytes *out, afina_error *error);
/* Continues from a saved state of the same model; the options may differ (a longer run), but for
 * the optimizer: AFINA_E_ARGUMENT. On failure the run and its model may be overwritten in part:
 * start again. */
afina_status afina_pretrain_restore(afina_pretrain *run, const void *data, size_t size,
                                    afina_error *error);

#endif
