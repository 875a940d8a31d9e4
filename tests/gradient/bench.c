#include "bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "derivative.h"
#include "memory.h"

/* The issue asks for 1e-6. The largest that was measured over all ops and inputs is 9.3e-12. */
static const double bar = 1e-10;

static double *reals(size_t n) {
  double *x = afina_allocate(n, sizeof *x);
  assert_non_null(x);
  return x;
}

static double *normal(bench *b, size_t n) {
  double *x = reals(n);
  for (size_t i = 0; i < n; i++) x[i] = afina_rng_normal(&b->rng);
  return x;
}

static double *copy(const double *x, size_t n) {
  double *y = reals(n);
  memcpy(y, x, n * sizeof *y);
  return y;
}

void bench_input(bench *b, const char *name, size_t size) {
  assert_true(b->input_count < MAX_INPUTS);
  b->inputs[b->input_count++] =
      (bench_tensor){.name = name, .size = size, .value = normal(b, size)};
}

/* What forward must overwrite. */
static double *garbage(size_t n) {
  double *x = reals(n);
  for (size_t i = 0; i < n; i++) x[i] = NAN;
  return x;
}

void bench_output(bench *b, size_t size) {
  b->y = garbage(size);
  b->y_size = size;
}

void bench_save(bench *b, size_t size) {
  assert_true(b->saved_count < MAX_SAVED);
  b->saved[b->saved_count++] = garbage(size);
}

static void lay_out_texts(bench *b) {
  const bench_dims *d = &b->d;
  bool ask = false;
  for (size_t t = 0; t < d->B; t++) {
    b->starts[t + 1] = b->starts[t] + d->lengths[t];
    b->query_starts[t + 1] = b->query_starts[t] + d->asking[t];
    ask = ask || d->asking[t] > 0;
  }
  if (d->B) b->d.N = b->starts[d->B];
  b->rows = (afina_ragged){.starts = b->starts, .B = d->B, .N = b->d.N};
  if (!ask) return;
  const size_t Q = b->query_starts[d->B];
  b->query_rows = afina_allocate(Q, sizeof *b->query_rows);
  b->query_places = afina_allocate(Q, sizeof *b->query_places);
  assert_true(b->query_rows && b->query_places);
  for (size_t t = 0, i = 0; t < d->B; t++)
    for (size_t k = d->lengths[t] - d->asking[t]; k < d->lengths[t]; k++, i++) {
      b->query_rows[i] = b->starts[t] + k;
      b->query_places[i] = k;
    }
  b->query_list = (afina_queries){
      .rows = b->query_rows, .places = b->query_places, .starts = b->query_starts, .Q = Q};
  b->queries = &b->query_list;
}

static void set_up(bench *b, const bench_op *op, const bench_dims *d) {
  *b = (bench){.d = *d};
  if (!b->d.stride) b->d.stride = b->d.O;
  afina_rng_seed(&b->rng, 7);
  lay_out_texts(b);
  b->ids = afina_allocate(b->d.N, sizeof *b->ids);
  assert_non_null(b->ids);
  for (size_t n = 0; n < b->d.N && b->d.O; n++)
    b->ids[n] = (uint32_t)afina_rng_below(&b->rng, b->d.O);
  assert_int_equal(
      afina_exec_init(&b->exec, &afina_kernels_reference, NULL, AFINA_MAX_CONTEXT, 16, NULL),
      AFINA_OK);
  op->describe(b);
}

static void tear_down(bench *b) {
  for (size_t i = 0; i < b->input_count; i++) free(b->inputs[i].value);
  for (size_t i = 0; i < b->saved_count; i++) free(b->saved[i]);
  free(b->y);
  free(b->ids);
  free(b->query_rows);
  free(b->query_places);
  afina_exec_free(&b->exec);
}

typedef struct loss_context {
  bench *b;
  const bench_op *op;
  const double *dy;
} loss_context;

/* sum of y dy: its gradient is what backward computes from dy. */
static double loss(void *context) {
  const loss_context *c = context;
  double sum = 0;
  c->op->forward(c->b);
  for (size_t i = 0; i < c->b->y_size; i++) sum += c->b->y[i] * c->dy[i];
  return sum;
}

/* The gradients of all inputs but those in `skip` (bits), into gradients[]; they start from
 * `initial` (accumulate), which is taken off again, or from NaN (overwrite). */
