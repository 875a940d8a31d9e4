/* UTF-8 (RFC 3629), for this folder. */
#ifndef AFINA_DATA_UTF8_H
#define AFINA_DATA_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory.h"

#define AFINA_REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

typedef enum afina_utf8_kind {
  AFINA_UTF8_VALID,   /* one character */
  AFINA_UTF8_INVALID, /* the longest start of a character, or one byte, that is to become U+FFFD */
  AFINA_UTF8_CUT      /* a start of a character that the end of the bytes cuts off */
} afina_utf8_kind;

/* Looks at the character at the start of `bytes` (size > 0) and returns its length in bytes, 1
 * .. 4. */
size_t afina_utf8_scan(const uint8_t *bytes, size_t size, afina_utf8_kind *kind);

/* Writes a code point (any but a surrogate, up to U+10FFFF) and returns its length, 1 .. 4. */
size_t afina_utf8_put(uint8_t bytes[4], uint32_t code_point);

/* Appends `text` as valid UTF-8; *replaced is set where it holds U+FFFD, new or old: the page's
 * decoder replaces bytes before we see them, and both must report the same rows. */
afina_status afina_utf8_append(afina_buffer *out, const char *text, size_t size, bool replace_nul,
                               bool *replaced, afina_error *error);

#endif
