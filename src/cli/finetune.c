/* afina finetune, evaluate. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "folder.h"
#include "json.h"

typedef struct job {
  const char *model_path, *train, *valid, *test, *text_column, *label_column, *strategy, *readout,
      *lora_targets, *delta, *numerics, *out, *report, *class_weights, *sampling, *optimizer;
  size_t epochs, batch, seed, threads, patience, lora_blocks, gradual_epochs;
  double lora_alpha, lr, valid_share, test_share, weight_decay, cache_mb, label_smoothing,
      layer_decay, dropout, ridge;
  bool random_weights, no_ngrams, quiet;

  afina_runtime *runtime;
  afina_model *model, *tuned;
  afina_dataset *data;
  afina_session *session;
} job;

/* The options as the library reads them. */
static cJSON *options_json(const job *j) {
  const cli_word words[] = {{"strategy", j->strategy}, {"lora_targets", j->lora_targets},
                            {"readout", j->readout},   {"class_weights", j->class_weights},
                            {"sampling", j->sampling}, {"optimizer", j->optimizer}};
  const cli_number numbers[] = {
      {"epochs", (double)j->epochs},
      {"batch", (double)j->batch},
      {"patience", j->patience == SIZE_MAX ? (double)NAN : (double)j->patience},
      {"lr", j->lr},
      {"weight_decay", j->weight_decay},
      {"label_smoothing", j->label_smoothing},
      {"dropout", j->dropout},
      {"ridge", j->ridge},
      {"layer_decay", j->layer_decay},
      {"gradual_epochs", (double)j->gradual_epochs},
      {"valid_share", j->valid_share},
      {"test_share", j->test_share},
      {"cache_mb", j->cache_mb},
      {"lora_alpha", j->lora_alpha},
      {"lora_blocks", j->lora_blocks ? (double)j->lora_blocks : (double)NAN},
      {"seed", (double)j->seed}};
  cJSON *json =
      cli_given(words, sizeof words / sizeof *words, numbers, sizeof numbers / sizeof *numbers);
  if (json && (!j->no_ngrams || cJSON_AddFalseToObject(json, "ngrams"))) return json;
  cJSON_Delete(json);
  return NULL;
}

static afina_status open_data(job *j, afina_error *error) {
  AFINA_TRY(afina_dataset_create(&j->data, error));
  AFINA_TRY(
      cli_add_rows(j->data, j->train, AFINA_PART_ANY, j->text_column, j->label_column, error));
  if (j->valid)
    AFINA_TRY(
        cli_add_rows(j->data, j->valid, AFINA_PART_VALID, j->text_column, j->label_column, error));
  if (j->test)
    AFINA_TRY(
        cli_add_rows(j->data, j->test, AFINA_PART_TEST, j->text_column, j->label_column, error));
  return AFINA_OK;
}

/* What the rows have to say for themselves: one line on stderr for each finding. */
static afina_status warn(const job *j, afina_error *error) {
  afina_bytes bytes;
  cJSON *json = NULL;
  AFINA_TRY(afina_inspect(j->model, j->data, &bytes, error));
  const afina_status status = afina_json_parse(&json, bytes.data, bytes.size, "inspection", error);
  afina_bytes_free(&bytes);
  if (status != AFINA_OK) return status;
  static const char *const findings[][2] = {
      {"empty_text", "without a text (left out)"},
      {"empty_label", "without a label (left out)"},
      {"duplicates", "are a repetition of an earlier row"},
      {"conflicts", "have a text that stands under different labels"},
      {"leaked", "to train on stand in the test file too"},
      {"invalid_utf8", "hold bytes that are not valid text"},
      {"too_long", "are longer than the context and were cut"}};
  for (size_t i = 0; i < sizeof findings / sizeof *findings; i++) {
    const cJSON *finding = afina_json_member(json, findings[i][0]);
    const cJSON *count = afina_json_member(finding, "count"),
                *rows = afina_json_member(finding, "rows");
    if (!count || count->valuedouble < 1) continue;
    fprintf(stderr, "%.0f rows %s: row", count->valuedouble, findings[i][1]);
    int shown = 0;
    for (const cJSON *row = rows ? rows->child : NULL; row && shown < 8; row = row->next, shown++)
      fprintf(stderr, " %.0f", row->valuedouble);
    fprintf(stderr, "%s\n", count->valuedouble > 8 ? " ..." : "");
  }
  cJSON_Delete(json);
  return AFINA_OK;
}

static afina_status start(job *j, afina_error *error) {
  cJSON *options = options_json(j);
  char *text = options ? cJSON_PrintUnformatted(options) : NULL;
  cJSON_Delete(options);
  if (!text) return afina_fail_memory(error);
  const afina_status status =
      afina_session_create(&j->session, j->runtime, j->model, j->data, text, strlen(text), error);
  free(text);
  return status;
}

