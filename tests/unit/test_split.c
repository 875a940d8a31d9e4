/* The split: shares, minima, texts kept together, files respected, the same everywhere. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rng.h"
#include "split.h"

static afina_dataset *create(void) {
  afina_dataset *data = NULL;
  assert_int_equal(afina_dataset_create(&data, NULL), AFINA_OK);
  return data;
}

static void add(afina_dataset *data, afina_part part, const char *text, const char *label) {
  assert_int_equal(afina_dataset_add(data, part, text, strlen(text), label, strlen(label),
                                     afina_dataset_count(data) + 1, NULL),
                   AFINA_OK);
}

/* `count` distinct texts of one class. */
static void add_class(afina_dataset *data, afina_part part, const char *label, size_t count) {
  char text[64];
  for (size_t i = 0; i < count; i++) {
    snprintf(text, sizeof text, "%s %zu", label, i);
    add(data, part, text, label);
  }
}

static afina_split split_with(const afina_dataset *data, double test, double valid, uint64_t seed) {
  afina_split split;
  afina_error error = {0};
  const afina_split_options options = {.test_share = test, .valid_share = valid, .seed = seed};
  if (afina_split_make(&split, data, &options, &error) != AFINA_OK) fail_msg("%s", error.message);
  return split;
}

static size_t count_label(const afina_dataset *data, const afina_indices *part, const char *label) {
  const uint32_t wanted = afina_dataset_find(data, label, strlen(label));
  size_t count = 0;
  for (size_t i = 0; i < part->count; i++)
    count += afina_dataset_row(data, part->rows[i]).label == wanted;
  return count;
}

static void expect_counts(const afina_dataset *data, const afina_split *split, const char *label,
                          size_t train, size_t valid, size_t test) {
  const size_t counts[] = {count_label(data, &split->train, label),
                           count_label(data, &split->valid, label),
                           count_label(data, &split->test, label)};
  if (counts[0] != train || counts[1] != valid || counts[2] != test)
    fail_msg("%s: %zu %zu %zu, not %zu %zu %zu", label, counts[0], counts[1], counts[2], train,
             valid, test);
}

/* What must hold of every split: each usable row in one part, lists ascending, every class trains,
 * and no text of the rows to train on in two parts. */
static void expect_sound(const afina_dataset *data, const afina_split *split) {
  const afina_indices *parts[] = {&split->train, &split->valid, &split->test};
  const size_t rows = afina_dataset_count(data);
  int *part_of = calloc(rows, sizeof *part_of);
  assert_non_null(part_of);
  for (int p = 0; p < 3; p++)
    for (size_t i = 0; i < parts[p]->count; i++) {
      const size_t row = parts[p]->rows[i];
      assert_true(row < rows && afina_dataset_row(data, row).usable);
      assert_true(i == 0 || row > parts[p]->rows[i - 1]);
      assert_int_equal(part_of[row], 0);
      part_of[row] = p + 1;
    }
  assert_int_equal(parts[0]->count + parts[1]->count + parts[2]->count, afina_dataset_usable(data));
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < i; j++) {
      const afina_row a = afina_dataset_row(data, i), b = afina_dataset_row(data, j);
      if (!a.usable || !b.usable || a.part > AFINA_PART_TRAIN || b.part > AFINA_PART_TRAIN)
        continue;
      if (a.text_size == b.text_size && memcmp(a.text, b.text, a.text_size) == 0)
        assert_int_equal(part_of[i], part_of[j]);
    }
  for (size_t k = 0; k < afina_dataset_classes(data); k++)
    assert_true(count_label(data, &split->train, afina_dataset_labels(data)[k]) > 0);
  free(part_of);
}

static void shares_are_kept(void **state) {
  (void)state;
  afina_dataset *data = create();
  add_class(data, AFINA_PART_ANY, "large", 1000);
  add_class(data, AFINA_PART_ANY, "middle", 50);
  add_class(data, AFINA_PART_ANY, "five", 5);
  add_class(data, AFINA_PART_ANY, "three", 3);
  add_class(data, AFINA_PART_ANY, "two", 2);
  add_class(data, AFINA_PART_ANY, "one", 1);
  add(data, AFINA_PART_ANY, "", "large");
  afina_split split;
  const afina_split_options options = afina_split_defaults(1);
  assert_int_equal(afina_split_make(&split, data, &options, NULL), AFINA_OK);
  expect_sound(data, &split);
  expect_counts(data, &split, "large", 720, 80, 200);
  expect_counts(data, &split, "middle", 36, 4, 10);
  expect_counts(data, &split, "five", 3, 1, 1);
  expect_counts(data, &split, "three", 1, 1, 1);
  expect_counts(data, &split, "two", 1, 0, 1);
  expect_counts(data, &split, "one", 1, 0, 0);
  afina_split_free(&split);
  split = split_with(data, 0.9, 0.9, 1);
  expect_sound(data, &split);
  expect_counts(data, &split, "large", 10, 90, 900);
  expect_counts(data, &split, "five", 1, 1, 3);
  expect_counts(data, &split, "three", 1, 1, 1);
  afina_split_free(&split);
  split = split_with(data, 0, 0, 1);
  expect_sound(data, &split);
  assert_int_equal(split.train.count, afina_dataset_usable(data));
  afina_split_free(&split);
  split = split_with(data, 0, 0.5, 1);
  expect_counts(data, &split, "two", 1, 1, 0);
  expect_counts(data, &split, "large", 500, 500, 0);
  afina_split_free(&split);
  afina_split_free(NULL);
  afina_dataset_free(data);
}

