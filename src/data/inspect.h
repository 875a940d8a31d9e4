/* What a user should know about the data before training on it. */
#ifndef AFINA_INSPECT_H
#define AFINA_INSPECT_H

#include "json.h"
#include "labeled.h"

/* Row numbers listed of each finding; the count is always of all. */
enum { AFINA_INSPECT_ROWS = 100 };

/* Writes *out, to be freed with cJSON_Delete:
 *
 *   {"rows": all, "usable": those with a text and a label,
 *    "classes": [{"label", "count", "train", "valid", "test"}],
 *                    sorted by label; usable rows, in all and by file ("train" counts ANY too)
 *    "empty_text":   rows without a text
 *    "empty_label":  rows without a label
 *    "duplicates":   rows with text and label of an earlier row of the same file
 *    "conflicts":    all rows of a text that stands under different labels, whatever the files
 *    "leaked":       rows to train on whose text also stands in the test file
 *    "invalid_utf8": rows that hold U+FFFD, where bytes were not valid in the encoding
 *    "too_long":     rows of more tokens than `context`; only where token_counts is given}
 *
 * Each finding is {"count": n, "rows": [row numbers], "parts": ["any"|"train"|"valid"|"test"]}: the
 * first AFINA_INSPECT_ROWS in order of adding, with the file that each number counts in.
 * token_counts [afina_dataset_count] may be NULL. Linear time. Works for data that
 * afina_dataset_check refuses. AFINA_E_MEMORY only. */
afina_status afina_dataset_inspect(cJSON **out, const afina_dataset *data,
                                   const size_t *token_counts, size_t context, afina_error *error);

#endif
