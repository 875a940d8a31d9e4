/* What the optimizer leaves out or does not set to zero first: the same bits as if it did. */
#include "optimizer.h"

#include "session_rig.h"

enum { TEXTS = 3, TOKENS = 12, STEPS = 4, CLASSES = 2, CHANNELS = 24 };

typedef struct side {
  afina_gpt gpt;
  afina_optimizer optimizer;
  afina_gpt_pass pass;
} side;

static const size_t starts[TEXTS + 1] = {0, 5, 6, TOKENS};

static const uint32_t *texts(size_t batch) {
  static const uint32_t ids[2][TOKENS] = {{0, 7, 7, 150, 299, 7, 31, 32, 33, 34, 150, 0},
                                          {8, 8, 9, 150, 9, 298, 31, 8, 200, 201, 202, 7}};
  return ids[batch];
}

static void set_up(side *s, bool leaves_out, double weight_decay) {
  afina_error error;
  afina_rng rng;
  const afina_gpt_config config = {.vocabulary = 1000, /* several chunks of sums */
                                   .context = 8,
                                   .channels = CHANNELS,
                                   .layers = 2,
                                   .heads = 2,
                                   .inner = 40,
                                   .classes = CLASSES};
  const afina_optimizer_options options = {
      .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .weight_decay = weight_decay, .clip = 0.1};
  uint32_t *rows = NULL;
  *s = (side){0};
  fine(afina_gpt_init(&s->gpt, &config, &error), &error);
  afina_rng_seed(&rng, 9);
  afina_params_random(&s->gpt.params, s->gpt.weights, 0, &rng);
  fine(afina_gpt_pass_init(&s->pass, &s->gpt, &error), &error);
  if (leaves_out) {
    uint32_t all[2 * TOKENS];
    for (size_t i = 0; i < 2 * TOKENS; i++) all[i] = texts(i / TOKENS)[i % TOKENS];
    fine(afina_token_rows(&rows, all, 2 * TOKENS, config.vocabulary, &error), &error);
    assert_int_equal(rows[config.vocabulary], 14);
  }
  fine(afina_optimizer_init_rows(&s->optimizer, &s->gpt, 0, rows, &options, &error), &error);
  assert_int_equal(s->optimizer.count,
                   s->gpt.params.total - (leaves_out ? (1000 - 14) * CHANNELS : 0));
}

static void tear_down(side *s) {
  afina_optimizer_free(&s->optimizer);
  afina_gpt_pass_free(&s->pass);
  afina_gpt_free(&s->gpt);
}

/* Two passes add to the gradients of a step, as the parts of a batch do. */
static double step(side *s, const afina_exec *exec, size_t batch, bool opens) {
  afina_error error;
  static const uint32_t targets[TEXTS] = {0, 1, 1};
  afina_optimizer *o = &s->optimizer;
  if (opens)
    afina_optimizer_open(o, &s->gpt, exec);
  else
    afina_optimizer_zero(o);
  for (int part = 0; part < 2; part++) {
    const afina_gpt_batch entered = {.rows = {.starts = starts, .B = TEXTS, .N = TOKENS},
                                     .ids = texts(batch),
                                     .end_block = 2,
                                     .reads = part ? AFINA_READS_ALL : AFINA_READS_LAST,
                                     .keep = true};
    fine(afina_gpt_forward(&s->gpt, exec, &s->pass, &entered, &error), &error);
    afina_classify_forward(&s->gpt, exec, &s->pass);
    afina_cross_entropy_forward(exec, s->pass.losses, s->pass.logits, targets, TEXTS, CLASSES);
    afina_cross_entropy_backward(exec, s->pass.logits, targets, 1, TEXTS, CLASSES);
    afina_classify_backward(&s->gpt, exec, &s->pass, s->pass.logits, &o->gradients);
    afina_gpt_backward(&s->gpt, exec, &s->pass, &o->gradients);
    o->gradients.fresh = false;
  }
  return afina_optimizer_step(o, &s->gpt, exec, 0.01);
}

static void expect_same_steps(side *all, side *some, const afina_exec *exec) {
  for (size_t i = 0; i < STEPS; i++) {
    const double norm = step(all, exec, i % 2, false);
    const double other = step(some, exec, i % 2, true);
    if (!(norm > 0) || other != norm) fail_msg("norms %.17g, %.17g", norm, other);
    assert_memory_equal(all->gpt.weights, some->gpt.weights,
                        all->gpt.params.total * sizeof(afina_real));
  }
}

static void leaving_out_changes_no_bit(void **state) {
  (void)state;
  static const double decays[] = {0, 0.1};
  afina_error error;
  afina_exec exec;
  afina_pool *pool = NULL;
  fine(afina_pool_create(&pool, 2, &error), &error);
  fine(afina_exec_init(&exec, afina_kernels_find("plain"), pool, 8, CHANNELS / 2, &error), &error);
  for (size_t d = 0; d < 2; d++)
    for (int leaves_out = 0; leaves_out < 2; leaves_out++) {
      side all, some;
      set_up(&all, false, decays[d]);
      set_up(&some, leaves_out, decays[d]);
      expect_same_steps(&all, &some, &exec);
      /* another suffix, where gradients stand elsewhere, and back */
      const size_t block = afina_params_block(&all.gpt.params, 1);
      afina_optimizer_restart(&all.optimizer, block);
      afina_optimizer_restart(&some.optimizer, block);
      expect_same_steps(&all, &some, &exec);
      afina_optimizer_restart(&all.optimizer, 0);
      afina_optimizer_restart(&some.optimizer, 0);
      expect_same_steps(&all, &some, &exec);
      tear_down(&all);
      tear_down(&some);
    }
  afina_exec_free(&exec);
  afina_pool_free(pool);
}

/* Where rows do not begin at the lanes of a sum, all stay. */
static void nothing_is_left_out_between_lanes(void **state) {
  (void)state;
  assert_true(afina_optimizer_leaves_out(&(afina_gpt_config){.channels = 24}, 0));
  assert_false(afina_optimizer_leaves_out(&(afina_gpt_config){.channels = 26}, 0));
  assert_false(afina_optimizer_leaves_out(&(afina_gpt_config){.channels = 24}, 1));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(leaving_out_changes_no_bit),
      cmocka_unit_test(nothing_is_left_out_between_lanes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
