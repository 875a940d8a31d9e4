/* AdamW with decoupled weight decay (Loshchilov and Hutter, 2019) and clipping by the global norm,
 * over the suffix of the parameters that trains; Muon for the blocks' matrices where it is wanted;
 * and the learning-rate schedules. */
#ifndef AFINA_OPTIMIZER_H
#define AFINA_OPTIMIZER_H

#include <stdint.h>

#include "gpt.h"
#include "muon.h"

typedef struct afina_optimizer_options {
  double beta1, beta2, epsilon;
  double weight_decay; /* of matrices; vectors never decay */
  double clip;         /* the largest global gradient norm; 0: no clipping */
} afina_optimizer_options;

typedef struct afina_optimizer {
  afina_optimizer_options options;
  afina_gradients gradients; /* of the current step; the caller's backward passes accumulate here */
  afina_real *m, *v;         /* moments, like the gradients */
  afina_muon muon;           /* no matrices: AdamW for all; else their momentum is in m, v idle */
  size_t begin, count;       /* the suffix of the parameters, and how many have gradients: but for
                              * rows of wte that are left out, all */
  double *rates;             /* NULL: 1; else [entries of the table] factors on the rate */
  size_t wait; /* parameters from here on stay as they are, and nothing decays; SIZE_MAX: none */
  double beta1_power,
      beta2_power; /* beta^steps, kept by multiplication: pow() differs between C libraries */
  uint64_t steps;
  uint32_t *rows; /* NULL, or the rows of wte that have gradients and moments: gradients.rows */
  size_t left_out;
  double *chunk_sums; /* squares, a chunk each: added in order, whatever thread summed them */
} afina_optimizer;

/* For the parameters from `begin` on; all moments zero. AFINA_E_MEMORY only. */
afina_status afina_optimizer_init(afina_optimizer *optimizer, const afina_gpt *gpt, size_t begin,
                                  const afina_optimizer_options *options, afina_error *error);
/* rows[vocabulary + 1] (free it) of texts with these tokens: see afina_gradients. AFINA_E_MEMORY
 * only. */
afina_status afina_token_rows(uint32_t **rows, const uint32_t *ids, size_t count, size_t vocabulary,
                              afina_error *error);
/* Whether wte's gradient can leave out rows: those of what trains begin with it, and chunks of sums
 * are cut between the same lanes. */
bool afina_optimizer_leaves_out(const afina_gpt_config *config, size_t begin);
/* The same for embeddings that only these texts' own tokens train, as under a classifier; `rows` is
 * taken over, also by a failure. What is left out would be zeros in gradient and moments, so that a
 * step only decays it: no bit changes. */
afina_status afina_optimizer_init_rows(afina_optimizer *optimizer, const afina_gpt *gpt,
                                       size_t begin, uint32_t *rows,
                                       const afina_optimizer_options *options, afina_error *error);
/* Before the first step: Muon, with this momentum, takes the blocks' matrices over. `threads`:
 * those of the pool that the steps will run on. AFINA_E_MEMORY only. */
afina_status afina_optimizer_use_muon(afina_optimizer *optimizer, const afina_gpt *gpt,
                                      double momentum, size_t threads, afina_error *error);
/* From now on for the parameters from `begin` on only, none below those of afina_optimizer_init; as
 * if no step had been done. Not with Muon. */
void afina_optimizer_restart(afina_optimizer *optimizer, size_t begin);
/* Discriminative rates (Howard and Ruder, 2018): the head's is the step's; that of the top block
 * and the final LayerNorm `decay` times it, and so on downwards to the embeddings. Not with Muon.
 * AFINA_E_MEMORY only. */
afina_status afina_optimizer_use_decay(afina_optimizer *optimizer, const afina_gpt *gpt,
                                       double decay, afina_error *error);
void afina_optimizer_free(afina_optimizer *optimizer);

/* Sets the gradients to zero. */
void afina_optimizer_zero(afina_optimizer *optimizer);
/* The same before a step's first backward pass, but what that pass overwrites in any case is not
 * written twice: gradients.fresh is set, and the caller takes it back behind that pass. */
void afina_optimizer_open(afina_optimizer *optimizer, const afina_gpt *gpt, const afina_exec *exec);
/* One update of gpt->weights with the accumulated gradients; returns their global norm before
 * clipping. */
double afina_optimizer_step(afina_optimizer *optimizer, afina_gpt *gpt, const afina_exec *exec,
                            double lr);

/* The factor on the peak learning rate at `step` of `steps` (counted from 0; steps may as well be
 * tokens): linear warm-up over
 * `warmup` steps, then a half cosine down to `floor` (Loshchilov and Hutter, 2017). */
double afina_schedule_cosine(uint64_t step, uint64_t steps, uint64_t warmup, double floor);
/* Warm-up, then constant, then linear over the last `decay` steps down to `floor`: a run that may
 * be prolonged before it is cooled down (Hu et al., 2024, "WSD"). */
double afina_schedule_stable(uint64_t step, uint64_t steps, uint64_t warmup, uint64_t decay,
                             double floor);

#endif
