#include "muon.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

/* Steeper at zero than the series that converges to one exactly: five rounds are enough. */
static const double first = 3.4445, third = -4.7750, fifth = 2.0315;
enum { ROUNDS = 5 };

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }
static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

/* Two matrices of x's size, three of its smaller side squared. */
size_t afina_muon_work(size_t rows, size_t columns) {
  const size_t m = smaller(rows, columns), n = larger(rows, columns);
  return 2 * m * n + 3 * m * m;
}

/* to[columns, rows] = from[rows, columns]^T, scaled. */
static void turn(afina_real *to, const afina_real *from, size_t rows, size_t columns,
                 afina_real scale) {
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < columns; c++) to[c * rows + r] = from[r * columns + c] * scale;
}

static void scale_to(afina_real *to, const afina_real *from, size_t n, double scale) {
  const afina_real factor = (afina_real)scale;
  for (size_t i = 0; i < n; i++) to[i] = from[i] * factor;
}

/* next[m,n] = first x + (third a + fifth a a) x, a = x x^T. squares: a, and two of its size. */
static void iterate(const afina_kernels *kernels, afina_real *next, const afina_real *x, size_t m,
                    size_t n, afina_real *squares, afina_real *gemm) {
  afina_real *a = squares, *scaled = a + m * m, *b = scaled + m * m;
  kernels->gemm(a, m, NULL, x, n, 1, x, 1, n, m, m, n, gemm);
  scale_to(scaled, a, m * m, fifth);
  scale_to(b, a, m * m, third);
  kernels->gemm(b, m, b, scaled, m, 1, a, m, 1, m, m, m, gemm);
  scale_to(next, x, m * n, first);
  kernels->gemm(next, n, next, b, m, 1, x, n, 1, m, n, m, gemm);
}

void afina_muon_orthogonalize(const afina_kernels *kernels, afina_real *x, size_t rows,
                              size_t columns, afina_real *work, afina_real *gemm) {
  const size_t m = smaller(rows, columns), n = larger(rows, columns);
  afina_real *now = work, *next = work + m * n, *squares = next + m * n;
  const double norm = sqrt(kernels->sum_of_squares(x, m * n));
  const afina_real inverse = (afina_real)(1 / (norm + 1e-12)); /* of zeros: zeros */
  if (rows > columns)
    turn(now, x, rows, columns, inverse);
  else
    scale_to(now, x, m * n, (double)inverse);
  for (int i = 0; i < ROUNDS; i++) {
    iterate(kernels, next, now, m, n, squares, gemm);
    afina_real *swap = now;
    now = next;
    next = swap;
  }
  if (rows > columns)
    turn(x, now, m, n, 1);
  else
    memcpy(x, now, m * n * sizeof *x);
}

bool afina_muon_takes(const afina_params *params, const afina_param *param) {
  return !param->vector && param->offset >= afina_params_block(params, 0) &&
         param->offset < afina_params_block(params, params->layers);
}

/* Queries, keys and values are three matrices; every other parameter is one. */
static size_t parts_of(const afina_params *params, const afina_param *param) {
  for (size_t layer = 0; layer < params->layers; layer++)
    if (param == afina_params_find(params, layer, AFINA_ATTN_WEIGHT)) return 3;
  return 1;
}

/* Elements to work with on the largest matrix that is moved. */
static size_t work_each(const afina_params *params, size_t begin) {
  size_t most = 0;
  for (size_t i = 0; i < params->count; i++) {
    const afina_param *param = &params->entries[i];
    if (param->offset < begin || !afina_muon_takes(params, param)) continue;
    const size_t columns = param->columns / parts_of(params, param);
    most = larger(most, param->rows * columns + afina_muon_work(param->rows, columns));
  }
  return (most + 15) / 16 * 16;
}

size_t afina_muon_bytes(const afina_params *params, size_t begin, size_t threads) {
  size_t bytes, lists;
  const bool fits =
      afina_multiply(work_each(params, begin), threads * sizeof(afina_real), &bytes) &&
      afina_multiply(params->count, 3 * sizeof(afina_muon_matrix), &lists) &&
      afina_add(bytes, lists, &bytes);
  return fits ? bytes : SIZE_MAX;
}

