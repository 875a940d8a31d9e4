/* Instruction tuning: a language model learns rows of instruction, input and response, with the
 * loss on the responses alone or on every token, as a series of small steps (private to the train
 * layer; the public face is afina_instruct.h).
 *
 * A batch is worked off in parts of whole rows, so that a page can answer between them; the parts
 * do not show in the bits (finetune_pass.h). A saved state is that from before the batch at hand.
 */
#ifndef AFINA_INSTRUCT_H
#define AFINA_INSTRUCT_H

#include "counted.h"
#include "instruct_options.h"
#include "instruct_rows.h"
#include "optimizer.h"
#include "progress.h"
#include "safetensors.h"

typedef struct afina_instruct_epoch {
  double train_loss; /* mean over what counted, of the weights as they were then; NAN for epoch 0 */
  double valid_loss; /* mean over the held-out responses' tokens, after it; NAN without such rows */
} afina_instruct_epoch;

typedef struct afina_instruct_run {
  afina_instruct_options options;
  afina_gpt gpt;           /* owned: the model being tuned, its adapters apart */
  const afina_exec *exec;  /* borrowed */
  size_t begin, trainable; /* the first parameter that trains, and how many do */
  afina_instruct_rows rows;
  afina_gpt_pass pass;
  afina_optimizer optimizer;
  afina_batcher train, valid;
  afina_rng rng, epoch_rng; /* now; as it was before the epoch's rows were shuffled */
  afina_counted_work work;
  size_t *places;    /* [most tokens of a part] */
  uint32_t *targets; /* likewise */
  afina_real *losses;
  size_t *part_starts; /* [most rows of a batch + 1] */
  size_t part_tokens;

  afina_phase phase;  /* AFINA_VALIDATE, AFINA_TRAIN, AFINA_DONE */
  size_t epoch;       /* the one at work, from 1; 0: the held-out rows before the first */
  size_t step, steps; /* batches within the phase */
  size_t update, updates;
  uint64_t tokens; /* that counted so far */

  const afina_batch *batch; /* in training: worked off in parts */
  size_t part;
  double batch_loss;
  size_t batch_counted;
  double sum, weight;           /* of the phase: losses, and what they are the mean over */
  afina_instruct_epoch *epochs; /* [options.epochs + 1] */
  size_t epochs_done;           /* entries of epochs */
  double last_loss, last_rate, last_norm; /* of the last update; NAN before */
} afina_instruct_run;

/* What a run takes, in bytes. */
typedef struct afina_instruct_need {
  size_t weights, gradients, moments, activations, logits, texts, total;
} afina_instruct_need;

/* gpt's weights are copied; memory: what there is, SIZE_MAX: not known. AFINA_E_UNSUPPORTED for a
 * classifier, or a model with a prefix or prompt of its own; AFINA_E_DATA: no row to train on;
 * AFINA_E_MEMORY in figures. */
afina_status afina_instruct_run_init(afina_instruct_run *run, const afina_gpt *gpt,
                                     afina_tokenizer *tokenizer, const afina_instructions *data,
                                     const afina_exec *exec, const afina_instruct_options *options,
                                     size_t memory, afina_error *error);
void afina_instruct_run_clear(afina_instruct_run *run);
/* What the run takes; known once it is made. */
afina_instruct_need afina_instruct_run_need(const afina_instruct_run *run);

/* One part of a batch. AFINA_E_DIVERGED: a loss or a weight is no number; do not go on then. */
afina_status afina_instruct_run_advance(afina_instruct_run *run, afina_error *error);
/* Of the whole run, 0 .. 1. */
double afina_instruct_run_fraction(const afina_instruct_run *run);

/* The state (what trained, moments, generator, place in the epoch, losses) as a safetensors file,
 * with `metadata` [count] of the caller's. */
afina_status afina_instruct_run_save(const afina_instruct_run *run, const afina_metadata *metadata,
                                     size_t count, afina_bytes *out, afina_error *error);
/* Goes on from a state of the same model, rows and options, which the caller has made sure of: the
 * same bits as if the run had never stopped. AFINA_E_FORMAT; on failure the run cannot be used. */
afina_status afina_instruct_run_restore(afina_instruct_run *run, const afina_safetensors *file,
                                        afina_error *error);

#endif
