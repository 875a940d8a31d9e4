#include "optimizer.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

enum { CHUNK = 4096, LANES = 4 }; /* of a sum of squares: kernels/simd.h */

afina_status afina_token_rows(uint32_t **out, const uint32_t *ids, size_t count, size_t vocabulary,
                              afina_error *error) {
  uint32_t *rows = afina_allocate(vocabulary + 1, sizeof *rows);
  if (!rows) return afina_fail_memory(error);
  for (size_t i = 0; i < count; i++) rows[ids[i] + 1] = 1;
  for (size_t id = 0; id < vocabulary; id++) rows[id + 1] += rows[id];
  *out = rows;
  return AFINA_OK;
}

bool afina_optimizer_leaves_out(const afina_gpt_config *config, size_t begin) {
  return begin == 0 && config->channels % LANES == 0;
}

/* How many of the parameters from `begin` on have gradients, and where these stand. */
static void lay_out(afina_optimizer *optimizer, size_t total, size_t begin) {
  const bool leaves_out = begin == 0 && optimizer->rows;
  optimizer->begin = optimizer->gradients.begin = begin;
  optimizer->gradients.rows = leaves_out ? optimizer->rows : NULL;
  optimizer->gradients.left_out = leaves_out ? optimizer->left_out : 0;
  optimizer->count = total - begin - optimizer->gradients.left_out;
}

afina_status afina_optimizer_init_rows(afina_optimizer *optimizer, const afina_gpt *gpt,
                                       size_t begin, uint32_t *rows,
                                       const afina_optimizer_options *options, afina_error *error) {
  afina_optimizer made = {
      .options = *options, .rows = rows, .wait = SIZE_MAX, .beta1_power = 1, .beta2_power = 1};
  const size_t V = gpt->config.vocabulary, total = gpt->params.total;
  if (rows && afina_optimizer_leaves_out(&gpt->config, begin)) {
    made.left_out = (V - rows[V]) * gpt->config.channels;
  } else {
    free(made.rows);
    made.rows = NULL;
  }
  lay_out(&made, total, begin);
  made.gradients.data = afina_allocate(made.count, sizeof(afina_real));
  made.m = afina_allocate(made.count, sizeof *made.m);
  made.v = afina_allocate(made.count, sizeof *made.v);
  made.chunk_sums = afina_allocate((total - begin) / CHUNK + 1, sizeof *made.chunk_sums);
  if (!made.gradients.data || !made.m || !made.v || !made.chunk_sums) {
    afina_optimizer_free(&made);
    return afina_fail_memory(error);
  }
  *optimizer = made;
  return AFINA_OK;
}

afina_status afina_optimizer_init(afina_optimizer *optimizer, const afina_gpt *gpt, size_t begin,
                                  const afina_optimizer_options *options, afina_error *error) {
  return afina_optimizer_init_rows(optimizer, gpt, begin, NULL, options, error);
}

afina_status afina_optimizer_use_muon(afina_optimizer *optimizer, const afina_gpt *gpt,
                                      double momentum, size_t threads, afina_error *error) {
  return afina_muon_init(&optimizer->muon, gpt, optimizer->begin, momentum, threads, error);
}

void afina_optimizer_restart(afina_optimizer *optimizer, size_t begin) {
  /* the end stays where it is */
  lay_out(optimizer, optimizer->begin + optimizer->count + optimizer->gradients.left_out, begin);
  if (optimizer->steps) { /* before the first step all are zeros */
    memset(optimizer->m, 0, optimizer->count * sizeof *optimizer->m);
    memset(optimizer->v, 0, optimizer->count * sizeof *optimizer->v);
  }
  optimizer->beta1_power = optimizer->beta2_power = 1;
  optimizer->steps = 0;
}

/* 0 for the head, 1 for the top block, L + 1 for the embeddings. */
static size_t depth_of(const afina_params *params, size_t offset) {
  if (offset >= afina_params_head(params)) return 0;
  size_t depth = 1; /* of the final LayerNorm and the top block */
  for (size_t l = params->layers; l-- > 0;) depth += offset < afina_params_block(params, l);
  return depth;
}

