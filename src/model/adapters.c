#include "adapters.h"

#include <stdlib.h>
#include <string.h>

#include "gpt_pass.h"
#include "memory.h"

enum { BYTES = 256, FREQUENT = 5000 };

afina_gpt afina_adapters_off(const afina_gpt *gpt) {
  afina_gpt bare = *gpt;
  bare.config.adapters = (afina_adapters){0};
  return bare;
}

/* ---- what trains ---- */

size_t afina_adapters_lowest_block(const afina_gpt *gpt, size_t begin) {
  const afina_adapters *a = &gpt->config.adapters;
  const size_t L = gpt->config.layers;
  size_t lowest = a->prompt || a->prefix ? 0 : a->rank ? a->first : L;
  if (begin > afina_params_adapters(&gpt->params)) lowest = L;
  for (size_t l = 0; l < lowest; l++)
    if (afina_params_block(&gpt->params, l) >= begin) return l;
  return lowest;
}

bool afina_adapters_in_attention(const afina_gpt *gpt, const afina_gradients *gradients, size_t l) {
  return afina_gpt_gradient(gpt, gradients, l, AFINA_PREFIX) ||
         afina_gpt_gradient(gpt, gradients, l, AFINA_LORA_ATTN_A) ||
         afina_gpt_gradient(gpt, gradients, l, AFINA_LORA_ATTN_PROJ_A);
}

/* ---- LoRA ---- */

/* The two factors beside one matrix, [I, R] and [R, O]; a is NULL where there are none. */
typedef struct factors {
  const afina_real *a, *b;
  afina_real *da, *db; /* NULL where they do not train */
  afina_real scale;
  size_t I, R, O;
} factors;

static factors find(const afina_gpt *gpt, const afina_gradients *gradients, size_t l,
                    afina_tensor a) {
  const afina_tensor b = (afina_tensor)(a + 1);
  const afina_param *down = afina_params_find(&gpt->params, l, a);
  if (!down || !gpt->config.adapters.rank) return (factors){0};
  const size_t R = down->columns;
  return (factors){.a = afina_gpt_weight(gpt, l, a),
                   .b = afina_gpt_weight(gpt, l, b),
                   .da = gradients ? afina_gpt_gradient(gpt, gradients, l, a) : NULL,
                   .db = gradients ? afina_gpt_gradient(gpt, gradients, l, b) : NULL,
                   .scale = (afina_real)(gpt->config.adapters.alpha / (double)R),
                   .I = down->rows,
                   .R = R,
                   .O = afina_params_find(&gpt->params, l, b)->columns};
}

void afina_lora_forward(const afina_gpt *gpt, const afina_exec *exec, afina_real *y, afina_real *u,
                        const afina_real *x, size_t l, afina_tensor a, size_t N) {
  const factors f = find(gpt, NULL, l, a);
  if (!f.a) return;
  afina_lora_down_forward(exec, u, x, f.a, f.scale, N, f.I, f.R);
  afina_lora_up_forward(exec, y, u, f.b, N, f.R, f.O, f.O);
}

void afina_lora_backward(const afina_gpt *gpt, const afina_exec *exec,
                         const afina_gradients *gradients, afina_real *dx, afina_real *du,
                         const afina_real *dy, const afina_real *u, const afina_real *x, size_t l,
                         afina_tensor a, size_t N) {
  const factors f = find(gpt, gradients, l, a);
  if (!f.a) return;
  afina_zero(exec, du, N * f.R);
  afina_lora_up_backward(exec, du, f.db, dy, u, f.b, N, f.R, f.O, f.O);
  afina_lora_down_backward(exec, dx, f.da, du, x, f.a, f.scale, N, f.I, f.R);
}

/* Columns of B: queries [C], keys and values [2C]. */
void afina_lora_attention_forward(const afina_gpt *gpt, const afina_exec *exec, afina_block_pass *p,
                                  afina_real *kv, size_t l, size_t N,
                                  const afina_queries *queries) {
  const factors f = find(gpt, NULL, l, AFINA_LORA_ATTN_A);
  const size_t C = gpt->config.channels;
  if (!f.a) return;
  afina_lora_down_forward(exec, p->lora_attn, p->ln_1, f.a, f.scale, N, f.I, f.R);
  afina_lora_up_forward(exec, kv, p->lora_attn, f.b + C, N, f.R, 2 * C, f.O);
  const bool gathers = queries && queries->rows;
  if (gathers) afina_rows_gather(p->lora_asked, p->lora_attn, queries, f.R);
  afina_lora_up_forward(exec, p->q, gathers ? p->lora_asked : p->lora_attn, f.b,
                        gathers ? queries->Q : N, f.R, C, f.O);
}

/* What the queries and what the keys and values want of u are added up before A's gradient is: so
 * its sum goes over the rows once, and how a batch is cut into parts does not show in it. */
