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
 * to be held out.
 *
 * Held-out loss of a fifth of the rows of general-pt (web/course/data), afina-mini, ten epochs, one
 * seed: the least of all epochs, the last; in brackets the default's rate. Before it is 4.42.
 *
 *   lora:8     5e-4: 2.56 2.56   [2e-3]: 2.48 2.56   5e-3: 2.36 2.66
 *   full       2e-4: 2.46 2.54
 *   prefix:16  5e-3: 3.97 3.97   [2e-2]: 3.49 3.49   (six epochs)
 *
 * CPU time with the defaults: dialect-pt (60 rows, 20 epochs) 11 s, brand-pt (36 rows) 12 s. */
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
