/* Which rows train, which validate, which test.
 *
 *     afina_split split;
 *     const afina_split_options options = afina_split_defaults(seed);
 *     AFINA_TRY(afina_split_make(&split, data, &options, error));
 *     ... split.train.rows[i], i < split.train.count, are row indices of the data set ...
 *     afina_split_free(&split);
 *
 * A row from a validation or test file stays in that part. Where there is no such file, the part is
 * cut from the rows to train on (ANY and TRAIN), class by class ("stratified"), in shares of
 * distinct texts:
 *
 * - Rows of equal text always go to the same part, so that no test row is also a train row.
 * - Of a class with n distinct texts, test gets round(test_share * n) and validation
 *   round(valid_share * what is left), but every part asked for gets one from n = 3 on. With n = 1
 *   the text trains; with n = 2 one trains and one tests (or validates, where no test part is cut).
 * - Every class has a row to train on, always. Where a text carries several labels, the other
 *   minima can fail.
 *
 * A train row whose text also stands in a test file stays; the inspection counts it.
 * The same rows in the same order, shares and seed give the same split on every machine. */
#ifndef AFINA_SPLIT_H
#define AFINA_SPLIT_H

#include "labeled.h"

/* Shares from 0 to 0.9; 0: no such part, unless a file gives one. */
typedef struct afina_split_options {
  double test_share;  /* of the distinct texts of each class */
  double valid_share; /* of what the test part leaves */
  uint64_t seed;
} afina_split_options;

/* Row indices, ascending. */
typedef struct afina_indices {
  size_t *rows;
  size_t count;
} afina_indices;

typedef struct afina_split {
  afina_indices train, valid, test;
} afina_split;

/* test_share 0.2, valid_share 0.1. */
afina_split_options afina_split_defaults(uint64_t seed);
/* AFINA_E_ARGUMENT for shares out of range; AFINA_E_DATA for whatever afina_dataset_check refuses.
 */
afina_status afina_split_make(afina_split *out, const afina_dataset *data,
                              const afina_split_options *options, afina_error *error);
void afina_split_free(afina_split *split);

#endif