afina_status afina_optimizer_use_decay(afina_optimizer *optimizer, const afina_gpt *gpt,
                                       double decay, afina_error *error) {
  const afina_params *params = &gpt->params;
  optimizer->rates = afina_allocate(params->count, sizeof *optimizer->rates);
  if (!optimizer->rates) return afina_fail_memory(error);
  for (size_t i = 0; i < params->count; i++) {
    optimizer->rates[i] = 1;
    for (size_t d = depth_of(params, params->entries[i].offset); d > 0; d--)
      optimizer->rates[i] *= decay;
  }
  return AFINA_OK;
}

void afina_optimizer_free(afina_optimizer *optimizer) {
  if (!optimizer) return;
  free(optimizer->gradients.data);
  free(optimizer->m);
  free(optimizer->v);
  free(optimizer->chunk_sums);
  free(optimizer->rates);
  free(optimizer->rows);
  afina_muon_free(&optimizer->muon);
  *optimizer = (afina_optimizer){0};
}

void afina_optimizer_zero(afina_optimizer *optimizer) {
  memset(optimizer->gradients.data, 0, optimizer->count * sizeof *optimizer->gradients.data);
}

void afina_optimizer_open(afina_optimizer *optimizer, const afina_gpt *gpt,
                          const afina_exec *exec) {
  const afina_gradients *g = &optimizer->gradients;
  for (size_t i = 0; i < gpt->params.count; i++) {
    const afina_param *param = &gpt->params.entries[i];
    if (param->offset < optimizer->begin || afina_muon_takes(&gpt->params, param)) continue;
    const size_t at = afina_gradients_at(g, param->offset), n = param->rows * param->columns;
    afina_zero(exec, g->data + at, i == 0 ? n - g->left_out : n);
  }
  optimizer->gradients.fresh = true;
}

typedef struct job {
  const afina_exec *exec;
  afina_optimizer *optimizer;
  afina_real *weights; /* of the parameter */
  const afina_adamw_step *step;
  size_t at;            /* of the parameter's gradient and moments */
  size_t rows, columns; /* of wte, where some are left out */
} job;

/* Where element i of all, as if nothing were left out, stands, or the next that is there. */
static size_t place_of(const job *j, size_t i) {
  const afina_gradients *g = &j->optimizer->gradients;
  const size_t C = j->columns;
  if (!g->rows) return i;
  if (i >= j->rows * C) return i - g->left_out;
  const size_t row = i / C, there = g->rows[row + 1] > g->rows[row];
  return g->rows[row] * C + there * (i % C);
}

/* Chunks are cut, and summed in lanes, as if nothing were left out: zeros do not show in a sum. */
static void squares_part(void *context, size_t begin, size_t end, size_t thread) {
  const job *j = context;
  (void)thread;
  for (size_t i = begin; i < end; i += CHUNK) {
    const size_t from = place_of(j, i), to = place_of(j, end - i < CHUNK ? end : i + CHUNK);
    j->optimizer->chunk_sums[i / CHUNK] =
        j->exec->kernels->sum_of_squares(j->optimizer->gradients.data + from, to - from);
  }
}

static double gradient_norm(afina_optimizer *optimizer, const afina_gpt *gpt,
                            const afina_exec *exec) {
  const size_t all = optimizer->count + optimizer->gradients.left_out;
  job j = {.exec = exec,
           .optimizer = optimizer,
           .rows = gpt->config.vocabulary,
           .columns = gpt->config.channels};
  afina_pool_run(exec->pool, all, CHUNK, squares_part, &j);
  double sum = 0;
  for (size_t i = 0; i * CHUNK < all; i++) sum += optimizer->chunk_sums[i];
  return sqrt(sum);
}

/* n weights, and their gradients and moments at `at`. */
static void update(const job *j, afina_real *weights, size_t at, size_t n) {
  const afina_optimizer *o = j->optimizer;
  j->exec->kernels->adamw(weights, o->m + at, o->v + at, o->gradients.data + at, j->step, n);
}

