/* Rows whose texts are nearly the same: at least four fifths of their runs of five characters in
 * common (shingles.h; Jaccard's index), case and white space aside.
 *
 *     afina_duplicates found;
 *     AFINA_TRY(afina_duplicates_find(&found, data, error));
 *     for (size_t g = 0; g < found.count; g++) ... found.groups[g] ...
 *     afina_duplicates_free(&found);
 *
 * Candidates come from MinHash signatures cut into bands (Broder, 1997; Leskovec, Rajaraman and
 * Ullman, Mining of Massive Datasets, chapter 3): of 24 bands with 5 values each two texts that are
 * alike by 0.8 share one with probability 0.9999. Each is then compared exactly. Linear in the
 * rows: what a row is compared with is bounded, and `complete` is false where a bound was met.
 * The same rows give the same groups on every machine. */
#ifndef AFINA_DUPLICATES_H
#define AFINA_DUPLICATES_H

#include <stdbool.h>
#include <stddef.h>

#include "json.h"
#include "labeled.h"
#include "status.h"

#define AFINA_DUPLICATE_SIMILARITY 0.8
enum { AFINA_DUPLICATE_TEXTS = 200000 }; /* different texts beyond these are not compared */

/* What to do with a group; the first that applies. The numbers are frozen. */
typedef enum afina_duplicate_action {
  AFINA_DUPLICATE_MOVE = 0,    /* stands in the test file and in another: all into one of them, or
                                  the test says too much */
  AFINA_DUPLICATE_RELABEL = 1, /* under different labels: one of them is wrong */
  AFINA_DUPLICATE_REMOVE = 2   /* the same label: one row is enough */
} afina_duplicate_action;

typedef struct afina_duplicate_group {
  const size_t *rows; /* [count] indices of the data set, ascending */
  size_t count;
  double similarity; /* of the least alike among the pairs that joined them; 1: equal when folded */
  afina_duplicate_action action;
  bool labels_differ;
} afina_duplicate_group;

typedef struct afina_duplicates {
  afina_duplicate_group *groups; /* [count] by action, then by their first row */
  size_t count;
  size_t *members; /* the groups' rows */
  size_t rows;     /* in all groups */
  bool complete;
} afina_duplicates;

/* Among the usable rows of all files. AFINA_E_MEMORY only. */
afina_status afina_duplicates_find(afina_duplicates *out, const afina_dataset *data,
                                   afina_error *error);
void afina_duplicates_free(afina_duplicates *duplicates);

/* {"complete", "rows": in all groups, "groups": how many, "move","relabel","remove": of each,
 *  "items": [{"action": "move"|"relabel"|"remove", "similarity", "labels_differ", "count",
 *             "rows": [{"row","part","index","label"}]}]}
 * with at most `most` groups, the first 50 rows of each; part: as in inspect.h. Free with
 * cJSON_Delete. */
afina_status afina_duplicates_json(cJSON **out, const afina_duplicates *duplicates,
                                   const afina_dataset *data, size_t most, afina_error *error);

#endif
