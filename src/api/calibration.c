/* "calibration" of report.json: what the fitted factors did to the probabilities of the test rows,
 * and what is left where only the sure answers count. */
#include <stdlib.h>

#include "calibration.h"
#include "session.h"

/* Adds `item` to an object, or frees it; false without memory. */
static bool add(cJSON *object, const char *key, cJSON *item) {
  if (item && cJSON_AddItemToObject(object, key, item)) return true;
  cJSON_Delete(item);
  return false;
}

static void softmax(float *out, const afina_real *logits, size_t K) {
  double most = (double)logits[0], sum = 0;
  for (size_t k = 1; k < K; k++) most = (double)logits[k] > most ? (double)logits[k] : most;
  for (size_t k = 0; k < K; k++) {
    const double z = (double)logits[k] - most;
    sum += z < -700 ? 0 : afina_exp_double(z);
  }
  for (size_t k = 0; k < K; k++) {
    const double z = (double)logits[k] - most;
    out[k] = (float)(z < -700 ? 0 : afina_exp_double(z) / sum);
  }
}

/* [{"accuracy","threshold","coverage"}]: null where no threshold reaches the accuracy. */
static cJSON *recommended(const afina_calibration *c) {
  static const double wanted[] = {0.9, 0.95, 0.99};
  cJSON *array = cJSON_CreateArray();
  for (size_t i = 0; array && i < sizeof wanted / sizeof *wanted; i++) {
    const size_t t = afina_calibration_threshold(c, wanted[i]);
    const bool found = t < AFINA_THRESHOLDS;
    cJSON *item = cJSON_CreateObject();
    const bool fine = item && cJSON_AddNumberToObject(item, "accuracy", wanted[i]) &&
                      add(item, "threshold",
                          found ? cJSON_CreateNumber(c->curve[t].threshold) : cJSON_CreateNull()) &&
                      add(item, "coverage",
                          found ? cJSON_CreateNumber(c->curve[t].coverage) : cJSON_CreateNull()) &&
                      cJSON_AddItemToArray(array, item);
    if (fine) continue;
    cJSON_Delete(item);
    cJSON_Delete(array);
    array = NULL;
  }
  return array;
}

/* By what the probabilities were calibrated: two factors leave no temperature to find. */
static bool add_fit(cJSON *json, const afina_finetune *run) {
  const bool fitted = run->bag.mixed, two = run->options.ngrams;
  const double factor = run->bag.factors.a;
  cJSON *by = !fitted ? cJSON_CreateNull()
              : two   ? cJSON_CreateString("factors")
                      : cJSON_CreateString("temperature");
  return add(json, "by", by) &&
         add(json, "temperature",
             fitted && !two && factor > 0 ? cJSON_CreateNumber(1 / factor) : cJSON_CreateNull());
}

static afina_status make(const afina_finetune *run, const uint32_t *truth, float *before,
                         cJSON **out, afina_error *error) {
  const size_t rows = run->split.test.count, K = run->gpt.config.classes;
  afina_calibration unfitted, fitted;
  for (size_t i = 0; i < rows; i++) softmax(before + i * K, run->bag.unfitted + i * K, K);
  AFINA_TRY(afina_calibration_compute(&unfitted, truth, before, rows, K, error));
  AFINA_TRY(afina_calibration_compute(&fitted, truth, run->probabilities, rows, K, error));
  cJSON *json = cJSON_CreateObject();
  const bool is_fitted = run->bag.mixed;
  const bool fine =
      json && add_fit(json, run) &&
      add(json, "ece_before", is_fitted ? cJSON_CreateNumber(unfitted.ece) : cJSON_CreateNull()) &&
      cJSON_AddNumberToObject(json, "ece", fitted.ece) &&
      add(json, "bins_before",
          is_fitted ? afina_calibration_bins_json(&unfitted) : cJSON_CreateNull()) &&
      add(json, "bins", afina_calibration_bins_json(&fitted)) &&
      add(json, "curve", afina_calibration_curve_json(&fitted)) &&
      add(json, "recommended", recommended(&fitted));
  if (!fine) {
    cJSON_Delete(json);
    return afina_fail_memory(error);
  }
  *out = json;
  return AFINA_OK;
}

afina_status afina_calibration_of_run(const afina_finetune *run, cJSON **out, afina_error *error) {
  const size_t rows = run->split.test.count;
  if (rows == 0) {
    *out = cJSON_CreateNull();
    return *out ? AFINA_OK : afina_fail_memory(error);
  }
  uint32_t *truth = afina_allocate(rows, sizeof *truth);
  float *before = afina_allocate(rows, run->gpt.config.classes * sizeof *before);
  afina_status status = truth && before ? AFINA_OK : afina_fail_memory(error);
  for (size_t i = 0; status == AFINA_OK && i < rows; i++)
    truth[i] = afina_dataset_row(run->data, run->split.test.rows[i]).label;
  if (status == AFINA_OK) status = make(run, truth, before, out, error);
  free(truth);
  free(before);
  return status;
}
