/* Likely label errors against hand-made tables and planted errors; near duplicates against sets
 * compared pair by pair. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "duplicates.h"
#include "label_errors.h"
#include "rng.h"
#include "shingles.h"

static void fine(afina_status status, const afina_error *error) {
  if (status != AFINA_OK) fail_msg("%s: %s", afina_status_name(status), error->message);
}

/* ---- label errors ---- */

/* Thresholds: class 0 (0.9 + 0.8 + 0.1) / 3 = 0.6, class 1 (0.9 + 0.7 + 0.35) / 3 = 0.65. Row 2 is
 * confidently of class 1; row 5 leans to class 0 and is as sure of it as the threshold asks. */
static void counts_the_joint(void **state) {
  (void)state;
  const float p[] = {0.9f, 0.1f, 0.8f, 0.2f, 0.1f, 0.9f, 0.1f, 0.9f, 0.3f, 0.7f, 0.65f, 0.35f};
  const uint32_t labels[] = {0, 0, 0, 1, 1, 1};
  afina_label_errors e;
  afina_error error;
  fine(afina_label_errors_find(&e, p, labels, 6, 2, &error), &error);
  assert_true(fabs(e.thresholds[0] - 0.6) < 1e-7); /* of float probabilities */
  assert_true(fabs(e.thresholds[1] - 0.65) < 1e-7);
  const size_t joint[] = {2, 1, 1, 2};
  assert_memory_equal(e.joint, joint, sizeof joint);
  assert_int_equal(e.count, 2);
  assert_int_equal(e.likely, 2);
  assert_int_equal(e.items[0].row, 2);
  assert_int_equal(e.items[0].suggested, 1);
  assert_true(fabs(e.items[0].score - 0.8) < 1e-7);
  assert_int_equal(e.items[1].row, 5);
  assert_true(fabs(e.items[1].score - 0.3) < 1e-7);
  assert_int_equal(e.doubted[0], 1);
  assert_int_equal(e.doubted[1], 1);
  afina_label_errors_free(&e);
}

/* A row that prefers another class without reaching its threshold is listed, but not likely; a
 * class without rows is never confident. */
static void tells_doubt_from_likely(void **state) {
  (void)state;
  const float p[] = {0.9f, 0.1f, 0.0f, 0.8f,  0.2f,  0.0f, 0.45f, 0.55f, 0.0f,
                     0.1f, 0.9f, 0.0f, 0.05f, 0.05f, 0.9f, 0.1f,  0.9f,  0.0f};
  const uint32_t labels[] = {0, 0, 0, 1, 1, 1};
  afina_label_errors e;
  afina_error error;
  fine(afina_label_errors_find(&e, p, labels, 6, 3, &error), &error);
  assert_int_equal(e.count, 2);
  assert_int_equal(e.likely, 0);
  assert_int_equal(e.items[0].row, 4);
  assert_int_equal(e.items[0].suggested, 2);
  assert_int_equal(e.items[1].row, 2);
  assert_false(e.items[1].likely);
  assert_true(e.thresholds[2] == 0);
  afina_label_errors_free(&e);
}

static void refuses_tables(void **state) {
  (void)state;
  const float p[] = {0.5f, 0.5f, (float)NAN, 1.0f};
  const uint32_t labels[] = {0, 1};
  afina_label_errors e;
  afina_error error;
  assert_int_equal(afina_label_errors_find(&e, p, labels, 0, 2, &error), AFINA_E_ARGUMENT);
  assert_int_equal(afina_label_errors_find(&e, p, labels, 2, 2, &error), AFINA_E_DIVERGED);
  assert_int_equal(afina_label_errors_find(&e, p + 1, labels + 1, 1, 1, &error), AFINA_E_ARGUMENT);
}

/* Three classes that are told apart as a good classifier does, one label in twenty wrong: as many
 * rows as were planted, from the top of the list, hold most of them. */
