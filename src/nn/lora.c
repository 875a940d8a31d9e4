#include "nn.h"

enum { GRAIN = 4096 };

typedef struct job {
  afina_real *x, scale;
} job;

static void scale_part(void *context, size_t begin, size_t end, size_t thread) {
  const job *j = context;
  (void)thread;
  for (size_t i = begin; i < end; i++) j->x[i] *= j->scale;
}

static void scale_by(const afina_exec *exec, afina_real *x, afina_real scale, size_t n) {
  job j = {.x = x, .scale = scale};
  afina_exec_run(exec, n, GRAIN, n, scale_part, &j);
}

void afina_lora_down_forward(const afina_exec *exec, afina_real *u, const afina_real *x,
                             const afina_real *a, afina_real scale, size_t N, size_t I, size_t R) {
  afina_linear_forward(exec, u, x, a, NULL, N, I, R, R);
  scale_by(exec, u, scale, N * R);
}

void afina_lora_down_backward(const afina_exec *exec, afina_real *dx, afina_real *da,
                              afina_real *du, const afina_real *x, const afina_real *a,
                              afina_real scale, size_t N, size_t I, size_t R) {
  scale_by(exec, du, scale, N * R);
  afina_linear_backward(exec, 0, dx, da, NULL, du, x, a, N, I, R, R);
}

void afina_lora_up_forward(const afina_exec *exec, afina_real *y, const afina_real *u,
                           const afina_real *b, size_t N, size_t R, size_t O, size_t b_row) {
  afina_linear_add(exec, y, u, b, N, R, O, b_row);
}

void afina_lora_up_backward(const afina_exec *exec, afina_real *du, afina_real *db,
                            const afina_real *dy, const afina_real *u, const afina_real *b,
                            size_t N, size_t R, size_t O, size_t b_row) {
  afina_linear_backward(exec, 0, du, db, NULL, dy, u, b, N, R, O, b_row);
}
