#include "sample.h"

#include <stdlib.h>

static int by_probability(const void *a, const void *b) {
  const afina_candidate *x = a, *y = b;
  if (x->probability != y->probability) return x->probability < y->probability ? 1 : -1;
  return (x->id > y->id) - (x->id < y->id);
}

size_t afina_candidates(const afina_sampling *sampling, const afina_real *logits, size_t V,
                        afina_candidate *candidates) {
  const double temperature = sampling->greedy ? 1 : sampling->temperature;
  double max = (double)logits[0], sum = 0;
  for (size_t i = 1; i < V; i++) max = (double)logits[i] > max ? (double)logits[i] : max;
  for (size_t i = 0; i < V; i++) {
    const double weight = afina_exp_double(((double)logits[i] - max) / temperature);
    candidates[i] = (afina_candidate){.id = (uint32_t)i, .probability = (float)weight};
    sum += weight;
  }
  for (size_t i = 0; i < V; i++)
    candidates[i].probability = (float)((double)candidates[i].probability / sum);
  qsort(candidates, V, sizeof *candidates, by_probability);
  size_t count = sampling->top_k && sampling->top_k < V ? sampling->top_k : V;
  double kept = 0;
  for (size_t i = 0; i < count; i++) {
    kept += (double)candidates[i].probability;
    if (kept >= sampling->top_p) count = i + 1;
  }
  for (size_t i = 0; i < count; i++)
    candidates[i].probability = (float)((double)candidates[i].probability / kept);
  return count;
}

uint32_t afina_draw(const afina_sampling *sampling, const afina_candidate *candidates, size_t count,
                    afina_rng *rng) {
  if (sampling->greedy) return candidates[0].id;
  double mark = afina_rng_uniform(rng);
  size_t i = 0;
  while (i + 1 < count && mark >= (double)candidates[i].probability)
    mark -= (double)candidates[i++].probability;
  return candidates[i].id;
}