static void finds_planted_errors(void **state) {
  (void)state;
  enum { N = 900, K = 3, PLANTED = 45 };
  static float p[N * K];
  static uint32_t labels[N];
  static size_t order[N];
  static char is_planted[N];
  afina_rng rng;
  afina_rng_seed(&rng, 7);
  for (size_t i = 0; i < N; i++) {
    double sum = 0, logits[K];
    labels[i] = (uint32_t)(i % K);
    for (size_t k = 0; k < K; k++) {
      logits[k] = exp(afina_rng_normal(&rng) + (k == labels[i] ? 3.5 : 0));
      sum += logits[k];
    }
    for (size_t k = 0; k < K; k++) p[i * K + k] = (float)(logits[k] / sum);
    order[i] = i;
  }
  afina_rng_shuffle(&rng, order, N);
  for (size_t i = 0; i < PLANTED; i++) {
    labels[order[i]] = (labels[order[i]] + 1 + (uint32_t)afina_rng_below(&rng, K - 1)) % K;
    is_planted[order[i]] = 1;
  }
  afina_label_errors e;
  afina_error error;
  fine(afina_label_errors_find(&e, p, labels, N, K, &error), &error);
  size_t found = 0, likely = 0, right = 0;
  for (size_t i = 0; i < e.count; i++) {
    found += i < PLANTED && is_planted[e.items[i].row];
    likely += e.items[i].likely;
    right += e.items[i].likely && is_planted[e.items[i].row];
    assert_true(i == 0 || e.items[i].score <= e.items[i - 1].score);
  }
  assert_int_equal(likely, e.likely);
  assert_in_range(found, PLANTED * 9 / 10, PLANTED);
  assert_in_range(e.likely, PLANTED * 3 / 4, PLANTED * 4 / 3); /* it also says how many there are */
  assert_in_range(right, e.likely * 3 / 4, e.likely);
  afina_label_errors_free(&e);
}

/* ---- near duplicates ---- */

static void add(afina_dataset *data, afina_part part, const char *text, const char *label) {
  afina_error error;
  fine(afina_dataset_add(data, part, text, strlen(text), label, strlen(label),
                         afina_dataset_count(data) + 1, &error),
       &error);
}

static afina_dataset *create(void) {
  afina_dataset *data = NULL;
  assert_int_equal(afina_dataset_create(&data, NULL), AFINA_OK);
  return data;
}

static void folds_and_compares(void **state) {
  (void)state;
  afina_shingles a = {0}, b = {0};
  afina_error error;
  fine(afina_shingles_read(&a, "  ÁRVORE \t do\nIpê ", strlen("  ÁRVORE \t do\nIpê "), &error),
       &error);
  assert_int_equal(a.folded.size, strlen("árvore do ipê"));
  assert_memory_equal(a.folded.data, "árvore do ipê", a.folded.size);
  assert_int_equal(a.count, 9); /* 13 characters: 9 runs of 5 */
  fine(afina_shingles_read(&b, "árvore do ipé", strlen("árvore do ipé"), &error), &error);
  assert_true(fabs(afina_shingles_jaccard(&a, &b) - 8.0 / 10) < 1e-15);
  fine(afina_shingles_read(&a, "Sim", 3, &error), &error);
  fine(afina_shingles_read(&b, "sim", 3, &error), &error);
  assert_int_equal(a.count, 1);
  assert_true(afina_shingles_jaccard(&a, &b) == 1);
  fine(afina_shingles_read(&b, "xaaaaaaaaa", 10, &error), &error); /* "aaaaa" five times: one */
  assert_int_equal(b.count, 2);
  afina_shingles_free(&a);
  afina_shingles_free(&b);
}

static const char *const long_text =
    "the parcel that you sent last week has arrived broken and nobody answers the phone";

static void says_what_to_do(void **state) {
  (void)state;
  afina_dataset *data = create();
  char near[128];
  snprintf(near, sizeof near, "%s!", long_text);
  add(data, AFINA_PART_TRAIN, "one text that is like no other here", "a");
  add(data, AFINA_PART_TRAIN, "Where is my invoice for the month of May?", "a");
  add(data, AFINA_PART_TRAIN, "where is  my invoice for the month of may?", "a");
  add(data, AFINA_PART_TRAIN, "please cancel my subscription at once", "a");
  add(data, AFINA_PART_TRAIN, "please cancel my subscription at once.", "b");
  add(data, AFINA_PART_TRAIN, long_text, "b");
  add(data, AFINA_PART_TEST, near, "b");
  add(data, AFINA_PART_TEST, "", "b");
  afina_duplicates found;
  afina_error error;
  fine(afina_duplicates_find(&found, data, &error), &error);
  assert_true(found.complete);
  assert_int_equal(found.count, 3);
  assert_int_equal(found.rows, 6);
  const size_t rows[] = {5, 6, 3, 4, 1, 2};
  for (int g = 0; g < 3; g++) {
    assert_int_equal(found.groups[g].action, g);
    assert_int_equal(found.groups[g].count, 2);
    assert_memory_equal(found.groups[g].rows, rows + 2 * g, 2 * sizeof *rows);
    assert_int_equal(found.groups[g].labels_differ, g == 1);
  }
  assert_true(found.groups[2].similarity == 1);
  assert_true(found.groups[0].similarity < 1 && found.groups[0].similarity > 0.9);
  afina_duplicates_free(&found);
  afina_dataset_free(data);
}

