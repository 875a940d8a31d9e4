#include "token_json.h"

#include <stdlib.h>
#include <string.h>

#include "utf8.h"

bool afina_add_text(cJSON *object, const char *key, const void *bytes, size_t size) {
  static const char replacement[] = AFINA_REPLACEMENT;
  const uint8_t *data = bytes;
  afina_buffer text = {0};
  bool fine = true;
  for (size_t at = 0; fine && at < size;) {
    afina_utf8_kind kind;
    const size_t length = afina_utf8_scan(data + at, size - at, &kind);
    const bool valid = kind == AFINA_UTF8_VALID && data[at];
    fine = afina_buffer_append(&text, valid ? (const char *)data + at : replacement,
                               valid ? length : sizeof replacement - 1, NULL) == AFINA_OK;
    at += length;
  }
  fine = fine && afina_buffer_append(&text, "", 1, NULL) == AFINA_OK &&
         cJSON_AddStringToObject(object, key, (const char *)text.data);
  afina_buffer_free(&text);
  return fine;
}

afina_status afina_token_bytes(const afina_tokenizer *tokenizer, uint32_t id, afina_buffer *out,
                               afina_error *error) {
  if (id >= afina_tokenizer_size(tokenizer)) return AFINA_OK;
  return afina_tokenizer_decode(tokenizer, &id, 1, out, error);
}

cJSON *afina_token_json(const afina_tokenizer *tokenizer, uint32_t id) {
  afina_buffer bytes = {0};
  cJSON *json = cJSON_CreateObject();
  const bool fine = json && cJSON_AddNumberToObject(json, "id", id) &&
                    afina_token_bytes(tokenizer, id, &bytes, NULL) == AFINA_OK &&
                    afina_add_text(json, "text", bytes.data, bytes.size);
  afina_buffer_free(&bytes);
  if (fine) return json;
  cJSON_Delete(json);
  return NULL;
}