static void print_epoch(const afina_progress *progress) {
  const afina_epoch *e = &progress->last;
  fprintf(stderr, "epoch %zu of %zu: train loss %.4f", e->epoch, progress->epochs, e->train_loss);
  if (!isnan(e->valid_loss))
    fprintf(stderr, ", validation loss %.4f, accuracy %.4f%s", e->valid_loss, e->valid_accuracy,
            progress->best_epoch == e->epoch ? " (best)" : "");
  fprintf(stderr, ", %.1f s\n", e->seconds);
}

/* Training that is interrupted or fails keeps the best epoch, where there is one. */
static afina_status run(job *j, afina_error *error) {
  afina_progress progress = {0};
  size_t shown = 0;
  bool stopped = false;
  cli_catch_interrupts();
  do {
    const afina_status status = afina_session_step(j->session, cli_now(), &progress, error);
    const bool trains = progress.phase == AFINA_TRAIN || progress.phase == AFINA_VALIDATE;
    if (status != AFINA_OK && (stopped || !trains || !progress.best_epoch)) return status;
    if (cli_interrupted() && !stopped && !progress.best_epoch)
      return afina_fail(error, AFINA_E_STATE, "stopped before the first epoch had ended");
    if (!j->quiet && progress.last.epoch != shown) print_epoch(&progress);
    shown = progress.last.epoch;
    if (stopped || (status == AFINA_OK && !cli_interrupted())) continue;
    fprintf(stderr, "%s: keeping epoch %zu, the best one\n",
            status == AFINA_OK ? "stopped" : error->message, progress.best_epoch);
    afina_session_stop(j->session);
    stopped = true;
  } while (progress.phase != AFINA_DONE);
  return AFINA_OK;
}

/* The headline numbers on stdout, for people; the whole report goes to a file. */
static afina_status print_summary(const afina_bytes *report, afina_error *error) {
  cJSON *json = NULL;
  AFINA_TRY(afina_json_parse(&json, report->data, report->size, "report", error));
  const cJSON *test = afina_json_member(json, "test");
  const cJSON *accuracy = afina_json_member(test, "accuracy"),
              *f1 = afina_json_member(test, "macro_f1");
  const cJSON *rows = afina_json_member(test, "rows"),
              *sha = afina_json_member(json, "weights_sha256");
  if (accuracy && f1 && rows)
    printf("test: accuracy %.4f, macro-F1 %.4f on %.0f texts\n", accuracy->valuedouble,
           f1->valuedouble, rows->valuedouble);
  if (sha) printf("weights_sha256 %s\n", sha->valuestring);
  cJSON_Delete(json);
  return AFINA_OK;
}

static afina_status write_delta(const job *j, afina_error *error) {
  afina_bytes bytes;
  AFINA_TRY(afina_session_delta(j->session, &bytes, error));
  const afina_status status = cli_write_file(j->delta, bytes.data, bytes.size, error);
  afina_bytes_free(&bytes);
  return status;
}

static afina_status finish(job *j, afina_error *error) {
  afina_bytes report;
  AFINA_TRY(afina_session_report(j->session, &report, error));
  afina_status status = AFINA_OK;
  if (j->out) {
    status = afina_session_model(j->session, &j->tuned, error);
    if (status == AFINA_OK) status = cli_save_model(j->tuned, j->out, "f32", error);
    if (status == AFINA_OK) status = cli_write_in(j->out, "report.json", &report, error);
  }
  if (status == AFINA_OK && j->delta) status = write_delta(j, error);
  if (status == AFINA_OK && j->report)
    status = cli_write_file(j->report, report.data, report.size, error);
  if (status == AFINA_OK) status = print_summary(&report, error);
  afina_bytes_free(&report);
  return status;
}

static afina_status finetune(job *j, afina_error *error) {
  if (j->delta) AFINA_TRY(cli_check_file(j->delta, error));
  if (j->out) AFINA_TRY(cli_check_folder(j->out, error));
  if (j->report) AFINA_TRY(cli_check_file(j->report, error));
  AFINA_TRY(cli_create_runtime(&j->runtime, j->threads, j->numerics, error));
  AFINA_TRY(cli_load_model(&j->model, j->model_path, error));
  if (j->random_weights) afina_model_randomize(j->model, j->seed);
  AFINA_TRY(open_data(j, error));
  if (!j->quiet) AFINA_TRY(warn(j, error));
  AFINA_TRY(start(j, error));
  AFINA_TRY(run(j, error));
  return finish(j, error);
}

static int clean(const char *command, job *j, afina_status status, const afina_error *error) {
  afina_session_free(j->session);
  afina_dataset_free(j->data);
  afina_model_free(j->tuned);
  afina_model_free(j->model);
  afina_runtime_free(j->runtime);
  return status == AFINA_OK ? CLI_OK : cli_fail(command, error);
}

