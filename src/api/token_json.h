/* Tokens as JSON (private to the api layer). */
#ifndef AFINA_API_TOKEN_JSON_H
#define AFINA_API_TOKEN_JSON_H

#include "json.h"
#include "tokenizer.h"

/* Adds a string: the bytes, with U+FFFD for what is no whole character of UTF-8, and for NUL. False
 * without memory. */
bool afina_add_text(cJSON *object, const char *key, const void *bytes, size_t size);

/* {"id","text"}: an item of its own, or NULL without memory. An id that the tokenizer does not have
 * (the model's vocabulary may be larger) has an empty text. */
cJSON *afina_token_json(const afina_tokenizer *tokenizer, uint32_t id);

/* The bytes of a token, behind those in `out`; nothing for an id as above. */
afina_status afina_token_bytes(const afina_tokenizer *tokenizer, uint32_t id, afina_buffer *out,
                               afina_error *error);

#endif
