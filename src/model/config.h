/* The model's configuration, in the form of Hugging Face's config.json for GPT-2.
 *
 *     afina_gpt_config config;
 *     afina_labels labels;
 *     if (!afina_gpt_config_parse(&config, &labels, json, size, &error)) ...
 *     afina_labels_free(&labels);
 *
 * Whatever in the file would change the mathematics and is not what Afina computes is refused, by
 * the key's name; keys without influence on it (dropout, generation settings) are ignored. */
#ifndef AFINA_CONFIG_H
#define AFINA_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory.h"
#include "status.h"

/* Where the classification head reads a text. The numbers are frozen: they cross to JavaScript. */
typedef enum afina_readout {
  AFINA_READOUT_LAST = 0,    /* the last token of the text */
  AFINA_READOUT_MEAN = 1,    /* the mean over the tokens of the text */
  AFINA_READOUT_SPECIAL = 2, /* an end-of-text token put behind the text */
  AFINA_READOUT_WORDS = 3 /* the mean over the tokens, and beside it the mean of their embeddings */
} afina_readout;

/* The largest configuration that is accepted; kernels.h adds AFINA_MAX_CONTEXT and
 * AFINA_MAX_HEAD_SIZE. */
enum {
  AFINA_MAX_VOCABULARY = 1000000,
  AFINA_MAX_LAYERS = 200,
  AFINA_MAX_CHANNELS = 16384,
  AFINA_MAX_INNER = 8 * AFINA_MAX_CHANNELS,
  AFINA_MAX_CLASSES = 10000
};

/* Which of a block's matrices LoRA goes beside: bits, added up. */
enum {
  AFINA_LORA_QKV = 1,  /* attn.c_attn */
  AFINA_LORA_OUT = 2,  /* attn.c_proj */
  AFINA_LORA_UP = 4,   /* mlp.c_fc */
  AFINA_LORA_DOWN = 8, /* mlp.c_proj */
  AFINA_LORA_ATTENTION = AFINA_LORA_QKV | AFINA_LORA_OUT,
  AFINA_LORA_MLP = AFINA_LORA_UP | AFINA_LORA_DOWN,
  AFINA_LORA_ALL = AFINA_LORA_ATTENTION | AFINA_LORA_MLP
};

/* What a model has learned beside weights that stay as they are (adapters.h). All zero:
 * nothing. */
typedef struct afina_adapters {
  size_t rank;      /* R of LoRA; 0: none */
  double alpha;     /* LoRA's part counts alpha / R times */
  unsigned targets; /* of LoRA: AFINA_LORA_... */
  size_t first;     /* the lowest block that has LoRA */
  size_t prefix;    /* keys and values in front of each text, in every block */
  size_t prompt;    /* input vectors in front of each text; they take places of the context */
} afina_adapters;

/* "attn", "mlp", "all" ("none" for other sets); and back (AFINA_E_ARGUMENT for another word). */
const char *afina_lora_targets_name(unsigned targets);
afina_status afina_lora_targets_parse(unsigned *out, const char *name, afina_error *error);

enum { AFINA_FORM_NAME = 16 };

/* The template in which a language model has learned to answer (data/instructions.h); empty: none.
 * What a file says is not looked up here. */
typedef struct afina_form {
  char name[AFINA_FORM_NAME], language[AFINA_FORM_NAME];
} afina_form;

typedef struct afina_gpt_config {
  size_t vocabulary; /* V */
  size_t context;    /* T, the most tokens in a text */
  size_t channels;   /* C, a multiple of heads */
  size_t layers;     /* L */
  size_t heads;      /* H */
  size_t inner;      /* F, the width of the MLP */
  size_t classes;    /* 0: a language model without a classification head; else at least 2 */
  afina_readout readout;
  afina_adapters adapters;
  afina_form form; /* of a language model */
} afina_gpt_config;

/* The names of the classes, in the order of their ids. */
typedef struct afina_labels {
  char **names;
  size_t count;
} afina_labels;

void afina_labels_free(afina_labels *labels);

/* AFINA_E_ARGUMENT or AFINA_E_LIMIT where a size is zero, above its limit or does not fit the
 * others. */
afina_status afina_gpt_config_check(const afina_gpt_config *config, afina_error *error);

/* AFINA_E_ARGUMENT where the adapters do not fit the rest of the config, which is fine. */
afina_status afina_adapters_check(const afina_gpt_config *config, afina_error *error);

/* Reads a config.json (hostile input). `labels` may be NULL. On success labels->count ==
 * out->classes: both are 0 where "architectures" names another model than
 * GPT2ForSequenceClassification. AFINA_E_FORMAT: damaged; AFINA_E_UNSUPPORTED: another architecture
 * or variant; AFINA_E_LIMIT: too large. */
afina_status afina_gpt_config_parse(afina_gpt_config *out, afina_labels *labels, const void *json,
                                    size_t size, afina_error *error);

/* Writes a config.json that transformers loads: as GPT2ForSequenceClassification where
 * config->classes > 0 (whose score it knows as [K, C] only, not as AFINA_READOUT_WORDS has it),
 * else as GPT2LMHeadModel. `labels` may be NULL for a language model; else labels->count ==
 * config->classes. */
afina_status afina_gpt_config_print(const afina_gpt_config *config, const afina_labels *labels,
                                    uint32_t end_of_text, afina_bytes *out, afina_error *error);

/* What the classification head takes of a text: C values, or 2C for AFINA_READOUT_WORDS. */
static inline size_t afina_readout_width(const afina_gpt_config *config) {
  return (config->readout == AFINA_READOUT_WORDS ? 2 : 1) * config->channels;
}

static inline bool afina_has_adapters(const afina_gpt_config *config) {
  return config->adapters.rank || config->adapters.prefix || config->adapters.prompt;
}

/* The most tokens that a text may have beside the prompt. */
static inline size_t afina_text_context(const afina_gpt_config *config) {
  return config->context - config->adapters.prompt;
}

/* "last", "mean", "special", "words"; and back (AFINA_E_ARGUMENT for another word). */
const char *afina_readout_name(afina_readout readout);
afina_status afina_readout_parse(afina_readout *out, const char *name, afina_error *error);

#endif
