/* The kernels of each set but attention, against reference.c: tensors.h says how. */
#include "tensors.h"

/* One product with either operand turned, rows padded, c begun in each way. Strides of 3 try the
 * general path. */
static void check_gemm(size_t M, size_t N, size_t K, int a_kind, int b_kind) {
  store s = {0};
  afina_rng_seed(&s.rng, M * 10007 + N * 101 + K);
  const size_t pad = 1 + (M + N + K) % 4, c_row = N + pad;
  float *a = NULL, *b = NULL;
  size_t a_row = 1, a_col = 1, b_row = 1, b_col = 1;
  if (a_kind == 0) a = matrix(&s, M, K, a_row = K + pad);
  if (a_kind == 1) a = matrix(&s, K, M, a_col = M + pad);
  if (a_kind == 2) a = matrix(&s, M * K, 1, 3), a_row = 3 * K, a_col = 3;
  if (b_kind == 0) b = matrix(&s, K, N, b_row = N + pad);
  if (b_kind == 1) b = matrix(&s, N, K, b_col = K + pad);
  if (b_kind == 2) b = matrix(&s, K * N, 1, 3), b_row = 3 * N, b_col = 3;
  const size_t size = (M - 1) * c_row + N;
  float *c = matrix(&s, M, N, c_row), *expected = copy(&s, c, size), *bias = normal(&s, N);
  float *room = scratch(&s, AFINA_GEMM_SCRATCH);
  for (int start = 0; start < 3; start++) { /* zeros and a bias overwrite, c itself is added to */
    set->gemm(c, c_row,
              start == 0   ? NULL
              : start == 1 ? bias
                           : c,
              a, a_row, a_col, b, b_row, b_col, M, N, K, room);
    truth->gemm(expected, c_row,
                start == 0   ? NULL
                : start == 1 ? bias
                             : expected,
                a, a_row, a_col, b, b_row, b_col, M, N, K, NULL);
    assert_same(c, expected, size);
  }
  clear(&s);
}

static void test_gemm(void **state) {
  (void)state;
  for (size_t i = 1; i <= 33; i++) {
    const size_t j = (i * 7) % 33 + 1, k = (i * 19) % 33 + 1;
    for (int a_kind = 0; a_kind < 3; a_kind++)
      for (int b_kind = 0; b_kind < 3; b_kind++) {
        check_gemm(i, j, k, a_kind, b_kind);
        check_gemm(j, i, k, a_kind, b_kind);
        check_gemm(1 + i % 6, j, i, a_kind, b_kind);
        check_gemm(1, i, k, a_kind, b_kind);
        check_gemm(j, 1 + i % 9, i, a_kind, b_kind);
        check_gemm(j, k, 1, a_kind, b_kind);
      }
  }
}

/* Sizes that are cut into several blocks of k, of n, and of a few rows' columns. */
static void test_gemm_blocks(void **state) {
  (void)state;
  for (int a_kind = 0; a_kind < 2; a_kind++)
    for (int b_kind = 0; b_kind < 2; b_kind++) {
      check_gemm(11, 523, 261, a_kind, b_kind);
      check_gemm(43, 37, 771, a_kind, b_kind);
      check_gemm(6, 2111, 31, a_kind, b_kind);
      check_gemm(1, 4099, 9, a_kind, b_kind);
      check_gemm(3, 1027, 7, a_kind, b_kind);
      check_gemm(15, 131, 9, a_kind, b_kind);
      check_gemm(16, 131, 9, a_kind, b_kind);
    }
}

/* Nothing to add: c must not change where it begins with itself, nor anything be read. */
static void test_gemm_empty(void **state) {
  (void)state;
  const float bias = 5;
  float c = 3;
  set->gemm(&c, 1, &c, NULL, 1, 1, NULL, 1, 1, 1, 1, 0, NULL);
  set->gemm(&c, 1, &c, NULL, 1, 1, NULL, 1, 1, 0, 1, 1, NULL);
  set->gemm(&c, 1, &c, NULL, 1, 1, NULL, 1, 1, 1, 0, 1, NULL);
  set->gemm(&c, 1, NULL, NULL, 1, 1, NULL, 1, 1, 0, 1, 0, NULL);
  assert_true(c == 3);
  set->gemm(&c, 1, &bias, NULL, 1, 1, NULL, 1, 1, 1, 1, 0, NULL);
  assert_true(c == 5);
  set->gemm(&c, 1, NULL, NULL, 1, 1, NULL, 1, 1, 1, 1, 0, NULL);
  assert_true(c == 0);
}

/* One rounding or two: as the set's name says, and so in the truth that it is held against. */
static void test_fuse(void **state) {
  (void)state;
  assert_int_equal(afina_kernels_fuse(set), strcmp(set->name, "fused") == 0);
  assert_int_equal(afina_kernels_fuse(truth), strcmp(set->name, "fused") == 0);
}

