#include "vocabulary.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"

afina_status afina_vocabulary_init(afina_vocabulary *vocabulary, size_t capacity,
                                   afina_error *error) {
  if (capacity > AFINA_VOCABULARY_LIMIT)
    return afina_fail(error, AFINA_E_LIMIT, "a vocabulary of %zu tokens: the limit is %d", capacity,
                      AFINA_VOCABULARY_LIMIT);
  size_t slot_count = 16;
  while (slot_count < capacity * 2) slot_count *= 2;
  afina_vocabulary made = {.tokens = afina_allocate(capacity, sizeof *made.tokens),
                           .capacity = capacity,
                           .slots = afina_allocate(slot_count, sizeof *made.slots),
                           .slot_count = slot_count};
  if (!made.tokens || !made.slots) {
    afina_vocabulary_free(&made);
    return afina_fail_memory(error);
  }
  *vocabulary = made;
  return AFINA_OK;
}

void afina_vocabulary_free(afina_vocabulary *vocabulary) {
  if (!vocabulary) return;
  afina_buffer_free(&vocabulary->text);
  free(vocabulary->tokens);
  free(vocabulary->slots);
  *vocabulary = (afina_vocabulary){0};
}

const uint8_t *afina_vocabulary_bytes(const afina_vocabulary *vocabulary, size_t id, size_t *size) {
  *size = vocabulary->tokens[id].size;
  return vocabulary->text.data + vocabulary->tokens[id].offset;
}

/* The slot that holds these bytes, or the empty one where they belong; at most half of the slots
 * are taken. */
static size_t slot_of(const afina_vocabulary *vocabulary, const void *bytes, size_t size) {
  size_t slot = (size_t)afina_hash_bytes(bytes, size) & (vocabulary->slot_count - 1);
  for (; vocabulary->slots[slot]; slot = (slot + 1) & (vocabulary->slot_count - 1)) {
    size_t other_size;
    const uint8_t *other =
        afina_vocabulary_bytes(vocabulary, vocabulary->slots[slot] - 1, &other_size);
    if (other_size == size && memcmp(other, bytes, size) == 0) break;
  }
  return slot;
}

bool afina_vocabulary_find(const afina_vocabulary *vocabulary, const void *bytes, size_t size,
                           uint32_t *id) {
  const size_t slot = slot_of(vocabulary, bytes, size);
  if (!vocabulary->slots[slot]) return false;
  *id = vocabulary->slots[slot] - 1;
  return true;
}

afina_status afina_vocabulary_set(afina_vocabulary *vocabulary, size_t id, const void *bytes,
                                  size_t size, bool special, afina_error *error) {
  char label[AFINA_LABEL_SIZE];
  afina_label(label, bytes, size);
  if (size == 0) return afina_fail(error, AFINA_E_FORMAT, "the token with id %zu is empty", id);
  if (id >= vocabulary->capacity)
    return afina_fail(error, AFINA_E_FORMAT,
                      "token '%s' has id %zu, but with %zu tokens the ids must be from 0 to %zu",
                      label, id, vocabulary->capacity, vocabulary->capacity - 1);
  if (vocabulary->tokens[id].size)
    return afina_fail(error, AFINA_E_FORMAT, "token '%s' has id %zu, which another token has too",
                      label, id);
  const size_t slot = slot_of(vocabulary, bytes, size);
  if (vocabulary->slots[slot])
    return afina_fail(error, AFINA_E_FORMAT, "token '%s' has two ids, %u and %zu", label,
                      (unsigned)(vocabulary->slots[slot] - 1), id);
  const size_t offset = vocabulary->text.size;
  AFINA_TRY(afina_buffer_append(&vocabulary->text, bytes, size, error));
  vocabulary->tokens[id] = (afina_token){.offset = offset, .size = size, .special = special};
  vocabulary->slots[slot] = (uint32_t)id + 1;
  vocabulary->count++;
  return AFINA_OK;
}

void afina_label(char label[AFINA_LABEL_SIZE], const void *bytes, size_t size) {
  size_t used = 0;
  for (size_t i = 0; i < size; i++) {
    if (used + 8 > AFINA_LABEL_SIZE) { /* room for one more escape, three dots and the terminator */
      memcpy(label + used, "...", 3);
      used += 3;
      break;
    }
    const uint8_t byte = ((const uint8_t *)bytes)[i];
    if (byte >= 32 && byte < 127) {
      label[used++] = (char)byte;
    } else {
      const char escape[4] = {'\\', 'x', "0123456789abcdef"[byte >> 4],
                              "0123456789abcdef"[byte & 15]};
      memcpy(label + used, escape, sizeof escape);
      used += sizeof escape;
    }
  }
  label[used] = '\0';
}
