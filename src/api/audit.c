/* What to look at again in the user's data. */
#include <stdlib.h>

#include "afina.h"
#include "duplicates.h"
#include "json.h"
#include "label_errors.h"

/* A page and a file take no more; the counts are always of all. */
enum { MOST_GROUPS = 1000, MOST_LABELS = 2000 };

afina_status afina_near_duplicates(const afina_dataset *data, afina_bytes *json,
                                   afina_error *error) {
  afina_duplicates found;
  cJSON *object = NULL;
  AFINA_TRY(afina_duplicates_find(&found, data, error));
  afina_status status = afina_duplicates_json(&object, &found, data, MOST_GROUPS, error);
  afina_duplicates_free(&found);
  if (status == AFINA_OK) status = afina_json_print(object, true, json, error);
  cJSON_Delete(object);
  return status;
}

static afina_status doubt(const afina_dataset *data, const afina_predictions *given,
                          uint32_t *labels, cJSON **out, afina_error *error) {
  for (size_t i = 0; i < given->count; i++) {
    if (given->rows[i] >= afina_dataset_count(data))
      return afina_fail(error, AFINA_E_ARGUMENT, "row %zu of %zu", given->rows[i],
                        afina_dataset_count(data));
    labels[i] = afina_dataset_row(data, given->rows[i]).label;
  }
  afina_label_errors found;
  AFINA_TRY(afina_label_errors_find(&found, given->probabilities, labels, given->count,
                                    given->classes, error));
  const afina_status status =
      afina_label_errors_json(out, &found, data, given->rows, given->count, MOST_LABELS, error);
  afina_label_errors_free(&found);
  return status;
}

afina_status afina_doubtful_labels(const afina_dataset *data, const afina_predictions *predictions,
                                   afina_bytes *json, afina_error *error) {
  if (predictions->count == 0)
    return afina_fail(error, AFINA_E_STATE, "there are no predictions yet");
  if (predictions->classes != afina_dataset_classes(data))
    return afina_fail(error, AFINA_E_ARGUMENT, "predictions of %zu classes for labels of %zu",
                      predictions->classes, afina_dataset_classes(data));
  uint32_t *labels = afina_allocate(predictions->count, sizeof *labels);
  if (!labels) return afina_fail_memory(error);
  cJSON *object = NULL;
  afina_status status = doubt(data, predictions, labels, &object, error);
  free(labels);
  if (status == AFINA_OK) status = afina_json_print(object, true, json, error);
  cJSON_Delete(object);
  return status;
}