/* Values that matter to exp: the clamps, the ends of its range, zeros, and normal ones. */
static float *exp_inputs(store *s, size_t n) {
  static const float special[] = {0,      -0.0f,  1,      -1,    88,     88.5f, 100,    -87.3f,
                                  -87.2f, -87.4f, -1e30f, 1e30f, 1e-30f, 5,     -20.5f, 12};
  float *x = tensor(s, n);
  for (size_t i = 0; i < n; i++)
    x[i] = i % 3 == 1 ? special[i / 3 % 16] : 3 * (float)afina_rng_normal(&s->rng);
  return x;
}

static void test_gelu(void **state) {
  (void)state;
  for (size_t i = 0; i < LENGTHS; i++) {
    store s = {0};
    const size_t n = lengths[i];
    afina_rng_seed(&s.rng, n);
    float *x = exp_inputs(&s, n), *dy = normal(&s, n);
    float *y = tensor(&s, n), *dx = tensor(&s, n), *expected = tensor(&s, n);
    set->gelu_forward(y, x, n);
    truth->gelu_forward(expected, x, n);
    assert_same(y, expected, n);
    set->gelu_backward(dx, dy, x, n);
    truth->gelu_backward(expected, dy, x, n);
    assert_same(dx, expected, n);
    set->gelu_backward(dy, dy, x, n); /* in place */
    assert_same(dy, expected, n);
    clear(&s);
  }
}

static void test_add_and_squares(void **state) {
  (void)state;
  for (size_t i = 0; i < LENGTHS; i++) {
    store s = {0};
    const size_t n = lengths[i];
    afina_rng_seed(&s.rng, n);
    float *x = normal(&s, n), *y = normal(&s, n), *expected = copy(&s, y, n);
    set->add(y, x, n);
    truth->add(expected, x, n);
    assert_same(y, expected, n);
    const double sum = set->sum_of_squares(x, n), right = truth->sum_of_squares(x, n);
    assert_true(fabs(sum - right) <= (double)n * DBL_EPSILON * right);
    clear(&s);
  }
}

static void test_adamw(void **state) {
  (void)state;
  const afina_adamw_step step = {.lr = 1e-3f,
                                 .beta1 = 0.9f,
                                 .beta2 = 0.999f,
                                 .epsilon = 1e-8f,
                                 .weight_decay = 0.01f,
                                 .correction1 = 0.271f,
                                 .correction2 = 0.002997f,
                                 .gradient_scale = 0.37f};
  for (size_t i = 0; i < LENGTHS; i++) {
    store s = {0};
    const size_t n = lengths[i];
    afina_rng_seed(&s.rng, n);
    float *w = normal(&s, n), *m = normal(&s, n), *v = normal(&s, n), *g = normal(&s, n);
    for (size_t j = 0; j < n; j++) v[j] *= v[j];
    if (n > 2) m[2] = v[2] = g[2] = 0; /* a parameter that never had a gradient */
    float *w2 = copy(&s, w, n), *m2 = copy(&s, m, n), *v2 = copy(&s, v, n);
    set->adamw(w, m, v, g, &step, n);
    truth->adamw(w2, m2, v2, g, &step, n);
    assert_same(w, w2, n);
    assert_same(m, m2, n);
    assert_same(v, v2, n);
    clear(&s);
  }
}

/* The mean is off by at most 2 C eps max|x|, the variance by a factor of 1 + 2 (C + 2) eps (and the
 * mean's error in second order); rounding adds a few eps. */
static void check_layernorm_forward(store *s, size_t N, size_t C) {
  float *x = normal(s, N * C), *weight = normal(s, C), *bias = normal(s, C);
  float *y = tensor(s, N * C), *mean = tensor(s, N), *rstd = tensor(s, N);
  float *y2 = tensor(s, N * C), *mean2 = tensor(s, N), *rstd2 = tensor(s, N);
  set->layernorm_forward(y, mean, rstd, x, weight, bias, N, C);
  truth->layernorm_forward(y2, mean2, rstd2, x, weight, bias, N, C);
  if (C < 4) { /* all tail: the same order */
    assert_same(y, y2, N * C);
    assert_same(mean, mean2, N);
    assert_same(rstd, rstd2, N);
  }
  for (size_t n = 0; n < N; n++) {
    const float max = largest(x + n * C, C), error = 2 * (float)(C + 4) * eps;
    assert_near(mean[n], mean2[n], error * max);
    assert_near(rstd[n], rstd2[n], error * rstd2[n]);
    for (size_t c = 0; c < C; c++) {
      const float xhat = fabsf((x[n * C + c] - mean2[n]) * rstd2[n]);
      const float bound = error * (rstd2[n] * max + xhat) * fabsf(weight[c]) + eps * fabsf(bias[c]);
      assert_near(y[n * C + c], y2[n * C + c], 2 * bound);
    }
  }
}

