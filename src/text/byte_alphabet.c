#include "byte_alphabet.h"

#include "unicode.h"

static bool stands_for_itself(uint32_t byte) {
  return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) ||
         (byte >= 174 && byte <= 255);
}

/* The others are 0..32, 127..160 and 173: 33, 34 and 1 of them. */
static uint32_t code_point_of(uint8_t byte) {
  if (stands_for_itself(byte)) return byte;
  if (byte <= 32) return 256u + byte;
  return byte <= 160 ? 256u + 33u + (byte - 127u) : 256u + 67u;
}

static bool byte_of(uint32_t code_point, uint8_t *byte) {
  uint32_t value;
  if (code_point < 256 && stands_for_itself(code_point))
    value = code_point;
  else if (code_point >= 256 && code_point <= 288)
    value = code_point - 256;
  else if (code_point >= 289 && code_point <= 322)
    value = code_point - 289 + 127;
  else if (code_point == 323)
    value = 173;
  else
    return false;
  *byte = (uint8_t)value;
  return true;
}

void afina_byte_order(uint8_t order[256]) {
  size_t count = 0;
  for (uint32_t byte = 0; byte < 256; byte++)
    if (stands_for_itself(byte)) order[count++] = (uint8_t)byte;
  for (uint32_t byte = 0; byte < 256; byte++)
    if (!stands_for_itself(byte)) order[count++] = (uint8_t)byte;
}

afina_status afina_byte_write(afina_buffer *out, const void *bytes, size_t size,
                              afina_error *error) {
  size_t room;
  if (!afina_multiply(size, 2, &room)) return afina_fail_memory(error);
  AFINA_TRY(afina_buffer_reserve(out, room, error));
  for (size_t i = 0; i < size; i++) {
    const uint32_t code_point = code_point_of(((const uint8_t *)bytes)[i]);
    if (code_point < 0x80) {
      out->data[out->size++] = (uint8_t)code_point;
    } else { /* at most 323: two bytes of UTF-8 */
      out->data[out->size++] = (uint8_t)(0xC0 | code_point >> 6);
      out->data[out->size++] = (uint8_t)(0x80 | (code_point & 0x3F));
    }
  }
  return AFINA_OK;
}

afina_status afina_byte_read(afina_buffer *out, const char *text, size_t size, bool *valid,
                             afina_error *error) {
  AFINA_TRY(afina_buffer_reserve(out, size, error));
  const size_t before = out->size;
  for (size_t at = 0; at < size;) {
    uint32_t code_point;
    uint8_t byte;
    const size_t length = afina_unicode_decode(text + at, size - at, &code_point);
    if (length == 0 || !byte_of(code_point, &byte)) {
      out->size = before;
      *valid = false;
      return AFINA_OK;
    }
    out->data[out->size++] = byte;
    at += length;
  }
  *valid = true;
  return AFINA_OK;
}
