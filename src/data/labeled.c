#include "labeled.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "utf8.h"

enum { FLAG_EMPTY_TEXT = 1, FLAG_EMPTY_LABEL = 2, FLAG_REPLACED = 4 };

/* 32 bytes a row on 64-bit machines, 24 in WASM. */
typedef struct stored_row {
  size_t text; /* offset into the pool */
  size_t number;
  uint32_t text_size;
  uint32_t seen; /* the label, numbered in the order of being seen first */
  uint8_t part, flags;
} stored_row;

/* Labels are kept twice numbered: `seen` by first sight, which never changes and so is what rows
 * store, and by rank in the sorted table, which is what the world sees and which a new label
 * shifts. */
struct afina_dataset {
  stored_row *rows;
  size_t count, capacity, usable, trainable;
  afina_buffer pool; /* all texts, one after the other */
  char *sorted[AFINA_MAX_LABELS];
  size_t sizes[AFINA_MAX_LABELS];     /* of sorted[] */
  uint32_t seen_of[AFINA_MAX_LABELS]; /* rank -> seen */
  uint32_t rank_of[AFINA_MAX_LABELS]; /* seen -> rank */
  size_t classes;
  afina_buffer label; /* scratch: the label at hand, cleaned */
};

afina_status afina_dataset_create(afina_dataset **out, afina_error *error) {
  afina_dataset *data = afina_allocate(1, sizeof *data);
  if (!data) return afina_fail_memory(error);
  *out = data;
  return AFINA_OK;
}

void afina_dataset_free(afina_dataset *data) {
  if (!data) return;
  for (size_t i = 0; i < data->classes; i++) free(data->sorted[i]);
  afina_buffer_free(&data->pool);
  afina_buffer_free(&data->label);
  free(data->rows);
  free(data);
}

/* Length of the white space at the start (or, below, the end): ASCII's six, or U+00A0, which
 * spreadsheets and pages leave in cells. C2 never continues a character, so that C2 A0 is U+00A0
 * even next to damaged bytes. */
static size_t space_at_start(const char *text, size_t size) {
  if (size > 0 && (*text == ' ' || (*text >= '\t' && *text <= '\r'))) return 1;
  return size > 1 && memcmp(text, "\xC2\xA0", 2) == 0 ? 2 : 0;
}

static size_t space_at_end(const char *text, size_t size) {
  if (size > 0 && space_at_start(text + size - 1, 1)) return 1;
  return size > 1 && memcmp(text + size - 2, "\xC2\xA0", 2) == 0 ? 2 : 0;
}

void afina_text_trim(const char **text, size_t *size) {
  for (size_t n; (n = space_at_start(*text, *size)) > 0;) {
    *text += n;
    *size -= n;
  }
  for (size_t n; (n = space_at_end(*text, *size)) > 0;) *size -= n;
}

