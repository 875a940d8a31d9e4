/* Allocation with checked sizes, a growable byte buffer, and an arena.
 *
 * Ownership: who creates frees. Every free function accepts NULL (or a zeroed struct). */
#ifndef AFINA_MEMORY_H
#define AFINA_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

/* *out = a * b; false when the product does not fit. */
bool afina_multiply(size_t a, size_t b, size_t *out);
/* *out = a + b; false when the sum does not fit. */
bool afina_add(size_t a, size_t b, size_t *out);
/* The same where only a bound is asked for: SIZE_MAX when it does not fit. */
size_t afina_times(size_t a, size_t b);
size_t afina_plus(size_t a, size_t b);

enum { AFINA_MEGABYTE = 1 << 20 };
/* Whole megabytes, rounded up. */
size_t afina_megabytes(size_t bytes);

/* Zeroed memory for count elements, or NULL when there is none or the size overflows. Free with
 * free(). */
void *afina_allocate(size_t count, size_t element_size);

/* A block of bytes that the library hands to its caller. */
typedef struct afina_bytes {
  uint8_t *data;
  size_t size;
} afina_bytes;

void afina_bytes_free(afina_bytes *bytes);

/* A growable block of bytes. Zero-initialise; afterwards either free it or move its contents out.
 */
typedef struct afina_buffer {
  uint8_t *data;
  size_t size, capacity;
} afina_buffer;

/* Copies `size` bytes behind the end; after AFINA_E_MEMORY the buffer is as before. */
afina_status afina_buffer_append(afina_buffer *buffer, const void *data, size_t size,
                                 afina_error *error);
/* Room for `size` more bytes beyond the current end; does not change buffer->size. */
afina_status afina_buffer_reserve(afina_buffer *buffer, size_t size, afina_error *error);
void afina_buffer_free(afina_buffer *buffer);
/* Moves the contents to *out and empties the buffer. */
void afina_buffer_take(afina_buffer *buffer, afina_bytes *out);

/* A block that is sized beforehand and handed out from the front; all of it is released at once. */
typedef struct afina_arena {
  uint8_t *data;
  size_t size, used;
} afina_arena;

enum { AFINA_ALIGNMENT = 64 };

/* One block of `size` bytes, rounded up to the alignment. */
afina_status afina_arena_init(afina_arena *arena, size_t size, afina_error *error);
/* Zeroed? No: the contents are undefined. NULL when the arena is full, which is a mistake in
 * sizing. */
void *afina_arena_allocate(afina_arena *arena, size_t count, size_t element_size);
void afina_arena_reset(afina_arena *arena);
void afina_arena_free(afina_arena *arena);

#endif