/* The two means over a row are each off by at most 2 eps times the sum of absolute values. */
static void check_layernorm_backward(store *s, size_t N, size_t C) {
  float *x = normal(s, N * C), *dy = normal(s, N * C), *weight = normal(s, C);
  float *mean = normal(s, N), *rstd = normal(s, N);
  float *dx = normal(s, N * C), *expected = copy(s, dx, N * C);
  set->layernorm_backward(dx, dy, x, mean, rstd, weight, N, C);
  truth->layernorm_backward(expected, dy, x, mean, rstd, weight, N, C);
  if (C < 4) assert_same(dx, expected, N * C);
  for (size_t n = 0; n < N; n++) {
    float sum = 0, sum_xhat = 0;
    for (size_t c = 0; c < C; c++) {
      const float g = fabsf(dy[n * C + c] * weight[c]);
      sum += g;
      sum_xhat += g * fabsf((x[n * C + c] - mean[n]) * rstd[n]);
    }
    for (size_t c = 0; c < C; c++) {
      const float xhat = fabsf((x[n * C + c] - mean[n]) * rstd[n]);
      const float bound = 2 * eps * fabsf(rstd[n]) * (sum + xhat * sum_xhat);
      assert_near(dx[n * C + c], expected[n * C + c], bound + 4 * eps * fabsf(expected[n * C + c]));
    }
  }
}

static void test_layernorm(void **state) {
  (void)state;
  for (size_t i = 0; i < LENGTHS; i++)
    for (size_t N = 1; N <= 3; N++) {
      store s = {0};
      afina_rng_seed(&s.rng, lengths[i] + N);
      check_layernorm_forward(&s, N, lengths[i]);
      check_layernorm_backward(&s, N, lengths[i]);
      clear(&s);
    }
}

/* Sums down the rows, over any range of columns; the other columns stay as they were. */
static void test_sums_over_rows(void **state) {
  (void)state;
  for (size_t i = 0; i < LENGTHS; i++) {
    store s = {0};
    const size_t C = lengths[i], N = 1 + C % 7, begin = C % 5 < C ? C % 5 : 0, end = C - C % 2;
    afina_rng_seed(&s.rng, C);
    float *x = normal(&s, N * C), *dy = normal(&s, N * C);
    float *mean = normal(&s, N), *rstd = normal(&s, N);
    for (size_t n = 0; n < N; n++)
      for (size_t c = 0; c < C; c++)
        if (c < begin || c >= end) x[n * C + c] = dy[n * C + c] = NAN;
    float *dweight = normal(&s, C), *dbias = normal(&s, C), *db = normal(&s, C);
    float *dweight2 = copy(&s, dweight, C), *dbias2 = copy(&s, dbias, C), *db2 = copy(&s, db, C);
    set->layernorm_backward_parameters(dweight, dbias, dy, x, mean, rstd, N, C, begin, end);
    truth->layernorm_backward_parameters(dweight2, dbias2, dy, x, mean, rstd, N, C, begin, end);
    assert_same(dweight, dweight2, C);
    assert_same(dbias, dbias2, C);
    set->bias_backward(db, dy, N, C, begin, end);
    truth->bias_backward(db2, dy, N, C, begin, end);
    assert_same(db, db2, C);
    clear(&s);
  }
}

/* Maximum and exponentials are the same bits; the sum of V of them, all positive, is off by at most
 * 2 V eps. */
static void test_softmax_cross_entropy(void **state) {
  (void)state;
  for (size_t i = 0; i < LENGTHS; i++) {
    store s = {0};
    const size_t V = lengths[i], N = 1 + V % 3;
    const float error = 2 * (float)(V + 2) * eps;
    afina_rng_seed(&s.rng, V);
    float *logits = normal(&s, N * V), *expected = copy(&s, logits, N * V);
    float *losses = tensor(&s, N), *losses2 = tensor(&s, N);
    uint32_t *targets = keep(&s, malloc(N * sizeof *targets));
    for (size_t n = 0; n < N; n++) targets[n] = (uint32_t)afina_rng_below(&s.rng, V);
    targets[N - 1] = (uint32_t)V - 1;
    set->softmax_cross_entropy_forward(losses, logits, targets, N, V);
    truth->softmax_cross_entropy_forward(losses2, expected, targets, N, V);
    if (V < 4) assert_same(logits, expected, N * V);
    for (size_t j = 0; j < N * V; j++) assert_near(logits[j], expected[j], error * expected[j]);
    for (size_t n = 0; n < N; n++) assert_near(losses[n], losses2[n], error + 16 * eps);
    memcpy(expected, logits, N * V * sizeof *logits);
    set->softmax_cross_entropy_backward(logits, targets, 0.37f, N, V);
    truth->softmax_cross_entropy_backward(expected, targets, 0.37f, N, V);
    assert_same(logits, expected, N * V);
    clear(&s);
  }
}

static int run(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_gemm),           cmocka_unit_test(test_gemm_blocks),
      cmocka_unit_test(test_gemm_empty),     cmocka_unit_test(test_fuse),
      cmocka_unit_test(test_gelu),           cmocka_unit_test(test_add_and_squares),
      cmocka_unit_test(test_adamw),          cmocka_unit_test(test_layernorm),
      cmocka_unit_test(test_sums_over_rows), cmocka_unit_test(test_softmax_cross_entropy),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void) { return run_sets(run); }
