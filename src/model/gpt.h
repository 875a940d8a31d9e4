/* GPT-2 (Radford et al., 2019): pre-LayerNorm blocks, learned positions, tanh GELU, tied output
 * embedding; forward and hand-derived backward over packed batches without padding.
 *
 * What is never computed twice, or at all (law 4): a batch may enter at any block with the
 * activations that a frozen stack left there, and where only the last token of each text is read,
 * the last block computes queries, projection and MLP for these rows alone.
 *
 * Dimensions: B texts and N tokens in the batch, R rows that leave the last block (N, or B where
 * only last tokens are read), C channels, F inner width, H heads, L blocks, V vocabulary, K
 * classes, W = afina_readout_width. */
#ifndef AFINA_GPT_H
#define AFINA_GPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "nn.h"
#include "params.h"
#include "status.h"

typedef struct afina_gpt {
  afina_gpt_config config;
  afina_params params;
  afina_real *weights; /* [params.total] */
} afina_gpt;

/* Allocates weights, all zero. */
afina_status afina_gpt_init(afina_gpt *gpt, const afina_gpt_config *config, afina_error *error);
void afina_gpt_free(afina_gpt *gpt);
/* NULL for an adapter that the model does not have. */
const afina_real *afina_gpt_weight(const afina_gpt *gpt, size_t layer, afina_tensor tensor);

/* Gradients of the parameters from `begin` on, a suffix of the parameter buffer. It begins with all
 * (0), with a block or the final LayerNorm (afina_params_block), with the adapters
 * (afina_params_adapters) or with the head (afina_params_head): nothing is computed for the half of
 * a block, nor below the lowest one that something trains in. */
typedef struct afina_gradients {
  afina_real *data; /* [params.total - begin] */
  size_t begin;
  bool fresh; /* the blocks' matrices hold nothing yet: the next backward pass overwrites them, with
               * the bits of adding to zeros; the rest is there to be added to */
  /* NULL: wte's gradient is whole. Else rows of tokens that no text has are left out of it: they
   * would be zeros. [vocabulary + 1] how many of the rows in front of a token's are there; the row
   * itself is, where the next one counts more. */
  const uint32_t *rows;
  size_t left_out; /* elements */
} afina_gradients;
/* Where in data the gradient of the parameter at `offset` begins: 0, or any behind wte. */
size_t afina_gradients_at(const afina_gradients *gradients, size_t offset);
/* Where a tensor's gradient goes; NULL for one that is frozen or not there. */
afina_real *afina_gpt_gradient(const afina_gpt *gpt, const afina_gradients *gradients, size_t layer,
                               afina_tensor tensor);

/* What of a text is wanted at the top. */
typedef enum afina_reads {
  AFINA_READS_ALL,  /* every row */
  AFINA_READS_LAST, /* the last row: the last block computes queries, projection and MLP for it
                     * alone
                     */
  AFINA_READS_MEAN, /* the mean of the rows, taken before the final LayerNorm, which would make all
                       rows as long as each other: their lengths weigh the mean */
  AFINA_READS_WORDS /* this mean, and behind it the mean of the tokens' embeddings without their
                       positions: each goes through the final LayerNorm. Only for a model of
                       AFINA_READOUT_WORDS */
} afina_reads;

/* How a text is read out for classification. */
static inline afina_reads afina_readout_reads(afina_readout readout) {
  return readout == AFINA_READOUT_MEAN    ? AFINA_READS_MEAN
         : readout == AFINA_READOUT_WORDS ? AFINA_READS_WORDS
                                          : AFINA_READS_LAST;
}

/* Dropout where GPT-2 has it, but for the weights of attention: on the embeddings' sum, on what
 * each block's attention and MLP add to the residual stream, and on the readout that the head
 * takes. A batch that is a part of a larger one says where it begins in it: masks are the larger
 * one's. */
typedef struct afina_gpt_dropout {
  afina_dropout mask;
  bool embeddings;              /* their sum too */
  size_t first_block;           /* the blocks below are frozen and run without */
  size_t first_text, first_row; /* of this batch in the larger one; rows: a prompt's too */
} afina_gpt_dropout;

