/* The pretraining kernels: reference.c compiled for this machine's widest vectors with fast math
 * (CMakeLists.txt sets the flags), and matrix products from BLAS, attention's too. Fast and not
 * reproducible between machines: outside law 1. */
#define AFINA_NATIVE_SET
#include "reference.c"

#include <cblas.h>
#include <string.h>

/* Called from our own threads, each on its own rows of c: the caller keeps BLAS itself on one
 * thread. */
static void blas_gemm(float *c, size_t c_row, const float *start, const float *a, size_t a_row,
                      size_t a_col, const float *b, size_t b_row, size_t b_col, size_t M, size_t N,
                      size_t K, float *scratch) {
  (void)scratch;
  for (size_t m = 0; start && start != c && m < M; m++) memcpy(c + m * c_row, start, N * sizeof *c);
  const int a_turned = a_col != 1, b_turned = b_col != 1;
  cblas_sgemm(CblasRowMajor, a_turned ? CblasTrans : CblasNoTrans,
              b_turned ? CblasTrans : CblasNoTrans, (int)M, (int)N, (int)K, 1, a,
              (int)(a_turned ? a_col : a_row), b, (int)(b_turned ? b_col : b_row), start ? 1 : 0, c,
              (int)c_row);
}

/* Queries are taken in blocks: their scores against all visible tokens fit the scratch. */
static size_t block_rows(size_t T) {
  const size_t fit = AFINA_GEMM_SCRATCH / (2 * T);
  return fit < 64 ? fit : 64;
}

/* scores[rows, seen] = q k^T, unscaled. */
static void scores(float *out, const float *q, const float *k, const afina_attention_shape *s,
                   size_t rows, size_t seen) {
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)rows, (int)seen, (int)s->D, 1, q,
              (int)s->q_stride, k, (int)s->kv_stride, 0, out, (int)seen);
}

static void blas_attention_forward(float *out, float *lse, const float *q, const float *k,
                                   const float *v, const afina_attention_shape *s, float *scratch) {
  if (s->position) {
    attention_forward(out, lse, q, k, v, s, scratch);
    return;
  }
  const float scale = 1 / sqrtf((float)s->D);
  const size_t block = block_rows(s->T);
  for (size_t first = 0; first < s->T; first += block) {
    const size_t rows = s->T - first < block ? s->T - first : block, seen = first + rows;
    scores(scratch, q + first * s->q_stride, k, s, rows, seen);
    for (size_t i = 0; i < rows; i++) {
      float *p = scratch + i * seen;
      const size_t visible = first + i + 1;
      float max = p[0], sum = 0;
      for (size_t t = 1; t < visible; t++) max = p[t] > max ? p[t] : max;
      for (size_t t = 0; t < visible; t++) {
        p[t] = afina_exp((p[t] - max) * scale);
        sum += p[t];
      }
      const float inverse = 1 / sum;
      for (size_t t = 0; t < visible; t++) p[t] *= inverse;
      for (size_t t = visible; t < seen; t++) p[t] = 0;
      lse[first + i] = max * scale + afina_log(sum);
    }
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows, (int)s->D, (int)seen, 1,
                scratch, (int)seen, v, (int)s->kv_stride, 0, out + first * s->q_stride,
                (int)s->q_stride);
  }
}

static void blas_attention_backward(float *dq, float *dk, float *dv, const float *dout,
                                    const float *q, const float *k, const float *v,
                                    const float *out, const float *lse,
                                    const afina_attention_shape *s, float *scratch) {
  if (s->position) {
    attention_backward(dq, dk, dv, dout, q, k, v, out, lse, s, scratch);
    return;
  }
  const float scale = 1 / sqrtf((float)s->D);
  const size_t block = block_rows(s->T);
  const int D = (int)s->D, q_row = (int)s->q_stride, kv_row = (int)s->kv_stride;
  for (size_t first = 0; first < s->T; first += block) {
    const size_t rows = s->T - first < block ? s->T - first : block, seen = first + rows;
    const size_t at = first * s->q_stride;
    const int M = (int)rows, N = (int)seen;
    float *p = scratch, *ds = scratch + rows * seen;
    scores(p, q + at, k, s, rows, seen);
    scores(ds, dout + at, v, s, rows, seen); /* dp */
    for (size_t i = 0; i < rows; i++) {
      float *pi = p + i * seen, *dsi = ds + i * seen;
      const float *doi = dout + at + i * s->q_stride, *oi = out + at + i * s->q_stride;
      const size_t visible = first + i + 1;
      float out_dot = 0;
      for (size_t d = 0; d < s->D; d++) out_dot += doi[d] * oi[d];
      for (size_t t = 0; t < visible; t++) {
        pi[t] = afina_exp(pi[t] * scale - lse[first + i]);
        dsi[t] = pi[t] * (dsi[t] - out_dot) * scale;
      }
      for (size_t t = visible; t < seen; t++) pi[t] = dsi[t] = 0;
    }
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, N, D, M, 1, p, N, dout + at, q_row, 1, dv,
                kv_row);
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, N, D, M, 1, ds, N, q + at, q_row, 1, dk,
                kv_row);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, M, D, N, 1, ds, N, k, kv_row, 1, dq + at,
                q_row);
  }
}

void afina_kernels_native_prepare(void) { openblas_set_num_threads(1); }

const afina_kernels afina_kernels_native = {
    .name = "native",
    .gemm = blas_gemm,
    .layernorm_forward = layernorm_forward,
    .layernorm_backward = layernorm_backward,
    .layernorm_backward_parameters = layernorm_backward_parameters,
    .gelu_forward = gelu_forward,
    .gelu_backward = gelu_backward,
    .attention_forward = blas_attention_forward,
    .attention_backward = blas_attention_backward,
    .softmax_cross_entropy_forward = softmax_cross_entropy_forward,
    .softmax_cross_entropy_backward = softmax_cross_entropy_backward,
    .bias_backward = bias_backward,
    .add = add,
    .sum_of_squares = sum_of_squares,
    .adamw = adamw,
};
