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
} cli_table;

afina_status cli_table_read(cli_table *out, const char *path, afina_error *error);
void cli_table_free(cli_table *table);
size_t cli_table_width(const cli_table *table, size_t row);
/* A cell's bytes; empty beyond the end of a short row. */
const char *cli_table_cell(const cli_table *table, size_t row, size_t column, size_t *size);

/* The column of that name; without one, of the usual names; AFINA_E_DATA lists the header. */
typedef enum cli_column { CLI_TEXT_COLUMN, CLI_LABEL_COLUMN } cli_column;
afina_status cli_table_find(const cli_table *table, const char *path, const char *name,
                            cli_column kind, size_t *out, afina_error *error);

/* Adds a file's rows to a data set. */
afina_status cli_add_rows(afina_dataset *data, const char *path, afina_part part,
                          const char *text_column, const char *label_column, afina_error *error);

/* Appends a cell, quoted where RFC 4180 asks for it. */
afina_status cli_csv_cell(afina_buffer *out, const char *text, size_t size, char delimiter,
                          afina_error *error);

#endif
