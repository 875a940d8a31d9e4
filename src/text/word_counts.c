#include "word_counts.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"

/* The slot that holds the word, or the empty one where it belongs; at most half of the slots are
 * taken. */
static size_t slot_of(const afina_word_counts *counts, const void *word, size_t size,
                      uint32_t hash) {
  size_t slot = hash & (counts->slot_count - 1);
  for (; counts->slots[slot]; slot = (slot + 1) & (counts->slot_count - 1)) {
    const afina_counted_word *other = &counts->words[counts->slots[slot] - 1];
    if (other->hash == hash && other->size == size &&
        memcmp(counts->text.data + other->offset, word, size) == 0)
      break;
  }
  return slot;
}

static afina_status grow_slots(afina_word_counts *counts, afina_error *error) {
  size_t slot_count;
  if (!afina_multiply(counts->slot_count ? counts->slot_count : 512, 2, &slot_count))
    return afina_fail_memory(error);
  uint32_t *slots = afina_allocate(slot_count, sizeof *slots);
  if (!slots) return afina_fail_memory(error);
  for (size_t i = 0; i < counts->count; i++) {
    size_t slot = counts->words[i].hash & (slot_count - 1);
    while (slots[slot]) slot = (slot + 1) & (slot_count - 1);
    slots[slot] = (uint32_t)i + 1;
  }
  free(counts->slots);
  counts->slots = slots;
  counts->slot_count = slot_count;
  return AFINA_OK;
}

static afina_status grow_words(afina_word_counts *counts, afina_error *error) {
  size_t capacity, size;
  if (!afina_multiply(counts->capacity ? counts->capacity : 512, 2, &capacity) ||
      !afina_multiply(capacity, sizeof *counts->words, &size))
    return afina_fail_memory(error);
  afina_counted_word *words = realloc(counts->words, size);
  if (!words) return afina_fail_memory(error);
  counts->words = words;
  counts->capacity = capacity;
  return AFINA_OK;
}

afina_status afina_word_counts_add(afina_word_counts *counts, const void *word, size_t size,
                                   uint64_t weight, afina_error *error) {
  if (counts->count >= counts->slot_count / 2) AFINA_TRY(grow_slots(counts, error));
  const uint32_t hash = (uint32_t)afina_hash_bytes(word, size);
  const size_t slot = slot_of(counts, word, size, hash);
  if (counts->slots[slot]) {
    counts->words[counts->slots[slot] - 1].count += weight;
    return AFINA_OK;
  }
  if (counts->count >= INT32_MAX)
    return afina_fail(error, AFINA_E_LIMIT, "the text has more than %d different words", INT32_MAX);
  if (counts->count == counts->capacity) AFINA_TRY(grow_words(counts, error));
  const size_t offset = counts->text.size;
  AFINA_TRY(afina_buffer_append(&counts->text, word, size, error));
  counts->words[counts->count++] =
      (afina_counted_word){.count = weight, .offset = offset, .size = (uint32_t)size, .hash = hash};
  counts->slots[slot] = (uint32_t)counts->count;
  return AFINA_OK;
}

void afina_word_counts_free(afina_word_counts *counts) {
  if (!counts) return;
  afina_buffer_free(&counts->text);
  free(counts->words);
  free(counts->slots);
  *counts = (afina_word_counts){0};
}
