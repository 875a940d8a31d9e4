#include "folds.h"

#include <stdlib.h>
#include <string.h>

#include "groups.h"
#include "memory.h"
#include "rng.h"

/* The rows in the order of their classes. */
typedef struct by_class {
  size_t *rows;   /* [starts[classes]] */
  size_t *starts; /* [classes + 1] */
  size_t classes;
} by_class;

static void by_class_free(by_class *sorted) {
  free(sorted->rows);
  free(sorted->starts);
}

static afina_status sort_rows(by_class *out, const afina_dataset *data, afina_error *error) {
  const size_t count = afina_dataset_count(data), classes = afina_dataset_classes(data);
  *out = (by_class){.rows = afina_allocate(count, sizeof *out->rows),
                    .starts = afina_allocate(classes + 2, sizeof *out->starts),
                    .classes = classes};
  if (!out->rows || !out->starts) {
    by_class_free(out);
    return afina_fail_memory(error);
  }
  size_t *ends = out->starts + 1; /* while rows are placed, of the class before */
  for (size_t i = 0; i < count; i++) {
    const afina_row row = afina_dataset_row(data, i);
    if (row.usable) ends[row.label + 1]++;
  }
  for (size_t c = 1; c <= classes; c++) ends[c] += ends[c - 1];
  for (size_t i = 0; i < count; i++) {
    const afina_row row = afina_dataset_row(data, i);
    if (row.usable) out->rows[ends[row.label]++] = i;
  }
  return AFINA_OK;
}

/* The first class that rows of a text belong to deals it; where the next class goes on, none begins
 * anew with fold 0. */
static void deal(const by_class *sorted, const afina_groups *texts, uint8_t *fold, size_t *drawn,
                 size_t k, afina_rng *rng) {
  size_t next = 0;
  for (size_t c = 0; c < sorted->classes; c++) {
    size_t count = 0;
    for (size_t i = sorted->starts[c]; i < sorted->starts[c + 1]; i++) {
      const uint32_t text = texts->group_of[sorted->rows[i]];
      if (fold[text] != AFINA_NO_FOLD) continue;
      fold[text] = 0;
      drawn[count++] = text;
    }
    afina_rng_shuffle(rng, drawn, count);
    for (size_t i = 0; i < count; i++) fold[drawn[i]] = (uint8_t)(next++ % k);
  }
}

/* A class all of whose texts would be held out at once keeps its first one. */
static void keep_classes(const by_class *sorted, const afina_groups *texts, uint8_t *fold) {
  for (size_t c = 0; c < sorted->classes; c++) {
    const size_t begin = sorted->starts[c], end = sorted->starts[c + 1];
    if (begin == end) continue;
    uint8_t *const first = &fold[texts->group_of[sorted->rows[begin]]];
    bool is_spread = *first == AFINA_NO_FOLD;
    for (size_t i = begin; i < end && !is_spread; i++)
      is_spread = fold[texts->group_of[sorted->rows[i]]] != *first;
    if (!is_spread) *first = AFINA_NO_FOLD;
  }
}

afina_status afina_folds_assign(uint8_t *fold_of, const afina_dataset *data, size_t k,
                                uint64_t seed, afina_error *error) {
  if (k < AFINA_MIN_FOLDS || k > AFINA_MAX_FOLDS)
    return afina_fail(error, AFINA_E_ARGUMENT, "%zu folds: there may be %d to %d", k,
                      AFINA_MIN_FOLDS, AFINA_MAX_FOLDS);
  by_class sorted;
  afina_groups texts;
  AFINA_TRY(sort_rows(&sorted, data, error));
  const afina_status grouped = afina_groups_make(&texts, data, AFINA_EQUAL_TEXT, error);
  if (grouped != AFINA_OK) {
    by_class_free(&sorted);
    return grouped;
  }
  uint8_t *fold = afina_allocate(texts.count, sizeof *fold);
  size_t *drawn = afina_allocate(texts.count, sizeof *drawn);
  const bool fits = fold && drawn;
  if (fits) {
    afina_rng rng;
    afina_rng_seed(&rng, seed);
    memset(fold, AFINA_NO_FOLD, texts.count);
    deal(&sorted, &texts, fold, drawn, k, &rng);
    keep_classes(&sorted, &texts, fold);
    for (size_t i = 0; i < afina_dataset_count(data); i++) {
      const uint32_t text = texts.group_of[i];
      fold_of[i] = text == AFINA_NO_GROUP ? AFINA_NO_FOLD : fold[text];
    }
  }
  free(fold);
  free(drawn);
  afina_groups_free(&texts);
  by_class_free(&sorted);
  return fits ? AFINA_OK : afina_fail_memory(error);
}
