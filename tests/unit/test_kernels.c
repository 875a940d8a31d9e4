/* The plain kernels against reference.c over float: equal bits where both take the same operations
 * in the same order, and where only the order of a sum differs, a bound that follows from it:
 * summing n numbers in another order changes the sum by at most 2 n eps times the sum of their
 * absolute values (eps = 2^-24, to first order).
 *
 * Every tensor is an allocation of its own that starts off a vector's alignment and ends with its
 * last element, so that AddressSanitizer sees a read beyond it; what lies between rows is NaN;
 * outputs start from garbage. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernels.h"
#include "rng.h"

static const afina_kernels *const plain = &afina_kernels_plain;
static const afina_kernels *const truth = &afina_kernels_reference;
static const float eps = FLT_EPSILON / 2;

enum { MAX_TENSORS = 64 };

/* What a test has allocated; freed at its end. */
typedef struct bench {
  void *blocks[MAX_TENSORS];
  size_t count;
  afina_rng rng;
} bench;

static void *keep(bench *s, void *block) {
  assert_non_null(block);
  assert_true(s->count < MAX_TENSORS);
  s->blocks[s->count++] = block;
  return block;
}

static void clear(bench *s) {
  while (s->count) free(s->blocks[--s->count]);
}

/* n floats that end where their allocation ends and start one float after a 16-byte boundary. */
static float *tensor(bench *s, size_t n) {
  float *block = keep(s, malloc((n + 1) * sizeof *block));
  for (size_t i = 0; i <= n; i++) block[i] = NAN;
  return block + 1;
}

static float *normal(bench *s, size_t n) {
  float *x = tensor(s, n);
  for (size_t i = 0; i < n; i++) x[i] = (float)afina_rng_normal(&s->rng);
  return x;
}

static float *copy(bench *s, const float *x, size_t n) {
  float *y = tensor(s, n);
  if (n) memcpy(y, x, n * sizeof *y);
  return y;
}

/* rows x columns values, rows `stride` apart, NaN between them and nothing behind the last. */
static float *matrix(bench *s, size_t rows, size_t columns, size_t stride) {
  float *x = tensor(s, (rows - 1) * stride + columns);
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < columns; j++) x[i * stride + j] = (float)afina_rng_normal(&s->rng);
  return x;
}

static float *scratch(bench *s, size_t n) {
  float *x = keep(s, aligned_alloc(64, (n * sizeof *x + 63) / 64 * 64));
  for (size_t i = 0; i < n; i++) x[i] = NAN;
  return x;
}

static void assert_same(const float *actual, const float *expected, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (memcmp(&actual[i], &expected[i], sizeof *actual))
      fail_msg("element %zu of %zu is %.9g, not %.9g", i, n, (double)actual[i],
               (double)expected[i]);
}

static void assert_near(float actual, float expected, float bound) {
  if (!(fabsf(actual - expected) <= bound))
    fail_msg("%.9g is not within %.3g of %.9g", (double)actual, (double)bound, (double)expected);
}

static float largest(const float *x, size_t n) {
  float max = 0;
  for (size_t i = 0; i < n; i++) max = fabsf(x[i]) > max ? fabsf(x[i]) : max;
  return max;
}

static const size_t lengths[] = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10,  11,  12, 13,
                                 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,  24,  25, 26,
                                 27, 28, 29, 30, 31, 32, 33, 63, 64, 100, 192, 257};
enum { LENGTHS = sizeof lengths / sizeof *lengths };

/* One product with either operand turned, rows padded, c accumulated into. Strides of 3 try the
 * general path. */
static void check_gemm(size_t M, size_t N, size_t K, int a_kind, int b_kind) {
  bench s = {0};
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
  float *c = matrix(&s, M, N, c_row), *expected = copy(&s, c, size);
  plain->gemm(c, c_row, a, a_row, a_col, b, b_row, b_col, M, N, K, scratch(&s, AFINA_GEMM_SCRATCH));
  truth->gemm(expected, c_row, a, a_row, a_col, b, b_row, b_col, M, N, K, NULL);
  assert_same(c, expected, size);
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
      check_gemm(1, 2051, 261, a_kind, b_kind);
      check_gemm(3, 1027, 7, a_kind, b_kind);
    }
}

