/* The kernels as plain loops: what simd.c is compared with, and, over double, what the gradient
 * tests check. kernels.h has the contract of each. native.c includes this file to compile it for
 * the machine at hand. */
#include "kernels.h"

/* sum + a b: a step of a matrix product. CMakeLists.txt compiles this file a second time with
 * AFINA_FUSED, as the truth of the fused sets. */
static inline afina_real advance(afina_real sum, afina_real a, afina_real b) {
#ifdef AFINA_FUSED
  return fmaf(a, b, sum);
#else
  return sum + a * b;
#endif
}

#ifndef AFINA_NATIVE_SET /* which has BLAS instead */
static void gemm(afina_real *c, size_t c_row, const afina_real *start, const afina_real *a,
                 size_t a_row, size_t a_col, const afina_real *b, size_t b_row, size_t b_col,
                 size_t M, size_t N, size_t K, afina_real *scratch) {
  (void)scratch;
  for (size_t m = 0; m < M; m++)
    for (size_t n = 0; n < N; n++) {
      afina_real sum = start == c ? c[m * c_row + n] : start ? start[n] : 0;
      for (size_t k = 0; k < K; k++)
        sum = advance(sum, a[m * a_row + k * a_col], b[k * b_row + n * b_col]);
      c[m * c_row + n] = sum;
    }
}
#endif

static void layernorm_forward(afina_real *y, afina_real *mean, afina_real *rstd,
                              const afina_real *x, const afina_real *weight, const afina_real *bias,
                              size_t N, size_t C) {
  for (size_t n = 0; n < N; n++) {
    const afina_real *row = x + n * C;
    afina_real sum = 0, squares = 0;
    for (size_t c = 0; c < C; c++) sum += row[c];
    const afina_real m = sum / (afina_real)C;
    for (size_t c = 0; c < C; c++) squares += (row[c] - m) * (row[c] - m);
    const afina_real r = 1 / afina_sqrt(squares / (afina_real)C + (afina_real)1e-5);
    for (size_t c = 0; c < C; c++) y[n * C + c] = (row[c] - m) * r * weight[c] + bias[c];
    mean[n] = m;
    rstd[n] = r;
  }
}

static void layernorm_backward(afina_real *dx, const afina_real *dy, const afina_real *x,
                               const afina_real *mean, const afina_real *rstd,
                               const afina_real *weight, size_t N, size_t C) {
  for (size_t n = 0; n < N; n++) {
    afina_real sum = 0, sum_xhat = 0;
    for (size_t c = 0; c < C; c++) {
      const afina_real g = dy[n * C + c] * weight[c], xhat = (x[n * C + c] - mean[n]) * rstd[n];
      sum += g;
      sum_xhat += g * xhat;
    }
    sum /= (afina_real)C;
    sum_xhat /= (afina_real)C;
    for (size_t c = 0; c < C; c++) {
      const afina_real g = dy[n * C + c] * weight[c], xhat = (x[n * C + c] - mean[n]) * rstd[n];
      dx[n * C + c] += rstd[n] * (g - sum - xhat * sum_xhat);
    }
  }
}

static void layernorm_backward_parameters(afina_real *dweight, afina_real *dbias,
                                          const afina_real *dy, const afina_real *x,
                                          const afina_real *mean, const afina_real *rstd, size_t N,
                                          size_t C, size_t begin, size_t end) {
  for (size_t n = 0; n < N; n++)
    for (size_t c = begin; c < end; c++) {
      dweight[c] += dy[n * C + c] * ((x[n * C + c] - mean[n]) * rstd[n]);
      dbias[c] += dy[n * C + c];
    }
}

#define GELU_SCALE ((afina_real)1.59576912160573071176) /* 2 sqrt(2 / pi) */
#define GELU_CUBE ((afina_real)0.044715)

static void gelu_forward(afina_real *y, const afina_real *x, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const afina_real u2 = GELU_SCALE * (x[i] + GELU_CUBE * (x[i] * x[i] * x[i]));
    y[i] = x[i] / (1 + afina_exp(-u2));
  }
}

static void gelu_backward(afina_real *dx, const afina_real *dy, const afina_real *x, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const afina_real square = x[i] * x[i];
    const afina_real u2 = GELU_SCALE * (x[i] + GELU_CUBE * (square * x[i]));
    const afina_real s = 1 / (1 + afina_exp(-u2));
    const afina_real du2 = GELU_SCALE * (1 + 3 * GELU_CUBE * square);
    dx[i] = dy[i] * (s + x[i] * s * (1 - s) * du2);
  }
}

static size_t last_visible(const afina_attention_shape *shape, size_t query) {
  return shape->position ? shape->position[query] : query;
}

