/* The list of what is measured, and how many operations each is worth. */
#include "bench_private.h"

enum { TEXTS = 8, SHORT = 32, LONG = 128, CLASSES = 2 };

/* Forward through blocks first .. end - 1; the last block of all reads one row of each text. */
static double forward_flops(const afina_gpt_config *c, size_t first, size_t end, double N,
                            double B) {
  const double C = (double)c->channels, F = (double)c->inner;
  double flops = 0;
  for (size_t l = first; l < end; l++) {
    const double asked = l + 1 == c->layers ? B : N;
    flops += 2 * (2 * C * C * N + (2 * C * C + 2 * C * F) * asked);
  }
  return flops;
}

static void add(afina_bench *bench, const bench_item *item) {
  bench->items[bench->count++] = *item;
}

static void list_products(afina_bench *bench) {
  const size_t C = bench->gpt.config.channels, F = bench->gpt.config.inner;
  const bench_item layers[] = {{.layer = "attention in", .inputs = C, .outputs = 3 * C},
                               {.layer = "attention out", .inputs = C, .outputs = C},
                               {.layer = "mlp in", .inputs = C, .outputs = F},
                               {.layer = "mlp out", .inputs = F, .outputs = C}};
  const size_t tokens[] = {TEXTS * SHORT, TEXTS * LONG};
  for (size_t i = 0; i < 2; i++)
    for (size_t l = 0; l < 4; l++)
      for (int which = BENCH_FORWARD; which <= BENCH_WEIGHTS; which++) {
        bench_item item = layers[l];
        item.kind = BENCH_PRODUCT;
        item.which = (bench_which)which;
        item.tokens = tokens[i];
        item.flops = 2 * (double)item.tokens * (double)item.inputs * (double)item.outputs;
        add(bench, &item);
      }
}

static void list_passes(afina_bench *bench) {
  const bench_item passes[] = {{.tokens = TEXTS * SHORT, .trains = false},
                               {.tokens = TEXTS * SHORT, .trains = true},
                               {.tokens = TEXTS * LONG, .trains = true}};
  const afina_gpt_config *config = &bench->gpt.config;
  for (size_t i = 0; i < 3; i++) {
    bench_item item = passes[i];
    item.kind = BENCH_PASS;
    item.texts = TEXTS;
    item.flops = forward_flops(config, 0, config->layers, (double)item.tokens, TEXTS) *
                 (item.trains ? 3 : 1);
    add(bench, &item);
  }
}

static double epoch_flops(const afina_bench *bench, const bench_item *item) {
  const afina_gpt_config *config = &bench->gpt.config;
  const size_t L = config->layers, block = afina_strategy_block(&item->strategy, L);
  const double N = (double)item->tokens, B = (double)item->texts;
  const double frozen = forward_flops(config, 0, block, N, B);
  const double head = 2 * 2 * B * (double)config->channels * CLASSES;
  const double trained = 3 * forward_flops(config, block, L, N, B) + head;
  return item->epoch == BENCH_LATER ? trained : frozen + trained;
}

static void list_epochs(afina_bench *bench) {
  const afina_strategy head = {.kind = AFINA_STRATEGY_HEAD};
  const afina_strategy last = {.kind = AFINA_STRATEGY_LAST, .blocks = 1};
  const afina_strategy full = {.kind = AFINA_STRATEGY_FULL};
  const bench_item epochs[] = {
      {.strategy = head, .epoch = BENCH_FIRST}, {.strategy = head, .epoch = BENCH_LATER},
      {.strategy = head, .epoch = BENCH_EACH},  {.strategy = last, .epoch = BENCH_FIRST},
      {.strategy = last, .epoch = BENCH_LATER}, {.strategy = last, .epoch = BENCH_EACH},
      {.strategy = full, .epoch = BENCH_EACH}};
  for (size_t i = 0; i < sizeof epochs / sizeof *epochs; i++) {
    bench_item item = epochs[i];
    item.kind = BENCH_EPOCH;
    item.texts = bench->texts;
    item.tokens = bench->epochs.tokens;
    item.flops = epoch_flops(bench, &item);
    add(bench, &item);
  }
}

void afina_bench_list(afina_bench *bench) {
  if (bench->products_too) list_products(bench);
  if (bench->passes_too) list_passes(bench);
  if (bench->epochs_too) list_epochs(bench);
}