static void add_matrices(afina_muon *muon, const afina_params *params, size_t begin) {
  for (size_t i = 0; i < params->count; i++) {
    const afina_param *param = &params->entries[i];
    if (param->offset < begin || !afina_muon_takes(params, param)) continue;
    const size_t parts = parts_of(params, param), columns = param->columns / parts;
    for (size_t part = 0; part < parts; part++)
      muon->matrices[muon->count++] = (afina_muon_matrix){param->offset - begin + part * columns,
                                                          param->rows, columns, param->columns};
  }
}

afina_status afina_muon_init(afina_muon *muon, const afina_gpt *gpt, size_t begin, double momentum,
                             size_t threads, afina_error *error) {
  afina_muon made = {
      .momentum = momentum, .threads = threads, .work_each = work_each(&gpt->params, begin)};
  made.matrices = afina_allocate(gpt->params.count * 3, sizeof *made.matrices);
  if (made.matrices) add_matrices(&made, &gpt->params, begin);
  made.work = afina_allocate(made.work_each, threads * sizeof *made.work);
  if (!made.matrices || !made.work) {
    afina_muon_free(&made);
    return afina_fail_memory(error);
  }
  *muon = made;
  return AFINA_OK;
}

void afina_muon_free(afina_muon *muon) {
  if (!muon) return;
  free(muon->matrices);
  free(muon->work);
  *muon = (afina_muon){0};
}

typedef struct job {
  const afina_muon *muon;
  const afina_exec *exec;
  afina_real *weights, *momentum;
  const afina_real *gradients;
  const afina_muon_step *step;
} job;

/* momentum = mu momentum + gradient; ahead[rows, columns] = gradient + mu momentum (Nesterov). */
static void look_ahead(const job *j, const afina_muon_matrix *matrix, afina_real *ahead) {
  const afina_real mu = (afina_real)j->muon->momentum, scale = j->step->gradient_scale;
  for (size_t r = 0; r < matrix->rows; r++) {
    const size_t at = matrix->offset + r * matrix->stride;
    for (size_t c = 0; c < matrix->columns; c++) {
      const afina_real gradient = j->gradients[at + c] * scale;
      const afina_real moment = mu * j->momentum[at + c] + gradient;
      j->momentum[at + c] = moment;
      ahead[r * matrix->columns + c] = gradient + mu * moment;
    }
  }
}

static void move(const job *j, const afina_muon_matrix *matrix, const afina_real *direction) {
  const double size = 0.2 * sqrt((double)larger(matrix->rows, matrix->columns));
  const afina_real rate = (afina_real)(j->step->lr * size);
  const afina_real keep = (afina_real)(1 - j->step->lr * j->step->weight_decay);
  for (size_t r = 0; r < matrix->rows; r++) {
    afina_real *w = j->weights + matrix->offset + r * matrix->stride;
    for (size_t c = 0; c < matrix->columns; c++)
      w[c] = w[c] * keep - rate * direction[r * matrix->columns + c];
  }
}

static void update_part(void *context, size_t begin, size_t end, size_t thread) {
  const job *j = context;
  afina_real *ahead = j->muon->work + thread * j->muon->work_each;
  afina_real *gemm = j->exec->scratch + thread * j->exec->scratch_each;
  for (size_t i = begin; i < end; i++) {
    const afina_muon_matrix *matrix = &j->muon->matrices[i];
    afina_real *work = ahead + matrix->rows * matrix->columns;
    look_ahead(j, matrix, ahead);
    afina_muon_orthogonalize(j->exec->kernels, ahead, matrix->rows, matrix->columns, work, gemm);
    move(j, matrix, ahead);
  }
}

void afina_muon_update(const afina_muon *muon, const afina_exec *exec, afina_real *weights,
                       afina_real *momentum, const afina_real *gradients,
                       const afina_muon_step *step) {
  job j = {.muon = muon,
           .exec = exec,
           .weights = weights,
           .momentum = momentum,
           .gradients = gradients,
           .step = step};
  afina_pool_run(exec->pool, muon->count, 1, update_part, &j);
}
