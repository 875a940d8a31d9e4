/* Sequences and batches: truncation, limits, order, and that every row comes once an epoch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "batch.h"

/* Sequence i has lengths[i] tokens: 100 i, 100 i + 1, ... */
static afina_sequences make_sequences(const size_t *lengths, size_t count) {
  afina_sequences sequences = {0};
  for (size_t i = 0; i < count; i++) {
    uint32_t *ids = malloc((lengths[i] + 1) * sizeof *ids);
    assert_non_null(ids);
    for (size_t t = 0; t < lengths[i]; t++) ids[t] = (uint32_t)(100 * i + t);
    assert_int_equal(afina_sequences_append(&sequences, ids, lengths[i], 0, NULL, NULL), AFINA_OK);
    free(ids);
  }
  return sequences;
}

static void expect_sequence(const afina_sequences *sequences, size_t i, const uint32_t *ids,
                            size_t count) {
  assert_int_equal(afina_sequences_length(sequences, i), count);
  assert_memory_equal(sequences->ids + sequences->offsets[i], ids, count * sizeof *ids);
}

static void truncates(void **state) {
  (void)state;
  const uint32_t ids[] = {1, 2, 3, 4, 5}, end = 9;
  afina_sequences sequences = {0};
  assert_int_equal(afina_sequences_append(&sequences, ids, 5, 0, NULL, NULL), AFINA_OK);
  assert_int_equal(afina_sequences_append(&sequences, ids, 5, 5, NULL, NULL), AFINA_OK);
  assert_int_equal(afina_sequences_append(&sequences, ids, 5, 3, NULL, NULL), AFINA_OK);
  assert_int_equal(afina_sequences_append(&sequences, ids, 5, 3, &end, NULL), AFINA_OK);
  assert_int_equal(afina_sequences_append(&sequences, ids, 2, 3, &end, NULL), AFINA_OK);
  assert_int_equal(afina_sequences_append(&sequences, ids, 3, 3, &end, NULL), AFINA_OK);
  assert_int_equal(afina_sequences_append(&sequences, ids, 5, 1, &end, NULL), AFINA_OK);
  assert_int_equal(afina_sequences_append(&sequences, ids, 5, 0, &end, NULL), AFINA_OK);
  assert_int_equal(afina_sequences_append(&sequences, NULL, 0, 0, NULL, NULL), AFINA_OK);
  assert_int_equal(afina_sequences_append(&sequences, NULL, 0, 0, &end, NULL), AFINA_OK);
  assert_int_equal(sequences.count, 10);
  expect_sequence(&sequences, 0, ids, 5);
  expect_sequence(&sequences, 1, ids, 5);
  expect_sequence(&sequences, 2, ids, 3);
  expect_sequence(&sequences, 3, (const uint32_t[]){1, 2, 9}, 3);
  expect_sequence(&sequences, 4, (const uint32_t[]){1, 2, 9}, 3);
  expect_sequence(&sequences, 5, (const uint32_t[]){1, 2, 9}, 3);
  expect_sequence(&sequences, 6, (const uint32_t[]){9}, 1);
  expect_sequence(&sequences, 7, (const uint32_t[]){1, 2, 3, 4, 5, 9}, 6);
  assert_int_equal(afina_sequences_length(&sequences, 8), 0);
  expect_sequence(&sequences, 9, &end, 1);
  afina_sequences_free(&sequences);
  assert_null(sequences.ids);
  afina_sequences_free(NULL);
}

/* Walks an epoch and checks everything that holds for any: contents, limits, the bounds on storage,
 * and that no batch could have taken one more text. `order` [row_count] gets the rows in the order
 * met. */
static size_t walk(afina_batcher *batcher, size_t *order) {
  const afina_sequences *sequences = batcher->sequences;
  size_t met = 0, batches = 0, last_tokens = 0, last_count = 0;
  for (const afina_batch *b; (b = afina_batcher_next(batcher)); batches++) {
    assert_true(b->count > 0 && b->count <= batcher->text_limit);
    assert_true(b->count <= batcher->max_count && b->tokens <= batcher->max_tokens);
    assert_true(batcher->token_limit == 0 || b->tokens <= batcher->token_limit || b->count == 1);
    assert_int_equal(b->starts[0], 0);
    assert_int_equal(b->starts[b->count], b->tokens);
    for (size_t i = 0; i < b->count; i++) {
      expect_sequence(sequences, b->rows[i], b->ids + b->starts[i],
                      b->starts[i + 1] - b->starts[i]);
      order[met++] = b->rows[i];
    }
    const size_t first = afina_sequences_length(sequences, b->rows[0]);
    assert_true(batches == 0 || last_count == batcher->text_limit ||
                last_tokens + first > batcher->token_limit);
    last_tokens = b->tokens;
    last_count = b->count;
  }
  assert_int_equal(met, batcher->row_count);
  assert_int_equal(batches, afina_batcher_count(batcher));
  assert_null(afina_batcher_next(batcher));
  return batches;
}

