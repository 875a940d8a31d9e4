/* What an entry learns from, where that is not all there is, and the entries that are no network.
 */
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "metrics.h"

/* ---- some labels of each class ---- */

/* Rows to train on, validation included: the part at `i` of their list. */
static size_t trained_row(const afina_split *split, size_t i) {
  return i < split->train.count ? split->train.rows[i] : split->valid.rows[i - split->train.count];
}

static size_t trained_rows(const afina_split *split) {
  return split->train.count + split->valid.count;
}

size_t afina_compare_largest_class(const afina_comparison *c) {
  size_t most = 0;
  for (size_t k = 0; k < c->classes; k++) {
    size_t count = 0;
    for (size_t i = 0; i < trained_rows(&c->split); i++)
      count += afina_dataset_row(c->data, trained_row(&c->split, i)).label == k;
    if (count > most) most = count;
  }
  return most;
}

/* Marks the first `labels` of each class, in an order that depends on the seeds alone. */
static afina_status choose(const afina_comparison *c, size_t labels, uint64_t seed, bool *chosen,
                           afina_error *error) {
  const size_t count = trained_rows(&c->split);
  size_t *order = afina_allocate(count, sizeof *order);
  size_t *taken = afina_allocate(c->classes, sizeof *taken);
  if (order && taken) {
    afina_rng rng;
    afina_rng_seed(&rng, seed);
    for (size_t i = 0; i < count; i++) order[i] = trained_row(&c->split, i);
    afina_rng_shuffle(&rng, order, count);
    for (size_t i = 0; i < count; i++) {
      size_t *of_class = &taken[afina_dataset_row(c->data, order[i]).label];
      if (*of_class == labels) continue;
      ++*of_class;
      chosen[order[i]] = true;
    }
  }
  const bool fine = order && taken;
  free(order);
  free(taken);
  return fine ? AFINA_OK : afina_fail_memory(error);
}

static afina_status add_row(afina_comparison *c, size_t index, afina_part part,
                            afina_error *error) {
  const afina_row row = afina_dataset_row(c->data, index);
  const char *label = afina_dataset_labels(c->data)[row.label];
  c->row_of[afina_dataset_count(c->subset)] = index;
  return afina_dataset_add(c->subset, part, row.text, row.text_size, label, strlen(label),
                           row.number, error);
}

afina_status afina_compare_subset(afina_comparison *c, size_t labels, uint64_t seed,
                                  afina_error *error) {
  const size_t rows = afina_dataset_count(c->data);
  bool *chosen = afina_allocate(rows, sizeof *chosen);
  free(c->row_of);
  c->row_of = afina_allocate(rows, sizeof *c->row_of);
  afina_status status = chosen && c->row_of ? AFINA_OK : afina_fail_memory(error);
  if (status == AFINA_OK) status = afina_dataset_create(&c->subset, error);
  if (status == AFINA_OK) status = choose(c, labels, seed, chosen, error);
  for (size_t i = 0; status == AFINA_OK && i < rows; i++) {
    if (c->place_of[i] != SIZE_MAX) status = add_row(c, i, AFINA_PART_TEST, error);
    if (status == AFINA_OK && chosen[i]) status = add_row(c, i, AFINA_PART_TRAIN, error);
  }
  free(chosen);
  return status;
}

/* ---- the n-grams alone ---- */

/* The data that the entry at work learns from, and its parts, into c->bag_split. */
static afina_status parts(afina_comparison *c, const afina_dataset **data, afina_error *error) {
  const afina_split_options options = {.test_share = c->options.test_share,
                                       .valid_share = c->subset ? 0 : c->options.valid_share,
                                       .seed = c->split_seed};
  *data = c->subset ? c->subset : c->data;
  afina_split_free(&c->bag_split);
  return afina_split_make(&c->bag_split, *data, &options, error);
}

afina_status afina_compare_start_ngrams(afina_comparison *c, afina_error *error) {
  const afina_dataset *data;
  AFINA_TRY(parts(c, &data, error));
  AFINA_TRY(afina_finetune_bag_init(&c->bag, data, &c->bag_split, &c->options.recipe, error));
  c->bag.mixed = true; /* there is no network to weigh: it learns from validation rows at once */
  c->bag.factors = (afina_mix){.a = 1, .b = 1};
  afina_finetune_bag_start(&c->bag, &c->bag_split, true);
  return AFINA_OK;
}

