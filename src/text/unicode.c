#include "unicode.h"

#include <stdbool.h>

#include "unicode_table.h"

static bool is_continuation(uint8_t byte) { return (byte & 0xC0) == 0x80; }

size_t afina_unicode_decode(const char *text, size_t size, uint32_t *code_point) {
  const uint8_t *bytes = (const uint8_t *)text;
  if (size == 0) return 0;
  const uint8_t lead = bytes[0];
  if (lead < 0x80) {
    *code_point = lead;
    return 1;
  }
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || size < length) return 0;
  uint32_t value = lead & (0x7Fu >> length);
  for (size_t i = 1; i < length; i++) {
    if (!is_continuation(bytes[i])) return 0;
    value = value << 6 | (bytes[i] & 0x3Fu);
  }
  if (length == 3 && (value < 0x800 || (value >= 0xD800 && value <= 0xDFFF))) return 0;
  if (length == 4 && (value < 0x10000 || value > 0x10FFFF)) return 0;
  *code_point = value;
  return length;
}

/* Binary search for the last change at or before the code point. */
afina_unicode_class afina_unicode_classify(uint32_t code_point) {
  size_t low = 0, high = sizeof afina_unicode_changes / sizeof afina_unicode_changes[0];
  while (high - low > 1) {
    const size_t middle = low + (high - low) / 2;
    if (afina_unicode_changes[middle] >> 2 <= code_point)
      low = middle;
    else
      high = middle;
  }
  return (afina_unicode_class)(afina_unicode_changes[low] & 3);
}

afina_unicode_class afina_unicode_next(const char *text, size_t size, size_t *length) {
  const uint8_t c = (uint8_t)text[0];
  if (c < 0x80) { /* most text: spare it the search */
    *length = 1;
    if ((uint8_t)((c | 0x20) - 'a') < 26) return AFINA_CLASS_LETTER;
    if (c == ' ' || (c >= '\t' && c <= '\r')) return AFINA_CLASS_SPACE;
    return c >= '0' && c <= '9' ? AFINA_CLASS_NUMBER : AFINA_CLASS_OTHER;
  }
  uint32_t code_point;
  *length = afina_unicode_decode(text, size, &code_point);
  if (*length) return afina_unicode_classify(code_point);
  *length = 1;
  return AFINA_CLASS_OTHER;
}

/* Simple lower case where it is as many bytes long as the upper case is. */
static uint32_t lower_case(uint32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
  if (c >= 0xC0 && c <= 0xDE) return c == 0xD7 ? c : c + 32;
  if (c == 0x178) return 0xFF;
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) return c + (c & 1);
  if (c >= 0x100 && c <= 0x177 && c != 0x130 && c != 0x138) return c | 1;
  if (c == 0x386) return 0x3AC;
  if (c >= 0x388 && c <= 0x38A) return c + 37;
  if (c == 0x38C) return 0x3CC;
  if (c == 0x38E || c == 0x38F) return c + 63;
  if (c >= 0x391 && c <= 0x3AB && c != 0x3A2) return c + 32;
  if (c >= 0x400 && c <= 0x40F) return c + 80;
  if (c >= 0x410 && c <= 0x42F) return c + 32;
  return c;
}

void afina_unicode_lower(char *character, size_t size) {
  uint32_t c = 0;
  if (afina_unicode_decode(character, size, &c) != size || size > 2) return;
  const uint32_t lower = lower_case(c);
  if (size == 1) {
    character[0] = (char)lower;
  } else {
    character[0] = (char)(0xC0 | lower >> 6);
    character[1] = (char)(0x80 | (lower & 0x3F));
  }
}
