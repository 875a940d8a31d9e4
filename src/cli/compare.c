/* afina compare: strategies on the same test rows, or one strategy's learning curve. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare_table.h"
#include "csv.h"
#include "folder.h"
#include "json.h"

enum { KEPT_BYTES = 1 << 30 }; /* what frozen blocks left, from one run to the next */

typedef struct job {
  const char *model_path, *train, *valid, *test, *text_column, *label_column, *strategies, *seeds,
      *random, *curve, *text, *options, *readout, *numerics, *out;
  size_t epochs, batch, patience, split_seed, threads;
  double lr, valid_share, test_share;
  bool no_ngrams, quiet;

  afina_runtime *runtime;
  afina_model *model;
  afina_dataset *data;
  afina_comparison *comparison;
} job;

/* ---- the plan ---- */

static bool add(cJSON *object, const char *key, cJSON *item) {
  if (object && item && cJSON_AddItemToObject(object, key, item)) return true;
  cJSON_Delete(item);
  return false;
}

/* "a,b" as a list, of numbers where is_number. */
static cJSON *list_of(const char *words, bool is_number) {
  cJSON *list = cJSON_CreateArray();
  for (const char *at = words; list && at;) {
    const char *comma = strchr(at, ',');
    const size_t size = comma ? (size_t)(comma - at) : strlen(at);
    char item[128] = "", *end = item;
    snprintf(item, sizeof item, "%.*s", (int)(size < sizeof item ? size : sizeof item - 1), at);
    const double number = is_number ? strtod(item, &end) : 0;
    const bool is_whole = is_number && *item && !*end; /* else the library says what is wrong */
    cJSON *made = is_whole ? cJSON_CreateNumber(number) : cJSON_CreateString(item);
    if (!made || !cJSON_AddItemToArray(list, made)) {
      cJSON_Delete(made);
      cJSON_Delete(list);
      return NULL;
    }
    at = comma ? comma + 1 : NULL;
  }
  return list;
}

/* What all runs share: --options, and what has a word of its own. */
static afina_status add_options(const job *j, cJSON *plan, afina_error *error) {
  cJSON *options = NULL;
  if (j->options) {
    AFINA_TRY(afina_json_parse(&options, j->options, strlen(j->options), "--options", error));
    if (!cJSON_IsObject(options)) {
      cJSON_Delete(options);
      return afina_fail(error, AFINA_E_ARGUMENT, "--options takes an object of JSON");
    }
  } else {
    options = cJSON_CreateObject();
  }
  if (!add(plan, "options", options)) return afina_fail_memory(error);
  const struct {
    const char *name;
    double value;
  } numbers[] = {{"epochs", j->epochs ? (double)j->epochs : (double)NAN},
                 {"batch", j->batch ? (double)j->batch : (double)NAN},
                 {"patience", j->patience == SIZE_MAX ? (double)NAN : (double)j->patience},
                 {"lr", j->lr},
                 {"valid_share", j->valid_share},
                 {"test_share", j->test_share},
                 {"split_seed", j->split_seed == SIZE_MAX ? (double)NAN : (double)j->split_seed}};
  bool fine = true;
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    if (!isnan(numbers[i].value))
      fine = fine && cJSON_AddNumberToObject(options, numbers[i].name, numbers[i].value);
  if (j->readout) fine = fine && cJSON_AddStringToObject(options, "readout", j->readout);
  if (j->no_ngrams) fine = fine && cJSON_AddFalseToObject(options, "ngrams");
  return fine ? AFINA_OK : afina_fail_memory(error);
}

static afina_status add_text(const job *j, cJSON *plan, afina_error *error) {
  if (!j->text) return AFINA_OK;
  afina_bytes bytes;
  AFINA_TRY(cli_read_file(&bytes, j->text, error));
  char *text = malloc(bytes.size + 1);
  if (text) {
    memcpy(text, bytes.data, bytes.size);
    text[bytes.size] = '\0';
  }
  const bool fine = text && cJSON_AddStringToObject(plan, "text", text);
  free(text);
  afina_bytes_free(&bytes);
  return fine ? AFINA_OK : afina_fail_memory(error);
}

static afina_status fill_plan(const job *j, cJSON *plan, afina_error *error) {
  AFINA_TRY(add_options(j, plan, error));
  AFINA_TRY(add_text(j, plan, error));
  bool fine = true;
  if (j->strategies) fine = fine && add(plan, "strategies", list_of(j->strategies, false));
  if (j->seeds) fine = fine && add(plan, "seeds", list_of(j->seeds, true));
  if (j->curve) fine = fine && cJSON_AddStringToObject(plan, "curve", j->curve);
  if (j->random && strcmp(j->random, "none") == 0)
    fine = fine && cJSON_AddFalseToObject(plan, "random");
  else if (j->random)
    fine = fine && cJSON_AddStringToObject(plan, "random", j->random);
  return fine ? AFINA_OK : afina_fail_memory(error);
}

