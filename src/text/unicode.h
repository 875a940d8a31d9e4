/* UTF-8 and the three Unicode classes that GPT-2's pre-tokenisation asks for. */
#ifndef AFINA_UNICODE_H
#define AFINA_UNICODE_H

#include <stddef.h>
#include <stdint.h>

/* The numbers are those of scripts/unicode_table.py. */
typedef enum afina_unicode_class {
  AFINA_CLASS_OTHER = 0,
  AFINA_CLASS_LETTER = 1, /* general category L */
  AFINA_CLASS_NUMBER = 2, /* general category N */
  AFINA_CLASS_SPACE = 3   /* property White_Space */
} afina_unicode_class;

/* The bytes of the UTF-8 character at the front of `text` (1 to 4), its code point in *code_point;
 * 0 when the bytes there are not valid UTF-8 (overlong forms, surrogates and truncated characters
 * included) or size is 0. */
size_t afina_unicode_decode(const char *text, size_t size, uint32_t *code_point);

/* The class of any number; from 0x110000 on, OTHER. */
afina_unicode_class afina_unicode_classify(uint32_t code_point);

/* The character at the front of `text`, size > 0: returns its class and its bytes in *length. A
 * byte that starts no valid character is a character of class OTHER by itself. */
afina_unicode_class afina_unicode_next(const char *text, size_t size, size_t *length);

/* Makes one character of `size` bytes, as afina_unicode_next cuts them off, lower case in place,
 * where that is as many bytes long: Latin, Greek and Cyrillic letters. */
void afina_unicode_lower(char *character, size_t size);

#endif
