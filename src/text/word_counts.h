/* How often each word occurs. */
#ifndef AFINA_WORD_COUNTS_H
#define AFINA_WORD_COUNTS_H

#include <stddef.h>
#include <stdint.h>

#include "memory.h"
#include "status.h"

typedef struct afina_counted_word {
  uint64_t count;
  size_t offset; /* of its bytes within afina_word_counts.text */
  uint32_t size, hash;
} afina_counted_word;

/* Zero-initialise; free with afina_word_counts_free. */
typedef struct afina_word_counts {
  afina_buffer text;
  afina_counted_word *words; /* [count] in order of first appearance */
  size_t count, capacity;
  uint32_t *slots; /* [slot_count] index + 1, or 0 where empty */
  size_t slot_count;
} afina_word_counts;

/* Adds `weight` to the count of a word of at most UINT32_MAX bytes. */
afina_status afina_word_counts_add(afina_word_counts *counts, const void *word, size_t size,
                                   uint64_t weight, afina_error *error);
void afina_word_counts_free(afina_word_counts *counts);

#endif
