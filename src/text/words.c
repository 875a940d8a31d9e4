#include "words.h"

#include "unicode.h"

static bool of_a_word(const char *text, size_t size, size_t *length) {
  const afina_unicode_class class = afina_unicode_next(text, size, length);
  return class == AFINA_CLASS_LETTER || class == AFINA_CLASS_NUMBER || *text == '_';
}

bool afina_word_next(const char *text, size_t size, size_t from, afina_word *word) {
  size_t length, at = from;
  while (at < size && afina_unicode_next(text + at, size - at, &length) == AFINA_CLASS_SPACE)
    at += length;
  if (at >= size) return false;
  const size_t start = at;
  const bool letters = of_a_word(text + start, size - start, &length);
  size_t end = start;
  for (; at < size && afina_unicode_next(text + at, size - at, &length) != AFINA_CLASS_SPACE;
       at += length) {
    const bool letter = of_a_word(text + at, size - at, &length);
    if (letter && !letters) break; /* punctuation in front of a word */
    if (letter == letters) end = at + length;
  }
  *word = (afina_word){.start = start, .end = end};
  return true;
}
