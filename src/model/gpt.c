#include "gpt.h"

#include <stdlib.h>
#include <string.h>

#include "adapters.h"
#include "gpt_pass.h"
#include "memory.h"

afina_status afina_gpt_init(afina_gpt *gpt, const afina_gpt_config *config, afina_error *error) {
  afina_gpt made = {.config = *config};
  AFINA_TRY(afina_params_init(&made.params, config, error));
  made.weights = afina_allocate(made.params.total, sizeof *made.weights);
  if (!made.weights) {
    afina_params_free(&made.params);
    return afina_fail_memory(error);
  }
  *gpt = made;
  return AFINA_OK;
}

void afina_gpt_free(afina_gpt *gpt) {
  if (!gpt) return;
  afina_params_free(&gpt->params);
  free(gpt->weights);
  *gpt = (afina_gpt){0};
}

const afina_real *afina_gpt_weight(const afina_gpt *gpt, size_t layer, afina_tensor tensor) {
  const afina_param *param = afina_params_find(&gpt->params, layer, tensor);
  return param ? gpt->weights + param->offset : NULL;
}

size_t afina_gradients_at(const afina_gradients *gradients, size_t offset) {
  return offset ? offset - gradients->begin - gradients->left_out : 0;
}

afina_real *afina_gpt_gradient(const afina_gpt *gpt, const afina_gradients *gradients, size_t layer,
                               afina_tensor tensor) {
  const afina_param *param = afina_params_find(&gpt->params, layer, tensor);
  return param && param->offset >= gradients->begin
             ? gradients->data + afina_gradients_at(gradients, param->offset)
             : NULL;
}

/* Sites of the masks of dropout: the embeddings' sum, then two branches of each block. heads.c has
 * the one between. */
enum { EMBEDDINGS = 0, ATTENTION = 2, MLP = 3 };

/* What falls out of what a branch of block l adds, or of its gradient: x [R, C]. */
static void drop_branch(const afina_exec *exec, const afina_block_pass *p, afina_real *x,
                        size_t branch, size_t l, const afina_queries *queries, size_t R, size_t C) {
  if (p->dropout)
    afina_dropout_apply(exec, x, &p->dropout->mask, branch + 2 * l, p->dropout->first_row,
                        queries ? queries->rows : NULL, R, C);
}

static void drop_embeddings(const afina_exec *exec, const afina_gpt_batch *batch, afina_real *x,
                            size_t N, size_t C) {
  const afina_gpt_dropout *dropout = batch->dropout;
  if (dropout && dropout->embeddings)
    afina_dropout_apply(exec, x, &dropout->mask, EMBEDDINGS, dropout->first_row, NULL, N, C);
}

