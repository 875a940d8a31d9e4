/* GPT-2's pre-tokenisation: cuts text into words, which BPE then never merges across. The pattern
 * is
 *
 *     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
 *
 * Every byte of the text belongs to exactly one word. */
#ifndef AFINA_PRETOKENIZE_H
#define AFINA_PRETOKENIZE_H

#include <stddef.h>

/* The bytes of the first word of `text`; 0 only when size is 0. `text` must go on to the end of
 * what is to be tokenised, because white space at its end is cut differently from white space
 * before a word. */
size_t afina_pretokenize_next(const char *text, size_t size);

#endif