void afina_lora_attention_backward(const afina_gpt *gpt, const afina_exec *exec,
                                   const afina_gradients *gradients, afina_gpt_pass *s,
                                   const afina_block_pass *p, const afina_real *dkv, afina_real *dx,
                                   size_t l, size_t N, const afina_queries *queries) {
  const factors f = find(gpt, gradients, l, AFINA_LORA_ATTN_A);
  const size_t C = gpt->config.channels;
  if (!f.a) return;
  afina_zero(exec, s->du, N * f.R);
  afina_lora_up_backward(exec, s->du, f.db ? f.db + C : NULL, dkv, p->lora_attn, f.b + C, N, f.R,
                         2 * C, f.O);
  if (queries && queries->rows) {
    afina_zero(exec, s->du_asked, queries->Q * f.R);
    afina_lora_up_backward(exec, s->du_asked, f.db, s->dq, p->lora_asked, f.b, queries->Q, f.R, C,
                           f.O);
    afina_rows_scatter_add(exec, s->du, s->du_asked, queries, f.R);
  } else {
    afina_lora_up_backward(exec, s->du, f.db, s->dq, p->lora_attn, f.b, N, f.R, C, f.O);
  }
  afina_lora_down_backward(exec, dx, f.da, s->du, p->ln_1, f.a, f.scale, N, f.I, f.R);
}

/* weight[I, O] += scale a b. */
static void merge_matrix(const afina_gpt *gpt, size_t l, afina_tensor a, afina_tensor matrix) {
  const factors f = find(gpt, NULL, l, a);
  if (!f.a) return;
  afina_real *weight = gpt->weights + afina_params_find(&gpt->params, l, matrix)->offset;
  for (size_t i = 0; i < f.I; i++)
    for (size_t o = 0; o < f.O; o++) {
      afina_real sum = 0;
      for (size_t r = 0; r < f.R; r++) sum += f.a[i * f.R + r] * f.b[r * f.O + o];
      weight[i * f.O + o] += f.scale * sum;
    }
}

afina_status afina_adapters_plain(afina_params *out, const afina_gpt_config *config,
                                  afina_error *error) {
  afina_gpt_config plain = *config;
  plain.adapters = (afina_adapters){0};
  return afina_params_init(out, &plain, error);
}

void afina_adapters_merge(afina_gpt *gpt, afina_params *plain) {
  for (size_t l = 0; l < gpt->config.layers; l++) {
    merge_matrix(gpt, l, AFINA_LORA_ATTN_A, AFINA_ATTN_WEIGHT);
    merge_matrix(gpt, l, AFINA_LORA_ATTN_PROJ_A, AFINA_ATTN_PROJ_WEIGHT);
    merge_matrix(gpt, l, AFINA_LORA_MLP_FC_A, AFINA_MLP_FC_WEIGHT);
    merge_matrix(gpt, l, AFINA_LORA_MLP_PROJ_A, AFINA_MLP_PROJ_WEIGHT);
  }
  const size_t from = afina_params_head(&gpt->params), to = afina_params_head(plain);
  memmove(gpt->weights + to, gpt->weights + from,
          (gpt->params.total - from) * sizeof *gpt->weights);
  afina_params_free(&gpt->params);
  gpt->params = *plain;
  gpt->config.adapters = (afina_adapters){0};
  *plain = (afina_params){0};
}

/* ---- rows in front of each text's ---- */

/* x [rows->N, width] has the texts' own rows behind P rows for each text; they move to where `rows`
 * has them, or back. */
static void spread(afina_real *x, const afina_ragged *rows, size_t P, size_t width) {
  for (size_t b = 0; b < rows->B; b++) {
    const size_t to = rows->starts[b] + P, own = rows->starts[b + 1] - to;
    memmove(x + to * width, x + (to + (rows->B - 1 - b) * P) * width, own * width * sizeof *x);
  }
}

static void collect(afina_real *x, const afina_ragged *rows, size_t P, size_t width) {
  for (size_t b = rows->B; b-- > 0;) {
    const size_t from = rows->starts[b] + P, own = rows->starts[b + 1] - from;
    memmove(x + (from + (rows->B - 1 - b) * P) * width, x + from * width, own * width * sizeof *x);
  }
}

/* sum[P, width] += the front rows of each text, text after text. */
static void add_fronts(const afina_exec *exec, afina_real *sum, const afina_real *x,
                       const afina_ragged *rows, size_t P, size_t width) {
  for (size_t b = 0; sum && b < rows->B; b++)
    exec->kernels->add(sum, x + rows->starts[b] * width, P * width);
}

void afina_prefix_forward(const afina_gpt *gpt, afina_real *kv, size_t l,
                          const afina_ragged *keys) {
  const size_t P = gpt->config.adapters.prefix, width = 2 * gpt->config.channels;
  if (!P) return;
  const afina_real *prefix = afina_gpt_weight(gpt, l, AFINA_PREFIX);
  spread(kv, keys, P, width);
  for (size_t b = 0; b < keys->B; b++)
    memcpy(kv + keys->starts[b] * width, prefix, P * width * sizeof *kv);
}

