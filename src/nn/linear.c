#include <string.h>

#include "nn.h"

/* Rows are handed to threads in multiples of this, so that the micro-kernel's tiles stay whole. */
enum { ROWS = 20, COLUMNS = 16 };
/* Products with fewer multiplications than this stay on one thread: starting the others would cost
 * more. */
enum { SMALL = 1 << 16 };

typedef struct product {
  const afina_exec *exec;
  afina_real *c;
  const afina_real *a, *b, *bias;
  size_t c_row, a_row, a_col, b_row, b_col, M, N, K;
} product;

static void gemm_part(void *context, size_t begin, size_t end, size_t thread) {
  const product *p = context;
  p->exec->kernels->gemm(p->c + begin * p->c_row, p->c_row, p->a + begin * p->a_row, p->a_row,
                         p->a_col, p->b, p->b_row, p->b_col, end - begin, p->N, p->K,
                         p->exec->scratch + thread * p->exec->scratch_each);
}

/* c[M,N] += a b, cut by rows of c. */
static void gemm(product *p) {
  const int small = p->M * p->N < SMALL && p->M * p->N * p->K < SMALL;
  afina_pool_run(small ? NULL : p->exec->pool, p->M, ROWS, gemm_part, p);
}

static void forward_part(void *context, size_t begin, size_t end, size_t thread) {
  const product *p = context;
  for (size_t m = begin; m < end; m++) {
    afina_real *row = p->c + m * p->c_row;
    if (p->bias)
      memcpy(row, p->bias, p->N * sizeof *row);
    else
      memset(row, 0, p->N * sizeof *row);
  }
  gemm_part(context, begin, end, thread);
}

static void forward(product *p) {
  const int small = p->M * p->N * p->K < SMALL;
  afina_pool_run(small ? NULL : p->exec->pool, p->M, ROWS, forward_part, p);
}

static void bias_part(void *context, size_t begin, size_t end, size_t thread) {
  const product *p = context;
  (void)thread;
  p->exec->kernels->bias_backward(p->c, p->a, p->M, p->N, begin, end);
}

void afina_linear_forward(const afina_exec *exec, afina_real *y, const afina_real *x,
                          const afina_real *weight, const afina_real *bias, size_t N, size_t I,
                          size_t O, size_t w_row) {
  forward(&(product){.exec = exec,
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

void afina_linear_backward(const afina_exec *exec, afina_real *dx, afina_real *dweight,
                           afina_real *dbias, const afina_real *dy, const afina_real *x,
                           const afina_real *weight, size_t N, size_t I, size_t O, size_t w_row) {
  if (dx)
    gemm(&(product){.exec = exec,
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
    afina_pool_run(exec->pool, O, COLUMNS, bias_part, &p);
  }
}

void afina_project_forward(const afina_exec *exec, afina_real *y, const afina_real *x,
                           const afina_real *weight, size_t N, size_t I, size_t O) {
  forward(&(product){.exec = exec,
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
