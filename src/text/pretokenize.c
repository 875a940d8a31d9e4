#include "pretokenize.h"

#include <string.h>

#include "unicode.h"

/* The bytes of an English contraction at the front of `text`, or 0. Lower case only, as GPT-2 has
 * it. */
static size_t contraction(const char *text, size_t size) {
  if (size < 2 || text[0] != '\'') return 0;
  if (memchr("stmd", text[1], 4)) return 2;
  if (size < 3) return 0;
  const char a = text[1], b = text[2];
  return (a == 'r' && b == 'e') || (a == 'v' && b == 'e') || (a == 'l' && b == 'l') ? 3 : 0;
}

/* The bytes of the longest run of characters of one class at the front of `text`; *last is where
 * its last character starts. */
static size_t run_of(afina_unicode_class kind, const char *text, size_t size, size_t *last) {
  size_t at = 0, length;
  while (at < size && afina_unicode_next(text + at, size - at, &length) == kind) {
    *last = at;
    at += length;
  }
  return at;
}

size_t afina_pretokenize_next(const char *text, size_t size) {
  if (size == 0) return 0;
  const size_t short_form = contraction(text, size);
  if (short_form) return short_form;

  size_t length, last = 0;
  const size_t space = size > 1 && text[0] == ' ' ? 1 : 0;
  const afina_unicode_class kind = afina_unicode_next(text + space, size - space, &length);
  if (kind != AFINA_CLASS_SPACE) return space + run_of(kind, text + space, size - space, &last);

  /* White space: the last character before a word is left to that word (a space joins it, another
   * stands alone). */
  const size_t run = run_of(AFINA_CLASS_SPACE, text, size, &last);
  return run == size || last == 0 ? run : last;
}
