/* Words as a reader sees them: what stands between white space, without the punctuation at its two
 * ends, which is a word of its own. "(it's 9,90!)" is ( it's 9,90 !). Every byte that is not white
 * space belongs to exactly one word. */
#ifndef AFINA_WORDS_H
#define AFINA_WORDS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct afina_word {
  size_t start, end; /* bytes of the text */
} afina_word;

/* The first word that begins at or behind byte `from` (0, or the end of another word); false where
 * there is none. */
bool afina_word_next(const char *text, size_t size, size_t from, afina_word *word);

#endif
