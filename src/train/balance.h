/* Uneven classes: how much each counts, and draws in which all are equally frequent. */
#ifndef AFINA_BALANCE_H
#define AFINA_BALANCE_H

#include "batch.h"
#include "labeled.h"
#include "real.h"
#include "rng.h"

/* weights[classes] = n / (K n_k) for the n listed rows, n_k of them of class k, K classes that have
 * any: scikit-learn's class_weight="balanced". A row's weight is 1 on average. 0 for a class
 * without rows. */
void afina_balance_weights(afina_real *weights, const afina_dataset *data, const size_t *rows,
                           size_t count);

/* Draws as many rows as there are, every class equally often (the first of a random order of the
 * classes once more where that does not come out even). Within a class none is drawn again before
 * all have been. */
typedef struct afina_balance {
  size_t *grouped; /* [count] the rows, class after class */
  size_t *starts;  /* [K + 1] of the classes in it */
  size_t *drawn;   /* [count] */
  size_t count, K; /* K: classes that have rows */
} afina_balance;

/* AFINA_E_MEMORY only. */
afina_status afina_balance_init(afina_balance *balance, const afina_dataset *data,
                                const size_t *rows, size_t count, afina_error *error);
void afina_balance_free(afina_balance *balance);
/* balance->drawn, in random order. */
void afina_balance_draw(afina_balance *balance, afina_rng *rng);

#endif
