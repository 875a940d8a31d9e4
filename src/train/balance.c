#include "balance.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

static void count_classes(size_t counts[AFINA_MAX_LABELS], const afina_dataset *data,
                          const size_t *rows, size_t count) {
  for (size_t i = 0; i < count; i++) counts[afina_dataset_row(data, rows[i]).label]++;
}

void afina_balance_weights(afina_real *weights, const afina_dataset *data, const size_t *rows,
                           size_t count) {
  size_t counts[AFINA_MAX_LABELS] = {0}, present = 0;
  count_classes(counts, data, rows, count);
  for (size_t k = 0; k < AFINA_MAX_LABELS; k++) present += counts[k] > 0;
  for (size_t k = 0; k < afina_dataset_classes(data); k++)
    weights[k] =
        counts[k] ? (afina_real)((double)count / ((double)present * (double)counts[k])) : 0;
}

afina_status afina_balance_init(afina_balance *balance, const afina_dataset *data,
                                const size_t *rows, size_t count, afina_error *error) {
  size_t counts[AFINA_MAX_LABELS] = {0}, next[AFINA_MAX_LABELS];
  afina_balance made = {.count = count};
  made.grouped = afina_allocate(count, sizeof *made.grouped);
  made.drawn = afina_allocate(count, sizeof *made.drawn);
  made.starts = afina_allocate(AFINA_MAX_LABELS + 1, sizeof *made.starts);
  if (!made.grouped || !made.drawn || !made.starts) {
    afina_balance_free(&made);
    return afina_fail_memory(error);
  }
  count_classes(counts, data, rows, count);
  size_t at = 0;
  for (size_t k = 0; k < AFINA_MAX_LABELS; k++) {
    next[k] = at;
    if (!counts[k]) continue;
    made.starts[made.K++] = at;
    at += counts[k];
  }
  made.starts[made.K] = count;
  for (size_t i = 0; i < count; i++)
    made.grouped[next[afina_dataset_row(data, rows[i]).label]++] = rows[i];
  *balance = made;
  return AFINA_OK;
}

void afina_balance_free(afina_balance *balance) {
  if (!balance) return;
  free(balance->grouped);
  free(balance->starts);
  free(balance->drawn);
  *balance = (afina_balance){0};
}

void afina_balance_draw(afina_balance *balance, afina_rng *rng) {
  const size_t K = balance->K;
  size_t order[AFINA_MAX_LABELS], at = 0;
  for (size_t k = 0; k < K; k++) order[k] = k;
  afina_rng_shuffle(rng, order, K);
  for (size_t i = 0; i < K; i++) {
    size_t *own = balance->grouped + balance->starts[order[i]];
    const size_t size = balance->starts[order[i] + 1] - balance->starts[order[i]];
    size_t left = balance->count / K + (i < balance->count % K);
    while (left) {
      const size_t taken = left < size ? left : size;
      afina_rng_shuffle(rng, own, size);
      memcpy(balance->drawn + at, own, taken * sizeof *own);
      at += taken;
      left -= taken;
    }
  }
  afina_rng_shuffle(rng, balance->drawn, balance->count);
}
