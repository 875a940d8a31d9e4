/* comparison.json. Everything in it but "seconds" is the same from page and command line. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"

/* Adds `item` to an object, or frees it; false without memory. */
static bool add(cJSON *object, const char *key, cJSON *item) {
  if (object && item && cJSON_AddItemToObject(object, key, item)) return true;
  cJSON_Delete(item);
  return false;
}

static bool append(cJSON *list, cJSON *item) {
  if (list && item && cJSON_AddItemToArray(list, item)) return true;
  cJSON_Delete(item);
  return false;
}

/* JSON has no NaN: what was not measured is null. */
static bool add_number(cJSON *object, const char *key, double value) {
  return add(object, key, isfinite(value) ? cJSON_CreateNumber(value) : cJSON_CreateNull());
}

/* The item, or NULL where it is not whole. */
static cJSON *whole(cJSON *json, bool fine) {
  if (json && fine) return json;
  cJSON_Delete(json);
  return NULL;
}

/* ---- a run ---- */

/* Of what was said of each test row, in order: equal where all predictions are. */
static void predictions_sha256(const afina_comparison *c, const afina_compared_run *run,
                               char hex[AFINA_SHA256_HEX]) {
  const char *const *labels = afina_dataset_labels(c->data);
  afina_sha256 sha;
  afina_sha256_init(&sha);
  for (size_t i = 0; i < c->tests; i++) {
    const char *label = labels[run->predicted[i]];
    afina_sha256_update(&sha, label, strlen(label) + 1);
  }
  afina_sha256_finish(&sha, hex);
}

static cJSON *failure_json(const afina_error *failure) {
  cJSON *json = cJSON_CreateObject();
  return whole(
      json, json && cJSON_AddStringToObject(json, "status", afina_status_name(failure->status)) &&
                cJSON_AddStringToObject(json, "message", failure->message));
}

static cJSON *run_json(const afina_comparison *c, const afina_compared_run *run) {
  if (!afina_compared_ran(run)) {
    cJSON *json = cJSON_CreateObject();
    return whole(json, json && add_number(json, "seed", (double)run->seed) &&
                           add(json, "failure", failure_json(&run->failure)));
  }
  char sha[AFINA_SHA256_HEX];
  cJSON *json = cJSON_Duplicate(run->json, true), *seconds = cJSON_CreateObject();
  predictions_sha256(c, run, sha);
  const bool timed = seconds && add_number(seconds, "total", run->seconds);
  return whole(json, add(json, "seconds", whole(seconds, timed)) &&
                         add_number(json, "seed", (double)run->seed) &&
                         add_number(json, "accuracy", run->accuracy) &&
                         add_number(json, "macro_f1", run->macro_f1) &&
                         cJSON_AddStringToObject(json, "predictions_sha256", sha));
}

/* ---- an entry ---- */

typedef double score_of(const afina_compared_run *run);
static double accuracy_of(const afina_compared_run *run) { return run->accuracy; }
static double macro_f1_of(const afina_compared_run *run) { return run->macro_f1; }
static double seconds_of(const afina_compared_run *run) { return run->seconds; }

static afina_spread spread(const afina_comparison *c, const afina_compared_entry *entry,
                           score_of *score) {
  double values[100]; /* afina_compare_plan takes no more seeds */
  size_t count = 0;
  for (size_t r = 0; r < c->seed_count; r++)
    if (afina_compared_ran(&entry->runs[r])) values[count++] = score(&entry->runs[r]);
  return afina_spread_of(values, count);
}

static cJSON *score_json(afina_spread spread, const afina_interval *interval) {
  cJSON *json = cJSON_CreateObject();
  return whole(json, json && add_number(json, "mean", spread.mean) &&
                         add_number(json, "deviation", spread.deviation) &&
                         add_number(json, "low", interval ? interval->low : (double)NAN) &&
                         add_number(json, "high", interval ? interval->high : (double)NAN));
}

