/* The language model's loss where only some tokens count: in instruction tuning those of the
 * response. Rows that do not count never meet the vocabulary: neither their logits nor their
 * gradients are computed.
 *
 * Dimensions as in gpt.h. */
#ifndef AFINA_COUNTED_H
#define AFINA_COUNTED_H

#include "gpt.h"

/* Which rows of a batch count, and the token that comes after each. */
typedef struct afina_counted {
  const size_t *rows;      /* [count] of the batch's, ascending; a prompt's are not among them */
  const uint32_t *targets; /* [count] */
  size_t count;
} afina_counted;

/* Room for `chunk` rows at a time. */
typedef struct afina_counted_work {
  afina_real *logits;           /* [chunk, V] */
  afina_real *hidden, *dhidden; /* [chunk, C] */
  size_t chunk;
} afina_counted_work;

/* AFINA_E_MEMORY only. */
afina_status afina_counted_work_init(afina_counted_work *work, const afina_gpt_config *config,
                                     size_t chunk, afina_error *error);
void afina_counted_work_free(afina_counted_work *work);

/* losses[count] = cross-entropy of each target given its row of pass->hidden (nats), of a batch
 * that read all rows. Where gradients is not NULL, also the gradient of scale * sum of losses:
 * pass->dhidden (overwritten; zero where nothing counts) and the output embedding's. */
void afina_counted_loss(const afina_gpt *gpt, const afina_exec *exec, afina_gpt_pass *pass,
                        const afina_counted_work *work, const afina_counted *counted,
                        afina_real *losses, afina_real scale, const afina_gradients *gradients);

#endif
