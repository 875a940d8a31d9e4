/* What an instruction-tuning run is told; its defaults; its JSON. */
#ifndef AFINA_INSTRUCT_OPTIONS_H
#define AFINA_INSTRUCT_OPTIONS_H

#include "instructions.h"
#include "options.h"

typedef struct afina_instruct_options {
  afina_strategy strategy; /* full, last:K, lora:R, prefix:P, prompt:P */
  afina_lora_options lora;
  const char *template_name, *language; /* constants of templates.c; rows may have a language */
  bool counts_all; /* the loss counts every token, not those of the response alone */
  size_t epochs;
  size_t batch; /* rows of an update */
  double lr;    /* peak; AdamW, warm-up over the first tenth of the updates, then a cosine to 0 */
  double weight_decay;
  double valid_share; /* of the rows, where none were given to be held out */
  uint64_t seed;      /* of the held-out rows, the adapters' first weights and the order of rows */
} afina_instruct_options;

/* The defaults for so many rows: LoRA of rank 8 beside all matrices. `has_valid`: some were given
 * to be held out. */
void afina_instruct_defaults(afina_instruct_options *out, size_t rows, bool has_valid);
/* Reads {"strategy","lora_alpha","lora_targets","lora_blocks","template","language","mask":
 * "response"|"all","epochs","batch","lr","weight_decay","valid_share","seed"}: what is absent or
 * null is the default; so is 0 for epochs, lr and batch. Unknown keys, wrong types and values out
 * of range are AFINA_E_ARGUMENT, by name. */
afina_status afina_instruct_options_parse(afina_instruct_options *out, const cJSON *json,
                                          const afina_gpt_config *config, size_t rows,
                                          bool has_valid, afina_error *error);
/* The same document, complete. NULL without memory. */
cJSON *afina_instruct_options_json(const afina_instruct_options *options);

#endif
