#include "utf8.h"

#include <string.h>

size_t afina_utf8_scan(const uint8_t *bytes, size_t size, afina_utf8_kind *kind) {
  const uint8_t lead = bytes[0];
  *kind = AFINA_UTF8_VALID;
  if (lead < 0x80) return 1;
  *kind = AFINA_UTF8_INVALID;
  if (lead < 0xC2 || lead > 0xF4) return 1;
  const size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  /* The second byte is what tells overlong forms, surrogates and values beyond U+10FFFF. */
  uint8_t low = 0x80, high = 0xBF;
  if (lead == 0xE0) low = 0xA0;
  if (lead == 0xED) high = 0x9F;
  if (lead == 0xF0) low = 0x90;
  if (lead == 0xF4) high = 0x8F;
  for (size_t i = 1; i < length; i++) {
    if (i == size) {
      *kind = AFINA_UTF8_CUT;
      return i;
    }
    if (bytes[i] < low || bytes[i] > high) return i;
    low = 0x80;
    high = 0xBF;
  }
  *kind = AFINA_UTF8_VALID;
  return length;
}

size_t afina_utf8_put(uint8_t bytes[4], uint32_t code_point) {
  if (code_point < 0x80) {
    bytes[0] = (uint8_t)code_point;
    return 1;
  }
  const size_t length = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
  for (size_t i = length - 1; i > 0; i--) {
    bytes[i] = (uint8_t)(0x80 | (code_point & 0x3F));
    code_point >>= 6;
  }
  const uint32_t lead = length == 2 ? 0xC0 : length == 3 ? 0xE0 : 0xF0;
  bytes[0] = (uint8_t)(lead | code_point);
  return length;
}

afina_status afina_utf8_append(afina_buffer *out, const char *text, size_t size, bool replace_nul,
                               bool *replaced, afina_error *error) {
  if (size == 0) return AFINA_OK;
  const uint8_t *bytes = (const uint8_t *)text;
  size_t copied = 0;
  for (size_t at = 0; at < size;) {
    afina_utf8_kind kind;
    const size_t length = afina_utf8_scan(bytes + at, size - at, &kind);
    if (kind != AFINA_UTF8_VALID || (replace_nul && bytes[at] == 0)) {
      AFINA_TRY(afina_buffer_append(out, bytes + copied, at - copied, error));
      AFINA_TRY(afina_buffer_append(out, AFINA_REPLACEMENT, 3, error));
      copied = at + length;
      *replaced = true;
    } else if (length == 3 && memcmp(bytes + at, AFINA_REPLACEMENT, 3) == 0) {
      *replaced = true;
    }
    at += length;
  }
  return afina_buffer_append(out, bytes + copied, size - copied, error);
}
