/* afina classify: one text, or a CSV in and a CSV out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "folder.h"

enum { CHUNK = 1024 }; /* rows classified at a time */

typedef struct job {
  const char *folder, *delta, *text, *in, *out, *text_column, *numerics;
  size_t threads;
  afina_runtime *runtime;
  afina_model *model;
  cli_table table;
  size_t width; /* of the widest row */
  afina_buffer csv;
  afina_buffer names; /* of our columns, each terminated */
} job;

static afina_status classify_text(job *j, afina_error *error) {
  const size_t K = afina_model_classes(j->model), size = strlen(j->text);
  float *p = afina_allocate(K ? K : 1, sizeof *p);
  if (!p) return afina_fail_memory(error);
  const afina_status status = afina_classify(j->runtime, j->model, &j->text, &size, 1, p, error);
  size_t best = 0;
  for (size_t k = 1; status == AFINA_OK && k < K; k++) best = p[k] > p[best] ? k : best;
  if (status == AFINA_OK) printf("%s\n", afina_model_label(j->model, best));
  for (size_t k = 0; status == AFINA_OK && k < K; k++)
    printf("%.6f\t%s\n", (double)p[k], afina_model_label(j->model, k));
  free(p);
  return status;
}

static afina_status put(job *j, const char *text, size_t size, bool first, afina_error *error) {
  if (!first) AFINA_TRY(afina_buffer_append(&j->csv, &j->table.delimiter, 1, error));
  return cli_csv_cell(&j->csv, text, size, j->table.delimiter, error);
}

/* The user's cells, as many in every row, so that ours stand in columns of their own. */
static afina_status put_row(job *j, size_t row, afina_error *error) {
  for (size_t c = 0; c < j->width; c++) {
    size_t size;
    const char *cell = cli_table_cell(&j->table, row, c, &size);
    AFINA_TRY(put(j, cell, size, c == 0, error));
  }
  return AFINA_OK;
}

/* Whether the table, or we, have a column of that very name. */
static bool is_taken(const job *j, const char *name) {
  const size_t size = strlen(name);
  for (size_t c = 0; c < cli_table_width(&j->table, 0); c++) {
    size_t length;
    const char *cell = cli_table_cell(&j->table, 0, c, &length);
    if (length == size && memcmp(cell, name, size) == 0) return true;
  }
  for (size_t at = 0; at < j->names.size; at += strlen((const char *)j->names.data + at) + 1)
    if (strcmp((const char *)j->names.data + at, name) == 0) return true;
  return false;
}

/* "predicted", or "predicted_2" and so on where that is taken. */
static afina_status put_name(job *j, const char *prefix, const char *rest, afina_error *error) {
  enum { NUMBER = 24 };
  const size_t size = strlen(prefix) + strlen(rest);
  char *name = afina_allocate(size + NUMBER, 1);
  if (!name) return afina_fail_memory(error);
  snprintf(name, size + 1, "%s%s", prefix, rest);
  for (size_t n = 2; is_taken(j, name); n++) snprintf(name + size, NUMBER, "_%zu", n);
  afina_status status = afina_buffer_append(&j->names, name, strlen(name) + 1, error);
  if (status == AFINA_OK) status = put(j, name, strlen(name), false, error);
  free(name);
  return status;
}

static afina_status put_header(job *j, afina_error *error) {
  /* where spreadsheets would take UTF-8 for the encoding that the file had before */
  if (j->table.marked) AFINA_TRY(afina_buffer_append(&j->csv, "\xEF\xBB\xBF", 3, error));
  AFINA_TRY(put_row(j, 0, error));
  AFINA_TRY(put_name(j, "predicted", "", error));
  for (size_t k = 0; k < afina_model_classes(j->model); k++)
    AFINA_TRY(put_name(j, "p_", afina_model_label(j->model, k), error));
  return afina_buffer_append(&j->csv, "\r\n", 2, error);
}

