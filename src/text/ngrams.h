/* A text as a bag of n-grams: words and pairs of words, and two to four characters within words.
 *
 *     afina_ngrams grams = {0};
 *     AFINA_TRY(afina_ngrams_read(&grams, text, size, error));    // as often as one likes
 *     for (size_t i = 0; i < grams.count; i++) ... grams.keys[i], grams.counts[i] ...
 *     afina_ngrams_free(&grams);
 *
 * They are those of scikit-learn's TfidfVectorizer with ngram_range=(1, 2), and with
 * analyzer="char_wb", ngram_range=(2, 4): lower case; a word is two or more letters, digits or
 * underscores; characters are taken from what stands between white space, with a space at both
 * ends. Lower case reaches as far as Latin, Greek and Cyrillic alphabets. */
#ifndef AFINA_NGRAMS_H
#define AFINA_NGRAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory.h"
#include "status.h"

typedef enum afina_ngram_kind {
  AFINA_NGRAM_WORDS = 0,
  AFINA_NGRAM_CHARACTERS = 1
} afina_ngram_kind;
enum { AFINA_NGRAM_KINDS = 2 };

/* Where an n-gram stands in the text: one run of bytes, or two, of a pair of words. */
typedef struct afina_ngram_place {
  uint64_t key;
  size_t start, end, start_2, end_2; /* the second is empty where there is one alone */
} afina_ngram_place;

/* Zero-initialise. */
typedef struct afina_ngrams {
  uint64_t *keys;   /* [count] ascending, distinct */
  uint32_t *counts; /* [count] how often each occurs */
  size_t count, capacity;
  afina_buffer lower; /* the text in lower case */
  size_t *places;     /* of a run's characters */
  size_t places_capacity;
  bool keeps_found;   /* to be set before reading: ... */
  afina_buffer found; /* ... every n-gram's afina_ngram_place, in the order of reading */
} afina_ngrams;

/* An n-gram is known by 62 bits of its hash and, in bit 0, its kind. Two n-grams of one vocabulary
 * fall together once in some million vocabularies of a million. */
static inline afina_ngram_kind afina_ngram_kind_of(uint64_t key) {
  return (afina_ngram_kind)(key & 1);
}

/* Reads `size` bytes of text, in place of what was read before. AFINA_E_MEMORY only. */
afina_status afina_ngrams_read(afina_ngrams *grams, const char *text, size_t size,
                               afina_error *error);
void afina_ngrams_free(afina_ngrams *grams);

#endif
