#include <stdbool.h>

#include "nn.h"

enum {
  /* Rows and columns are handed to threads in multiples of this, so that most tiles of the
   * micro-kernel stay whole. */
  WHOLE = 8,
  COLUMNS = 16,
  /* Every part copies into panels what it shares with the others: parts are made smaller than this
   * only to give each thread one. */
  GOOD_PART = 128,
  PARTS_EACH = 4,
  FEW_ROWS = 48,        /* for each thread */
  MULTIPLICATIONS = 16, /* in a nanosecond */
  MOST_WORK = 1000000000,
};

typedef struct product {
  const afina_exec *exec;
  afina_real *c;
  const afina_real *a, *b, *bias;
  size_t c_row, a_row, a_col, b_row, b_col, M, N, K;
  bool overwrites;
} product;

static void multiply(const product *p, size_t m0, size_t m1, size_t n0, size_t n1, size_t thread) {
  afina_real *c = p->c + m0 * p->c_row + n0;
  const afina_real *row = p->bias ? p->bias + n0 : NULL;
  p->exec->kernels->gemm(c, p->c_row, p->overwrites ? row : c, p->a + m0 * p->a_row, p->a_row,
                         p->a_col, p->b + n0 * p->b_col, p->b_row, p->b_col, m1 - m0, n1 - n0, p->K,
                         p->exec->scratch + thread * p->exec->scratch_each);
}

static void rows_part(void *context, size_t begin, size_t end, size_t thread) {
  const product *p = context;
  multiply(p, begin, end, 0, p->N, thread);
}

static void columns_part(void *context, size_t begin, size_t end, size_t thread) {
  const product *p = context;
  multiply(p, 0, p->M, begin, end, thread);
}

/* c[M,N] += a b, or c = bias + a b. Tokens are cut by rows, as by the layers around, so that a
 * thread finds them in its cache, unless they are few (only the last of each text asked); the
 * gradient of a weight, along its longer side, of which the parts share nothing. */
static void gemm(product *p) {
  const size_t threads = afina_pool_size(p->exec->pool);
  const bool is_weight = p->a_col != 1;
  const bool by_rows = p->M >= p->N || (!is_weight && p->M >= threads * FEW_ROWS);
  const size_t length = by_rows ? p->M : p->N;
  size_t parts = length / (threads * GOOD_PART);
  parts = threads * (parts < 1 ? 1 : parts > PARTS_EACH ? PARTS_EACH : parts);
  const size_t each = (length + parts - 1) / parts, grain = (each + WHOLE - 1) / WHOLE * WHOLE;
  const double work = (double)p->M * (double)p->N * (double)p->K / MULTIPLICATIONS;
  afina_exec_run(p->exec, length, grain, work < MOST_WORK ? (size_t)work : MOST_WORK,
                 by_rows ? rows_part : columns_part, p);
}

static void bias_part(void *context, size_t begin, size_t end, size_t thread) {
  const product *p = context;
  (void)thread;
  p->exec->kernels->bias_backward(p->c, p->a, p->M, p->N, begin, end);
}

void afina_linear_add(const afina_exec *exec, afina_real *y, const afina_real *x,
                      const afina_real *weight, size_t N, size_t I, size_t O, size_t w_row) {
  gemm(&(product){.exec = exec,
                  .c = y,
                  .c_row = O,
                  .a = x,
                  .a_row = I,
                  .a_col = 1,
                  .b = weight,
                  .b_row = w_row,
                  .b_col = 1,
                  .M = N,
                  .N = O,
                  .K = I});
}

void afina_linear_forward(const afina_exec *exec, afina_real *y, const afina_real *x,
                          const afina_real *weight, const afina_real *bias, size_t N, size_t I,
                          size_t O, size_t w_row) {
  gemm(&(product){.exec = exec,
                  .overwrites = true,
                  .c = y,
                  .c_row = O,
                  .a = x,
                  .a_row = I,
                  .a_col = 1,
                  .b = weight,
                  .b_row = w_row,
                  .b_col = 1,
                  .bias = bias,
                  .M = N,
                  .N = O,
                  .K = I});
}

void afina_linear_backward(const afina_exec *exec, unsigned sets, afina_real *dx,
                           afina_real *dweight, afina_real *dbias, const afina_real *dy,
                           const afina_real *x, const afina_real *weight, size_t N, size_t I,
                           size_t O, size_t w_row) {
  if (dx)
    gemm(&(product){.exec = exec,
                    .overwrites = sets & AFINA_SETS_DX,
                    .c = dx,
                    .c_row = I,
                    .a = dy,
                    .a_row = O,
                    .a_col = 1,
                    .b = weight,
                    .b_row = 1,
                    .b_col = w_row,
                    .M = N,
                    .N = I,
                    .K = O});
  if (dweight)
    gemm(&(product){.exec = exec,
                    .overwrites = sets & AFINA_SETS_DWEIGHT,
                    .c = dweight,
                    .c_row = w_row,
                    .a = x,
                    .a_row = 1,
                    .a_col = I,
                    .b = dy,
                    .b_row = O,
                    .b_col = 1,
                    .M = I,
                    .N = O,
                    .K = N});
  if (dbias) {
    product p = {.exec = exec, .c = dbias, .a = dy, .M = N, .N = O};
    afina_exec_run(exec, O, COLUMNS, N * O / 10, bias_part, &p);
  }
}

void afina_project_forward(const afina_exec *exec, afina_real *y, const afina_real *x,
                           const afina_real *weight, size_t N, size_t I, size_t O) {
  gemm(&(product){.exec = exec,
                  .overwrites = true,
                  .c = y,
                  .c_row = O,
                  .a = x,
                  .a_row = I,
                  .a_col = 1,
                  .b = weight,
                  .b_row = 1,
                  .b_col = I,
                  .M = N,
                  .N = O,
                  .K = I});
}

void afina_project_backward(const afina_exec *exec, afina_real *dx, afina_real *dweight,
                            const afina_real *dy, const afina_real *x, const afina_real *weight,
                            size_t N, size_t I, size_t O) {
  if (dx)
    gemm(&(product){.exec = exec,
                    .c = dx,
                    .c_row = I,
                    .a = dy,
                    .a_row = O,
                    .a_col = 1,
                    .b = weight,
                    .b_row = I,
                    .b_col = 1,
                    .M = N,
                    .N = I,
                    .K = O});
  if (dweight)
    gemm(&(product){.exec = exec,
                    .c = dweight,
                    .c_row = I,
                    .a = dy,
                    .a_row = 1,
                    .a_col = O,
                    .b = x,
                    .b_row = I,
                    .b_col = 1,
                    .M = O,
                    .N = I,
                    .K = N});
}
