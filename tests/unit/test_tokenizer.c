/* Encoding and decoding: by hand, against a naive twin, GPT-2's own ids, any bytes through and
 * back. */
#include "json.h"
#include "tokenizer_document.h"
#include "vocabulary.h"

/* ---- merging ---- */

static void merges_go_by_rank_then_from_the_left(void **state) {
  (void)state;
  afina_tokenizer *tokenizer = load(hand);
  assert_int_equal(afina_tokenizer_size(tokenizer), 263);
  assert_int_equal(afina_tokenizer_end_of_text(tokenizer), 256);
  assert_ids(tokenizer, "", 0, NULL);
  assert_ids(tokenizer, "c", 1, (uint32_t[]){66});
  assert_ids(tokenizer, "aaa", 2, (uint32_t[]){257, 64});
  assert_ids(tokenizer, "aab", 1, (uint32_t[]){259});
  assert_ids(tokenizer, "aaab", 2, (uint32_t[]){257, 258});
  assert_ids(tokenizer, "abb", 2, (uint32_t[]){258, 65});
  assert_ids(tokenizer, "bbb", 2, (uint32_t[]){261, 65});
  assert_ids(tokenizer, " ab", 2, (uint32_t[]){220, 258}); /* 'a b' outranks ' a' */
  assert_ids(tokenizer, " ac", 2, (uint32_t[]){260, 66});
  assert_ids(tokenizer, "  a", 2, (uint32_t[]){220, 260});
  assert_ids(tokenizer, "\u00e9", 1, (uint32_t[]){262});
  assert_ids(tokenizer, "a1a", 3, (uint32_t[]){64, 16, 64}); /* words are not merged across */
  afina_tokenizer_free(tokenizer);
}

static void encode_appends_and_decode_appends(void **state) {
  (void)state;
  afina_tokenizer *tokenizer = load(hand);
  afina_tokens tokens = {0};
  assert_int_equal(afina_tokenizer_encode(tokenizer, "aa", 2, &tokens, NULL), AFINA_OK);
  assert_int_equal(afina_tokenizer_encode(tokenizer, "ab", 2, &tokens, NULL), AFINA_OK);
  assert_int_equal(tokens.count, 2);
  assert_int_equal(tokens.ids[0], 257);
  assert_int_equal(tokens.ids[1], 258);
  afina_buffer text = {0};
  const uint32_t ids[] = {260, 256, 259};
  assert_int_equal(afina_tokenizer_decode(tokenizer, tokens.ids, 2, &text, NULL), AFINA_OK);
  assert_int_equal(afina_tokenizer_decode(tokenizer, ids, 3, &text, NULL), AFINA_OK);
  assert_int_equal(text.size, 22);
  assert_memory_equal(text.data, "aaab a<|endoftext|>aab", 22);
  afina_error error = {0};
  const uint32_t wrong[] = {64, 263};
  assert_int_equal(afina_tokenizer_decode(tokenizer, wrong, 2, &text, &error), AFINA_E_ARGUMENT);
  assert_non_null(strstr(error.message, "263"));
  assert_int_equal(text.size, 22);
  afina_buffer_free(&text);
  afina_tokens_free(&tokens);
  afina_tokenizer_free(tokenizer);
}

static void special_tokens_in_a_text_are_text(void **state) {
  (void)state;
  afina_tokenizer *tokenizer = load(hand);
  afina_tokens tokens = encode(tokenizer, "<|endoftext|>", 13);
  assert_int_equal(tokens.count, 13);
  for (size_t i = 0; i < tokens.count; i++) assert_true(tokens.ids[i] < 256);
  afina_tokens_free(&tokens);
  afina_tokenizer_free(tokenizer);
}

/* The twin: look for the lowest rank, merge its leftmost place, again from the start. The merges of
 * `hand`. */
static size_t merge_naively(uint32_t *ids, size_t count) {
  static const uint32_t merges[][3] = {
      {64, 64, 257}, {64, 65, 258}, {220, 64, 260}, {257, 65, 259}, {65, 65, 261}};
  for (size_t rank = 0; rank < sizeof merges / sizeof merges[0];) {
    size_t at = 0;
    while (at + 1 < count && (ids[at] != merges[rank][0] || ids[at + 1] != merges[rank][1])) at++;
    if (at + 1 >= count) {
      rank++;
      continue;
    }
    ids[at] = merges[rank][2];
    memmove(ids + at + 1, ids + at + 2, (count - at - 2) * sizeof *ids);
    count--;
    rank = 0;
  }
  return count;
}

static void merging_equals_the_naive_twin(void **state) {
  (void)state;
  afina_tokenizer *tokenizer = load(hand);
  afina_rng rng;
  afina_rng_seed(&rng, 5);
  for (size_t round = 0; round < 4000;
       round++) { /* short words repeat: cached ones are compared too */
    char text[80];
    uint32_t ids[80];
    const size_t size = 1 + afina_rng_below(&rng, round % 2 ? 6 : 70);
    for (size_t i = 0; i < size; i++) {
      text[i] = i == 0 && afina_rng_below(&rng, 2) ? ' ' : "aabbc"[afina_rng_below(&rng, 5)];
      ids[i] = text[i] == ' ' ? 220 : (uint32_t)(text[i] - '!');
    }
    const size_t count = merge_naively(ids, size);
    afina_tokens tokens = encode(tokenizer, text, size);
    assert_int_equal(tokens.count, count);
    assert_memory_equal(tokens.ids, ids, count * sizeof *ids);
    afina_tokens_free(&tokens);
  }
  afina_tokenizer_free(tokenizer);
}