/* x [N, C] -> out [R, C]:   r = x + attention(ln_1(x)),   out = r + mlp(ln_2(r)). */
void afina_block_forward(const afina_gpt *gpt, const afina_exec *exec, afina_block_pass *p,
                         size_t l, const afina_ragged *rows, size_t past,
                         const afina_queries *queries) {
  const size_t N = rows->N - past, R = queries ? queries->Q : N;
  const size_t C = gpt->config.channels, F = gpt->config.inner, H = gpt->config.heads;
  const bool gathers = queries && queries->rows;
  const afina_real *weight = afina_gpt_weight(gpt, l, AFINA_ATTN_WEIGHT); /* [C, C | 2C] */
  const afina_real *bias = afina_gpt_weight(gpt, l, AFINA_ATTN_BIAS);     /* [C | 2C] */

  afina_layernorm_forward(exec, p->ln_1, p->ln_1_mean, p->ln_1_rstd, p->x,
                          afina_gpt_weight(gpt, l, AFINA_LN_1_WEIGHT),
                          afina_gpt_weight(gpt, l, AFINA_LN_1_BIAS), N, C);
  afina_real *kv = p->kv + past * 2 * C; /* [N, 2C] */
  afina_linear_forward(exec, kv, p->ln_1, weight + C, bias + C, N, C, 2 * C, 3 * C);
  if (gathers) afina_rows_gather(p->asked, p->ln_1, queries, C);
  afina_linear_forward(exec, p->q, gathers ? p->asked : p->ln_1, weight, bias, R, C, C, 3 * C);
  afina_lora_attention_forward(gpt, exec, p, kv, l, N, queries);
  afina_prefix_forward(gpt, p->kv, l, rows);
  afina_attention_forward(exec, p->attended, p->lse, p->q, p->kv, rows, queries, C, H);
  afina_linear_forward(exec, p->residual, p->attended,
                       afina_gpt_weight(gpt, l, AFINA_ATTN_PROJ_WEIGHT),
                       afina_gpt_weight(gpt, l, AFINA_ATTN_PROJ_BIAS), R, C, C, C);
  afina_lora_forward(gpt, exec, p->residual, p->lora_proj, p->attended, l, AFINA_LORA_ATTN_PROJ_A,
                     R);
  drop_branch(exec, p, p->residual, ATTENTION, l, queries, R, C);
  if (gathers) { /* ln_2 is free until the next call: the residual's left side */
    afina_rows_gather(p->ln_2, p->x, queries, C);
    afina_add_forward(exec, p->residual, p->ln_2, R * C);
  } else {
    afina_add_forward(exec, p->residual, p->x, R * C);
  }

  afina_layernorm_forward(exec, p->ln_2, p->ln_2_mean, p->ln_2_rstd, p->residual,
                          afina_gpt_weight(gpt, l, AFINA_LN_2_WEIGHT),
                          afina_gpt_weight(gpt, l, AFINA_LN_2_BIAS), R, C);
  afina_linear_forward(exec, p->fc, p->ln_2, afina_gpt_weight(gpt, l, AFINA_MLP_FC_WEIGHT),
                       afina_gpt_weight(gpt, l, AFINA_MLP_FC_BIAS), R, C, F, F);
  afina_lora_forward(gpt, exec, p->fc, p->lora_fc, p->ln_2, l, AFINA_LORA_MLP_FC_A, R);
  afina_gelu_forward(exec, p->activated, p->fc, R * F);
  afina_linear_forward(exec, p->out, p->activated, afina_gpt_weight(gpt, l, AFINA_MLP_PROJ_WEIGHT),
                       afina_gpt_weight(gpt, l, AFINA_MLP_PROJ_BIAS), R, F, C, C);
  afina_lora_forward(gpt, exec, p->out, p->lora_mlp, p->activated, l, AFINA_LORA_MLP_PROJ_A, R);
  drop_branch(exec, p, p->out, MLP, l, queries, R, C);
  afina_add_forward(exec, p->out, p->residual, R * C);
}

/* What a block's linear layers overwrite: the gradient of their input, and of a matrix where it is
 * the first. */
static unsigned sets(const afina_gradients *g) {
  return g->fresh ? AFINA_SETS_DX | AFINA_SETS_DWEIGHT : AFINA_SETS_DX;
}

/* out = r + mlp(ln_2(r)): from s->dx, d out [R, C], to s->dresidual, d r [R, C]. */
static void mlp_backward(const afina_gpt *gpt, const afina_exec *exec, const afina_block_pass *p,
                         size_t l, size_t R, const afina_queries *queries, const afina_gradients *g,
                         afina_gpt_pass *s) {
  const size_t C = gpt->config.channels, F = gpt->config.inner;
  memcpy(s->dresidual, s->dx, R * C * sizeof *s->dx);
  drop_branch(exec, p, s->dx, MLP, l, queries, R, C);
  afina_linear_backward(exec, sets(g), s->dwide,
                        afina_gpt_gradient(gpt, g, l, AFINA_MLP_PROJ_WEIGHT),
                        afina_gpt_gradient(gpt, g, l, AFINA_MLP_PROJ_BIAS), s->dx, p->activated,
                        afina_gpt_weight(gpt, l, AFINA_MLP_PROJ_WEIGHT), R, F, C, C);
  afina_lora_backward(gpt, exec, g, s->dwide, s->du, s->dx, p->lora_mlp, p->activated, l,
                      AFINA_LORA_MLP_PROJ_A, R);
  afina_gelu_backward(exec, s->dwide, s->dwide, p->fc, R * F);
  afina_linear_backward(exec, sets(g), s->dnorm, afina_gpt_gradient(gpt, g, l, AFINA_MLP_FC_WEIGHT),
                        afina_gpt_gradient(gpt, g, l, AFINA_MLP_FC_BIAS), s->dwide, p->ln_2,
                        afina_gpt_weight(gpt, l, AFINA_MLP_FC_WEIGHT), R, C, F, F);
  afina_lora_backward(gpt, exec, g, s->dnorm, s->du, s->dwide, p->lora_fc, p->ln_2, l,
                      AFINA_LORA_MLP_FC_A, R);
  afina_layernorm_backward(exec, s->dresidual, afina_gpt_gradient(gpt, g, l, AFINA_LN_2_WEIGHT),
                           afina_gpt_gradient(gpt, g, l, AFINA_LN_2_BIAS), s->dnorm, p->residual,
                           p->ln_2_mean, p->ln_2_rstd, afina_gpt_weight(gpt, l, AFINA_LN_2_WEIGHT),
                           R, C);
}

