/* Pretraining: it learns what can be learned, with the same bits for any number of threads; batches
 * grow; a loss without sense is an error. */
#include "pretrain_rig.h"

/* From 1 window to 4 over 15 windows: the line reaches 2 after 5 of them, 4 at the end. */
static void batch_grows_with_the_tokens(void **state) {
  (void)state;
  static const size_t expected[] = {1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 4, 4};
  rig r;
  double loss;
  const afina_pretrain_options options = growing();
  set_up_model(&r, 1, 16, 2);
  assert_int_equal(start(&r, &options, NULL), AFINA_OK);
  size_t windows = 0;
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
    const afina_pretrain_progress at = afina_pretrain_where(r.run);
    assert_int_equal(at.steps, i);
    assert_int_equal(at.batch, expected[i]);
    assert_int_equal(at.tokens, windows * CONTEXT);
    windows += at.batch;
    train(&r, 1, &loss);
  }
  tear_down(&r);
}
static void check_threads(afina_pretrain_optimizer optimizer) {
  double losses[4];
  afina_pretrain_options options = usual;
  options.micro_batch = 1; /* four parts, which threads take side by side */
  options.optimizer = optimizer;
  afina_bytes one = {0};
  for (size_t threads = 1; threads <= 3; threads++) {
    rig r;
    afina_bytes bytes;
    set_up_model(&r, 2, 40, threads); /* wide enough for its products to be shared out */
    assert_int_equal(start(&r, &options, NULL), AFINA_OK);
    train(&r, 4, losses);
    save(&r, &bytes);
    if (threads == 1) {
      one = bytes;
    } else {
      assert_same_state("threads", &one, &bytes);
      afina_bytes_free(&bytes);
    }
    tear_down(&r);
  }
  afina_bytes_free(&one);
}

static void threads_change_nothing(void **state) {
  (void)state;
  check_threads(AFINA_ADAMW);
  check_threads(AFINA_MUON);
}

/* Parts of a batch add up to it: only the order of sums differs. */
static void micro_batches_add_up(void **state) {
  (void)state;
  double losses[2][5];
  for (size_t i = 0; i < 2; i++) {
    rig r;
    afina_pretrain_options options = usual;
    options.micro_batch = i ? 1 : 4;
    set_up_model(&r, 2, 16, 1);
    assert_int_equal(start(&r, &options, NULL), AFINA_OK);
    train(&r, 5, losses[i]);
    tear_down(&r);
  }
  for (size_t i = 0; i < 5; i++) assert_true(fabs(losses[0][i] - losses[1][i]) < 1e-4);
}

static void check_learning(afina_pretrain_optimizer optimizer) {
  enum { LONGER = 60 };
  rig r;
  double losses[LONGER];
  afina_pretrain_options options = usual;
  options.tokens = LONGER * UPDATE;
  options.optimizer = optimizer;
  set_up_model(&r, 1, 16, 1);
  assert_int_equal(start(&r, &options, NULL), AFINA_OK);
  const double before[2] = {held_out(&r, 0), held_out(&r, 1)};
  train(&r, LONGER, losses);
  const double after[2] = {held_out(&r, 0), held_out(&r, 1)};
  print_message("held out: %.3f and %.3f, then %.3f and %.3f\n", before[0], before[1], after[0],
                after[1]);
  /* At the start all tokens are about equally likely, ln 50 = 3.91; at the end far fewer are. */
  for (size_t i = 0; i < 2; i++) {
    assert_true(fabs(before[i] - 3.91) < 0.1);
    assert_true(after[i] < 2.5);
  }
  tear_down(&r);
}

static void it_learns(void **state) {
  (void)state;
  check_learning(AFINA_ADAMW);
  check_learning(AFINA_MUON);
}
/* A loss without sense ends the run with a message, not with a model of NaN. */
/* The weights after an update in which blocks learn from passages that belong together. */
static void contrast(float *weights, double *loss, afina_readout readout) {
  afina_pretrain_options options = usual;
  options.contrast_tokens = 128;
  options.spans[options.span_count++] = 8;
  options.temperature = 0.1;
  options.contrast_weight = 1;
  rig r;
  afina_error error = {0};
  afina_pretrain_loss losses = {0};
  set_up_model(&r, 2, 16, 1);
  r.gpt.config.readout = readout;
  if (start(&r, &options, &error) != AFINA_OK ||
      afina_pretrain_step(r.run, &losses, &error) != AFINA_OK)
    fail_msg("%s", error.message);
  *loss = losses.contrast;
  memcpy(weights, r.gpt.weights, r.gpt.params.total * sizeof *weights);
  tear_down(&r);
}

/* Where the head will read words too, the blocks learn as those whose rows' mean is read. */
static void words_contrast_as_mean(void **state) {
  (void)state;
  rig r;
  set_up_model(&r, 2, 16, 1);
  const size_t total = r.gpt.params.total;
  tear_down(&r);
  float *weights[3];
  double losses[3];
  const afina_readout readouts[] = {AFINA_READOUT_WORDS, AFINA_READOUT_MEAN, AFINA_READOUT_LAST};
  for (size_t i = 0; i < 3; i++) {
    weights[i] = afina_allocate(total, sizeof **weights);
    assert_non_null(weights[i]);
    contrast(weights[i], &losses[i], readouts[i]);
  }
  assert_true(losses[0] > 0 && losses[0] == losses[1] && losses[1] != losses[2]);
  assert_memory_equal(weights[0], weights[1], total * sizeof **weights);
  for (size_t i = 0; i < 3; i++) free(weights[i]);
}

static void divergence_is_an_error(void **state) {
  (void)state;
  const float bad[] = {NAN, 1e9f};
  for (size_t i = 0; i < 2; i++) {
    rig r;
    afina_pretrain_loss loss = {.language = -1};
    afina_error error = {0};
    set_up(&r);
    const size_t at = afina_params_find(&r.gpt.params, 0, AFINA_LN_F_WEIGHT)->offset;
    r.gpt.weights[at] = bad[i];
    assert_int_equal(afina_pretrain_step(r.run, &loss, &error), AFINA_E_DIVERGED);
    assert_true(loss.language == -1);
    assert_int_equal(afina_pretrain_where(r.run).tokens, 0);
    tear_down(&r);
  }
}
int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(batch_grows_with_the_tokens), cmocka_unit_test(threads_change_nothing),
      cmocka_unit_test(micro_batches_add_up),        cmocka_unit_test(it_learns),
      cmocka_unit_test(words_contrast_as_mean),      cmocka_unit_test(divergence_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