static afina_status begin(job *j, afina_error *error) {
  cJSON *plan = cJSON_CreateObject();
  afina_status status = plan ? fill_plan(j, plan, error) : afina_fail_memory(error);
  char *text = status == AFINA_OK ? cJSON_PrintUnformatted(plan) : NULL;
  cJSON_Delete(plan);
  AFINA_TRY(status);
  if (!text) return afina_fail_memory(error);
  status = afina_comparison_create(&j->comparison, j->runtime, j->model, j->data, text,
                                   strlen(text), error);
  free(text);
  return status;
}

/* ---- the work ---- */

static afina_status run(job *j, afina_error *error) {
  afina_comparison_progress progress = {0};
  size_t shown = SIZE_MAX;
  cli_catch_interrupts();
  while (!progress.done && !cli_interrupted()) {
    AFINA_TRY(afina_comparison_step(j->comparison, cli_now(), &progress, error));
    const size_t at = progress.entry * progress.runs + progress.run;
    if (!j->quiet && !progress.done && at != shown)
      fprintf(stderr, "%zu of %zu, run %zu of %zu\n", progress.entry + 1, progress.entries,
              progress.run + 1, progress.runs);
    shown = at;
  }
  if (!progress.done) fprintf(stderr, "stopped: what is done so far follows\n");
  return AFINA_OK;
}

static afina_status finish(const job *j, afina_error *error) {
  afina_bytes bytes;
  cJSON *report = NULL;
  AFINA_TRY(afina_comparison_report(j->comparison, &bytes, error));
  afina_status status = afina_json_parse(&report, bytes.data, bytes.size, "comparison", error);
  if (status == AFINA_OK && j->out) status = cli_write_file(j->out, bytes.data, bytes.size, error);
  if (status == AFINA_OK) cli_print_comparison(report);
  afina_bytes_free(&bytes);
  cJSON_Delete(report);
  return status;
}

static afina_status open_data(job *j, afina_error *error) {
  const struct {
    const char *path;
    afina_part part;
  } files[] = {
      {j->train, AFINA_PART_ANY}, {j->valid, AFINA_PART_VALID}, {j->test, AFINA_PART_TEST}};
  AFINA_TRY(afina_dataset_create(&j->data, error));
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    if (files[i].path)
      AFINA_TRY(cli_add_rows(j->data, files[i].path, files[i].part, j->text_column, j->label_column,
                             error));
  return AFINA_OK;
}

static afina_status compare(job *j, afina_error *error) {
  if (j->out) AFINA_TRY(cli_check_file(j->out, error));
  AFINA_TRY(cli_create_runtime(&j->runtime, j->threads, j->numerics, error));
  AFINA_TRY(afina_runtime_keep(j->runtime, KEPT_BYTES, error));
  AFINA_TRY(cli_load_model(&j->model, j->model_path, error));
  AFINA_TRY(open_data(j, error));
  AFINA_TRY(begin(j, error));
  AFINA_TRY(run(j, error));
  return finish(j, error);
}

int cli_compare(int argc, char **argv) {
  job j = {.lr = (double)NAN, /* not a number: not given */
           .valid_share = (double)NAN,
           .test_share = (double)NAN,
           .patience = SIZE_MAX,
           .split_seed = SIZE_MAX};
  const cli_option options[] = {
      {"model", CLI_TEXT, &j.model_path, true},
      {"train", CLI_TEXT, &j.train, true},
      {"valid", CLI_TEXT, &j.valid, false},
      {"test", CLI_TEXT, &j.test, false},
      {"text-column", CLI_TEXT, &j.text_column, false},
      {"label-column", CLI_TEXT, &j.label_column, false},
      {"strategies", CLI_TEXT, &j.strategies, false},
      {"seeds", CLI_TEXT, &j.seeds, false},
      {"random", CLI_TEXT, &j.random, false},
      {"curve", CLI_TEXT, &j.curve, false},
      {"text", CLI_TEXT, &j.text, false},
      {"options", CLI_TEXT, &j.options, false},
      {"readout", CLI_TEXT, &j.readout, false},
      {"epochs", CLI_SIZE, &j.epochs, false},
      {"batch", CLI_SIZE, &j.batch, false},
      {"patience", CLI_SIZE, &j.patience, false},
      {"lr", CLI_NUMBER, &j.lr, false},
      {"valid-share", CLI_NUMBER, &j.valid_share, false},
      {"test-share", CLI_NUMBER, &j.test_share, false},
      {"split-seed", CLI_SIZE, &j.split_seed, false},
      {"threads", CLI_SIZE, &j.threads, false},
      {"numerics", CLI_TEXT, &j.numerics, false},
      {"no-ngrams", CLI_FLAG, &j.no_ngrams, false},
      {"quiet", CLI_FLAG, &j.quiet, false},
      {"out", CLI_TEXT, &j.out, false},
  };
  if (!cli_parse("compare", argc, argv, options, sizeof options / sizeof *options))
    return CLI_USAGE;
  afina_error error;
  const afina_status status = compare(&j, &error);
  afina_comparison_free(j.comparison);
  afina_dataset_free(j.data);
  afina_model_free(j.model);
  afina_runtime_free(j.runtime);
  return status == AFINA_OK ? CLI_OK : cli_fail("compare", &error);
}
