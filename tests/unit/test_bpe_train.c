/* Learning merges: examples by hand, a naive twin that counts everything anew, and order
 * independence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bpe_train.h"
#include "json.h"
#include "rng.h"

static afina_bpe_trainer *new_trainer(void) {
  afina_bpe_trainer *trainer = NULL;
  assert_int_equal(afina_bpe_trainer_create(&trainer, NULL), AFINA_OK);
  return trainer;
}

static void add(afina_bpe_trainer *trainer, const char *text, size_t weight) {
  const size_t size = strlen(text);
  char *exact = malloc(size ? size : 1);
  assert_non_null(exact);
  memcpy(exact, text, size);
  assert_int_equal(afina_bpe_trainer_add(trainer, exact, size, weight, NULL), AFINA_OK);
  free(exact);
}

static afina_tokenizer *finish(const afina_bpe_trainer *trainer, size_t vocabulary_size) {
  afina_tokenizer *tokenizer = NULL;
  afina_error error = {0};
  if (afina_bpe_trainer_finish(trainer, vocabulary_size, &tokenizer, &error) != AFINA_OK)
    fail_msg("%s", error.message);
  assert_int_equal(afina_tokenizer_end_of_text(tokenizer), afina_tokenizer_size(tokenizer) - 1);
  return tokenizer;
}

/* Compares the merges, as tokenizer.json has them, and the size that follows from their number. */
static void assert_merges(const afina_tokenizer *tokenizer, const char *const *expected,
                          size_t count) {
  afina_bytes text = {0};
  cJSON *json = NULL;
  assert_int_equal(afina_tokenizer_print(tokenizer, &text, NULL), AFINA_OK);
  assert_int_equal(afina_json_parse(&json, text.data, text.size, "printed", NULL), AFINA_OK);
  const cJSON *merge = afina_json_member(afina_json_member(json, "model"), "merges")->child;
  for (size_t i = 0; i < count; i++, merge = merge->next) {
    if (!merge) fail_msg("%zu merges, expected %zu", i, count);
    if (strcmp(merge->valuestring, expected[i]) != 0)
      fail_msg("merge %zu is '%s', expected '%s'", i, merge->valuestring, expected[i]);
  }
  if (merge) fail_msg("more than %zu merges: '%s'", count, merge->valuestring);
  assert_int_equal(afina_tokenizer_size(tokenizer), 257 + count);
  cJSON_Delete(json);
  afina_bytes_free(&text);
}

/* aa occurs 4 times (places may overlap), then 'a b' and 'aa a' tie at 2 and a < aa, then 'aa ab'
 * occurs twice. */
static void overlapping_pairs_by_hand(void **state) {
  (void)state;
  static const char *const expected[] = {"a a", "a b", "aa ab"};
  afina_bpe_trainer *trainer = new_trainer();
  add(trainer, "aaabdaaabac", 1);
  for (size_t merges = 0; merges <= 5; merges++) {
    afina_tokenizer *tokenizer = finish(trainer, 257 + merges);
    assert_merges(tokenizer, expected, merges < 3 ? merges : 3);
    afina_tokenizer_free(tokenizer);
  }
  afina_bpe_trainer_free(trainer);
}

/* The example of Sennrich et al. (2016), without their end-of-word sign. Ties go to the smaller
 * ids, and letters are in the order of the alphabet: 'e s' 9 before 's t' 9; 'l o' before 'o w'; 'e
 * w' before 'n e' and 'w est'. */
static void weighted_words_by_hand(void **state) {
  (void)state;
  static const char *const expected[] = {"e s",     "es t",  "l o",    "lo w",    "e w", "n ew",
                                         "new est", "d est", "i dest", "w idest", "e r", "low er"};
  afina_bpe_trainer *trainer = new_trainer();
  add(trainer, "low", 5);
  add(trainer, "lower", 2);
  add(trainer, "newest", 6);
  add(trainer, "widest", 3);
  afina_tokenizer *tokenizer = finish(trainer, 1000);
  assert_merges(tokenizer, expected, sizeof expected / sizeof expected[0]);
  afina_tokens tokens = {0};
  assert_int_equal(afina_tokenizer_encode(tokenizer, "lowest", 6, &tokens, NULL), AFINA_OK);
  assert_int_equal(tokens.count, 2);
  assert_int_equal(tokens.ids[0], 259); /* low: the fourth merge */
  assert_int_equal(tokens.ids[1], 257); /* est: the second */
  afina_tokens_free(&tokens);
  afina_tokenizer_free(tokenizer);
  afina_bpe_trainer_free(trainer);
}

