/* Model folders. */
#include <stdlib.h>
#include <sys/stat.h>

#include "cli.h"
#include "folder.h"

afina_status cli_create_runtime(afina_runtime **out, size_t threads, const char *numerics,
                                afina_error *error) {
  afina_runtime *runtime = NULL;
  AFINA_TRY(afina_runtime_create(&runtime, threads, error));
  const afina_status status =
      numerics ? afina_runtime_set_numerics(runtime, numerics, error) : AFINA_OK;
  if (status == AFINA_OK)
    *out = runtime;
  else
    afina_runtime_free(runtime);
  return status;
}

afina_status cli_read_tokenizer(afina_tokenizer **out, const char *path, const char *folder,
                                afina_error *error) {
  afina_bytes json = {0};
  AFINA_TRY(path ? cli_read_file(&json, path, error)
                 : cli_read_in(&json, folder, "tokenizer.json", error));
  const afina_status status = afina_tokenizer_parse(out, json.data, json.size, error);
  afina_bytes_free(&json);
  return status;
}

afina_status cli_load_model(afina_model **out, const char *folder, afina_error *error) {
  struct stat found;
  if (stat(folder, &found) != 0 || !S_ISDIR(found.st_mode))
    return afina_fail(error, AFINA_E_FORMAT,
                      "%s: there is no such folder; a model is a folder with config.json, "
                      "model.safetensors and tokenizer.json",
                      folder);
  afina_bytes config = {0}, weights = {0}, tokenizer = {0};
  afina_status status = cli_read_in(&config, folder, "config.json", error);
  if (status == AFINA_OK) status = cli_read_in(&weights, folder, "model.safetensors", error);
  if (status == AFINA_OK) status = cli_read_in(&tokenizer, folder, "tokenizer.json", error);
  if (status == AFINA_OK)
    status = afina_model_load(out, config.data, config.size, weights.data, weights.size,
                              tokenizer.data, tokenizer.size, error);
  afina_bytes_free(&config);
  afina_bytes_free(&weights);
  afina_bytes_free(&tokenizer);
  return status;
}

afina_status cli_load_with_delta(afina_model **out, const char *folder, const char *delta,
                                 afina_error *error) {
  if (!delta) return cli_load_model(out, folder, error);
  afina_model *base = NULL;
  afina_bytes bytes = {0};
  afina_error reason;
  AFINA_TRY(cli_read_file(&bytes, delta, error));
  afina_status status = cli_load_model(&base, folder, error);
  if (status == AFINA_OK &&
      afina_model_load_delta(out, base, bytes.data, bytes.size, &reason) != AFINA_OK)
    status = afina_fail(error, reason.status, "%s: %s", delta, reason.message);
  afina_model_free(base);
  afina_bytes_free(&bytes);
  return status;
}

enum { FILES = 3 };

static afina_status make_files(const afina_model *model, const char *dtype, afina_bytes *files,
                               afina_error *error) {
  AFINA_TRY(afina_model_save_weights(model, dtype, &files[0], error));
  AFINA_TRY(afina_model_save(model, AFINA_FILE_CONFIG, &files[1], error));
  return afina_model_save(model, AFINA_FILE_TOKENIZER, &files[2], error);
}

/* All files are made before one is written: a folder holds one model, never parts of two. */
afina_status cli_save_model(const afina_model *model, const char *folder, const char *dtype,
                            afina_error *error) {
  static const char *const names[FILES] = {"model.safetensors", "config.json", "tokenizer.json"};
  afina_bytes files[FILES] = {{0}};
  char *paths[FILES] = {NULL};
  afina_status status = make_files(model, dtype, files, error);
  if (status == AFINA_OK) status = cli_make_folder(folder, error);
  for (int i = 0; i < FILES && status == AFINA_OK; i++) {
    paths[i] = cli_join(folder, names[i]);
    if (!paths[i]) status = afina_fail_memory(error);
  }
  if (status == AFINA_OK) status = cli_write_all((const char *const *)paths, files, FILES, error);
  for (int i = 0; i < FILES; i++) {
    free(paths[i]);
    afina_bytes_free(&files[i]);
  }
  return status;
}
