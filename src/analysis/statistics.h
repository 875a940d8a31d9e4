/* How sure a score is, and how sure it is that one classifier is better than another.
 *
 * All of it looks at the same test rows: truth [rows] and predictions [rows], class indices. */
#ifndef AFINA_STATISTICS_H
#define AFINA_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

#include "status.h"

/* Mean, and the sample's standard deviation (n - 1 below); NAN for fewer than two values, the mean
 * of none too. */
typedef struct afina_spread {
  double mean, deviation;
} afina_spread;
afina_spread afina_spread_of(const double *values, size_t count);

/* What one classifier, trained `runs` times (other seeds), said of the test rows. Its scores are
 * the means over the runs. */
typedef struct afina_answers {
  const uint32_t *truth;            /* [rows], below classes */
  const uint32_t *const *predicted; /* [runs] [rows], below classes */
  size_t runs, rows, classes;
} afina_answers;

typedef struct afina_interval {
  double low, high;
} afina_interval;

/* Of accuracy and of macro-F1 (as metrics.h defines it, of each draw). */
typedef struct afina_intervals {
  afina_interval accuracy, macro_f1;
} afina_intervals;

enum { AFINA_BOOTSTRAP_DRAWS = 2000 };

/* 95% percentile intervals (Efron and Tibshirani, 1993, chapter 13): the test rows are drawn anew,
 * with replacement, AFINA_BOOTSTRAP_DRAWS times; the interval leaves out a fortieth of the draws
 * at each end (between two draws, linearly, as numpy.percentile does). They say what other test
 * rows of the same kind could have shown, not what other training rows or seeds could.
 * AFINA_E_DATA: no rows or runs; AFINA_E_ARGUMENT: a class out of range. */
afina_status afina_bootstrap(afina_intervals *out, const afina_answers *answers, uint64_t seed,
                             afina_error *error);
/* The same of what `after` has more than `before`, on the same draws ("paired"). Rows, truth and
 * classes must be the same; runs need not. */
afina_status afina_bootstrap_gain(afina_intervals *out, const afina_answers *before,
                                  const afina_answers *after, uint64_t seed, afina_error *error);

/* McNemar's test (1947), exact: were the two equally good, each of the texts that only one of them
 * gets right would fall to either like a coin. */
typedef struct afina_mcnemar {
  size_t first_only, second_only; /* texts that only one of them gets right */
  double p; /* two-sided: min(1, 2 P(X <= the smaller)), X binomial over both, one half; 1 where
               they are right about the same texts */
} afina_mcnemar;
afina_mcnemar afina_mcnemar_test(const uint32_t *truth, const uint32_t *first,
                                 const uint32_t *second, size_t rows);
/* p for given counts. */
double afina_mcnemar_p(size_t first_only, size_t second_only);

#endif
