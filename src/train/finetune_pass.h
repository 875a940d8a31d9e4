/* One pass of a fine-tuning run over some texts, and how many of them at a time (private to the
 * train layer).
 *
 * A batch is worked off in parts of whole texts, so that a page can answer between them. Each sum
 * over texts goes on where the part before left it, in the order of the texts: the parts do not
 * show in the bits, nor does it matter that more threads make them larger. */
#ifndef AFINA_FINETUNE_PASS_H
#define AFINA_FINETUNE_PASS_H

#include "finetune.h"

/* How many tokens take about 50 milliseconds in a page, forward only or with the way back. */
size_t afina_finetune_tokens_at_once(const afina_finetune *run, bool backward);

/* The texts of run->batch from run->part on, as many as run->part_tokens allow and at least one;
 * run->part becomes the first text after them. `part` is valid until the next call. */
void afina_finetune_next_part(afina_finetune *run, afina_batch *part);

/* Runs texts as far as the logits, which become probabilities and losses; *pooled is what the head
 * read. keep: afina_finetune_backward follows. */
afina_status afina_finetune_forward(afina_finetune *run, const afina_batch *batch, bool keep,
                                    const afina_real **pooled, afina_real **logits,
                                    afina_error *error);
/* Adds the gradient of the part's share of the mean loss of a batch of `texts`. */
void afina_finetune_backward(afina_finetune *run, const afina_batch *part, size_t texts,
                             const afina_real *pooled, afina_real *logits);

#endif
