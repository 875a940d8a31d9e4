/* afina instruct. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "folder.h"
#include "instruction_file.h"
#include "json.h"

#define CHECKPOINT "instruct.checkpoint.safetensors"

typedef struct job {
  const char *model_path, *valid, *out, *report, *delta, *delta_dtype, *dtype, *strategy,
      *lora_targets, *template_name, *language, *mask, *numerics;
  cli_list data;
  size_t epochs, batch, seed, threads, lora_blocks;
  double lora_alpha, lr, weight_decay, valid_share, checkpoint_every;
  bool resume, quiet;

  afina_runtime *runtime;
  afina_model *model;
  afina_instructions *rows;
  afina_instruct *run;
} job;

/* The options as the library reads them. */
static char *options_text(const job *j) {
  const cli_word words[] = {{"strategy", j->strategy},
                            {"lora_targets", j->lora_targets},
                            {"template", j->template_name},
                            {"language", j->language},
                            {"mask", j->mask}};
  const cli_number numbers[] = {
      {"epochs", (double)j->epochs},
      {"batch", (double)j->batch},
      {"lr", j->lr},
      {"weight_decay", j->weight_decay},
      {"valid_share", j->valid_share},
      {"lora_alpha", j->lora_alpha},
      {"lora_blocks", j->lora_blocks ? (double)j->lora_blocks : (double)NAN},
      {"seed", (double)j->seed}};
  cJSON *json =
      cli_given(words, sizeof words / sizeof *words, numbers, sizeof numbers / sizeof *numbers);
  char *text = json ? cJSON_PrintUnformatted(json) : NULL;
  cJSON_Delete(json);
  return text;
}

static afina_status start(job *j, afina_error *error) {
  if (j->resume) {
    afina_bytes state;
    AFINA_TRY(cli_read_in(&state, j->out, CHECKPOINT, error));
    const afina_status status = afina_instruct_resume(&j->run, j->runtime, j->model, j->rows,
                                                      state.data, state.size, error);
    afina_bytes_free(&state);
    return status;
  }
  char *options = options_text(j);
  if (!options) return afina_fail_memory(error);
  const afina_status status = afina_instruct_create(&j->run, j->runtime, j->model, j->rows, options,
                                                    strlen(options), error);
  free(options);
  return status;
}

static afina_status open_rows(job *j, afina_error *error) {
  AFINA_TRY(afina_instructions_create(&j->rows, error));
  for (size_t i = 0; i < j->data.count; i++)
    AFINA_TRY(cli_add_instructions(j->rows, j->data.items[i], AFINA_PART_ANY, error));
  return j->valid ? cli_add_instructions(j->rows, j->valid, AFINA_PART_VALID, error) : AFINA_OK;
}

/* How many rows, and what became of those that are too long. */
static afina_status announce(const job *j, afina_error *error) {
  afina_bytes bytes;
  cJSON *json = NULL;
  AFINA_TRY(afina_instruct_describe(j->run, &bytes, error));
  const afina_status status = afina_json_parse(&json, bytes.data, bytes.size, "run", error);
  afina_bytes_free(&bytes);
  if (status != AFINA_OK) return status;
  const cJSON *rows = afina_json_member(json, "rows"), *tokens = afina_json_member(json, "tokens");
  const double truncated = afina_json_member(rows, "truncated")->valuedouble;
  const double dropped = afina_json_member(rows, "dropped")->valuedouble;
  fprintf(stderr, "%.0f rows to train on (%.0f tokens, %.0f count), %.0f held out\n",
          afina_json_member(rows, "train")->valuedouble,
          afina_json_member(tokens, "all")->valuedouble,
          afina_json_member(tokens, "counted")->valuedouble,
          afina_json_member(rows, "held_out")->valuedouble);
  if (truncated > 0)
    fprintf(stderr, "%.0f rows are longer than the context and were cut\n", truncated);
  if (dropped > 0)
    fprintf(stderr, "%.0f rows are left out: the context has no room for their responses\n",
            dropped);
  cJSON_Delete(json);
  return AFINA_OK;
}