static void packs_within_both_limits(void **state) {
  (void)state;
  const size_t lengths[] = {3, 1, 4, 1, 5, 9, 2, 6};
  const size_t rows[] = {0, 1, 2, 3, 5, 7};
  afina_sequences sequences = make_sequences(lengths, 8);
  afina_batcher batcher;
  size_t order[6];
  assert_int_equal(afina_batcher_init(&batcher, &sequences, rows, 6, 3, 8, NULL), AFINA_OK);
  /* 3 1 4 | 1 | 9, alone above the cap | 6 */
  assert_int_equal(batcher.max_tokens, 9);
  const afina_batch *first = afina_batcher_next(&batcher);
  assert_int_equal(first->count, 3);
  assert_int_equal(first->tokens, 8);
  assert_memory_equal(first->ids, ((uint32_t[]){0, 1, 2, 100, 200, 201, 202, 203}), 32);
  assert_memory_equal(first->starts, ((size_t[]){0, 3, 4, 8}), 4 * sizeof(size_t));
  afina_batcher_rewind(&batcher);
  assert_int_equal(walk(&batcher, order), 4);
  assert_memory_equal(order, rows, sizeof rows);
  afina_batcher_free(&batcher);

  assert_int_equal(afina_batcher_init(&batcher, &sequences, rows, 6, 4, 0, NULL), AFINA_OK);
  assert_int_equal(walk(&batcher, order), 2);
  assert_int_equal(batcher.max_tokens, 24); /* all of them, which is less than 4 times 9 */
  afina_batcher_free(&batcher);
  assert_int_equal(afina_batcher_init(&batcher, &sequences, rows, 6, SIZE_MAX, SIZE_MAX, NULL),
                   AFINA_OK);
  assert_int_equal(walk(&batcher, order), 1);
  assert_int_equal(batcher.max_count, 6);
  afina_batcher_free(&batcher);
  afina_batcher_free(&batcher); /* twice is once */
  afina_sequences_free(&sequences);
}

static void shuffles_by_the_generator_only(void **state) {
  (void)state;
  enum { ROWS = 200 };
  size_t lengths[ROWS], rows[ROWS], first[ROWS], second[ROWS], order[ROWS];
  for (size_t i = 0; i < ROWS; i++) {
    lengths[i] = 1 + i * i % 37;
    rows[i] = i;
  }
  afina_sequences sequences = make_sequences(lengths, ROWS);
  afina_batcher batcher;
  assert_int_equal(afina_batcher_init(&batcher, &sequences, rows, ROWS, 8, 100, NULL), AFINA_OK);
  afina_rng rng;
  afina_rng_seed(&rng, 1);
  afina_batcher_shuffle(&batcher, &rng);
  const afina_rng saved = rng;
  walk(&batcher, first);
  afina_batcher_shuffle(&batcher, &rng);
  walk(&batcher, second);
  assert_memory_not_equal(first, second, sizeof first);
  assert_memory_not_equal(first, rows, sizeof first);
  rng = saved; /* a resumed run has the generator, and a batcher that is new or stopped halfway */
  afina_batcher_rewind(&batcher);
  afina_batcher_next(&batcher);
  afina_batcher_shuffle(&batcher, &rng);
  walk(&batcher, order);
  assert_memory_equal(order, second, sizeof order);
  bool seen[ROWS] = {false};
  for (size_t i = 0; i < ROWS; i++) {
    assert_false(seen[second[i]]);
    seen[second[i]] = true;
  }
  afina_batcher_rewind(&batcher);
  walk(&batcher, order);
  assert_memory_equal(order, rows, sizeof order);
  afina_batcher_free(&batcher);
  afina_sequences_free(&sequences);
}

static void refuses_bad_rows(void **state) {
  (void)state;
  const size_t lengths[] = {2, 0, 3}, missing = 3, without = 1;
  afina_sequences sequences = make_sequences(lengths, 3), none = {0};
  afina_batcher batcher = {0};
  afina_error error;
  assert_int_equal(afina_batcher_init(&batcher, &sequences, &missing, 1, 8, 0, &error),
                   AFINA_E_ARGUMENT);
  assert_non_null(strstr(error.message, "only 3"));
  assert_int_equal(afina_batcher_init(&batcher, &sequences, &without, 1, 8, 0, &error),
                   AFINA_E_ARGUMENT);
  assert_non_null(strstr(error.message, "no token"));
  assert_int_equal(afina_batcher_init(&batcher, &sequences, &missing, 0, 0, 0, &error),
                   AFINA_E_ARGUMENT);
  assert_null(batcher.order);
  assert_int_equal(afina_batcher_init(&batcher, &none, NULL, 0, 8, 16, &error), AFINA_OK);
  assert_int_equal(afina_batcher_count(&batcher), 0);
  afina_rng rng;
  afina_rng_seed(&rng, 1);
  afina_batcher_shuffle(&batcher, &rng);
  assert_null(afina_batcher_next(&batcher));
  afina_batcher_free(&batcher);
  afina_sequences_free(&sequences);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(truncates),
      cmocka_unit_test(packs_within_both_limits),
      cmocka_unit_test(shuffles_by_the_generator_only),
      cmocka_unit_test(refuses_bad_rows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
