#include "optimizer.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

enum { CHUNK = 4096, LANES = 4 }; /* of a sum of squares: kernels/simd.h */

afina_status afina_optimizer_init(afina_optimizer *optimizer, const afina_gpt *gpt, size_t begin,
                                  const afina_optimizer_options *options, afina_error *error) {
  afina_optimizer made = {
      .options = *options, .begin = begin, .wait = SIZE_MAX, .beta1_power = 1, .beta2_power = 1};
  made.count = gpt->params.total - begin;
  made.gradients =
      (afina_gradients){.data = afina_allocate(made.count, sizeof(afina_real)), .begin = begin};
  made.m = afina_allocate(made.count, sizeof *made.m);
  made.v = afina_allocate(made.count, sizeof *made.v);
  made.chunk_sums = afina_allocate(made.count / CHUNK + 1, sizeof *made.chunk_sums);
  if (!made.gradients.data || !made.m || !made.v || !made.chunk_sums) {
    afina_optimizer_free(&made);
    return afina_fail_memory(error);
  }
  *optimizer = made;
  return AFINA_OK;
}

afina_status afina_optimizer_use_muon(afina_optimizer *optimizer, const afina_gpt *gpt,
                                      double momentum, size_t threads, afina_error *error) {
  return afina_muon_init(&optimizer->muon, gpt, optimizer->begin, momentum, threads, error);
}

