#include <stdlib.h>
#include <string.h>

#include "bench_private.h"
#include "json.h"

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

double afina_bench_median(double *values, size_t count) {
  qsort(values, count, sizeof *values, compare);
  return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

static double median(const afina_bench *bench, const double *values) {
  memcpy(bench->scratch, values, bench->rounds * sizeof *values);
  return afina_bench_median(bench->scratch, bench->rounds);
}

static bool number(cJSON *object, const char *key, double value) {
  return cJSON_AddNumberToObject(object, key, value);
}

static bool size(cJSON *object, const char *key, size_t value) {
  return number(object, key, (double)value);
}

static bool text(cJSON *object, const char *key, const char *value) {
  return cJSON_AddStringToObject(object, key, value);
}

static bool add_config(const afina_bench *bench, cJSON *json) {
  const afina_gpt_config *c = &bench->gpt.config;
  const size_t block = 4 * c->channels * c->channels + 2 * c->channels * c->inner;
  cJSON *config = cJSON_AddObjectToObject(json, "config");
  return config && text(config, "name", bench->config_name) &&
         size(config, "channels", c->channels) && size(config, "layers", c->layers) &&
         size(config, "heads", c->heads) && size(config, "inner", c->inner) &&
         size(config, "vocabulary", c->vocabulary) && size(config, "context", c->context) &&
         size(config, "block_parameters", c->layers * block);
}

static bool add_peak(const afina_bench *bench, cJSON *json) {
  cJSON *peak = cJSON_AddObjectToObject(json, "peak");
  return peak && number(peak, "gflops", median(bench, bench->peak) * 1e-9) &&
         size(peak, "tile_rows", bench->exec.kernels->tile_rows) &&
         size(peak, "tile_columns", bench->exec.kernels->tile_columns);
}

static bool describe_product(const bench_item *item, cJSON *json) {
  static const char *const products[] = {"y = x W", "dx = dy W^T", "dW = x^T dy"};
  return text(json, "layer", item->layer) && text(json, "product", products[item->which]) &&
         size(json, "rows", item->tokens) && size(json, "inputs", item->inputs) &&
         size(json, "outputs", item->outputs);
}

static bool describe_pass(const afina_bench *bench, const bench_item *item, cJSON *json) {
  const double seconds = median(bench, item->seconds);
  return text(json, "pass", item->trains ? "step" : "forward") &&
         size(json, "texts", item->texts) && size(json, "tokens", item->tokens) &&
         number(json, "tokens_per_second", seconds > 0 ? (double)item->tokens / seconds : 0);
}

static bool describe_epoch(const bench_item *item, cJSON *json) {
  static const char *const epochs[] = {"first", "later", "each"};
  char strategy[AFINA_STRATEGY_NAME];
  afina_strategy_print(&item->strategy, strategy);
  return text(json, "strategy", strategy) &&
         cJSON_AddBoolToObject(json, "cache", item->epoch != BENCH_EACH) &&
         text(json, "epoch", epochs[item->epoch]) && size(json, "texts", item->texts) &&
         size(json, "tokens", item->tokens);
}

static bool describe(const afina_bench *bench, const bench_item *item, cJSON *json) {
  switch (item->kind) {
    case BENCH_PRODUCT: return describe_product(item, json);
    case BENCH_PASS: return describe_pass(bench, item, json);
    case BENCH_EPOCH: break;
  }
  return describe_epoch(item, json);
}

/* The items of one kind, with their results. */
static bool add_items(const afina_bench *bench, bench_kind kind, const char *key, cJSON *json) {
  cJSON *list = cJSON_AddArrayToObject(json, key);
  for (size_t i = 0; list && i < bench->count; i++) {
    const bench_item *item = &bench->items[i];
    if (item->kind != kind) continue;
    cJSON *entry = cJSON_CreateObject();
    if (!entry || !cJSON_AddItemToArray(list, entry)) {
      cJSON_Delete(entry);
      return false;
    }
    const double seconds = median(bench, item->seconds);
    if (!describe(bench, item, entry) || !number(entry, "ms", seconds * 1e3) ||
        !number(entry, "gflops", seconds > 0 ? item->flops / seconds * 1e-9 : 0) ||
        !number(entry, "ratio", median(bench, item->ratio)))
      return false;
  }
  return list;
}

afina_status afina_bench_report(const afina_bench *bench, afina_bytes *json, afina_error *error) {
  if (bench->round < bench->rounds)
    return afina_fail(error, AFINA_E_STATE, "the benchmark is not at its end");
  cJSON *document = cJSON_CreateObject();
  const bool whole = document && text(document, "afina", AFINA_VERSION) &&
                     text(document, "numerics", bench->exec.kernels->name) &&
                     size(document, "threads", afina_pool_size(bench->exec.pool)) &&
                     size(document, "rounds", bench->rounds) && add_config(bench, document) &&
                     add_peak(bench, document) &&
                     add_items(bench, BENCH_PRODUCT, "products", document) &&
                     add_items(bench, BENCH_PASS, "passes", document) &&
                     add_items(bench, BENCH_EPOCH, "epochs", document);
  const afina_status status =
      whole ? afina_json_print(document, true, json, error) : afina_fail_memory(error);
  cJSON_Delete(document);
  return status;
}
