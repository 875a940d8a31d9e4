#include "metrics.h"

#include <stdbool.h>
#include <stdlib.h>

#include "memory.h"
#include "real.h"

static const double smallest_probability = 1e-15;
static const double rounding = 1e-3; /* how far outside 0 .. 1 a float softmax is let pass */

/* What one bin of the reliability diagram holds. */
typedef struct bin {
  size_t right;
  double confidence; /* sum of the top probabilities */
} bin;

size_t afina_metrics_argmax(const float *probabilities, size_t classes) {
  size_t best = 0;
  for (size_t k = 1; k < classes; k++)
    if (probabilities[k] > probabilities[best]) best = k;
  return best;
}

static afina_status check_input(const uint32_t *truth, const float *probabilities, size_t rows,
                                size_t classes, afina_error *error) {
  if (rows == 0) return afina_fail(error, AFINA_E_DATA, "there are no rows to evaluate on");
  if (classes == 0) return afina_fail(error, AFINA_E_ARGUMENT, "there are no classes");
  for (size_t i = 0; i < rows; i++) {
    if (truth[i] >= classes)
      return afina_fail(error, AFINA_E_ARGUMENT, "row %zu of the results: class %lu of %zu", i,
                        (unsigned long)truth[i], classes);
    for (size_t k = 0; k < classes; k++) {
      const double p = (double)probabilities[i * classes + k];
      if (!(p >= -rounding && p <= 1 + rounding)) /* a NaN too */
        return afina_fail(error, AFINA_E_DIVERGED,
                          "row %zu of the results: the probability of class %zu is %g; the model "
                          "does not compute with finite numbers any more",
                          i, k, p);
    }
  }
  return AFINA_OK;
}

static double clamp(double p) {
  if (p < smallest_probability) return smallest_probability;
  return p > 1 - smallest_probability ? 1 - smallest_probability : p;
}

/* One walk over the rows: confusion, and the sums behind accuracy, log-loss and ECE. */
static void walk_rows(afina_metrics *out, const uint32_t *truth, const float *probabilities) {
  const size_t n = out->rows, classes = out->classes;
  bin bins[AFINA_ECE_BINS] = {{0}};
  size_t right = 0;
  double loss = 0;
  for (size_t i = 0; i < n; i++) {
    const float *row = probabilities + i * classes;
    const size_t predicted = afina_metrics_argmax(row, classes), actual = truth[i];
    const double top = (double)row[predicted];
    const size_t last = AFINA_ECE_BINS - 1;
    const size_t scaled = (size_t)(top > 0 ? top * AFINA_ECE_BINS : 0);
    bin *at = &bins[scaled < last ? scaled : last];
    at->confidence += top;
    at->right += predicted == actual;
    right += predicted == actual;
    out->confusion[actual * classes + predicted]++;
    loss -= afina_log_double(clamp((double)row[actual]));
  }
  double gaps = 0;
  for (size_t b = 0; b < AFINA_ECE_BINS; b++) {
    const double gap = (double)bins[b].right - bins[b].confidence;
    gaps += gap < 0 ? -gap : gap;
  }
  out->accuracy = (double)right / (double)n;
  out->log_loss = loss / (double)n;
  out->ece = gaps / (double)n;
}

static double ratio(size_t part, size_t whole) { return whole ? (double)part / (double)whole : 0; }

/* `predicted` [classes] counts how often each class was. */
static void score_classes(afina_metrics *out, const size_t *predicted) {
  double sum = 0, weighted = 0;
  size_t occurring = 0;
  for (size_t k = 0; k < out->classes; k++) {
    afina_class_metrics *scores = &out->per_class[k];
    const size_t right = out->confusion[k * out->classes + k];
    scores->precision = ratio(right, predicted[k]);
    scores->recall = ratio(right, scores->support);
    scores->f1 = ratio(2 * right, predicted[k] + scores->support);
    if (predicted[k] + scores->support > 0) occurring++;
    sum += scores->f1;
    weighted += scores->f1 * (double)scores->support;
  }
  out->macro_f1 = sum / (double)occurring;
  out->weighted_f1 = weighted / (double)out->rows;
}

