/* Merging one word. The heap holds every pair of neighbours that has a rank; an entry that an
 * earlier merge made untrue is recognised when it comes up, because its parts are then no longer
 * the pair of that rank. */
#include <stdlib.h>

#include "tokenizer_internal.h"

static void heap_push(afina_merger *merger, uint64_t entry) {
  uint64_t *heap = merger->heap;
  size_t at = merger->heap_size++;
  for (; at > 0 && heap[(at - 1) / 2] > entry; at = (at - 1) / 2) heap[at] = heap[(at - 1) / 2];
  heap[at] = entry;
}

static uint64_t heap_pop(afina_merger *merger) {
  uint64_t *heap = merger->heap;
  const uint64_t top = heap[0], entry = heap[--merger->heap_size];
  const size_t size = merger->heap_size;
  size_t at = 0;
  for (size_t child; (child = 2 * at + 1) < size; at = child) {
    if (child + 1 < size && heap[child + 1] < heap[child]) child++;
    if (heap[child] >= entry) break;
    heap[at] = heap[child];
  }
  heap[at] = entry;
  return top;
}

/* A word of n bytes puts n - 1 entries first and at most two for each of its at most n - 1 merges.
 */
static afina_status reserve(afina_merger *merger, size_t size, afina_error *error) {
  if (size <= merger->part_capacity) return AFINA_OK;
  size_t capacity = 64;
  while (capacity < size) {
    if (capacity > SIZE_MAX / 2) return afina_fail_memory(error);
    capacity *= 2;
  }
  size_t heap_capacity;
  if (!afina_multiply(capacity, 3, &heap_capacity)) return afina_fail_memory(error);
  afina_merger larger = {.parts = afina_allocate(capacity, sizeof *larger.parts),
                         .heap = afina_allocate(heap_capacity, sizeof *larger.heap),
                         .part_capacity = capacity,
                         .heap_capacity = heap_capacity};
  if (!larger.parts || !larger.heap) {
    afina_merger_free(&larger);
    return afina_fail_memory(error);
  }
  afina_merger_free(merger);
  *merger = larger;
  return AFINA_OK;
}

void afina_merger_free(afina_merger *merger) {
  if (!merger) return;
  free(merger->parts);
  free(merger->heap);
  *merger = (afina_merger){0};
}

/* Puts the pair that starts at `at` on the heap, if there is one with a rank. */
static void consider(const afina_tokenizer *tokenizer, afina_merger *merger, uint32_t at) {
  if (at == AFINA_PART_GONE) return;
  const afina_part *left = &merger->parts[at];
  if (left->next == AFINA_PART_GONE) return;
  uint32_t rank;
  if (afina_pair_map_find(&tokenizer->ranks, afina_pair(left->id, merger->parts[left->next].id),
                          &rank))
    heap_push(merger, (uint64_t)rank << 32 | at);
}

static void merge_all(const afina_tokenizer *tokenizer, afina_merger *merger) {
  afina_part *parts = merger->parts;
  while (merger->heap_size > 0) {
    const uint64_t entry = heap_pop(merger);
    const afina_merge *merge = &tokenizer->merges[entry >> 32];
    const uint32_t at = (uint32_t)entry;
    afina_part *left = &parts[at];
    if (left->id != merge->left || left->next == AFINA_PART_GONE ||
        parts[left->next].id != merge->right)
      continue;
    afina_part *right = &parts[left->next];
    left->id = merge->result;
    left->next = right->next;
    if (right->next != AFINA_PART_GONE) parts[right->next].previous = at;
    right->id = AFINA_PART_GONE;
    consider(tokenizer, merger, left->previous);
    consider(tokenizer, merger, at);
  }
}

afina_status afina_merge_word(const afina_tokenizer *tokenizer, afina_merger *merger,
                              const uint8_t *word, size_t size, afina_tokens *out,
                              afina_error *error) {
  AFINA_TRY(reserve(merger, size, error));
  for (size_t i = 0; i < size; i++)
    merger->parts[i] = (afina_part){.id = tokenizer->byte_ids[word[i]],
                                    .previous = i > 0 ? (uint32_t)(i - 1) : AFINA_PART_GONE,
                                    .next = i + 1 < size ? (uint32_t)(i + 1) : AFINA_PART_GONE};
  merger->heap_size = 0;
  for (size_t i = 0; i + 1 < size; i++) consider(tokenizer, merger, (uint32_t)i);
  merge_all(tokenizer, merger);

  AFINA_TRY(afina_tokens_reserve(out, size, error));
  for (uint32_t at = 0; at != AFINA_PART_GONE; at = merger->parts[at].next)
    out->ids[out->count++] = merger->parts[at].id;
  return AFINA_OK;
}
