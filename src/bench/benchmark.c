#include "benchmark.h"

#include <stdlib.h>
#include <string.h>

#include "bench_private.h"
#include "json.h"

enum { MOST_ROUNDS = 100, ROUNDS = 3, FEWEST_TEXTS = 16, MOST_TEXTS = 10000, TEXTS = 64 };

static const struct {
  const char *name;
  double flops; /* of a short measurement, on each thread: some 10 milliseconds */
  afina_gpt_config config;
} models[] = {
    {"ref-small",
     3e8,
     {.vocabulary = 8192,
      .context = 128,
      .channels = 256,
      .layers = 6,
      .heads = 8,
      .inner = 1024,
      .classes = 2}},
    {"mini",
     3e8,
     {.vocabulary = 8192,
      .context = 256,
      .channels = 192,
      .layers = 4,
      .heads = 6,
      .inner = 768,
      .classes = 2}},
    {"base",
     3e8,
     {.vocabulary = 16000,
      .context = 256,
      .channels = 384,
      .layers = 4,
      .heads = 12,
      .inner = 1536,
      .classes = 2}},
    {"tiny",
     3e6,
     {.vocabulary = 512,
      .context = 128,
      .channels = 32,
      .layers = 2,
      .heads = 2,
      .inner = 128,
      .classes = 2}},
};

static afina_status choose_model(afina_bench *bench, const char *name, afina_gpt_config *config,
                                 afina_error *error) {
  for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
    if (strcmp(models[i].name, name) != 0) continue;
    bench->config_name = models[i].name;
    bench->flops = models[i].flops;
    *config = models[i].config;
    return AFINA_OK;
  }
  return afina_fail(error, AFINA_E_ARGUMENT,
                    "there is no config '%.64s': ref-small, mini, base or tiny", name);
}

static afina_status choose_part(afina_bench *bench, const char *part, afina_error *error) {
  const bool all = strcmp(part, "all") == 0;
  bench->products_too = all || strcmp(part, "products") == 0;
  bench->passes_too = all || strcmp(part, "passes") == 0;
  bench->epochs_too = all || strcmp(part, "epochs") == 0;
  if (bench->products_too || bench->passes_too || bench->epochs_too) return AFINA_OK;
  return afina_fail(error, AFINA_E_ARGUMENT,
                    "there is no part '%.64s': products, passes, epochs or all", part);
}

static afina_status choose_kernels(const cJSON *json, const afina_kernels **kernels,
                                   afina_error *error) {
  if (cJSON_IsTrue(afina_json_member(json, "narrow"))) {
    if (strcmp((*kernels)->name, afina_kernels_plain.name) != 0)
      return afina_fail(error, AFINA_E_ARGUMENT, "only the plain numerics are measured narrow");
    *kernels = &afina_kernels_plain;
  }
  if ((*kernels)->tile) return AFINA_OK;
  return afina_fail(error, AFINA_E_ARGUMENT, "these kernels have no tile to compare with");
}

static afina_status read_options(afina_bench *bench, const cJSON *json, afina_gpt_config *config,
                                 const afina_kernels **kernels, afina_error *error) {
  const char *name, *part;
  AFINA_TRY(choose_kernels(json, kernels, error));
  AFINA_TRY(afina_json_string(json, "config", "ref-small", &name, error));
  AFINA_TRY(afina_json_string(json, "part", "all", &part, error));
  AFINA_TRY(choose_model(bench, name, config, error));
  AFINA_TRY(choose_part(bench, part, error));
  AFINA_TRY(afina_json_size(json, "rounds", 1, MOST_ROUNDS, ROUNDS, &bench->rounds, error));
  return afina_json_size(json, "texts", FEWEST_TEXTS, MOST_TEXTS, TEXTS, &bench->texts, error);
}

