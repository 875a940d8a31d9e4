/* Muon: the orthogonalised matrix is U p(S) V^T, held against singular vectors and values that the
 * test chose; an update is that of a plain reimplementation in double; gradients are only read. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "muon.h"
#include "optimizer.h"
#include "rng.h"

enum { SIDE = 24, LONG = 40 };

/* ---- Newton-Schulz ---- */

/* x[m, n], m <= n: rows become orthonormal (Gram-Schmidt, twice: once leaves rounding behind). */
static void make_orthonormal(double *x, size_t m, size_t n) {
  for (size_t again = 0; again < 2; again++)
    for (size_t i = 0; i < m; i++) {
      double *row = x + i * n, norm = 0;
      for (size_t j = 0; j < i; j++) {
        double dot = 0;
        for (size_t k = 0; k < n; k++) dot += row[k] * x[j * n + k];
        for (size_t k = 0; k < n; k++) row[k] -= dot * x[j * n + k];
      }
      for (size_t k = 0; k < n; k++) norm += row[k] * row[k];
      for (size_t k = 0; k < n; k++) row[k] /= sqrt(norm);
    }
}

static void fill_normal(double *x, size_t n, uint64_t seed) {
  afina_rng rng;
  afina_rng_seed(&rng, seed);
  for (size_t i = 0; i < n; i++) x[i] = afina_rng_normal(&rng);
}

/* out[rows, columns] = sum over i of values[i] u_i v_i^T, with u and v orthonormal; `rows` may be
 * the longer side. */
static void compose(double *out, const double *values, size_t rows, size_t columns) {
  static double u[LONG * LONG], v[LONG * LONG];
  const size_t m = rows < columns ? rows : columns;
  fill_normal(u, m * rows, 1);
  fill_normal(v, m * columns, 2);
  make_orthonormal(u, m, rows);
  make_orthonormal(v, m, columns);
  memset(out, 0, rows * columns * sizeof *out);
  for (size_t i = 0; i < m; i++)
    for (size_t r = 0; r < rows; r++)
      for (size_t c = 0; c < columns; c++)
        out[r * columns + c] += values[i] * u[i * rows + r] * v[i * columns + c];
}

static double five_rounds(double s) {
  for (int i = 0; i < 5; i++) s = 3.4445 * s - 4.7750 * s * s * s + 2.0315 * s * s * s * s * s;
  return s;
}

static void orthogonalize(float *x, size_t rows, size_t columns) {
  const size_t size = afina_muon_work(rows, columns);
  float *work = malloc(size * sizeof *work);
  float *gemm = aligned_alloc(64, AFINA_GEMM_SCRATCH * sizeof *gemm);
  assert_non_null(work);
  assert_non_null(gemm);
  memset(work, 0xff, size * sizeof *work); /* NaN: nothing there may be used */
  afina_muon_orthogonalize(&afina_kernels_plain, x, rows, columns, work, gemm);
  free(work);
  free(gemm);
}

/* The largest element of | U U^T - I |, U on its smaller side: no larger than the largest
 * | s^2 - 1 |. */
static double distance_from_orthonormal(const float *x, size_t rows, size_t columns) {
  const size_t m = rows < columns ? rows : columns, n = rows + columns - m;
  const size_t along = rows < columns ? 1 : columns, across = rows < columns ? columns : 1;
  double worst = 0;
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < m; j++) {
      double dot = i == j ? -1 : 0;
      for (size_t k = 0; k < n; k++)
        dot += (double)x[i * across + k * along] * (double)x[j * across + k * along];
      worst = fabs(dot) > worst ? fabs(dot) : worst;
    }
  return worst;
}

/* Singular values that fall evenly in their logarithm, from 1 down to `least`. */
static void check_values(double least, size_t rows, size_t columns) {
  static double x[LONG * LONG], expected[LONG * LONG];
  static float actual[LONG * LONG];
  double values[SIDE], mapped[SIDE], norm = 0;
  for (size_t i = 0; i < SIDE; i++) {
    values[i] = pow(least, (double)i / (SIDE - 1));
    norm += values[i] * values[i];
  }
  for (size_t i = 0; i < SIDE; i++) {
    mapped[i] = five_rounds(values[i] / sqrt(norm));
    if (mapped[i] < 0.65 || mapped[i] > 1.25) fail_msg("value %zu becomes %g", i, mapped[i]);
  }
  compose(x, values, rows, columns);
  compose(expected, mapped, rows, columns);
  for (size_t i = 0; i < rows * columns; i++) actual[i] = (float)(x[i] * 7); /* norms do not show */
  orthogonalize(actual, rows, columns);
  for (size_t i = 0; i < rows * columns; i++)
    /* Rounding of 6e-8 grows by at most 3.4445^5 = 485, for the smallest values; measured: 1.7e-6.
     */
    if (!(fabs((double)actual[i] - expected[i]) < 1e-5))
      fail_msg("%zu x %zu, least %g, element %zu: %.8g, not %.8g", rows, columns, least, i,
               (double)actual[i], expected[i]);
  /* 1 - 0.65^2 = 0.5775, 1.25^2 - 1 = 0.5625 */
  assert_true(distance_from_orthonormal(actual, rows, columns) < 0.5775);
}

