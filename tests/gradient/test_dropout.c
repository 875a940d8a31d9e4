/* Dropout: exact gradients for masks that are given, masks that do not depend on how a batch is
 * cut, and the share that falls out. */
#include "model_rig.h"

static const afina_gpt_dropout everywhere = {.mask = {.key = 7, .share = 0.3}, .embeddings = true},
                               above = {.mask = {.key = 8, .share = 0.3}, .first_block = 1};

static const route dropped_last = {"last, dropout",  false, AFINA_READOUT_LAST,
                                   AFINA_READS_LAST, NONE,  &everywhere};
static const route dropped_all = {"all rows, dropout", false, AFINA_READOUT_LAST,
                                  AFINA_READS_ALL,     NONE,  &everywhere};
static const route dropped_words = {"words, dropout",  false, AFINA_READOUT_WORDS,
                                    AFINA_READS_WORDS, NONE,  &everywhere};
static const route dropped_above = {"mean, dropout above", false, AFINA_READOUT_MEAN,
                                    AFINA_READS_MEAN,      NONE,  &above};
static const route dropped_everything = {
    "everything, dropout",
    false,
    AFINA_READOUT_WORDS,
    AFINA_READS_WORDS,
    {.rank = 1, .alpha = 2, .targets = AFINA_LORA_ALL, .prefix = 2, .prompt = 1},
    &everywhere};
static const route dropped_language = {"language, dropout", true, AFINA_READOUT_LAST,
                                       AFINA_READS_ALL,     NONE, &everywhere};

/* A batch run in two parts drops what the whole does. */
static void cuts_drop_the_same(void **state) {
  (void)state;
  rig whole, part;
  set_up(&whole, &dropped_words, 1);
  set_up(&part, &dropped_words, 3);
  forward(&whole, 0, NULL, true);
  const double expected = loss_of(&whole, NULL);
  double *gradients = gradients_from(&whole, 0), *sum = reals(whole.total), loss_sum = 0;
  for (size_t first = 0, cut = 2; first < TEXTS; first = cut, cut = TEXTS) {
    size_t own[TEXTS + 1];
    for (size_t b = first; b <= cut; b++) own[b - first] = starts[b] - starts[first];
    afina_gpt_dropout dropout = everywhere;
    dropout.first_text = first;
    dropout.first_row = starts[first];
    const afina_gpt_batch batch = {.rows = {.starts = own, .B = cut - first, .N = own[cut - first]},
                                   .ids = ids + starts[first],
                                   .end_block = part.gpt.config.layers,
                                   .reads = AFINA_READS_WORDS,
                                   .keep = true,
                                   .dropout = &dropout};
    const afina_gradients to = {.data = sum, .begin = 0};
    assert_int_equal(afina_gpt_forward(&part.gpt, &part.exec, &part.pass, &batch, NULL), AFINA_OK);
    afina_classify_forward(&part.gpt, &part.exec, &part.pass);
    afina_cross_entropy_forward(&part.exec, part.losses, part.pass.logits, labels + first,
                                cut - first, CLASSES);
    for (size_t i = 0; i < cut - first; i++) loss_sum += part.losses[i];
    afina_cross_entropy_backward(&part.exec, part.pass.logits, labels + first, 1.0 / TEXTS,
                                 cut - first, CLASSES);
    afina_classify_backward(&part.gpt, &part.exec, &part.pass, part.pass.logits, &to);
    afina_gpt_backward(&part.gpt, &part.exec, &part.pass, &to);
  }
  loss_sum /= TEXTS;
  derivative_assert_same("cut", "loss", &expected, &loss_sum, 1);
  derivative_assert_same("cut", "gradients", gradients, sum, whole.total);
  free(gradients);
  free(sum);
  tear_down(&whole);
  tear_down(&part);
}

/* What falls out is the share that was asked for, what stays makes up for it, and another update
 * drops others. */
static void drops_its_share(void **state) {
  (void)state;
  enum { ROWS = 500, COLUMNS = 33, COUNT = ROWS * COLUMNS };
  static double x[COUNT], y[COUNT];
  const afina_exec exec = {.kernels = &afina_kernels_reference};
  const afina_dropout one = {.key = afina_dropout_key(1, 0), .share = 0.2},
                      two = {.key = afina_dropout_key(1, 1), .share = 0.2};
  size_t dropped = 0, both = 0, neighbours = 0;
  for (size_t i = 0; i < COUNT; i++) x[i] = y[i] = 1;
  afina_dropout_apply(&exec, x, &one, 3, 0, NULL, ROWS, COLUMNS);
  afina_dropout_apply(&exec, y, &two, 3, 0, NULL, ROWS, COLUMNS);
  for (size_t i = 0; i < COUNT; i++) {
    assert_true(x[i] == 0 || x[i] == 1.25);
    dropped += x[i] == 0;
    both += x[i] == 0 && y[i] == 0;
    neighbours += i > 0 && x[i] == 0 && x[i - 1] == 0;
  }
  const double share = (double)dropped / COUNT;
  assert_true(fabs(share - 0.2) < 0.01);
  assert_true(fabs((double)both / COUNT - 0.04) < 0.01);
  assert_true(fabs((double)neighbours / COUNT - 0.04) < 0.01);
}

#define FOR(route) \
  { "every tensor: " #route, check_route, NULL, NULL, (void *)(uintptr_t)&route }

int main(void) {
  const struct CMUnitTest tests[] = {
      FOR(dropped_last),
      FOR(dropped_all),
      FOR(dropped_words),
      FOR(dropped_above),
      FOR(dropped_everything),
      FOR(dropped_language),
      cmocka_unit_test(cuts_drop_the_same),
      cmocka_unit_test(drops_its_share),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
