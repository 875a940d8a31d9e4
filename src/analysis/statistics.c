#include "statistics.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "rng.h"

afina_spread afina_spread_of(const double *values, size_t count) {
  double sum = 0, squares = 0;
  if (!count) return (afina_spread){(double)NAN, (double)NAN};
  for (size_t i = 0; i < count; i++) sum += values[i];
  const double mean = sum / (double)count;
  for (size_t i = 0; i < count; i++) squares += (values[i] - mean) * (values[i] - mean);
  return (afina_spread){mean, count < 2 ? (double)NAN : sqrt(squares / (double)(count - 1))};
}

/* ---- the bootstrap ---- */

/* One draw of rows, and what is counted of it. */
typedef struct drawing {
  size_t *rows;                        /* [rows] */
  size_t *right, *predicted, *support; /* [classes] */
  double *accuracy, *macro_f1;         /* [AFINA_BOOTSTRAP_DRAWS] */
} drawing;

static void clear(drawing *d) {
  free(d->rows);
  free(d->right);
  free(d->predicted);
  free(d->support);
  free(d->accuracy);
  free(d->macro_f1);
}

static afina_status check(const afina_answers *answers, afina_error *error) {
  if (!answers->rows || !answers->runs)
    return afina_fail(error, AFINA_E_DATA, "there are no rows to draw from");
  for (size_t i = 0; i < answers->rows; i++) {
    bool fits = answers->truth[i] < answers->classes;
    for (size_t r = 0; r < answers->runs; r++)
      fits = fits && answers->predicted[r][i] < answers->classes;
    if (!fits)
      return afina_fail(error, AFINA_E_ARGUMENT, "row %zu of the results: not one of %zu classes",
                        i, answers->classes);
  }
  return AFINA_OK;
}

static afina_status allocate(drawing *d, const afina_answers *answers, afina_error *error) {
  const size_t K = answers->classes;
  d->rows = afina_allocate(answers->rows, sizeof *d->rows);
  d->right = afina_allocate(K, sizeof *d->right);
  d->predicted = afina_allocate(K, sizeof *d->predicted);
  d->support = afina_allocate(K, sizeof *d->support);
  d->accuracy = afina_allocate(AFINA_BOOTSTRAP_DRAWS, sizeof *d->accuracy);
  d->macro_f1 = afina_allocate(AFINA_BOOTSTRAP_DRAWS, sizeof *d->macro_f1);
  return d->rows && d->right && d->predicted && d->support && d->accuracy && d->macro_f1
             ? AFINA_OK
             : afina_fail_memory(error);
}

/* Adds `sign` times the mean scores of a classifier on the drawn rows. */
static void score(drawing *d, const afina_answers *answers, double sign, size_t draw) {
  const size_t K = answers->classes, n = answers->rows;
  memset(d->support, 0, K * sizeof *d->support);
  for (size_t i = 0; i < n; i++) d->support[answers->truth[d->rows[i]]]++;
  double accuracy = 0, macro_f1 = 0;
  for (size_t r = 0; r < answers->runs; r++) {
    const uint32_t *predicted = answers->predicted[r];
    size_t right = 0, occurring = 0;
    double sum = 0;
    memset(d->right, 0, K * sizeof *d->right);
    memset(d->predicted, 0, K * sizeof *d->predicted);
    for (size_t i = 0; i < n; i++) {
      const uint32_t said = predicted[d->rows[i]];
      d->predicted[said]++;
      d->right[said] += said == answers->truth[d->rows[i]];
    }
    for (size_t k = 0; k < K; k++) {
      const size_t both = d->predicted[k] + d->support[k];
      right += d->right[k];
      occurring += both > 0;
      if (both) sum += (double)(2 * d->right[k]) / (double)both;
    }
    accuracy += (double)right / (double)n;
    macro_f1 += sum / (double)occurring;
  }
  d->accuracy[draw] += sign * accuracy / (double)answers->runs;
  d->macro_f1[draw] += sign * macro_f1 / (double)answers->runs;
}

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Sorts. */
static afina_interval interval(double *draws) {
  qsort(draws, AFINA_BOOTSTRAP_DRAWS, sizeof *draws, compare);
  const double last = AFINA_BOOTSTRAP_DRAWS - 1, places[2] = {0.025 * last, 0.975 * last};
  double ends[2];
  for (int i = 0; i < 2; i++) {
    const size_t below = (size_t)places[i];
    ends[i] = draws[below] + (places[i] - (double)below) * (draws[below + 1] - draws[below]);
  }
  return (afina_interval){ends[0], ends[1]};
}

/* before: NULL, or what is taken off. */
static afina_status draw(afina_intervals *out, const afina_answers *before,
                         const afina_answers *after, uint64_t seed, afina_error *error) {
  drawing d = {0};
  const afina_status status = allocate(&d, after, error);
  if (status == AFINA_OK) {
    afina_rng rng;
    afina_rng_seed(&rng, seed);
    for (size_t i = 0; i < AFINA_BOOTSTRAP_DRAWS; i++) {
      for (size_t j = 0; j < after->rows; j++) d.rows[j] = afina_rng_below(&rng, after->rows);
      score(&d, after, 1, i);
      if (before) score(&d, before, -1, i);
    }
    *out = (afina_intervals){.accuracy = interval(d.accuracy), .macro_f1 = interval(d.macro_f1)};
  }
  clear(&d);
  return status;
}

afina_status afina_bootstrap(afina_intervals *out, const afina_answers *answers, uint64_t seed,
                             afina_error *error) {
  AFINA_TRY(check(answers, error));
  return draw(out, NULL, answers, seed, error);
}

afina_status afina_bootstrap_gain(afina_intervals *out, const afina_answers *before,
                                  const afina_answers *after, uint64_t seed, afina_error *error) {
  AFINA_TRY(check(before, error));
  AFINA_TRY(check(after, error));
  if (before->rows != after->rows || before->classes != after->classes)
    return afina_fail(error, AFINA_E_ARGUMENT, "the two were not asked about the same rows");
  return draw(out, before, after, seed, error);
}

/* ---- McNemar's test ---- */

/* The tail is summed from its largest term, C(n, k) / 2^n, down; that term is a product of factors
 * whose powers of two are counted apart, so that none leaves the range of a double. */
double afina_mcnemar_p(size_t first_only, size_t second_only) {
  const size_t k = first_only < second_only ? first_only : second_only;
  const size_t n = first_only + second_only;
  int power = 0, more;
  double largest = 1;
  for (size_t i = 1; i <= n; i++) {
    if (i <= k) largest *= (double)(n - k + i) / (double)i;
    largest = frexp(largest / 2, &more);
    power += more;
  }
  double sum = 0, term = 1;
  for (size_t i = k; term > 0 && sum + term > sum; i--) {
    sum += term;
    term *= (double)i / (double)(n - i + 1);
  }
  const double p = 2 * ldexp(largest * sum, power);
  return p < 1 ? p : 1;
}

afina_mcnemar afina_mcnemar_test(const uint32_t *truth, const uint32_t *first,
                                 const uint32_t *second, size_t rows) {
  afina_mcnemar out = {0, 0, 1};
  for (size_t i = 0; i < rows; i++) {
    const bool a = first[i] == truth[i], b = second[i] == truth[i];
    out.first_only += a && !b;
    out.second_only += b && !a;
  }
  out.p = afina_mcnemar_p(out.first_only, out.second_only);
  return out;
}
