/* How good a classifier is: from true classes and predicted probabilities to the numbers of the
 * report.
 *
 *     afina_metrics metrics;
 *     AFINA_TRY(afina_metrics_compute(&metrics, truth, probabilities, n, classes, error));
 *     cJSON *json = NULL;
 *     const afina_status status = afina_metrics_json(&json, &metrics, labels, error);
 *     afina_metrics_free(&metrics);
 *
 * The definitions are scikit-learn's, in double, summed in the order of rows, with our own
 * logarithm: the same numbers on every machine. */
#ifndef AFINA_METRICS_H
#define AFINA_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "json.h"
#include "status.h"

enum { AFINA_ECE_BINS = 15 };

typedef struct afina_class_metrics {
  size_t support;   /* rows of this true class */
  double precision; /* right / predicted; 0 where the class was never predicted */
  double recall;    /* right / support; 0 where the class has no row */
  double f1;        /* 2 right / (predicted + support); 0 where both are 0 */
} afina_class_metrics;

typedef struct afina_metrics {
  size_t rows, classes;
  double accuracy;
  double macro_f1;    /* mean over the classes that occur, as true or as predicted class */
  double weighted_f1; /* mean weighted by support */
  double log_loss;    /* mean of -ln p(true class), p clamped to [1e-15, 1 - 1e-15]; rows are not
                         rescaled */
  double ece; /* expected calibration error (Naeini et al., 2015): 15 bins of equal width on the top
                 probability, sum over bins of |right - sum of top probabilities| / rows */
  afina_class_metrics *per_class; /* [classes] */
  size_t *confusion;              /* [classes, classes] rows true, columns predicted */
} afina_metrics;

/* The class of the highest probability; the lowest index among equals. classes > 0. */
size_t afina_metrics_argmax(const float *probabilities, size_t classes);

/* truth [rows], probabilities [rows, classes], each row adding up to 1. AFINA_E_DATA: no rows.
 * AFINA_E_ARGUMENT: no classes, or a true class beyond them. AFINA_E_DIVERGED: a probability that
 * is not a number from 0 to 1 (a thousandth of rounding is let pass), named with its row. Free with
 * afina_metrics_free. */
afina_status afina_metrics_compute(afina_metrics *out, const uint32_t *truth,
                                   const float *probabilities, size_t rows, size_t classes,
                                   afina_error *error);
void afina_metrics_free(afina_metrics *metrics);

/* {"accuracy","macro_f1","weighted_f1","per_class":[{"label","precision","recall","f1","support"}],
 * "confusion":[[...]],"ece","log_loss","rows"}; labels [classes] are valid UTF-8, such as
 * afina_dataset_labels. Free *out with cJSON_Delete. */
afina_status afina_metrics_json(cJSON **out, const afina_metrics *metrics,
                                const char *const *labels, afina_error *error);

#endif
