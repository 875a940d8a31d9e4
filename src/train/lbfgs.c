#include "lbfgs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

enum { MOST_HALVINGS = 20 };
static const double tolerance = 1e-5;  /* the largest slope that is taken for flat */
static const double sufficient = 1e-4; /* Armijo's condition */

afina_status afina_lbfgs_init(afina_lbfgs *s, afina_real *weights, size_t D, size_t most,
                              afina_error *error) {
  *s = (afina_lbfgs){.D = D, .weights = weights, .most = most};
  afina_real *block = afina_allocate(AFINA_LBFGS_VECTORS, D * sizeof *block);
  if (!block) return afina_fail_memory(error);
  s->gradient = block;
  s->direction = block + D;
  s->last_weights = block + 2 * D;
  s->last_gradient = block + 3 * D;
  for (size_t i = 0; i < AFINA_LBFGS_HISTORY; i++) {
    s->steps[i] = block + (4 + 2 * i) * D;
    s->changes[i] = block + (5 + 2 * i) * D;
  }
  return AFINA_OK;
}

void afina_lbfgs_free(afina_lbfgs *s) {
  free(s->gradient); /* the head of one block for all vectors */
  *s = (afina_lbfgs){0};
}

double afina_lbfgs_dot(const afina_real *a, const afina_real *b, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)a[i] * (double)b[i];
  return sum;
}

static void add_scaled(afina_real *y, double factor, const afina_real *x, size_t n) {
  const afina_real f = (afina_real)factor;
  for (size_t i = 0; i < n; i++) y[i] += f * x[i];
}

/* direction = -H gradient: the two loops of L-BFGS over the kept steps. */
static void choose_direction(afina_lbfgs *s) {
  double along[AFINA_LBFGS_HISTORY];
  const size_t D = s->D;
  memcpy(s->direction, s->gradient, D * sizeof *s->direction);
  for (size_t i = 0; i < s->kept; i++) {
    const size_t at = (s->newest + AFINA_LBFGS_HISTORY - i) % AFINA_LBFGS_HISTORY;
    along[at] = afina_lbfgs_dot(s->steps[at], s->direction, D) / s->curvature[at];
    add_scaled(s->direction, -along[at], s->changes[at], D);
  }
  double scale = 1;
  if (s->kept) {
    const afina_real *change = s->changes[s->newest];
    scale = s->curvature[s->newest] / afina_lbfgs_dot(change, change, D);
  }
  for (size_t d = 0; d < D; d++) s->direction[d] *= (afina_real)-scale;
  for (size_t i = s->kept; i-- > 0;) {
    const size_t at = (s->newest + AFINA_LBFGS_HISTORY - i) % AFINA_LBFGS_HISTORY;
    const double back = afina_lbfgs_dot(s->changes[at], s->direction, D) / s->curvature[at];
    add_scaled(s->direction, -along[at] - back, s->steps[at], D);
  }
}

/* What the last step taught about the curvature, unless rounding has eaten it. */
static void remember_step(afina_lbfgs *s) {
  const size_t at = s->kept ? (s->newest + 1) % AFINA_LBFGS_HISTORY : 0;
  for (size_t d = 0; d < s->D; d++) {
    s->steps[at][d] = s->weights[d] - s->last_weights[d];
    s->changes[at][d] = s->gradient[d] - s->last_gradient[d];
  }
  const double curvature = afina_lbfgs_dot(s->steps[at], s->changes[at], s->D);
  const double changed = afina_lbfgs_dot(s->changes[at], s->changes[at], s->D);
  if (!(curvature > 1e-10 * changed)) return;
  s->curvature[at] = curvature;
  s->newest = at;
  if (s->kept < AFINA_LBFGS_HISTORY) s->kept++;
}

static bool is_flat(const afina_lbfgs *s) {
  double most = 0;
  for (size_t d = 0; d < s->D; d++) {
    const double slope = fabs((double)s->gradient[d]);
    most = slope > most ? slope : most;
  }
  return most <= tolerance;
}

static void go_back(afina_lbfgs *s) {
  memcpy(s->weights, s->last_weights, s->D * sizeof *s->weights);
}

static void step_along(afina_lbfgs *s) {
  go_back(s);
  add_scaled(s->weights, s->length, s->direction, s->D);
}

/* Whether the place that has been stepped to is low enough. */
static bool is_lower(const afina_lbfgs *s) {
  return !s->iteration || s->loss <= s->last_loss + sufficient * s->length * s->slope;
}

bool afina_lbfgs_look(afina_lbfgs *s) {
  if (s->done) return false;
  if (!is_lower(s)) {
    if (++s->halvings > MOST_HALVINGS) { /* as low as float can tell */
      go_back(s);
      s->done = true;
    } else {
      s->length /= 2;
      step_along(s);
    }
    return false;
  }
  if (s->iteration) remember_step(s);
  s->done = is_flat(s) || s->iteration == s->most;
  return true;
}

void afina_lbfgs_move(afina_lbfgs *s) {
  if (s->done) return;
  choose_direction(s);
  s->slope = afina_lbfgs_dot(s->gradient, s->direction, s->D);
  s->last_loss = s->loss;
  memcpy(s->last_weights, s->weights, s->D * sizeof *s->weights);
  memcpy(s->last_gradient, s->gradient, s->D * sizeof *s->gradient);
  s->length = s->kept ? 1 : 1 / sqrt(-s->slope);
  s->halvings = 0;
  s->iteration++;
  step_along(s);
}