/* Nothing to add: c must not change, nor anything be read. */
static void test_gemm_empty(void **state) {
  (void)state;
  float c = 3;
  plain->gemm(&c, 1, NULL, 1, 1, NULL, 1, 1, 1, 1, 0, NULL);
  plain->gemm(&c, 1, NULL, 1, 1, NULL, 1, 1, 0, 1, 1, NULL);
  plain->gemm(&c, 1, NULL, 1, 1, NULL, 1, 1, 1, 0, 1, NULL);
  assert_true(c == 3);
}

/* Values that matter to exp: the clamps, the ends of its range, zeros, and normal ones. */
static float *exp_inputs(bench *s, size_t n) {
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
    bench s = {0};
    const size_t n = lengths[i];
    afina_rng_seed(&s.rng, n);
    float *x = exp_inputs(&s, n), *dy = normal(&s, n);
    float *y = tensor(&s, n), *dx = tensor(&s, n), *expected = tensor(&s, n);
    plain->gelu_forward(y, x, n);
    truth->gelu_forward(expected, x, n);
    assert_same(y, expected, n);
    plain->gelu_backward(dx, dy, x, n);
    truth->gelu_backward(expected, dy, x, n);
    assert_same(dx, expected, n);
    plain->gelu_backward(dy, dy, x, n); /* in place */
    assert_same(dy, expected, n);
    clear(&s);
  }
}

static void test_add_and_squares(void **state) {
  (void)state;
  for (size_t i = 0; i < LENGTHS; i++) {
    bench s = {0};
    const size_t n = lengths[i];
    afina_rng_seed(&s.rng, n);
    float *x = normal(&s, n), *y = normal(&s, n), *expected = copy(&s, y, n);
    plain->add(y, x, n);
    truth->add(expected, x, n);
    assert_same(y, expected, n);
    const double sum = plain->sum_of_squares(x, n), right = truth->sum_of_squares(x, n);
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
    bench s = {0};
    const size_t n = lengths[i];
    afina_rng_seed(&s.rng, n);
    float *w = normal(&s, n), *m = normal(&s, n), *v = normal(&s, n), *g = normal(&s, n);
    for (size_t j = 0; j < n; j++) v[j] *= v[j];
    if (n > 2) m[2] = v[2] = g[2] = 0; /* a parameter that never had a gradient */
    float *w2 = copy(&s, w, n), *m2 = copy(&s, m, n), *v2 = copy(&s, v, n);
    plain->adamw(w, m, v, g, &step, n);
    truth->adamw(w2, m2, v2, g, &step, n);
    assert_same(w, w2, n);
    assert_same(m, m2, n);
    assert_same(v, v2, n);
    clear(&s);
  }
}

/* The mean is off by at most 2 C eps max|x|, the variance by a factor of 1 + 2 (C + 2) eps (and the
 * mean's error in second order); rounding adds a few eps. */
static void check_layernorm_forward(bench *s, size_t N, size_t C) {
  float *x = normal(s, N * C), *weight = normal(s, C), *bias = normal(s, C);
  float *y = tensor(s, N * C), *mean = tensor(s, N), *rstd = tensor(s, N);
  float *y2 = tensor(s, N * C), *mean2 = tensor(s, N), *rstd2 = tensor(s, N);
  plain->layernorm_forward(y, mean, rstd, x, weight, bias, N, C);
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
static void check_layernorm_backward(bench *s, size_t N, size_t C) {
  float *x = normal(s, N * C), *dy = normal(s, N * C), *weight = normal(s, C);
  float *mean = normal(s, N), *rstd = normal(s, N);
  float *dx = normal(s, N * C), *expected = copy(s, dx, N * C);
  plain->layernorm_backward(dx, dy, x, mean, rstd, weight, N, C);
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
      bench s = {0};
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
    bench s = {0};
    const size_t C = lengths[i], N = 1 + C % 7, begin = C % 5 < C ? C % 5 : 0, end = C - C % 2;
    afina_rng_seed(&s.rng, C);
    float *x = normal(&s, N * C), *dy = normal(&s, N * C);
    float *mean = normal(&s, N), *rstd = normal(&s, N);
    for (size_t n = 0; n < N; n++)
      for (size_t c = 0; c < C; c++)
        if (c < begin || c >= end) x[n * C + c] = dy[n * C + c] = NAN;
    float *dweight = normal(&s, C), *dbias = normal(&s, C), *db = normal(&s, C);
    float *dweight2 = copy(&s, dweight, C), *dbias2 = copy(&s, dbias, C), *db2 = copy(&s, db, C);
    plain->layernorm_backward_parameters(dweight, dbias, dy, x, mean, rstd, N, C, begin, end);
    truth->layernorm_backward_parameters(dweight2, dbias2, dy, x, mean, rstd, N, C, begin, end);
    assert_same(dweight, dweight2, C);
    assert_same(dbias, dbias2, C);
    plain->bias_backward(db, dy, N, C, begin, end);
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
    bench s = {0};
    const size_t V = lengths[i], N = 1 + V % 3;
    const float error = 2 * (float)(V + 2) * eps;
    afina_rng_seed(&s.rng, V);
    float *logits = normal(&s, N * V), *expected = copy(&s, logits, N * V);
    float *losses = tensor(&s, N), *losses2 = tensor(&s, N);
    uint32_t *targets = keep(&s, malloc(N * sizeof *targets));
    for (size_t n = 0; n < N; n++) targets[n] = (uint32_t)afina_rng_below(&s.rng, V);
    targets[N - 1] = (uint32_t)V - 1;
    plain->softmax_cross_entropy_forward(losses, logits, targets, N, V);
    truth->softmax_cross_entropy_forward(losses2, expected, targets, N, V);
    if (V < 4) assert_same(logits, expected, N * V);
    for (size_t j = 0; j < N * V; j++) assert_near(logits[j], expected[j], error * expected[j]);
    for (size_t n = 0; n < N; n++) assert_near(losses[n], losses2[n], error + 16 * eps);
    memcpy(expected, logits, N * V * sizeof *logits);
    plain->softmax_cross_entropy_backward(logits, targets, 0.37f, N, V);
    truth->softmax_cross_entropy_backward(expected, targets, 0.37f, N, V);
    assert_same(logits, expected, N * V);
    clear(&s);
  }
}

