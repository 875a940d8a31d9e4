/* The options of afina_model_create and afina_pretraining_create (private to the api layer). */
#ifndef AFINA_API_PRETRAINING_OPTIONS_H
#define AFINA_API_PRETRAINING_OPTIONS_H

#include "corpus.h"
#include "json.h"
#include "pretrain.h"
#include "sha256.h"

typedef struct afina_create_options {
  afina_gpt_config config; /* vocabulary: the most ids */
  uint64_t seed;
  afina_documents documents;
} afina_create_options;

/* A default for every key that is absent; AFINA_E_ARGUMENT names the first that is wrong. */
afina_status afina_create_options_parse(afina_create_options *out, const char *json, size_t size,
                                        afina_error *error);

typedef struct afina_pretraining_options {
  afina_pretrain_options run;
  afina_documents documents;
  double held_out, warmup, decay; /* shares */
  uint64_t measure;               /* updates */
  char text_sha256[AFINA_SHA256_HEX];
} afina_pretraining_options;

/* Likewise, for a model of this shape and a text of this fingerprint. AFINA_E_DATA: of another
 * text. */
afina_status afina_pretraining_options_parse(afina_pretraining_options *out, const afina_gpt *model,
                                             const char text_sha256[AFINA_SHA256_HEX],
                                             const char *json, size_t size, afina_error *error);
/* The same keys, all of them. NULL without memory. */
cJSON *afina_pretraining_options_json(const afina_pretraining_options *options);

#endif
