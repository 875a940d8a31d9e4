#include "bag_fit.h"

#include <stdlib.h>
#include <string.h>

#include "balance.h"

enum {
  TEXT_BYTES = 20000,     /* texts of a step while n-grams are counted and read */
  OPERATIONS = 1000000,   /* products of a step while the loss is looked at */
  MOST_WEIGHTS = 1 << 22, /* F K: above it, the n-grams of the fewest texts are left out */
  MOST_ITERATIONS = 100,
};
static const double C = 10; /* of scikit-learn: the inverse of the ridge's strength */

afina_status afina_bag_fit_init(afina_bag_fit *fit, const afina_dataset *data, const size_t *rows,
                                size_t count, bool balanced, afina_error *error) {
  *fit = (afina_bag_fit){.data = data, .count = count};
  fit->rows = afina_allocate(count, sizeof *fit->rows);
  fit->starts = afina_allocate(count + 1, sizeof *fit->starts);
  if (balanced) fit->class_weights = afina_allocate(AFINA_MAX_LABELS, sizeof *fit->class_weights);
  if (!fit->rows || !fit->starts || (balanced && !fit->class_weights)) {
    afina_bag_fit_clear(fit);
    return afina_fail_memory(error);
  }
  memcpy(fit->rows, rows, count * sizeof *rows);
  if (balanced) afina_balance_weights(fit->class_weights, data, rows, count);
  return AFINA_OK;
}

void afina_bag_fit_clear(afina_bag_fit *fit) {
  free(fit->rows);
  free(fit->starts);
  free(fit->class_weights);
  afina_lbfgs_free(&fit->solver);
  afina_bag_free(&fit->bag);
  afina_ngrams_free(&fit->grams);
  afina_pair_map_free(&fit->known);
  afina_buffer_free(&fit->keys);
  afina_buffer_free(&fit->texts);
  afina_buffer_free(&fit->features);
  afina_buffer_free(&fit->values);
  *fit = (afina_bag_fit){0};
}

void afina_bag_fit_take(afina_bag_fit *fit, afina_bag *out) {
  *out = fit->bag;
  fit->bag = (afina_bag){0};
}

/* ---- n-grams ---- */

static afina_row row_at(const afina_bag_fit *fit, size_t i) {
  return afina_dataset_row(fit->data, fit->rows[i]);
}

static afina_status count_text(afina_bag_fit *fit, const afina_row *row, afina_error *error) {
  AFINA_TRY(afina_ngrams_read(&fit->grams, row->text, row->text_size, error));
  for (size_t i = 0; i < fit->grams.count; i++) {
    const uint64_t key = fit->grams.keys[i];
    const uint32_t one = 1;
    uint32_t place;
    if (afina_pair_map_find(&fit->known, key, &place)) {
      ((uint32_t *)(void *)fit->texts.data)[place]++;
      continue;
    }
    place = (uint32_t)(fit->keys.size / sizeof key);
    AFINA_TRY(afina_pair_map_insert(&fit->known, key, place, error));
    AFINA_TRY(afina_buffer_append(&fit->keys, &key, sizeof key, error));
    AFINA_TRY(afina_buffer_append(&fit->texts, &one, sizeof one, error));
  }
  return AFINA_OK;
}

/* The fewest texts that an n-gram must be in, for the weights to stay within their limit. */
static uint32_t fewest_texts(const afina_bag_fit *fit, size_t K, size_t *kept) {
  const uint32_t *texts = (const uint32_t *)(const void *)fit->texts.data;
  const size_t found = fit->texts.size / sizeof *texts;
  for (uint32_t fewest = 1;; fewest++) {
    size_t count = 0;
    for (size_t i = 0; i < found; i++) count += texts[i] >= fewest;
    *kept = count;
    if (count * K <= MOST_WEIGHTS || count == 0) return fewest;
  }
}

