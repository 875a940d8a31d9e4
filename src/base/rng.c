#include "rng.h"

#include <math.h>

#include "real.h"

static uint64_t splitmix64(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

void afina_rng_seed(afina_rng *rng, uint64_t seed) {
  for (int i = 0; i < 4; i++) rng->state[i] = splitmix64(&seed);
}

static uint64_t rotate_left(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

uint64_t afina_rng_next(afina_rng *rng) {
  uint64_t *s = rng->state;
  const uint64_t result = rotate_left(s[1] * 5, 7) * 9;
  const uint64_t t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate_left(s[3], 45);
  return result;
}

size_t afina_rng_below(afina_rng *rng, size_t bound) {
  /* Draws at or above the largest multiple of bound are drawn again: they would favour the small
   * values. */
  const uint64_t n = bound, limit = UINT64_MAX - UINT64_MAX % n;
  uint64_t x;
  do x = afina_rng_next(rng);
  while (x >= limit);
  return (size_t)(x % n);
}

double afina_rng_uniform(afina_rng *rng) { return (double)(afina_rng_next(rng) >> 11) * 0x1p-53; }

double afina_rng_normal(afina_rng *rng) {
  double u, v, s;
  do {
    u = 2 * afina_rng_uniform(rng) - 1;
    v = 2 * afina_rng_uniform(rng) - 1;
    s = u * u + v * v;
  } while (s >= 1 || s == 0);
  return u * sqrt(-2 * afina_log_double(s) / s);
}

void afina_rng_shuffle(afina_rng *rng, size_t *values, size_t n) {
  for (size_t i = n; i > 1; i--) {
    const size_t j = afina_rng_below(rng, i), swapped = values[i - 1];
    values[i - 1] = values[j];
    values[j] = swapped;
  }
}
