/* What each part of a text did for one class, in logits: by how much the class's logit lies above
 * the mean of all classes' (softmax does not see a number that all logits share, so that neither
 * should an explanation). */
#ifndef AFINA_ATTRIBUTION_H
#define AFINA_ATTRIBUTION_H

#include "bag.h"
#include "gpt.h"
#include "status.h"

/* logits[class] - mean of logits[K]. */
double afina_attribution_score(const afina_real *logits, size_t K, size_t class);

/* Gradient times input (Simonyan, Vedaldi and Zisserman, 2014; Shrikumar et al., 2017) of the
 * network alone: out[n] = the product of token n's embedding, without its position, and the
 * gradient of the score in it. ids [N], N within the context. */
afina_status afina_attribute_tokens(const afina_gpt *gpt, const afina_exec *exec,
                                    const uint32_t *ids, size_t N, size_t class, double *out,
                                    afina_error *error);

/* The n-grams alone: bytes[size] = what each byte of the text adds to the score, an n-gram's value
 * times weight divided among all bytes of the places where it stands; *bias what the text does not
 * change. Exact: together they are the n-grams' part of the score. All zero without features. */
afina_status afina_attribute_ngrams(const afina_bag *bag, const char *text, size_t size,
                                    size_t class, double *bytes, double *bias, afina_error *error);

#endif
