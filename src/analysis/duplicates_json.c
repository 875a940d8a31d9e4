#include "duplicates.h"

enum { MOST_ROWS = 50 }; /* of a group */

static const char *const actions[] = {"move", "relabel", "remove"};
static const char *const parts[] = {"any", "train", "valid", "test"};

/* Takes `item`; false without memory. */
static bool append(cJSON *array, cJSON *item) {
  if (item && cJSON_AddItemToArray(array, item)) return true;
  cJSON_Delete(item);
  return false;
}

static cJSON *row_json(const afina_dataset *data, size_t index) {
  const afina_row row = afina_dataset_row(data, index);
  cJSON *json = cJSON_CreateObject();
  if (json && cJSON_AddNumberToObject(json, "row", (double)row.number) &&
      cJSON_AddStringToObject(json, "part", parts[row.part]) &&
      cJSON_AddNumberToObject(json, "index", (double)index) &&
      cJSON_AddStringToObject(json, "label", afina_dataset_labels(data)[row.label]))
    return json;
  cJSON_Delete(json);
  return NULL;
}

static cJSON *group_json(const afina_duplicate_group *group, const afina_dataset *data) {
  cJSON *json = cJSON_CreateObject();
  bool fine = json && cJSON_AddStringToObject(json, "action", actions[group->action]) &&
              cJSON_AddNumberToObject(json, "similarity", group->similarity) &&
              cJSON_AddBoolToObject(json, "labels_differ", group->labels_differ) &&
              cJSON_AddNumberToObject(json, "count", (double)group->count);
  cJSON *rows = fine ? cJSON_AddArrayToObject(json, "rows") : NULL;
  fine = fine && rows;
  for (size_t i = 0; fine && i < group->count && i < MOST_ROWS; i++)
    fine = append(rows, row_json(data, group->rows[i]));
  if (fine) return json;
  cJSON_Delete(json);
  return NULL;
}

afina_status afina_duplicates_json(cJSON **out, const afina_duplicates *duplicates,
                                   const afina_dataset *data, size_t most, afina_error *error) {
  double counts[] = {0, 0, 0};
  for (size_t g = 0; g < duplicates->count; g++) counts[duplicates->groups[g].action]++;
  cJSON *json = cJSON_CreateObject();
  bool fine = json && cJSON_AddBoolToObject(json, "complete", duplicates->complete) &&
              cJSON_AddNumberToObject(json, "rows", (double)duplicates->rows) &&
              cJSON_AddNumberToObject(json, "groups", (double)duplicates->count);
  for (size_t i = 0; fine && i < 3; i++)
    fine = cJSON_AddNumberToObject(json, actions[i], counts[i]);
  cJSON *items = fine ? cJSON_AddArrayToObject(json, "items") : NULL;
  fine = fine && items;
  for (size_t g = 0; fine && g < duplicates->count && g < most; g++)
    fine = append(items, group_json(&duplicates->groups[g], data));
  if (!fine) {
    cJSON_Delete(json);
    return afina_fail_memory(error);
  }
  *out = json;
  return AFINA_OK;
}