static void print_epoch(const afina_instruct_progress *p) {
  const size_t epoch = p->epochs_done - 1;
  if (epoch == 0 && isnan(p->valid_loss)) return;
  fprintf(stderr, "epoch %zu of %zu:", epoch, p->epochs);
  if (epoch > 0) fprintf(stderr, " train loss %.4f", p->train_loss);
  if (!isnan(p->valid_loss))
    fprintf(stderr, "%s held-out responses %.4f (perplexity %.2f)", epoch ? "," : "", p->valid_loss,
            exp(p->valid_loss));
  fputc('\n', stderr);
}

static afina_status write_checkpoint(const job *j, afina_error *error) {
  afina_bytes state;
  AFINA_TRY(afina_instruct_checkpoint(j->run, &state, error));
  afina_status status = cli_make_folder(j->out, error);
  if (status == AFINA_OK) status = cli_write_in(j->out, CHECKPOINT, &state, error);
  afina_bytes_free(&state);
  return status;
}

/* A run that is stopped leaves its state in --out, so that --resume goes on. */
static afina_status train(const job *j, bool *stopped, afina_error *error) {
  afina_instruct_progress progress = {0};
  double saved = cli_now();
  size_t shown = 0;
  cli_catch_interrupts();
  while (!progress.done && !cli_interrupted()) {
    AFINA_TRY(afina_instruct_step(j->run, cli_now(), &progress, error));
    if (!j->quiet && progress.epochs_done > shown) print_epoch(&progress);
    shown = progress.epochs_done;
    if (!j->out || progress.done || cli_now() - saved < j->checkpoint_every) continue;
    AFINA_TRY(write_checkpoint(j, error));
    saved = cli_now();
  }
  *stopped = !progress.done;
  if (*stopped && j->out) AFINA_TRY(write_checkpoint(j, error));
  return AFINA_OK;
}

static afina_status write_results(const job *j, const afina_bytes *report, afina_error *error) {
  if (j->out) {
    afina_model *tuned = NULL;
    AFINA_TRY(afina_instruct_model(j->run, &tuned, error));
    const afina_status status = cli_save_model(tuned, j->out, j->dtype, error);
    afina_model_free(tuned);
    if (status != AFINA_OK) return status;
  }
  if (j->delta) {
    afina_bytes delta;
    AFINA_TRY(afina_instruct_delta(j->run, j->delta_dtype, &delta, error));
    const afina_status status = cli_write_file(j->delta, delta.data, delta.size, error);
    afina_bytes_free(&delta);
    if (status != AFINA_OK) return status;
  }
  return j->report ? cli_write_file(j->report, report->data, report->size, error) : AFINA_OK;
}

/* The headline numbers on stdout, for people; the whole report goes to a file. */
static afina_status print_summary(const afina_bytes *report, afina_error *error) {
  cJSON *json = NULL;
  AFINA_TRY(afina_json_parse(&json, report->data, report->size, "report", error));
  const cJSON *epochs = afina_json_member(json, "epochs");
  const int count = cJSON_GetArraySize(epochs);
  const cJSON *first = afina_json_member(cJSON_GetArrayItem(epochs, 0), "valid_perplexity");
  const cJSON *last = afina_json_member(cJSON_GetArrayItem(epochs, count - 1), "valid_perplexity");
  const cJSON *sha = afina_json_member(json, "weights_sha256");
  if (cJSON_IsNumber(first) && cJSON_IsNumber(last))
    printf("held-out responses: perplexity %.3f before, %.3f after\n", first->valuedouble,
           last->valuedouble);
  if (sha) printf("weights_sha256 %s\n", sha->valuestring);
  cJSON_Delete(json);
  return AFINA_OK;
}

