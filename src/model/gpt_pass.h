/* The memory of a pass (private to the model layer). */
#ifndef AFINA_GPT_PASS_H
#define AFINA_GPT_PASS_H

#include "gpt.h"

/* Checks the batch against the model (ids, lengths, range of blocks) and lays out the activations
 * for it. */
afina_status afina_gpt_pass_prepare(afina_gpt_pass *pass, const afina_gpt *gpt,
                                    const afina_gpt_batch *batch, afina_error *error);

#endif
