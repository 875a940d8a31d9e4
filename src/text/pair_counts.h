/* How often each pair of neighbouring tokens occurs, where, and which pair is the most frequent. */
#ifndef AFINA_PAIR_COUNTS_H
#define AFINA_PAIR_COUNTS_H

#include "hash.h"

typedef struct afina_counted_pair {
  uint32_t left, right;
  uint64_t count;
  uint32_t *words; /* indices of words that have, or had, the pair; next to each other never twice
                      the same */
  uint32_t word_count, word_capacity;
} afina_counted_pair;

typedef struct afina_pair_candidate {
  uint64_t count; /* when it was put on the heap: the pair's own count may be smaller by now */
  uint64_t pair;  /* left << 32 | right */
  uint32_t index;
} afina_pair_candidate;

/* Zero-initialise; free with afina_pair_counts_free. */
typedef struct afina_pair_counts {
  afina_pair_map indices; /* pair -> index into pairs */
  afina_counted_pair *pairs;
  size_t pair_count, pair_capacity;
  afina_pair_candidate *heap; /* most frequent first, then the smaller pair */
  size_t heap_size, heap_capacity;
  size_t pairs_on_heap; /* pairs from here on are new since the last afina_pair_counts_offer */
} afina_pair_counts;

/* The pair occurs `count` times more, in the word of index `word`. */
afina_status afina_pair_counts_add(afina_pair_counts *counts, uint32_t left, uint32_t right,
                                   uint64_t count, uint32_t word, afina_error *error);
/* The pair, which has been added, occurs `count` times less. */
void afina_pair_counts_subtract(afina_pair_counts *counts, uint32_t left, uint32_t right,
                                uint64_t count);

/* Makes the pairs that are new since the last offer candidates for afina_pair_counts_take. From
 * then on their counts may only fall. */
afina_status afina_pair_counts_offer(afina_pair_counts *counts, afina_error *error);

/* Takes the most frequent pair out of the candidates: its index, or SIZE_MAX when none occurs at
 * least `least` times. */
size_t afina_pair_counts_take(afina_pair_counts *counts, uint64_t least);

/* Forgets where a pair occurs, and that it does. */
void afina_pair_counts_drop(afina_pair_counts *counts, size_t index);

void afina_pair_counts_free(afina_pair_counts *counts);

#endif
