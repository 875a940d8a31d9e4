/* Sets of one name are one truth: whatever the width of their vectors, every kernel gives the same
 * bits, sums included, at every length (the other tests hold each set against reference.c). */
#include "tensors.h"

static const afina_kernels *narrow, *wide;

/* Room for what both sets write, filled alike. */
typedef struct pair {
  float *narrow, *wide;
  size_t n;
} pair;

static pair make_pair(store *s, size_t n) {
  pair p = {.narrow = normal(s, n), .n = n};
  p.wide = copy(s, p.narrow, n);
  return p;
}

static void check(pair p) { assert_same(p.wide, p.narrow, p.n); }

static void test_rows(void **state) {
  (void)state;
  for (size_t i = 0; i < LENGTHS; i++) {
    store s = {0};
    const size_t C = lengths[i], N = 3;
    afina_rng_seed(&s.rng, C);
    const float *x = normal(&s, N * C), *dy = normal(&s, N * C), *w = normal(&s, C);
    const pair y = make_pair(&s, N * C), mean = make_pair(&s, N), rstd = make_pair(&s, N);
    narrow->layernorm_forward(y.narrow, mean.narrow, rstd.narrow, x, w, w, N, C);
    wide->layernorm_forward(y.wide, mean.wide, rstd.wide, x, w, w, N, C);
    check(y), check(mean), check(rstd);
    const pair dx = make_pair(&s, N * C), dw = make_pair(&s, C), db = make_pair(&s, C);
    narrow->layernorm_backward(dx.narrow, dy, x, mean.narrow, rstd.narrow, w, N, C);
    wide->layernorm_backward(dx.wide, dy, x, mean.narrow, rstd.narrow, w, N, C);
    narrow->layernorm_backward_parameters(dw.narrow, db.narrow, dy, x, mean.narrow, rstd.narrow, N,
                                          C, 0, C);
    wide->layernorm_backward_parameters(dw.wide, db.wide, dy, x, mean.narrow, rstd.narrow, N, C, 0,
                                        C);
    check(dx), check(dw), check(db);
    clear(&s);
  }
}

static void test_losses(void **state) {
  (void)state;
  for (size_t i = 0; i < LENGTHS; i++) {
    store s = {0};
    const size_t V = lengths[i], N = 2;
    afina_rng_seed(&s.rng, V);
    const uint32_t targets[] = {0, (uint32_t)V - 1};
    const pair logits = make_pair(&s, N * V), losses = make_pair(&s, N);
    narrow->softmax_cross_entropy_forward(losses.narrow, logits.narrow, targets, N, V);
    wide->softmax_cross_entropy_forward(losses.wide, logits.wide, targets, N, V);
    check(logits), check(losses);
    const double narrow_sum = narrow->sum_of_squares(logits.narrow, N * V);
    const double wide_sum = wide->sum_of_squares(logits.narrow, N * V);
    assert_memory_equal(&wide_sum, &narrow_sum, sizeof wide_sum);
    clear(&s);
  }
}

/* Many positions, so that blocks of queries end anywhere. */
static void test_attention(void **state) {
  (void)state;
  for (size_t i = 0; i < LENGTHS; i++) {
    store s = {0};
    const size_t T = lengths[i], D = 1 + (T * 7) % 33, Q = T * D, K = 2 * T * D;
    afina_rng_seed(&s.rng, T);
    const afina_attention_shape shape = {.T = T, .Q = T, .D = D, .q_stride = D, .kv_stride = 2 * D};
    const float *q = normal(&s, Q), *kv = normal(&s, K), *dout = normal(&s, Q);
    float *room = scratch(&s, AFINA_ATTENTION_SCRATCH(T, D));
    const pair out = make_pair(&s, Q), lse = make_pair(&s, T);
    narrow->attention_forward(out.narrow, lse.narrow, q, kv, kv + D, &shape, room);
    wide->attention_forward(out.wide, lse.wide, q, kv, kv + D, &shape, room);
    check(out), check(lse);
    const pair dq = make_pair(&s, Q), dkv = make_pair(&s, K);
    narrow->attention_backward(dq.narrow, dkv.narrow, dkv.narrow + D, dout, q, kv, kv + D,
                               out.narrow, lse.narrow, &shape, room);
    wide->attention_backward(dq.wide, dkv.wide, dkv.wide + D, dout, q, kv, kv + D, out.narrow,
                             lse.narrow, &shape, room);
    check(dq), check(dkv);
    clear(&s);
  }
}

static void test_gemm(void **state) {
  (void)state;
  for (size_t M = 1; M <= 40; M += 3) {
    store s = {0};
    const size_t N = 1 + (M * 29) % 150, K = 1 + (M * 17) % 50;
    afina_rng_seed(&s.rng, M);
    const float *a = normal(&s, M * K), *b = normal(&s, K * N);
    float *room = scratch(&s, AFINA_GEMM_SCRATCH);
    const pair c = make_pair(&s, M * N);
    narrow->gemm(c.narrow, N, c.narrow, a, K, 1, b, N, 1, M, N, K, room);
    wide->gemm(c.wide, N, c.wide, a, K, 1, b, N, 1, M, N, K, room);
    check(c);
    clear(&s);
  }
}

static void test_find(void **state) {
  (void)state;
  assert_string_equal(wide->name, narrow->name);
  assert_null(afina_kernels_find("plan"));
  assert_null(afina_kernels_find(""));
}

static int run(const char *name, const afina_kernels *set_of_name) {
  narrow = set_of_name;
  wide = afina_kernels_find(name); /* narrow itself, where the CPU has no wider vectors */
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_rows), cmocka_unit_test(test_losses), cmocka_unit_test(test_attention),
      cmocka_unit_test(test_gemm), cmocka_unit_test(test_find),
  };
  return wide ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}

int main(void) { return run("plain", &afina_kernels_plain) + run("fused", &afina_kernels_fused); }