typedef struct afina_gpt_batch {
  afina_ragged rows;
  const uint32_t *ids;        /* [N]; used where first_block == 0 */
  const afina_real *boundary; /* [N, C] what enters block first_block, where it is > 0 */
  const afina_real *words;    /* [B, C] of afina_words_mean, where it is > 0 and reads has them */
  size_t first_block;         /* 0 .. L */
  size_t end_block;           /* first_block .. L; L: the final LayerNorm is applied too */
  afina_reads reads;          /* what of each text leaves the last block */
  bool keep;                  /* keep what the backward pass needs */
  const afina_gpt_dropout *dropout; /* NULL: none; it must live until the backward pass */
} afina_gpt_batch;

/* What one block leaves for its backward pass. */
typedef struct afina_block_pass {
  const afina_gpt_dropout *dropout;            /* NULL: none */
  const afina_real *x;                         /* [N, C] the block's input */
  afina_real *ln_1, *ln_1_mean, *ln_1_rstd;    /* [N, C] [N] [N] */
  afina_real *kv, *asked, *q, *lse, *attended; /* [N + prefixes, 2C] [R, C] [R, C] [H, R] [R, C] */
  afina_real *residual;                        /* [R, C] x + attention */
  afina_real *ln_2, *ln_2_mean, *ln_2_rstd;    /* [R, C] [R] [R] */
  afina_real *fc, *activated, *out;            /* [R, F] [R, F] [R, C] */
  /* LoRA's scaled x A, beside each matrix: [N, rank], then [R, rank]; empty without LoRA */
  afina_real *lora_attn, *lora_asked, *lora_proj, *lora_fc, *lora_mlp;
} afina_block_pass;

/* The activations of one batch at a time; its memory is reused and grows to the largest batch seen.
 */
typedef struct afina_gpt_pass {
  afina_gpt_batch batch;
  afina_ragged rows; /* N of the blocks: the batch's, with the prompt in front of each text's */
  afina_ragged keys; /* what is attended to: these, with the prefix in front of each text's */
  size_t R;
  afina_queries queries; /* of the last block where the last rows are read */
  afina_queries all;     /* behind a prefix: every row asks, at a place further on */
  size_t *query_rows, *query_places, *query_starts, *row_starts, *key_starts, *all_places;
  afina_real *embedded; /* [N, C] */
  afina_block_pass *blocks;
  const afina_real *out; /* [R, C] what left block end_block - 1 */
  size_t H;              /* rows that enter the final LayerNorm: R, or B means, or 2B with words */
  afina_real *averaged;  /* [H, C] where means are read; a text's two stand together */
  afina_real *hidden, *ln_f_mean, *ln_f_rstd; /* [H, C] [H] [H] after the final LayerNorm */
  afina_real *pooled, *logits, *losses;       /* [B, W] [B, K] [B] of the classification head */
  afina_real *dhidden, *dpooled;              /* [H, C] [B, W] gradients, where batch.keep */
  afina_real *daveraged;                      /* [H, C] likewise, where means are read */
  afina_real *dx, *dresidual, *dnorm, *dwide, *dq, *dkv, *dattended, *du,
      *du_asked; /* scratch of the backward pass */
  uint8_t *memory;
  size_t capacity;
} afina_gpt_pass;

/* A pass for models of this shape, without memory yet. */
afina_status afina_gpt_pass_init(afina_gpt_pass *pass, const afina_gpt *gpt, afina_error *error);
void afina_gpt_pass_free(afina_gpt_pass *pass);
/* What a pass takes for a batch of rows.N tokens in rows.B texts; a batch with fewer of either
 * takes no more. Ids, places of texts and boundaries are not looked at. A multiple of
 * AFINA_ALIGNMENT; false where it does not fit a size_t. */
bool afina_gpt_pass_bytes(const afina_gpt_config *config, const afina_gpt_batch *batch,
                          size_t *bytes);
/* So much at once and beforehand: batches that take no more then allocate nothing. `bytes` is one
 * of afina_gpt_pass_bytes. AFINA_E_MEMORY only. */
afina_status afina_gpt_pass_reserve(afina_gpt_pass *pass, size_t bytes, afina_error *error);

/* Runs blocks first_block .. end_block - 1 and, at the top, the final LayerNorm: pass->out and
 * pass->hidden. */
afina_status afina_gpt_forward(const afina_gpt *gpt, const afina_exec *exec, afina_gpt_pass *pass,
                               const afina_gpt_batch *batch, afina_error *error);
