#ifndef AFINA_CLI_FOLDER_H
#define AFINA_CLI_FOLDER_H

#include "afina.h"
#include "tokenizer.h"

/* threads, numerics: the options of these names; 0 and NULL where they were not given. */
afina_status cli_create_runtime(afina_runtime **out, size_t threads, const char *numerics,
                                afina_error *error);
/* The tokenizer of a file, or where path is NULL of a folder; free with afina_tokenizer_free. */
afina_status cli_read_tokenizer(afina_tokenizer **out, const char *path, const char *folder,
                                afina_error *error);
/* Reads config.json, model.safetensors and tokenizer.json. */
afina_status cli_load_model(afina_model **out, const char *folder, afina_error *error);
/* What `delta`, a file (NULL: none), makes of the model in the folder. */
afina_status cli_load_with_delta(afina_model **out, const char *folder, const char *delta,
                                 afina_error *error);
/* Writes them; dtype is "f32", "f16" or "i8". */
afina_status cli_save_model(const afina_model *model, const char *folder, const char *dtype,
                            afina_error *error);

#endif