static afina_status put_prediction(job *j, size_t row, const float *p, afina_error *error) {
  const size_t K = afina_model_classes(j->model);
  size_t best = 0;
  for (size_t k = 1; k < K; k++) best = p[k] > p[best] ? k : best;
  AFINA_TRY(put_row(j, row, error));
  AFINA_TRY(put(j, afina_model_label(j->model, best), strlen(afina_model_label(j->model, best)),
                false, error));
  for (size_t k = 0; k < K; k++) {
    char number[32];
    const int size = snprintf(number, sizeof number, "%.6f", (double)p[k]);
    AFINA_TRY(put(j, number, (size_t)size, false, error));
  }
  return afina_buffer_append(&j->csv, "\r\n", 2, error);
}

static afina_status classify_rows(job *j, size_t column, float *p, afina_error *error) {
  const size_t K = afina_model_classes(j->model);
  const char *texts[CHUNK];
  size_t sizes[CHUNK];
  for (size_t first = 1; first < j->table.row_count; first += CHUNK) {
    const size_t left = j->table.row_count - first, count = left < CHUNK ? left : CHUNK;
    for (size_t i = 0; i < count; i++)
      texts[i] = cli_table_cell(&j->table, first + i, column, &sizes[i]);
    AFINA_TRY(afina_classify(j->runtime, j->model, texts, sizes, count, p, error));
    for (size_t i = 0; i < count; i++) AFINA_TRY(put_prediction(j, first + i, p + i * K, error));
  }
  return AFINA_OK;
}

static afina_status classify_file(job *j, afina_error *error) {
  size_t column;
  AFINA_TRY(cli_table_read(&j->table, j->in, error));
  AFINA_TRY(cli_table_columns(&j->table, j->in, j->text_column, NULL, &column, NULL, error));
  for (size_t row = 0; row < j->table.row_count; row++) {
    const size_t width = cli_table_width(&j->table, row);
    j->width = width > j->width ? width : j->width;
  }
  AFINA_TRY(put_header(j, error));
  float *p = afina_allocate(CHUNK, (afina_model_classes(j->model) + 1) * sizeof *p);
  if (!p) return afina_fail_memory(error);
  const afina_status status = classify_rows(j, column, p, error);
  free(p);
  if (status != AFINA_OK) return status;
  if (j->out) return cli_write_file(j->out, j->csv.data, j->csv.size, error);
  fwrite(j->csv.data, 1, j->csv.size, stdout);
  return AFINA_OK;
}

static afina_status classify(job *j, afina_error *error) {
  if (!j->text == !j->in)
    return afina_fail(error, AFINA_E_ARGUMENT, "give either a TEXT or --csv IN.csv");
  if (j->text && (j->out || j->text_column))
    return afina_fail(error, AFINA_E_ARGUMENT, "--out and --text-column go with --csv IN.csv");
  if (j->out) AFINA_TRY(cli_check_file(j->out, error));
  AFINA_TRY(cli_create_runtime(&j->runtime, j->threads, j->numerics, error));
  AFINA_TRY(cli_load_with_delta(&j->model, j->folder, j->delta, error));
  return j->text ? classify_text(j, error) : classify_file(j, error);
}

int cli_classify(int argc, char **argv) {
  job j = {0};
  const cli_option options[] = {
      {"model", CLI_TEXT, &j.folder, true},
      {"csv", CLI_TEXT, &j.in, false},
      {"delta", CLI_TEXT, &j.delta, false},
      {"out", CLI_TEXT, &j.out, false},
      {"text-column", CLI_TEXT, &j.text_column, false},
      {"threads", CLI_SIZE, &j.threads, false},
      {"numerics", CLI_TEXT, &j.numerics, false},
      {"", CLI_TEXT, &j.text, false},
  };
  if (!cli_parse("classify", argc, argv, options, sizeof options / sizeof *options))
    return CLI_USAGE;
  afina_error error;
  const afina_status status = classify(&j, &error);
  afina_buffer_free(&j.csv);
  afina_buffer_free(&j.names);
  cli_table_free(&j.table);
  afina_model_free(j.model);
  afina_runtime_free(j.runtime);
  return status == AFINA_OK ? CLI_OK : cli_fail("classify", &error);
}
