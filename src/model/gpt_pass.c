#include "gpt_pass.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

/* Hands out a block from the front. With base == NULL it only adds up, so that one list of buffers
 * serves both for measuring and for placing. */
typedef struct cursor {
  uint8_t *base;
  size_t used;
  bool overflow;
} cursor;

static void *take(cursor *c, size_t rows, size_t columns, size_t element) {
  size_t size, end;
  if (!afina_multiply(rows, columns, &size) || !afina_multiply(size, element, &size) ||
      !afina_add(c->used, size, &end) || !afina_add(end, AFINA_ALIGNMENT - 1, &end)) {
    c->overflow = true;
    return NULL;
  }
  void *result = c->base ? c->base + c->used : NULL;
  c->used = end / AFINA_ALIGNMENT * AFINA_ALIGNMENT;
  return result;
}

static afina_real *reals(cursor *c, size_t rows, size_t columns) {
  return take(c, rows, columns, sizeof(afina_real));
}

/* R rows leave the block, `asked` of them gathered (0 where all rows ask); keys are those that are
 * attended to. */
static void place_block(afina_block_pass *p, cursor *c, const afina_gpt_config *config, size_t N,
                        size_t keys, size_t R, size_t asked) {
  const size_t C = config->channels, F = config->inner, rank = config->adapters.rank;
  p->ln_1 = reals(c, N, C);
  p->ln_1_mean = reals(c, N, 1);
  p->ln_1_rstd = reals(c, N, 1);
  p->kv = reals(c, keys, 2 * C);
  p->asked = reals(c, asked, C);
  p->q = reals(c, R, C);
  p->lse = reals(c, config->heads, R);
  p->attended = reals(c, R, C);
  p->residual = reals(c, R, C);
  p->ln_2 = reals(c, R, C);
  p->ln_2_mean = reals(c, R, 1);
  p->ln_2_rstd = reals(c, R, 1);
  p->fc = reals(c, R, F);
  p->activated = reals(c, R, F);
  p->out = reals(c, R, C);
  p->lora_attn = reals(c, N, rank);
  p->lora_asked = reals(c, asked, rank);
  p->lora_proj = reals(c, R, rank);
  p->lora_fc = reals(c, R, rank);
  p->lora_mlp = reals(c, R, rank);
}

static void place_queries(afina_gpt_pass *pass, cursor *c, const afina_gpt_batch *batch) {
  const bool last = batch->reads == AFINA_READS_LAST;
  const bool prompted = pass->rows.N > batch->rows.N, prefixed = pass->keys.N > pass->rows.N;
  const size_t B = batch->rows.B;
  pass->query_rows = take(c, last ? B : 0, 1, sizeof(size_t));
  pass->query_places = take(c, last ? B : 0, 1, sizeof(size_t));
  pass->query_starts = take(c, B + 1, 1, sizeof(size_t));
  pass->row_starts = take(c, prompted ? B + 1 : 0, 1, sizeof(size_t));
  pass->key_starts = take(c, prefixed ? B + 1 : 0, 1, sizeof(size_t));
  pass->all_places = take(c, prefixed ? pass->rows.N : 0, 1, sizeof(size_t));
}

static void place_scratch(afina_gpt_pass *pass, cursor *c, const afina_gpt_config *config,
                          bool keep) {
  const size_t N = keep ? pass->rows.N : 0, C = config->channels;
  pass->dx = reals(c, N, C);
  pass->dresidual = reals(c, N, C);
  pass->dnorm = reals(c, N, C);
  pass->dwide = reals(c, N, config->inner);
  pass->dq = reals(c, N, C);
  pass->dkv = reals(c, keep ? pass->keys.N : 0, 2 * C);
  pass->dattended = reals(c, N, C);
  pass->du = reals(c, N, config->adapters.rank);
  pass->du_asked = reals(c, N, config->adapters.rank);
}

