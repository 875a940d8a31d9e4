/* What a call from the page leaves behind, and what memory there is for it (private to the files
 * that the page calls). */
#ifndef AFINA_WASM_REPLY_H
#define AFINA_WASM_REPLY_H

#include <emscripten/heap.h>
#include <malloc.h>
#include <stddef.h>

#include "status.h"

typedef struct afina_wasm_reply {
  const void *data; /* a handle or the start of bytes */
  size_t size;      /* of the bytes, or elements where a function says so */
  afina_error error;
} afina_wasm_reply;

/* bridge.js reads these places. */
_Static_assert(offsetof(afina_wasm_reply, size) == 4, "size");
_Static_assert(offsetof(afina_wasm_reply, error) == 8, "error.status");
_Static_assert(offsetof(afina_wasm_reply, error.message) == 12, "error.message");

/* Ends a call: what it leaves in the reply. */
static inline afina_status give(afina_wasm_reply *reply, afina_status status, const void *data,
                                size_t size) {
  reply->data = status == AFINA_OK ? data : NULL;
  reply->size = status == AFINA_OK ? size : 0;
  return status;
}

/* What malloc can still give. */
static inline size_t afina_wasm_room(void) {
  const size_t unclaimed = emscripten_get_heap_max() - *emscripten_get_sbrk_ptr();
  return unclaimed + (size_t)mallinfo().fordblks;
}

#endif
