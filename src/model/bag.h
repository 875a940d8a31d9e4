/* A linear classifier over a bag of n-grams, beside the network: its logits are added to the
 * network's ("wide and deep": Cheng et al., 2016, arXiv:1606.07792). What it knows of n-grams are
 * their keys (text/ngrams.h makes them); bit 0 of a key says which of two kinds the n-gram is of.
 *
 * An n-gram's value in a text is (1 + ln count) idf, idf = ln((1 + n) / (1 + df)) + 1 over n texts,
 * df of which have it; the values of each kind are divided by their Euclidean norm. This is
 * scikit-learn's TfidfVectorizer(sublinear_tf=True), one for each kind, side by side. */
#ifndef AFINA_BAG_H
#define AFINA_BAG_H

#include <stddef.h>
#include <stdint.h>

#include "memory.h"
#include "real.h"
#include "safetensors.h"
#include "status.h"

/* Zero-initialise: without features it adds nothing. */
typedef struct afina_bag {
  size_t F, K;         /* n-grams, classes */
  uint64_t *keys;      /* [F] ascending */
  afina_real *idf;     /* [F] */
  afina_real *weights; /* [F, K] */
  afina_real *bias;    /* [K], behind the weights in the same block */
} afina_bag;

/* Everything zero. AFINA_E_MEMORY only. */
afina_status afina_bag_init(afina_bag *bag, size_t F, size_t K, afina_error *error);
afina_status afina_bag_copy(afina_bag *out, const afina_bag *bag, afina_error *error);
void afina_bag_free(afina_bag *bag);

/* A text as the classifier sees it: those of its n-grams that it knows. */
typedef struct afina_bag_row {
  uint32_t *features; /* [count] ascending, below F */
  float *values;      /* [count] */
  size_t count;
} afina_bag_row;

/* Fills a row from distinct keys, ascending, and their counts; its arrays have room for `count`. */
void afina_bag_read(const afina_bag *bag, afina_bag_row *row, const uint64_t *keys,
                    const uint32_t *counts, size_t count);
/* logits[K] += bias + sum of value weights[feature, K]. */
void afina_bag_add_logits(const afina_bag *bag, const afina_bag_row *row, afina_real *logits);

enum { AFINA_BAG_TENSORS = 4 };
/* "ngrams.key" [F] I64, "ngrams.idf" [F], "ngrams.weight" [F, K], "ngrams.bias" [K], F32: the
 * tensors of model.safetensors that hold it. They borrow the bag's memory. Returns how many there
 * are: 0 where there are no features. */
size_t afina_bag_views(const afina_bag *bag, afina_tensor_view views[AFINA_BAG_TENSORS]);
/* The bag of a file, for K classes, or one without features where the file has none. The weights
 * may be F32, F16 or I8. AFINA_E_FORMAT names the tensor that is damaged. */
afina_status afina_bag_from_file(afina_bag *out, const afina_safetensors *file, size_t K,
                                 afina_error *error);

#endif