static void files_are_respected(void **state) {
  (void)state;
  for (int given = 0; given < 4; given++) {
    const bool valid = given & 1, test = given & 2;
    afina_dataset *data = create();
    add_class(data, AFINA_PART_TRAIN, "a", 60);
    add_class(data, AFINA_PART_ANY, "b", 40);
    if (valid) add_class(data, AFINA_PART_VALID, "a", 7);
    if (test) add_class(data, AFINA_PART_TEST, "b", 11);
    afina_split split = split_with(data, 0.2, 0.1, 3);
    expect_sound(data, &split);
    assert_int_equal(split.test.count, test ? 11 : 20);
    assert_int_equal(split.valid.count, valid ? 7 : test ? 10 : 8);
    for (size_t i = 0; test && i < 11; i++)
      assert_int_equal(afina_dataset_row(data, split.test.rows[i]).part, AFINA_PART_TEST);
    for (size_t i = 0; valid && i < 7; i++)
      assert_int_equal(afina_dataset_row(data, split.valid.rows[i]).part, AFINA_PART_VALID);
    if (valid && test) assert_int_equal(split.train.count, 100); /* leaked texts stay */
    afina_split_free(&split);
    afina_dataset_free(data);
  }
}

static bool same(const afina_indices *a, const afina_indices *b) {
  return a->count == b->count && memcmp(a->rows, b->rows, a->count * sizeof *a->rows) == 0;
}

static void seed_decides(void **state) {
  (void)state;
  afina_dataset *data = create();
  add_class(data, AFINA_PART_ANY, "a", 30);
  add_class(data, AFINA_PART_ANY, "b", 30);
  afina_split first = split_with(data, 0.2, 0.1, 5), again = split_with(data, 0.2, 0.1, 5);
  afina_split other = split_with(data, 0.2, 0.1, 6);
  assert_true(same(&first.train, &again.train) && same(&first.valid, &again.valid) &&
              same(&first.test, &again.test));
  assert_false(same(&first.test, &other.test));
  /* The rows that this seed picks, for all time: a change here changes every published result. */
  static const size_t expected[] = {1, 2, 6, 14, 18, 27, 30, 31, 46, 52, 53, 57};
  assert_int_equal(first.test.count, sizeof expected / sizeof *expected);
  for (size_t i = 0; i < first.test.count; i++) assert_int_equal(first.test.rows[i], expected[i]);
  afina_split_free(&first);
  afina_split_free(&again);
  afina_split_free(&other);
  afina_dataset_free(data);
}

static void equal_texts_stay_together(void **state) {
  (void)state;
  afina_dataset *data = create();
  char text[16];
  for (int i = 0; i < 300; i++) { /* 60 texts, five times each, with white space that goes away */
    snprintf(text, sizeof text, "%s%d", i % 2 ? " " : "", i % 60);
    add(data, AFINA_PART_ANY, text, i % 60 < 20 ? "a" : "b");
  }
  afina_split split = split_with(data, 0.2, 0.1, 9);
  expect_sound(data, &split);
  expect_counts(data, &split, "a", 70, 10, 20);
  expect_counts(data, &split, "b", 145, 15, 40);
  afina_split_free(&split);
  afina_dataset_free(data);
}

/* Texts under several labels: a class may own none of its texts, and yet it must train. */
static void every_class_trains_whatever_the_conflicts(void **state) {
  (void)state;
  afina_rng rng;
  afina_rng_seed(&rng, 11);
  for (int round = 0; round < 300; round++) {
    afina_dataset *data = create();
    const size_t texts = 1 + afina_rng_below(&rng, 8), labels = 2 + afina_rng_below(&rng, 6);
    for (size_t i = 0; i < 12; i++) {
      char text[8], label[8];
      snprintf(text, sizeof text, "t%zu", afina_rng_below(&rng, texts));
      snprintf(label, sizeof label, "l%zu", i < 2 ? i : afina_rng_below(&rng, labels));
      add(data, AFINA_PART_ANY, text, label);
    }
    afina_split split = split_with(data, 0.4, 0.3, (uint64_t)round);
    expect_sound(data, &split);
    afina_split_free(&split);
    afina_dataset_free(data);
  }
}

static void refuses_what_cannot_be_split(void **state) {
  (void)state;
  afina_dataset *data = create();
  afina_split split = {0};
  afina_error error = {0};
  add(data, AFINA_PART_ANY, "t", "a");
  afina_split_options options = afina_split_defaults(1);
  assert_int_equal(afina_split_make(&split, data, &options, &error), AFINA_E_DATA);
  add(data, AFINA_PART_ANY, "t2", "b");
  static const double bad[] = {-0.1, 0.91, 1e300, NAN};
  for (size_t i = 0; i < 4; i++) {
    options = afina_split_defaults(1);
    options.test_share = bad[i];
    assert_int_equal(afina_split_make(&split, data, &options, &error), AFINA_E_ARGUMENT);
    options = afina_split_defaults(1);
    options.valid_share = bad[i];
    assert_int_equal(afina_split_make(&split, data, &options, &error), AFINA_E_ARGUMENT);
  }
  assert_null(split.train.rows); /* written only on success */
  afina_dataset_free(data);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(shares_are_kept),
      cmocka_unit_test(files_are_respected),
      cmocka_unit_test(seed_decides),
      cmocka_unit_test(equal_texts_stay_together),
      cmocka_unit_test(every_class_trains_whatever_the_conflicts),
      cmocka_unit_test(refuses_what_cannot_be_split),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