/* out[B, C] = the mean of the embeddings of each text's tokens; its rows are out_row apart. */
void afina_words_mean(const afina_gpt *gpt, const afina_exec *exec, afina_real *out, size_t out_row,
                      const uint32_t *ids, const afina_ragged *rows);
/* From pass->dhidden to the gradients of everything between gradients->begin and the head (not
 * included). The batch must have been kept and must start at or below the block that
 * gradients->begin lies in. */
void afina_gpt_backward(const afina_gpt *gpt, const afina_exec *exec, afina_gpt_pass *pass,
                        const afina_gradients *gradients);

/* What stands for a text as a whole: pass->hidden to pass->pooled [B, W], from a batch that reads
 * the last rows, the means, or these and the words; or from the last of all rows. W is 2C where the
 * batch reads words, else C. */
void afina_readout_forward(const afina_gpt *gpt, afina_gpt_pass *pass);
/* pass->dpooled to pass->dhidden, which is overwritten. */
void afina_readout_backward(const afina_gpt *gpt, afina_gpt_pass *pass);

/* The classification head: the readout, and pass->logits [B, K] = pooled score^T. */
void afina_classify_forward(const afina_gpt *gpt, const afina_exec *exec, afina_gpt_pass *pass);
/* x [B, W] of readouts, or their gradients: what falls out of them. */
void afina_readout_drop(const afina_gpt *gpt, const afina_exec *exec, afina_real *x,
                        const afina_gpt_dropout *dropout, size_t B);
/* The same from readouts computed earlier: logits[B,K] of pooled[B,W]. */
void afina_head_forward(const afina_gpt *gpt, const afina_exec *exec, afina_real *logits,
                        const afina_real *pooled, size_t B);
/* From dlogits[B,K] to the head's gradient and pass->dhidden (overwritten). dhidden is not computed
 * where gradients->begin lies at the head. */
void afina_classify_backward(const afina_gpt *gpt, const afina_exec *exec, afina_gpt_pass *pass,
                             const afina_real *dlogits, const afina_gradients *gradients);

/* After afina_classify_forward on a batch that was kept and that begins with its ids: the gradient
 * of dlogits [B, K] . logits in every token's embedding, its row of wte at this one place, [N, C].
 * No parameter's gradient is computed. It lives until the pass runs again. */
const afina_real *afina_gpt_inputs_backward(const afina_gpt *gpt, const afina_exec *exec,
                                            afina_gpt_pass *pass, const afina_real *dlogits);

/* The language model: losses[N] = cross-entropy of targets[N] given the texts' own rows of
 * pass->hidden (nats), of a batch that read all rows.
 * Where gradients is not NULL, also the gradient of scale * sum of losses: pass->dhidden
 * (overwritten) and the output embedding's. Works through the rows in chunks; `logits` has room for
 * chunk * V. */
void afina_language_loss(const afina_gpt *gpt, const afina_exec *exec, afina_gpt_pass *pass,
                         afina_real *losses, const uint32_t *targets, afina_real scale,
                         const afina_gradients *gradients, afina_real *logits, size_t chunk);

/* What afina_contrast_loss works with, for at most P pairs. */
typedef struct afina_contrast {
  afina_real *unit, *dunit; /* [2P, C] readouts of length 1 and their gradients */
  afina_real *norms;        /* [2P] */
  afina_real *scores;       /* [P, P] */
  afina_real *losses;       /* [P] */
  uint32_t *targets;        /* [P] row p belongs to column p */
} afina_contrast;

/* All zero, but for the targets. AFINA_E_MEMORY only. */
afina_status afina_contrast_init(afina_contrast *contrast, size_t P, size_t C, afina_error *error);
void afina_contrast_free(afina_contrast *contrast);

/* Readouts p and P + p of pooled [2P, C] are of two passages that belong together, all others do
 * not: the mean of -log softmax(cosines / temperature) over all 2P choices of a partner among P, in
 * nats (InfoNCE; van den Oord et al., 2018; both directions and in-batch negatives as in
 * Neelakantan et al., 2022). dpooled [2P, C] is overwritten with the gradient of scale times it. */
double afina_contrast_loss(const afina_exec *exec, afina_contrast *work, afina_real *dpooled,
                           const afina_real *pooled, afina_real temperature, afina_real scale,
                           size_t P, size_t C);

#endif
