/* The tokens: id -> bytes and bytes -> id. */
#ifndef AFINA_VOCABULARY_H
#define AFINA_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory.h"
#include "status.h"

#define AFINA_END_OF_TEXT "<|endoftext|>"

enum { AFINA_VOCABULARY_LIMIT = 1000000 }; /* ids are below it */

typedef struct afina_token {
  size_t offset,
      size;     /* its bytes within afina_vocabulary.text; size 0 while the id is not taken */
  bool special; /* never made by merges and never found in a user's text */
} afina_token;

typedef struct afina_vocabulary {
  afina_buffer text;
  afina_token *tokens; /* [capacity], by id */
  size_t capacity;     /* every id is below it */
  size_t count;        /* ids taken */
  uint32_t
      *slots; /* [slot_count] id + 1, or 0 where empty; open addressing by the hash of the bytes */
  size_t slot_count;
} afina_vocabulary;

/* Room for ids below `capacity`, which is at most AFINA_VOCABULARY_LIMIT (AFINA_E_LIMIT). */
afina_status afina_vocabulary_init(afina_vocabulary *vocabulary, size_t capacity,
                                   afina_error *error);
void afina_vocabulary_free(afina_vocabulary *vocabulary);

/* Gives `id` its bytes. AFINA_E_FORMAT when the id is too large or taken, the bytes are none or
 * another id's. */
afina_status afina_vocabulary_set(afina_vocabulary *vocabulary, size_t id, const void *bytes,
                                  size_t size, bool special, afina_error *error);

/* The bytes of a token. */
const uint8_t *afina_vocabulary_bytes(const afina_vocabulary *vocabulary, size_t id, size_t *size);

/* The id that has these bytes; false when none has. */
bool afina_vocabulary_find(const afina_vocabulary *vocabulary, const void *bytes, size_t size,
                           uint32_t *id);

enum { AFINA_LABEL_SIZE = 64 };

/* Bytes as they can stand in a message: printable ASCII, the rest as \xNN, cut where they are long.
 */
void afina_label(char label[AFINA_LABEL_SIZE], const void *bytes, size_t size);

#endif