/* One head of one text in an interleaved row: out beside NaN, q, k and v in tensors of their own
 * with NaN between rows. */
typedef struct head {
  afina_attention_shape shape;
  float *q, *k, *v, *dout, *scratch;
  size_t q_size, kv_size;
} head;

static head make_head(bench *s, size_t T, size_t Q, size_t D, const size_t *position) {
  const size_t pad = 1 + (T + D) % 5;
  head h = {.shape = {.T = T,
                      .Q = Q,
                      .D = D,
                      .q_stride = D + pad,
                      .kv_stride = D + pad + 2,
                      .position = position}};
  h.q = matrix(s, Q, D, h.shape.q_stride);
  h.dout = matrix(s, Q, D, h.shape.q_stride);
  h.k = matrix(s, T, D, h.shape.kv_stride);
  h.v = matrix(s, T, D, h.shape.kv_stride);
  h.q_size = (Q - 1) * h.shape.q_stride + D;
  h.kv_size = (T - 1) * h.shape.kv_stride + D;
  h.scratch = scratch(s, AFINA_ATTENTION_SCRATCH(T, D));
  return h;
}

/* Scores, maximum and exponentials are the same bits; their sum is off by at most 2 T eps, and with
 * it out; then lse by as much in absolute terms. Between rows nothing may change. */
static void check_attention_forward(bench *s, const head *h) {
  const size_t D = h->shape.D, T = h->shape.T, Q = h->shape.Q;
  const float error = 2 * (float)(T + 3) * eps;
  float *out = matrix(s, Q, D, h->shape.q_stride), *out2 = copy(s, out, h->q_size);
  float *lse = tensor(s, Q), *lse2 = tensor(s, Q);
  plain->attention_forward(out, lse, h->q, h->k, h->v, &h->shape, h->scratch);
  truth->attention_forward(out2, lse2, h->q, h->k, h->v, &h->shape, h->scratch);
  for (size_t i = 0; i < h->q_size; i++) {
    if (i % h->shape.q_stride < D)
      assert_near(out[i], out2[i], error * fabsf(out2[i]));
    else
      assert_true(isnan(out[i]));
  }
  for (size_t i = 0; i < Q; i++) assert_near(lse[i], lse2[i], error + 2 * eps * fabsf(lse2[i]));
  if (T < 4) assert_same(lse, lse2, Q);
}

/* The same inputs to both: p and dp are the same bits, and so is dv. Only dout . out takes another
 * order: it is off by at most 2 D eps sum|dout out| <= 2 D eps |dout|_1 max|v|, dq and dk by that
 * times scale max|k| (or max|q|), per query. */