/* probabilities [K] = softmax(logits [K]) */
static void softmax(float *probabilities, const afina_real *logits, size_t K) {
  double largest = (double)logits[0], sum = 0;
  for (size_t k = 1; k < K; k++)
    if ((double)logits[k] > largest) largest = (double)logits[k];
  for (size_t k = 0; k < K; k++) {
    const double away = (double)logits[k] - largest;
    sum += away > -700 ? afina_exp_double(away) : 0;
  }
  for (size_t k = 0; k < K; k++) {
    const double away = (double)logits[k] - largest;
    probabilities[k] = away > -700 ? (float)(afina_exp_double(away) / sum) : 0;
  }
}

static afina_status score_ngrams(afina_comparison *c, afina_error *error) {
  afina_compared_run *run = &c->entries[c->entry].runs[c->run];
  const size_t K = c->classes, F = c->bag.bag.F;
  float *probabilities = afina_allocate(c->tests, K * sizeof *probabilities);
  if (!probabilities) return afina_fail_memory(error);
  for (size_t i = 0; i < c->tests; i++) softmax(probabilities + i * K, c->bag.test + i * K, K);
  run->trained_parameters = F ? (F + 1) * K : 0;
  run->saved_bytes = run->trained_parameters * sizeof(float) + F * (sizeof(uint64_t) + 4);
  run->rows = trained_rows(&c->bag_split);
  const afina_status status = afina_compare_score(c, run, probabilities, error);
  free(probabilities);
  return status;
}

afina_status afina_compare_work_on_ngrams(afina_comparison *c, bool *done, afina_error *error) {
  const afina_dataset *data = c->subset ? c->subset : c->data;
  AFINA_TRY(afina_finetune_bag_work(&c->bag, data, &c->bag_split, done, error));
  c->progress.fraction = afina_finetune_bag_fraction(&c->bag);
  return *done ? score_ngrams(c, error) : AFINA_OK;
}

/* ---- the class that has the most rows ---- */

afina_status afina_compare_majority(afina_comparison *c, afina_error *error) {
  afina_compared_run *run = &c->entries[c->entry].runs[c->run];
  const size_t K = c->classes, rows = trained_rows(&c->split);
  float *probabilities = afina_allocate(c->tests, K * sizeof *probabilities);
  if (!probabilities) return afina_fail_memory(error);
  for (size_t i = 0; i < rows; i++)
    probabilities[afina_dataset_row(c->data, trained_row(&c->split, i)).label]++;
  for (size_t k = 0; k < K; k++) probabilities[k] /= (float)rows;
  for (size_t i = 1; i < c->tests; i++)
    memcpy(probabilities + i * K, probabilities, K * sizeof *probabilities);
  run->rows = rows;
  const afina_status status = afina_compare_score(c, run, probabilities, error);
  free(probabilities);
  return status;
}

static bool add(cJSON *object, const char *key, cJSON *item) {
  if (object && item && cJSON_AddItemToObject(object, key, item)) return true;
  cJSON_Delete(item);
  return false;
}

afina_status afina_compare_score(afina_comparison *c, afina_compared_run *run,
                                 const float *probabilities, afina_error *error) {
  const size_t K = c->classes;
  afina_metrics metrics;
  cJSON *test = NULL;
  run->predicted = afina_allocate(c->tests, sizeof *run->predicted);
  if (!run->predicted) return afina_fail_memory(error);
  for (size_t i = 0; i < c->tests; i++)
    run->predicted[i] = (uint32_t)afina_metrics_argmax(probabilities + i * K, K);
  AFINA_TRY(afina_metrics_compute(&metrics, c->truth, probabilities, c->tests, K, error));
  run->accuracy = metrics.accuracy;
  run->macro_f1 = metrics.macro_f1;
  const afina_status status =
      afina_metrics_json(&test, &metrics, afina_dataset_labels(c->data), error);
  afina_metrics_free(&metrics);
  AFINA_TRY(status);
  run->json = cJSON_CreateObject();
  return add(run->json, "test", test) ? AFINA_OK : afina_fail_memory(error);
}
