#include "mix.h"

#include <stdbool.h>

enum { MOST_STEPS = 50 };

/* Gradient and Hessian of the objective in a and b. */
typedef struct slopes {
  double loss, a, b, aa, ab, bb;
} slopes;

static double logit(const afina_mix *m, const afina_real *x, const afina_real *y, size_t k) {
  return m->a * (double)x[k] + m->b * (double)y[k];
}

static void add_row(slopes *s, const afina_mix *m, const afina_real *x, const afina_real *y,
                    uint32_t truth, size_t K) {
  double most = logit(m, x, y, 0), sum = 0, mx = 0, my = 0, xx = 0, xy = 0, yy = 0;
  for (size_t k = 1; k < K; k++) {
    const double z = logit(m, x, y, k);
    most = z > most ? z : most;
  }
  for (size_t k = 0; k < K; k++) {
    const double z = logit(m, x, y, k) - most, u = (double)x[k], v = (double)y[k];
    const double p = z < -700 ? 0 : afina_exp_double(z);
    sum += p;
    mx += p * u;
    my += p * v;
    xx += p * u * u;
    xy += p * u * v;
    yy += p * v * v;
  }
  mx /= sum;
  my /= sum;
  s->loss += afina_log_double(sum) - (logit(m, x, y, truth) - most);
  s->a += mx - (double)x[truth];
  s->b += my - (double)y[truth];
  s->aa += xx / sum - mx * mx;
  s->ab += xy / sum - mx * my;
  s->bb += yy / sum - my * my;
}

static slopes look(const afina_mix *m, const afina_mix *before, const afina_real *x,
                   const afina_real *y, const uint32_t *truth, size_t rows, size_t K) {
  const double da = m->a - before->a, db = m->b - before->b;
  slopes s = {.loss = (da * da + db * db) / 2, .a = da, .b = db, .aa = 1, .bb = 1};
  for (size_t i = 0; i < rows; i++) add_row(&s, m, x + i * K, y + i * K, truth[i], K);
  return s;
}

static double not_below_0(double value) { return value > 0 ? value : 0; }

/* Newton's step; a factor at 0 that wants to go below stays there and the other moves alone. */
static afina_mix next(const afina_mix *m, const slopes *s, double length) {
  const bool a_stays = m->a <= 0 && s->a > 0, b_stays = m->b <= 0 && s->b > 0;
  const double determinant = s->aa * s->bb - s->ab * s->ab;
  double da = (s->bb * s->a - s->ab * s->b) / determinant;
  double db = (s->aa * s->b - s->ab * s->a) / determinant;
  if (a_stays) db = s->b / s->bb;
  if (b_stays) da = s->a / s->aa;
  if (a_stays) da = 0;
  if (b_stays) db = 0;
  return (afina_mix){not_below_0(m->a - length * da), not_below_0(m->b - length * db)};
}

afina_mix afina_mix_fit(const afina_mix *before, const afina_real *x, const afina_real *y,
                        const uint32_t *truth, size_t rows, size_t K) {
  for (size_t i = 0; i < rows * K; i++)
    if (!isfinite(x[i]) || !isfinite(y[i])) return *before;
  afina_mix here = *before;
  slopes s = look(&here, before, x, y, truth, rows, K);
  for (int step = 0; step < MOST_STEPS; step++) {
    bool better = false;
    for (double length = 1; length > 1e-4 && !better; length /= 2) {
      const afina_mix there = next(&here, &s, length);
      const slopes t = look(&there, before, x, y, truth, rows, K);
      better = t.loss < s.loss - 1e-12;
      if (!better) continue;
      here = there;
      s = t;
    }
    if (!better) break;
  }
  return here;
}