static cJSON *language_json(const afina_perplexity_result *result) {
  cJSON *json = cJSON_CreateObject();
  return whole(json, json && add_number(json, "loss", result->loss) &&
                         add_number(json, "perplexity", result->perplexity) &&
                         add_number(json, "bits_per_byte", result->bits_per_byte));
}

/* What is saved: a delta (delta.h), or what trained, as F32. */
static cJSON *saved_json(const afina_compared_run *run) {
  cJSON *json = cJSON_CreateObject();
  return whole(json,
               json && add_number(json, "bytes", (double)run->saved_bytes) &&
                   cJSON_AddStringToObject(json, "of", run->as_delta ? "delta" : "parameters"));
}

static bool add_scores(cJSON *json, const afina_comparison *c, const afina_compared_entry *entry) {
  const afina_intervals *sure = entry->has_intervals ? &entry->intervals : NULL;
  cJSON *seconds = cJSON_CreateObject();
  const bool timed = seconds && add_number(seconds, "mean", spread(c, entry, seconds_of).mean);
  return add(json, "accuracy",
             score_json(spread(c, entry, accuracy_of), sure ? &sure->accuracy : NULL)) &&
         add(json, "macro_f1",
             score_json(spread(c, entry, macro_f1_of), sure ? &sure->macro_f1 : NULL)) &&
         add(json, "seconds", whole(seconds, timed));
}

static const char *const kinds[] = {"network", "ngrams", "majority"};

static cJSON *entry_json(const afina_comparison *c, const afina_compared_entry *entry) {
  cJSON *json = cJSON_CreateObject(), *runs = cJSON_CreateArray();
  const afina_compared_run *first = NULL;
  bool fine = runs != NULL;
  for (size_t r = 0; r < c->seed_count; r++) {
    if (!first && afina_compared_ran(&entry->runs[r])) first = &entry->runs[r];
    if (entry->runs[r].done) fine = fine && append(runs, run_json(c, &entry->runs[r]));
  }
  fine = fine && json && cJSON_AddStringToObject(json, "name", entry->name) &&
         cJSON_AddStringToObject(json, "kind", kinds[entry->kind]) &&
         cJSON_AddBoolToObject(json, "random", entry->random) &&
         add(json, "labels_per_class",
             entry->labels ? cJSON_CreateNumber((double)entry->labels) : cJSON_CreateNull()) &&
         add_number(json, "rows", first ? (double)first->rows : (double)NAN) &&
         add_number(json, "trained_parameters",
                    first ? (double)first->trained_parameters : (double)NAN) &&
         add(json, "saved", first ? saved_json(first) : cJSON_CreateNull()) &&
         add_scores(json, c, entry) &&
         add(json, "after",
             entry->has_language ? language_json(&entry->language) : cJSON_CreateNull());
  if (fine) {
    fine = add(json, "runs", runs);
    runs = NULL;
  }
  cJSON_Delete(runs);
  return whole(json, fine);
}

/* ---- pairs ---- */

static const afina_compared_run *first_run(const afina_comparison *c, size_t entry) {
  for (size_t r = 0; r < c->seed_count; r++)
    if (afina_compared_ran(&c->entries[entry].runs[r])) return &c->entries[entry].runs[r];
  return NULL;
}

static cJSON *pair_json(const afina_comparison *c, size_t a, size_t b) {
  const afina_mcnemar test = afina_mcnemar_test(c->truth, first_run(c, a)->predicted,
                                                first_run(c, b)->predicted, c->tests);
  cJSON *json = cJSON_CreateObject();
  return whole(json, json && add_number(json, "first", (double)a) &&
                         add_number(json, "second", (double)b) &&
                         add_number(json, "first_only", (double)test.first_only) &&
                         add_number(json, "second_only", (double)test.second_only) &&
                         add_number(json, "p", test.p));
}

