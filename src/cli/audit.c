/* afina audit: what to look at again in labeled rows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "folder.h"
#include "json.h"

typedef struct job {
  const char *folder, *train, *test, *text_column, *label_column, *strategy, *numerics, *out;
  size_t folds, seed, threads;
  bool quiet;
  afina_runtime *runtime;
  afina_model *model;
  afina_dataset *data;
  afina_folds *cross;
} job;

static afina_status open_data(job *j, afina_error *error) {
  AFINA_TRY(afina_dataset_create(&j->data, error));
  AFINA_TRY(
      cli_add_rows(j->data, j->train, AFINA_PART_TRAIN, j->text_column, j->label_column, error));
  if (!j->test) return AFINA_OK;
  return cli_add_rows(j->data, j->test, AFINA_PART_TEST, j->text_column, j->label_column, error);
}

/* Parses a document of the library's and frees it. */
static afina_status parse(afina_bytes *bytes, const char *what, cJSON **out, afina_error *error) {
  const afina_status status = afina_json_parse(out, bytes->data, bytes->size, what, error);
  afina_bytes_free(bytes);
  return status;
}

static afina_status find_duplicates(const job *j, cJSON **out, afina_error *error) {
  afina_bytes bytes;
  AFINA_TRY(afina_near_duplicates(j->data, &bytes, error));
  return parse(&bytes, "near duplicates", out, error);
}

static afina_status run_folds(job *j, afina_error *error) {
  cJSON *options = cJSON_CreateObject();
  char *text = NULL;
  if (options && cJSON_AddStringToObject(options, "strategy", j->strategy) &&
      cJSON_AddNumberToObject(options, "seed", (double)j->seed))
    text = cJSON_PrintUnformatted(options);
  cJSON_Delete(options);
  if (!text) return afina_fail_memory(error);
  const afina_status status = afina_folds_create(&j->cross, j->runtime, j->model, j->data, j->folds,
                                                 j->seed, text, strlen(text), error);
  free(text);
  if (status != AFINA_OK) return status;
  double fraction = 0;
  size_t shown = 0;
  for (bool done = false; !done;) {
    AFINA_TRY(afina_folds_step(j->cross, cli_now(), &fraction, &done, error));
    const size_t part = (size_t)(fraction * (double)j->folds);
    if (j->quiet || done || part == shown) continue;
    shown = part;
    fprintf(stderr, "fold %zu of %zu\n", part, j->folds);
  }
  return AFINA_OK;
}

static afina_status find_doubtful(job *j, cJSON **out, afina_error *error) {
  afina_bytes bytes;
  if (!j->folder) {
    *out = cJSON_CreateNull();
    return *out ? AFINA_OK : afina_fail_memory(error);
  }
  AFINA_TRY(afina_dataset_check(j->data, error));
  AFINA_TRY(run_folds(j, error));
  const afina_predictions predictions = afina_folds_predictions(j->cross);
  AFINA_TRY(afina_doubtful_labels(j->data, &predictions, &bytes, error));
  return parse(&bytes, "doubtful labels", out, error);
}

/* Adds `item` to an object, or frees it; false without memory. */
static bool add(cJSON *object, const char *key, cJSON *item) {
  if (item && cJSON_AddItemToObject(object, key, item)) return true;
  cJSON_Delete(item);
  return false;
}

/* audit.json: {"afina","rows","usable","labels": null or of afina_doubtful_labels, "duplicates"}.
 * Takes both parts. */