/* Words are cut before they are counted: the space goes to the word after it, nothing crosses. */
static void merges_stay_within_words(void **state) {
  (void)state;
  static const char *const expected[] = {"1 2", "\u0120 12"};
  afina_bpe_trainer *trainer = new_trainer();
  add(trainer, "x 12 12\ny 12 z", 1);
  afina_tokenizer *tokenizer = finish(trainer, 300);
  assert_merges(tokenizer, expected, 2);
  afina_tokenizer_free(tokenizer);
  afina_bpe_trainer_free(trainer);
}

/* ---- the twin ---- */

enum { TWIN_WORDS = 60, TWIN_LONGEST = 24, TWIN_MERGES = 120, TWIN_TOKENS = 256 + TWIN_MERGES };

typedef struct twin {
  uint32_t words[TWIN_WORDS][TWIN_LONGEST];
  size_t sizes[TWIN_WORDS], weights[TWIN_WORDS];
  char tokens[TWIN_TOKENS][TWIN_LONGEST + 1];
  char merges[TWIN_MERGES][2 * TWIN_LONGEST + 2];
  size_t merge_count;
  size_t counts[TWIN_TOKENS][TWIN_TOKENS];
} twin;

/* One merge of the most frequent pair; false when none occurs twice. Going through the pairs in
 * ascending order and keeping the first best one is the tie-break. */
static bool twin_merge(twin *t) {
  const uint32_t made = (uint32_t)(256 + t->merge_count);
  memset(t->counts, 0, sizeof t->counts);
  for (size_t w = 0; w < TWIN_WORDS; w++)
    for (size_t i = 0; i + 1 < t->sizes[w]; i++)
      t->counts[t->words[w][i]][t->words[w][i + 1]] += t->weights[w];
  uint32_t left = 0, right = 0;
  for (uint32_t a = 0; a < made; a++)
    for (uint32_t b = 0; b < made; b++)
      if (t->counts[a][b] > t->counts[left][right]) {
        left = a;
        right = b;
      }
  if (t->counts[left][right] < 2) return false;
  char *token = t->tokens[made], *merge = t->merges[t->merge_count++];
  const size_t size = strlen(t->tokens[left]);
  strcpy(token, t->tokens[left]);
  strcpy(token + size, t->tokens[right]);
  memcpy(merge, token, size);
  merge[size] = ' ';
  strcpy(merge + size + 1, token + size);
  for (size_t w = 0; w < TWIN_WORDS; w++) {
    size_t to = 0;
    for (size_t from = 0; from < t->sizes[w]; to++) {
      const bool here =
          from + 1 < t->sizes[w] && t->words[w][from] == left && t->words[w][from + 1] == right;
      t->words[w][to] = here ? made : t->words[w][from];
      from += here ? 2 : 1;
    }
    t->sizes[w] = to;
  }
  return true;
}

