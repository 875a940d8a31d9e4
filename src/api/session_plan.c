#include <stdlib.h>

#include "model.h"
#include "session.h"
#include "split.h"

static void write_part(char *digits, const afina_indices *list, afina_part part) {
  for (size_t i = 0; i < list->count; i++) digits[list->rows[i]] = (char)('0' + part);
}

/* A digit for each row. */
static afina_status print_parts(const afina_dataset *data, const afina_split *split, char **out,
                                afina_error *error) {
  const size_t count = afina_dataset_count(data);
  char *digits = afina_allocate(count + 1, sizeof *digits);
  if (!digits) return afina_fail_memory(error);
  for (size_t i = 0; i < count; i++) digits[i] = '0' + AFINA_PART_ANY;
  write_part(digits, &split->train, AFINA_PART_TRAIN);
  write_part(digits, &split->valid, AFINA_PART_VALID);
  write_part(digits, &split->test, AFINA_PART_TEST);
  *out = digits;
  return AFINA_OK;
}

static cJSON *plan_json(const afina_finetune_options *options, const char *parts) {
  cJSON *json = cJSON_CreateObject(), *completed = afina_finetune_options_json(options);
  if (json && completed && cJSON_AddItemToObject(json, "options", completed)) {
    if (cJSON_AddStringToObject(json, "parts", parts)) return json;
    completed = NULL; /* its owner frees it */
  }
  cJSON_Delete(completed);
  cJSON_Delete(json);
  return NULL;
}

afina_status afina_session_plan(const afina_runtime *runtime, const afina_model *model,
                                const afina_dataset *data, const char *options, size_t options_size,
                                afina_bytes *json, afina_error *error) {
  afina_finetune_options parsed;
  afina_split split;
  AFINA_TRY(afina_session_options(&parsed, runtime, model, data, options, options_size, error));
  const afina_split_options shares = {.test_share = parsed.test_share,
                                      .valid_share = parsed.valid_share,
                                      .seed = parsed.split_seed};
  AFINA_TRY(afina_split_make(&split, data, &shares, error));
  char *parts = NULL;
  afina_status status = print_parts(data, &split, &parts, error);
  cJSON *plan = status == AFINA_OK ? plan_json(&parsed, parts) : NULL;
  if (status == AFINA_OK)
    status = plan ? afina_json_print(plan, false, json, error) : afina_fail_memory(error);
  cJSON_Delete(plan);
  free(parts);
  afina_split_free(&split);
  return status;
}
