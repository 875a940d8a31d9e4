/* GPT-2's byte alphabet: each of the 256 bytes has a printable character that stands for it in
 * tokenizer.json. Printable Latin-1 bytes stand for themselves, the other 68 take the code points
 * from 256 on, in order. */
#ifndef AFINA_BYTE_ALPHABET_H
#define AFINA_BYTE_ALPHABET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory.h"

/* The order of the alphabet in GPT-2's vocabulary: order[i] is the byte whose token has id i. */
void afina_byte_order(uint8_t order[256]);

/* Appends the characters that stand for `size` bytes, as UTF-8. */
afina_status afina_byte_write(afina_buffer *out, const void *bytes, size_t size,
                              afina_error *error);

/* Appends the bytes that `size` bytes of UTF-8 characters stand for to `out`. *valid is false, and
 * `out` as before, when a character is not of the alphabet. */
afina_status afina_byte_read(afina_buffer *out, const char *text, size_t size, bool *valid,
                             afina_error *error);

#endif
