/* report.json: what a run was told, what it saw and what came out. The page and the command line
 * write this document, so everything in it but "seconds" is the same from both. */
#include <math.h>
#include <stdlib.h>

#include "finetune.h"
#include "memory.h"
#include "metrics.h"
#include "sha256.h"
#include "weights.h"

/* Adds `item` to an object, or frees it; false without memory. */
static bool add(cJSON *object, const char *key, cJSON *item) {
  if (item && cJSON_AddItemToObject(object, key, item)) return true;
  cJSON_Delete(item);
  return false;
}

/* JSON has no NaN: what was not measured is null. */
static bool add_number(cJSON *object, const char *key, double value) {
  return add(object, key, isfinite(value) ? cJSON_CreateNumber(value) : cJSON_CreateNull());
}

static cJSON *split_json(const afina_split *split) {
  cJSON *json = cJSON_CreateObject();
  if (json && add_number(json, "train", (double)split->train.count) &&
      add_number(json, "valid", (double)split->valid.count) &&
      add_number(json, "test", (double)split->test.count))
    return json;
  cJSON_Delete(json);
  return NULL;
}

static cJSON *data_json(const afina_finetune *run) {
  char sha[AFINA_SHA256_HEX];
  afina_dataset_sha256(run->data, sha);
  const char *const *labels = afina_dataset_labels(run->data);
  cJSON *json = cJSON_CreateObject();
  if (json && add_number(json, "rows", (double)afina_dataset_count(run->data)) &&
      add_number(json, "usable", (double)afina_dataset_usable(run->data)) &&
      add_number(json, "truncated", (double)run->truncated) &&
      add(json, "classes",
          cJSON_CreateStringArray(labels, (int)afina_dataset_classes(run->data))) &&
      add(json, "split", split_json(&run->split)) && cJSON_AddStringToObject(json, "sha256", sha))
    return json;
  cJSON_Delete(json);
  return NULL;
}

static cJSON *epoch_json(const afina_epoch *epoch) {
  cJSON *json = cJSON_CreateObject();
  if (json && add_number(json, "epoch", (double)epoch->epoch) &&
      add_number(json, "train_loss", epoch->train_loss) &&
      add_number(json, "valid_loss", epoch->valid_loss) &&
      add_number(json, "valid_accuracy", epoch->valid_accuracy) &&
      add_number(json, "first_block", (double)epoch->first_block) &&
      add_number(json, "seconds", epoch->seconds))
    return json;
  cJSON_Delete(json);
  return NULL;
}

static cJSON *epochs_json(const afina_finetune *run) {
  cJSON *json = cJSON_CreateArray();
  for (size_t i = 0; json && i < run->epochs_done; i++) {
    cJSON *epoch = epoch_json(&run->epochs[i]);
    if (epoch && cJSON_AddItemToArray(json, epoch)) continue;
    cJSON_Delete(epoch);
    cJSON_Delete(json);
    return NULL;
  }
  return json;
}

static cJSON *seconds_json(const afina_finetune *run) {
  const size_t threads = afina_pool_size(run->exec->pool);
  cJSON *json = cJSON_CreateObject();
  if (json && add_number(json, "threads", (double)threads) &&
      add_number(json, "prepare", run->prepared - run->started) &&
      add_number(json, "train", run->trained - run->prepared) &&
      add_number(json, "test", run->finished - run->trained) &&
      add_number(json, "total", run->finished - run->started))
    return json;
  cJSON_Delete(json);
  return NULL;
}

/* "test": the metrics, or null where there are no test rows. */
static afina_status test_json(const afina_finetune *run, cJSON **out, afina_error *error) {
  const size_t count = run->split.test.count, K = run->gpt.config.classes;
  if (count == 0) {
    *out = cJSON_CreateNull();
    return *out ? AFINA_OK : afina_fail_memory(error);
  }
  uint32_t *truth = afina_allocate(count, sizeof *truth);
  if (!truth) return afina_fail_memory(error);
  for (size_t i = 0; i < count; i++)
    truth[i] = afina_dataset_row(run->data, run->split.test.rows[i]).label;
  afina_metrics metrics;
  afina_status status = afina_metrics_compute(&metrics, truth, run->probabilities, count, K, error);
  free(truth);
  if (status != AFINA_OK) return status;
  status = afina_metrics_json(out, &metrics, afina_dataset_labels(run->data), error);
  afina_metrics_free(&metrics);
  return status;
}

