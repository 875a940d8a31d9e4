/* LayerNorm, softmax with cross-entropy, and sums over rows. Sums along a row take four lanes
 * (simd.h says in which order), so their bits depend on the length of the row alone; sums down the
 * rows take ascending n, as in reference.c. */
#include "simd.h"

enum { COLUMNS = 4 * WIDTH }; /* columns that a sum down the rows keeps in registers */

float AFINA_SHARED(row_sum)(const float *x, size_t n) {
  v128 v_total = q_splat(0);
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) v_total = q_add(v_total, q_load(x + i));
  float total = q_sum(v_total);
  for (; i < n; i++) total += x[i];
  return total;
}

/* sum_c (x - mean)^2 */
static float row_squares(const float *x, float mean, size_t C) {
  const v128 v_mean = q_splat(mean);
  v128 v_total = q_splat(0);
  size_t c = 0;
  for (; c + LANES <= C; c += LANES) {
    const v128 centred = q_sub(q_load(x + c), v_mean);
    v_total = q_mul_add(v_total, centred, centred);
  }
  float total = q_sum(v_total);
  for (; c < C; c++) total += (x[c] - mean) * (x[c] - mean);
  return total;
}

static AFINA_NOINLINE void normalise_row(float *y, const float *x, float mean, float rstd,
                                         const float *weight, const float *bias, size_t C) {
  const vec v_mean = v_splat(mean), v_rstd = v_splat(rstd);
  size_t c = 0;
  for (; c + WIDTH <= C; c += WIDTH) {
    const vec xhat = v_mul(v_sub(v_load(x + c), v_mean), v_rstd);
    v_store(y + c, v_add(v_mul(xhat, v_load(weight + c)), v_load(bias + c)));
  }
  for (; c < C; c++) y[c] = (x[c] - mean) * rstd * weight[c] + bias[c];
}

void AFINA_SHARED(layernorm_forward)(float *y, float *mean, float *rstd, const float *x,
                                     const float *weight, const float *bias, size_t N, size_t C) {
  for (size_t n = 0; n < N; n++) {
    const float *row = x + n * C;
    mean[n] = AFINA_SHARED(row_sum)(row, C) / (float)C;
    rstd[n] = 1 / afina_sqrt(row_squares(row, mean[n], C) / (float)C + 1e-5f);
    normalise_row(y + n * C, row, mean[n], rstd[n], weight, bias, C);
  }
}

static AFINA_NOINLINE void layernorm_backward_row(float *dx, const float *dy, const float *x,
                                                  float mean, float rstd, const float *weight,
                                                  size_t C) {
  const v128 q_mean = q_splat(mean), q_rstd = q_splat(rstd);
  v128 q_total = q_splat(0), q_total_xhat = q_splat(0);
  size_t c = 0;
  for (; c + LANES <= C; c += LANES) {
    const v128 g = q_mul(q_load(dy + c), q_load(weight + c));
    const v128 xhat = q_mul(q_sub(q_load(x + c), q_mean), q_rstd);
    q_total = q_add(q_total, g);
    q_total_xhat = q_mul_add(q_total_xhat, g, xhat);
  }
  float g_mean = q_sum(q_total), g_xhat_mean = q_sum(q_total_xhat);
  for (; c < C; c++) {
    const float g = dy[c] * weight[c], xhat = (x[c] - mean) * rstd;
    g_mean += g;
    g_xhat_mean += g * xhat;
  }
  g_mean /= (float)C;
  g_xhat_mean /= (float)C;
  const vec v_mean = v_splat(mean), v_rstd = v_splat(rstd);
  const vec v_g_mean = v_splat(g_mean), v_g_xhat_mean = v_splat(g_xhat_mean);
  for (c = 0; c + WIDTH <= C; c += WIDTH) {
    const vec g = v_mul(v_load(dy + c), v_load(weight + c));
    const vec xhat = v_mul(v_sub(v_load(x + c), v_mean), v_rstd);
    const vec change = v_sub(v_sub(g, v_g_mean), v_mul(xhat, v_g_xhat_mean));
    v_store(dx + c, v_mul_add(v_load(dx + c), v_rstd, change));
  }
  for (; c < C; c++) {
    const float g = dy[c] * weight[c], xhat = (x[c] - mean) * rstd;
    dx[c] += rstd * (g - g_mean - xhat * g_xhat_mean);
  }
}

void AFINA_SHARED(layernorm_backward)(float *dx, const float *dy, const float *x, const float *mean,
                                      const float *rstd, const float *weight, size_t N, size_t C) {
  for (size_t n = 0; n < N; n++)
    layernorm_backward_row(dx + n * C, dy + n * C, x + n * C, mean[n], rstd[n], weight, C);
}