/* A quadratic merge of 2 MB would take hours. */
static void a_long_word_is_not_quadratic(void **state) {
  (void)state;
  afina_tokenizer *tokenizer = load(hand);
  const size_t size = 2u << 20;
  char *text = malloc(size);
  assert_non_null(text);
  memset(text, 'a', size);
  afina_tokens tokens = encode(tokenizer, text, size);
  assert_int_equal(tokens.count, size / 2);
  afina_tokens_free(&tokens);
  afina_rng rng;
  afina_rng_seed(&rng, 6);
  for (size_t i = 0; i < size; i++) text[i] = (char)('a' + afina_rng_below(&rng, 2));
  assert_round_trip(tokenizer, text, size);
  free(text);
  afina_tokenizer_free(tokenizer);
}

static void any_bytes_survive_the_round_trip(void **state) {
  (void)state;
  afina_tokenizer *tokenizer = load(hand);
  any_bytes_survive(tokenizer);
  afina_tokenizer_free(tokenizer);
}

/* ---- GPT-2's own ---- */

static bool read_file(const char *path, afina_buffer *out) {
  FILE *file = fopen(path, "rb");
  if (!file) return false;
  char block[4096];
  for (size_t got; (got = fread(block, 1, sizeof block, file)) > 0;)
    assert_int_equal(afina_buffer_append(out, block, got, NULL), AFINA_OK);
  fclose(file);
  return true;
}

static void gpt2_ids_equal_an_independent_encoders(void **state) {
  (void)state;
  afina_buffer json = {0}, rows = {0};
  if (!read_file(AFINA_SHARED "/gpt2/tokenizer.json", &json)) skip();
  assert_true(read_file(AFINA_TEST_DATA "/tokenizer_fixture.json", &rows));
  afina_tokenizer *tokenizer = NULL;
  assert_int_equal(parse(&json, &tokenizer, NULL), AFINA_OK);
  assert_int_equal(afina_tokenizer_size(tokenizer), 50257);
  assert_int_equal(afina_tokenizer_end_of_text(tokenizer), 50256);
  cJSON *fixture = NULL;
  assert_int_equal(afina_json_parse(&fixture, rows.data, rows.size, "fixture", NULL), AFINA_OK);
  size_t compared = 0;
  for (const cJSON *row = fixture->child; row; row = row->next, compared++) {
    const cJSON *ids = afina_json_member(row, "ids");
    uint32_t expected[512];
    size_t count = 0;
    for (const cJSON *id = ids->child; id; id = id->next) {
      assert_true(count < sizeof expected / sizeof expected[0]);
      expected[count++] = (uint32_t)id->valuedouble;
    }
    const char *text = afina_json_member(row, "text")->valuestring;
    assert_ids(tokenizer, text, count, expected);
    assert_ids(tokenizer, text, count, expected); /* the second time from the cache */
    assert_round_trip(tokenizer, text, strlen(text));
  }
  assert_true(compared > 200);
  any_bytes_survive(tokenizer);
  assert_prints_itself(tokenizer);
  cJSON_Delete(fixture);
  afina_tokenizer_free(tokenizer);
  afina_buffer_free(&json);
  afina_buffer_free(&rows);
}

/* 256 small tables: in some of them the bytes looked for fall on the slot of a token that they
 * begin with, and whose neighbour in memory goes on with the rest. */
static void a_token_is_not_found_by_its_beginning(void **state) {
  (void)state;
  for (uint32_t byte = 0; byte < 256; byte++) {
    const uint8_t text[] = {(uint8_t)byte, (uint8_t)(byte + 1)};
    afina_vocabulary vocabulary = {0};
    uint32_t id = 9;
    assert_int_equal(afina_vocabulary_init(&vocabulary, 2, NULL), AFINA_OK);
    assert_int_equal(afina_vocabulary_set(&vocabulary, 0, text, 1, false, NULL), AFINA_OK);
    assert_int_equal(afina_vocabulary_set(&vocabulary, 1, text + 1, 1, false, NULL), AFINA_OK);
    assert_false(afina_vocabulary_find(&vocabulary, text, 2, &id));
    assert_true(afina_vocabulary_find(&vocabulary, text + 1, 1, &id));
    assert_int_equal(id, 1);
    afina_vocabulary_free(&vocabulary);
  }
}

static void free_takes_null(void **state) {
  (void)state;
  afina_tokenizer_free(NULL);
  afina_tokens_free(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(merges_go_by_rank_then_from_the_left),
      cmocka_unit_test(encode_appends_and_decode_appends),
      cmocka_unit_test(special_tokens_in_a_text_are_text),
      cmocka_unit_test(merging_equals_the_naive_twin),
      cmocka_unit_test(a_long_word_is_not_quadratic),
      cmocka_unit_test(any_bytes_survive_the_round_trip),
      cmocka_unit_test(gpt2_ids_equal_an_independent_encoders),
      cmocka_unit_test(a_token_is_not_found_by_its_beginning),
      cmocka_unit_test(free_takes_null),
  };
  return cmocka_run_group_tests_name("tokenizer", tests, NULL, NULL);
}
