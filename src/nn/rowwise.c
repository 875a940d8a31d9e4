/* Layers that treat each row, or each element, by itself. */
#include <string.h>

#include "nn.h"

enum { ROWS = 8, COLUMNS = 16, ELEMENTS = 4096 };

/* About how many nanoseconds `n` elements take, of which one takes 0.1 * tenths. */
static size_t cost(size_t n, size_t tenths) { return n / 10 * tenths; }

typedef struct job {
  const afina_exec *exec;
  afina_real *out, *mean, *rstd, *dweight, *dbias;
  const afina_real *x, *dy, *weight, *bias;
  const uint32_t *ids, *rows_of;
  const afina_ragged *rows;
  afina_real scale;
  size_t N, C;
} job;

static void layernorm_forward_part(void *context, size_t begin, size_t end, size_t thread) {
  const job *j = context;
  (void)thread;
  const size_t at = begin * j->C;
  j->exec->kernels->layernorm_forward(j->out + at, j->mean + begin, j->rstd + begin, j->x + at,
                                      j->weight, j->bias, end - begin, j->C);
}

void afina_layernorm_forward(const afina_exec *exec, afina_real *y, afina_real *mean,
                             afina_real *rstd, const afina_real *x, const afina_real *weight,
                             const afina_real *bias, size_t N, size_t C) {
  job j = {.exec = exec,
           .out = y,
           .mean = mean,
           .rstd = rstd,
           .x = x,
           .weight = weight,
           .bias = bias,
           .C = C};
  afina_exec_run(exec, N, ROWS, cost(N * C, 5), layernorm_forward_part, &j);
}

static void layernorm_backward_part(void *context, size_t begin, size_t end, size_t thread) {
  const job *j = context;
  (void)thread;
  const size_t at = begin * j->C;
  j->exec->kernels->layernorm_backward(j->out + at, j->dy + at, j->x + at, j->mean + begin,
                                       j->rstd + begin, j->weight, end - begin, j->C);
}

static void layernorm_parameters_part(void *context, size_t begin, size_t end, size_t thread) {
  const job *j = context;
  (void)thread;
  j->exec->kernels->layernorm_backward_parameters(j->dweight, j->dbias, j->dy, j->x, j->mean,
                                                  j->rstd, j->N, j->C, begin, end);
}

void afina_layernorm_backward(const afina_exec *exec, afina_real *dx, afina_real *dweight,
                              afina_real *dbias, const afina_real *dy, const afina_real *x,
                              const afina_real *mean, const afina_real *rstd,
                              const afina_real *weight, size_t N, size_t C) {
  /* The kernels only read mean and rstd; the struct serves the forward pass too. */
  job j = {.exec = exec,
           .out = dx,
           .dweight = dweight,
           .dbias = dbias,
           .dy = dy,
           .x = x,
           .mean = (afina_real *)(uintptr_t)mean,
           .rstd = (afina_real *)(uintptr_t)rstd,
           .weight = weight,
           .N = N,
           .C = C};
  if (dx) afina_exec_run(exec, N, ROWS, cost(N * C, 3), layernorm_backward_part, &j);
  if (dweight && dbias)
    afina_exec_run(exec, C, COLUMNS, cost(N * C, 1), layernorm_parameters_part, &j);
}

static void gelu_forward_part(void *context, size_t begin, size_t end, size_t thread) {
  const job *j = context;
  (void)thread;
  j->exec->kernels->gelu_forward(j->out + begin, j->x + begin, end - begin);
}

void afina_gelu_forward(const afina_exec *exec, afina_real *y, const afina_real *x, size_t n) {
  job j = {.exec = exec, .out = y, .x = x};
  afina_exec_run(exec, n, ELEMENTS, cost(n, 6), gelu_forward_part, &j);
}

static void gelu_backward_part(void *context, size_t begin, size_t end, size_t thread) {
  const job *j = context;
  (void)thread;
  j->exec->kernels->gelu_backward(j->out + begin, j->dy + begin, j->x + begin, end - begin);
}

void afina_gelu_backward(const afina_exec *exec, afina_real *dx, const afina_real *dy,
                         const afina_real *x, size_t n) {
  job j = {.exec = exec, .out = dx, .dy = dy, .x = x};
  afina_exec_run(exec, n, ELEMENTS, cost(n, 7), gelu_backward_part, &j);
}

static void add_part(void *context, size_t begin, size_t end, size_t thread) {
  const job *j = context;
  (void)thread;
  j->exec->kernels->add(j->out + begin, j->x + begin, end - begin);
}

