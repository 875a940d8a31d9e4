/* Hash functions and the map from pairs of ids to a number, shared by the encoder and the trainer.
 */
#ifndef AFINA_HASH_H
#define AFINA_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

/* FNV-1a, 64 bits, with its high bits folded into the low ones that tables index by. */
static inline uint64_t afina_hash_bytes(const void *data, size_t size) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (size_t i = 0; i < size; i++) hash = (hash ^ ((const uint8_t *)data)[i]) * 0x100000001b3u;
  return hash ^ hash >> 32;
}

/* Open addressing with linear probing, at most half full. Zero-initialise; free with
 * afina_pair_map_free. */
typedef struct afina_pair_map {
  uint64_t *keys; /* left << 32 | right; AFINA_PAIR_NONE where empty */
  uint32_t *values;
  size_t capacity, count; /* capacity: 0 or a power of two */
} afina_pair_map;

#define AFINA_PAIR_NONE UINT64_MAX /* no id is as large as its halves */

static inline uint64_t afina_pair(uint32_t left, uint32_t right) {
  return (uint64_t)left << 32 | right;
}

/* False when the pair is not in the map. */
bool afina_pair_map_find(const afina_pair_map *map, uint64_t pair, uint32_t *value);
/* Inserts a pair that is not in the map yet. */
afina_status afina_pair_map_insert(afina_pair_map *map, uint64_t pair, uint32_t value,
                                   afina_error *error);
void afina_pair_map_free(afina_pair_map *map);

#endif