static int compare_keys(const void *a, const void *b) {
  const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

static afina_status make_bag(afina_bag_fit *fit, afina_error *error) {
  const size_t K = afina_dataset_classes(fit->data);
  const uint64_t *keys = (const uint64_t *)(const void *)fit->keys.data;
  const uint32_t *texts = (const uint32_t *)(const void *)fit->texts.data;
  size_t F, f = 0;
  const uint32_t fewest = fewest_texts(fit, K, &F);
  AFINA_TRY(afina_bag_init(&fit->bag, F, K, error));
  for (size_t i = 0; i < fit->keys.size / sizeof *keys; i++)
    if (texts[i] >= fewest) fit->bag.keys[f++] = keys[i];
  if (F) qsort(fit->bag.keys, F, sizeof *keys, compare_keys);
  for (f = 0; f < F; f++) {
    uint32_t place = 0;
    afina_pair_map_find(&fit->known, fit->bag.keys[f], &place);
    const double share = (1 + (double)fit->count) / (1 + (double)texts[place]);
    fit->bag.idf[f] = (afina_real)(afina_log_double(share) + 1);
  }
  return AFINA_OK;
}

static afina_status read_text(afina_bag_fit *fit, const afina_row *row, afina_error *error) {
  AFINA_TRY(afina_ngrams_read(&fit->grams, row->text, row->text_size, error));
  const size_t count = fit->grams.count;
  AFINA_TRY(afina_buffer_reserve(&fit->features, count * sizeof(uint32_t), error));
  AFINA_TRY(afina_buffer_reserve(&fit->values, count * sizeof(float), error));
  afina_bag_row read = {0};
  if (count) {
    read.features = (uint32_t *)(void *)(fit->features.data + fit->features.size);
    read.values = (float *)(void *)(fit->values.data + fit->values.size);
    afina_bag_read(&fit->bag, &read, fit->grams.keys, fit->grams.counts, count);
  }
  fit->features.size += read.count * sizeof *read.features;
  fit->values.size += read.count * sizeof *read.values;
  fit->starts[fit->next + 1] = fit->features.size / sizeof *read.features;
  return AFINA_OK;
}

/* ---- the loss ---- */

/* Loss and gradient of one text, added up. */
static void look_at_text(afina_bag_fit *fit, size_t i) {
  const size_t K = fit->bag.K, from = fit->starts[i];
  const afina_bag_row row = {
      .features = (uint32_t *)(void *)fit->features.data + from,
      .values = (float *)(void *)fit->values.data + from,
      .count = fit->starts[i + 1] - from,
  };
  afina_real p[AFINA_MAX_LABELS] = {0}, most;
  const uint32_t label = row_at(fit, i).label;
  afina_bag_add_logits(&fit->bag, &row, p);
  most = p[0];
  for (size_t k = 1; k < K; k++) most = p[k] > most ? p[k] : most;
  const afina_real right = p[label] - most;
  afina_real sum = 0;
  for (size_t k = 0; k < K; k++) sum += p[k] = afina_exp(p[k] - most);
  const afina_real counts = fit->class_weights ? fit->class_weights[label] : 1;
  fit->solver.loss += (double)(counts * (afina_log(sum) - right));
  for (size_t k = 0; k < K; k++) p[k] /= sum;
  p[label] -= 1;
  for (size_t k = 0; fit->class_weights && k < K; k++) p[k] *= counts;
  afina_real *dbias = fit->solver.gradient + fit->bag.F * K;
  for (size_t k = 0; k < K; k++) dbias[k] += p[k];
  for (size_t j = 0; j < row.count; j++) {
    afina_real *dweights = fit->solver.gradient + row.features[j] * K;
    const afina_real value = (afina_real)row.values[j];
    for (size_t k = 0; k < K; k++) dweights[k] += value * p[k];
  }
}

/* From sums over the texts to the objective: means, and the ridge, which the biases are free of.
 * The texts' weights, too, are 1 on average. */
static void finish_looking(afina_bag_fit *fit) {
  afina_lbfgs *s = &fit->solver;
  const size_t free_of = fit->bag.F * fit->bag.K;
  const double n = (double)fit->count;
  const afina_real mean = (afina_real)(1 / n), ridge = (afina_real)(1 / (C * n));
  for (size_t d = 0; d < free_of; d++)
    s->gradient[d] = s->gradient[d] * mean + ridge * s->weights[d];
  for (size_t d = free_of; d < s->D; d++) s->gradient[d] *= mean;
  s->loss = s->loss / n + afina_lbfgs_dot(s->weights, s->weights, free_of) / (2 * C * n);
}

static void start_looking(afina_bag_fit *fit) {
  memset(fit->solver.gradient, 0, fit->solver.D * sizeof *fit->solver.gradient);
  fit->solver.loss = 0;
  fit->next = 0;
}

/* ---- steps ---- */

static afina_status solve(afina_bag_fit *fit) {
  size_t operations = 0;
  while (fit->next < fit->count && operations < OPERATIONS) {
    operations += (fit->starts[fit->next + 1] - fit->starts[fit->next] + 1) * fit->bag.K;
    look_at_text(fit, fit->next++);
  }
  if (fit->next < fit->count) return AFINA_OK;
  finish_looking(fit);
  if (afina_lbfgs_look(&fit->solver)) afina_lbfgs_move(&fit->solver);
  start_looking(fit);
  fit->done = fit->solver.done;
  const double done = (double)fit->solver.iteration / MOST_ITERATIONS;
  fit->fraction = fit->done ? 1 : 0.2 + 0.8 * done;
  return AFINA_OK;
}

static afina_status end_of_texts(afina_bag_fit *fit, afina_error *error) {
  fit->next = 0;
  if (fit->phase == AFINA_BAG_COUNT) {
    fit->phase = AFINA_BAG_READ;
    return make_bag(fit, error);
  }
  afina_pair_map_free(&fit->known);
  afina_buffer_free(&fit->keys);
  afina_buffer_free(&fit->texts);
  fit->phase = AFINA_BAG_SOLVE;
  fit->done = fit->bag.F == 0; /* no text has a letter */
  const size_t D = (fit->bag.F + 1) * fit->bag.K;
  if (fit->done) return AFINA_OK;
  return afina_lbfgs_init(&fit->solver, fit->bag.weights, D, MOST_ITERATIONS, error);
}

afina_status afina_bag_fit_step(afina_bag_fit *fit, afina_error *error) {
  if (fit->done) return AFINA_OK;
  if (fit->phase == AFINA_BAG_SOLVE) return solve(fit);
  for (size_t bytes = 0; fit->next < fit->count && bytes < TEXT_BYTES; fit->next++) {
    const afina_row row = row_at(fit, fit->next);
    AFINA_TRY(fit->phase == AFINA_BAG_COUNT ? count_text(fit, &row, error)
                                            : read_text(fit, &row, error));
    bytes += row.text_size + 1;
  }
  const double part = 0.1 * (double)fit->next / (double)fit->count;
  fit->fraction = fit->phase == AFINA_BAG_COUNT ? part : 0.1 + part;
  return fit->next < fit->count ? AFINA_OK : end_of_texts(fit, error);
}

/* ---- reading ---- */

afina_status afina_bag_reader_add(afina_bag_reader *reader, const afina_bag *bag, const char *text,
                                  size_t size, afina_real *logits, afina_error *error) {
  if (bag->F == 0) return AFINA_OK;
  AFINA_TRY(afina_ngrams_read(&reader->grams, text, size, error));
  const size_t count = reader->grams.count;
  AFINA_TRY(afina_buffer_reserve(&reader->features, count * sizeof(uint32_t), error));
  AFINA_TRY(afina_buffer_reserve(&reader->values, count * sizeof(float), error));
  afina_bag_row row = {.features = (uint32_t *)(void *)reader->features.data,
                       .values = (float *)(void *)reader->values.data};
  afina_bag_read(bag, &row, reader->grams.keys, reader->grams.counts, count);
  afina_bag_add_logits(bag, &row, logits);
  return AFINA_OK;
}

void afina_bag_reader_free(afina_bag_reader *reader) {
  afina_ngrams_free(&reader->grams);
  afina_buffer_free(&reader->features);
  afina_buffer_free(&reader->values);
}