void afina_add_forward(const afina_exec *exec, afina_real *y, const afina_real *x, size_t n) {
  job j = {.exec = exec, .out = y, .x = x};
  afina_exec_run(exec, n, ELEMENTS, cost(n, 1), add_part, &j);
}

static void zero_part(void *context, size_t begin, size_t end, size_t thread) {
  const job *j = context;
  (void)thread;
  memset(j->out + begin, 0, (end - begin) * sizeof *j->out);
}

void afina_zero(const afina_exec *exec, afina_real *x, size_t n) {
  job j = {.exec = exec, .out = x};
  afina_exec_run(exec, n, ELEMENTS, cost(n, 1), zero_part, &j);
}

static void embed_part(void *context, size_t begin, size_t end, size_t thread) {
  const job *j = context;
  (void)thread;
  for (size_t b = begin; b < end; b++)
    for (size_t n = j->rows->starts[b]; n < j->rows->starts[b + 1]; n++) {
      afina_real *row = j->out + n * j->C;
      memcpy(row, j->weight + j->ids[n] * j->C, j->C * sizeof *row);
      j->exec->kernels->add(row, j->bias + (n - j->rows->starts[b]) * j->C, j->C);
    }
}

void afina_embedding_forward(const afina_exec *exec, afina_real *x, const uint32_t *ids,
                             const afina_real *wte, const afina_real *wpe, const afina_ragged *rows,
                             size_t C) {
  job j = {.exec = exec, .out = x, .ids = ids, .weight = wte, .bias = wpe, .rows = rows, .C = C};
  afina_exec_run(exec, rows->B, 1, cost(rows->N * C, 3), embed_part, &j);
}

/* Two tokens of a batch may be the same id, so rows cannot be shared out: each thread takes
 * columns. */
static void embed_backward_part(void *context, size_t begin, size_t end, size_t thread) {
  const job *j = context;
  (void)thread;
  for (size_t b = 0; b < j->rows->B; b++)
    for (size_t n = j->rows->starts[b]; n < j->rows->starts[b + 1]; n++) {
      const afina_real *dy = j->dy + n * j->C + begin;
      const size_t place = n - j->rows->starts[b];
      const size_t row = j->rows_of ? j->rows_of[j->ids[n]] : j->ids[n];
      if (j->dweight) j->exec->kernels->add(j->dweight + row * j->C + begin, dy, end - begin);
      if (j->dbias) j->exec->kernels->add(j->dbias + place * j->C + begin, dy, end - begin);
    }
}

void afina_embedding_backward(const afina_exec *exec, afina_real *dwte, afina_real *dwpe,
                              const afina_real *dx, const uint32_t *ids, const uint32_t *rows_of,
                              const afina_ragged *rows, size_t C) {
  job j = {.exec = exec,
           .dweight = dwte,
           .dbias = dwpe,
           .dy = dx,
           .ids = ids,
           .rows_of = rows_of,
           .rows = rows,
           .C = C};
  afina_exec_run(exec, C, COLUMNS, cost(rows->N * C, 3), embed_backward_part, &j);
}

static void cross_entropy_forward_part(void *context, size_t begin, size_t end, size_t thread) {
  const job *j = context;
  (void)thread;
  j->exec->kernels->softmax_cross_entropy_forward(j->mean + begin, j->out + begin * j->C,
                                                  j->ids + begin, end - begin, j->C);
}

void afina_cross_entropy_forward(const afina_exec *exec, afina_real *losses, afina_real *logits,
                                 const uint32_t *targets, size_t N, size_t V) {
  job j = {.exec = exec, .mean = losses, .out = logits, .ids = targets, .C = V};
  afina_exec_run(exec, N, ROWS, cost(N * V, 10), cross_entropy_forward_part, &j);
}

static void cross_entropy_backward_part(void *context, size_t begin, size_t end, size_t thread) {
  const job *j = context;
  (void)thread;
  j->exec->kernels->softmax_cross_entropy_backward(j->out + begin * j->C, j->ids + begin, j->scale,
                                                   end - begin, j->C);
}

void afina_cross_entropy_backward(const afina_exec *exec, afina_real *probabilities,
                                  const uint32_t *targets, afina_real scale, size_t N, size_t V) {
  job j = {.exec = exec, .out = probabilities, .ids = targets, .scale = scale, .C = V};
  afina_exec_run(exec, N, ROWS, cost(N * V, 2), cross_entropy_backward_part, &j);
}
