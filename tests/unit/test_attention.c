/* Attention in each set, against reference.c: tensors.h says how. */
#include "tensors.h"

/* One head of one text in an interleaved row: out beside NaN, q, k and v in tensors of their own
 * with NaN between rows. */
typedef struct head {
  afina_attention_shape shape;
  float *q, *k, *v, *dout, *scratch;
  size_t q_size, kv_size;
} head;

static head make_head(store *s, size_t T, size_t Q, size_t D, const size_t *position) {
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
static void check_attention_forward(store *s, const head *h) {
  const size_t D = h->shape.D, T = h->shape.T, Q = h->shape.Q;
  const float error = 2 * (float)(T + 3) * eps;
  float *out = matrix(s, Q, D, h->shape.q_stride), *out2 = copy(s, out, h->q_size);
  float *lse = tensor(s, Q), *lse2 = tensor(s, Q);
  set->attention_forward(out, lse, h->q, h->k, h->v, &h->shape, h->scratch);
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
static void check_attention_backward(store *s, const head *h) {
  const size_t D = h->shape.D, Q = h->shape.Q;
  float *out = tensor(s, h->q_size), *lse = tensor(s, Q);
  truth->attention_forward(out, lse, h->q, h->k, h->v, &h->shape, h->scratch);
  float *dq = matrix(s, Q, D, h->shape.q_stride), *dq2 = copy(s, dq, h->q_size);
  float *dk = matrix(s, h->shape.T, D, h->shape.kv_stride), *dk2 = copy(s, dk, h->kv_size);
  float *dv = matrix(s, h->shape.T, D, h->shape.kv_stride), *dv2 = copy(s, dv, h->kv_size);
  set->attention_backward(dq, dk, dv, h->dout, h->q, h->k, h->v, out, lse, &h->shape, h->scratch);
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
      store s = {0};
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
    store s = {0};
    const size_t T = lengths[i], D = 1 + (T * 11) % 40, Q = 1 + T % 50;
    afina_rng_seed(&s.rng, T);
    size_t *position = keep(&s, malloc(Q * sizeof *position));
    for (size_t j = 0; j < Q; j++) position[j] = afina_rng_below(&s.rng, T);
    const head h = make_head(&s, T, Q, D, position);
    check_attention_forward(&s, &h);
    check_attention_backward(&s, &h);
    float *out = matrix(&s, Q, D, h.shape.q_stride), *lse = tensor(&s, Q);
    set->attention_forward(out, lse, h.q, h.k, h.v, &h.shape, h.scratch);
    float *alone = tensor(&s, D), *lse_alone = tensor(&s, 1);
    for (size_t j = 0; j < Q; j++) {
      afina_attention_shape one = h.shape;
      one.Q = 1;
      one.position = position + j;
      set->attention_forward(alone, lse_alone, h.q + j * one.q_stride, h.k, h.v, &one, h.scratch);
      assert_same(alone, out + j * one.q_stride, D);
      assert_same(lse_alone, lse + j, 1);
    }
    clear(&s);
  }
}

static int run(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_attention),
      cmocka_unit_test(test_attention_positions),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void) { return run_sets(run); }
