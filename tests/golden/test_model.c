/* Logits, losses and every gradient of the tiny model against the PyTorch twin, with each set of
 * kernels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "golden.h"

/* Measured, the worst of both sets of kernels: logits 3.3e-7, losses 1.8e-7, gradients 2.0e-6. */
static const double logit_bar = 1e-6, loss_bar = 1e-6, gradient_bar = 4e-6;

static void compare_gradients(golden *g, const char *kind, const afina_gradients *gradients) {
  for (size_t i = 0; i < g->gpt.params.count; i++) {
    const afina_param *p = &g->gpt.params.entries[i];
    char name[128];
    snprintf(name, sizeof name, "%s.gradient.%s", kind, p->name);
    golden_compare(g, name, gradients->data + p->offset, p->rows * p->columns, gradient_bar);
  }
}

static afina_gradients zeros(const golden *g) {
  const afina_gradients made = {.data = afina_allocate(g->gpt.params.total, sizeof(float))};
  assert_non_null(made.data);
  return made;
}

static void report(golden *g, const char *what) {
  print_message("%s, %s: worst %.1e\n", g->exec.kernels->name, what, g->worst);
  g->worst = 0;
}

static void classification(const afina_kernels *kernels, const char *kind, afina_readout readout,
                           afina_reads reads) {
  golden g;
  char name[64];
  golden_open(&g, kernels, true, readout);
  const afina_gradients gradients = zeros(&g);
  golden_forward(&g, reads, true);
  golden_classify(&g, &gradients);
  snprintf(name, sizeof name, "%s.logits", kind);
  golden_compare(&g, name, g.pass.logits, g.B * g.gpt.config.classes, logit_bar);
  report(&g, name);
  snprintf(name, sizeof name, "%s.losses", kind);
  golden_compare(&g, name, g.losses, g.B, loss_bar);
  report(&g, name);
  compare_gradients(&g, kind, &gradients);
  report(&g, "gradients");
  free(gradients.data);
  golden_close(&g);
}

static void last(void **state) {
  classification(*state, "last", AFINA_READOUT_LAST, AFINA_READS_LAST);
}
static void last_all(void **state) {
  classification(*state, "last", AFINA_READOUT_LAST, AFINA_READS_ALL);
}
static void mean(void **state) {
  classification(*state, "mean", AFINA_READOUT_MEAN, AFINA_READS_MEAN);
}
static void words(void **state) {
  classification(*state, "words", AFINA_READOUT_WORDS, AFINA_READS_WORDS);
}

static void language(void **state) {
  golden g;
  golden_open(&g, *state, false, AFINA_READOUT_LAST);
  const size_t V = g.gpt.config.vocabulary, C = g.gpt.config.channels;
  golden_forward(&g, AFINA_READS_ALL, true);
  afina_project_forward(&g.exec, g.logits, g.pass.hidden, afina_gpt_weight(&g.gpt, 0, AFINA_WTE),
                        g.N, C, V);
  golden_compare(&g, "language.logits", g.logits, g.N * V, logit_bar);
  report(&g, "language.logits");
  const afina_gradients gradients = zeros(&g);
  afina_language_loss(&g.gpt, &g.exec, &g.pass, g.losses, g.targets, 1 / (float)g.N, &gradients,
                      g.logits, 7);
  afina_gpt_backward(&g.gpt, &g.exec, &g.pass, &gradients);
  golden_compare(&g, "language.losses", g.losses, g.N, loss_bar);
  report(&g, "language.losses");
  compare_gradients(&g, "language", &gradients);
  report(&g, "gradients");
  free(gradients.data);
  golden_close(&g);
}

#define WITH(kernels)                                                                   \
  {"last, rows read: " #kernels, last, NULL, NULL, (void *)(uintptr_t)&kernels},        \
      {"last, all rows: " #kernels, last_all, NULL, NULL, (void *)(uintptr_t)&kernels}, \
      {"mean: " #kernels, mean, NULL, NULL, (void *)(uintptr_t)&kernels},               \
      {"words: " #kernels, words, NULL, NULL, (void *)(uintptr_t)&kernels}, {           \
    "language: " #kernels, language, NULL, NULL, (void *)(uintptr_t)&kernels            \
  }

int main(void) {
  const struct CMUnitTest tests[] = {WITH(afina_kernels_reference), WITH(afina_kernels_plain)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
