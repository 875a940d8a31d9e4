/* How much to believe two classifiers whose logits are added: the factors a, b that make
 * softmax(a x + b y) right about rows that neither has learned from. */
#ifndef AFINA_MIX_H
#define AFINA_MIX_H

#include <stddef.h>
#include <stdint.h>

#include "real.h"

typedef struct afina_mix {
  double a, b; /* not below 0 */
} afina_mix;

/* x, y [rows, K] logits, truth [rows] below K. The minimum, by Newton's method, of the sum over
 * rows of the cross-entropy plus the squared distance from what is believed `before`, halved: with
 * few rows the factors stay near that. A logit that is not finite leaves them there. */
afina_mix afina_mix_fit(const afina_mix *before, const afina_real *x, const afina_real *y,
                        const uint32_t *truth, size_t rows, size_t K);

#endif
