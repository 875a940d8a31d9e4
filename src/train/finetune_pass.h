/* One pass of a fine-tuning run over some texts, and how many of them at a time (private to the
 * train layer).
 *
 * A batch is worked off in parts of whole texts, so that a page can answer between them. Each sum
 * over texts goes on where the part before left it, in the order of the texts: the parts do not
 * show in the bits, nor does it matter that more threads make them larger. */
#ifndef AFINA_FINETUNE_PASS_H
#define AFINA_FINETUNE_PASS_H

#include "finetune.h"
#include "finetune_need.h"

enum { AFINA_PREPARE_ROWS = 256 }; /* texts that become tokens in one step */

/* What the run takes, as far as the texts are known: before they are tokens each has one. Fails,
 * without a sentence, where that is more than run->options.memory_bytes. What the store holds makes
 * room where that helps. */
afina_status afina_finetune_check_memory(afina_finetune *run, afina_finetune_need *need,
                                         afina_error *error);
/* Makes of AFINA_E_MEMORY a sentence with figures; returns `status`. */
afina_status afina_finetune_explain(const afina_finetune *run, afina_status status,
                                    afina_error *error);

/* Makes tokens of AFINA_PREPARE_ROWS texts more; *done: of the last ones, and all that depends on
 * them is allocated. */
afina_status afina_finetune_prepare(afina_finetune *run, bool *done, afina_error *error);

/* The texts of run->batch from run->part on, as many as run->part_tokens allow and at least one;
 * run->part becomes the first text after them. `part` is valid until the next call. */
void afina_finetune_next_part(afina_finetune *run, afina_batch *part);

/* Runs texts as far as the logits; *pooled is what the head read. trains: with run->dropout, and
 * afina_finetune_backward follows. */
afina_status afina_finetune_logits(afina_finetune *run, const afina_batch *batch, bool trains,
                                   const afina_real **pooled, afina_real **logits,
                                   afina_error *error);
/* The logits become probabilities, and run->losses those of the texts' labels, run->targets:
 * cross-entropies, or with `trains` what the recipe makes of them. */
void afina_finetune_losses(afina_finetune *run, const afina_batch *batch, bool trains,
                           afina_real *logits);
/* What the rows [count] count together: their number, or the sum of their classes' weights. */
double afina_finetune_weight(const afina_finetune *run, const size_t *rows, size_t count);
/* Adds the gradient of the part's share of the mean loss of run->batch, which counts
 * run->batch_weight. */
void afina_finetune_backward(afina_finetune *run, const afina_batch *part, const afina_real *pooled,
                             afina_real *logits);

#endif
