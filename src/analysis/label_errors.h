/* Labels that are probably wrong, by confident learning (Northcutt, Jiang and Chuang, 2021,
 * arXiv:1911.00068), from probabilities of rows that the model which gave them had not learned
 * from.
 *
 *     afina_label_errors found;
 *     AFINA_TRY(afina_label_errors_find(&found, probabilities, labels, n, K, error));
 *     ... found.items[0] is the most suspicious row ...
 *     afina_label_errors_free(&found);
 *
 * The threshold of class j is the mean of p_j over the rows labeled j. A row labeled i counts in
 * the confident joint [i, j] of the class j that, among those whose threshold p reaches, is the
 * most probable one. Scaled so that each label has its own number of rows, the joint says how many
 * rows of label i are truly of class j; as many of them, those of the largest p_j - p_i > 0, are
 * `likely`
 * ("prune by noise rate"). Rows are ranked by their margin. */
#ifndef AFINA_LABEL_ERRORS_H
#define AFINA_LABEL_ERRORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json.h"
#include "labeled.h"
#include "status.h"

typedef struct afina_label_error {
  size_t row;                /* 0 .. n - 1, as given */
  uint32_t label, suggested; /* the label given; the most probable class, which is another */
  double p_label, p_suggested;
  double score; /* normalised margin: p_suggested - p_label, above 0, at most 1 */
  bool likely;
} afina_label_error;

typedef struct afina_label_errors {
  afina_label_error *items; /* [count] every row whose most probable class is not its label: the
                               highest score first, among equals the earlier row */
  size_t count, likely;
  size_t classes;
  double *thresholds; /* [classes]; 0 for a class without rows */
  size_t *joint;      /* [classes, classes] rows: label given, columns: confidently of this class */
  size_t *doubted;    /* [classes] rows of this label that are likely */
} afina_label_errors;

/* probabilities [n, K], labels [n] below K. AFINA_E_ARGUMENT: no rows or classes, a label beyond
 * them; AFINA_E_DIVERGED: a probability that is not a number from 0 to 1, named with its row. */
afina_status afina_label_errors_find(afina_label_errors *out, const float *probabilities,
                                     const uint32_t *labels, size_t n, size_t K,
                                     afina_error *error);
void afina_label_errors_free(afina_label_errors *errors);

/* {"rows": n looked at, "likely": count, "count": of "items",
 *  "items": [{"row","part","index","label","suggested","p_label","p_suggested","score","likely"}],
 *  "classes": [{"label","threshold","doubted"}]}: row numbers are those of the user's file, parts
 * as in inspect.h, rows [n] the data set's indices of what was looked at; doubted: how many rows of
 * this label are likely wrong. At most `most` items. Free *out with cJSON_Delete. */
afina_status afina_label_errors_json(cJSON **out, const afina_label_errors *errors,
                                     const afina_dataset *data, const size_t *rows, size_t n,
                                     size_t most, afina_error *error);

#endif
