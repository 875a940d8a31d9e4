#include "store.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "memory.h"

/* A text; its values follow the ids. */
typedef struct entry {
  struct entry *next; /* of the same bucket */
  uint64_t hash;
  size_t count, bytes; /* tokens; all that the entry takes */
  uint32_t ids[];
} entry;

typedef struct space {
  afina_store_key key;
  entry **buckets; /* [capacity], at least as many as entries */
  size_t capacity, count;
  size_t bytes;
  uint64_t used; /* the store's time of the last search */
} space;

struct afina_store {
  space *spaces;
  size_t count, budget, bytes;
  uint64_t time;
};

enum { FIRST_BUCKETS = 256 };

afina_status afina_store_create(afina_store **out, size_t budget, afina_error *error) {
  afina_store *store = afina_allocate(1, sizeof *store);
  if (!store) return afina_fail_memory(error);
  store->budget = budget;
  *out = store;
  return AFINA_OK;
}

static void clear_space(afina_store *store, space *s) {
  for (size_t i = 0; i < s->capacity; i++)
    for (entry *e = s->buckets[i], *next; e; e = next) {
      next = e->next;
      free(e);
    }
  free(s->buckets);
  store->bytes -= s->bytes;
  s->buckets = NULL;
  s->capacity = s->count = s->bytes = 0;
}

void afina_store_clear(afina_store *store) {
  if (!store) return;
  for (size_t i = 0; i < store->count; i++) clear_space(store, &store->spaces[i]);
  free(store->spaces);
  store->spaces = NULL;
  store->count = 0;
}

void afina_store_limit(afina_store *store, size_t budget) {
  afina_store_clear(store);
  store->budget = budget;
}

void afina_store_free(afina_store *store) {
  afina_store_clear(store);
  free(store);
}

size_t afina_store_bytes(const afina_store *store) { return store ? store->bytes : 0; }
size_t afina_store_budget(const afina_store *store) { return store ? store->budget : 0; }

/* With its share of the buckets, which are doubled when they are full. */
size_t afina_store_overhead(size_t tokens) {
  size_t bytes;
  if (!afina_multiply(tokens, sizeof(uint32_t), &bytes) ||
      !afina_add(bytes, sizeof(entry) + 2 * sizeof(entry *), &bytes))
    return SIZE_MAX;
  return bytes;
}

static bool same_key(const afina_store_key *a, const afina_store_key *b) {
  return strcmp(a->base, b->base) == 0 && a->heads == b->heads && a->block == b->block &&
         a->readout == b->readout && a->kind == b->kind && a->kernels == b->kernels;
}

static space *find_space(afina_store *store, const afina_store_key *key) {
  for (size_t i = 0; i < store->count; i++)
    if (same_key(&store->spaces[i].key, key)) return &store->spaces[i];
  return NULL;
}

static uint64_t hash_of(const uint32_t *ids, size_t count) {
  return afina_hash_bytes(ids, count * sizeof *ids);
}

static entry *find_entry(const space *s, const uint32_t *ids, size_t count, uint64_t hash) {
  if (!s->capacity) return NULL;
  entry *e = s->buckets[hash & (s->capacity - 1)];
  while (e &&
         (e->hash != hash || e->count != count || memcmp(e->ids, ids, count * sizeof *ids) != 0))
    e = e->next;
  return e;
}

const void *afina_store_find(afina_store *store, const afina_store_key *key, const uint32_t *ids,
                             size_t count) {
  space *s = find_space(store, key);
  if (!s) return NULL;
  s->used = ++store->time;
  const entry *e = find_entry(s, ids, count, hash_of(ids, count));
  return e ? e->ids + e->count : NULL;
}

static space *add_space(afina_store *store, const afina_store_key *key) {
  size_t size;
  if (!afina_multiply(store->count + 1, sizeof *store->spaces, &size)) return NULL;
  space *moved = realloc(store->spaces, size);
  if (!moved) return NULL;
  store->spaces = moved;
  moved[store->count] = (space){.key = *key};
  return &moved[store->count++];
}

/* Room for one entry more. */
static bool grow(space *s) {
  if (s->count < s->capacity) return true;
  const size_t capacity = s->capacity ? 2 * s->capacity : FIRST_BUCKETS;
  entry **buckets = afina_allocate(capacity, sizeof *buckets);
  if (!buckets) return false;
  for (size_t i = 0; i < s->capacity; i++)
    for (entry *e = s->buckets[i], *next; e; e = next) {
      next = e->next;
      entry **to = &buckets[e->hash & (capacity - 1)];
      e->next = *to;
      *to = e;
    }
  free(s->buckets);
  s->buckets = buckets;
  s->capacity = capacity;
  return true;
}

/* Drops what was not used for the longest time, other spaces than `kept` only. */
static bool make_room(afina_store *store, const space *kept, size_t bytes) {
  while (bytes > store->budget - store->bytes) {
    space *oldest = NULL;
    for (size_t i = 0; i < store->count; i++) {
      space *s = &store->spaces[i];
      if (s != kept && s->bytes && (!oldest || s->used < oldest->used)) oldest = s;
    }
    if (!oldest || bytes > store->budget) return false;
    clear_space(store, oldest);
  }
  return true;
}

void afina_store_add(afina_store *store, const afina_store_key *key, const uint32_t *ids,
                     size_t count, const void *values, size_t size) {
  space *s = find_space(store, key);
  if (!s) s = add_space(store, key);
  if (!s) return;
  s->used = ++store->time;
  const uint64_t hash = hash_of(ids, count);
  size_t bytes;
  if (find_entry(s, ids, count, hash) || !afina_add(afina_store_overhead(count), size, &bytes) ||
      !make_room(store, s, bytes) || !grow(s))
    return;
  entry *e = malloc(bytes);
  if (!e) return;
  entry **bucket = &s->buckets[hash & (s->capacity - 1)];
  *e = (entry){.next = *bucket, .hash = hash, .count = count, .bytes = bytes};
  memcpy(e->ids, ids, count * sizeof *ids);
  memcpy(e->ids + count, values, size);
  *bucket = e;
  s->count++;
  s->bytes += bytes;
  store->bytes += bytes;
}
