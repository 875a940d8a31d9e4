/* The seeded generator behind every random choice: xoshiro256** (Blackman and Vigna, 2018), seeded
 * by SplitMix64. The same seed gives the same sequence on every machine. */
#ifndef AFINA_RNG_H
#define AFINA_RNG_H

#include <stddef.h>
#include <stdint.h>

typedef struct afina_rng {
  uint64_t state[4];
} afina_rng;

/* Every seed is good, 0 too. */
void afina_rng_seed(afina_rng *rng, uint64_t seed);
uint64_t afina_rng_next(afina_rng *rng);
/* Uniform in [0, bound), without bias; bound > 0. */
size_t afina_rng_below(afina_rng *rng, size_t bound);
/* Uniform in [0, 1), 53 bits. */
double afina_rng_uniform(afina_rng *rng);
/* Standard normal, by the polar method (Marsaglia and Bray, 1964). */
double afina_rng_normal(afina_rng *rng);
/* Fisher-Yates shuffle of n indices. */
void afina_rng_shuffle(afina_rng *rng, size_t *values, size_t n);

#endif
