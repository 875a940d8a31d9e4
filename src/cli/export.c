/* afina export. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "folder.h"

typedef struct job {
  const char *model_path, *delta, *base_path, *format, *dtype, *out;
  afina_model *model, *base;
} job;

static afina_status export_folder(job *j, afina_error *error) {
  AFINA_TRY(cli_check_folder(j->out, error));
  AFINA_TRY(cli_load_with_delta(&j->model, j->model_path, j->delta, error));
  return cli_save_model(j->model, j->out, j->dtype, error);
}

static afina_status export_delta(job *j, afina_error *error) {
  afina_bytes bytes;
  AFINA_TRY(cli_check_file(j->out, error));
  AFINA_TRY(cli_load_model(&j->model, j->model_path, error));
  AFINA_TRY(cli_load_model(&j->base, j->base_path, error));
  AFINA_TRY(afina_model_delta(j->model, j->base, &bytes, error));
  const afina_status status = cli_write_file(j->out, bytes.data, bytes.size, error);
  afina_bytes_free(&bytes);
  return status;
}

int cli_export(int argc, char **argv) {
  job j = {.format = "hf"};
  const cli_option options[] = {
      {"model", CLI_TEXT, &j.model_path, true}, {"delta", CLI_TEXT, &j.delta, false},
      {"base", CLI_TEXT, &j.base_path, false},  {"format", CLI_TEXT, &j.format, false},
      {"dtype", CLI_TEXT, &j.dtype, false},     {"out", CLI_TEXT, &j.out, true},
  };
  if (!cli_parse("export", argc, argv, options, sizeof options / sizeof *options)) return CLI_USAGE;
  const bool delta = strcmp(j.format, "delta") == 0;
  if (!delta && strcmp(j.format, "hf") != 0) {
    fprintf(stderr,
            "afina export: format '%s': there are hf (a Hugging Face folder) and delta (only what "
            "trained)\n",
            j.format);
    return CLI_USAGE;
  }
  if (delta ? !j.base_path || j.delta || j.dtype : j.base_path != NULL) {
    fprintf(stderr, "afina export: --base goes with --format delta, --delta and --dtype with hf\n");
    return CLI_USAGE;
  }
  if (!j.dtype) j.dtype = "f32";
  afina_error error;
  const afina_status status = delta ? export_delta(&j, &error) : export_folder(&j, &error);
  afina_model_free(j.base);
  afina_model_free(j.model);
  return status == AFINA_OK ? CLI_OK : cli_fail("export", &error);
}
