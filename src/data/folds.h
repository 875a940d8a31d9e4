/* Which rows are held out together in k-fold cross-validation. */
#ifndef AFINA_FOLDS_H
#define AFINA_FOLDS_H

#include "labeled.h"

enum { AFINA_MIN_FOLDS = 2, AFINA_MAX_FOLDS = 20 };
#define AFINA_NO_FOLD UINT8_MAX

/* fold_of [afina_dataset_count]: 0 .. k - 1 for each usable row, of whatever file. Rows of equal
 * text share a fold, and each class's distinct texts are spread as evenly as that allows, in an
 * order drawn from the seed. AFINA_NO_FOLD: not usable, or never to be held out, because nothing
 * else would be left to learn its class from: the only text of a class, say. AFINA_E_ARGUMENT: k
 * out of range; AFINA_E_MEMORY. */
afina_status afina_folds_assign(uint8_t *fold_of, const afina_dataset *data, size_t k,
                                uint64_t seed, afina_error *error);

#endif