/* attention(q, kv) and the projection behind it: from s->dresidual to s->dq and s->dkv [keys, 2C].
 */
static void attention_backward(const afina_gpt *gpt, const afina_exec *exec,
                               const afina_block_pass *p, size_t l, size_t R,
                               const afina_queries *queries, const afina_gradients *g,
                               afina_gpt_pass *s) {
  const size_t C = gpt->config.channels;
  afina_real *dadded =
      s->dresidual; /* what the branch added; s->dnorm is free until qkv_backward */
  if (p->dropout) dadded = memcpy(s->dnorm, s->dresidual, R * C * sizeof *dadded);
  drop_branch(exec, p, dadded, ATTENTION, l, queries, R, C);
  afina_linear_backward(exec, sets(g), s->dattended,
                        afina_gpt_gradient(gpt, g, l, AFINA_ATTN_PROJ_WEIGHT),
                        afina_gpt_gradient(gpt, g, l, AFINA_ATTN_PROJ_BIAS), dadded, p->attended,
                        afina_gpt_weight(gpt, l, AFINA_ATTN_PROJ_WEIGHT), R, C, C, C);
  afina_lora_backward(gpt, exec, g, s->dattended, s->du, dadded, p->lora_proj, p->attended, l,
                      AFINA_LORA_ATTN_PROJ_A, R);
  afina_zero(exec, s->dq, R * C);
  afina_zero(exec, s->dkv, s->keys.N * 2 * C);
  afina_attention_backward(exec, s->dq, s->dkv, s->dattended, p->q, p->kv, p->attended, p->lse,
                           &s->keys, queries, C, gpt->config.heads);
  afina_prefix_backward(gpt, exec, g, s->dkv, l, &s->keys);
}

/* q = ln_1(x)[asked] Wq + bq, kv = ln_1(x) Wkv + bkv: to s->dnorm, d ln_1(x) [N, C], which is not
 * computed where want_dnorm is false. */
static void qkv_backward(const afina_gpt *gpt, const afina_exec *exec, const afina_block_pass *p,
                         size_t l, const afina_queries *queries, const afina_gradients *g,
                         afina_gpt_pass *s, bool want_dnorm) {
  const size_t N = s->rows.N, C = gpt->config.channels;
  const bool gathers = queries && queries->rows;
  const afina_real *weight = afina_gpt_weight(gpt, l, AFINA_ATTN_WEIGHT);
  afina_real *dweight = afina_gpt_gradient(gpt, g, l, AFINA_ATTN_WEIGHT);
  afina_real *dbias = afina_gpt_gradient(gpt, g, l, AFINA_ATTN_BIAS);
  afina_real *dkv = s->dkv + (s->keys.N - N) * 2 * C; /* [N, 2C] */
  afina_real *dnorm = want_dnorm ? s->dnorm : NULL, *dasked = want_dnorm ? s->dattended : NULL;
  afina_linear_backward(exec, sets(g), dnorm, dweight ? dweight + C : NULL,
                        dbias ? dbias + C : NULL, dkv, p->ln_1, weight + C, N, C, 2 * C, 3 * C);
  if (gathers) {
    afina_linear_backward(exec, sets(g), dasked, dweight, dbias, s->dq, p->asked, weight,
                          queries->Q, C, C, 3 * C);
    if (want_dnorm) afina_rows_scatter_add(exec, s->dnorm, s->dattended, queries, C);
  } else {
    afina_linear_backward(exec, sets(g) & AFINA_SETS_DWEIGHT, dnorm, dweight, dbias, s->dq, p->ln_1,
                          weight, N, C, C, 3 * C);
  }
  afina_lora_attention_backward(gpt, exec, g, s, p, dkv, dnorm, l, N, queries);
}

