/* Any bytes as a tokenizer and a text. Up to the first NUL the input is a tokenizer.json, after it
 * a text. Without a NUL the input is a text from which a tokenizer is learned. Whatever the
 * tokenizer, the text survives it. */
#include <string.h>

#include "bpe_train.h"
#include "fuzz.h"
#include "tokenizer.h"

/* encode, then decode: the bytes of the text. The caller frees *ids. */
static void round_trip(afina_tokenizer *tokenizer, const char *text, size_t size,
                       afina_tokens *ids) {
  REQUIRE(afina_tokenizer_encode(tokenizer, text, size, ids, NULL) == AFINA_OK);
  for (size_t i = 0; i < ids->count; i++) {
    REQUIRE(ids->ids[i] < afina_tokenizer_size(tokenizer));
    REQUIRE(ids->ids[i] != afina_tokenizer_end_of_text(tokenizer));
  }
  afina_buffer back = {0};
  REQUIRE(afina_tokenizer_decode(tokenizer, ids->ids, ids->count, &back, NULL) == AFINA_OK);
  REQUIRE(back.size == size && (size == 0 || memcmp(back.data, text, size) == 0));
  afina_buffer_free(&back);
}

/* Printed and read back, the tokenizer gives the same ids, and prints to the same bytes. */
static void check(afina_tokenizer *tokenizer, const char *text, size_t size) {
  afina_tokens ids = {0}, same = {0};
  afina_bytes json, second;
  afina_tokenizer *again;
  round_trip(tokenizer, text, size, &ids);
  REQUIRE(afina_tokenizer_print(tokenizer, &json, NULL) == AFINA_OK);
  REQUIRE(afina_tokenizer_parse(&again, json.data, json.size, NULL) == AFINA_OK);
  round_trip(again, text, size, &same);
  REQUIRE(same.count == ids.count);
  for (size_t i = 0; i < ids.count; i++) REQUIRE(same.ids[i] == ids.ids[i]);
  REQUIRE(afina_tokenizer_print(again, &second, NULL) == AFINA_OK);
  REQUIRE(second.size == json.size && memcmp(second.data, json.data, json.size) == 0);
  afina_tokens_free(&ids);
  afina_tokens_free(&same);
  afina_bytes_free(&json);
  afina_bytes_free(&second);
  afina_tokenizer_free(again);
}

static void learn(const char *text, size_t size) {
  afina_bpe_trainer *trainer;
  afina_tokenizer *tokenizer;
  REQUIRE(afina_bpe_trainer_create(&trainer, NULL) == AFINA_OK);
  REQUIRE(afina_bpe_trainer_add(trainer, text, size, 1, NULL) == AFINA_OK);
  const size_t wanted = AFINA_BPE_SMALLEST + size % 100;
  REQUIRE(afina_bpe_trainer_finish(trainer, wanted, &tokenizer, NULL) == AFINA_OK);
  REQUIRE(afina_tokenizer_size(tokenizer) <= wanted);
  check(tokenizer, text, size);
  afina_tokenizer_free(tokenizer);
  afina_bpe_trainer_free(trainer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const uint8_t *end = size ? memchr(data, 0, size) : NULL;
  if (!end) {
    learn((const char *)data, size);
    return 0;
  }
  const size_t length = (size_t)(end - data);
  afina_tokenizer *tokenizer;
  afina_error error = {0};
  if (afina_tokenizer_parse(&tokenizer, data, length, &error) == AFINA_OK) {
    check(tokenizer, (const char *)end + 1, size - length - 1);
    afina_tokenizer_free(tokenizer);
  } else {
    REQUIRE(error.status != AFINA_OK && strlen(error.message) > 0);
  }
  return 0;
}