static void attention_forward(afina_real *out, afina_real *lse, const afina_real *q,
                              const afina_real *k, const afina_real *v,
                              const afina_attention_shape *shape, afina_real *scratch) {
  const size_t D = shape->D;
  const afina_real scale = 1 / afina_sqrt((afina_real)D);
  afina_real *p = scratch;
  for (size_t i = 0; i < shape->Q; i++) {
    const size_t T = last_visible(shape, i) + 1;
    const afina_real *query = q + i * shape->q_stride;
    afina_real *o = out + i * shape->q_stride;
    afina_real max = 0, sum = 0;
    for (size_t t = 0; t < T; t++) {
      afina_real dot = 0;
      for (size_t d = 0; d < D; d++) dot = advance(dot, query[d], k[t * shape->kv_stride + d]);
      p[t] = dot * scale;
      if (t == 0 || p[t] > max) max = p[t];
    }
    for (size_t t = 0; t < T; t++) {
      p[t] = afina_exp(p[t] - max);
      sum += p[t];
    }
    for (size_t d = 0; d < D; d++) o[d] = 0;
    for (size_t t = 0; t < T; t++)
      for (size_t d = 0; d < D; d++) o[d] = advance(o[d], p[t], v[t * shape->kv_stride + d]);
    const afina_real inverse = 1 / sum;
    for (size_t d = 0; d < D; d++) o[d] *= inverse;
    lse[i] = max + afina_log(sum);
  }
}

static void attention_backward(afina_real *dq, afina_real *dk, afina_real *dv,
                               const afina_real *dout, const afina_real *q, const afina_real *k,
                               const afina_real *v, const afina_real *out, const afina_real *lse,
                               const afina_attention_shape *shape, afina_real *scratch) {
  (void)scratch;
  const size_t D = shape->D;
  const afina_real scale = 1 / afina_sqrt((afina_real)D);
  for (size_t i = 0; i < shape->Q; i++) {
    const size_t T = last_visible(shape, i) + 1, row = i * shape->q_stride;
    afina_real out_dot = 0; /* sum_t p dp = dout . out, the softmax's mean term */
    for (size_t d = 0; d < D; d++) out_dot += dout[row + d] * out[row + d];
    for (size_t t = 0; t < T; t++) {
      const afina_real *key = k + t * shape->kv_stride, *value = v + t * shape->kv_stride;
      afina_real dot = 0, dp = 0;
      for (size_t d = 0; d < D; d++) {
        dot = advance(dot, q[row + d], key[d]);
        dp = advance(dp, dout[row + d], value[d]);
      }
      const afina_real p = afina_exp(dot * scale - lse[i]);
      const afina_real ds = p * (dp - out_dot) * scale;
      for (size_t d = 0; d < D; d++) {
        const size_t at = t * shape->kv_stride + d;
        dv[at] = advance(dv[at], p, dout[row + d]);
        dk[at] = advance(dk[at], ds, q[row + d]);
        dq[row + d] = advance(dq[row + d], ds, key[d]);
      }
    }
  }
}

static void softmax_cross_entropy_forward(afina_real *losses, afina_real *logits,
                                          const uint32_t *targets, size_t N, size_t V) {
  for (size_t n = 0; n < N; n++) {
    afina_real *row = logits + n * V;
    const afina_real target = row[targets[n]];
    afina_real max = row[0], sum = 0;
    for (size_t i = 1; i < V; i++) max = row[i] > max ? row[i] : max;
    for (size_t i = 0; i < V; i++) {
      row[i] = afina_exp(row[i] - max);
      sum += row[i];
    }
    const afina_real inverse = 1 / sum;
    for (size_t i = 0; i < V; i++) row[i] *= inverse;
    losses[n] = max + afina_log(sum) - target;
  }
}

static void softmax_cross_entropy_backward(afina_real *probabilities, const uint32_t *targets,
                                           afina_real scale, size_t N, size_t V) {
  for (size_t n = 0; n < N; n++) {
    afina_real *row = probabilities + n * V;
    row[targets[n]] -= 1;
    for (size_t i = 0; i < V; i++) row[i] *= scale;
  }
}

static void bias_backward(afina_real *db, const afina_real *dy, size_t N, size_t C, size_t begin,
                          size_t end) {
  for (size_t n = 0; n < N; n++)
    for (size_t c = begin; c < end; c++) db[c] += dy[n * C + c];
}

static void add(afina_real *y, const afina_real *x, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] += x[i];
}

static double sum_of_squares(const afina_real *x, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
  return sum;
}

static void adamw(afina_real *w, afina_real *m, afina_real *v, const afina_real *gradient,
                  const afina_adamw_step *step, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const afina_real g = gradient[i] * step->gradient_scale;
    m[i] = step->beta1 * m[i] + (1 - step->beta1) * g;
    v[i] = step->beta2 * v[i] + (1 - step->beta2) * (g * g);
    const afina_real update =
        m[i] / step->correction1 / (afina_sqrt(v[i] / step->correction2) + step->epsilon);
    w[i] -= step->lr * (update + step->weight_decay * w[i]);
  }
}

#ifndef AFINA_NATIVE_SET
#ifdef AFINA_FUSED
const afina_kernels afina_kernels_reference_fused = {
#else
const afina_kernels afina_kernels_reference = {
#endif
    .name = "reference",
    .gemm = gemm,
    .layernorm_forward = layernorm_forward,
    .layernorm_backward = layernorm_backward,
    .layernorm_backward_parameters = layernorm_backward_parameters,
    .gelu_forward = gelu_forward,
    .gelu_backward = gelu_backward,
    .attention_forward = attention_forward,
    .attention_backward = attention_backward,
    .softmax_cross_entropy_forward = softmax_cross_entropy_forward,
    .softmax_cross_entropy_backward = softmax_cross_entropy_backward,
    .bias_backward = bias_backward,
    .add = add,
    .sum_of_squares = sum_of_squares,
    .adamw = adamw,
};
#endif