/* s->dx holds d out [R, C] and becomes d x [N, C]; the latter is not computed where want_dx is
 * false, nor is then anything that only frozen weights would have needed. */
static void block_backward(const afina_gpt *gpt, const afina_exec *exec, const afina_block_pass *p,
                           size_t l, const afina_queries *queries, const afina_gradients *g,
                           afina_gpt_pass *s, bool want_dx) {
  const size_t N = s->rows.N, R = queries ? queries->Q : N, C = gpt->config.channels;
  afina_real *dln_1 = afina_gpt_gradient(gpt, g, l, AFINA_LN_1_WEIGHT);
  const bool want_dnorm = want_dx || dln_1;
  mlp_backward(gpt, exec, p, l, R, queries, g, s);
  if (!want_dnorm && !afina_adapters_in_attention(gpt, g, l)) return;
  attention_backward(gpt, exec, p, l, R, queries, g, s);
  qkv_backward(gpt, exec, p, l, queries, g, s, want_dnorm);
  if (!want_dnorm) return;
  if (want_dx && queries && queries->rows) {
    afina_zero(exec, s->dx, N * C);
    afina_rows_scatter_add(exec, s->dx, s->dresidual, queries, C);
  } else if (want_dx) {
    memcpy(s->dx, s->dresidual, N * C * sizeof *s->dx);
  }
  afina_layernorm_backward(
      exec, want_dx ? s->dx : NULL, dln_1, afina_gpt_gradient(gpt, g, l, AFINA_LN_1_BIAS), s->dnorm,
      p->x, p->ln_1_mean, p->ln_1_rstd, afina_gpt_weight(gpt, l, AFINA_LN_1_WEIGHT), N, C);
}

/* Only the last of the blocks that run leaves rows out; the others' keys and values need all of
 * them. */
static const afina_queries *queries_of(const afina_gpt_pass *pass, size_t block) {
  if (pass->batch.reads == AFINA_READS_LAST && block + 1 == pass->batch.end_block)
    return &pass->queries;
  return pass->all.Q ? &pass->all : NULL;
}

static bool reads_words(const afina_gpt_pass *pass) {
  return pass->batch.reads == AFINA_READS_WORDS;
}

static bool reads_means(const afina_gpt_pass *pass) {
  return pass->batch.reads == AFINA_READS_MEAN || reads_words(pass);
}

/* What one of text b's rows counts in their mean. */
static afina_real share_of(const afina_ragged *rows, size_t b) {
  return 1 / (afina_real)(rows->starts[b + 1] - rows->starts[b]);
}

/* The first of text b's own rows, behind the prompt. */
static size_t own_row(const afina_gpt *gpt, const afina_gpt_pass *pass, size_t b) {
  return pass->rows.starts[b] + gpt->config.adapters.prompt;
}

void afina_words_mean(const afina_gpt *gpt, const afina_exec *exec, afina_real *out, size_t out_row,
                      const uint32_t *ids, const afina_ragged *rows) {
  const size_t C = gpt->config.channels;
  const afina_real *wte = afina_gpt_weight(gpt, 0, AFINA_WTE);
  for (size_t b = 0; b < rows->B; b++) {
    afina_real *row = out + b * out_row;
    memset(row, 0, C * sizeof *row);
    for (size_t n = rows->starts[b]; n < rows->starts[b + 1]; n++)
      exec->kernels->add(row, wte + ids[n] * C, C);
    const afina_real share = share_of(rows, b);
    for (size_t c = 0; c < C; c++) row[c] *= share;
  }
}

/* A text's two means stand together: so sums over rows go from text to text, and how a batch is cut
 * into parts does not show in them. */