void afina_prefix_backward(const afina_gpt *gpt, const afina_exec *exec,
                           const afina_gradients *gradients, afina_real *dkv, size_t l,
                           const afina_ragged *keys) {
  const size_t P = gpt->config.adapters.prefix, width = 2 * gpt->config.channels;
  if (!P) return;
  add_fronts(exec, afina_gpt_gradient(gpt, gradients, l, AFINA_PREFIX), dkv, keys, P, width);
  collect(dkv, keys, P, width);
}

void afina_prompt_forward(const afina_gpt *gpt, const afina_exec *exec, afina_real *x,
                          const afina_ragged *rows) {
  const size_t P = gpt->config.adapters.prompt, C = gpt->config.channels;
  if (!P) return;
  spread(x, rows, P, C);
  for (size_t b = 0; b < rows->B; b++) {
    afina_real *front = x + rows->starts[b] * C;
    memcpy(front, afina_gpt_weight(gpt, 0, AFINA_PROMPT), P * C * sizeof *front);
    exec->kernels->add(front, afina_gpt_weight(gpt, 0, AFINA_WPE), P * C);
  }
}

void afina_prompt_backward(const afina_gpt *gpt, const afina_exec *exec,
                           const afina_gradients *gradients, afina_real *dx,
                           const afina_ragged *rows) {
  const size_t P = gpt->config.adapters.prompt, C = gpt->config.channels;
  if (!P) return;
  add_fronts(exec, afina_gpt_gradient(gpt, gradients, 0, AFINA_PROMPT), dx, rows, P, C);
  add_fronts(exec, afina_gpt_gradient(gpt, gradients, 0, AFINA_WPE), dx, rows, P, C);
  collect(dx, rows, P, C);
}

/* ---- first values ---- */

static afina_real *values(const afina_gpt *gpt, size_t l, afina_tensor tensor) {
  return gpt->weights + afina_params_find(&gpt->params, l, tensor)->offset;
}

static void begin_lora(const afina_gpt *gpt, afina_rng *rng) {
  for (size_t l = 0; l < gpt->config.layers; l++)
    for (int a = AFINA_LORA_ATTN_A; a < AFINA_SCORE; a += 2) {
      const factors f = find(gpt, NULL, l, (afina_tensor)a);
      if (!f.a) continue;
      afina_real *down = values(gpt, l, (afina_tensor)a);
      const double deviation = sqrt(1 / (double)f.I);
      for (size_t i = 0; i < f.I * f.R; i++)
        down[i] = (afina_real)(deviation * afina_rng_normal(rng));
      memset(values(gpt, l, (afina_tensor)(a + 1)), 0, f.R * f.O * sizeof *down);
    }
}

static uint32_t draw_token(const afina_gpt *gpt, afina_rng *rng) {
  const size_t V = gpt->config.vocabulary, first = V > 2 * BYTES ? BYTES : 0;
  const size_t count = V - first < FREQUENT ? V - first : FREQUENT;
  return (uint32_t)(first + afina_rng_below(rng, count));
}

/* The keys and values that a text of P tokens leaves in every block of the model itself. */
static afina_status begin_prefix(const afina_gpt *gpt, const afina_exec *exec, uint32_t *ids,
                                 afina_error *error) {
  const size_t P = gpt->config.adapters.prefix, starts[2] = {0, P};
  const afina_gpt bare = afina_adapters_off(gpt);
  afina_gpt_pass pass;
  AFINA_TRY(afina_gpt_pass_init(&pass, &bare, error));
  const afina_gpt_batch batch = {.rows = {.starts = starts, .B = 1, .N = P},
                                 .ids = ids,
                                 .end_block = bare.config.layers,
                                 .keep = true};
  const afina_status status = afina_gpt_forward(&bare, exec, &pass, &batch, error);
  for (size_t l = 0; l < bare.config.layers && status == AFINA_OK; l++)
    memcpy(values(gpt, l, AFINA_PREFIX), pass.blocks[l].kv,
           P * 2 * bare.config.channels * sizeof *bare.weights);
  afina_gpt_pass_free(&pass);
  return status;
}

afina_status afina_adapters_begin(afina_gpt *gpt, const afina_exec *exec, afina_rng *rng,
                                  afina_error *error) {
  const afina_adapters *adapters = &gpt->config.adapters;
  const size_t P = adapters->prefix > adapters->prompt ? adapters->prefix : adapters->prompt;
  const size_t C = gpt->config.channels;
  begin_lora(gpt, rng);
  if (!P) return AFINA_OK;
  uint32_t *ids = afina_allocate(P, sizeof *ids);
  if (!ids) return afina_fail_memory(error);
  for (size_t p = 0; p < P; p++) ids[p] = draw_token(gpt, rng);
  for (size_t p = 0; p < adapters->prompt; p++)
    memcpy(values(gpt, 0, AFINA_PROMPT) + p * C, afina_gpt_weight(gpt, 0, AFINA_WTE) + ids[p] * C,
           C * sizeof *gpt->weights);
  const afina_status status = adapters->prefix ? begin_prefix(gpt, exec, ids, error) : AFINA_OK;
  free(ids);
  return status;
}