int cli_finetune(int argc, char **argv) {
  job j = {.lr = (double)NAN, /* not a number: not given */
           .valid_share = (double)NAN,
           .test_share = (double)NAN,
           .cache_mb = (double)NAN,
           .lora_alpha = (double)NAN,
           .weight_decay = (double)NAN,
           .label_smoothing = (double)NAN,
           .layer_decay = (double)NAN,
           .dropout = (double)NAN,
           .ridge = (double)NAN,
           .seed = 1,
           .patience = SIZE_MAX};
  const cli_option options[] = {
      {"model", CLI_TEXT, &j.model_path, true},
      {"train", CLI_TEXT, &j.train, true},
      {"valid", CLI_TEXT, &j.valid, false},
      {"test", CLI_TEXT, &j.test, false},
      {"text-column", CLI_TEXT, &j.text_column, false},
      {"label-column", CLI_TEXT, &j.label_column, false},
      {"strategy", CLI_TEXT, &j.strategy, false},
      {"lora-alpha", CLI_NUMBER, &j.lora_alpha, false},
      {"lora-targets", CLI_TEXT, &j.lora_targets, false},
      {"lora-blocks", CLI_SIZE, &j.lora_blocks, false},
      {"readout", CLI_TEXT, &j.readout, false},
      {"epochs", CLI_SIZE, &j.epochs, false},
      {"patience", CLI_SIZE, &j.patience, false},
      {"lr", CLI_NUMBER, &j.lr, false},
      {"weight-decay", CLI_NUMBER, &j.weight_decay, false},
      {"class-weights", CLI_TEXT, &j.class_weights, false},
      {"optimizer", CLI_TEXT, &j.optimizer, false},
      {"ridge", CLI_NUMBER, &j.ridge, false},
      {"sampling", CLI_TEXT, &j.sampling, false},
      {"label-smoothing", CLI_NUMBER, &j.label_smoothing, false},
      {"dropout", CLI_NUMBER, &j.dropout, false},
      {"layer-decay", CLI_NUMBER, &j.layer_decay, false},
      {"gradual-epochs", CLI_SIZE, &j.gradual_epochs, false},
      {"batch", CLI_SIZE, &j.batch, false},
      {"valid-share", CLI_NUMBER, &j.valid_share, false},
      {"test-share", CLI_NUMBER, &j.test_share, false},
      {"cache-mb", CLI_NUMBER, &j.cache_mb, false},
      {"seed", CLI_SIZE, &j.seed, false},
      {"threads", CLI_SIZE, &j.threads, false},
      {"numerics", CLI_TEXT, &j.numerics, false},
      {"no-ngrams", CLI_FLAG, &j.no_ngrams, false},
      {"random-weights", CLI_FLAG, &j.random_weights, false},
      {"quiet", CLI_FLAG, &j.quiet, false},
      {"out", CLI_TEXT, &j.out, false},
      {"delta", CLI_TEXT, &j.delta, false},
      {"report", CLI_TEXT, &j.report, false},
  };
  if (!cli_parse("finetune", argc, argv, options, sizeof options / sizeof *options))
    return CLI_USAGE;
  afina_error error;
  const afina_status status = finetune(&j, &error);
  return clean("finetune", &j, status, &error);
}

static afina_status evaluate(job *j, afina_error *error) {
  if (j->report) AFINA_TRY(cli_check_file(j->report, error));
  AFINA_TRY(cli_create_runtime(&j->runtime, j->threads, j->numerics, error));
  AFINA_TRY(cli_load_with_delta(&j->model, j->model_path, j->delta, error));
  AFINA_TRY(afina_dataset_create(&j->data, error));
  AFINA_TRY(cli_add_rows(j->data, j->test, AFINA_PART_ANY, j->text_column, j->label_column, error));
  afina_bytes report;
  AFINA_TRY(afina_evaluate(j->runtime, j->model, j->data, &report, error));
  afina_status status = AFINA_OK;
  if (j->report) {
    status = cli_write_file(j->report, report.data, report.size, error);
  } else {
    fwrite(report.data, 1, report.size, stdout);
    putchar('\n');
  }
  afina_bytes_free(&report);
  return status;
}

int cli_evaluate(int argc, char **argv) {
  job j = {0};
  const cli_option options[] = {
      {"model", CLI_TEXT, &j.model_path, true},
      {"data", CLI_TEXT, &j.test, true},
      {"text-column", CLI_TEXT, &j.text_column, false},
      {"label-column", CLI_TEXT, &j.label_column, false},
      {"threads", CLI_SIZE, &j.threads, false},
      {"numerics", CLI_TEXT, &j.numerics, false},
      {"delta", CLI_TEXT, &j.delta, false},
      {"report", CLI_TEXT, &j.report, false},
  };
  if (!cli_parse("evaluate", argc, argv, options, sizeof options / sizeof *options))
    return CLI_USAGE;
  afina_error error;
  const afina_status status = evaluate(&j, &error);
  return clean("evaluate", &j, status, &error);
}
