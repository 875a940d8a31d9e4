/* Learns a bag of n-grams' weights: multinomial logistic regression, the sum over texts of the
 * cross-entropy, which may count by class, plus |weights|^2 / (2 C), its minimum found by L-BFGS
 * (lbfgs.h).
 *
 *     afina_bag_fit fit;
 *     AFINA_TRY(afina_bag_fit_init(&fit, data, rows, count, false, error));
 *     while (!fit.done) AFINA_TRY(afina_bag_fit_step(&fit, error));
 *     afina_bag_fit_take(&fit, &bag);
 *     afina_bag_fit_clear(&fit);
 *
 * A step is small (some ten thousand n-grams), so that a page stays alive. One thread, one order of
 * summation: the same bits everywhere. */
#ifndef AFINA_BAG_FIT_H
#define AFINA_BAG_FIT_H

#include <stdbool.h>

#include "bag.h"
#include "hash.h"
#include "labeled.h"
#include "lbfgs.h"
#include "ngrams.h"

typedef enum afina_bag_phase {
  AFINA_BAG_COUNT, /* which n-grams there are, and in how many texts */
  AFINA_BAG_READ,  /* texts become rows */
  AFINA_BAG_SOLVE
} afina_bag_phase;

typedef struct afina_bag_fit {
  const afina_dataset *data; /* borrowed */
  size_t *rows;              /* [count] of the data set: the texts to learn from */
  size_t count;
  afina_real *class_weights; /* [AFINA_MAX_LABELS], or NULL: all texts count the same */
  afina_bag bag;
  bool done;
  double fraction; /* 0 .. 1, roughly */

  afina_bag_phase phase;
  size_t next; /* the next text of this phase, or of this evaluation */
  afina_ngrams grams;
  afina_pair_map known;          /* key to its place in the two arrays below */
  afina_buffer keys, texts;      /* uint64_t, uint32_t: how many texts have it */
  afina_buffer features, values; /* of all texts, one after the other: uint32_t, float */
  size_t *starts;                /* [count + 1] into them */

  afina_lbfgs solver; /* of the bag's weights; its loss is a mean over the texts */
} afina_bag_fit;

/* `rows` [count > 0] index usable rows of the data and are copied; `data` must outlive the fit.
 * balanced: texts count by their class, afina_balance_weights of these rows. */
afina_status afina_bag_fit_init(afina_bag_fit *fit, const afina_dataset *data, const size_t *rows,
                                size_t count, bool balanced, afina_error *error);
afina_status afina_bag_fit_step(afina_bag_fit *fit, afina_error *error);
/* Moves the bag out of a fit that is done. */
void afina_bag_fit_take(afina_bag_fit *fit, afina_bag *out);
void afina_bag_fit_clear(afina_bag_fit *fit);

/* logits[K] += what the bag says of a text. `grams` and `row` are scratch that grows; free with
 * afina_bag_reader_free. Does nothing where the bag has no features. */
typedef struct afina_bag_reader {
  afina_ngrams grams;
  afina_buffer features, values;
} afina_bag_reader;
afina_status afina_bag_reader_add(afina_bag_reader *reader, const afina_bag *bag, const char *text,
                                  size_t size, afina_real *logits, afina_error *error);
void afina_bag_reader_free(afina_bag_reader *reader);

#endif
