#include "label_errors.h"

static const char *const parts[] = {"any", "train", "valid", "test"};

static cJSON *item_json(const afina_label_error *item, const afina_dataset *data,
                        const size_t *rows) {
  const char *const *labels = afina_dataset_labels(data);
  const afina_row row = afina_dataset_row(data, rows[item->row]);
  cJSON *json = cJSON_CreateObject();
  if (json && cJSON_AddNumberToObject(json, "row", (double)row.number) &&
      cJSON_AddStringToObject(json, "part", parts[row.part]) &&
      cJSON_AddNumberToObject(json, "index", (double)rows[item->row]) &&
      cJSON_AddStringToObject(json, "label", labels[item->label]) &&
      cJSON_AddStringToObject(json, "suggested", labels[item->suggested]) &&
      cJSON_AddNumberToObject(json, "p_label", item->p_label) &&
      cJSON_AddNumberToObject(json, "p_suggested", item->p_suggested) &&
      cJSON_AddNumberToObject(json, "score", item->score) &&
      cJSON_AddBoolToObject(json, "likely", item->likely))
    return json;
  cJSON_Delete(json);
  return NULL;
}

static cJSON *class_json(const afina_label_errors *errors, const afina_dataset *data, size_t k) {
  cJSON *json = cJSON_CreateObject();
  if (json && cJSON_AddStringToObject(json, "label", afina_dataset_labels(data)[k]) &&
      cJSON_AddNumberToObject(json, "threshold", errors->thresholds[k]) &&
      cJSON_AddNumberToObject(json, "doubted", (double)errors->doubted[k]))
    return json;
  cJSON_Delete(json);
  return NULL;
}

/* Takes `item`; false without memory. */
static bool append(cJSON *array, cJSON *item) {
  if (item && cJSON_AddItemToArray(array, item)) return true;
  cJSON_Delete(item);
  return false;
}

afina_status afina_label_errors_json(cJSON **out, const afina_label_errors *errors,
                                     const afina_dataset *data, const size_t *rows, size_t n,
                                     size_t most, afina_error *error) {
  cJSON *json = cJSON_CreateObject();
  bool fine = json && cJSON_AddNumberToObject(json, "rows", (double)n) &&
              cJSON_AddNumberToObject(json, "likely", (double)errors->likely) &&
              cJSON_AddNumberToObject(json, "count", (double)errors->count);
  cJSON *items = fine ? cJSON_AddArrayToObject(json, "items") : NULL;
  fine = fine && items;
  for (size_t i = 0; fine && i < errors->count && i < most; i++)
    fine = append(items, item_json(&errors->items[i], data, rows));
  cJSON *classes = fine ? cJSON_AddArrayToObject(json, "classes") : NULL;
  fine = fine && classes;
  for (size_t k = 0; fine && k < errors->classes; k++)
    fine = append(classes, class_json(errors, data, k));
  if (!fine) {
    cJSON_Delete(json);
    return afina_fail_memory(error);
  }
  *out = json;
  return AFINA_OK;
}
