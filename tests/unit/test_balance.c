/* Classes of uneven size: their weights, the loss that counts by them, balanced draws. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "balance.h"
#include "nn.h"

enum { ROWS = 17, CLASSES = 3 };
static const size_t sizes[CLASSES] = {10, 2, 5};

static afina_dataset *uneven(size_t rows[ROWS]) {
  afina_dataset *data = NULL;
  assert_int_equal(afina_dataset_create(&data, NULL), AFINA_OK);
  size_t n = 0;
  for (size_t k = 0; k < CLASSES; k++)
    for (size_t i = 0; i < sizes[k]; i++, n++) {
      char text[16], label[2] = {(char)('a' + (int)k), 0};
      snprintf(text, sizeof text, "text %zu", n);
      assert_int_equal(
          afina_dataset_add(data, AFINA_PART_TRAIN, text, strlen(text), label, 1, n + 1, NULL),
          AFINA_OK);
      rows[n] = n;
    }
  return data;
}

static void weights_are_scikit_learns(void **state) {
  (void)state;
  size_t rows[ROWS];
  afina_dataset *data = uneven(rows);
  afina_real weights[CLASSES];
  afina_balance_weights(weights, data, rows, ROWS);
  /* compute_class_weight("balanced", ...) */
  static const double expected[] = {0.5666666666666667, 2.8333333333333335, 1.1333333333333333};
  for (size_t k = 0; k < CLASSES; k++) assert_true(fabs((double)weights[k] - expected[k]) < 1e-6);
  afina_balance_weights(weights, data, rows, 12); /* the third class has no row */
  assert_true(fabs((double)weights[0] - 0.6) < 1e-6 && fabs((double)weights[1] - 3) < 1e-6);
  assert_true((double)weights[2] == 0);
  afina_dataset_free(data);
}

/* torch.nn.CrossEntropyLoss(weight=w, label_smoothing=0.15) and its gradient, PyTorch 1.13. */
static void loss_is_pytorchs(void **state) {
  (void)state;
  afina_real x[] = {0.5F,  -1.25F, 2.0F,  1.5F, 0.25F, -0.75F,
                    -0.5F, 0.125F, 0.25F, 3.0F, -2.0F, 0.5F};
  const afina_real w[] = {0.5F, 2.0F, 1.25F};
  const uint32_t y[] = {2, 1, 0, 0};
  static const double gradient[] = {
      0.04612358297277772, -0.014492135198106933, -0.031631447774670786, 0.3131896809229729,
      -0.33211374351869,   0.018924062595717085,  -0.07697351919272045,  0.03047940001992724,
      0.04649411917279323, 0.026478604033664616,  -0.022637570651861172, -0.003841033381803421};
  const afina_entropy_rule rule = {.weights = w, .smoothing = 0.15F};
  afina_real losses[4];
  double sum = 0, weight = 0;
  afina_entropy_forward(&rule, losses, x, y, 4, 3);
  for (size_t i = 0; i < 4; i++) {
    sum += (double)losses[i];
    weight += (double)w[y[i]];
  }
  assert_true(fabs(sum / weight - 1.235532887968265) < 1e-6);
  afina_entropy_backward(&rule, x, y, (afina_real)(1 / weight), 4, 3);
  for (size_t i = 0; i < 12; i++) assert_true(fabs((double)x[i] - gradient[i]) < 1e-6);
}

static void draws_are_even(void **state) {
  (void)state;
  size_t rows[ROWS], before[ROWS];
  afina_dataset *data = uneven(rows);
  afina_balance balance;
  afina_rng rng;
  assert_int_equal(afina_balance_init(&balance, data, rows, ROWS, NULL), AFINA_OK);
  afina_rng_seed(&rng, 4);
  size_t same = 0;
  for (int epoch = 0; epoch < 20; epoch++) {
    size_t times[ROWS] = {0}, drawn[CLASSES] = {0};
    afina_balance_draw(&balance, &rng);
    for (size_t i = 0; i < ROWS; i++) {
      times[balance.drawn[i]]++;
      drawn[afina_dataset_row(data, balance.drawn[i]).label]++;
    }
    for (size_t k = 0; k < CLASSES; k++) assert_in_range(drawn[k], 5, 6);
    for (size_t i = 0; i < ROWS; i++) {
      const size_t label = afina_dataset_row(data, i).label;
      assert_in_range(times[i], drawn[label] / sizes[label],
                      (drawn[label] + sizes[label] - 1) / sizes[label]);
    }
    same += epoch > 0 && memcmp(before, balance.drawn, sizeof before) == 0;
    memcpy(before, balance.drawn, sizeof before);
  }
  assert_int_equal(same, 0);
  afina_rng_seed(&rng, 4); /* the same seed, the same draw */
  afina_balance again;
  assert_int_equal(afina_balance_init(&again, data, rows, ROWS, NULL), AFINA_OK);
  afina_balance_free(&balance);
  assert_int_equal(afina_balance_init(&balance, data, rows, ROWS, NULL), AFINA_OK);
  afina_balance_draw(&again, &rng);
  afina_rng_seed(&rng, 4);
  afina_balance_draw(&balance, &rng);
  assert_memory_equal(again.drawn, balance.drawn, sizeof before);
  afina_balance_free(&again);
  afina_balance_free(&balance);
  afina_dataset_free(data);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(weights_are_scikit_learns),
                                     cmocka_unit_test(loss_is_pytorchs),
                                     cmocka_unit_test(draws_are_even)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
