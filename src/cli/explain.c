/* afina explain: which words did it. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "folder.h"

typedef struct job {
  const char *folder, *text, *label, *numerics;
  size_t threads;
  bool quick;
  afina_runtime *runtime;
  afina_model *model;
} job;

static afina_status find_class(const job *j, size_t *class, afina_error *error) {
  *class = AFINA_PREDICTED;
  if (!j->label) return AFINA_OK;
  const size_t K = afina_model_classes(j->model);
  for (size_t k = 0; k < K; k++)
    if (strcmp(afina_model_label(j->model, k), j->label) == 0) *class = k;
  if (*class != AFINA_PREDICTED) return AFINA_OK;
  return afina_fail(error, AFINA_E_ARGUMENT, "'%s' is none of the model's %zu classes", j->label,
                    K);
}

static afina_status explain(job *j, afina_error *error) {
  size_t class;
  afina_bytes json;
  if (!j->text) return afina_fail(error, AFINA_E_ARGUMENT, "give a TEXT");
  AFINA_TRY(cli_create_runtime(&j->runtime, j->threads, j->numerics, error));
  AFINA_TRY(cli_load_model(&j->model, j->folder, error));
  AFINA_TRY(find_class(j, &class, error));
  AFINA_TRY(afina_explain(j->runtime, j->model, j->text, strlen(j->text), class, 0,
                          j->quick ? 0 : SIZE_MAX, &json, error));
  fwrite(json.data, 1, json.size, stdout);
  putchar('\n');
  afina_bytes_free(&json);
  return AFINA_OK;
}

int cli_explain(int argc, char **argv) {
  job j = {0};
  const cli_option options[] = {
      {"model", CLI_TEXT, &j.folder, true},         {"class", CLI_TEXT, &j.label, false},
      {"gradient-only", CLI_FLAG, &j.quick, false}, {"threads", CLI_SIZE, &j.threads, false},
      {"numerics", CLI_TEXT, &j.numerics, false},   {"", CLI_TEXT, &j.text, false},
  };
  if (!cli_parse("explain", argc, argv, options, sizeof options / sizeof *options))
    return CLI_USAGE;
  afina_error error;
  const afina_status status = explain(&j, &error);
  afina_model_free(j.model);
  afina_runtime_free(j.runtime);
  return status == AFINA_OK ? CLI_OK : cli_fail("explain", &error);
}