/* McNemar's test of every two entries that have run, by the first run of each. */
static cJSON *pairs_json(const afina_comparison *c) {
  cJSON *list = cJSON_CreateArray();
  for (size_t a = 0; list && a < c->entry_count; a++)
    for (size_t b = a + 1; b < c->entry_count; b++)
      if (first_run(c, a) && first_run(c, b) && !append(list, pair_json(c, a, b))) {
        cJSON_Delete(list);
        return NULL;
      }
  return list;
}

/* ---- the learning curve ---- */

/* Points are the pairs of entries that afina_compare_plan_curve made: a strategy, then the n-grams
 * from the same labels. */
static size_t points_of(const afina_comparison *c) { return (c->entry_count - 1) / 2; }

static cJSON *points_json(const afina_comparison *c) {
  cJSON *list = cJSON_CreateArray();
  for (size_t i = 0; list && i < points_of(c); i++) {
    cJSON *point = cJSON_CreateObject();
    const bool fine = point && add_number(point, "entry", (double)(2 * i)) &&
                      add_number(point, "baseline", (double)(2 * i + 1));
    if (!append(list, whole(point, fine))) {
      cJSON_Delete(list);
      return NULL;
    }
  }
  return list;
}

/* The most rows that are no more than about half of all: the last doubling began there. Where even
 * the fewest are more, those. */
static size_t doubled_from(const afina_comparison *c) {
  const afina_compared_run *last = first_run(c, 2 * (points_of(c) - 1));
  size_t from = SIZE_MAX;
  for (size_t i = 0; last && i + 1 < points_of(c); i++) {
    const afina_compared_run *run = first_run(c, 2 * i);
    const bool is_half = run && (double)run->rows <= 0.6 * (double)last->rows;
    if (is_half || (run && from == SIZE_MAX)) from = 2 * i;
  }
  return from;
}

/* "helps": the gain is above zero, as sure as 95%; "little": it is below one text in a hundred, as
 * sure; "unclear": the test rows do not tell. */
static const char *verdict(const afina_interval *gain) {
  return gain->low > 0 ? "helps" : gain->high < 0.01 ? "little" : "unclear";
}

static cJSON *gain_json(const afina_comparison *c, size_t from, const afina_intervals *gain) {
  const size_t to = 2 * (points_of(c) - 1);
  const afina_compared_entry *before = &c->entries[from], *after = &c->entries[to];
  const afina_spread accuracy = {
      spread(c, after, accuracy_of).mean - spread(c, before, accuracy_of).mean, (double)NAN};
  const afina_spread macro_f1 = {
      spread(c, after, macro_f1_of).mean - spread(c, before, macro_f1_of).mean, (double)NAN};
  cJSON *json = cJSON_CreateObject();
  return whole(json, json && add_number(json, "from", (double)from) &&
                         add_number(json, "to", (double)to) &&
                         add(json, "accuracy", score_json(accuracy, &gain->accuracy)) &&
                         add(json, "macro_f1", score_json(macro_f1, &gain->macro_f1)) &&
                         cJSON_AddStringToObject(json, "verdict", verdict(&gain->accuracy)));
}

/* null before both ends of the last doubling have run. */
static afina_status last_doubling(const afina_comparison *c, cJSON **out, afina_error *error) {
  const size_t from = doubled_from(c), to = 2 * (points_of(c) - 1);
  const uint32_t **lists = afina_allocate(c->seed_count, 2 * sizeof *lists);
  if (!lists) return afina_fail_memory(error);
  afina_status status = AFINA_OK;
  afina_intervals gain;
  if (from != SIZE_MAX) {
    const afina_answers before = {.truth = c->truth,
                                  .predicted = lists,
                                  .runs = afina_compare_answers(c, &c->entries[from], lists),
                                  .rows = c->tests,
                                  .classes = c->classes};
    afina_answers after = before;
    after.predicted = lists + c->seed_count;
    after.runs = afina_compare_answers(c, &c->entries[to], lists + c->seed_count);
    status = afina_bootstrap_gain(&gain, &before, &after, c->split_seed, error);
  }
  free(lists);
  AFINA_TRY(status);
  *out = from == SIZE_MAX ? cJSON_CreateNull() : gain_json(c, from, &gain);
  return *out ? AFINA_OK : afina_fail_memory(error);
}

