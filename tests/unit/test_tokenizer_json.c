/* tokenizer.json: what is printed reads back; damaged, hostile and other kinds of files are refused
 * by name. */
#include "json.h"
#include "tokenizer_document.h"

/* ---- tokenizer.json ---- */

static void what_is_printed_reads_back(void **state) {
  (void)state;
  afina_tokenizer *tokenizer = load(hand);
  assert_prints_itself(tokenizer);
  afina_bytes text = {0};
  assert_int_equal(afina_tokenizer_print(tokenizer, &text, NULL), AFINA_OK);
  afina_tokenizer *again = NULL;
  assert_int_equal(afina_tokenizer_parse(&again, text.data, text.size, NULL), AFINA_OK);
  assert_ids(again, "aaab \u00e9", 4, (uint32_t[]){257, 258, 220, 262});
  any_bytes_survive(again);
  cJSON *json = NULL;
  assert_int_equal(afina_json_parse(&json, text.data, text.size, "printed", NULL), AFINA_OK);
  const cJSON *model = afina_json_member(json, "model");
  assert_string_equal(cJSON_GetArrayItem(afina_json_member(model, "merges"), 2)->valuestring,
                      "\u0120 a");
  const cJSON *vocab = afina_json_member(model, "vocab");
  assert_int_equal(cJSON_GetArraySize(vocab), 263);
  assert_int_equal(afina_json_member(vocab, "<|endoftext|>")->valueint, 256);
  assert_true(cJSON_IsFalse(
      afina_json_member(afina_json_member(json, "pre_tokenizer"), "add_prefix_space")));
  cJSON_Delete(json);
  afina_bytes_free(&text);
  afina_tokenizer_free(again);
  afina_tokenizer_free(tokenizer);
}

static void variants_that_mean_the_same_load(void **state) {
  (void)state;
  static const parts variants[] = {
      {.root = PLAIN
       "\"truncation\":{\"max_length\":50},\"padding\":{\"pad_id\":3},\"normalizer\":null,",
       .bytes = 256},
      {.root = PLAIN
       "\"decoder\":{\"type\":\"ByteLevel\"},\"post_processor\":{\"type\":\"ByteLevel\"},",
       .bytes = 256},
      {.root = "\"pre_tokenizer\":{\"type\":\"ByteLevel\",\"use_regex\":true}," END_OF_TEXT("256"),
       .settings =
           "\"dropout\":null,\"unk_token\":\"<|endoftext|>\",\"continuing_subword_prefix\":\"\","
           "\"byte_fallback\":false,\"fuse_unk\":false,",
       .vocab = ",\"<|endoftext|>\":256",
       .bytes = 256},
      {.root = BYTE_LEVEL, .vocab = ",\"<|endoftext|>\":256", .bytes = 256}};
  for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++) {
    afina_tokenizer *tokenizer = load(variants[i]);
    assert_int_equal(afina_tokenizer_size(tokenizer), 257);
    assert_int_equal(afina_tokenizer_end_of_text(tokenizer), 256);
    assert_prints_itself(tokenizer);
    afina_tokenizer_free(tokenizer);
  }
  /* Another special token, with characters outside the byte alphabet, in vocab too. */
  afina_tokenizer *tokenizer =
      load((parts){.root = BYTE_LEVEL
                   "\"added_tokens\":[{\"id\":256,\"content\":\"<|endoftext|>\",\"special\":true},"
                   "{\"id\":257,\"content\":\"[fim do texto \u4e2d]\",\"special\":true}],",
                   .vocab = ",\"[fim do texto \u4e2d]\":257",
                   .bytes = 256});
  assert_int_equal(afina_tokenizer_size(tokenizer), 258);
  assert_prints_itself(tokenizer);
  afina_buffer text = {0};
  assert_int_equal(afina_tokenizer_decode(tokenizer, (uint32_t[]){257}, 1, &text, NULL), AFINA_OK);
  assert_int_equal(text.size, strlen("[fim do texto \u4e2d]"));
  afina_buffer_free(&text);
  afina_tokenizer_free(tokenizer);
}

