#include "finetune_bag.h"

#include <stdlib.h>
#include <string.h>

#include "metrics.h"

/* Measured without validation rows, macro-F1 on 600 rows of the train files that were not drawn
 * (PyTorch and scikit-learn in place of our own loops; three draws of ag-news, book-reviews-pt,
 * news-headlines-pt, sms-spam and, with 8 labels, banking77; afina-mini):
 *
 *   factor of the network (n-grams: 1)       0.3    0.5      1   the network alone   n-grams alone
 *   8 labels a class                       0.676  0.680  0.673               0.649           0.588
 *   32 labels a class                      0.752  0.753  0.740               0.719           0.712
 *
 * Factors fitted to 5-fold out-of-fold logits of each draw gave 0.680 and 0.754 at best, for five
 * times the work: not taken. */
static const afina_mix believed = {.a = 0.5, .b = 1};

/* Likewise of a head that L-BFGS has fitted, whose ridge keeps it small: options.h. */
static const afina_mix believed_of_lbfgs = {.a = 1.75, .b = 1};

enum { READ_BYTES = 20000 }; /* of texts, in a unit of work */

afina_status afina_finetune_bag_init(afina_finetune_bag *b, const afina_dataset *data,
                                     const afina_split *split, const afina_recipe *recipe,
                                     afina_error *error) {
  const size_t K = afina_dataset_classes(data);
  const size_t valid = split->valid.count, test = split->test.count;
  const afina_mix *prior = recipe->lbfgs ? &believed_of_lbfgs : &believed;
  *b = (afina_finetune_bag){
      .K = K, .factors = *prior, .believed = *prior, .balanced = recipe->weighs || recipe->draws};
  b->valid = afina_allocate(valid, K * sizeof *b->valid);
  b->network = afina_allocate(valid, K * sizeof *b->network);
  b->best = afina_allocate(valid, K * sizeof *b->best);
  b->truth = afina_allocate(valid, sizeof *b->truth);
  b->test = afina_allocate(test, K * sizeof *b->test);
  b->unfitted = afina_allocate(test, K * sizeof *b->unfitted);
  b->alone[0] = afina_allocate(test, sizeof **b->alone);
  b->alone[1] = afina_allocate(test, sizeof **b->alone);
  if (!b->valid || !b->network || !b->best || !b->truth || !b->test || !b->unfitted ||
      !b->alone[0] || !b->alone[1])
    return afina_fail_memory(error);
  for (size_t i = 0; i < valid; i++)
    b->truth[i] = afina_dataset_row(data, split->valid.rows[i]).label;
  return AFINA_OK;
}

void afina_finetune_bag_leave_out(afina_finetune_bag *b) {
  b->believed = b->factors = (afina_mix){.a = 1};
}

void afina_finetune_bag_clear(afina_finetune_bag *b) {
  afina_bag_free(&b->bag);
  afina_bag_fit_clear(&b->fit);
  afina_bag_reader_free(&b->reader);
  free(b->valid);
  free(b->network);
  free(b->best);
  free(b->truth);
  free(b->test);
  free(b->unfitted);
  free(b->alone[0]);
  free(b->alone[1]);
  *b = (afina_finetune_bag){0};
}

/* From the training rows, and when the factors are known from the validation rows too. */
static afina_status start_learning(afina_finetune_bag *b, const afina_dataset *data,
                                   const afina_split *split, afina_error *error) {
  const size_t count = split->train.count + (b->mixed ? split->valid.count : 0);
  size_t *rows = afina_allocate(count, sizeof *rows);
  if (!rows) return afina_fail_memory(error);
  memcpy(rows, split->train.rows, split->train.count * sizeof *rows);
  if (count > split->train.count)
    memcpy(rows + split->train.count, split->valid.rows, split->valid.count * sizeof *rows);
  const afina_status status = afina_bag_fit_init(&b->fit, data, rows, count, b->balanced, error);
  free(rows);
  return status;
}

void afina_finetune_bag_start(afina_finetune_bag *b, const afina_split *split, bool is_last) {
  b->is_last = is_last;
  b->rows = is_last ? split->test : split->valid;
  b->read = 0;
  b->learns = !is_last || b->mixed;
}

static afina_status learn(afina_finetune_bag *b, const afina_dataset *data,
                          const afina_split *split, afina_error *error) {
  if (!b->fit.rows) return start_learning(b, data, split, error);
  AFINA_TRY(afina_bag_fit_step(&b->fit, error));
  if (!b->fit.done) return AFINA_OK;
  afina_bag_free(&b->bag);
  afina_bag_fit_take(&b->fit, &b->bag);
  afina_bag_fit_clear(&b->fit);
  const afina_real factor = (afina_real)b->factors.b; /* 1 the first time */
  for (size_t i = 0; b->bag.F && i < (b->bag.F + 1) * b->K; i++) b->bag.weights[i] *= factor;
  b->learns = false;
  return AFINA_OK;
}

afina_status afina_finetune_bag_work(afina_finetune_bag *b, const afina_dataset *data,
                                     const afina_split *split, bool *done, afina_error *error) {
  *done = false;
  if (b->learns) return learn(b, data, split, error);
  afina_real *into = b->is_last ? b->test : b->valid;
  for (size_t bytes = 0; b->read < b->rows.count && bytes < READ_BYTES; b->read++) {
    const afina_row row = afina_dataset_row(data, b->rows.rows[b->read]);
    AFINA_TRY(afina_bag_reader_add(&b->reader, &b->bag, row.text, row.text_size,
                                   into + b->read * b->K, error));
    bytes += row.text_size + 1;
  }
  *done = b->read == b->rows.count;
  return AFINA_OK;
}

double afina_finetune_bag_fraction(const afina_finetune_bag *b) {
  if (b->learns) return 0.9 * b->fit.fraction;
  return b->rows.count ? 0.9 + 0.1 * (double)b->read / (double)b->rows.count : 1;
}

static void add(afina_real *y, const afina_real *x, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] += x[i];
}

void afina_finetune_bag_validate(afina_finetune_bag *b, size_t first, size_t count,
                                 const afina_real *logits) {
  memcpy(b->network + first * b->K, logits, count * b->K * sizeof *logits);
}

void afina_finetune_bag_remember(afina_finetune_bag *b) {
  afina_real *const network = b->network;
  b->network = b->best;
  b->best = network;
}

void afina_finetune_bag_mix(afina_finetune_bag *b, size_t valid) {
  b->factors = afina_mix_fit(&b->believed, b->best, b->valid, b->truth, valid, b->K);
  /* a network alone: at a temperature above this its probabilities, as floats, are all the same */
  const double least = 1.0 / 20;
  if (b->believed.b <= 0 && b->factors.a < least) b->factors.a = least;
  b->mixed = true;
}

void afina_finetune_bag_test(afina_finetune_bag *b, size_t first, size_t count,
                             afina_real *logits) {
  const size_t K = b->K;
  const afina_real *ngrams = b->test + first * K;
  for (size_t i = 0; i < count; i++) {
    b->alone[0][first + i] = (uint32_t)afina_metrics_argmax(logits + i * K, K);
    b->alone[1][first + i] = (uint32_t)afina_metrics_argmax(ngrams + i * K, K);
  }
  const double x = b->factors.a > 0 ? b->believed.a / b->factors.a : 0;
  const double y = b->factors.b > 0 ? b->believed.b / b->factors.b : 0;
  for (size_t i = 0; i < count * K; i++)
    b->unfitted[first * K + i] = (afina_real)(x * (double)logits[i] + y * (double)ngrams[i]);
  add(logits, ngrams, count * K);
}
