#include "memory.h"

#include <stdlib.h>
#include <string.h>

bool afina_multiply(size_t a, size_t b, size_t *out) {
  if (a != 0 && b > SIZE_MAX / a) return false;
  *out = a * b;
  return true;
}

bool afina_add(size_t a, size_t b, size_t *out) {
  if (b > SIZE_MAX - a) return false;
  *out = a + b;
  return true;
}

size_t afina_times(size_t a, size_t b) {
  size_t product;
  return afina_multiply(a, b, &product) ? product : SIZE_MAX;
}

size_t afina_plus(size_t a, size_t b) {
  size_t sum;
  return afina_add(a, b, &sum) ? sum : SIZE_MAX;
}

size_t afina_megabytes(size_t bytes) {
  return bytes / AFINA_MEGABYTE + (bytes % AFINA_MEGABYTE != 0);
}

void *afina_allocate(size_t count, size_t element_size) {
  size_t size;
  if (!afina_multiply(count, element_size, &size)) return NULL;
  return calloc(1, size ? size : 1);
}

void afina_bytes_free(afina_bytes *bytes) {
  if (!bytes) return;
  free(bytes->data);
  *bytes = (afina_bytes){0};
}

afina_status afina_buffer_reserve(afina_buffer *buffer, size_t size, afina_error *error) {
  size_t needed;
  if (!afina_add(buffer->size, size, &needed)) return afina_fail_memory(error);
  if (needed <= buffer->capacity) return AFINA_OK;
  size_t capacity = buffer->capacity < 64 ? 64 : buffer->capacity;
  while (capacity < needed) capacity = capacity > SIZE_MAX / 2 ? needed : capacity * 2;
  uint8_t *data = realloc(buffer->data, capacity);
  if (!data) return afina_fail_memory(error);
  buffer->data = data;
  buffer->capacity = capacity;
  return AFINA_OK;
}

afina_status afina_buffer_append(afina_buffer *buffer, const void *data, size_t size,
                                 afina_error *error) {
  AFINA_TRY(afina_buffer_reserve(buffer, size, error));
  if (size) memcpy(buffer->data + buffer->size, data, size);
  buffer->size += size;
  return AFINA_OK;
}

void afina_buffer_free(afina_buffer *buffer) {
  if (!buffer) return;
  free(buffer->data);
  *buffer = (afina_buffer){0};
}

void afina_buffer_take(afina_buffer *buffer, afina_bytes *out) {
  out->data = buffer->data;
  out->size = buffer->size;
  *buffer = (afina_buffer){0};
}

afina_status afina_arena_init(afina_arena *arena, size_t size, afina_error *error) {
  size_t rounded;
  if (!afina_add(size, AFINA_ALIGNMENT - 1, &rounded)) return afina_fail_memory(error);
  rounded -= rounded % AFINA_ALIGNMENT;
  uint8_t *data = aligned_alloc(AFINA_ALIGNMENT, rounded ? rounded : AFINA_ALIGNMENT);
  if (!data) return afina_fail_memory(error);
  *arena = (afina_arena){.data = data, .size = rounded};
  return AFINA_OK;
}

void *afina_arena_allocate(afina_arena *arena, size_t count, size_t element_size) {
  size_t size;
  if (!afina_multiply(count, element_size, &size)) return NULL;
  const size_t left = arena->size - arena->used;
  if (size > left) return NULL;
  void *result = arena->data + arena->used;
  const size_t rounded = (size + AFINA_ALIGNMENT - 1) / AFINA_ALIGNMENT * AFINA_ALIGNMENT;
  arena->used += rounded < left ? rounded : left;
  return result;
}

void afina_arena_reset(afina_arena *arena) { arena->used = 0; }

void afina_arena_free(afina_arena *arena) {
  if (!arena) return;
  free(arena->data);
  *arena = (afina_arena){0};
}