static void learning_equals_the_naive_twin(void **state) {
  (void)state;
  twin *t = malloc(sizeof *t);
  assert_non_null(t);
  afina_rng rng;
  for (uint64_t seed = 1; seed <= 12; seed++) {
    afina_rng_seed(&rng, seed);
    memset(t, 0, sizeof *t);
    for (uint32_t id = 0; id < 94; id++) t->tokens[id][0] = (char)('!' + id);
    afina_bpe_trainer *trainer = new_trainer();
    const size_t letters = 1 + seed % 4; /* one letter alone: nothing but overlaps */
    for (size_t w = 0; w < TWIN_WORDS; w++) {
      char word[TWIN_LONGEST + 1] = {0};
      t->sizes[w] = 1 + afina_rng_below(&rng, TWIN_LONGEST);
      t->weights[w] = 1 + afina_rng_below(&rng, 3);
      for (size_t i = 0; i < t->sizes[w]; i++) {
        word[i] = (char)('a' + afina_rng_below(&rng, letters));
        t->words[w][i] = (uint32_t)(word[i] - '!');
      }
      add(trainer, word, t->weights[w]);
    }
    while (t->merge_count < TWIN_MERGES && twin_merge(t)) {}
    const char *expected[TWIN_MERGES];
    for (size_t i = 0; i < t->merge_count; i++) expected[i] = t->merges[i];
    afina_tokenizer *tokenizer = finish(trainer, 257 + TWIN_MERGES);
    assert_merges(tokenizer, expected, t->merge_count);
    afina_tokenizer_free(tokenizer);
    afina_bpe_trainer_free(trainer);
  }
  free(t);
}

/* ---- properties ---- */

static const char *const lines[] = {
    "A professora afinou o viol\u00e3o e a viola antes da aula.\n",
    "The teacher tuned the guitar before class.\n",
    "O viol\u00e3o da professora n\u00e3o desafina, dizem os alunos.\n",
    "They're sure that it's the teacher's guitar.\n",
    "\xff\xfe bytes que n\u00e3o s\u00e3o UTF-8 \xc3\n",
    "1822 1889 1964 1988 2026 22 88\n",
    "    \n\n\t\t  \n"};
enum { LINES = sizeof lines / sizeof lines[0] };

static afina_bytes train_in_order(const size_t *order, size_t weight) {
  afina_bpe_trainer *trainer = new_trainer();
  for (size_t i = 0; i < LINES; i++) add(trainer, lines[order[i]], weight);
  afina_tokenizer *tokenizer = finish(trainer, 320);
  afina_bytes text = {0};
  assert_int_equal(afina_tokenizer_print(tokenizer, &text, NULL), AFINA_OK);
  afina_tokenizer_free(tokenizer);
  afina_bpe_trainer_free(trainer);
  return text;
}

static void the_order_of_texts_does_not_matter(void **state) {
  (void)state;
  size_t order[LINES];
  for (size_t i = 0; i < LINES; i++) order[i] = i;
  afina_bytes first = train_in_order(order, 3);
  afina_rng rng;
  afina_rng_seed(&rng, 9);
  for (size_t round = 0; round < 20; round++) {
    afina_rng_shuffle(&rng, order, LINES);
    afina_bytes again = train_in_order(order, 3);
    assert_int_equal(again.size, first.size);
    assert_memory_equal(again.data, first.data, first.size);
    afina_bytes_free(&again);
  }
  afina_bytes_free(&first);
}

static void a_weight_is_that_many_repetitions(void **state) {
  (void)state;
  afina_bpe_trainer *weighted = new_trainer(), *repeated = new_trainer();
  for (size_t i = 0; i < LINES; i++) {
    add(weighted, lines[i], i + 1);
    for (size_t k = 0; k <= i; k++) add(repeated, lines[i], 1);
  }
  afina_tokenizer *a = finish(weighted, 400), *b = finish(repeated, 400);
  afina_bytes first = {0}, second = {0};
  assert_int_equal(afina_tokenizer_print(a, &first, NULL), AFINA_OK);
  assert_int_equal(afina_tokenizer_print(b, &second, NULL), AFINA_OK);
  assert_int_equal(first.size, second.size);
  assert_memory_equal(first.data, second.data, first.size);
  afina_bytes_free(&first);
  afina_bytes_free(&second);
  afina_tokenizer_free(a);
  afina_tokenizer_free(b);
  afina_bpe_trainer_free(weighted);
  afina_bpe_trainer_free(repeated);
}

