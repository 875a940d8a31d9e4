/* What the tests of the tokenizer share: small tokenizers to load or refuse, and what must hold of
 * each. */
#ifndef AFINA_TEST_TOKENIZER_DOCUMENT_H
#define AFINA_TEST_TOKENIZER_DOCUMENT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "byte_alphabet.h"
#include "rng.h"
#include "tokenizer.h"

/* A tokenizer.json of the byte tokens and what a test wants different. */
typedef struct parts {
  const char *root;     /* members before the model, each with a comma after it */
  const char *settings; /* members of the model, the same */
  const char *vocab;    /* entries after the bytes, each with a comma before it */
  const char *merges;
  size_t bytes; /* how many byte tokens: the first ones */
} parts;

#define BYTE_LEVEL "\"pre_tokenizer\":{\"type\":\"ByteLevel\",\"add_prefix_space\":false},"
#define END_OF_TEXT(id) \
  "\"added_tokens\":[{\"id\":" id ",\"content\":\"<|endoftext|>\",\"special\":true}],"
#define PLAIN BYTE_LEVEL END_OF_TEXT("256")

static inline void put(afina_buffer *out, const char *text) {
  assert_int_equal(afina_buffer_append(out, text, strlen(text), NULL), AFINA_OK);
}

static inline afina_buffer document(parts p) {
  afina_buffer out = {0};
  uint8_t order[256];
  afina_byte_order(order);
  put(&out, "{");
  put(&out, p.root);
  put(&out, "\"model\":{\"type\":\"BPE\",");
  put(&out, p.settings ? p.settings : "");
  put(&out, "\"vocab\":{");
  for (size_t id = 0; id < p.bytes; id++) {
    char number[32];
    put(&out, id ? ",\"" : "\"");
    if (order[id] == '"' || order[id] == '\\') put(&out, "\\");
    assert_int_equal(afina_byte_write(&out, &order[id], 1, NULL), AFINA_OK);
    snprintf(number, sizeof number, "\":%zu", id);
    put(&out, number);
  }
  put(&out, p.vocab ? p.vocab : "");
  put(&out, "},\"merges\":");
  put(&out, p.merges ? p.merges : "[]");
  put(&out, "}}");
  return out;
}

/* The text stands in a block of exactly its size, so that reading past it is seen. */
static inline afina_status parse(const afina_buffer *text, afina_tokenizer **out,
                                 afina_error *error) {
  uint8_t *exact = malloc(text->size ? text->size : 1);
  assert_non_null(exact);
  if (text->size) memcpy(exact, text->data, text->size);
  const afina_status status = afina_tokenizer_parse(out, exact, text->size, error);
  free(exact);
  return status;
}

static inline afina_tokenizer *load(parts p) {
  afina_buffer text = document(p);
  afina_tokenizer *tokenizer = NULL;
  afina_error error = {0};
  if (parse(&text, &tokenizer, &error) != AFINA_OK) fail_msg("%s", error.message);
  afina_buffer_free(&text);
  return tokenizer;
}

static inline void refuse(parts p, afina_status expected, const char *words) {
  afina_buffer text = document(p);
  afina_tokenizer *tokenizer = NULL;
  afina_error error = {0};
  const afina_status status = parse(&text, &tokenizer, &error);
  if (status != expected || error.status != expected || !strstr(error.message, words))
    fail_msg("expected %s '%s', got %s: %s", afina_status_name(expected), words,
             afina_status_name(status), error.message);
  assert_null(tokenizer);
  afina_buffer_free(&text);
}

static inline afina_tokens encode(afina_tokenizer *tokenizer, const char *text, size_t size) {
  char *exact = malloc(size ? size : 1);
  assert_non_null(exact);
  if (size) memcpy(exact, text, size);
  afina_tokens tokens = {0};
  afina_error error = {0};
  if (afina_tokenizer_encode(tokenizer, exact, size, &tokens, &error) != AFINA_OK)
    fail_msg("%s", error.message);
  free(exact);
  return tokens;
}

static inline void assert_ids(afina_tokenizer *tokenizer, const char *text, size_t count,
                              const uint32_t *ids) {
  afina_tokens tokens = encode(tokenizer, text, strlen(text));
  if (tokens.count != count) fail_msg("'%s': %zu ids, expected %zu", text, tokens.count, count);
  for (size_t i = 0; i < count; i++)
    if (tokens.ids[i] != ids[i])
      fail_msg("'%s': id %zu is %u, expected %u", text, i, (unsigned)tokens.ids[i],
               (unsigned)ids[i]);
  afina_tokens_free(&tokens);
}

static inline void assert_round_trip(afina_tokenizer *tokenizer, const void *text, size_t size) {
  afina_tokens tokens = encode(tokenizer, text, size);
  afina_buffer back = {0};
  assert_int_equal(afina_tokenizer_decode(tokenizer, tokens.ids, tokens.count, &back, NULL),
                   AFINA_OK);
  assert_int_equal(back.size, size);
  if (size) assert_memory_equal(back.data, text, size);
  afina_buffer_free(&back);
  afina_tokens_free(&tokens);
}

/* Ids by hand: a letter is its byte less 33, a space 220; merges in the order of their ranks. */
static const parts hand = {
    .root = BYTE_LEVEL END_OF_TEXT("256"),
    .vocab = ",\"aa\":257,\"ab\":258,\"aab\":259,\"\u0120a\":260,\"bb\":261,\"\u00c3\u00a9\":262",
    .merges = "[\"a a\",\"a b\",[\"\u0120\",\"a\"],\"aa b\",\"b b\",[\"\u00c3\",\"\u00a9\"]]",
    .bytes = 256};

static inline void any_bytes_survive(afina_tokenizer *tokenizer) {
  afina_rng rng;
  afina_rng_seed(&rng, 7);
  uint8_t bytes[400];
  for (size_t round = 0; round < 2000; round++) {
    const size_t size = afina_rng_below(&rng, sizeof bytes + 1);
    for (size_t i = 0; i < size; i++) bytes[i] = (uint8_t)afina_rng_below(&rng, 256);
    assert_round_trip(tokenizer, bytes, size);
  }
  for (size_t byte = 0; byte < 256; byte++) {
    bytes[0] = (uint8_t)byte;
    assert_round_trip(tokenizer, bytes, 1);
  }
}

static inline void assert_prints_itself(const afina_tokenizer *tokenizer) {
  afina_bytes first = {0}, second = {0};
  afina_tokenizer *again = NULL;
  assert_int_equal(afina_tokenizer_print(tokenizer, &first, NULL), AFINA_OK);
  assert_int_equal(afina_tokenizer_parse(&again, first.data, first.size, NULL), AFINA_OK);
  assert_int_equal(afina_tokenizer_print(again, &second, NULL), AFINA_OK);
  assert_int_equal(first.size, second.size);
  assert_memory_equal(first.data, second.data, first.size);
  assert_int_equal(afina_tokenizer_size(again), afina_tokenizer_size(tokenizer));
  assert_int_equal(afina_tokenizer_end_of_text(again), afina_tokenizer_end_of_text(tokenizer));
  afina_tokenizer_free(again);
  afina_bytes_free(&first);
  afina_bytes_free(&second);
}

#endif
