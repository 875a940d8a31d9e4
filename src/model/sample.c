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
    /* 1 cuts nothing: what rounding makes of the sum may reach it before the last. */
    if (sampling->top_p < 1 && kept >= sampling->top_p) count = i + 1;
  }
  for (size_t i = 0; i < count; i++)
    candidates[i].probability = (float)((double)candidates[i].probability / kept);
  return count;
}

void afina_most_probable(const afina_real *logits, size_t V, afina_candidate *top, size_t n) {
  size_t found = 0;
  for (size_t i = 0; i < V && n; i++) {
    if (found == n && logits[i] <= logits[top[n - 1].id]) continue;
    size_t at = found < n ? found++ : n - 1;
    for (; at > 0 && logits[i] > logits[top[at - 1].id]; at--) top[at] = top[at - 1];
    top[at].id = (uint32_t)i;
  }
  double sum = 0;
  for (size_t i = 0; i < V && found; i++)
    sum += afina_exp_double((double)logits[i] - (double)logits[top[0].id]);
  for (size_t i = 0; i < found; i++)
    top[i].probability =
        (float)(afina_exp_double((double)logits[top[i].id] - (double)logits[top[0].id]) / sum);
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
