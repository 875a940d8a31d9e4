/* afina nano: pretraining on one text, as the course's page does it, to the same bits. In --out lie
 * the model's folder and a checkpoint of the same files as the page's: config.json, tokenizer.json,
 * state.safetensors, text.txt and options.json. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "afina.h"
#include "cli.h"
#include "folder.h"
#include "json.h"

typedef struct job {
  const char *text_path, *out, *model_folder, *sizes, *options, *numerics;
  size_t stop, threads;
  bool resume;
  afina_runtime *runtime;
  afina_model *model;
  afina_bytes text, given; /* given: the run's options */
  afina_pretraining *run;
  afina_update at;
} job;

/* "options" of options.json, which the page writes too. */
static afina_status read_options(job *j, afina_error *error) {
  afina_bytes bytes = {0};
  cJSON *json = NULL;
  AFINA_TRY(cli_read_in(&bytes, j->out, "options.json", error));
  afina_status status = afina_json_parse(&json, bytes.data, bytes.size, "options.json", error);
  afina_bytes_free(&bytes);
  if (status != AFINA_OK) return status;
  const cJSON *options = afina_json_member(json, "options");
  status = options ? afina_json_print(options, false, &j->given, error)
                   : afina_fail(error, AFINA_E_FORMAT, "options.json has no 'options'");
  cJSON_Delete(json);
  return status;
}

static afina_status resume(job *j, afina_error *error) {
  afina_bytes config = {0}, tokenizer = {0}, state = {0};
  afina_status status = read_options(j, error);
  if (status == AFINA_OK) status = cli_read_in(&j->text, j->out, "text.txt", error);
  if (status == AFINA_OK) status = cli_read_in(&config, j->out, "config.json", error);
  if (status == AFINA_OK) status = cli_read_in(&tokenizer, j->out, "tokenizer.json", error);
  if (status == AFINA_OK) status = cli_read_in(&state, j->out, "state.safetensors", error);
  if (status == AFINA_OK)
    status = afina_model_load(&j->model, config.data, config.size, state.data, state.size,
                              tokenizer.data, tokenizer.size, error);
  if (status == AFINA_OK)
    status = afina_pretraining_resume(&j->run, j->runtime, j->model, (const char *)j->text.data,
                                      j->text.size, (const char *)j->given.data, j->given.size,
                                      state.data, state.size, error);
  afina_bytes_free(&config);
  afina_bytes_free(&tokenizer);
  afina_bytes_free(&state);
  return status;
}

static afina_status begin(job *j, afina_error *error) {
  if (!j->text_path) return afina_fail(error, AFINA_E_ARGUMENT, "--text is missing");
  AFINA_TRY(cli_read_file(&j->text, j->text_path, error));
  const char *text = (const char *)j->text.data;
  AFINA_TRY(j->model_folder ? cli_load_model(&j->model, j->model_folder, error)
                            : afina_model_create(&j->model, text, j->text.size, j->sizes,
                                                 strlen(j->sizes), error));
  return afina_pretraining_create(&j->run, j->runtime, j->model, text, j->text.size, j->options,
                                  strlen(j->options), error);
}

static afina_status train(job *j, afina_error *error) {
  AFINA_TRY(afina_pretraining_measure(j->run, &j->at, error));
  for (size_t i = 0; !j->at.done && (j->stop == 0 || i < j->stop); i++) {
    AFINA_TRY(afina_pretraining_step(j->run, &j->at, error));
    if (j->at.held_out >= 0)
      fprintf(stderr, "step %llu of %llu: train %.4f, held out %.4f\n",
              (unsigned long long)j->at.step, (unsigned long long)j->at.steps, j->at.loss,
              j->at.held_out);
  }
  return AFINA_OK;
}

/* All files or none. */
static afina_status save(job *j, afina_error *error) {
  enum { CONFIG, WEIGHTS, TOKENIZER, STATE, OPTIONS, FILES };
  static const char *const names[FILES] = {"config.json", "model.safetensors", "tokenizer.json",
                                           "state.safetensors", "options.json"};
  afina_bytes files[FILES] = {{0}};
  char *paths[FILES + 1] = {0};
  afina_model *model = NULL;
  afina_status status = afina_pretraining_model(j->run, &model, error);
  for (int i = CONFIG; i <= TOKENIZER && status == AFINA_OK; i++)
    status = afina_model_save(model, (afina_file)i, &files[i], error);
  if (status == AFINA_OK) status = afina_pretraining_checkpoint(j->run, &files[STATE], error);
  if (status == AFINA_OK) status = afina_pretraining_describe(j->run, &files[OPTIONS], error);
  if (status == AFINA_OK) status = cli_make_folder(j->out, error);
  bool fine = true;
  for (int i = 0; i <= FILES; i++) {
    paths[i] = cli_join(j->out, i < FILES ? names[i] : "text.txt");
    fine = fine && paths[i];
  }
  if (status == AFINA_OK && !fine) status = afina_fail_memory(error);
  if (status == AFINA_OK) status = cli_write_all((const char *const *)paths, files, FILES, error);
  if (status == AFINA_OK && !j->resume)
    status = cli_write_file(paths[FILES], j->text.data, j->text.size, error);
  for (int i = 0; i < FILES; i++) afina_bytes_free(&files[i]);
  for (int i = 0; i <= FILES; i++) free(paths[i]);
  afina_model_free(model);
  return status;
}

static afina_status work(job *j, afina_error *error) {
  AFINA_TRY(cli_check_folder(j->out, error));
  AFINA_TRY(cli_create_runtime(&j->runtime, j->threads, j->numerics, error));
  AFINA_TRY(j->resume ? resume(j, error) : begin(j, error));
  AFINA_TRY(train(j, error));
  AFINA_TRY(save(j, error));
  printf("{\"step\":%llu,\"steps\":%llu,\"tokens\":%llu,\"loss\":%.6f}\n",
         (unsigned long long)j->at.step, (unsigned long long)j->at.steps,
         (unsigned long long)j->at.tokens, j->at.loss);
  return AFINA_OK;
}

int cli_nano(int argc, char **argv) {
  job j = {.sizes = "", .options = ""};
  const cli_option options[] = {
      {"text", CLI_TEXT, &j.text_path, false},     {"out", CLI_TEXT, &j.out, true},
      {"model", CLI_TEXT, &j.model_folder, false}, {"sizes", CLI_TEXT, &j.sizes, false},
      {"options", CLI_TEXT, &j.options, false},    {"stop", CLI_SIZE, &j.stop, false},
      {"resume", CLI_FLAG, &j.resume, false},      {"threads", CLI_SIZE, &j.threads, false},
      {"numerics", CLI_TEXT, &j.numerics, false}};
  if (!cli_parse("nano", argc, argv, options, sizeof options / sizeof *options)) return CLI_USAGE;
  afina_error error;
  const afina_status status = work(&j, &error);
  afina_pretraining_free(j.run);
  afina_model_free(j.model);
  afina_runtime_free(j.runtime);
  afina_bytes_free(&j.text);
  afina_bytes_free(&j.given);
  return status == AFINA_OK ? CLI_OK : cli_fail("nano", &error);
}