afina_status afina_metrics_compute(afina_metrics *out, const uint32_t *truth,
                                   const float *probabilities, size_t rows, size_t classes,
                                   afina_error *error) {
  AFINA_TRY(check_input(truth, probabilities, rows, classes, error));
  size_t cells;
  if (!afina_multiply(classes, classes, &cells)) return afina_fail_memory(error);
  afina_metrics made = {.rows = rows, .classes = classes};
  made.per_class = afina_allocate(classes, sizeof *made.per_class);
  made.confusion = afina_allocate(cells, sizeof *made.confusion);
  size_t *predicted = afina_allocate(classes, sizeof *predicted);
  if (!made.per_class || !made.confusion || !predicted) {
    free(predicted);
    afina_metrics_free(&made);
    return afina_fail_memory(error);
  }
  walk_rows(&made, truth, probabilities);
  for (size_t actual = 0; actual < classes; actual++)
    for (size_t k = 0; k < classes; k++) {
      made.per_class[actual].support += made.confusion[actual * classes + k];
      predicted[k] += made.confusion[actual * classes + k];
    }
  score_classes(&made, predicted);
  free(predicted);
  *out = made;
  return AFINA_OK;
}

void afina_metrics_free(afina_metrics *metrics) {
  if (!metrics) return;
  free(metrics->per_class);
  free(metrics->confusion);
  *metrics = (afina_metrics){0};
}

/* Appends to a list, or frees the item; false where there was no memory for either. */
static bool append(cJSON *list, cJSON *item) {
  if (list && item && cJSON_AddItemToArray(list, item)) return true;
  cJSON_Delete(item);
  return false;
}

static bool write_class(cJSON *list, const char *label, const afina_class_metrics *scores) {
  cJSON *item = cJSON_CreateObject();
  return append(list, item) && cJSON_AddStringToObject(item, "label", label) &&
         cJSON_AddNumberToObject(item, "precision", scores->precision) &&
         cJSON_AddNumberToObject(item, "recall", scores->recall) &&
         cJSON_AddNumberToObject(item, "f1", scores->f1) &&
         cJSON_AddNumberToObject(item, "support", (double)scores->support);
}

static bool write_confusion(cJSON *list, const afina_metrics *metrics) {
  for (size_t i = 0; i < metrics->classes; i++) {
    cJSON *row = cJSON_CreateArray();
    if (!append(list, row)) return false;
    for (size_t k = 0; k < metrics->classes; k++) {
      const size_t count = metrics->confusion[i * metrics->classes + k];
      if (!append(row, cJSON_CreateNumber((double)count))) return false;
    }
  }
  return true;
}

static bool write_metrics(cJSON *json, const afina_metrics *metrics, const char *const *labels) {
  if (!cJSON_AddNumberToObject(json, "accuracy", metrics->accuracy) ||
      !cJSON_AddNumberToObject(json, "macro_f1", metrics->macro_f1) ||
      !cJSON_AddNumberToObject(json, "weighted_f1", metrics->weighted_f1))
    return false;
  cJSON *per_class = cJSON_AddArrayToObject(json, "per_class");
  for (size_t k = 0; k < metrics->classes; k++)
    if (!write_class(per_class, labels[k], &metrics->per_class[k])) return false;
  cJSON *confusion = cJSON_AddArrayToObject(json, "confusion");
  return confusion && write_confusion(confusion, metrics) &&
         cJSON_AddNumberToObject(json, "ece", metrics->ece) &&
         cJSON_AddNumberToObject(json, "log_loss", metrics->log_loss) &&
         cJSON_AddNumberToObject(json, "rows", (double)metrics->rows);
}

afina_status afina_metrics_json(cJSON **out, const afina_metrics *metrics,
                                const char *const *labels, afina_error *error) {
  cJSON *json = cJSON_CreateObject();
  if (!json || !write_metrics(json, metrics, labels)) {
    cJSON_Delete(json);
    return afina_fail_memory(error);
  }
  *out = json;
  return AFINA_OK;
}
