/* The ONE table of the model's parameters: names, shapes, places, and which of them AdamW decays.
 *
 * All parameters live in one buffer, in the order of the table: embeddings, blocks from the bottom
 * to the top, final LayerNorm, adapters, classification head. What a strategy trains is therefore
 * always a suffix of the buffer, and gradients and moments are buffers of that suffix. Names are
 * those of Hugging Face transformers' GPT-2; adapters, which it does not know, have our own. */
#ifndef AFINA_PARAMS_H
#define AFINA_PARAMS_H

#include <stdbool.h>
#include <stddef.h>

#include "config.h"
#include "real.h"
#include "rng.h"
#include "status.h"

/* Which tensor. Those from AFINA_LN_1_WEIGHT to AFINA_MLP_PROJ_BIAS exist once per block, adapters
 * where config->adapters has them: the prompt in block 0 only. */
typedef enum afina_tensor {
  AFINA_WTE, /* token embedding, also the output embedding    [V, C] */
  AFINA_WPE, /* position embedding                            [T, C] */
  AFINA_LN_1_WEIGHT,
  AFINA_LN_1_BIAS,
  AFINA_ATTN_WEIGHT, /* queries | keys | values, Conv1D layout [C, 3C] */
  AFINA_ATTN_BIAS,
  AFINA_ATTN_PROJ_WEIGHT, /*                                   [C, C] */
  AFINA_ATTN_PROJ_BIAS,
  AFINA_LN_2_WEIGHT,
  AFINA_LN_2_BIAS,
  AFINA_MLP_FC_WEIGHT, /*                                      [C, F] */
  AFINA_MLP_FC_BIAS,
  AFINA_MLP_PROJ_WEIGHT, /*                                    [F, C] */
  AFINA_MLP_PROJ_BIAS,
  AFINA_LN_F_WEIGHT,
  AFINA_LN_F_BIAS,
  AFINA_PROMPT,      /* trained input vectors                       [P, C] */
  AFINA_PREFIX,      /* trained keys | values                       [P, 2C] */
  AFINA_LORA_ATTN_A, /* LoRA's two factors beside each matrix, [inputs, R] and [R, outputs]: B
                        follows A */
  AFINA_LORA_ATTN_B,
  AFINA_LORA_ATTN_PROJ_A,
  AFINA_LORA_ATTN_PROJ_B,
  AFINA_LORA_MLP_FC_A,
  AFINA_LORA_MLP_FC_B,
  AFINA_LORA_MLP_PROJ_A,
  AFINA_LORA_MLP_PROJ_B,
  AFINA_SCORE /* classification head, no bias                  [K, C | 2C] */
} afina_tensor;

typedef struct afina_param {
  char name[64];
  size_t rows, columns; /* rows == 1 and vector: a one-dimensional tensor */
  bool vector;
  bool decays;   /* matrices do; vectors, the prompt and prefixes do not */
  size_t offset; /* in the buffer, in elements */
} afina_param;

typedef struct afina_params {
  afina_param *entries;
  size_t count;
  size_t total; /* elements in the buffer */
  size_t layers;
  size_t head; /* the head's first element; total where there is none */
  size_t
      *extra; /* [L, adapter tensors] entry of each, 0 where it is not there; NULL: no adapters */
} afina_params;

/* Builds the table for a config (config->classes == 0: no head). */
afina_status afina_params_init(afina_params *params, const afina_gpt_config *config,
                               afina_error *error);
void afina_params_free(afina_params *params);

/* The table's entry of a tensor; `layer` counts only for tensors of blocks. NULL for an adapter
 * that the model does not have. */
const afina_param *afina_params_find(const afina_params *params, size_t layer, afina_tensor tensor);

/* First element of block `layer`; of the final LayerNorm for layer == L; of the adapters (that of
 * the head where there are none); of the head. */
size_t afina_params_block(const afina_params *params, size_t layer);
size_t afina_params_adapters(const afina_params *params);
size_t afina_params_head(const afina_params *params);

/* GPT-2's initialisation: normal(0, 0.02), projections into the residual stream divided by sqrt(2
 * L), LayerNorm weights one, biases zero, wpe normal(0, 0.01); from element `begin` on. Adapters
 * are left as they are: afina_adapters_begin. */
void afina_params_random(const afina_params *params, afina_real *buffer, size_t begin,
                         afina_rng *rng);

/* What pretraining begins with: these, but with blocks that add nothing yet, their last projections
 * zero, so that what the embeddings know reaches the readout whole (Zhang et al., 2019, "Fixup";
 * the speed runs of modded-nanogpt do the same). */
void afina_params_begin(const afina_params *params, afina_real *buffer, afina_rng *rng);

#endif
