#include "csv.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

#include "csv_sniff.h"

typedef struct reader {
  cli_table *table;
  afina_status status;
  afina_error *error;
} reader;

static bool grow(size_t **values, size_t count, size_t *capacity) {
  if (count < *capacity) return true;
  const size_t larger = 2 * *capacity + 256;
  size_t *moved = realloc(*values, larger * sizeof *moved);
  if (!moved) return false;
  *values = moved;
  *capacity = larger;
  return true;
}

static void on_cell(void *data, size_t size, void *context) {
  reader *r = context;
  cli_table *t = r->table;
  if (r->status != AFINA_OK) return;
  if (!grow(&t->cells, t->cell_count + 1, &t->cell_capacity)) {
    r->status = afina_fail_memory(r->error);
    return;
  }
  r->status = afina_buffer_append(&t->text, data, size, r->error);
  if (r->status == AFINA_OK) r->status = afina_buffer_append(&t->text, "", 1, r->error);
  t->cells[++t->cell_count] = t->text.size;
}

static void on_row(int terminator, void *context) {
  reader *r = context;
  cli_table *t = r->table;
  (void)terminator;
  if (r->status != AFINA_OK) return;
  if (!grow(&t->rows, t->row_count + 1, &t->row_capacity)) {
    r->status = afina_fail_memory(r->error);
    return;
  }
  t->rows[++t->row_count] = t->cell_count;
}

/* libcsv would trim unquoted cells; trimming is the data set's business. */
static int no_space(unsigned char c) {
  (void)c;
  return 0;
}

/* From byte `skip` on. */
static afina_status parse(cli_table *table, const afina_buffer *utf8, size_t skip, const char *path,
                          afina_error *error) {
  struct csv_parser parser;
  reader r = {.table = table, .error = error};
  if (!grow(&table->cells, 0, &table->cell_capacity) ||
      !grow(&table->rows, 0, &table->row_capacity))
    return afina_fail_memory(error);
  table->cells[0] = table->rows[0] = 0;
  if (csv_init(&parser, 0)) return afina_fail_memory(error);
  csv_set_delim(&parser, (unsigned char)table->delimiter);
  csv_set_space_func(&parser, no_space);
  const size_t size = utf8->size - skip;
  const uint8_t *text = utf8->data ? utf8->data + skip : NULL; /* of an empty file */
  const size_t parsed = csv_parse(&parser, text, size, on_cell, on_row, &r);
  const bool open_quote =
      parser.quoted && parser.pstate == 2; /* FIELD_BEGUN inside quotes: never closed */
  csv_fini(&parser, on_cell, on_row, &r);
  csv_free(&parser);
  if (r.status != AFINA_OK) return r.status;
  if (parsed != size)
    return afina_fail(error, AFINA_E_FORMAT, "%s: row %zu cannot be read as CSV", path,
                      table->row_count);
  if (open_quote)
    return afina_fail(error, AFINA_E_FORMAT, "%s: the quote that opens in row %zu is never closed",
                      path, table->row_count ? table->row_count - 1 : 0);
  if (table->row_count == 0)
    return afina_fail(error, AFINA_E_FORMAT,
                      "%s: the file is empty; a header row and rows of texts are needed", path);
  return AFINA_OK;
}

afina_status cli_table_read(cli_table *out, const char *path, afina_error *error) {
  afina_bytes bytes;
  AFINA_TRY(cli_read_file(&bytes, path, error));
  const size_t sample = bytes.size < AFINA_CSV_SAMPLE ? bytes.size : AFINA_CSV_SAMPLE;
  const afina_csv_format format = afina_csv_sniff(bytes.data, sample, sample == bytes.size);
  afina_buffer utf8 = {0};
  cli_table table = {.delimiter = format.delimiter,
                     .marked = format.bom > 0 || format.encoding != AFINA_CSV_UTF8};
  afina_status status = AFINA_OK;
  if (bytes.size >= 4 &&
      (!memcmp(bytes.data, "PK\3\4", 4) || !memcmp(bytes.data, "\xD0\xCF\x11\xE0", 4)))
    status = afina_fail(error, AFINA_E_FORMAT,
                        "%s: a spreadsheet or zip file; save the sheet as CSV first", path);
  if (status == AFINA_OK)
    status = afina_csv_to_utf8(bytes.data, bytes.size, format.encoding, &utf8, error);
  afina_bytes_free(&bytes);
  if (status == AFINA_OK) status = parse(&table, &utf8, format.skip, path, error);
  afina_buffer_free(&utf8);
  if (status != AFINA_OK) {
    cli_table_free(&table);
    return status;
  }
  *out = table;
  return AFINA_OK;
}

void cli_table_free(cli_table *table) {
  afina_buffer_free(&table->text);
  free(table->cells);
  free(table->rows);
  *table = (cli_table){0};
}

size_t cli_table_width(const cli_table *table, size_t row) {
  return table->rows[row + 1] - table->rows[row];
}

const char *cli_table_cell(const cli_table *table, size_t row, size_t column, size_t *size) {
  *size = 0;
  if (column >= cli_table_width(table, row)) return "";
  const size_t cell = table->rows[row] + column;
  *size = table->cells[cell + 1] - table->cells[cell] - 1;
  return (const char *)table->text.data + table->cells[cell];
}

afina_status cli_add_rows(afina_dataset *data, const char *path, afina_part part,
                          const char *text_column, const char *label_column, afina_error *error) {
  cli_table table;
  size_t text, label;
  AFINA_TRY(cli_table_read(&table, path, error));
  afina_status status =
      cli_table_columns(&table, path, text_column, label_column, &text, &label, error);
  for (size_t row = 1; row < table.row_count && status == AFINA_OK; row++) {
    size_t text_size, label_size;
    const char *t = cli_table_cell(&table, row, text, &text_size);
    const char *l = cli_table_cell(&table, row, label, &label_size);
    status = afina_dataset_add(data, part, t, text_size, l, label_size, row, error);
  }
  cli_table_free(&table);
  return status;
}

afina_status cli_csv_cell(afina_buffer *out, const char *text, size_t size, char delimiter,
                          afina_error *error) {
  bool quote = false;
  for (size_t i = 0; i < size && !quote; i++)
    quote = text[i] == delimiter || strchr("\"\r\n", text[i]) != NULL;
  if (!quote) return afina_buffer_append(out, text, size, error);
  AFINA_TRY(afina_buffer_append(out, "\"", 1, error));
  for (size_t i = 0; i < size; i++) {
    if (text[i] == '"') AFINA_TRY(afina_buffer_append(out, "\"", 1, error));
    AFINA_TRY(afina_buffer_append(out, text + i, 1, error));
  }
  return afina_buffer_append(out, "\"", 1, error);
}