static afina_status write(const job *j, cJSON *labels, cJSON *duplicates, afina_error *error) {
  afina_bytes bytes = {0};
  cJSON *json = cJSON_CreateObject();
  const bool fine = json && cJSON_AddStringToObject(json, "afina", AFINA_VERSION) &&
                    cJSON_AddNumberToObject(json, "rows", (double)afina_dataset_count(j->data)) &&
                    cJSON_AddNumberToObject(json, "usable", (double)afina_dataset_usable(j->data));
  const bool taken = json && add(json, "labels", labels);
  if (!json) cJSON_Delete(labels);
  const bool both = json && add(json, "duplicates", duplicates);
  if (!json) cJSON_Delete(duplicates);
  afina_status status = fine && taken && both ? AFINA_OK : afina_fail_memory(error);
  if (status == AFINA_OK) status = afina_json_print(json, true, &bytes, error);
  cJSON_Delete(json);
  if (status != AFINA_OK) return status;
  if (j->out) {
    status = cli_write_file(j->out, bytes.data, bytes.size, error);
  } else {
    fwrite(bytes.data, 1, bytes.size, stdout);
    putchar('\n');
  }
  afina_bytes_free(&bytes);
  return status;
}

static double number(const cJSON *json, const char *key) {
  const cJSON *item = afina_json_member(json, key);
  return item && cJSON_IsNumber(item) ? item->valuedouble : 0;
}

static void summarise(const job *j, const cJSON *labels, const cJSON *duplicates) {
  if (j->quiet) return;
  if (j->folder)
    fprintf(
        stderr,
        "labels: in %.0f of %.0f rows the model is sure of another class; %.0f are worth a look\n",
        number(labels, "likely"), number(labels, "rows"), number(labels, "count"));
  fprintf(stderr, "nearly equal texts: %.0f rows in %.0f groups", number(duplicates, "rows"),
          number(duplicates, "groups"));
  if (j->test)
    fprintf(stderr, ", %.0f of which reach into the test file", number(duplicates, "move"));
  fprintf(stderr, "; %.0f under different labels\n", number(duplicates, "relabel"));
}

static afina_status audit(job *j, afina_error *error) {
  cJSON *labels = NULL, *duplicates = NULL;
  if (j->out) AFINA_TRY(cli_check_file(j->out, error));
  if (!j->folder && j->strategy)
    return afina_fail(error, AFINA_E_ARGUMENT, "--strategy goes with --model DIR");
  if (!j->strategy) j->strategy = "head";
  AFINA_TRY(cli_create_runtime(&j->runtime, j->threads, j->numerics, error));
  AFINA_TRY(afina_runtime_keep(j->runtime, (size_t)1 << 30, error));
  if (j->folder) AFINA_TRY(cli_load_model(&j->model, j->folder, error));
  AFINA_TRY(open_data(j, error));
  AFINA_TRY(find_duplicates(j, &duplicates, error));
  const afina_status status = find_doubtful(j, &labels, error);
  if (status != AFINA_OK) {
    cJSON_Delete(duplicates);
    return status;
  }
  summarise(j, labels, duplicates);
  return write(j, labels, duplicates, error);
}

int cli_audit(int argc, char **argv) {
  job j = {.folds = 5, .seed = 1};
  const cli_option options[] = {
      {"model", CLI_TEXT, &j.folder, false},
      {"train", CLI_TEXT, &j.train, true},
      {"test", CLI_TEXT, &j.test, false},
      {"text-column", CLI_TEXT, &j.text_column, false},
      {"label-column", CLI_TEXT, &j.label_column, false},
      {"strategy", CLI_TEXT, &j.strategy, false},
      {"folds", CLI_SIZE, &j.folds, false},
      {"seed", CLI_SIZE, &j.seed, false},
      {"threads", CLI_SIZE, &j.threads, false},
      {"numerics", CLI_TEXT, &j.numerics, false},
      {"quiet", CLI_FLAG, &j.quiet, false},
      {"out", CLI_TEXT, &j.out, false},
  };
  if (!cli_parse("audit", argc, argv, options, sizeof options / sizeof *options)) return CLI_USAGE;
  afina_error error;
  const afina_status status = audit(&j, &error);
  afina_folds_free(j.cross);
  afina_dataset_free(j.data);
  afina_model_free(j.model);
  afina_runtime_free(j.runtime);
  return status == AFINA_OK ? CLI_OK : cli_fail("audit", &error);
}