/* The rank at which a label stands (returns true) or would be inserted. */
static bool label_find(const afina_dataset *data, const char *label, size_t size, size_t *rank) {
  size_t low = 0, high = data->classes;
  while (low < high) {
    const size_t middle = low + (high - low) / 2, other = data->sizes[middle];
    int order = memcmp(data->sorted[middle], label, other < size ? other : size);
    if (order == 0) order = other < size ? -1 : other > size;
    if (order == 0) {
      *rank = middle;
      return true;
    }
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  *rank = low;
  return false;
}

/* Inserts a label at its rank; the caller has checked that there is room. */
static afina_status label_insert(afina_dataset *data, const char *label, size_t size, size_t rank,
                                 afina_error *error) {
  char *copy = afina_allocate(size + 1, 1);
  if (!copy) return afina_fail_memory(error);
  memcpy(copy, label, size);
  const size_t moved = data->classes - rank;
  memmove(data->sorted + rank + 1, data->sorted + rank, moved * sizeof *data->sorted);
  memmove(data->sizes + rank + 1, data->sizes + rank, moved * sizeof *data->sizes);
  memmove(data->seen_of + rank + 1, data->seen_of + rank, moved * sizeof *data->seen_of);
  data->sorted[rank] = copy;
  data->sizes[rank] = size;
  data->seen_of[rank] = (uint32_t)data->classes++;
  for (size_t i = rank; i < data->classes; i++) data->rank_of[data->seen_of[i]] = (uint32_t)i;
  return AFINA_OK;
}

static afina_status check_limits(const afina_dataset *data, size_t text_size, size_t label_size,
                                 size_t number, afina_error *error) {
  if (data->count >= AFINA_MAX_ROWS)
    return afina_fail(error, AFINA_E_LIMIT, "row %zu: more than %d rows in all; use fewer rows",
                      number, AFINA_MAX_ROWS);
  if (text_size > AFINA_MAX_TEXT)
    return afina_fail(error, AFINA_E_LIMIT,
                      "row %zu: a text of %zu bytes, at most %d are possible; an unclosed quote in "
                      "the file can join rows into one",
                      number, text_size, AFINA_MAX_TEXT);
  if (label_size > AFINA_MAX_LABEL)
    return afina_fail(error, AFINA_E_DATA,
                      "row %zu: a label of %zu bytes, at most %d are possible; is this the right "
                      "label column?",
                      number, label_size, AFINA_MAX_LABEL);
  return AFINA_OK;
}

static afina_status reserve_row(afina_dataset *data, afina_error *error) {
  if (data->count < data->capacity) return AFINA_OK;
  const size_t capacity = data->capacity ? data->capacity * 2 : 64;
  size_t size;
  stored_row *rows = NULL;
  if (afina_multiply(capacity, sizeof *rows, &size)) rows = realloc(data->rows, size);
  if (!rows) return afina_fail_memory(error);
  data->rows = rows;
  data->capacity = capacity;
  return AFINA_OK;
}

/* The part of adding that can fail; the caller takes the pool back to where it was. */
static afina_status add_cleaned(afina_dataset *data, stored_row *row, const char *text,
                                size_t text_size, const char *label, size_t label_size,
                                afina_error *error) {
  bool replaced = false;
  data->label.size = 0;
  AFINA_TRY(reserve_row(data, error));
  AFINA_TRY(afina_utf8_append(&data->pool, text, text_size, false, &replaced, error));
  AFINA_TRY(afina_utf8_append(&data->label, label, label_size, true, &replaced, error));
  row->text_size = (uint32_t)(data->pool.size - row->text);
  if (replaced) row->flags |= FLAG_REPLACED;
  if (text_size == 0) row->flags |= FLAG_EMPTY_TEXT;
  if (label_size == 0) row->flags |= FLAG_EMPTY_LABEL;
  if (text_size == 0 || label_size == 0) return AFINA_OK; /* its label, if any, is no class */
  const char *clean = (const char *)data->label.data;
  size_t rank;
  if (!label_find(data, clean, data->label.size, &rank)) {
    if (data->classes == AFINA_MAX_LABELS)
      return afina_fail(error, AFINA_E_DATA,
                        "row %zu: more than %d different labels; the label column may be the wrong "
                        "one",
                        row->number, AFINA_MAX_LABELS);
    AFINA_TRY(label_insert(data, clean, data->label.size, rank, error));
  }
  row->seen = data->seen_of[rank];
  return AFINA_OK;
}

afina_status afina_dataset_add(afina_dataset *data, afina_part part, const char *text,
                               size_t text_size, const char *label, size_t label_size,
                               size_t row_number, afina_error *error) {
  if ((unsigned)part > AFINA_PART_TEST)
    return afina_fail(error, AFINA_E_ARGUMENT, "row %zu: there is no part %d", row_number,
                      (int)part);
  afina_text_trim(&text, &text_size);
  afina_text_trim(&label, &label_size);
  AFINA_TRY(check_limits(data, text_size, label_size, row_number, error));
  const size_t before = data->pool.size;
  stored_row row = {.text = before, .number = row_number, .part = (uint8_t)part};
  const afina_status status = add_cleaned(data, &row, text, text_size, label, label_size, error);
  if (status != AFINA_OK) {
    data->pool.size = before;
    return status;
  }
  data->rows[data->count++] = row;
  const bool usable = !(row.flags & (FLAG_EMPTY_TEXT | FLAG_EMPTY_LABEL));
  data->usable += usable;
  data->trainable += usable && part <= AFINA_PART_TRAIN;
  return AFINA_OK;
}

size_t afina_dataset_count(const afina_dataset *data) { return data->count; }

size_t afina_dataset_usable(const afina_dataset *data) { return data->usable; }

size_t afina_dataset_trainable(const afina_dataset *data) { return data->trainable; }

afina_row afina_dataset_row(const afina_dataset *data, size_t index) {
  const stored_row *row = &data->rows[index];
  const bool usable = !(row->flags & (FLAG_EMPTY_TEXT | FLAG_EMPTY_LABEL));
  return (afina_row){
      .text = row->text_size ? (const char *)data->pool.data + row->text : "",
      .text_size = row->text_size,
      .number = row->number,
      .label = usable ? data->rank_of[row->seen] : AFINA_NO_LABEL,
      .part = (afina_part)row->part,
      .usable = usable,
      .empty_text = row->flags & FLAG_EMPTY_TEXT,
      .empty_label = row->flags & FLAG_EMPTY_LABEL,
      .replaced = row->flags & FLAG_REPLACED,
  };
}

size_t afina_dataset_classes(const afina_dataset *data) { return data->classes; }

const char *const *afina_dataset_labels(const afina_dataset *data) {
  return (const char *const *)data->sorted;
}

uint32_t afina_dataset_find(const afina_dataset *data, const char *label, size_t label_size) {
  size_t rank;
  afina_text_trim(&label, &label_size);
  if (label_size == 0 || !label_find(data, label, label_size, &rank)) return AFINA_NO_LABEL;
  return (uint32_t)rank;
}

/* A label as it stands in a message: one line, and not so long that it pushes the rest out. */
enum { SHOWN = 80 };

static const char *show_label(char shown[SHOWN + 1], const char *label) {
  size_t size = 0;
  while (size < SHOWN && label[size]) {
    shown[size] = (unsigned char)label[size] < ' ' ? ' ' : label[size];
    size++;
  }
  if (label[size]) /* cut: not within a character */
    while (size > 0 && ((unsigned char)label[size] & 0xC0) == 0x80) size--;
  shown[size] = 0;
  return shown;
}

afina_status afina_dataset_check(const afina_dataset *data, afina_error *error) {
  bool trains[AFINA_MAX_LABELS] = {false};
  char shown[SHOWN + 1];
  size_t rows_to_train = 0;
  for (size_t i = 0; i < data->count; i++) {
    const afina_row row = afina_dataset_row(data, i);
    if (!row.usable || row.part > AFINA_PART_TRAIN) continue;
    trains[row.label] = true;
    rows_to_train++;
  }
  if (rows_to_train == 0)
    return afina_fail(error, AFINA_E_DATA,
                      "no row to train on has both a text and a label; are the text and label "
                      "columns the right ones?");
  for (size_t i = 0; i < data->count; i++) {
    const afina_row row = afina_dataset_row(data, i);
    if (row.usable && !trains[row.label])
      return afina_fail(error, AFINA_E_DATA,
                        "label '%s' in row %zu of the %s file does not occur in the rows to "
                        "train on",
                        show_label(shown, data->sorted[row.label]), row.number,
                        row.part == AFINA_PART_TEST ? "test" : "validation");
  }
  if (data->classes < 2)
    return afina_fail(error, AFINA_E_DATA,
                      "all rows have the same label, '%s'; a classifier needs at least two",
                      show_label(shown, data->sorted[0]));
  return AFINA_OK;
}

static void hash_sized(afina_sha256 *sha, const char *text, size_t size) {
  uint8_t prefix[8];
  for (int i = 0; i < 8; i++) prefix[i] = (uint8_t)((uint64_t)size >> (8 * i));
  afina_sha256_update(sha, prefix, sizeof prefix);
  afina_sha256_update(sha, text, size);
}

void afina_dataset_sha256(const afina_dataset *data, char hex[AFINA_SHA256_HEX]) {
  static const char *const names[] = {"train", "train", "valid", "test"};
  afina_sha256 sha;
  afina_sha256_init(&sha);
  for (size_t i = 0; i < data->count; i++) {
    const afina_row row = afina_dataset_row(data, i);
    if (!row.usable) continue;
    hash_sized(&sha, names[row.part], strlen(names[row.part]));
    hash_sized(&sha, row.text, row.text_size);
    hash_sized(&sha, data->sorted[row.label], data->sizes[row.label]);
  }
  afina_sha256_finish(&sha, hex);
}
