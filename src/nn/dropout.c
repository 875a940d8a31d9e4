/* Which elements fall out of a training pass. */
#include "nn.h"

enum { ROWS = 8 };

/* SplitMix64's finalizer (Steele et al., 2014): every bit of the result depends on all of z. */
static uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

uint64_t afina_dropout_key(uint64_t seed, uint64_t update) {
  return mix(mix(seed + 0x9e3779b97f4a7c15u) + update);
}

typedef struct job {
  const afina_dropout *dropout;
  afina_real *x;
  uint64_t key;
  size_t first, C;
  const size_t *rows;
} job;

/* A hash decides on two columns. */
static void drop_part(void *context, size_t begin, size_t end, size_t thread) {
  const job *j = context;
  const double share = j->dropout->share;
  const uint32_t limit = (uint32_t)(share * 4294967296.0);
  const afina_real kept = (afina_real)(1 / (1 - share));
  (void)thread;
  for (size_t n = begin; n < end; n++) {
    const uint64_t row = mix(j->key + j->first + (j->rows ? j->rows[n] : n));
    afina_real *x = j->x + n * j->C;
    for (size_t c = 0; c < j->C; c++) {
      const uint64_t pair = mix(row + (c / 2 + 1) * 0x9e3779b97f4a7c15u);
      const uint32_t drawn = (uint32_t)(c % 2 ? pair >> 32 : pair);
      x[c] = drawn < limit ? 0 : x[c] * kept;
    }
  }
}

void afina_dropout_apply(const afina_exec *exec, afina_real *x, const afina_dropout *dropout,
                         size_t site, size_t first, const size_t *rows, size_t N, size_t C) {
  job j = {.dropout = dropout,
           .x = x,
           .key = mix(dropout->key + site),
           .first = first,
           .C = C,
           .rows = rows};
  afina_exec_run(exec, N, ROWS, N * C * 2, drop_part, &j);
}
