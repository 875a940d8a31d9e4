#include "shingles.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "unicode.h"

afina_status afina_shingles_fold(afina_shingles *s, const char *text, size_t size,
                                 afina_error *error) {
  s->folded.size = 0;
  AFINA_TRY(afina_buffer_reserve(&s->folded, size, error));
  bool spaced = false;
  for (size_t at = 0, length; at < size; at += length) {
    if (afina_unicode_next(text + at, size - at, &length) == AFINA_CLASS_SPACE) {
      spaced = s->folded.size > 0;
      continue;
    }
    char character[4];
    memcpy(character, text + at, length);
    afina_unicode_lower(character, length);
    if (spaced) AFINA_TRY(afina_buffer_append(&s->folded, " ", 1, error));
    spaced = false;
    AFINA_TRY(afina_buffer_append(&s->folded, character, length, error));
  }
  return AFINA_OK;
}

static int compare_hashes(const void *a, const void *b) {
  const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

/* FNV's last bytes reach the high bits alone: mixed, all bits are as good as one another. */
static uint64_t hash_of(const uint8_t *bytes, size_t size) {
  uint64_t hash = afina_hash_bytes(bytes, size) * 0x9E3779B97F4A7C15u;
  hash = (hash ^ hash >> 29) * 0xBF58476D1CE4E5B9u;
  return hash ^ hash >> 32;
}

/* The runs of the folded text. starts: where the last five characters begin. */
static void list(afina_shingles *s) {
  const uint8_t *bytes = s->folded.data;
  const size_t size = s->folded.size;
  size_t starts[AFINA_SHINGLE] = {0}, characters = 0, length;
  s->count = 0;
  for (size_t at = 0; at < size; at += length) {
    afina_unicode_next((const char *)bytes + at, size - at, &length);
    starts[characters++ % AFINA_SHINGLE] = at;
    if (characters < AFINA_SHINGLE) continue;
    const size_t from = starts[characters % AFINA_SHINGLE];
    s->hashes[s->count++] = hash_of(bytes + from, at + length - from);
  }
  if (s->count == 0 && size) s->hashes[s->count++] = hash_of(bytes, size);
}

afina_status afina_shingles_read(afina_shingles *shingles, const char *text, size_t size,
                                 afina_error *error) {
  AFINA_TRY(afina_shingles_fold(shingles, text, size, error));
  if (size > shingles->capacity) {
    uint64_t *hashes = realloc(shingles->hashes, size * sizeof *hashes);
    if (!hashes) return afina_fail_memory(error);
    shingles->hashes = hashes;
    shingles->capacity = size;
  }
  list(shingles);
  if (shingles->count == 0) return AFINA_OK;
  qsort(shingles->hashes, shingles->count, sizeof *shingles->hashes, compare_hashes);
  size_t distinct = 1;
  for (size_t i = 1; i < shingles->count; i++)
    if (shingles->hashes[i] != shingles->hashes[distinct - 1])
      shingles->hashes[distinct++] = shingles->hashes[i];
  shingles->count = distinct;
  return AFINA_OK;
}

void afina_shingles_free(afina_shingles *shingles) {
  if (!shingles) return;
  free(shingles->hashes);
  afina_buffer_free(&shingles->folded);
  *shingles = (afina_shingles){0};
}

double afina_shingles_jaccard(const afina_shingles *a, const afina_shingles *b) {
  size_t i = 0, j = 0, both = 0;
  while (i < a->count && j < b->count) {
    const uint64_t x = a->hashes[i], y = b->hashes[j];
    both += x == y;
    i += x <= y;
    j += y <= x;
  }
  const size_t either = a->count + b->count - both;
  return either ? (double)both / (double)either : 1;
}