static void average(const afina_gpt *gpt, const afina_exec *exec, afina_gpt_pass *pass) {
  const afina_gpt_batch *batch = &pass->batch;
  const afina_ragged *rows = &batch->rows;
  const size_t C = gpt->config.channels, step = reads_words(pass) ? 2 * C : C;
  memset(pass->averaged, 0, pass->H * C * sizeof *pass->averaged);
  for (size_t b = 0; b < rows->B; b++) {
    afina_real *row = pass->averaged + b * step;
    for (size_t n = own_row(gpt, pass, b); n < pass->rows.starts[b + 1]; n++)
      exec->kernels->add(row, pass->out + n * C, C);
    const afina_real share = share_of(rows, b);
    for (size_t c = 0; c < C; c++) row[c] *= share;
    if (reads_words(pass) && batch->first_block > 0)
      memcpy(row + C, batch->words + b * C, C * sizeof *row);
  }
  if (reads_words(pass) && batch->first_block == 0)
    afina_words_mean(gpt, exec, pass->averaged + C, step, batch->ids, rows);
}

/* dx [N, C], overwritten, of the means of the rows in pass->daveraged. */
static void average_backward(const afina_gpt *gpt, afina_gpt_pass *pass) {
  const afina_ragged *rows = &pass->batch.rows;
  const size_t C = gpt->config.channels, step = reads_words(pass) ? 2 * C : C;
  const size_t front = gpt->config.adapters.prompt * C;
  for (size_t b = 0; b < rows->B; b++) {
    const afina_real share = share_of(rows, b);
    if (front) memset(pass->dx + pass->rows.starts[b] * C, 0, front * sizeof *pass->dx);
    for (size_t n = own_row(gpt, pass, b); n < pass->rows.starts[b + 1]; n++)
      for (size_t c = 0; c < C; c++) pass->dx[n * C + c] = pass->daveraged[b * step + c] * share;
  }
}

/* dx [tokens, C] += what the means of the embeddings want of each token's. */
static void words_backward(const afina_gpt_pass *pass, afina_real *dx, size_t C) {
  const afina_ragged *rows = &pass->batch.rows;
  for (size_t b = 0; b < rows->B; b++) {
    const afina_real *d = pass->daveraged + (2 * b + 1) * C, share = share_of(rows, b);
    for (size_t n = rows->starts[b]; n < rows->starts[b + 1]; n++)
      for (size_t c = 0; c < C; c++) dx[n * C + c] += d[c] * share;
  }
}

/* From dx, of the rows that entered the first block, to the embeddings. The words have no
 * positions: theirs is added to dx when wpe has what is its own. */
static void embeddings_backward(const afina_gpt *gpt, const afina_exec *exec, afina_gpt_pass *pass,
                                const afina_gradients *gradients) {
  const afina_gpt_batch *batch = &pass->batch;
  const size_t C = gpt->config.channels, P = gpt->config.adapters.prompt;
  afina_real *dwte = afina_gpt_gradient(gpt, gradients, 0, AFINA_WTE);
  afina_real *dwpe = afina_gpt_gradient(gpt, gradients, 0, AFINA_WPE);
  afina_real *dx = pass->dx + P * batch->rows.B * C; /* [tokens, C] */
  drop_embeddings(exec, batch, pass->dx, pass->rows.N, C);
  afina_prompt_backward(gpt, exec, gradients, pass->dx, &pass->rows);
  if (!dwte) return;
  afina_embedding_backward(exec, reads_words(pass) ? NULL : dwte, dwpe + P * C, dx, batch->ids,
                           gradients->rows, &batch->rows, C);
  if (!reads_words(pass)) return;
  words_backward(pass, dx, C);
  afina_embedding_backward(exec, dwte, NULL, dx, batch->ids, gradients->rows, &batch->rows, C);
}

/* What the final LayerNorm takes. */
static const afina_real *top_of(const afina_gpt_pass *pass) {
  return reads_means(pass) ? pass->averaged : pass->out;
}

