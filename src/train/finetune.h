/* A fine-tuning run as a series of small steps (private to the train layer; the public face is
 * afina.h). */
#ifndef AFINA_FINETUNE_H
#define AFINA_FINETUNE_H

#include "balance.h"
#include "batch.h"
#include "cache.h"
#include "finetune_bag.h"
#include "labeled.h"
#include "lbfgs.h"
#include "optimizer.h"
#include "options.h"
#include "progress.h"
#include "split.h"
#include "tokenizer.h"
#include "watch.h"

struct afina_finetune {
  afina_finetune_options options;
  afina_gpt gpt;              /* owned: the model being tuned */
  afina_tokenizer *tokenizer; /* borrowed */
  const afina_dataset *data;  /* borrowed */
  const afina_exec *exec;     /* borrowed */
  size_t begin, trainable;    /* the first parameter that ever trains, and how many do */
  size_t block, lowest;       /* the first block that trains: now, at last (gradual.h) */
  afina_params plain;         /* of LoRA: what becomes the model's table when it is merged */
  afina_split split;
  afina_sequences sequences; /* one for each row of the data set */
  size_t truncated;          /* texts cut to the context */
  afina_cache cache;
  afina_cache_kind cache_kind; /* at the boundary where it is coarsest */
  size_t reused, computed;     /* texts whose frozen part was found in the store, or not */
  afina_gpt_pass pass;
  afina_optimizer optimizer;
  size_t different;   /* tokens that occur in the texts; 0: not known yet */
  afina_lbfgs solver; /* of the weights that train, where the recipe has it */
  afina_batcher train, all, valid, test;
  afina_real *head_logits; /* [largest batch, K] */
  afina_real *best;        /* the suffix that trains, as it was after the best epoch; when LoRA has
                              been merged, the only place where it is by itself */
  afina_rng rng;
  uint32_t *targets;         /* [largest batch] */
  afina_real *class_weights; /* [K], where the recipe weighs; else NULL */
  afina_balance balance;     /* where it draws */
  afina_real *losses;
  float *probabilities;   /* of the test part */
  afina_finetune_bag bag; /* where options.ngrams */

  afina_phase phase;
  size_t step, steps; /* within the phase */

  const afina_batch *batch;        /* in training: worked off in parts (finetune_pass.h) */
  afina_gpt_dropout dropout;       /* of the part that trains, where the recipe has any */
  size_t part, part_tokens;        /* the next text of it; what a part takes at most */
  size_t *part_starts;             /* [texts of the largest batch + 1] */
  double batch_loss, batch_weight; /* of its texts: sums of losses, of what each counts */
  double update_weight;            /* of all texts of an update: what gradients are divided by */

  size_t epoch, texts, update, updates; /* updates: since the last opening of blocks, of all until
                                           the next */
  size_t all_updates;
  size_t opened; /* the epoch behind which blocks were opened last */
  double epoch_loss, epoch_weight, valid_loss;
  size_t valid_right;
  afina_epoch *epochs; /* [options.epochs] */
  size_t epochs_done, best_epoch;
  double best_accuracy, best_loss;
  double started, epoch_started, prepared, trained, finished; /* the caller's clock */
  bool clock_runs, halted;
  afina_watch *watch; /* NULL: nobody looks */
};

/* gpt's weights are copied and given a new head for the data's classes. */
afina_status afina_finetune_init(afina_finetune *run, const afina_gpt *gpt,
                                 afina_tokenizer *tokenizer, const afina_dataset *data,
                                 const afina_exec *exec, const afina_finetune_options *options,
                                 afina_error *error);
void afina_finetune_clear(afina_finetune *run);
/* A step that failed leaves its batch half done: do not advance further, unless a halt has gone
 * back to the best epoch. AFINA_E_DIVERGED: a loss or a weight is no number. */
afina_status afina_finetune_advance(afina_finetune *run, double now, afina_progress *progress,
                                    afina_error *error);
/* No further training: what is left is testing the best epoch so far. Before the first epoch has
 * ended, the weights as they are. */
void afina_finetune_halt(afina_finetune *run);

/* {"classes","split","options","trained_parameters","reused","computed"}; any time. Free with
 * cJSON_Delete. */
afina_status afina_finetune_describe(const afina_finetune *run, cJSON **out, afina_error *error);
/* report.json; `model` is copied under "model", weights_sha256 is computed here. AFINA_E_STATE
 * before AFINA_DONE. */
afina_status afina_finetune_json(const afina_finetune *run, const cJSON *model, cJSON **out,
                                 afina_error *error);

#endif
