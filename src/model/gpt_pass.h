/* The memory of a pass, and one of its blocks (private to the model layer). */
#ifndef AFINA_GPT_PASS_H
#define AFINA_GPT_PASS_H

#include "gpt.h"

/* Checks the batch against the model (ids, lengths, range of blocks) and lays out the activations
 * for it. */
afina_status afina_gpt_pass_prepare(afina_gpt_pass *pass, const afina_gpt *gpt,
                                    const afina_gpt_batch *batch, afina_error *error);

/* out[Q, width] = the rows of x that ask. */
void afina_rows_gather(afina_real *out, const afina_real *x, const afina_queries *queries,
                       size_t width);
/* The rows of dx that ask += dout[Q, width]. */
void afina_rows_scatter_add(const afina_exec *exec, afina_real *dx, const afina_real *dout,
                            const afina_queries *queries, size_t width);

/* Block l: p->x [N, C] to p->out [R, C], R being those of `queries` (NULL: all N). `rows` are
 * attended to; `past` of them are computed elsewhere: kept ones of the only text, whose keys and
 * values stand at p->kv already, in front of those of the N, or the prefixes of all texts. */
void afina_block_forward(const afina_gpt *gpt, const afina_exec *exec, afina_block_pass *p,
                         size_t l, const afina_ragged *rows, size_t past,
                         const afina_queries *queries);

#endif