afina_status afina_gpt_forward(const afina_gpt *gpt, const afina_exec *exec, afina_gpt_pass *pass,
                               const afina_gpt_batch *batch, afina_error *error) {
  AFINA_TRY(afina_gpt_pass_prepare(pass, gpt, batch, error));
  const size_t C = gpt->config.channels, L = gpt->config.layers;
  const afina_real *x = batch->boundary;
  if (batch->first_block == 0) {
    const size_t P = gpt->config.adapters.prompt;
    afina_embedding_forward(exec, pass->embedded + P * batch->rows.B * C, batch->ids,
                            afina_gpt_weight(gpt, 0, AFINA_WTE),
                            afina_gpt_weight(gpt, 0, AFINA_WPE) + P * C, &batch->rows, C);
    afina_prompt_forward(gpt, exec, pass->embedded, &pass->rows);
    drop_embeddings(exec, batch, pass->embedded, pass->rows.N, C);
    x = pass->embedded;
  }
  for (size_t l = batch->first_block; l < batch->end_block; l++) {
    const bool drops = batch->dropout && l >= batch->dropout->first_block;
    pass->blocks[l].dropout = drops ? batch->dropout : NULL;
    pass->blocks[l].x = x;
    afina_block_forward(gpt, exec, &pass->blocks[l], l, &pass->keys, pass->keys.N - pass->rows.N,
                        queries_of(pass, l));
    x = pass->blocks[l].out;
  }
  pass->out = x;
  if (reads_means(pass)) average(gpt, exec, pass);
  if (batch->end_block == L)
    afina_layernorm_forward(exec, pass->hidden, pass->ln_f_mean, pass->ln_f_rstd, top_of(pass),
                            afina_gpt_weight(gpt, 0, AFINA_LN_F_WEIGHT),
                            afina_gpt_weight(gpt, 0, AFINA_LN_F_BIAS), pass->H, C);
  return AFINA_OK;
}

/* From pass->dhidden to pass->dx, of the rows that left the last block. */
static void top_backward(const afina_gpt *gpt, const afina_exec *exec, afina_gpt_pass *pass,
                         const afina_gradients *gradients) {
  const size_t C = gpt->config.channels;
  const bool mean = reads_means(pass);
  afina_real *dtop = mean ? pass->daveraged : pass->dx;
  afina_zero(exec, dtop, pass->H * C);
  afina_layernorm_backward(exec, dtop, afina_gpt_gradient(gpt, gradients, 0, AFINA_LN_F_WEIGHT),
                           afina_gpt_gradient(gpt, gradients, 0, AFINA_LN_F_BIAS), pass->dhidden,
                           top_of(pass), pass->ln_f_mean, pass->ln_f_rstd,
                           afina_gpt_weight(gpt, 0, AFINA_LN_F_WEIGHT), pass->H, C);
  if (mean) average_backward(gpt, pass);
}

void afina_gpt_backward(const afina_gpt *gpt, const afina_exec *exec, afina_gpt_pass *pass,
                        const afina_gradients *gradients) {
  const size_t lowest = afina_adapters_lowest_block(gpt, gradients->begin);
  const bool inputs = gradients->begin < afina_params_block(&gpt->params, 0) ||
                      afina_gpt_gradient(gpt, gradients, 0, AFINA_PROMPT);
  top_backward(gpt, exec, pass, gradients);
  for (size_t l = gpt->config.layers; l-- > pass->batch.first_block;) {
    if (l < lowest) return;
    const bool want_dx = l == 0 ? inputs : l > pass->batch.first_block && l > lowest;
    block_backward(gpt, exec, &pass->blocks[l], l, queries_of(pass, l), gradients, pass, want_dx);
  }
  if (inputs && pass->batch.first_block == 0) embeddings_backward(gpt, exec, pass, gradients);
}

const afina_real *afina_gpt_inputs_backward(const afina_gpt *gpt, const afina_exec *exec,
                                            afina_gpt_pass *pass, const afina_real *dlogits) {
  const size_t B = pass->batch.rows.B, C = gpt->config.channels, K = gpt->config.classes;
  const size_t W = afina_readout_width(&gpt->config);
  const afina_gradients none = {.begin = gpt->params.total};
  memset(pass->dpooled, 0, B * W * sizeof *pass->dpooled);
  afina_project_backward(exec, pass->dpooled, NULL, dlogits, pass->pooled,
                         afina_gpt_weight(gpt, 0, AFINA_SCORE), B, W, K);
  afina_readout_backward(gpt, pass);
  top_backward(gpt, exec, pass, &none);
  for (size_t l = gpt->config.layers; l-- > 0;)
    block_backward(gpt, exec, &pass->blocks[l], l, queries_of(pass, l), &none, pass, true);
  afina_prompt_backward(gpt, exec, &none, pass->dx, &pass->rows);
  afina_real *dx = pass->dx + gpt->config.adapters.prompt * B * C; /* [tokens, C] */
  if (reads_words(pass)) words_backward(pass, dx, C);
  return dx;
}