/* A pass that is only measured has no blocks to fill in. */
static void place(afina_gpt_pass *pass, cursor *c, const afina_gpt_config *config,
                  const afina_gpt_batch *batch) {
  afina_block_pass ignored;
  const size_t N = pass->rows.N, B = batch->rows.B, C = config->channels, R = pass->R;
  const bool last = batch->reads == AFINA_READS_LAST;
  const bool mean = batch->reads == AFINA_READS_MEAN || batch->reads == AFINA_READS_WORDS;
  const size_t H = pass->H, W = afina_readout_width(config);
  place_queries(pass, c, batch);
  pass->embedded = reals(c, batch->first_block == 0 ? N : 0, C);
  for (size_t l = batch->first_block; l < batch->end_block; l++) {
    /* Where nothing is kept, blocks take turns in two places: one's output is the next one's input.
     */
    afina_block_pass *block = pass->blocks ? &pass->blocks[l] : &ignored;
    if (!batch->keep && l >= batch->first_block + 2) {
      if (pass->blocks) *block = pass->blocks[l - 2];
    } else {
      const bool top = batch->keep && l + 1 == batch->end_block;
      place_block(block, c, config, N, pass->keys.N, top ? R : N, last ? R : 0);
    }
  }
  pass->averaged = reals(c, mean ? H : 0, C);
  pass->daveraged = reals(c, mean && batch->keep ? H : 0, C);
  pass->hidden = reals(c, H, C);
  pass->ln_f_mean = reals(c, H, 1);
  pass->ln_f_rstd = reals(c, H, 1);
  pass->pooled = reals(c, B, W);
  pass->logits = reals(c, B, config->classes);
  pass->losses = reals(c, B, 1);
  pass->dhidden = reals(c, batch->keep ? H : 0, C);
  pass->dpooled = reals(c, batch->keep ? B : 0, W);
  place_scratch(pass, c, config, batch->keep);
}

static afina_status check(const afina_gpt *gpt, const afina_gpt_batch *batch, afina_error *error) {
  const afina_ragged *rows = &batch->rows;
  if (batch->first_block > batch->end_block || batch->end_block > gpt->config.layers)
    return afina_fail(error, AFINA_E_ARGUMENT, "blocks %zu to %zu of %zu", batch->first_block,
                      batch->end_block, gpt->config.layers);
  if (batch->reads == AFINA_READS_LAST && batch->first_block == batch->end_block)
    return afina_fail(error, AFINA_E_ARGUMENT, "no block runs that could leave rows out");
  if (batch->reads == AFINA_READS_WORDS &&
      (gpt->config.readout != AFINA_READOUT_WORDS || (batch->first_block > 0 && !batch->words)))
    return afina_fail(error, AFINA_E_ARGUMENT, "no words to read");
  if (gpt->config.adapters.prompt && batch->first_block > 0)
    return afina_fail(error, AFINA_E_ARGUMENT, "behind a prompt all blocks run");
  if (rows->B == 0 || rows->starts[0] != 0 || rows->starts[rows->B] != rows->N)
    return afina_fail(error, AFINA_E_ARGUMENT, "the batch's texts do not cover its %zu tokens",
                      rows->N);
  for (size_t b = 0; b < rows->B; b++) {
    if (rows->starts[b] >= rows->starts[b + 1])
      return afina_fail(error, AFINA_E_ARGUMENT, "text %zu of the batch is empty", b);
    if (rows->starts[b + 1] - rows->starts[b] > afina_text_context(&gpt->config))
      return afina_fail(error, AFINA_E_ARGUMENT,
                        "text %zu of the batch has %zu tokens: the context is %zu", b,
                        rows->starts[b + 1] - rows->starts[b], afina_text_context(&gpt->config));
  }
  for (size_t n = 0; batch->first_block == 0 && n < rows->N; n++)
    if (batch->ids[n] >= gpt->config.vocabulary)
      return afina_fail(error, AFINA_E_ARGUMENT, "token %u: the vocabulary has %zu", batch->ids[n],
                        gpt->config.vocabulary);
  return AFINA_OK;
}

/* starts[b] = where text b begins with P rows in front of its own and of those of all before it. */
static void shift_starts(size_t *starts, const afina_ragged *rows, size_t P) {
  for (size_t b = 0; b <= rows->B; b++) starts[b] = rows->starts[b] + b * P;
}

/* Where the adapters put rows in front of the texts'. */
static void fill_rows(afina_gpt_pass *pass, const afina_adapters *adapters) {
  pass->rows.starts = pass->keys.starts = pass->batch.rows.starts;
  pass->all = (afina_queries){0};
  if (adapters->prompt) {
    shift_starts(pass->row_starts, &pass->batch.rows, adapters->prompt);
    pass->rows.starts = pass->keys.starts = pass->row_starts;
  }
  if (!adapters->prefix) return;
  shift_starts(pass->key_starts, &pass->rows, adapters->prefix);
  pass->keys.starts = pass->key_starts;
  for (size_t b = 0; b < pass->rows.B; b++)
    for (size_t n = pass->rows.starts[b]; n < pass->rows.starts[b + 1]; n++)
      pass->all_places[n] = adapters->prefix + n - pass->rows.starts[b];
  pass->all =
      (afina_queries){.places = pass->all_places, .starts = pass->rows.starts, .Q = pass->rows.N};
}

