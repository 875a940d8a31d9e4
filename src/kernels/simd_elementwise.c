/* A SIMD set: its table, and the kernels that work element by element. reference.c has the
 * formulas.
 */
#include "simd.h"

#define GELU_SCALE 1.59576912160573071176f /* 2 sqrt(2 / pi) */
#define GELU_CUBE 0.044715f

AFINA_NOINLINE void AFINA_SHARED(gelu_forward)(float *y, const float *x, size_t n) {
  const vec v_scale = v_splat(GELU_SCALE), v_cube = v_splat(GELU_CUBE), one = v_splat(1);
  size_t i = 0;
  for (; i + WIDTH <= n; i += WIDTH) {
    const vec a = v_load(x + i);
    const vec u2 = v_mul(v_scale, v_add(a, v_mul(v_cube, v_mul(v_mul(a, a), a))));
    v_store(y + i, v_div(a, v_add(one, v_exp(v_negate(u2)))));
  }
  for (; i < n; i++) {
    const float u2 = GELU_SCALE * (x[i] + GELU_CUBE * (x[i] * x[i] * x[i]));
    y[i] = x[i] / (1 + afina_exp(-u2));
  }
}

AFINA_NOINLINE void AFINA_SHARED(gelu_backward)(float *dx, const float *dy, const float *x,
                                                size_t n) {
  const vec v_scale = v_splat(GELU_SCALE), v_cube = v_splat(GELU_CUBE), one = v_splat(1);
  const vec v_cube3 = v_splat(3 * GELU_CUBE);
  size_t i = 0;
  for (; i + WIDTH <= n; i += WIDTH) {
    const vec a = v_load(x + i), square = v_mul(a, a);
    const vec u2 = v_mul(v_scale, v_add(a, v_mul(v_cube, v_mul(square, a))));
    const vec s = v_div(one, v_add(one, v_exp(v_negate(u2))));
    const vec du2 = v_mul(v_scale, v_add(one, v_mul(v_cube3, square)));
    const vec slope = v_add(s, v_mul(v_mul(v_mul(a, s), v_sub(one, s)), du2));
    v_store(dx + i, v_mul(v_load(dy + i), slope));
  }
  for (; i < n; i++) {
    const float square = x[i] * x[i];
    const float u2 = GELU_SCALE * (x[i] + GELU_CUBE * (square * x[i]));
    const float s = 1 / (1 + afina_exp(-u2));
    const float du2 = GELU_SCALE * (1 + 3 * GELU_CUBE * square);
    dx[i] = dy[i] * (s + x[i] * s * (1 - s) * du2);
  }
}

AFINA_NOINLINE void AFINA_SHARED(add)(float *y, const float *x, size_t n) {
  size_t i = 0;
  for (; i + WIDTH <= n; i += WIDTH) v_store(y + i, v_add(v_load(y + i), v_load(x + i)));
  for (; i < n; i++) y[i] += x[i];
}

/* In double, in four lanes: element i to lane i mod 4, then (0 + 1) + (2 + 3), then the last n mod
 * 4 one by one. */
AFINA_NOINLINE double AFINA_SHARED(sum_of_squares)(const float *x, size_t n) {
  v128 low = simde_wasm_f64x2_splat(0), high = low;
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    const v128 four = q_load(x + i);
    const v128 a = simde_wasm_f64x2_promote_low_f32x4(four);
    const v128 b =
        simde_wasm_f64x2_promote_low_f32x4(simde_wasm_i32x4_shuffle(four, four, 2, 3, 6, 7));
    low = simde_wasm_f64x2_add(low, simde_wasm_f64x2_mul(a, a));
    high = simde_wasm_f64x2_add(high, simde_wasm_f64x2_mul(b, b));
  }
  double sum = (simde_wasm_f64x2_extract_lane(low, 0) + simde_wasm_f64x2_extract_lane(low, 1)) +
               (simde_wasm_f64x2_extract_lane(high, 0) + simde_wasm_f64x2_extract_lane(high, 1));
  for (; i < n; i++) sum += (double)x[i] * (double)x[i];
  return sum;
}

AFINA_NOINLINE void AFINA_SHARED(adamw)(float *w, float *m, float *v, const float *gradient,
                                        const afina_adamw_step *step, size_t n) {
  const vec beta1 = v_splat(step->beta1), rest1 = v_splat(1 - step->beta1);
  const vec beta2 = v_splat(step->beta2), rest2 = v_splat(1 - step->beta2);
  const vec correction1 = v_splat(step->correction1), correction2 = v_splat(step->correction2);
  const vec gradient_scale = v_splat(step->gradient_scale), epsilon = v_splat(step->epsilon);
  const vec lr = v_splat(step->lr), weight_decay = v_splat(step->weight_decay);
  size_t i = 0;
  for (; i + WIDTH <= n; i += WIDTH) {
    const vec g = v_mul(v_load(gradient + i), gradient_scale), old = v_load(w + i);
    const vec first = v_add(v_mul(beta1, v_load(m + i)), v_mul(rest1, g));
    const vec second = v_add(v_mul(beta2, v_load(v + i)), v_mul(rest2, v_mul(g, g)));
    const vec root = v_sqrt(v_div(second, correction2));
    const vec update = v_div(v_div(first, correction1), v_add(root, epsilon));
    v_store(m + i, first);
    v_store(v + i, second);
    v_store(w + i, v_sub(old, v_mul(lr, v_add(update, v_mul(weight_decay, old)))));
  }
  for (; i < n; i++) {
    const float g = gradient[i] * step->gradient_scale;
    m[i] = step->beta1 * m[i] + (1 - step->beta1) * g;
    v[i] = step->beta2 * v[i] + (1 - step->beta2) * (g * g);
    const float update =
        m[i] / step->correction1 / (afina_sqrt(v[i] / step->correction2) + step->epsilon);
    w[i] -= step->lr * (update + step->weight_decay * w[i]);
  }
}
