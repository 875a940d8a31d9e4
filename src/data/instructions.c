#include "instructions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "utf8.h"

enum { TEXTS = 3 };

typedef struct stored {
  size_t at; /* of the three texts, one behind the other, in the pool */
  size_t sizes[TEXTS];
  size_t number;
  const char *language; /* a constant of templates.c, or NULL */
  afina_part part;
} stored;

struct afina_instructions {
  stored *rows;
  size_t count, capacity;
  afina_buffer pool;
};

afina_status afina_instructions_create(afina_instructions **out, afina_error *error) {
  afina_instructions *data = afina_allocate(1, sizeof *data);
  if (!data) return afina_fail_memory(error);
  *out = data;
  return AFINA_OK;
}

void afina_instructions_free(afina_instructions *data) {
  if (!data) return;
  afina_buffer_free(&data->pool);
  free(data->rows);
  free(data);
}

static afina_status grow(afina_instructions *data, afina_error *error) {
  if (data->count < data->capacity) return AFINA_OK;
  const size_t capacity = data->capacity ? 2 * data->capacity : 64;
  stored *rows = afina_allocate(capacity, sizeof *rows);
  if (!rows) return afina_fail_memory(error);
  if (data->count) memcpy(rows, data->rows, data->count * sizeof *rows);
  free(data->rows);
  data->rows = rows;
  data->capacity = capacity;
  return AFINA_OK;
}

/* The three texts, trimmed; `names` for messages. */
static afina_status add_texts(afina_instructions *data, stored *row, const afina_instruction *given,
                              afina_error *error) {
  static const char *const names[TEXTS] = {"instruction", "input", "response"};
  const char *texts[TEXTS] = {given->instruction, given->input, given->response};
  const size_t sizes[TEXTS] = {given->instruction_size, given->input_size, given->response_size};
  for (int i = 0; i < TEXTS; i++) {
    size_t size = texts[i] ? sizes[i] : 0;
    bool replaced = false;
    afina_text_trim(&texts[i], &size);
    if (size == 0 && i != 1)
      return afina_fail(error, AFINA_E_DATA, "row %zu has no %s", row->number, names[i]);
    if (size > AFINA_MAX_TEXT)
      return afina_fail(error, AFINA_E_LIMIT, "row %zu: the %s has %zu bytes; at most %d are read",
                        row->number, names[i], size, AFINA_MAX_TEXT);
    const size_t before = data->pool.size;
    AFINA_TRY(afina_utf8_append(&data->pool, texts[i], size, false, &replaced, error));
    row->sizes[i] = data->pool.size - before;
  }
  return AFINA_OK;
}

afina_status afina_instructions_add(afina_instructions *data, afina_part part,
                                    const afina_instruction *given, size_t number,
                                    afina_error *error) {
  if ((unsigned)part > AFINA_PART_TEST)
    return afina_fail(error, AFINA_E_ARGUMENT, "row %zu: there is no part %d", number, (int)part);
  if (data->count == AFINA_MAX_ROWS)
    return afina_fail(error, AFINA_E_LIMIT, "more than %d rows", AFINA_MAX_ROWS);
  stored row = {.at = data->pool.size, .number = number, .part = part};
  if (given->language && *given->language) {
    const afina_template *form;
    afina_error reason;
    if (afina_template_find(&form, NULL, given->language, &reason) != AFINA_OK)
      return afina_fail(error, AFINA_E_ARGUMENT, "row %zu: %.300s", number, reason.message);
    row.language = form->language;
  }
  AFINA_TRY(grow(data, error));
  const afina_status status = add_texts(data, &row, given, error);
  if (status == AFINA_OK)
    data->rows[data->count++] = row;
  else
    data->pool.size = row.at;
  return status;
}

size_t afina_instructions_count(const afina_instructions *data) { return data->count; }

afina_instruction afina_instructions_row(const afina_instructions *data, size_t i) {
  const stored *row = &data->rows[i];
  const char *text = (const char *)data->pool.data + row->at;
  return (afina_instruction){.instruction = text,
                             .input = text + row->sizes[0],
                             .response = text + row->sizes[0] + row->sizes[1],
                             .instruction_size = row->sizes[0],
                             .input_size = row->sizes[1],
                             .response_size = row->sizes[2],
                             .language = row->language,
                             .number = row->number,
                             .part = row->part};
}

static void hash_sized(afina_sha256 *sha, const char *text, size_t size) {
  uint8_t prefix[8];
  for (int i = 0; i < 8; i++) prefix[i] = (uint8_t)((uint64_t)size >> (8 * i));
  afina_sha256_update(sha, prefix, sizeof prefix);
  afina_sha256_update(sha, text, size);
}

