/* Another tokenizer for a model. */
#ifndef AFINA_TRANSFER_H
#define AFINA_TRANSFER_H

#include "gpt.h"
#include "tokenizer.h"

/* The same language model over the vocabulary of `to`. A token's embedding is the mean of those
 * that `from`, the model's own tokenizer, reads the same text as: its own where that is one token.
 * AFINA_E_ARGUMENT where the model has adapters or a head, or is not of `from`. */
afina_status afina_gpt_transfer(afina_gpt *out, const afina_gpt *gpt, afina_tokenizer *from,
                                const afina_tokenizer *to, afina_error *error);

#endif
