#include "calibration.h"

#include <stdbool.h>

typedef struct answer {
  double top;
  bool right;
} answer;

static answer answer_of(const uint32_t *truth, const float *probabilities, size_t i, size_t K) {
  const size_t best = afina_metrics_argmax(probabilities + i * K, K);
  return (answer){.top = (double)probabilities[i * K + best], .right = best == truth[i]};
}

/* The bin of a probability, as in metrics.c. */
static size_t bin_of(double top) {
  const size_t scaled = (size_t)(top > 0 ? top * AFINA_ECE_BINS : 0);
  return scaled < AFINA_ECE_BINS - 1 ? scaled : AFINA_ECE_BINS - 1;
}

static void fill_bins(afina_calibration *c, const uint32_t *truth, const float *probabilities,
                      size_t K) {
  for (size_t i = 0; i < c->rows; i++) {
    const answer a = answer_of(truth, probabilities, i, K);
    afina_reliability_bin *bin = &c->bins[bin_of(a.top)];
    bin->count++;
    bin->confidence += a.top;
    bin->accuracy += a.right;
  }
  for (size_t b = 0; b < AFINA_ECE_BINS; b++) {
    afina_reliability_bin *bin = &c->bins[b];
    if (!bin->count) continue;
    bin->confidence /= (double)bin->count;
    bin->accuracy /= (double)bin->count;
  }
}

static void fill_curve(afina_calibration *c, const uint32_t *truth, const float *probabilities,
                       size_t K) {
  for (size_t t = 0; t < AFINA_THRESHOLDS; t++) {
    const double threshold = (double)t / (AFINA_THRESHOLDS - 1);
    size_t answered = 0, right = 0;
    for (size_t i = 0; i < c->rows; i++) {
      const answer a = answer_of(truth, probabilities, i, K);
      if (a.top < threshold) continue;
      answered++;
      right += a.right;
    }
    c->curve[t] = (afina_answered){
        .threshold = threshold,
        .coverage = (double)answered / (double)c->rows,
        .accuracy = answered ? (double)right / (double)answered : 0,
    };
  }
}

afina_status afina_calibration_compute(afina_calibration *out, const uint32_t *truth,
                                       const float *probabilities, size_t rows, size_t K,
                                       afina_error *error) {
  afina_metrics metrics;
  AFINA_TRY(afina_metrics_compute(&metrics, truth, probabilities, rows, K, error));
  *out = (afina_calibration){.rows = rows, .ece = metrics.ece};
  afina_metrics_free(&metrics);
  fill_bins(out, truth, probabilities, K);
  fill_curve(out, truth, probabilities, K);
  return AFINA_OK;
}

size_t afina_calibration_threshold(const afina_calibration *c, double accuracy) {
  size_t t = 0;
  while (t < AFINA_THRESHOLDS && !(c->curve[t].coverage > 0 && c->curve[t].accuracy >= accuracy))
    t++;
  return t;
}

/* ---- JSON ---- */

static bool append(cJSON *array, bool known, double value) {
  cJSON *item = known ? cJSON_CreateNumber(value) : cJSON_CreateNull();
  if (item && cJSON_AddItemToArray(array, item)) return true;
  cJSON_Delete(item);
  return false;
}

cJSON *afina_calibration_bins_json(const afina_calibration *c) {
  cJSON *json = cJSON_CreateObject();
  cJSON *counts = json ? cJSON_AddArrayToObject(json, "count") : NULL;
  cJSON *confidence = json ? cJSON_AddArrayToObject(json, "confidence") : NULL;
  cJSON *accuracy = json ? cJSON_AddArrayToObject(json, "accuracy") : NULL;
  bool fine = counts && confidence && accuracy;
  for (size_t b = 0; fine && b < AFINA_ECE_BINS; b++) {
    const afina_reliability_bin *bin = &c->bins[b];
    fine = append(counts, true, (double)bin->count) &&
           append(confidence, bin->count > 0, bin->confidence) &&
           append(accuracy, bin->count > 0, bin->accuracy);
  }
  if (fine) return json;
  cJSON_Delete(json);
  return NULL;
}

cJSON *afina_calibration_curve_json(const afina_calibration *c) {
  cJSON *json = cJSON_CreateObject();
  cJSON *coverage = json ? cJSON_AddArrayToObject(json, "coverage") : NULL;
  cJSON *accuracy = json ? cJSON_AddArrayToObject(json, "accuracy") : NULL;
  bool fine = coverage && accuracy;
  for (size_t t = 0; fine && t < AFINA_THRESHOLDS; t++) {
    const afina_answered *at = &c->curve[t];
    fine = append(coverage, true, at->coverage) && append(accuracy, at->coverage > 0, at->accuracy);
  }
  if (fine) return json;
  cJSON_Delete(json);
  return NULL;
}