static afina_status curve_json(const afina_comparison *c, cJSON **out, afina_error *error) {
  cJSON *gain = NULL, *json = cJSON_CreateObject();
  const afina_status status = last_doubling(c, &gain, error);
  bool fine = status == AFINA_OK && add(json, "points", points_json(c));
  if (fine)
    fine = add(json, "gain", gain);
  else
    cJSON_Delete(gain);
  if (!fine) {
    cJSON_Delete(json);
    return status == AFINA_OK ? afina_fail_memory(error) : status;
  }
  *out = json;
  return AFINA_OK;
}

/* ---- the whole ---- */

static cJSON *data_json(const afina_comparison *c) {
  char sha[AFINA_SHA256_HEX];
  afina_dataset_sha256(c->data, sha);
  const char *const *labels = afina_dataset_labels(c->data);
  cJSON *json = cJSON_CreateObject();
  return whole(json, json && add_number(json, "rows", (double)afina_dataset_count(c->data)) &&
                         add(json, "classes", cJSON_CreateStringArray(labels, (int)c->classes)) &&
                         add_number(json, "tested", (double)c->tests) &&
                         cJSON_AddStringToObject(json, "sha256", sha));
}

static cJSON *forgetting_json(const afina_comparison *c) {
  if (c->phase == AFINA_COMPARE_LANGUAGE) return cJSON_CreateNull();
  cJSON *json = cJSON_CreateObject();
  return whole(json, json && add_number(json, "bytes", (double)c->text_size) &&
                         cJSON_AddBoolToObject(json, "given", c->text_given) &&
                         add(json, "before", language_json(&c->before)));
}

static cJSON *entries_json(const afina_comparison *c) {
  cJSON *list = cJSON_CreateArray();
  for (size_t i = 0; list && i < c->entry_count; i++)
    if (!append(list, entry_json(c, &c->entries[i]))) {
      cJSON_Delete(list);
      return NULL;
    }
  return list;
}

static cJSON *seeds_json(const afina_comparison *c) {
  cJSON *list = cJSON_CreateArray();
  for (size_t i = 0; list && i < c->seed_count; i++)
    if (!append(list, cJSON_CreateNumber((double)c->seeds[i]))) {
      cJSON_Delete(list);
      return NULL;
    }
  return list;
}

afina_status afina_comparison_report(const afina_comparison *c, afina_bytes *out,
                                     afina_error *error) {
  cJSON *curve = NULL;
  if (c->is_curve) AFINA_TRY(curve_json(c, &curve, error));
  cJSON *json = cJSON_CreateObject();
  bool fine =
      json && cJSON_AddStringToObject(json, "afina", AFINA_VERSION) &&
      cJSON_AddStringToObject(json, "numerics", afina_runtime_numerics(c->runtime)) &&
      cJSON_AddBoolToObject(json, "complete", c->phase == AFINA_COMPARE_DONE) &&
      add(json, "model", cJSON_Duplicate(c->model_json, true)) && add(json, "data", data_json(c)) &&
      add(json, "options", cJSON_Duplicate(c->common, true)) && add(json, "seeds", seeds_json(c)) &&
      add(json, "forgetting", forgetting_json(c)) && add(json, "entries", entries_json(c)) &&
      add(json, "pairs", c->is_curve ? cJSON_CreateNull() : pairs_json(c));
  if (fine && c->is_curve)
    fine = add(json, "curve", curve);
  else
    cJSON_Delete(curve);
  afina_status status = fine ? AFINA_OK : afina_fail_memory(error);
  if (status == AFINA_OK) status = afina_json_print(json, true, out, error);
  cJSON_Delete(json);
  return status;
}
