#include "pair_counts.h"

#include <stdlib.h>

#include "memory.h"

/* Doubles *capacity, from `first`, until it holds `needed` elements. `block` points to the array;
 * NULL on failure. */
static void *grow(void *block, size_t *capacity, size_t first, size_t needed, size_t element_size) {
  size_t larger = *capacity ? *capacity : first, size;
  while (larger < needed)
    if (!afina_multiply(larger, 2, &larger)) return NULL;
  if (!afina_multiply(larger, element_size, &size)) return NULL;
  void *moved = realloc(block, size);
  if (moved) *capacity = larger;
  return moved;
}

static bool goes_before(const afina_pair_candidate *a, const afina_pair_candidate *b) {
  return a->count != b->count ? a->count > b->count : a->pair < b->pair;
}

/* Moves the candidate up from the free place `at`. */
static void heap_rise(afina_pair_candidate *heap, size_t at, afina_pair_candidate candidate) {
  for (; at > 0 && goes_before(&candidate, &heap[(at - 1) / 2]); at = (at - 1) / 2)
    heap[at] = heap[(at - 1) / 2];
  heap[at] = candidate;
}

/* Moves the candidate down from the free place at the top of a heap of `size`. */
static void heap_sink(afina_pair_candidate *heap, size_t size, afina_pair_candidate candidate) {
  size_t at = 0;
  for (size_t child; (child = 2 * at + 1) < size; at = child) {
    if (child + 1 < size && goes_before(&heap[child + 1], &heap[child])) child++;
    if (!goes_before(&heap[child], &candidate)) break;
    heap[at] = heap[child];
  }
  heap[at] = candidate;
}

static afina_status new_pair(afina_pair_counts *counts, uint32_t left, uint32_t right,
                             uint32_t *index, afina_error *error) {
  if (counts->pair_count >= UINT32_MAX)
    return afina_fail(error, AFINA_E_LIMIT, "the text has too many different pairs of tokens");
  if (counts->pair_count == counts->pair_capacity) {
    void *pairs = grow(counts->pairs, &counts->pair_capacity, 1024, counts->pair_count + 1,
                       sizeof *counts->pairs);
    if (!pairs) return afina_fail_memory(error);
    counts->pairs = pairs;
  }
  *index = (uint32_t)counts->pair_count;
  AFINA_TRY(afina_pair_map_insert(&counts->indices, afina_pair(left, right), *index, error));
  counts->pairs[counts->pair_count++] = (afina_counted_pair){.left = left, .right = right};
  return AFINA_OK;
}

afina_status afina_pair_counts_add(afina_pair_counts *counts, uint32_t left, uint32_t right,
                                   uint64_t count, uint32_t word, afina_error *error) {
  uint32_t index;
  if (!afina_pair_map_find(&counts->indices, afina_pair(left, right), &index))
    AFINA_TRY(new_pair(counts, left, right, &index, error));
  afina_counted_pair *pair = &counts->pairs[index];
  pair->count += count;
  if (pair->word_count && pair->words[pair->word_count - 1] == word) return AFINA_OK;
  if (pair->word_count == pair->word_capacity) {
    size_t capacity = pair->word_capacity;
    void *words =
        grow(pair->words, &capacity, 2, (size_t)pair->word_count + 1, sizeof *pair->words);
    if (!words || capacity > UINT32_MAX) { /* words are fewer than that, and repeats are rare */
      if (words) pair->words = words;
      return afina_fail_memory(error);
    }
    pair->words = words;
    pair->word_capacity = (uint32_t)capacity;
  }
  pair->words[pair->word_count++] = word;
  return AFINA_OK;
}

void afina_pair_counts_subtract(afina_pair_counts *counts, uint32_t left, uint32_t right,
                                uint64_t count) {
  uint32_t index;
  if (afina_pair_map_find(&counts->indices, afina_pair(left, right), &index))
    counts->pairs[index].count -= count;
}

afina_status afina_pair_counts_offer(afina_pair_counts *counts, afina_error *error) {
  size_t needed;
  if (!afina_add(counts->heap_size, counts->pair_count - counts->pairs_on_heap, &needed))
    return afina_fail_memory(error);
  if (needed > counts->heap_capacity) {
    void *heap = grow(counts->heap, &counts->heap_capacity, 1024, needed, sizeof *counts->heap);
    if (!heap) return afina_fail_memory(error);
    counts->heap = heap;
  }
  for (; counts->pairs_on_heap < counts->pair_count; counts->pairs_on_heap++) {
    const afina_counted_pair *pair = &counts->pairs[counts->pairs_on_heap];
    const afina_pair_candidate candidate = {.count = pair->count,
                                            .pair = afina_pair(pair->left, pair->right),
                                            .index = (uint32_t)counts->pairs_on_heap};
    if (pair->count) heap_rise(counts->heap, counts->heap_size++, candidate);
  }
  return AFINA_OK;
}

/* Counts only fall while a pair is on the heap, so a candidate whose count is out of date belongs
 * further down. */
size_t afina_pair_counts_take(afina_pair_counts *counts, uint64_t least) {
  while (counts->heap_size > 0 && counts->heap[0].count >= least) {
    afina_pair_candidate top = counts->heap[0];
    const uint64_t count = counts->pairs[top.index].count;
    if (count == top.count || count < least) {
      counts->heap_size--;
      if (counts->heap_size)
        heap_sink(counts->heap, counts->heap_size, counts->heap[counts->heap_size]);
      if (count >= least) return top.index;
    } else {
      top.count = count;
      heap_sink(counts->heap, counts->heap_size, top);
    }
  }
  return SIZE_MAX;
}

void afina_pair_counts_drop(afina_pair_counts *counts, size_t index) {
  afina_counted_pair *pair = &counts->pairs[index];
  free(pair->words);
  pair->words = NULL;
  pair->count = 0;
  pair->word_count = pair->word_capacity = 0;
}

void afina_pair_counts_free(afina_pair_counts *counts) {
  if (!counts) return;
  for (size_t i = 0; i < counts->pair_count; i++) free(counts->pairs[i].words);
  afina_pair_map_free(&counts->indices);
  free(counts->pairs);
  free(counts->heap);
  *counts = (afina_pair_counts){0};
}
