/* Files of instructions. */
#include "instruction_file.h"

#include <string.h>

#include "cli.h"
#include "csv.h"

enum { INSTRUCTION, INPUT, RESPONSE, LANGUAGE, COLUMNS };

static const char *const names[COLUMNS][6] = {
    [INSTRUCTION] = {"instruction", "instrução", "pergunta", "question", "prompt", NULL},
    [INPUT] = {"input", "entrada", "contexto", "context", NULL},
    [RESPONSE] = {"output", "response", "resposta", "answer", "saída", NULL},
    [LANGUAGE] = {"language", "idioma", "língua", NULL}};

static afina_status find_columns(const cli_table *table, const char *path, size_t columns[COLUMNS],
                                 afina_error *error) {
  for (int i = 0; i < COLUMNS; i++) {
    columns[i] = SIZE_MAX;
    for (int k = 0; names[i][k] && columns[i] == SIZE_MAX; k++)
      columns[i] = cli_table_find(table, names[i][k]);
  }
  for (int i = INSTRUCTION; i <= RESPONSE; i += RESPONSE)
    if (columns[i] == SIZE_MAX)
      return afina_fail(error, AFINA_E_DATA,
                        "%s: no column '%s'; the first row must be the header, with 'instruction', "
                        "'output' and perhaps 'input'",
                        path, names[i][0]);
  return AFINA_OK;
}

static const char *cell_of(const cli_table *table, size_t row, size_t column, size_t *size) {
  *size = 0;
  return column == SIZE_MAX ? NULL : cli_table_cell(table, row, column, size);
}

static afina_status add_table(afina_instructions *rows, const char *path, afina_part part,
                              const cli_table *table, afina_error *error) {
  size_t columns[COLUMNS], ignored;
  afina_error reason;
  AFINA_TRY(find_columns(table, path, columns, error));
  for (size_t i = 1; i < table->row_count; i++) {
    afina_instruction row = {0};
    row.instruction = cell_of(table, i, columns[INSTRUCTION], &row.instruction_size);
    row.input = cell_of(table, i, columns[INPUT], &row.input_size);
    row.response = cell_of(table, i, columns[RESPONSE], &row.response_size);
    row.language = cell_of(table, i, columns[LANGUAGE], &ignored);
    const afina_status status = afina_instructions_add(rows, part, &row, i, &reason);
    if (status != AFINA_OK) return afina_fail(error, status, "%s: %s", path, reason.message);
  }
  return AFINA_OK;
}

static bool ends_with(const char *path, const char *end) {
  const size_t size = strlen(path), length = strlen(end);
  return size >= length && strcmp(path + size - length, end) == 0;
}

afina_status cli_add_instructions(afina_instructions *rows, const char *path, afina_part part,
                                  afina_error *error) {
  if (ends_with(path, ".json") || ends_with(path, ".jsonl")) {
    afina_bytes bytes;
    afina_error reason;
    AFINA_TRY(cli_read_file(&bytes, path, error));
    const afina_status status =
        afina_instructions_add_json(rows, part, bytes.data, bytes.size, &reason);
    afina_bytes_free(&bytes);
    return status == AFINA_OK ? AFINA_OK
                              : afina_fail(error, status, "%s: %s", path, reason.message);
  }
  cli_table table;
  AFINA_TRY(cli_table_read(&table, path, error));
  const afina_status status = add_table(rows, path, part, &table, error);
  cli_table_free(&table);
  return status;
}