static void fill_queries(afina_gpt_pass *pass, size_t prefix) {
  const afina_ragged *rows = &pass->rows;
  for (size_t b = 0; b < rows->B; b++) {
    pass->query_rows[b] = rows->starts[b + 1] - 1;
    pass->query_places[b] = prefix + rows->starts[b + 1] - 1 - rows->starts[b];
    pass->query_starts[b] = b;
  }
  pass->query_starts[rows->B] = rows->B;
  pass->queries = (afina_queries){.rows = pass->query_rows,
                                  .places = pass->query_places,
                                  .starts = pass->query_starts,
                                  .Q = rows->B};
}

/* `rows` and P more for each text. */
static bool with_fronts(afina_ragged *out, const afina_ragged *rows, size_t P) {
  size_t fronts;
  *out = *rows;
  return afina_multiply(rows->B, P, &fronts) && afina_add(rows->N, fronts, &out->N);
}

/* How many rows run through the blocks, are attended to, leave the blocks and enter the final
 * LayerNorm. */
static bool count_rows(afina_gpt_pass *pass, const afina_gpt_config *config,
                       const afina_gpt_batch *batch) {
  if (!with_fronts(&pass->rows, &batch->rows, config->adapters.prompt) ||
      !with_fronts(&pass->keys, &pass->rows, config->adapters.prefix))
    return false;
  pass->R = batch->reads == AFINA_READS_LAST ? batch->rows.B : pass->rows.N;
  pass->H = batch->reads == AFINA_READS_ALL ? pass->rows.N : batch->rows.B;
  return batch->reads != AFINA_READS_WORDS || afina_multiply(pass->H, 2, &pass->H);
}

bool afina_gpt_pass_bytes(const afina_gpt_config *config, const afina_gpt_batch *batch,
                          size_t *bytes) {
  afina_gpt_pass pass = {0};
  cursor measure = {0};
  if (!count_rows(&pass, config, batch)) return false;
  place(&pass, &measure, config, batch);
  if (!measure.overflow) *bytes = measure.used;
  return !measure.overflow;
}

afina_status afina_gpt_pass_reserve(afina_gpt_pass *pass, size_t bytes, afina_error *error) {
  if (bytes <= pass->capacity) return AFINA_OK;
  free(pass->memory);
  pass->capacity = 0;
  pass->memory = aligned_alloc(AFINA_ALIGNMENT, bytes);
  if (!pass->memory) return afina_fail_memory(error);
  pass->capacity = bytes;
  return AFINA_OK;
}

afina_status afina_gpt_pass_prepare(afina_gpt_pass *pass, const afina_gpt *gpt,
                                    const afina_gpt_batch *batch, afina_error *error) {
  size_t bytes;
  AFINA_TRY(check(gpt, batch, error));
  if (!count_rows(pass, &gpt->config, batch) || !afina_gpt_pass_bytes(&gpt->config, batch, &bytes))
    return afina_fail_memory(error);
  AFINA_TRY(afina_gpt_pass_reserve(pass, bytes, error));
  pass->batch = *batch;
  cursor c = {.base = pass->memory};
  place(pass, &c, &gpt->config, batch);
  fill_rows(pass, &gpt->config.adapters);
  if (batch->reads == AFINA_READS_LAST) fill_queries(pass, gpt->config.adapters.prefix);
  return AFINA_OK;
}

void afina_rows_gather(afina_real *out, const afina_real *x, const afina_queries *queries,
                       size_t width) {
  for (size_t i = 0; i < queries->Q; i++)
    memcpy(out + i * width, x + queries->rows[i] * width, width * sizeof *out);
}

void afina_rows_scatter_add(const afina_exec *exec, afina_real *dx, const afina_real *dout,
                            const afina_queries *queries, size_t width) {
  for (size_t i = 0; i < queries->Q; i++)
    exec->kernels->add(dx + queries->rows[i] * width, dout + i * width, width);
}

afina_status afina_gpt_pass_init(afina_gpt_pass *pass, const afina_gpt *gpt, afina_error *error) {
  afina_block_pass *blocks = afina_allocate(gpt->config.layers, sizeof *blocks);
  if (!blocks) return afina_fail_memory(error);
  *pass = (afina_gpt_pass){.blocks = blocks};
  return AFINA_OK;
}

void afina_gpt_pass_free(afina_gpt_pass *pass) {
  if (!pass) return;
  free(pass->blocks);
  free(pass->memory);
  *pass = (afina_gpt_pass){0};
}
