/* Labeled texts: the rows of a user's files, trimmed, in valid UTF-8, with a sorted table of
 * labels.
 *
 *     afina_dataset *data = NULL;
 *     AFINA_TRY(afina_dataset_create(&data, error));
 *     for each record of the train file, numbered from 1 after the header:
 *       AFINA_TRY(afina_dataset_add(data, AFINA_PART_TRAIN, text, text_size, label, label_size,
 *                                   number, error));
 *     AFINA_TRY(afina_dataset_check(data, error));     // can it be trained on?
 *     for (size_t i = 0; i < afina_dataset_count(data); i++) {
 *       const afina_row row = afina_dataset_row(data, i);
 *       if (row.usable) ... row.text, row.text_size, row.label ...
 *     }
 *
 * There is no closing step: labels and counts are right after every add. The data set takes a copy
 * of what it is given, so that a page may hand rows over in chunks. Row indices (0, 1, ... in the
 * order of adding) are what every other header of this folder speaks of; row numbers are those of
 * the user's file and serve messages only. */
#ifndef AFINA_LABELED_H
#define AFINA_LABELED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sha256.h"
#include "status.h"

enum {
  AFINA_MAX_LABELS = 1000,
  AFINA_MAX_ROWS = 1000000,
  AFINA_MAX_TEXT = 1000000, /* bytes, as given, after trimming */
  AFINA_MAX_LABEL = 1000    /* bytes, as given, after trimming */
};

#define AFINA_NO_LABEL UINT32_MAX

/* Which file a row came from. ANY and TRAIN mean the same to the split and to the fingerprint: rows
 * to train on, from which the parts that no file was given for are cut. The numbers cross to
 * JavaScript. */
typedef enum afina_part {
  AFINA_PART_ANY = 0,
  AFINA_PART_TRAIN = 1,
  AFINA_PART_VALID = 2,
  AFINA_PART_TEST = 3
} afina_part;

typedef struct afina_dataset afina_dataset;

/* A row as it is kept. `text` is valid UTF-8, not terminated, and lives until the next add. */
typedef struct afina_row {
  const char *text;
  size_t text_size;
  size_t number;  /* in the user's file; 1 = the first row after the header */
  uint32_t label; /* index into afina_dataset_labels; AFINA_NO_LABEL where the row is not usable */
  afina_part part;
  bool usable;      /* has a text and a label */
  bool empty_text;  /* nothing but white space */
  bool empty_label; /* nothing but white space */
  bool replaced; /* the text or the label holds U+FFFD: bytes lost here, or by whoever decoded the
                    file */
} afina_row;

/* Takes off what every text and label loses at both ends: ASCII white space and U+00A0. */
void afina_text_trim(const char **text, size_t *size);

/* An empty data set. AFINA_E_MEMORY only. */
afina_status afina_dataset_create(afina_dataset **out, afina_error *error);
void afina_dataset_free(afina_dataset *data);

/* Adds one row. Text and label (any bytes; NULL only with size 0) are trimmed; bytes that are not
 * UTF-8 become U+FFFD, one for each maximal part of a sequence, as browsers decode. A NUL byte
 * stays in a text and becomes U+FFFD in a label, so that labels are C strings everywhere. A row
 * without text or label is kept, marked, and takes no part in training. AFINA_E_DATA: more than
 * AFINA_MAX_LABELS labels, or one longer than AFINA_MAX_LABEL (both say that the label column may
 * be the wrong one); AFINA_E_LIMIT: text or rows beyond the limits; the message names the row.
 * After an error the data set is as before. */
afina_status afina_dataset_add(afina_dataset *data, afina_part part, const char *text,
                               size_t text_size, const char *label, size_t label_size,
                               size_t row_number, afina_error *error);

/* Number of rows, usable or not, and the row at index < count. */
size_t afina_dataset_count(const afina_dataset *data);
afina_row afina_dataset_row(const afina_dataset *data, size_t index);
/* Number of usable rows. */
size_t afina_dataset_usable(const afina_dataset *data);
/* Number of usable rows that may be trained on: of no validation or test file. */
size_t afina_dataset_trainable(const afina_dataset *data);

/* The distinct labels of usable rows, terminated, sorted bytewise; class k of the model is
 * labels[k]. Adding a row with a new label renumbers the classes and ends the life of the array. */
size_t afina_dataset_classes(const afina_dataset *data);
const char *const *afina_dataset_labels(const afina_dataset *data);
/* The class of a label that is given as in a file (trimmed here), or AFINA_NO_LABEL. */
uint32_t afina_dataset_find(const afina_dataset *data, const char *label, size_t label_size);

/* Whether a classifier can be trained on this. AFINA_E_DATA: no usable row to train on, one class
 * only, or a label that stands only in a validation or test row (named with its row). */
afina_status afina_dataset_check(const afina_dataset *data, afina_error *error);

/* The fingerprint of the usable rows in order: for each its part ("train", also for ANY; "valid";
 * "test"), text and label, each preceded by its size in bytes as 64-bit little-endian. Independent
 * of the dialect of the CSV. */
void afina_dataset_sha256(const afina_dataset *data, char hex[AFINA_SHA256_HEX]);

#endif