static afina_status instruct(job *j, afina_error *error) {
  bool stopped;
  afina_bytes report;
  if (!j->out && !j->delta && !j->report)
    return afina_fail(error, AFINA_E_ARGUMENT,
                      "nothing would be left: give --out, --delta or --report");
  if (j->resume && !j->out)
    return afina_fail(error, AFINA_E_ARGUMENT, "--resume goes on from what is in --out");
  if (j->out) AFINA_TRY(cli_check_folder(j->out, error));
  if (j->delta) AFINA_TRY(cli_check_file(j->delta, error));
  if (j->report) AFINA_TRY(cli_check_file(j->report, error));
  AFINA_TRY(cli_create_runtime(&j->runtime, j->threads, j->numerics, error));
  AFINA_TRY(cli_load_model(&j->model, j->model_path, error));
  AFINA_TRY(open_rows(j, error));
  AFINA_TRY(start(j, error));
  if (!j->quiet) AFINA_TRY(announce(j, error));
  AFINA_TRY(train(j, &stopped, error));
  if (stopped)
    return afina_fail(error, AFINA_E_STATE, "stopped%s",
                      j->out ? "; the same command with --resume goes on" : "");
  AFINA_TRY(afina_instruct_report(j->run, &report, error));
  afina_status status = write_results(j, &report, error);
  if (status == AFINA_OK && j->out) status = write_checkpoint(j, error);
  if (status == AFINA_OK) status = print_summary(&report, error);
  afina_bytes_free(&report);
  return status;
}

int cli_instruct(int argc, char **argv) {
  job j = {.lr = (double)NAN, /* not a number: not given */
           .weight_decay = (double)NAN,
           .valid_share = (double)NAN,
           .lora_alpha = (double)NAN,
           .checkpoint_every = 60,
           .delta_dtype = "f32",
           .dtype = "f32",
           .seed = 1};
  const cli_option options[] = {
      {"model", CLI_TEXT, &j.model_path, true},
      {"data", CLI_LIST, &j.data, true},
      {"valid", CLI_TEXT, &j.valid, false},
      {"strategy", CLI_TEXT, &j.strategy, false},
      {"lora-alpha", CLI_NUMBER, &j.lora_alpha, false},
      {"lora-targets", CLI_TEXT, &j.lora_targets, false},
      {"lora-blocks", CLI_SIZE, &j.lora_blocks, false},
      {"template", CLI_TEXT, &j.template_name, false},
      {"language", CLI_TEXT, &j.language, false},
      {"mask", CLI_TEXT, &j.mask, false},
      {"epochs", CLI_SIZE, &j.epochs, false},
      {"lr", CLI_NUMBER, &j.lr, false},
      {"batch", CLI_SIZE, &j.batch, false},
      {"weight-decay", CLI_NUMBER, &j.weight_decay, false},
      {"valid-share", CLI_NUMBER, &j.valid_share, false},
      {"seed", CLI_SIZE, &j.seed, false},
      {"threads", CLI_SIZE, &j.threads, false},
      {"numerics", CLI_TEXT, &j.numerics, false},
      {"resume", CLI_FLAG, &j.resume, false},
      {"checkpoint-every", CLI_NUMBER, &j.checkpoint_every, false},
      {"quiet", CLI_FLAG, &j.quiet, false},
      {"out", CLI_TEXT, &j.out, false},
      {"dtype", CLI_TEXT, &j.dtype, false},
      {"delta", CLI_TEXT, &j.delta, false},
      {"delta-dtype", CLI_TEXT, &j.delta_dtype, false},
      {"report", CLI_TEXT, &j.report, false},
  };
  if (!cli_parse("instruct", argc, argv, options, sizeof options / sizeof *options))
    return CLI_USAGE;
  afina_error error;
  const afina_status status = instruct(&j, &error);
  afina_instruct_free(j.run);
  afina_instructions_free(j.rows);
  afina_model_free(j.model);
  afina_runtime_free(j.runtime);
  cli_list_free(&j.data);
  return status == AFINA_OK ? CLI_OK : cli_fail("instruct", &error);
}