/* Everything but the options; what was made is freed by afina_bench_free. */
static afina_status prepare(afina_bench *bench, const afina_gpt_config *config, afina_pool *pool,
                            const afina_kernels *kernels, afina_error *error) {
  AFINA_TRY(afina_gpt_init(&bench->gpt, config, error));
  afina_rng rng;
  afina_rng_seed(&rng, 1);
  afina_params_random(&bench->gpt.params, bench->gpt.weights, 0, &rng);
  AFINA_TRY(afina_exec_init(&bench->exec, kernels, pool, config->context,
                            config->channels / config->heads, error));
  AFINA_TRY(afina_bench_epochs_init(bench, error));
  afina_bench_list(bench);
  AFINA_TRY(afina_bench_products_init(bench, error));
  AFINA_TRY(afina_bench_passes_init(bench, error));
  const size_t rounds = bench->rounds, results = (2 * bench->count + 2) * rounds;
  bench->memory = afina_allocate(results + afina_pool_size(pool), sizeof *bench->memory);
  if (!bench->memory) return afina_fail_memory(error);
  for (size_t i = 0; i < bench->count; i++) {
    bench->items[i].seconds = bench->memory + 2 * i * rounds;
    bench->items[i].ratio = bench->items[i].seconds + rounds;
  }
  bench->peak = bench->memory + 2 * bench->count * rounds;
  bench->scratch = bench->peak + rounds;
  bench->best = bench->memory + results;
  return AFINA_OK;
}

afina_status afina_bench_create(afina_bench **out, afina_pool *pool, const afina_kernels *kernels,
                                const char *options, size_t options_size, afina_clock *clock,
                                afina_error *error) {
  afina_bench *bench = afina_allocate(1, sizeof *bench);
  if (!bench) return afina_fail_memory(error);
  bench->clock = clock;
  cJSON *json = NULL;
  afina_gpt_config config;
  afina_status status = afina_json_parse(&json, options_size ? options : "{}",
                                         options_size ? options_size : 2, "options", error);
  if (status == AFINA_OK) status = read_options(bench, json, &config, &kernels, error);
  if (status == AFINA_OK) status = prepare(bench, &config, pool, kernels, error);
  cJSON_Delete(json);
  if (status != AFINA_OK) {
    afina_bench_free(bench);
    return status;
  }
  *out = bench;
  return AFINA_OK;
}

void afina_bench_free(afina_bench *bench) {
  if (!bench) return;
  afina_bench_products_clear(bench);
  afina_bench_passes_clear(bench);
  afina_bench_epochs_clear(bench);
  afina_exec_free(&bench->exec);
  afina_gpt_free(&bench->gpt);
  free(bench->memory);
  free(bench);
}

static afina_status measure(afina_bench *bench, bench_item *item, afina_error *error) {
  double *seconds = &item->seconds[bench->round];
  switch (item->kind) {
    case BENCH_PRODUCT: *seconds = afina_bench_product(bench, item); break;
    case BENCH_PASS: return afina_bench_pass(bench, item, seconds, error);
    case BENCH_EPOCH:
      return afina_bench_epoch(bench, item, seconds,
                               item->epoch == BENCH_FIRST ? &item[1].seconds[bench->round] : NULL,
                               error);
  }
  return AFINA_OK;
}

/* What a round measured, as ratios to the best that the tile did in it: whatever else the machine
 * does can only slow the tile. */
static void end_round(afina_bench *bench) {
  const size_t r = bench->round;
  for (size_t i = 0; i < bench->count; i++) {
    bench_item *item = &bench->items[i];
    const double spent = item->seconds[r] * bench->peak[r];
    item->ratio[r] = spent > 0 ? item->flops / spent : 0;
  }
  memset(bench->best, 0, afina_pool_size(bench->exec.pool) * sizeof *bench->best);
  bench->item = 0;
  bench->round++;
}

afina_status afina_bench_step(afina_bench *bench, double *fraction, afina_error *error) {
  if (bench->round < bench->rounds) {
    bench->peak[bench->round] = afina_bench_peak(bench);
    AFINA_TRY(measure(bench, &bench->items[bench->item], error));
    do bench->item++;
    while (bench->item < bench->count && bench->items[bench->item].epoch == BENCH_LATER);
    if (bench->item == bench->count) end_round(bench);
  }
  *fraction =
      ((double)bench->round + (double)bench->item / (double)bench->count) / (double)bench->rounds;
  return AFINA_OK;
}
