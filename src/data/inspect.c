#include "inspect.h"

#include <stdlib.h>

#include "groups.h"
#include "memory.h"

/* What is known of a text that stands in one or more rows. */
typedef struct text_facts {
  uint32_t label; /* of its first row */
  bool conflict, in_test;
} text_facts;

enum { EMPTY_TEXT, EMPTY_LABEL, DUPLICATES, CONFLICTS, LEAKED, INVALID, TOO_LONG, FINDINGS };

static const char *const finding_names[FINDINGS] = {
    [EMPTY_TEXT] = "empty_text", [EMPTY_LABEL] = "empty_label", [DUPLICATES] = "duplicates",
    [CONFLICTS] = "conflicts",   [LEAKED] = "leaked",           [INVALID] = "invalid_utf8",
    [TOO_LONG] = "too_long"};

typedef struct finding {
  size_t count;
  size_t rows[AFINA_INSPECT_ROWS]; /* indices of the first of them */
} finding;

/* Everything that the walk over the rows reads and writes. */
typedef struct inspection {
  const afina_dataset *data;
  const size_t *token_counts; /* may be NULL */
  size_t context;
  afina_groups texts, equal_rows;
  text_facts *facts; /* [texts.count] */
  bool *row_seen;    /* [equal_rows.count] */
  finding findings[FINDINGS];
} inspection;

static afina_status learn_texts(inspection *in, afina_error *error) {
  AFINA_TRY(afina_groups_make(&in->texts, in->data, AFINA_EQUAL_TEXT, error));
  AFINA_TRY(afina_groups_make(&in->equal_rows, in->data, AFINA_EQUAL_ROW, error));
  in->facts = afina_allocate(in->texts.count, sizeof *in->facts);
  in->row_seen = afina_allocate(in->equal_rows.count, sizeof *in->row_seen);
  if (!in->facts || !in->row_seen) return afina_fail_memory(error);
  for (size_t i = 0; i < in->texts.count; i++) in->facts[i].label = AFINA_NO_LABEL;
  for (size_t i = 0; i < afina_dataset_count(in->data); i++) {
    const afina_row row = afina_dataset_row(in->data, i);
    if (!row.usable) continue;
    text_facts *facts = &in->facts[in->texts.group_of[i]];
    if (facts->label == AFINA_NO_LABEL) facts->label = row.label;
    if (facts->label != row.label) facts->conflict = true;
    if (row.part == AFINA_PART_TEST) facts->in_test = true;
  }
  return AFINA_OK;
}

static void inspect_row(inspection *in, size_t index) {
  const afina_row row = afina_dataset_row(in->data, index);
  bool is[FINDINGS] = {
      [EMPTY_TEXT] = row.empty_text, [EMPTY_LABEL] = row.empty_label, [INVALID] = row.replaced};
  if (row.usable) {
    const text_facts *facts = &in->facts[in->texts.group_of[index]];
    bool *seen = &in->row_seen[in->equal_rows.group_of[index]];
    is[DUPLICATES] = *seen;
    *seen = true;
    is[CONFLICTS] = facts->conflict;
    is[LEAKED] = facts->in_test && afina_part_file(row.part) == AFINA_PART_TRAIN;
    is[TOO_LONG] = in->token_counts && in->token_counts[index] > in->context;
  }
  for (size_t i = 0; i < FINDINGS; i++) {
    finding *one = &in->findings[i];
    if (!is[i]) continue;
    if (one->count < AFINA_INSPECT_ROWS) one->rows[one->count] = index;
    one->count++;
  }
}

/* cJSON's two ways of failing to append made one: without an item, and without room. */
static bool append(cJSON *array, cJSON *item) {
  if (item && array && cJSON_AddItemToArray(array, item)) return true;
  cJSON_Delete(item);
  return false;
}

static bool write_finding(const inspection *in, size_t which, cJSON *document) {
  static const char *const part_names[] = {"any", "train", "valid", "test"};
  const finding *one = &in->findings[which];
  cJSON *object = cJSON_AddObjectToObject(document, finding_names[which]);
  bool written = object && cJSON_AddNumberToObject(object, "count", (double)one->count);
  cJSON *rows = written ? cJSON_AddArrayToObject(object, "rows") : NULL;
  cJSON *parts = written ? cJSON_AddArrayToObject(object, "parts") : NULL;
  for (size_t i = 0; written && i < one->count && i < AFINA_INSPECT_ROWS; i++) {
    const afina_row row = afina_dataset_row(in->data, one->rows[i]);
    written = append(rows, cJSON_CreateNumber((double)row.number)) &&
              append(parts, cJSON_CreateString(part_names[row.part]));
  }
  return written && rows && parts;
}

static bool write_class(cJSON *list, const char *label, const size_t counts[AFINA_PART_TEST + 1]) {
  cJSON *item = cJSON_CreateObject();
  return append(list, item) && cJSON_AddStringToObject(item, "label", label) &&
         cJSON_AddNumberToObject(item, "count", (double)counts[AFINA_PART_ANY]) &&
         cJSON_AddNumberToObject(item, "train", (double)counts[AFINA_PART_TRAIN]) &&
         cJSON_AddNumberToObject(item, "valid", (double)counts[AFINA_PART_VALID]) &&
         cJSON_AddNumberToObject(item, "test", (double)counts[AFINA_PART_TEST]);
}

static bool write_classes(const inspection *in, cJSON *document) {
  const size_t classes = afina_dataset_classes(in->data);
  size_t(*counts)[AFINA_PART_TEST + 1] = afina_allocate(classes, sizeof *counts);
  if (!counts) return false;
  for (size_t i = 0; i < afina_dataset_count(in->data); i++) {
    const afina_row row = afina_dataset_row(in->data, i);
    if (!row.usable) continue;
    counts[row.label][AFINA_PART_ANY]++; /* the sum of all; ANY itself counts as train */
    counts[row.label][afina_part_file(row.part)]++;
  }
  cJSON *list = cJSON_AddArrayToObject(document, "classes");
  bool written = list != NULL;
  for (size_t k = 0; written && k < classes; k++)
    written = write_class(list, afina_dataset_labels(in->data)[k], counts[k]);
  free(counts);
  return written;
}

static afina_status write_document(cJSON **out, const inspection *in, afina_error *error) {
  cJSON *document = cJSON_CreateObject();
  bool written =
      document &&
      cJSON_AddNumberToObject(document, "rows", (double)afina_dataset_count(in->data)) &&
      cJSON_AddNumberToObject(document, "usable", (double)afina_dataset_usable(in->data)) &&
      write_classes(in, document);
  for (size_t i = 0; written && i < FINDINGS; i++)
    if (i != TOO_LONG || in->token_counts) written = write_finding(in, i, document);
  if (!written) {
    cJSON_Delete(document);
    return afina_fail_memory(error);
  }
  *out = document;
  return AFINA_OK;
}

afina_status afina_dataset_inspect(cJSON **out, const afina_dataset *data,
                                   const size_t *token_counts, size_t context, afina_error *error) {
  inspection *in = afina_allocate(1, sizeof *in); /* too large for a stack in WASM */
  if (!in) return afina_fail_memory(error);
  in->data = data;
  in->token_counts = token_counts;
  in->context = context;
  afina_status status = learn_texts(in, error);
  if (status == AFINA_OK) {
    for (size_t i = 0; i < afina_dataset_count(data); i++) inspect_row(in, i);
    status = write_document(out, in, error);
  }
  afina_groups_free(&in->texts);
  afina_groups_free(&in->equal_rows);
  free(in->facts);
  free(in->row_seen);
  free(in);
  return status;
}
