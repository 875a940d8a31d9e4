/* Decoding: choosing the next token from the model's logits. */
#ifndef AFINA_SAMPLE_H
#define AFINA_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "real.h"
#include "rng.h"

typedef struct afina_sampling {
  bool greedy;        /* the most probable token, always */
  double temperature; /* > 0; logits are divided by it */
  size_t top_k;       /* only the k most probable tokens; 0: all */
  double top_p; /* only the fewest tokens whose probabilities reach p (Holtzman et al., 2020); 1:
                   all */
} afina_sampling;

/* A token, in the order in which decoding looks at them. */
typedef struct afina_candidate {
  uint32_t id;
  float probability;
} afina_candidate;

/* Sorts all V tokens by probability (softmax of logits / temperature; ties: the smaller id first)
 * into candidates[V], cuts them by top-k, then by top-p, and renormalises; returns how many are
 * left. */
size_t afina_candidates(const afina_sampling *sampling, const afina_real *logits, size_t V,
                        afina_candidate *candidates);
/* The n <= V most probable tokens in that order, with their probabilities before any of that: the
 * softmax of the logits. */
void afina_most_probable(const afina_real *logits, size_t V, afina_candidate *top, size_t n);
/* Draws one of `count` candidates. */
uint32_t afina_draw(const afina_sampling *sampling, const afina_candidate *candidates, size_t count,
                    afina_rng *rng);

#endif
