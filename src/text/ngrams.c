#include "ngrams.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "unicode.h"

enum { SHORTEST = 2, LONGEST = 4 }; /* characters of an n-gram within words */

static afina_status make_lower(afina_ngrams *grams, const char *text, size_t size,
                               afina_error *error) {
  grams->lower.size = 0;
  AFINA_TRY(afina_buffer_append(&grams->lower, text, size, error));
  char *bytes = (char *)grams->lower.data;
  for (size_t at = 0, length; at < size; at += length) {
    afina_unicode_next(bytes + at, size - at, &length);
    afina_unicode_lower(bytes + at, length);
  }
  return AFINA_OK;
}

/* A hash that goes on where the last one ended. */
static uint64_t continue_hash(uint64_t hash, const uint8_t *bytes, size_t size) {
  for (size_t i = 0; i < size; i++) hash = (hash ^ bytes[i]) * 0x100000001b3u;
  return hash;
}

static const uint64_t hash_start = 0xcbf29ce484222325u;

static afina_status add(afina_ngrams *grams, uint64_t hash, afina_ngram_kind kind,
                        afina_ngram_place place, afina_error *error) {
  if (grams->count == grams->capacity) {
    const size_t capacity = grams->capacity ? 2 * grams->capacity : 256;
    uint64_t *keys = realloc(grams->keys, capacity * sizeof *keys);
    if (keys) grams->keys = keys;
    uint32_t *counts = keys ? realloc(grams->counts, capacity * sizeof *counts) : NULL;
    if (!counts) return afina_fail_memory(error);
    grams->counts = counts;
    grams->capacity = capacity;
  }
  hash ^= hash >> 32; /* the last bytes reach the high bits alone */
  hash *= 0x9E3779B97F4A7C15u;
  place.key = (hash >> 1 & ~(uint64_t)1) | (uint64_t)kind;
  grams->keys[grams->count++] = place.key;
  return grams->keeps_found ? afina_buffer_append(&grams->found, &place, sizeof place, error)
                            : AFINA_OK;
}

static bool of_a_word(const char *text, size_t size, size_t *length) {
  const afina_unicode_class class = afina_unicode_next(text, size, length);
  return class == AFINA_CLASS_LETTER || class == AFINA_CLASS_NUMBER || *text == '_';
}

/* Words of two characters or more, and each with the one before it. */
static afina_status add_words(afina_ngrams *grams, afina_error *error) {
  const char *text = (const char *)grams->lower.data;
  const size_t size = grams->lower.size;
  const uint8_t *before = NULL;
  size_t before_size = 0, length;
  for (size_t at = 0; at < size;) {
    if (!of_a_word(text + at, size - at, &length)) {
      at += length;
      continue;
    }
    const size_t start = at;
    size_t characters = 0;
    for (; at < size && of_a_word(text + at, size - at, &length); at += length) characters++;
    if (characters < 2) continue;
    const uint8_t *word = grams->lower.data + start;
    afina_ngram_place place = {.start = start, .end = at};
    AFINA_TRY(
        add(grams, continue_hash(hash_start, word, at - start), AFINA_NGRAM_WORDS, place, error));
    if (before) {
      uint64_t hash = continue_hash(hash_start, before, before_size);
      hash = continue_hash(hash, (const uint8_t *)" ", 1);
      place.start_2 = (size_t)(before - grams->lower.data);
      place.end_2 = place.start_2 + before_size;
      AFINA_TRY(add(grams, continue_hash(hash, word, at - start), AFINA_NGRAM_WORDS, place, error));
    }
    before = word;
    before_size = at - start;
  }
  return AFINA_OK;
}

/* Where each of the run's characters begins, and where the last one ends: places[0 .. count]. */
static afina_status find_characters(afina_ngrams *grams, size_t start, size_t end, size_t *count,
                                    afina_error *error) {
  if (end - start + 1 > grams->places_capacity) {
    const size_t capacity = 2 * (end - start) + 64;
    size_t *places = realloc(grams->places, capacity * sizeof *places);
    if (!places) return afina_fail_memory(error);
    grams->places = places;
    grams->places_capacity = capacity;
  }
  const char *text = (const char *)grams->lower.data;
  size_t found = 0, length;
  for (size_t at = start; at < end; at += length) {
    grams->places[found++] = at;
    afina_unicode_next(text + at, end - at, &length);
  }
  grams->places[found] = end;
  *count = found;
  return AFINA_OK;
}

/* The n-grams of a run between white space, with a space before it and one behind: character 0 and
 * character count + 1. One that the run is too short for is the whole of it, once. */
static afina_status add_run(afina_ngrams *grams, size_t start, size_t end, afina_error *error) {
  size_t count = 0;
  AFINA_TRY(find_characters(grams, start, end, &count, error));
  for (size_t n = SHORTEST; n <= LONGEST; n++) {
    const size_t taken = n < count + 2 ? n : count + 2;
    for (size_t first = 0; first + taken <= count + 2; first++) {
      const size_t last = first + taken - 1;
      const size_t from = grams->places[first ? first - 1 : 0];
      const size_t to = grams->places[last > count ? count : last];
      uint64_t hash = hash_start;
      if (first == 0) hash = continue_hash(hash, (const uint8_t *)" ", 1);
      hash = continue_hash(hash, grams->lower.data + from, to - from);
      if (last == count + 1) hash = continue_hash(hash, (const uint8_t *)" ", 1);
      const afina_ngram_place place = {.start = from, .end = to};
      AFINA_TRY(add(grams, hash, AFINA_NGRAM_CHARACTERS, place, error));
    }
    if (n >= count + 2) break;
  }
  return AFINA_OK;
}

static afina_status add_characters(afina_ngrams *grams, afina_error *error) {
  const char *text = (const char *)grams->lower.data;
  const size_t size = grams->lower.size;
  for (size_t at = 0, length; at < size;) {
    if (afina_unicode_next(text + at, size - at, &length) == AFINA_CLASS_SPACE) {
      at += length;
      continue;
    }
    const size_t start = at;
    while (at < size && afina_unicode_next(text + at, size - at, &length) != AFINA_CLASS_SPACE)
      at += length;
    AFINA_TRY(add_run(grams, start, at, error));
  }
  return AFINA_OK;
}

static int compare_keys(const void *a, const void *b) {
  const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

afina_status afina_ngrams_read(afina_ngrams *grams, const char *text, size_t size,
                               afina_error *error) {
  grams->count = 0;
  grams->found.size = 0;
  if (size == 0) return AFINA_OK;
  AFINA_TRY(make_lower(grams, text, size, error));
  AFINA_TRY(add_words(grams, error));
  AFINA_TRY(add_characters(grams, error));
  if (grams->count == 0) return AFINA_OK;
  qsort(grams->keys, grams->count, sizeof *grams->keys, compare_keys);
  size_t distinct = 0;
  for (size_t i = 0; i < grams->count; i++) {
    if (i && grams->keys[i] == grams->keys[distinct - 1]) {
      grams->counts[distinct - 1]++;
      continue;
    }
    grams->keys[distinct] = grams->keys[i];
    grams->counts[distinct++] = 1;
  }
  grams->count = distinct;
  return AFINA_OK;
}

void afina_ngrams_free(afina_ngrams *grams) {
  free(grams->keys);
  free(grams->counts);
  free(grams->places);
  afina_buffer_free(&grams->lower);
  afina_buffer_free(&grams->found);
  *grams = (afina_ngrams){0};
}