void afina_instructions_sha256(const afina_instructions *data, char hex[AFINA_SHA256_HEX]) {
  afina_sha256 sha;
  afina_sha256_init(&sha);
  for (size_t i = 0; i < data->count; i++) {
    const afina_instruction row = afina_instructions_row(data, i);
    const char *language = row.language ? row.language : "";
    const char *part = row.part > AFINA_PART_TRAIN ? "held out" : "train";
    hash_sized(&sha, part, strlen(part));
    hash_sized(&sha, language, strlen(language));
    hash_sized(&sha, row.instruction, row.instruction_size);
    hash_sized(&sha, row.input, row.input_size);
    hash_sized(&sha, row.response, row.response_size);
  }
  afina_sha256_finish(&sha, hex);
}

/* ---- JSON ---- */

/* A text member, under the first of its names that is there. */
static afina_status text_of(const cJSON *row, const char *name, const char *other, size_t number,
                            const char **text, size_t *size, afina_error *error) {
  const cJSON *item = afina_json_member(row, name);
  if (!item && other) item = afina_json_member(row, other);
  *text = NULL;
  *size = 0;
  if (!item || cJSON_IsNull(item)) return AFINA_OK;
  if (!cJSON_IsString(item))
    return afina_fail(error, AFINA_E_FORMAT, "row %zu: '%s' must be a string", number, name);
  *text = item->valuestring;
  *size = strlen(item->valuestring);
  return AFINA_OK;
}

static afina_status add_object(afina_instructions *data, afina_part part, const cJSON *object,
                               size_t number, afina_error *error) {
  afina_instruction row = {.number = number};
  size_t ignored;
  if (!cJSON_IsObject(object))
    return afina_fail(error, AFINA_E_FORMAT,
                      "row %zu must be an object with 'instruction' and 'output'", number);
  AFINA_TRY(
      text_of(object, "instruction", NULL, number, &row.instruction, &row.instruction_size, error));
  AFINA_TRY(text_of(object, "input", NULL, number, &row.input, &row.input_size, error));
  AFINA_TRY(
      text_of(object, "output", "response", number, &row.response, &row.response_size, error));
  AFINA_TRY(text_of(object, "language", NULL, number, &row.language, &ignored, error));
  return afina_instructions_add(data, part, &row, number, error);
}

static afina_status add_array(afina_instructions *data, afina_part part, const char *json,
                              size_t size, afina_error *error) {
  cJSON *array;
  AFINA_TRY(afina_json_parse(&array, json, size, "the rows", error));
  size_t number = 0;
  afina_status status = AFINA_OK;
  for (const cJSON *row = array->child; row && status == AFINA_OK; row = row->next)
    status = add_object(data, part, row, ++number, error);
  cJSON_Delete(array);
  return status;
}

static bool is_blank(const char *text, size_t size) {
  afina_text_trim(&text, &size);
  return size == 0;
}

/* Row numbers are line numbers here: what an editor shows. */
static afina_status add_lines(afina_instructions *data, afina_part part, const char *json,
                              size_t size, afina_error *error) {
  size_t line = 0;
  for (size_t at = 0; at < size;) {
    const char *end = memchr(json + at, '\n', size - at);
    const size_t length = end ? (size_t)(end - (json + at)) : size - at;
    cJSON *row = NULL;
    char name[48];
    line++;
    if (!is_blank(json + at, length)) {
      snprintf(name, sizeof name, "row %zu", line);
      AFINA_TRY(afina_json_parse(&row, json + at, length, name, error));
      const afina_status status = add_object(data, part, row, line, error);
      cJSON_Delete(row);
      if (status != AFINA_OK) return status;
    }
    at += length + 1;
  }
  return AFINA_OK;
}

afina_status afina_instructions_add_json(afina_instructions *data, afina_part part,
                                         const void *json, size_t size, afina_error *error) {
  const char *text = json;
  const size_t count = data->count, pool = data->pool.size;
  if (size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) { /* a byte order mark */
    text += 3;
    size -= 3;
  }
  afina_text_trim(&text, &size);
  afina_status status = size && *text == '[' ? add_array(data, part, text, size, error)
                                             : add_lines(data, part, text, size, error);
  if (status == AFINA_OK && data->count == count)
    status = afina_fail(error, AFINA_E_DATA, "there are no rows in it");
  if (status != AFINA_OK) {
    data->count = count;
    data->pool.size = pool;
  }
  return status;
}