void afina_optimizer_restart(afina_optimizer *optimizer, size_t begin) {
  optimizer->count += optimizer->begin; /* the end stays where it is */
  optimizer->count -= begin;
  optimizer->begin = optimizer->gradients.begin = begin;
  optimizer->gradients.rows_read = begin == 0 ? optimizer->rows_read : NULL;
  if (optimizer->steps) { /* before the first step all are zeros already, and maybe no memory yet */
    memset(optimizer->m, 0, optimizer->count * sizeof *optimizer->m);
    memset(optimizer->v, 0, optimizer->count * sizeof *optimizer->v);
    afina_optimizer_zero(optimizer); /* where gradients stand has moved */
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

afina_status afina_optimizer_use_rows(afina_optimizer *optimizer, const afina_gpt *gpt,
                                      afina_error *error) {
  optimizer->rows_read = afina_allocate(gpt->config.vocabulary, 1);
  if (!optimizer->rows_read) return afina_fail_memory(error);
  if (optimizer->begin == 0) optimizer->gradients.rows_read = optimizer->rows_read;
  return AFINA_OK;
}

void afina_optimizer_free(afina_optimizer *optimizer) {
  if (!optimizer) return;
  free(optimizer->gradients.data);
  free(optimizer->m);
  free(optimizer->v);
  free(optimizer->chunk_sums);
  free(optimizer->rates);
  free(optimizer->rows_read);
  afina_muon_free(&optimizer->muon);
  *optimizer = (afina_optimizer){0};
}

void afina_optimizer_zero(afina_optimizer *optimizer) {
  memset(optimizer->gradients.data, 0, optimizer->count * sizeof *optimizer->gradients.data);
}

void afina_optimizer_open(afina_optimizer *optimizer, const afina_gpt *gpt,
                          const afina_exec *exec) {
  const unsigned char *read = optimizer->gradients.rows_read;
  for (size_t i = 0; i < gpt->params.count; i++) {
    const afina_param *param = &gpt->params.entries[i];
    if (param->offset < optimizer->begin || afina_muon_takes(&gpt->params, param)) continue;
    afina_real *data = optimizer->gradients.data + (param->offset - optimizer->begin);
    if (i == 0 && read) { /* wte */
      for (size_t row = 0; row < param->rows; row++)
        if (read[row]) memset(data + row * param->columns, 0, param->columns * sizeof *data);
    } else {
      afina_zero(exec, data, param->rows * param->columns);
    }
  }
  optimizer->gradients.fresh = true;
}

typedef struct job {
  const afina_exec *exec;
  afina_optimizer *optimizer;
  afina_real *weights; /* of the suffix */
  const afina_adamw_step *step;
  size_t offset;        /* of the parameter in the suffix */
  size_t rows, columns; /* of wte, where rows_read tells of it */
} job;

/* Of elements begin .. end - 1, a whole chunk of wte, those from the first row that was read to the
 * last; the lanes of their sum stay what they are. */
static void leave_out_zeros(const job *j, size_t *begin, size_t *end) {
  const unsigned char *read = j->optimizer->gradients.rows_read;
  const size_t C = j->columns, chunk = *begin;
  size_t first = chunk / C, last = (*end - 1) / C;
  while (first <= last && !read[first]) first++;
  while (last > first && !read[last]) last--;
  if (first * C > *begin) *begin = chunk + (first * C - chunk) / LANES * LANES;
  if ((last + 1) * C < *end) *end = chunk + ((last + 1) * C - chunk + LANES - 1) / LANES * LANES;
  if (*begin > *end) *begin = *end;
}

static void squares_part(void *context, size_t begin, size_t end, size_t thread) {
  const job *j = context;
  (void)thread;
  for (size_t i = begin; i < end; i += CHUNK) {
    size_t from = i, to = end - i < CHUNK ? end : i + CHUNK;
    if (to - from == CHUNK && to <= j->rows * j->columns) leave_out_zeros(j, &from, &to);
    j->optimizer->chunk_sums[i / CHUNK] =
        j->exec->kernels->sum_of_squares(j->optimizer->gradients.data + from, to - from);
  }
}

static double gradient_norm(afina_optimizer *optimizer, const afina_gpt *gpt,
                            const afina_exec *exec) {
  job j = {.exec = exec, .optimizer = optimizer};
  if (optimizer->gradients.rows_read) {
    j.rows = gpt->params.entries[0].rows;
    j.columns = gpt->params.entries[0].columns;
  }
  afina_pool_run(exec->pool, optimizer->count, CHUNK, squares_part, &j);
  double sum = 0;
  for (size_t i = 0; i * CHUNK < optimizer->count; i++) sum += optimizer->chunk_sums[i];
  return sqrt(sum);
}

static void update_part(void *context, size_t begin, size_t end, size_t thread) {
  const job *j = context;
  (void)thread;
  const size_t at = j->offset + begin;
  j->exec->kernels->adamw(j->weights + at, j->optimizer->m + at, j->optimizer->v + at,
                          j->optimizer->gradients.data + at, j->step, end - begin);
}

/* What adamw does where gradient and moments are zeros. */
static void decay(afina_real *w, const afina_adamw_step *step, size_t n) {
  if (step->weight_decay <= 0) return;
  for (size_t i = 0; i < n; i++) w[i] -= step->lr * (0 + step->weight_decay * w[i]);
}

static void rows_part(void *context, size_t begin, size_t end, size_t thread) {
  const job *j = context;
  const unsigned char *read = j->optimizer->gradients.rows_read;
  for (size_t row = begin, next; row < end; row = next) {
    for (next = row + 1; next < end && !read[next] == !read[row]; next++) continue;
    if (read[row])
      update_part(context, row * j->columns, next * j->columns, thread);
    else
      decay(j->weights + row * j->columns, j->step, (next - row) * j->columns);
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
  job j = {.exec = exec,
           .optimizer = optimizer,
           .weights = gpt->weights + optimizer->begin,
           .step = &step};
  for (size_t i = 0; i < gpt->params.count; i++) {
    const afina_param *param = &gpt->params.entries[i];
    if (param->offset < optimizer->begin || param->offset >= optimizer->wait) continue;
    if (optimizer->muon.count && afina_muon_takes(&gpt->params, param)) continue;
    step.weight_decay =
        param->decays && optimizer->wait == SIZE_MAX ? (afina_real)o->weight_decay : 0;
    if (optimizer->rates) step.lr = (afina_real)(lr * optimizer->rates[i]);
    j.offset = param->offset - optimizer->begin;
    j.columns = param->columns;
    if (i == 0 && optimizer->gradients.rows_read)
      afina_pool_run(exec->pool, param->rows, CHUNK / param->columns + 1, rows_part, &j);
    else
      afina_pool_run(exec->pool, param->rows * param->columns, CHUNK, update_part, &j);
  }
  if (optimizer->muon.count && optimizer->wait == SIZE_MAX)
    afina_muon_update(&optimizer->muon, exec, j.weights, optimizer->m, optimizer->gradients.data,
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
