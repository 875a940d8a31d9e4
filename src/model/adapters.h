/* What a classifier learns beside weights that stay as they are: LoRA (Hu et al., 2021,
 * arXiv:2106.09685), a prefix (Li and Liang, 2021, arXiv:2101.00190) or a prompt (Lester et al.,
 * 2021, arXiv:2104.08691). They are parameters like others (params.h); what they do in a pass
 * stands here, so that gpt.c reads without them. Each function does nothing where the model has no
 * such adapter.
 *
 *   LoRA    y = x W + bias + (alpha / rank) (x A) B, beside the matrices that config->adapters
 *           names. A starts random, B as zero: at first nothing is changed. It can be merged.
 *   prefix  P keys and values in front of each text's, in every block. All rows see them, they see
 *           nothing; the text's own places are as without.
 *   prompt  P rows in front of each text's, at places 0 to P - 1 of the context: the text begins at
 *           P. Readouts of means take the text's own rows only.
 *
 * Dimensions as in gpt.h. */
#ifndef AFINA_ADAPTERS_H
#define AFINA_ADAPTERS_H

#include "gpt.h"

/* First values: LoRA's A normal(0, 1 / inputs), B zero; a prompt, and the keys and values of a
 * prefix, are those of a text of P tokens drawn from the 5,000 most frequent (the first ids behind
 * the bytes: BPE learns frequent ones first). exec has scratch for P tokens. AFINA_E_MEMORY. */
afina_status afina_adapters_begin(afina_gpt *gpt, const afina_exec *exec, afina_rng *rng,
                                  afina_error *error);

/* The table of the same model without adapters. AFINA_E_MEMORY. */
afina_status afina_adapters_plain(afina_params *out, const afina_gpt_config *config,
                                  afina_error *error);
/* Adds LoRA's part to the matrices and takes it away: the model becomes one without adapters, of
 * the same answers up to rounding. `plain` is taken over: so this cannot fail. */
void afina_adapters_merge(afina_gpt *gpt, afina_params *plain);

/* The model without its prefix and prompt, as it was before they were trained; borrows `gpt`. */
afina_gpt afina_adapters_off(const afina_gpt *gpt);

/* The lowest block that something trains in where the parameters from `begin` on train; L: none. */
size_t afina_adapters_lowest_block(const afina_gpt *gpt, size_t begin);
/* Whether what trains of block l besides its weights needs the gradient of its attention. */
bool afina_adapters_in_attention(const afina_gpt *gpt, const afina_gradients *gradients, size_t l);

/* LoRA beside the matrix whose A is `a`: y[N, O] += u[N, rank] B, u = (alpha / rank) x[N, I] A. */
void afina_lora_forward(const afina_gpt *gpt, const afina_exec *exec, afina_real *y, afina_real *u,
                        const afina_real *x, size_t l, afina_tensor a, size_t N);
/* dx[N, I] (may be NULL) += and the factors' gradients +=, of dy[N, O]; du[N, rank] is scratch. */
void afina_lora_backward(const afina_gpt *gpt, const afina_exec *exec,
                         const afina_gradients *gradients, afina_real *dx, afina_real *du,
                         const afina_real *dy, const afina_real *u, const afina_real *x, size_t l,
                         afina_tensor a, size_t N);
/* The same beside c_attn, whose queries may be those of some rows only: to the keys and values
 * kv[N, 2C] and to p->q. */
void afina_lora_attention_forward(const afina_gpt *gpt, const afina_exec *exec, afina_block_pass *p,
                                  afina_real *kv, size_t l, size_t N, const afina_queries *queries);
/* Of s->dq and dkv[N, 2C]; dx[N, C] as above. */
void afina_lora_attention_backward(const afina_gpt *gpt, const afina_exec *exec,
                                   const afina_gradients *gradients, afina_gpt_pass *s,
                                   const afina_block_pass *p, const afina_real *dkv, afina_real *dx,
                                   size_t l, size_t N, const afina_queries *queries);

/* kv [keys->N, 2C], the texts' own rows behind those of all prefixes: moves them to where `keys`
 * has them, with a copy of block l's prefix in front of each. */
void afina_prefix_forward(const afina_gpt *gpt, afina_real *kv, size_t l, const afina_ragged *keys);
/* The prefix's gradient +=; the texts' own rows of dkv move back. */
void afina_prefix_backward(const afina_gpt *gpt, const afina_exec *exec,
                           const afina_gradients *gradients, afina_real *dkv, size_t l,
                           const afina_ragged *keys);
/* x [rows->N, C], likewise with the prompt, which is given its places. */
void afina_prompt_forward(const afina_gpt *gpt, const afina_exec *exec, afina_real *x,
                          const afina_ragged *rows);
/* The gradients of the prompt and of its places +=; the texts' own rows of dx move back. */
void afina_prompt_backward(const afina_gpt *gpt, const afina_exec *exec,
                           const afina_gradients *gradients, afina_real *dx,
                           const afina_ragged *rows);

#endif
