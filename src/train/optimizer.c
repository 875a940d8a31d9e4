#include "optimizer.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

enum { CHUNK = 4096 };

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
  memset(optimizer->m, 0, optimizer->count * sizeof *optimizer->m);
  memset(optimizer->v, 0, optimizer->count * sizeof *optimizer->v);
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
  afina_muon_free(&optimizer->muon);
  *optimizer = (afina_optimizer){0};
}

void afina_optimizer_zero(afina_optimizer *optimizer) {
  memset(optimizer->gradients.data, 0, optimizer->count * sizeof *optimizer->gradients.data);
}

typedef struct job {
  const afina_exec *exec;
  afina_optimizer *optimizer;
  afina_real *weights; /* of the suffix */
  const afina_adamw_step *step;
  size_t offset; /* of the parameter in the suffix */
} job;

static void squares_part(void *context, size_t begin, size_t end, size_t thread) {
  const job *j = context;
  (void)thread;
  for (size_t i = begin; i < end; i += CHUNK)
    j->optimizer->chunk_sums[i / CHUNK] = j->exec->kernels->sum_of_squares(
        j->optimizer->gradients.data + i, end - i < CHUNK ? end - i : CHUNK);
}

static double gradient_norm(afina_optimizer *optimizer, const afina_exec *exec) {
  job j = {.exec = exec, .optimizer = optimizer};
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

double afina_optimizer_step(afina_optimizer *optimizer, afina_gpt *gpt, const afina_exec *exec,
                            double lr) {
  const afina_optimizer_options *o = &optimizer->options;
  const double norm = gradient_norm(optimizer, exec);
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