static void singular_values_come_near_one(void **state) {
  (void)state;
  const double least[] = {1, 0.3, 1e-2}; /* the last one: a condition number of 100 */
  for (size_t i = 0; i < sizeof least / sizeof *least; i++) {
    check_values(least[i], SIDE, SIDE);
    check_values(least[i], SIDE, LONG);
    check_values(least[i], LONG, SIDE);
  }
}

static void random_matrices_become_orthonormal(void **state) {
  (void)state;
  const size_t shapes[][2] = {{SIDE, LONG}, {LONG, SIDE}, {1, LONG}, {LONG, 1}, {1, 1}, {7, 9}};
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
    const size_t rows = shapes[i][0], columns = shapes[i][1];
    double x[SIDE * LONG];
    float turned[SIDE * LONG];
    fill_normal(x, rows * columns, 3 + i);
    for (size_t k = 0; k < rows * columns; k++) turned[k] = (float)x[k];
    orthogonalize(turned, rows, columns);
    assert_true(distance_from_orthonormal(turned, rows, columns) < 0.5775);
  }
}

static void zeros_stay_zeros(void **state) {
  (void)state;
  float x[6 * 4] = {0};
  const float zeros[6 * 4] = {0};
  orthogonalize(x, 6, 4);
  assert_memory_equal(x, zeros, sizeof x);
}

/* ---- an update ---- */

enum { CHANNELS = 8, INNER = 20, STEPS = 3 };
static const double momentum = 0.95, lr = 0.02, decay = 0.1;

static void set_up(afina_gpt *gpt, afina_exec *exec) {
  const afina_gpt_config config = {.vocabulary = 11,
                                   .context = 5,
                                   .channels = CHANNELS,
                                   .layers = 2,
                                   .heads = 2,
                                   .inner = INNER};
  afina_rng rng;
  afina_rng_seed(&rng, 1);
  assert_int_equal(afina_gpt_init(gpt, &config, NULL), AFINA_OK);
  afina_params_random(&gpt->params, gpt->weights, 0, &rng);
  assert_int_equal(afina_exec_init(exec, &afina_kernels_plain, NULL, 5, CHANNELS / 2, NULL),
                   AFINA_OK);
}

/* x (m n, any orientation) becomes a x + b x x^T x + c x x^T x x^T x, five times over: element by
 * element, without a word about sides. */
static void plain_orthogonalize(double *x, size_t rows, size_t columns) {
  double norm = 0, a[INNER * INNER], ax[INNER * INNER], aax[INNER * INNER];
  for (size_t i = 0; i < rows * columns; i++) norm += x[i] * x[i];
  for (size_t i = 0; i < rows * columns; i++) x[i] /= sqrt(norm);
  for (int round = 0; round < 5; round++) {
    for (size_t i = 0; i < rows; i++)
      for (size_t j = 0; j < rows; j++) {
        a[i * rows + j] = 0;
        for (size_t k = 0; k < columns; k++)
          a[i * rows + j] += x[i * columns + k] * x[j * columns + k];
      }
    for (int twice = 0; twice < 2; twice++) {
      const double *from = twice ? ax : x;
      double *to = twice ? aax : ax;
      for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
          to[i * columns + j] = 0;
          for (size_t k = 0; k < rows; k++)
            to[i * columns + j] += a[i * rows + k] * from[k * columns + j];
        }
    }
    for (size_t i = 0; i < rows * columns; i++)
      x[i] = 3.4445 * x[i] - 4.7750 * ax[i] + 2.0315 * aax[i];
  }
}

/* One matrix (rows `stride` apart) moved by Muon as its paper has it. */
static void plain_muon(double *w, double *moment, const float *gradient, double scale, size_t rows,
                       size_t columns, size_t stride) {
  double ahead[INNER * INNER];
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < columns; c++) {
      const size_t at = r * stride + c;
      moment[at] = momentum * moment[at] + (double)gradient[at] * scale;
      ahead[r * columns + c] = (double)gradient[at] * scale + momentum * moment[at];
    }
  plain_orthogonalize(ahead, rows, columns);
  const double size = 0.2 * sqrt((double)(rows > columns ? rows : columns));
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < columns; c++) {
      double *weight = &w[r * stride + c];
      *weight -= lr * (size * ahead[r * columns + c] + decay * *weight);
    }
}

