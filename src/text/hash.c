#include "hash.h"

#include <stdlib.h>

#include "memory.h"

/* The slot that holds the pair, or the empty one where it belongs. capacity > count, so the walk
 * ends. */
static size_t slot_of(const afina_pair_map *map, uint64_t pair) {
  const uint64_t mixed = (pair ^ pair >> 29) * 0x9e3779b97f4a7c15u; /* Fibonacci hashing */
  size_t slot = (size_t)(mixed >> 32) & (map->capacity - 1);
  while (map->keys[slot] != pair && map->keys[slot] != AFINA_PAIR_NONE)
    slot = (slot + 1) & (map->capacity - 1);
  return slot;
}

bool afina_pair_map_find(const afina_pair_map *map, uint64_t pair, uint32_t *value) {
  if (map->capacity == 0) return false;
  const size_t slot = slot_of(map, pair);
  if (map->keys[slot] != pair) return false;
  *value = map->values[slot];
  return true;
}

static afina_status grow(afina_pair_map *map, afina_error *error) {
  size_t capacity;
  if (!afina_multiply(map->capacity ? map->capacity : 32, 2, &capacity))
    return afina_fail_memory(error);
  afina_pair_map larger = {.keys = afina_allocate(capacity, sizeof *larger.keys),
                           .values = afina_allocate(capacity, sizeof *larger.values),
                           .capacity = capacity,
                           .count = map->count};
  if (!larger.keys || !larger.values) {
    afina_pair_map_free(&larger);
    return afina_fail_memory(error);
  }
  for (size_t i = 0; i < capacity; i++) larger.keys[i] = AFINA_PAIR_NONE;
  for (size_t i = 0; i < map->capacity; i++) {
    if (map->keys[i] == AFINA_PAIR_NONE) continue;
    const size_t slot = slot_of(&larger, map->keys[i]);
    larger.keys[slot] = map->keys[i];
    larger.values[slot] = map->values[i];
  }
  afina_pair_map_free(map);
  *map = larger;
  return AFINA_OK;
}

afina_status afina_pair_map_insert(afina_pair_map *map, uint64_t pair, uint32_t value,
                                   afina_error *error) {
  if (map->count >= map->capacity / 2) AFINA_TRY(grow(map, error));
  const size_t slot = slot_of(map, pair);
  map->keys[slot] = pair;
  map->values[slot] = value;
  map->count++;
  return AFINA_OK;
}

void afina_pair_map_free(afina_pair_map *map) {
  if (!map) return;
  free(map->keys);
  free(map->values);
  *map = (afina_pair_map){0};
}