/* {"accuracy","macro_f1"} on the test rows of one part by itself. */
static afina_status alone_json(const afina_finetune *run, const uint32_t *predicted, cJSON **out,
                               afina_error *error) {
  const size_t count = run->split.test.count, K = run->gpt.config.classes;
  uint32_t *truth = afina_allocate(count, sizeof *truth);
  float *certain = afina_allocate(count, K * sizeof *certain);
  afina_metrics metrics = {0};
  afina_status status = truth && certain ? AFINA_OK : afina_fail_memory(error);
  for (size_t i = 0; status == AFINA_OK && i < count; i++) {
    truth[i] = afina_dataset_row(run->data, run->split.test.rows[i]).label;
    certain[i * K + predicted[i]] = 1;
  }
  if (status == AFINA_OK) status = afina_metrics_compute(&metrics, truth, certain, count, K, error);
  free(truth);
  free(certain);
  if (status != AFINA_OK) return status;
  cJSON *json = cJSON_CreateObject();
  const bool fine = json && add_number(json, "accuracy", metrics.accuracy) &&
                    add_number(json, "macro_f1", metrics.macro_f1);
  afina_metrics_free(&metrics);
  if (!fine) {
    cJSON_Delete(json);
    return afina_fail_memory(error);
  }
  *out = json;
  return AFINA_OK;
}

/* "ngrams": how many there are, the factors of the two parts, and what either is worth alone;
 * null without them. */
static afina_status ngrams_json(const afina_finetune *run, cJSON **out, afina_error *error) {
  const afina_finetune_bag *bag = &run->bag;
  cJSON *json = run->options.ngrams ? cJSON_CreateObject() : cJSON_CreateNull();
  bool fine =
      json && (!run->options.ngrams || (add_number(json, "features", (double)bag->bag.F) &&
                                        add_number(json, "network_factor", bag->factors.a) &&
                                        add_number(json, "ngrams_factor", bag->factors.b)));
  afina_status status = fine ? AFINA_OK : afina_fail_memory(error);
  static const char *const keys[] = {"network_alone", "ngrams_alone"};
  for (size_t i = 0; i < 2 && run->options.ngrams && run->split.test.count; i++) {
    cJSON *alone = NULL;
    if (status == AFINA_OK) status = alone_json(run, bag->alone[i], &alone, error);
    if (status == AFINA_OK && !add(json, keys[i], alone)) status = afina_fail_memory(error);
  }
  if (status != AFINA_OK) {
    cJSON_Delete(json);
    return status;
  }
  *out = json;
  return AFINA_OK;
}

afina_status afina_finetune_describe(const afina_finetune *run, cJSON **out, afina_error *error) {
  const char *const *labels = afina_dataset_labels(run->data);
  cJSON *json = cJSON_CreateObject();
  const bool fine =
      json && add(json, "classes", cJSON_CreateStringArray(labels, (int)run->gpt.config.classes)) &&
      add(json, "split", split_json(&run->split)) &&
      add(json, "options", afina_finetune_options_json(&run->options)) &&
      add_number(json, "trained_parameters", (double)run->trainable) &&
      add_number(json, "reused", (double)run->reused) &&
      add_number(json, "computed", (double)run->computed);
  if (!fine) {
    cJSON_Delete(json);
    return afina_fail_memory(error);
  }
  *out = json;
  return AFINA_OK;
}

afina_status afina_finetune_json(const afina_finetune *run, const cJSON *model, cJSON **out,
                                 afina_error *error) {
  if (run->phase != AFINA_DONE)
    return afina_fail(error, AFINA_E_STATE, "there is no report before the run is done");
  char sha[AFINA_SHA256_HEX];
  cJSON *test = NULL, *ngrams = NULL;
  AFINA_TRY(afina_weights_sha256(&run->gpt, &run->bag.bag, sha, error));
  AFINA_TRY(ngrams_json(run, &ngrams, error));
  const afina_status tested = test_json(run, &test, error);
  if (tested != AFINA_OK) {
    cJSON_Delete(ngrams);
    return tested;
  }
  cJSON *json = cJSON_CreateObject();
  const bool fine =
      json && cJSON_AddStringToObject(json, "afina", AFINA_VERSION) &&
      cJSON_AddStringToObject(json, "numerics", run->exec->kernels->name) &&
      cJSON_AddStringToObject(json, "cache", afina_cache_kind_name(run->cache_kind)) &&
      add(json, "model", cJSON_Duplicate(model, true)) && add(json, "data", data_json(run)) &&
      add(json, "options", afina_finetune_options_json(&run->options)) &&
      add_number(json, "seed", (double)run->options.seed) &&
      add(json, "epochs", epochs_json(run)) &&
      add_number(json, "best_epoch", (double)run->best_epoch) && add(json, "test", test) &&
      add(json, "ngrams", ngrams);
  if (!fine || !add_number(json, "trained_parameters", (double)run->trainable) ||
      !add(json, "seconds", seconds_json(run)) ||
      !cJSON_AddStringToObject(json, "weights_sha256", sha)) {
    cJSON_Delete(json);
    return afina_fail_memory(error);
  }
  *out = json;
  return AFINA_OK;
}