static void learned_text_survives_and_gets_shorter(void **state) {
  (void)state;
  afina_bpe_trainer *trainer = new_trainer();
  for (size_t i = 0; i < LINES; i++) add(trainer, lines[i], 2);
  afina_tokenizer *tokenizer = finish(trainer, 400);
  for (size_t i = 0; i < LINES; i++) {
    const size_t size = strlen(lines[i]);
    afina_tokens tokens = {0};
    afina_buffer back = {0};
    assert_int_equal(afina_tokenizer_encode(tokenizer, lines[i], size, &tokens, NULL), AFINA_OK);
    assert_true(tokens.count < size);
    assert_int_equal(afina_tokenizer_decode(tokenizer, tokens.ids, tokens.count, &back, NULL),
                     AFINA_OK);
    assert_int_equal(back.size, size);
    assert_memory_equal(back.data, lines[i], size);
    afina_tokens_free(&tokens);
    afina_buffer_free(&back);
  }
  afina_tokenizer_free(tokenizer);
  afina_bpe_trainer_free(trainer);
}

/* The text of the special token never becomes a token of a user's text. */
static void the_special_tokens_text_is_not_learned(void **state) {
  (void)state;
  afina_bpe_trainer *trainer = new_trainer();
  add(trainer, "<|endoftext|><|endoftext|> <|endoftext|>", 100);
  afina_tokenizer *tokenizer = finish(trainer, 400);
  afina_tokens tokens = {0};
  assert_int_equal(afina_tokenizer_encode(tokenizer, "<|endoftext|>", 13, &tokens, NULL), AFINA_OK);
  assert_int_equal(tokens.count, 3); /* "<|", "endoftext" and "|>" */
  for (size_t i = 0; i < 3; i++)
    assert_true(tokens.ids[i] != afina_tokenizer_end_of_text(tokenizer));
  afina_tokens_free(&tokens);
  afina_tokenizer_free(tokenizer);
  afina_bpe_trainer_free(trainer);
}

static void no_text_gives_the_bytes_alone(void **state) {
  (void)state;
  afina_bpe_trainer *trainer = new_trainer();
  add(trainer, "", 1);
  afina_tokenizer *tokenizer = finish(trainer, 5000);
  assert_merges(tokenizer, NULL, 0);
  afina_tokenizer_free(tokenizer);
  add(trainer, "abab", 1); /* after finish, more text may come */
  tokenizer = finish(trainer, 5000);
  static const char *const expected[] = {"a b"};
  assert_merges(tokenizer, expected, 1);
  afina_tokenizer_free(tokenizer);
  afina_bpe_trainer_free(trainer);
  afina_bpe_trainer_free(NULL);
}

static void arguments_out_of_range_are_refused(void **state) {
  (void)state;
  afina_bpe_trainer *trainer = new_trainer();
  afina_error error = {0};
  afina_tokenizer *tokenizer = NULL;
  assert_int_equal(afina_bpe_trainer_add(trainer, "a", 1, 0, &error), AFINA_E_ARGUMENT);
  assert_int_equal(afina_bpe_trainer_add(trainer, "a", 1, 1000001, &error), AFINA_E_ARGUMENT);
  assert_non_null(strstr(error.message, "weight"));
  assert_int_equal(afina_bpe_trainer_finish(trainer, 256, &tokenizer, &error), AFINA_E_ARGUMENT);
  assert_int_equal(afina_bpe_trainer_finish(trainer, 1000001, &tokenizer, &error),
                   AFINA_E_ARGUMENT);
  assert_non_null(strstr(error.message, "vocabulary size"));
  assert_null(tokenizer);
  afina_bpe_trainer_free(trainer);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(overlapping_pairs_by_hand),
      cmocka_unit_test(weighted_words_by_hand),
      cmocka_unit_test(merges_stay_within_words),
      cmocka_unit_test(learning_equals_the_naive_twin),
      cmocka_unit_test(the_order_of_texts_does_not_matter),
      cmocka_unit_test(a_weight_is_that_many_repetitions),
      cmocka_unit_test(learned_text_survives_and_gets_shorter),
      cmocka_unit_test(the_special_tokens_text_is_not_learned),
      cmocka_unit_test(no_text_gives_the_bytes_alone),
      cmocka_unit_test(arguments_out_of_range_are_refused),
  };
  return cmocka_run_group_tests_name("bpe_train", tests, NULL, NULL);
}