typedef struct adamw_state {
  double m, v;
} adamw_state;

static void plain_adamw(double *w, adamw_state *s, double gradient, double weight_decay, int step) {
  s->m = 0.9 * s->m + 0.1 * gradient;
  s->v = 0.95 * s->v + 0.05 * gradient * gradient;
  const double m = s->m / (1 - pow(0.9, step)), v = s->v / (1 - pow(0.95, step));
  *w -= lr * (m / (sqrt(v) + 1e-8) + weight_decay * *w);
}

static const struct {
  afina_tensor tensor;
  size_t parts;
} moved[] = {{AFINA_ATTN_WEIGHT, 3},
             {AFINA_ATTN_PROJ_WEIGHT, 1},
             {AFINA_MLP_FC_WEIGHT, 1},
             {AFINA_MLP_PROJ_WEIGHT, 1}};
enum { MOVED = sizeof moved / sizeof *moved };

/* All parameters, with `moments` and `states` as long as them. */
static void plain_step(const afina_params *params, double *w, double *moments, adamw_state *states,
                       const float *gradients, double scale, int step) {
  for (size_t i = 0; i < params->count; i++) {
    const afina_param *p = &params->entries[i];
    size_t parts = 0;
    for (size_t layer = 0; layer < params->layers; layer++)
      for (size_t k = 0; k < MOVED; k++)
        if (p == afina_params_find(params, layer, moved[k].tensor)) parts = moved[k].parts;
    for (size_t part = 0; part < parts; part++) {
      const size_t at = p->offset + part * p->columns / parts;
      plain_muon(w + at, moments + at, gradients + at, scale, p->rows, p->columns / parts,
                 p->columns);
    }
    for (size_t k = 0; parts == 0 && k < p->rows * p->columns; k++) {
      const size_t at = p->offset + k;
      plain_adamw(&w[at], &states[at], (double)gradients[at] * scale, p->vector ? 0 : decay, step);
    }
  }
}

static void an_update_is_that_of_plain_code(void **state) {
  (void)state;
  afina_gpt gpt;
  afina_exec exec;
  afina_optimizer optimizer;
  const afina_optimizer_options options = {
      .beta1 = 0.9, .beta2 = 0.95, .epsilon = 1e-8, .weight_decay = decay, .clip = 1};
  set_up(&gpt, &exec);
  const size_t total = gpt.params.total;
  assert_int_equal(afina_optimizer_init(&optimizer, &gpt, 0, &options, NULL), AFINA_OK);
  assert_int_equal(afina_optimizer_use_muon(&optimizer, &gpt, momentum, 1, NULL), AFINA_OK);
  double *w = calloc(total, sizeof *w), *moments = calloc(total, sizeof *moments);
  adamw_state *states = calloc(total, sizeof *states);
  float *given = calloc(total, sizeof *given);
  assert_true(w && moments && states && given);
  for (size_t i = 0; i < total; i++) w[i] = (double)gpt.weights[i];
  afina_rng rng;
  afina_rng_seed(&rng, 8);
  for (int step = 1; step <= STEPS; step++) {
    double sum = 0;
    for (size_t i = 0; i < total; i++) {
      given[i] = optimizer.gradients.data[i] = (float)(0.1 * afina_rng_normal(&rng));
      sum += (double)given[i] * (double)given[i];
    }
    assert_true(sqrt(sum) > 1); /* so that clipping shows */
    const double norm = afina_optimizer_step(&optimizer, &gpt, &exec, lr);
    assert_true(fabs(norm - sqrt(sum)) < 1e-5 * norm);
    assert_memory_equal(given, optimizer.gradients.data, total * sizeof *given);
    plain_step(&gpt.params, w, moments, states, given, 1 / sqrt(sum), step);
  }
  for (size_t i = 0; i < total; i++)
    /* Of weights that moved by about 0.004 a step; measured: 1.1e-7. */
    if (!(fabs((double)gpt.weights[i] - w[i]) < 1e-6))
      fail_msg("weight %zu: %.8g, not %.8g", i, (double)gpt.weights[i], w[i]);
  free(w);
  free(moments);
  free(states);
  free(given);
  afina_optimizer_free(&optimizer);
  afina_exec_free(&exec);
  afina_gpt_free(&gpt);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(singular_values_come_near_one),
      cmocka_unit_test(random_matrices_become_orthonormal),
      cmocka_unit_test(zeros_stay_zeros),
      cmocka_unit_test(an_update_is_that_of_plain_code),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
