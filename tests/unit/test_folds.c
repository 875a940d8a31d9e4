/* Folds: how rows are dealt, and that what is said of a row comes from a run without it. */
#include "folds.h"

#include "session_rig.h"

enum { K_FOLDS = 4, MOST_ROWS = 64 };

static void assign(const rig *r, size_t k, uint64_t seed, uint8_t *fold_of) {
  afina_error error;
  fine(afina_folds_assign(fold_of, r->data, k, seed, &error), &error);
}

static void test_rows_are_dealt_evenly(void **state) {
  (void)state;
  rig r;
  uint8_t fold_of[MOST_ROWS], again[MOST_ROWS], other[MOST_ROWS];
  size_t sizes[K_FOLDS][RIG_CLASSES] = {0};
  rig_open(&r);
  rig_fill(r.data, AFINA_PART_ANY, 60, 1);
  assign(&r, K_FOLDS, 7, fold_of);
  assign(&r, K_FOLDS, 7, again);
  assign(&r, K_FOLDS, 8, other);
  assert_memory_equal(fold_of, again, 60);
  assert_memory_not_equal(fold_of, other, 60);
  for (size_t i = 0; i < 60; i++) {
    assert_true(fold_of[i] < K_FOLDS);
    sizes[fold_of[i]][afina_dataset_row(r.data, i).label]++;
  }
  for (size_t f = 0; f < K_FOLDS; f++)
    for (size_t c = 0; c < RIG_CLASSES; c++) assert_int_equal(sizes[f][c], 60 / 3 / K_FOLDS);
  rig_close(&r);
}

static void test_equal_texts_stay_together(void **state) {
  (void)state;
  rig r;
  uint8_t fold_of[MOST_ROWS];
  rig_open(&r);
  rig_fill(r.data, AFINA_PART_TRAIN, 30, 1);
  for (int i = 0; i < 3; i++) rig_add(r.data, AFINA_PART_TEST, "sol mar", rig_labels[i % 2]);
  rig_add(r.data, AFINA_PART_ANY, "alone", "once"); /* its class has no other text */
  rig_add(r.data, AFINA_PART_ANY, "", "tempo");
  for (uint64_t seed = 0; seed < 20; seed++) {
    assign(&r, 5, seed, fold_of);
    assert_true(fold_of[30] < 5);
    assert_int_equal(fold_of[30], fold_of[31]);
    assert_int_equal(fold_of[30], fold_of[32]);
    assert_int_equal(fold_of[33], AFINA_NO_FOLD);
    assert_int_equal(fold_of[34], AFINA_NO_FOLD);
  }
  rig_close(&r);
}

/* A text of both classes that is all that either has besides one more. */
static void test_every_class_can_be_learned(void **state) {
  (void)state;
  uint8_t fold_of[MOST_ROWS];
  for (uint64_t seed = 0; seed < 50; seed++) {
    rig r;
    bool learns[2][2] = {0};
    rig_open(&r);
    rig_add(r.data, AFINA_PART_ANY, "both", "a");
    rig_add(r.data, AFINA_PART_ANY, "both", "b");
    rig_add(r.data, AFINA_PART_ANY, "one", "a");
    rig_add(r.data, AFINA_PART_ANY, "two", "b");
    assign(&r, 2, seed, fold_of);
    for (size_t i = 0; i < 4; i++)
      for (size_t f = 0; f < 2; f++)
        if (fold_of[i] != f) learns[f][afina_dataset_row(r.data, i).label] = true;
    for (size_t f = 0; f < 2; f++) assert_true(learns[f][0] && learns[f][1]);
    rig_close(&r);
  }
}

static void run(afina_folds *folds) {
  afina_error error;
  double fraction = 0, last = 0;
  bool done = false;
  for (int i = 0; i < 100000 && !done; i++) {
    assert_int_equal(afina_folds_predictions(folds).count, 0);
    fine(afina_folds_step(folds, i, &fraction, &done, &error), &error);
    assert_true(fraction >= last);
    last = fraction;
  }
  assert_true(done);
}

/* A session on the same rows, of which those of a fold are the test part, says the same. */
static void test_predictions_are_of_runs_without_the_row(void **state) {
  (void)state;
  static const char options[] = "{\"epochs\":3,\"batch\":4}";
  afina_error error;
  uint8_t fold_of[MOST_ROWS];
  rig r;
  afina_folds *folds;
  rig_open(&r);
  rig_fill(r.data, AFINA_PART_ANY, 30, 1);
  assign(&r, 3, 5, fold_of);
  fine(afina_folds_create(&folds, r.runtime, r.model, r.data, 3, 5, options, sizeof options - 1,
                          &error),
       &error);
  run(folds);
  const afina_predictions all = afina_folds_predictions(folds);
  assert_int_equal(all.count, 30);
  for (size_t f = 0; f < 3; f++) {
    rig part = {.runtime = r.runtime, .model = r.model};
    fine(afina_dataset_create(&part.data, &error), &error);
    for (size_t i = 0; i < 30; i++) {
      const afina_row row = afina_dataset_row(r.data, i);
      const afina_part file = fold_of[i] == f ? AFINA_PART_TEST : AFINA_PART_TRAIN;
      const char *label = rig_labels[i % RIG_CLASSES];
      fine(afina_dataset_add(part.data, file, row.text, row.text_size, label, strlen(label), i,
                             &error),
           &error);
    }
    rig_start(&part, options);
    rig_finish(&part);
    const afina_predictions tested = afina_session_predictions(part.session);
    assert_int_equal(tested.count, 10);
    for (size_t i = 0; i < tested.count; i++) {
      assert_int_equal(all.rows[tested.rows[i]], tested.rows[i]);
      assert_memory_equal(all.probabilities + tested.rows[i] * RIG_CLASSES,
                          tested.probabilities + i * RIG_CLASSES,
                          RIG_CLASSES * sizeof *tested.probabilities);
    }
    afina_session_free(part.session);
    afina_dataset_free(part.data);
  }
  afina_folds_free(folds);
  rig_close(&r);
}

static void test_wrong_input_is_named(void **state) {
  (void)state;
  afina_error error;
  rig r;
  afina_folds *folds = NULL;
  uint8_t fold_of[MOST_ROWS];
  rig_open(&r);
  rig_fill(r.data, AFINA_PART_ANY, 9, 1);
  assert_int_equal(afina_folds_assign(fold_of, r.data, 1, 0, &error), AFINA_E_ARGUMENT);
  assert_int_equal(afina_folds_create(&folds, r.runtime, r.model, r.data, 21, 0, NULL, 0, &error),
                   AFINA_E_ARGUMENT);
  fine(afina_folds_create(&folds, r.runtime, r.model, r.data, 2, 0, "{\"no\":1}", 8, &error),
       &error);
  double fraction;
  bool done;
  assert_int_equal(afina_folds_step(folds, 0, &fraction, &done, &error), AFINA_E_ARGUMENT);
  afina_folds_free(folds);
  rig_close(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_rows_are_dealt_evenly),
      cmocka_unit_test(test_equal_texts_stay_together),
      cmocka_unit_test(test_every_class_can_be_learned),
      cmocka_unit_test(test_predictions_are_of_runs_without_the_row),
      cmocka_unit_test(test_wrong_input_is_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
