#include "json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 32 };

/* cJSON limits nesting itself, but at a depth that is a recursion of its own; ours is checked
 * before it starts. */
static bool depth_is_sane(const char *data, size_t size) {
  size_t depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < size; i++) {
    const char c = data[i];
    if (in_string) {
      if (c == '\\')
        i++;
      else if (c == '"')
        in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > MAX_DEPTH) return false;
    } else if ((c == '}' || c == ']') && depth > 0) {
      depth--;
    }
  }
  return true;
}

afina_status afina_json_parse(cJSON **out, const void *data, size_t size, const char *what,
                              afina_error *error) {
  if (!depth_is_sane(data, size))
    return afina_fail(error, AFINA_E_FORMAT, "%s: nested deeper than %d levels", what, MAX_DEPTH);
  const char *end = NULL;
  cJSON *json = cJSON_ParseWithLengthOpts(data, size, &end, false);
  if (!json) {
    const size_t offset = end && end >= (const char *)data ? (size_t)(end - (const char *)data) : 0;
    return afina_fail(error, AFINA_E_FORMAT, "%s: not valid JSON near byte %zu", what, offset);
  }
  for (const char *rest = end; rest < (const char *)data + size; rest++)
    if (!*rest || !strchr(" \t\r\n", *rest)) {
      cJSON_Delete(json);
      return afina_fail(error, AFINA_E_FORMAT,
                        "%s: text after the end of the JSON value, at byte %zu", what,
                        (size_t)(rest - (const char *)data));
    }
  *out = json;
  return AFINA_OK;
}

const cJSON *afina_json_member(const cJSON *object, const char *key) {
  return cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, key) : NULL;
}

afina_status afina_json_number(const cJSON *object, const char *key, double low, double high,
                               double fallback, double *out, afina_error *error) {
  const cJSON *item = afina_json_member(object, key);
  double value = fallback;
  if (item && !cJSON_IsNull(item)) {
    if (!cJSON_IsNumber(item))
      return afina_fail(error, AFINA_E_FORMAT, "'%s' must be a number", key);
    value = item->valuedouble;
  } else if (!(fallback >= low && fallback <= high)) {
    return afina_fail(error, AFINA_E_FORMAT, "'%s' is missing", key);
  }
  if (!(value >= low && value <= high))
    return afina_fail(error, AFINA_E_FORMAT, "'%s' is %.10g, but must be from %.10g to %.10g", key,
                      value, low, high);
  *out = value;
  return AFINA_OK;
}

afina_status afina_json_size(const cJSON *object, const char *key, size_t low, size_t high,
                             size_t fallback, size_t *out, afina_error *error) {
  double value = 0;
  AFINA_TRY(
      afina_json_number(object, key, (double)low, (double)high, (double)fallback, &value, error));
  if (value != floor(value))
    return afina_fail(error, AFINA_E_FORMAT, "'%s' is %g, but must be a whole number", key, value);
  *out = (size_t)value;
  return AFINA_OK;
}

afina_status afina_json_bool(const cJSON *object, const char *key, bool fallback, bool *out,
                             afina_error *error) {
  const cJSON *item = afina_json_member(object, key);
  if (item && !cJSON_IsNull(item) && !cJSON_IsBool(item))
    return afina_fail(error, AFINA_E_FORMAT, "'%s' must be true or false", key);
  *out = item && !cJSON_IsNull(item) ? cJSON_IsTrue(item) : fallback;
  return AFINA_OK;
}

afina_status afina_json_string(const cJSON *object, const char *key, const char *fallback,
                               const char **out, afina_error *error) {
  const cJSON *item = afina_json_member(object, key);
  if (!item || cJSON_IsNull(item)) {
    *out = fallback;
    return AFINA_OK;
  }
  if (!cJSON_IsString(item)) return afina_fail(error, AFINA_E_FORMAT, "'%s' must be a string", key);
  *out = item->valuestring;
  return AFINA_OK;
}

afina_status afina_json_print(const cJSON *json, bool pretty, afina_bytes *out,
                              afina_error *error) {
  char *text = pretty ? cJSON_Print(json) : cJSON_PrintUnformatted(json);
  if (!text) return afina_fail_memory(error);
  *out = (afina_bytes){.data = (uint8_t *)text, .size = strlen(text)};
  return AFINA_OK;
}
