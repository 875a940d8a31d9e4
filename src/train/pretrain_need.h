/* What a pretraining run takes of memory, known before it begins: all of it is held until it ends.
 */
#ifndef AFINA_PRETRAIN_NEED_H
#define AFINA_PRETRAIN_NEED_H

#include "pretrain.h"

/* Bytes; SIZE_MAX where a size_t cannot hold them. */
typedef struct afina_pretrain_need {
  size_t weights;     /* of the model that trains; the one that it is copied from is not counted */
  size_t gradients;   /* one for each part of the batch that runs by itself */
  size_t moments;     /* and what Muon works with */
  size_t activations; /* of the parts, their logits included */
  size_t texts;       /* the stream's tokens and the windows of a batch */
  size_t saving;      /* the file of the state, which may be asked for at any time */
  size_t total;
} afina_pretrain_need;

/* For a run without contrastive parts on one stream of so many tokens, on so many threads.
 * AFINA_E_MEMORY only. */
afina_status afina_pretrain_measure(afina_pretrain_need *out, const afina_gpt_config *config,
                                    const afina_pretrain_options *options, size_t threads,
                                    size_t tokens, afina_error *error);

/* Fails where the run takes more than there is (memory: bytes; SIZE_MAX: not known), in these
 * figures and with what would take less. AFINA_E_MEMORY only. */
afina_status afina_pretrain_fits(const afina_gpt_config *config,
                                 const afina_pretrain_options *options, size_t threads,
                                 size_t tokens, size_t memory, afina_error *error);

#endif
