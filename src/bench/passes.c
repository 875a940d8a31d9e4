/* Forward and training steps of the whole model, on batches of texts of equal length. */
#include <stdlib.h>

#include "bench_private.h"

static const double LR = 1e-5; /* the same batch is learned over and over: not by heart */

static const bench_item *longest(const afina_bench *bench) {
  const bench_item *found = NULL;
  for (size_t i = 0; i < bench->count; i++) {
    const bench_item *item = &bench->items[i];
    if (item->kind == BENCH_PASS && (!found || item->tokens > found->tokens)) found = item;
  }
  return found;
}

afina_status afina_bench_passes_init(afina_bench *bench, afina_error *error) {
  const bench_item *most = longest(bench);
  if (!most) return AFINA_OK;
  bench_passes *p = &bench->passes;
  AFINA_TRY(afina_gpt_pass_init(&p->pass, &bench->gpt, error));
  const afina_optimizer_options adamw = {
      .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .weight_decay = 0.01, .clip = 1};
  p->ids = afina_allocate(most->tokens, sizeof *p->ids);
  p->starts = afina_allocate(most->texts + 1, sizeof *p->starts);
  if (!p->ids || !p->starts) return afina_fail_memory(error);
  afina_rng rng;
  afina_rng_seed(&rng, 2);
  for (size_t i = 0; i < most->tokens; i++)
    p->ids[i] = (uint32_t)afina_rng_below(&rng, bench->gpt.config.vocabulary);
  uint32_t *rows;
  AFINA_TRY(afina_token_rows(&rows, p->ids, most->tokens, bench->gpt.config.vocabulary, error));
  return afina_optimizer_init_rows(&p->optimizer, &bench->gpt, 0, rows, &adamw, error);
}

void afina_bench_passes_clear(afina_bench *bench) {
  afina_gpt_pass_free(&bench->passes.pass);
  afina_optimizer_free(&bench->passes.optimizer);
  free(bench->passes.ids);
  free(bench->passes.starts);
  bench->passes = (bench_passes){0};
}

static afina_status forward(afina_bench *bench, const bench_item *item, afina_error *error) {
  bench_passes *p = &bench->passes;
  for (size_t b = 0; b <= item->texts; b++) p->starts[b] = b * (item->tokens / item->texts);
  const afina_gpt_batch batch = {.rows = {.starts = p->starts, .B = item->texts, .N = item->tokens},
                                 .ids = p->ids,
                                 .end_block = bench->gpt.config.layers,
                                 .reads = AFINA_READS_LAST,
                                 .keep = item->trains};
  AFINA_TRY(afina_gpt_forward(&bench->gpt, &bench->exec, &p->pass, &batch, error));
  afina_classify_forward(&bench->gpt, &bench->exec, &p->pass);
  return AFINA_OK;
}

static afina_status run(afina_bench *bench, const bench_item *item, afina_error *error) {
  static const uint32_t targets[] = {0, 1, 1, 0, 1, 0, 0, 1}; /* a text each */
  bench_passes *p = &bench->passes;
  const afina_exec *exec = &bench->exec;
  const size_t B = item->texts, K = bench->gpt.config.classes;
  const afina_gradients *gradients = &p->optimizer.gradients;
  if (!item->trains) return forward(bench, item, error);
  afina_optimizer_open(&p->optimizer, &bench->gpt, exec);
  AFINA_TRY(forward(bench, item, error));
  afina_cross_entropy_forward(exec, p->pass.losses, p->pass.logits, targets, B, K);
  afina_cross_entropy_backward(exec, p->pass.logits, targets, 1 / (afina_real)B, B, K);
  afina_classify_backward(&bench->gpt, exec, &p->pass, p->pass.logits, gradients);
  afina_gpt_backward(&bench->gpt, exec, &p->pass, gradients);
  afina_optimizer_step(&p->optimizer, &bench->gpt, exec, LR);
  return AFINA_OK;
}

/* Once unmeasured: memory is taken, and an engine that compiles what runs often does so. */
afina_status afina_bench_pass(afina_bench *bench, const bench_item *item, double *seconds,
                              afina_error *error) {
  const double wanted = 4 * bench->flops;
  const size_t times = (size_t)(wanted / item->flops) + 1;
  if (bench->round == 0 || times > 1) AFINA_TRY(run(bench, item, error));
  const double start = bench->clock();
  for (size_t i = 0; i < times; i++) AFINA_TRY(run(bench, item, error));
  *seconds = (bench->clock() - start) / (double)times;
  return AFINA_OK;
}
