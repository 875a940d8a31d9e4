/* The loss of counted rows alone: against the sum over them computed apart, and its gradient
 * against central differences, for every parameter tensor, with each kind of adapter. */
#include "counted.h"
#include "model_rig.h"

/* Rows of texts [0,1) [1,6) [6,9) [9,12): one text without any, one with its last row alone. */
enum { COUNTED = 5, CHUNK = 2 };
static const size_t places[COUNTED] = {2, 4, 5, 8, 10};
static const uint32_t next[COUNTED] = {4, 10, 2, 9, 3};

#define ALL AFINA_READOUT_LAST, AFINA_READS_ALL
#define LORA \
  { .rank = 2, .alpha = 3, .targets = AFINA_LORA_ALL, .first = 0 }
static const route plain = {"counted", true, ALL, NONE, NULL};
static const route lora = {"counted, LoRA", true, ALL, LORA, NULL};
static const route prefix = {"counted, prefix", true, ALL, {.prefix = 2}, NULL};
static const route prompt = {"counted, prompt", true, ALL, {.prompt = 2}, NULL};

static double counted_loss(rig *r, const afina_gradients *gradients) {
  afina_counted_work work;
  const afina_counted counted = {.rows = places, .targets = next, .count = COUNTED};
  double losses[COUNTED], sum = 0;
  assert_int_equal(afina_counted_work_init(&work, &r->gpt.config, CHUNK, NULL), AFINA_OK);
  afina_counted_loss(&r->gpt, &r->exec, &r->pass, &work, &counted, losses, 1.0 / COUNTED,
                     gradients);
  if (gradients) afina_gpt_backward(&r->gpt, &r->exec, &r->pass, gradients);
  afina_counted_work_free(&work);
  for (size_t i = 0; i < COUNTED; i++) sum += losses[i];
  return sum / COUNTED;
}

static double perturbed_loss(void *context) {
  forward(context, 0, NULL, false);
  return counted_loss(context, NULL);
}

/* What counts is what the whole loss says of these rows; what does not is not in it. */
static void check_sum(void **state) {
  rig r;
  set_up(&r, *state, 1);
  uint32_t all[TOKENS] = {0};
  for (size_t i = 0; i < COUNTED; i++) all[places[i]] = next[i];
  forward(&r, 0, NULL, true);
  afina_language_loss(&r.gpt, &r.exec, &r.pass, r.losses, all, 1, NULL, r.logits, 5);
  double sum = 0;
  for (size_t i = 0; i < COUNTED; i++) sum += r.losses[places[i]];
  assert_true(fabs(counted_loss(&r, NULL) - sum / COUNTED) < 1e-14);
  tear_down(&r);
}

static void check_gradient(void **state) {
  rig r;
  set_up(&r, *state, 1);
  double *numerical = reals(r.total), *analytic = reals(r.total);
  derivative_numerical(numerical, r.gpt.weights, r.total, perturbed_loss, &r);
  forward(&r, 0, NULL, true);
  counted_loss(&r, &(afina_gradients){.data = analytic});
  for (size_t i = 0; i < r.gpt.params.count; i++) {
    const afina_param *p = &r.gpt.params.entries[i];
    derivative_assert_close(r.route->name, p->name, analytic + p->offset, numerical + p->offset,
                            p->rows * p->columns, bar);
  }
  free(numerical);
  free(analytic);
  tear_down(&r);
}

/* Where every row counts it is the whole loss, bit for bit, and so is the gradient. */
static void check_everything(void **state) {
  rig r;
  set_up(&r, *state, 1);
  size_t rows[TOKENS];
  double losses[TOKENS];
  for (size_t i = 0; i < TOKENS; i++) rows[i] = i;
  forward(&r, 0, NULL, true);
  double *whole = gradients_from(&r, 0), *counted_only = reals(r.total);
  forward(&r, 0, NULL, true);
  afina_counted_work work;
  const afina_counted counted = {.rows = rows, .targets = targets, .count = TOKENS};
  const afina_gradients gradients = {.data = counted_only};
  assert_int_equal(afina_counted_work_init(&work, &r.gpt.config, 7, NULL), AFINA_OK);
  afina_counted_loss(&r.gpt, &r.exec, &r.pass, &work, &counted, losses, 1.0 / TOKENS, &gradients);
  afina_gpt_backward(&r.gpt, &r.exec, &r.pass, &gradients);
  derivative_assert_same(r.route->name, "losses", r.losses, losses, TOKENS);
  derivative_assert_same(r.route->name, "gradient", whole, counted_only, r.total);
  afina_counted_work_free(&work);
  free(whole);
  free(counted_only);
  tear_down(&r);
}

/* The whole loss behind a prompt has no test of its own elsewhere. */
static void check_prompted(void **state) { check_route(state); }

#define FOR(route)                                                                    \
  {"sum: " #route, check_sum, NULL, NULL, (void *)(uintptr_t)&route},                 \
      {"gradient: " #route, check_gradient, NULL, NULL, (void *)(uintptr_t)&route}, { \
    "all rows: " #route, check_everything, NULL, NULL, (void *)(uintptr_t)&route      \
  }

int main(void) {
  const struct CMUnitTest tests[] = {
      FOR(plain),
      FOR(lora),
      FOR(prefix),
      FOR(prompt),
      {"the whole loss behind a prompt", check_prompted, NULL, NULL, (void *)(uintptr_t)&prompt},
      {"the whole loss behind a prefix", check_prompted, NULL, NULL, (void *)(uintptr_t)&prefix},
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