/* A vector of columns of the parameters' gradients, for all rows. */
static AFINA_NOINLINE void parameter_columns(float *dweight, float *dbias, const float *dy,
                                             const float *x, const float *mean, const float *rstd,
                                             size_t N, size_t C) {
  vec v_dweight = v_load(dweight), v_dbias = v_load(dbias);
  for (size_t n = 0; n < N; n++) {
    const vec g = v_load(dy + n * C);
    const vec xhat = v_mul(v_sub(v_load(x + n * C), v_splat(mean[n])), v_splat(rstd[n]));
    v_dweight = v_mul_add(v_dweight, g, xhat);
    v_dbias = v_add(v_dbias, g);
  }
  v_store(dweight, v_dweight);
  v_store(dbias, v_dbias);
}

void AFINA_SHARED(layernorm_backward_parameters)(float *dweight, float *dbias, const float *dy,
                                                 const float *x, const float *mean,
                                                 const float *rstd, size_t N, size_t C,
                                                 size_t begin, size_t end) {
  size_t c = begin;
  for (; c + WIDTH <= end; c += WIDTH)
    parameter_columns(dweight + c, dbias + c, dy + c, x + c, mean, rstd, N, C);
  for (; c < end; c++)
    for (size_t n = 0; n < N; n++) {
      dweight[c] += dy[n * C + c] * ((x[n * C + c] - mean[n]) * rstd[n]);
      dbias[c] += dy[n * C + c];
    }
}

float AFINA_SHARED(row_max)(const float *x, size_t n) {
  float max = x[0];
  size_t i = 0;
  if (n >= WIDTH) {
    vec v_max = v_load(x);
    for (i = WIDTH; i + WIDTH <= n; i += WIDTH) v_max = v_larger(v_max, v_load(x + i));
    float lane[WIDTH];
    v_store(lane, v_max);
    for (size_t j = 0; j < WIDTH; j++) max = lane[j] > max ? lane[j] : max;
  }
  for (; i < n; i++) max = x[i] > max ? x[i] : max;
  return max;
}

AFINA_NOINLINE void AFINA_SHARED(exponentials)(float *x, float max, size_t n) {
  const vec v_max = v_splat(max);
  size_t i = 0;
  for (; i + WIDTH <= n; i += WIDTH) v_store(x + i, v_exp(v_sub(v_load(x + i), v_max)));
  if (i == n) return;
  float rest[WIDTH] = {0};
  memcpy(rest, x + i, (n - i) * sizeof *x);
  v_store(rest, v_exp(v_sub(v_load(rest), v_max)));
  memcpy(x + i, rest, (n - i) * sizeof *x);
}

static AFINA_NOINLINE void scale_row(float *x, float factor, size_t n) {
  const vec v_factor = v_splat(factor);
  size_t i = 0;
  for (; i + WIDTH <= n; i += WIDTH) v_store(x + i, v_mul(v_load(x + i), v_factor));
  for (; i < n; i++) x[i] *= factor;
}

void AFINA_SHARED(softmax_cross_entropy_forward)(float *losses, float *logits,
                                                 const uint32_t *targets, size_t N, size_t V) {
  for (size_t n = 0; n < N; n++) {
    float *row = logits + n * V;
    const float target = row[targets[n]], max = AFINA_SHARED(row_max)(row, V);
    AFINA_SHARED(exponentials)(row, max, V);
    const float sum = AFINA_SHARED(row_sum)(row, V);
    scale_row(row, 1 / sum, V);
    losses[n] = max + afina_log(sum) - target;
  }
}

void AFINA_SHARED(softmax_cross_entropy_backward)(float *probabilities, const uint32_t *targets,
                                                  float scale, size_t N, size_t V) {
  for (size_t n = 0; n < N; n++) {
    probabilities[n * V + targets[n]] -= 1;
    scale_row(probabilities + n * V, scale, V);
  }
}

/* y[0..COLUMNS) += the sum of N rows that are C apart. */
static AFINA_NOINLINE void sum_columns(float *y, const float *x, size_t N, size_t C) {
  vec y0 = v_load(y), y1 = v_load(y + WIDTH);
  vec y2 = v_load(y + 2 * WIDTH), y3 = v_load(y + 3 * WIDTH);
  for (size_t n = 0; n < N; n++, x += C) {
    y0 = v_add(y0, v_load(x));
    y1 = v_add(y1, v_load(x + WIDTH));
    y2 = v_add(y2, v_load(x + 2 * WIDTH));
    y3 = v_add(y3, v_load(x + 3 * WIDTH));
  }
  v_store(y, y0);
  v_store(y + WIDTH, y1);
  v_store(y + 2 * WIDTH, y2);
  v_store(y + 3 * WIDTH, y3);
}

void AFINA_SHARED(bias_backward)(float *db, const float *dy, size_t N, size_t C, size_t begin,
                                 size_t end) {
  size_t c = begin;
  for (; c + COLUMNS <= end; c += COLUMNS) sum_columns(db + c, dy + c, N, C);
  for (; c < end; c++)
    for (size_t n = 0; n < N; n++) db[c] += dy[n * C + c];
}