static void analytic(bench *b, const bench_op *op, const double *dy, unsigned skip,
                     double *gradients[MAX_INPUTS]) {
  double *initial[MAX_INPUTS];
  for (size_t i = 0; i < b->input_count; i++) {
    const size_t n = b->inputs[i].size;
    initial[i] = normal(b, n);
    gradients[i] = copy(initial[i], n);
    for (size_t k = 0; op->overwrites && k < n; k++) gradients[i][k] = NAN;
    b->inputs[i].gradient = skip >> i & 1 ? NULL : gradients[i];
  }
  op->backward(b, dy);
  for (size_t i = 0; i < b->input_count; i++) {
    for (size_t k = 0; !op->overwrites && k < b->inputs[i].size; k++)
      gradients[i][k] -= initial[i][k];
    free(initial[i]);
  }
}

static void free_all(bench *b, double *gradients[MAX_INPUTS]) {
  for (size_t i = 0; i < b->input_count; i++) free(gradients[i]);
}

static void check_differences(bench *b, const bench_op *op, const double *dy, const char *where) {
  double *gradients[MAX_INPUTS];
  loss_context context = {b, op, dy};
  op->forward(b);
  analytic(b, op, dy, 0, gradients);
  for (size_t i = 0; i < b->input_count; i++) {
    bench_tensor *x = &b->inputs[i];
    double *numerical = reals(x->size);
    derivative_numerical(numerical, x->value, x->size, loss, &context);
    const double distance =
        derivative_assert_close(where, x->name, gradients[i], numerical, x->size, bar);
    print_message("%s: d %-6s %.1e\n", where, x->name, distance);
    free(numerical);
  }
  free_all(b, gradients);
}

/* With the same initial values: the differences of two runs would show rounding, not the op. */
static void same_run(bench *b, const bench_op *op, const double *dy, unsigned skip,
                     double *gradients[MAX_INPUTS]) {
  afina_rng_seed(&b->rng, 11);
  op->forward(b);
  analytic(b, op, dy, skip, gradients);
}

static void check_unwanted(bench *b, const bench_op *op, const double *dy, const char *where) {
  double *all[MAX_INPUTS], *some[MAX_INPUTS];
  same_run(b, op, dy, 0, all);
  for (size_t set = 0; set < MAX_INPUTS && op->unwanted[set]; set++) {
    const unsigned skip = op->unwanted[set];
    same_run(b, op, dy, skip, some);
    for (size_t i = 0; i < b->input_count; i++)
      if (!(skip >> i & 1))
        derivative_assert_same(where, b->inputs[i].name, all[i], some[i], b->inputs[i].size);
    free_all(b, some);
  }
  free_all(b, all);
}

static void check_threads(bench *b, const bench_op *op, const double *dy, const char *where) {
  double *one[MAX_INPUTS], *three[MAX_INPUTS];
  same_run(b, op, dy, 0, one);
  double *y = copy(b->y, b->y_size);
  afina_pool *pool = NULL;
  assert_int_equal(afina_pool_create(&pool, 3, NULL), AFINA_OK);
  afina_exec_free(&b->exec);
  assert_int_equal(
      afina_exec_init(&b->exec, &afina_kernels_reference, pool, AFINA_MAX_CONTEXT, 16, NULL),
      AFINA_OK);
  same_run(b, op, dy, 0, three);
  derivative_assert_same(where, "y", y, b->y, b->y_size);
  for (size_t i = 0; i < b->input_count; i++)
    derivative_assert_same(where, b->inputs[i].name, one[i], three[i], b->inputs[i].size);
  afina_pool_free(pool);
  free_all(b, one);
  free_all(b, three);
  free(y);
}

void bench_check_op(const bench_op *op) {
  assert_true(op->case_count > 0);
  for (size_t i = 0; i < op->case_count; i++) {
    bench b;
    char where[64];
    snprintf(where, sizeof where, "%s, case %zu", op->name, i);
    set_up(&b, op, &op->cases[i]);
    double *dy = normal(&b, b.y_size);
    for (size_t k = 1; op->uniform_dy && k < b.y_size; k++) dy[k] = dy[0];
    if (!b.d.big) check_differences(&b, op, dy, where);
    check_unwanted(&b, op, dy, where);
    check_threads(&b, op, dy, where);
    free(dy);
    tear_down(&b);
  }
}