static void check_attention_backward(bench *s, const head *h) {
  const size_t D = h->shape.D, Q = h->shape.Q;
  float *out = tensor(s, h->q_size), *lse = tensor(s, Q);
  truth->attention_forward(out, lse, h->q, h->k, h->v, &h->shape, h->scratch);
  float *dq = matrix(s, Q, D, h->shape.q_stride), *dq2 = copy(s, dq, h->q_size);
  float *dk = matrix(s, h->shape.T, D, h->shape.kv_stride), *dk2 = copy(s, dk, h->kv_size);
  float *dv = matrix(s, h->shape.T, D, h->shape.kv_stride), *dv2 = copy(s, dv, h->kv_size);
  plain->attention_backward(dq, dk, dv, h->dout, h->q, h->k, h->v, out, lse, &h->shape, h->scratch);
  truth->attention_backward(dq2, dk2, dv2, h->dout, h->q, h->k, h->v, out, lse, &h->shape, NULL);
  assert_same(dv, dv2, h->kv_size);
  if (D < 4) {
    assert_same(dq, dq2, h->q_size);
    assert_same(dk, dk2, h->kv_size);
  }
  float bound = 0; /* sum over queries of the error of ds, without max|k| or max|q| */
  for (size_t i = 0; i < Q; i++) {
    float norm = 0;
    for (size_t d = 0; d < D; d++) norm += fabsf(h->dout[i * h->shape.q_stride + d]);
    bound += 2 * (float)(D + 4) * eps * norm * largest(h->v, h->kv_size) / sqrtf((float)D);
  }
  for (size_t i = 0; i < h->q_size; i++)
    if (i % h->shape.q_stride < D)
      assert_near(dq[i], dq2[i], bound * largest(h->k, h->kv_size) + 8 * eps * fabsf(dq2[i]));
  for (size_t i = 0; i < h->kv_size; i++)
    if (i % h->shape.kv_stride < D)
      assert_near(dk[i], dk2[i], bound * largest(h->q, h->q_size) + 8 * eps * fabsf(dk2[i]));
}

static void test_attention(void **state) {
  (void)state;
  for (size_t i = 0; i < LENGTHS; i++) {
    const size_t T = lengths[i], widths[] = {1 + (T * 5) % 33, 1 + T % 3, 32};
    for (size_t j = 0; j < 3; j++) {
      bench s = {0};
      afina_rng_seed(&s.rng, T * 3 + j);
      const head h = make_head(&s, T, T, widths[j], NULL);
      check_attention_forward(&s, &h);
      check_attention_backward(&s, &h);
      clear(&s);
    }
  }
}

/* Lists of positions: unsorted, repeated, few and many; a query alone has the bits it has among
 * all. */
static void test_attention_positions(void **state) {
  (void)state;
  for (size_t i = 0; i < LENGTHS; i++) {
    bench s = {0};
    const size_t T = lengths[i], D = 1 + (T * 11) % 40, Q = 1 + T % 50;
    afina_rng_seed(&s.rng, T);
    size_t *position = keep(&s, malloc(Q * sizeof *position));
    for (size_t j = 0; j < Q; j++) position[j] = afina_rng_below(&s.rng, T);
    const head h = make_head(&s, T, Q, D, position);
    check_attention_forward(&s, &h);
    check_attention_backward(&s, &h);
    float *out = matrix(&s, Q, D, h.shape.q_stride), *lse = tensor(&s, Q);
    plain->attention_forward(out, lse, h.q, h.k, h.v, &h.shape, h.scratch);
    float *alone = tensor(&s, D), *lse_alone = tensor(&s, 1);
    for (size_t j = 0; j < Q; j++) {
      afina_attention_shape one = h.shape;
      one.Q = 1;
      one.position = position + j;
      plain->attention_forward(alone, lse_alone, h.q + j * one.q_stride, h.k, h.v, &one, h.scratch);
      assert_same(alone, out + j * one.q_stride, D);
      assert_same(lse_alone, lse + j, 1);
    }
    clear(&s);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_gemm),
      cmocka_unit_test(test_gemm_blocks),
      cmocka_unit_test(test_gemm_empty),
      cmocka_unit_test(test_gelu),
      cmocka_unit_test(test_add_and_squares),
      cmocka_unit_test(test_adamw),
      cmocka_unit_test(test_layernorm),
      cmocka_unit_test(test_sums_over_rows),
      cmocka_unit_test(test_softmax_cross_entropy),
      cmocka_unit_test(test_attention),
      cmocka_unit_test(test_attention_positions),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