static void other_kinds_are_refused_by_name(void **state) {
  (void)state;
  static const struct {
    const char *root, *settings, *words;
  } cases[] = {
      {PLAIN "\"normalizer\":{\"type\":\"NFC\"},", NULL, "normalizer"},
      {END_OF_TEXT("256"), NULL, "pre_tokenizer"},
      {"\"pre_tokenizer\":{\"type\":\"Whitespace\"}," END_OF_TEXT("256"), NULL, "pre_tokenizer"},
      {"\"pre_tokenizer\":{\"type\":\"ByteLevel\",\"add_prefix_space\":true}," END_OF_TEXT("256"),
       NULL, "add_prefix_space"},
      {"\"pre_tokenizer\":{\"type\":\"ByteLevel\",\"use_regex\":false}," END_OF_TEXT("256"), NULL,
       "use_regex"},
      {PLAIN "\"decoder\":{\"type\":\"Metaspace\"},", NULL, "decoder"},
      {PLAIN "\"post_processor\":{\"type\":\"TemplateProcessing\"},", NULL, "post_processor"},
      {PLAIN, "\"dropout\":0.1,", "dropout"},
      {PLAIN, "\"continuing_subword_prefix\":\"##\",", "continuing_subword_prefix"},
      {PLAIN, "\"end_of_word_suffix\":\"</w>\",", "end_of_word_suffix"},
      {PLAIN, "\"byte_fallback\":true,", "byte_fallback"},
      {PLAIN, "\"ignore_merges\":true,", "ignore_merges"},
      {BYTE_LEVEL "\"added_tokens\":[{\"id\":256,\"content\":\"<|endoftext|>\",\"special\":true},"
                  "{\"id\":257,\"content\":\"word\",\"special\":false}],",
       NULL, "'word' is not special"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    refuse((parts){.root = cases[i].root, .settings = cases[i].settings, .bytes = 256},
           AFINA_E_UNSUPPORTED, cases[i].words);
  afina_tokenizer *tokenizer = NULL;
  afina_error error = {0};
  const char other[] = "{" PLAIN "\"model\":{\"type\":\"WordPiece\"}}";
  assert_int_equal(afina_tokenizer_parse(&tokenizer, other, sizeof other - 1, &error),
                   AFINA_E_UNSUPPORTED);
  assert_non_null(strstr(error.message, "model.type"));
}

static void damaged_vocabularies_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *root, *vocab, *words;
  } cases[] = {
      {PLAIN, ",\"aa\":256", "'aa' has id 256, which another token has too"},
      {PLAIN, ",\"aa\":5", "'aa' has id 5"},
      {PLAIN, ",\"aa\":999999", "'aa' has id 999999"},
      {PLAIN, ",\"aa\":1000000", "'aa' must be a whole number"},
      {PLAIN, ",\"aa\":-1", "'aa' must be a whole number"},
      {PLAIN, ",\"aa\":257.5", "'aa' must be a whole number"},
      {PLAIN, ",\"aa\":1e300", "'aa' must be a whole number"},
      {PLAIN, ",\"aa\":\"257\"", "'aa' must be a whole number"},
      {PLAIN, ",\"aa\":null", "'aa' must be a whole number"},
      {PLAIN, ",\"aa\":257,\"aa\":258", "'aa' has two ids"},
      {PLAIN, ",\"a\":257", "'a' has two ids"},
      {PLAIN, ",\"<|endoftext|>\":257", "two ids"},
      {PLAIN, ",\"\":257", "empty"},
      {PLAIN, ",\"a a\":257", "'a a' has a character outside"},
      {PLAIN, ",\"\u4e2d\\n\":257", "'\\xe4\\xb8\\xad\\x0a' has a character outside"},
      {BYTE_LEVEL, NULL, "no <|endoftext|>"},
      {BYTE_LEVEL END_OF_TEXT("257"), NULL, "'<|endoftext|>' has id 257"},
      {BYTE_LEVEL END_OF_TEXT("257"), ",\"<|endoftext|>\":257", "none has id 256"},
      {BYTE_LEVEL END_OF_TEXT("-3"), NULL, "whole number"},
      {BYTE_LEVEL END_OF_TEXT("7"), NULL, "id 7"},
      {BYTE_LEVEL "\"added_tokens\":{\"a\":1},", NULL, "'added_tokens' must be a list"},
      {BYTE_LEVEL "\"added_tokens\":[{\"id\":256}],", NULL, "no 'content'"},
      {BYTE_LEVEL "\"added_tokens\":[3],", NULL, "no 'content'"},
      {BYTE_LEVEL "\"added_tokens\":[{\"id\":256,\"content\":\"\xff\"}],", NULL, "not valid UTF-8"},
      {BYTE_LEVEL "\"added_tokens\":[{\"id\":256,\"content\":7}],", NULL,
       "'content' must be a string"},
      {PLAIN "\"decoder\":[],", NULL, "'decoder' must be an object"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    refuse((parts){.root = cases[i].root, .vocab = cases[i].vocab, .bytes = 256}, AFINA_E_FORMAT,
           cases[i].words);
  refuse((parts){.root = BYTE_LEVEL END_OF_TEXT("255"), .bytes = 255}, AFINA_E_FORMAT, "byte 0xad");
  refuse((parts){.root = BYTE_LEVEL END_OF_TEXT("0"), .bytes = 0}, AFINA_E_FORMAT, "byte 0x00");
}

static void damaged_merges_are_refused(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {"[\"a z\"]", "number 0 makes 'az'"},
      {"[\"a b\",\"b aa\"]", "number 1 makes 'baa'"},
      {"[\"a zz\"]", "number 0 names 'zz'"},
      {"[\"a b\",\"a b\"]", "number 1, of 'ab', is the same as number 0"},
      {"[\"a b\",[\"a\",\"b\"]]", "is the same as number 0"},
      {"[\"ab\"]", "number 0 must be two tokens"},
      {"[\" b\"]", "number 0 must be two tokens"},
      {"[\"a \"]", "number 0 must be two tokens"},
      {"[\"\"]", "number 0 must be two tokens"},
      {"[\"a b c\"]", "names 'b c'"},
      {"[[\"a\"]]", "number 0 must be two tokens"},
      {"[[\"a\",\"b\",\"c\"]]", "number 0 must be two tokens"},
      {"[[\"a\",7]]", "number 0 must be two tokens"},
      {"[[\"\",\"b\"]]", "number 0 must be two tokens"},
      {"[7]", "number 0 must be two tokens"},
      {"{\"a\":\"b\"}", "'merges' must be a list"},
      {"null", "'merges' must be a list"},
      {"[\"<|endoftext|> a\"]", "number 0"},
      {"[\"<|endoftext| >\"]", "number 0, of '<|endoftext|>', is of a special token"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    refuse((parts){.root = PLAIN,
                   .vocab = ",\"ab\":257,\"aa\":258,\"<|endoftext|\":259",
                   .merges = cases[i][0],
                   .bytes = 256},
           AFINA_E_FORMAT, cases[i][1]);
}

static void what_is_no_document_is_refused(void **state) {
  (void)state;
  static const char *const cases[] = {"",
                                      "x",
                                      "null",
                                      "[]",
                                      "7",
                                      "\"a\"",
                                      "{",
                                      "{}x",
                                      "{" BYTE_LEVEL "\"model\":[]}",
                                      "{" BYTE_LEVEL "\"model\":{}}",
                                      "{" BYTE_LEVEL "\"model\":{\"vocab\":[]}}"};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    afina_buffer text = {0};
    afina_tokenizer *tokenizer = NULL;
    afina_error error = {0};
    put(&text, cases[i]);
    const afina_status status = parse(&text, &tokenizer, &error);
    if (status != AFINA_E_FORMAT)
      fail_msg("'%s': %s %s", cases[i], afina_status_name(status), error.message);
    assert_true(error.message[0] != '\0');
    afina_buffer_free(&text);
  }
}

/* Every cut of a good document fails; a document with random bytes changed fails or gives a
 * tokenizer that works. */
static void damage_anywhere_is_survived(void **state) {
  (void)state;
  afina_buffer whole = document(hand);
  for (size_t size = 0; size < whole.size; size++) {
    const afina_buffer cut = {.data = whole.data, .size = size};
    afina_tokenizer *tokenizer = NULL;
    assert_int_equal(parse(&cut, &tokenizer, NULL), AFINA_E_FORMAT);
    assert_null(tokenizer);
  }
  afina_rng rng;
  afina_rng_seed(&rng, 8);
  for (size_t round = 0; round < 3000; round++) {
    const size_t at = afina_rng_below(&rng, whole.size);
    const uint8_t before = whole.data[at];
    whole.data[at] = (uint8_t)(round % 2 ? (uint64_t) "0,:[]{}\" a"[afina_rng_below(&rng, 10)]
                                         : afina_rng_next(&rng));
    afina_tokenizer *tokenizer = NULL;
    if (parse(&whole, &tokenizer, NULL) == AFINA_OK) {
      assert_round_trip(tokenizer, "aaab \xff\n\u00e9", 9);
      afina_tokenizer_free(tokenizer);
    }
    whole.data[at] = before;
  }
  afina_buffer_free(&whole);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_printed_reads_back),
      cmocka_unit_test(variants_that_mean_the_same_load),
      cmocka_unit_test(other_kinds_are_refused_by_name),
      cmocka_unit_test(damaged_vocabularies_are_refused),
      cmocka_unit_test(damaged_merges_are_refused),
      cmocka_unit_test(what_is_no_document_is_refused),
      cmocka_unit_test(damage_anywhere_is_survived),
  };
  return cmocka_run_group_tests_name("tokenizer_json", tests, NULL, NULL);
}
