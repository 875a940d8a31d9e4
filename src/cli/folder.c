/* Model folders. */
#include <stdlib.h>

#include "cli.h"
#include "folder.h"

afina_status cli_load_model(afina_model **out, const char *folder, afina_error *error) {
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

static afina_status save(const char *folder, const char *name, afina_status made,
                         afina_bytes *bytes, afina_error *error) {
  if (made != AFINA_OK) return made;
  const afina_status status = cli_write_in(folder, name, bytes, error);
  afina_bytes_free(bytes);
  return status;
}

afina_status cli_save_model(const afina_model *model, const char *folder, const char *dtype,
                            afina_error *error) {
  afina_bytes bytes = {0};
  AFINA_TRY(cli_make_folder(folder, error));
  AFINA_TRY(save(folder, "config.json", afina_model_save(model, AFINA_FILE_CONFIG, &bytes, error),
                 &bytes, error));
  AFINA_TRY(save(folder, "tokenizer.json",
                 afina_model_save(model, AFINA_FILE_TOKENIZER, &bytes, error), &bytes, error));
  return save(folder, "model.safetensors", afina_model_save_weights(model, dtype, &bytes, error),
              &bytes, error);
}
