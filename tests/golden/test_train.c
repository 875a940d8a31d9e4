/* Twenty steps of AdamW against the PyTorch twin: warm-up and cosine, clipping by the global norm,
 * decay of matrices only; with each set of kernels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "golden.h"
#include "optimizer.h"

enum { MAX_STEPS = 64 };
/* Measured, the worst of both sets of kernels: losses 7.0e-8, norms 2.3e-7, weights 4.6e-7. */
static const double loss_bar = 1e-6, norm_bar = 1e-6, weight_bar = 2e-6;

static void compare_weights(golden *g) {
  const size_t C = g->gpt.config.channels;
  for (size_t i = 0; i < g->gpt.params.count; i++) {
    const afina_param *p = &g->gpt.params.entries[i];
    const bool attention_bias = strstr(p->name, "c_attn.bias") != NULL;
    char name[128];
    snprintf(name, sizeof name, "train.weights.%s", p->name);
    /* The keys' bias adds the same to all scores of a query: softmax takes it away, its gradient is
     * rounding alone, and AdamW makes steps of any size from that. */
    golden_compare_but(g, name, g->gpt.weights + p->offset, p->rows * p->columns, weight_bar,
                       attention_bias ? C : 0, attention_bias ? 2 * C : 0);
  }
}

static void twenty_steps(void **state) {
  golden g;
  golden_open(&g, *state, true, AFINA_READOUT_LAST);
  const afina_optimizer_options options = {
      .beta1 = golden_number(&g, "beta1"),
      .beta2 = golden_number(&g, "beta2"),
      .epsilon = golden_number(&g, "epsilon"),
      .weight_decay = golden_number(&g, "weight_decay"),
      .clip = golden_number(&g, "clip"),
  };
  const size_t steps = (size_t)golden_number(&g, "steps");
  const size_t warmup = (size_t)golden_number(&g, "warmup");
  const double peak = golden_number(&g, "peak"), floor = golden_number(&g, "floor");
  assert_in_range(steps, 20, MAX_STEPS);
  float losses[MAX_STEPS], norms[MAX_STEPS];
  afina_optimizer optimizer;
  assert_int_equal(afina_optimizer_init(&optimizer, &g.gpt, 0, &options, NULL), AFINA_OK);
  for (size_t step = 0; step < steps; step++) {
    afina_optimizer_zero(&optimizer);
    golden_forward(&g, AFINA_READS_LAST, true);
    losses[step] = (float)golden_classify(&g, &optimizer.gradients);
    const double lr = peak * afina_schedule_cosine(step, steps, warmup, floor);
    norms[step] = (float)afina_optimizer_step(&optimizer, &g.gpt, &g.exec, lr);
  }
  golden_compare(&g, "train.losses", losses, steps, loss_bar);
  print_message("%s, losses: worst %.1e\n", g.exec.kernels->name, g.worst);
  g.worst = 0;
  golden_compare(&g, "train.norms", norms, steps, norm_bar);
  print_message("%s, norms: worst %.1e\n", g.exec.kernels->name, g.worst);
  g.worst = 0;
  compare_weights(&g);
  print_message("%s, weights: worst %.1e\n", g.exec.kernels->name, g.worst);
  afina_optimizer_free(&optimizer);
  golden_close(&g);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      {"reference", twenty_steps, NULL, NULL, (void *)(uintptr_t)&afina_kernels_reference},
      {"plain", twenty_steps, NULL, NULL, (void *)(uintptr_t)&afina_kernels_plain},
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