static void update_part(void *context, size_t begin, size_t end, size_t thread) {
  const job *j = context;
  (void)thread;
  update(j, j->weights + begin, j->at + begin, end - begin);
}

/* What adamw does where gradient and moments are zeros. */
static void decay(afina_real *w, const afina_adamw_step *step, size_t n) {
  if (step->weight_decay <= 0) return;
  for (size_t i = 0; i < n; i++) w[i] -= step->lr * (0 + step->weight_decay * w[i]);
}

static void rows_part(void *context, size_t begin, size_t end, size_t thread) {
  const job *j = context;
  const uint32_t *rows = j->optimizer->gradients.rows;
  const size_t C = j->columns;
  (void)thread;
  for (size_t row = begin, next; row < end; row = next) {
    const bool there = rows[row + 1] > rows[row];
    for (next = row + 1; next < end && (rows[next + 1] > rows[next]) == there; next++) continue;
    if (there)
      update(j, j->weights + row * C, rows[row] * C, (next - row) * C);
    else
      decay(j->weights + row * C, j->step, (next - row) * C);
  }
}

double afina_optimizer_step(afina_optimizer *optimizer, afina_gpt *gpt, const afina_exec *exec,
                            double lr) {
  const afina_optimizer_options *o = &optimizer->options;
  const double norm = gradient_norm(optimizer, gpt, exec);
  optimizer->steps++;
  optimizer->beta1_power *= o->beta1;
  optimizer->beta2_power *= o->beta2;
  afina_adamw_step step = {
      .lr = (afina_real)lr,
      .beta1 = (afina_real)o->beta1,
      .beta2 = (afina_real)o->beta2,
      .epsilon = (afina_real)o->epsilon,
      .correction1 = (afina_real)(1 - optimizer->beta1_power),
      .correction2 = (afina_real)(1 - optimizer->beta2_power),
      .gradient_scale = (afina_real)(o->clip > 0 && norm > o->clip ? o->clip / norm : 1),
  };
  job j = {.exec = exec, .optimizer = optimizer, .step = &step};
  for (size_t i = 0; i < gpt->params.count; i++) {
    const afina_param *param = &gpt->params.entries[i];
    if (param->offset < optimizer->begin || param->offset >= optimizer->wait) continue;
    if (optimizer->muon.count && afina_muon_takes(&gpt->params, param)) continue;
    step.weight_decay =
        param->decays && optimizer->wait == SIZE_MAX ? (afina_real)o->weight_decay : 0;
    if (optimizer->rates) step.lr = (afina_real)(lr * optimizer->rates[i]);
    j.weights = gpt->weights + param->offset;
    j.at = afina_gradients_at(&optimizer->gradients, param->offset);
    j.columns = param->columns;
    if (i == 0 && optimizer->gradients.rows)
      afina_pool_run(exec->pool, param->rows, CHUNK / param->columns + 1, rows_part, &j);
    else
      afina_pool_run(exec->pool, param->rows * param->columns, CHUNK, update_part, &j);
  }
  if (optimizer->muon.count && optimizer->wait == SIZE_MAX)
    afina_muon_update(&optimizer->muon, exec, gpt->weights + optimizer->begin, optimizer->m,
                      optimizer->gradients.data,
                      &(afina_muon_step){lr, o->weight_decay, step.gradient_scale});
  return norm;
}

double afina_schedule_cosine(uint64_t step, uint64_t steps, uint64_t warmup, double floor) {
  if (step < warmup) return (double)(step + 1) / (double)warmup;
  if (step >= steps || steps <= warmup) return floor;
  const double progress = (double)(step - warmup) / (double)(steps - warmup);
  return floor + (1 - floor) * 0.5 * (1 + afina_cos_double(3.14159265358979323846 * progress));
}

double afina_schedule_stable(uint64_t step, uint64_t steps, uint64_t warmup, uint64_t decay,
                             double floor) {
  if (step < warmup) return (double)(step + 1) / (double)warmup;
  if (step + decay < steps) return 1;
  if (step >= steps) return floor;
  return floor + (1 - floor) * (double)(steps - step) / (double)(decay ? decay : 1);
}
