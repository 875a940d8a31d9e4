/* Do the probabilities mean what they say? And what if only the sure answers count?
 *
 *     afina_calibration c;
 *     AFINA_TRY(afina_calibration_compute(&c, truth, probabilities, rows, classes, error));
 *     c.bins[i]: how often answers of about this confidence were right; c.curve[t]: what is left
 *     above a threshold */
#ifndef AFINA_CALIBRATION_H
#define AFINA_CALIBRATION_H

#include "json.h"
#include "metrics.h"
#include "status.h"

enum { AFINA_THRESHOLDS = 101 };

/* Rows whose highest probability lies in bin b of AFINA_ECE_BINS bins of equal width (the
 * reliability diagram; DeGroot and Fienberg, 1983). */
typedef struct afina_reliability_bin {
  size_t count;
  double confidence, accuracy; /* mean highest probability; share right; 0 where count is 0 */
} afina_reliability_bin;

/* What is answered where a classifier only speaks from a probability on. */
typedef struct afina_answered {
  double threshold; /* 0, 0.01 .. 1 */
  double coverage;  /* the share of rows that are answered */
  double accuracy;  /* of these; 0 where there are none */
} afina_answered;

typedef struct afina_calibration {
  size_t rows;
  double ece; /* as in metrics.h */
  afina_reliability_bin bins[AFINA_ECE_BINS];
  afina_answered curve[AFINA_THRESHOLDS];
} afina_calibration;

/* truth [rows] below K, probabilities [rows, K]. The failures of afina_metrics_compute. */
afina_status afina_calibration_compute(afina_calibration *out, const uint32_t *truth,
                                       const float *probabilities, size_t rows, size_t K,
                                       afina_error *error);

/* The lowest threshold above which the answered rows reach that accuracy: a place in curve, or
 * AFINA_THRESHOLDS where there is none. */
size_t afina_calibration_threshold(const afina_calibration *c, double accuracy);

/* {"count":[15],"confidence":[15],"accuracy":[15]}, null where a bin is empty. NULL without memory.
 */
cJSON *afina_calibration_bins_json(const afina_calibration *c);
/* {"coverage":[101],"accuracy":[101]} at thresholds 0, 0.01 .. 1; accuracy null where nobody is
 * answered. NULL without memory. */
cJSON *afina_calibration_curve_json(const afina_calibration *c);

#endif