/* Texts of 8 words out of 40, some repeated with one word changed: every pair of 0.8 and above that
 * comparing all pairs finds is in one group, and no group holds a text without such a partner. */
static void finds_what_all_pairs_find(void **state) {
  (void)state;
  enum { N = 400 };
  afina_dataset *data = create();
  static char texts[N][128];
  afina_rng rng;
  afina_rng_seed(&rng, 3);
  for (size_t i = 0; i < N; i++) {
    char *at = texts[i];
    if (i % 4 == 3) {
      strcpy(texts[i], texts[i - 1 - afina_rng_below(&rng, 3)]);
      for (size_t changes = afina_rng_below(&rng, 4); changes; changes--)
        texts[i][afina_rng_below(&rng, strlen(texts[i]))] = 'x';
    } else {
      for (int w = 0; w < 8; w++)
        at += sprintf(at, "%sword%zu", w ? " " : "", afina_rng_below(&rng, 40) * 7919);
    }
    add(data, AFINA_PART_TRAIN, texts[i], "a");
  }
  afina_duplicates found;
  afina_error error;
  fine(afina_duplicates_find(&found, data, &error), &error);
  size_t group_of[N] = {0}, pairs = 0;
  for (size_t g = 0; g < found.count; g++)
    for (size_t i = 0; i < found.groups[g].count; i++) group_of[found.groups[g].rows[i]] = g + 1;
  afina_shingles a = {0}, b = {0};
  char has_partner[N] = {0};
  for (size_t i = 0; i < N; i++) {
    fine(afina_shingles_read(&a, texts[i], strlen(texts[i]), &error), &error);
    for (size_t j = 0; j < i; j++) {
      fine(afina_shingles_read(&b, texts[j], strlen(texts[j]), &error), &error);
      if (afina_shingles_jaccard(&a, &b) < AFINA_DUPLICATE_SIMILARITY) continue;
      pairs++;
      has_partner[i] = has_partner[j] = 1;
      assert_true(group_of[i] && group_of[i] == group_of[j]);
    }
  }
  for (size_t i = 0; i < N; i++) assert_int_equal(group_of[i] > 0, has_partner[i]);
  assert_in_range(pairs, 20, N);
  afina_shingles_free(&a);
  afina_shingles_free(&b);
  afina_duplicates_free(&found);
  afina_dataset_free(data);
}

/* Rows of one template, alike by less than 0.8: all fall into the same buckets, and the work stays
 * bounded. That it was is said. */
static void stays_bounded(void **state) {
  (void)state;
  enum { N = 3000 };
  afina_dataset *data = create();
  afina_rng rng;
  afina_rng_seed(&rng, 5);
  for (size_t i = 0; i < N; i++) {
    char text[256];
    snprintf(text, sizeof text, "%s: %016llx", long_text, (unsigned long long)afina_rng_next(&rng));
    add(data, AFINA_PART_TRAIN, text, "a");
  }
  afina_duplicates found;
  afina_error error;
  fine(afina_duplicates_find(&found, data, &error), &error);
  assert_int_equal(found.count, 0);
  assert_false(found.complete);
  afina_duplicates_free(&found);
  afina_dataset_free(data);
}

static void takes_no_rows(void **state) {
  (void)state;
  afina_dataset *data = create();
  afina_duplicates found;
  afina_error error;
  fine(afina_duplicates_find(&found, data, &error), &error);
  assert_int_equal(found.count, 0);
  assert_true(found.complete);
  afina_duplicates_free(&found);
  afina_dataset_free(data);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(counts_the_joint),
      cmocka_unit_test(tells_doubt_from_likely),
      cmocka_unit_test(refuses_tables),
      cmocka_unit_test(finds_planted_errors),
      cmocka_unit_test(folds_and_compares),
      cmocka_unit_test(says_what_to_do),
      cmocka_unit_test(finds_what_all_pairs_find),
      cmocka_unit_test(stays_bounded),
      cmocka_unit_test(takes_no_rows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
