/* Byte-level BPE in the Hugging Face `tokenizer.json` format (Sennrich et al., 2016; GPT-2's byte
 * alphabet and pre-tokenisation, Radford et al., 2019). Any bytes, valid UTF-8 or not, survive
 * encode and decode. */
#ifndef AFINA_TOKENIZER_H
#define AFINA_TOKENIZER_H

#include <stddef.h>
#include <stdint.h>

#include "memory.h"
#include "status.h"

typedef struct afina_tokenizer afina_tokenizer;

/* A growable list of token ids; zero-initialise, free with afina_tokens_free. */
typedef struct afina_tokens {
  uint32_t *ids;
  size_t count, capacity;
} afina_tokens;

/* Adds one id at the end. */
afina_status afina_tokens_append(afina_tokens *tokens, uint32_t id, afina_error *error);
void afina_tokens_free(afina_tokens *tokens);

/* Reads a tokenizer.json (hostile input). */
afina_status afina_tokenizer_parse(afina_tokenizer **out, const void *json, size_t size,
                                   afina_error *error);
/* Writes one that afina_tokenizer_parse and Hugging Face `tokenizers` read back to the same
 * tokenizer. */
afina_status afina_tokenizer_print(const afina_tokenizer *tokenizer, afina_bytes *out,
                                   afina_error *error);
void afina_tokenizer_free(afina_tokenizer *tokenizer);

/* Number of ids; every id is below it. */
size_t afina_tokenizer_size(const afina_tokenizer *tokenizer);
/* The id of <|endoftext|>. */
uint32_t afina_tokenizer_end_of_text(const afina_tokenizer *tokenizer);

/* Appends the ids of `text` to `out`. Special tokens in the text are NOT recognised: a user's text
 * is only text. The tokenizer keeps a cache of words, hence not const; one thread at a time. */
afina_status afina_tokenizer_encode(afina_tokenizer *tokenizer, const char *text, size_t size,
                                    afina_tokens *out, afina_error *error);
/* Appends the bytes of `ids` to `out`; a special token becomes its text. */
afina_status afina_tokenizer_decode(const afina_tokenizer *tokenizer, const uint32_t *ids,
                                    size_t count, afina_buffer *out, afina_error *error);

#endif
