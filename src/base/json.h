/* Checked access to JSON, over cJSON. Everything parsed here is hostile: depth, sizes and types are
 * checked, and an error names the key. Keys are matched exactly, case included. */
#ifndef AFINA_JSON_H
#define AFINA_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "memory.h"
#include "status.h"

/* Parses `size` bytes (which need no terminator). `what` names the document in errors
 * ("config.json"). Free the result with cJSON_Delete. */
afina_status afina_json_parse(cJSON **out, const void *data, size_t size, const char *what,
                              afina_error *error);

/* The member `key` of an object, or NULL. */
const cJSON *afina_json_member(const cJSON *object, const char *key);

/* A member that must be an integer in [low, high]; `fallback` is taken where the key is absent or
 * null. Pass a fallback outside [low, high] to make the key required. */
afina_status afina_json_size(const cJSON *object, const char *key, size_t low, size_t high,
                             size_t fallback, size_t *out, afina_error *error);

/* A finite number in [low, high]; the fallback as above. */
afina_status afina_json_number(const cJSON *object, const char *key, double low, double high,
                               double fallback, double *out, afina_error *error);

/* true or false. */
afina_status afina_json_bool(const cJSON *object, const char *key, bool fallback, bool *out,
                             afina_error *error);

/* The string value of a member, or `fallback` where absent. The pointer lives as long as `object`.
 */
afina_status afina_json_string(const cJSON *object, const char *key, const char *fallback,
                               const char **out, afina_error *error);

/* Prints to a block of bytes (not terminated). */
afina_status afina_json_print(const cJSON *json, bool pretty, afina_bytes *out, afina_error *error);

#endif
