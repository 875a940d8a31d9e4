/* Labeled CSV files, read with libcsv. The page reads the same files with Papa Parse; encoding and
 * delimiter are found by the library for both (data/csv_sniff.h). */
#ifndef AFINA_CLI_CSV_H
#define AFINA_CLI_CSV_H

#include "cli.h"
#include "labeled.h"

/* A whole file: rows of cells, the first one the header. Cells are terminated and may hold NUL
 * bytes. */
typedef struct cli_table {
  afina_buffer text;
  size_t *cells; /* [cell_count + 1] offset of each cell in text */
  size_t *rows;  /* [row_count + 1] first cell of each row */
  size_t cell_count, row_count, cell_capacity, row_capacity;
  char delimiter;
  bool marked; /* the file had a byte order mark, or an encoding that is not UTF-8 */
} cli_table;

afina_status cli_table_read(cli_table *out, const char *path, afina_error *error);
void cli_table_free(cli_table *table);
size_t cli_table_width(const cli_table *table, size_t row);
/* A cell's bytes; empty beyond the end of a short row. */
const char *cli_table_cell(const cli_table *table, size_t row, size_t column, size_t *size);

/* The column of that very name; else, of the same name but for case, accents and spaces; SIZE_MAX
 * where there is none. */
size_t cli_table_find(const cli_table *table, const char *name);
/* The columns of texts and labels (columns.c): those of the names given or, where NULL, of the
 * usual names, as the page guesses them. `label` NULL: only the texts are asked for. AFINA_E_DATA
 * lists the header. */
afina_status cli_table_columns(const cli_table *table, const char *path, const char *text_name,
                               const char *label_name, size_t *text, size_t *label,
                               afina_error *error);

/* Adds a file's rows to a data set. */
afina_status cli_add_rows(afina_dataset *data, const char *path, afina_part part,
                          const char *text_column, const char *label_column, afina_error *error);

/* Appends a cell, quoted where RFC 4180 asks for it. */
afina_status cli_csv_cell(afina_buffer *out, const char *text, size_t size, char delimiter,
                          afina_error *error);

#endif
