/* What a fine-tuning run is told: strategy, readout and numbers; their defaults; their JSON. */
#ifndef AFINA_OPTIONS_H
#define AFINA_OPTIONS_H

#include "config.h"
#include "gpt.h"
#include "json.h"
#include "status.h"

/* A strategy is what trains and from which block on; the rest is frozen and run once per text. */
typedef enum afina_strategy_kind {
  AFINA_STRATEGY_HEAD, /* "head": the classification head */
  AFINA_STRATEGY_LAST, /* "last:K": the last K blocks, the final LayerNorm and the head */
  AFINA_STRATEGY_FULL  /* "full": everything */
} afina_strategy_kind;

typedef struct afina_strategy {
  afina_strategy_kind kind;
  size_t blocks; /* K of last:K */
} afina_strategy;

enum { AFINA_STRATEGY_NAME = 32 };

/* AFINA_E_ARGUMENT for another word, or for more blocks than the model has. */
afina_status afina_strategy_parse(afina_strategy *out, const char *name, size_t layers,
                                  afina_error *error);
void afina_strategy_print(const afina_strategy *strategy, char out[AFINA_STRATEGY_NAME]);
/* The first block that trains; L for `head`, which trains none. */
size_t afina_strategy_block(const afina_strategy *strategy, size_t layers);
/* The first parameter that trains, as an offset in the parameter buffer. */
size_t afina_strategy_begin(const afina_strategy *strategy, const afina_gpt *gpt);

typedef struct afina_finetune_options {
  afina_strategy strategy;
  afina_readout readout;
  size_t epochs;   /* at most; early stopping may end the run before */
  size_t patience; /* epochs without a better validation before the run stops; 0: never */
  double lr;       /* peak; AdamW, warm-up over the first tenth of the steps, then a cosine to 0 */
  size_t batch;    /* texts of an update */
  double weight_decay;
  uint64_t seed; /* of the split, the head's first weights and the order of the texts */
  double valid_share, test_share;
  bool ngrams;         /* a bag of n-grams beside the network: finetune_bag.h */
  size_t cache_bytes;  /* the most that kept activations of frozen blocks may take: as F32, else
                          as F16, else none are kept */
  size_t memory_bytes; /* what there is for the whole run; SIZE_MAX: not known. Not in the JSON */
} afina_finetune_options;

/* The defaults for `rows` training texts of `classes` classes: below 65 rows the head alone, read
 * at the model's own readout, without a validation part; from there on full fine-tuning, with
 * epochs and batch by the number of rows. What chose them: afina-mini, one draw, macro-F1 on 500
 * held-out rows of the train files of ag-news, banking77, book-reviews-pt, news-headlines-pt,
 * sms-spam:
 *
 *   8 labels a class (16 to 616 rows)                                                        mean
 *   full, last, lr 1e-3, validation 0.1    0.394  0.527  0.453  0.235  0.895                0.501
 *   full, mean, lr 1e-3, validation 0.1    0.533  0.588  0.478  0.295  0.862                0.551
 *   head, mean, lr 1e-2, validation 0.1    0.463  0.388  0.467  0.298  0.877                0.499
 *   head, mean, lr 1e-2, no validation     0.641  0.435  0.616  0.283  0.886                0.572
 *   head, words, lr 1e-2, no validation    0.665  0.508  0.625  0.309  0.897                0.601
 *   32 labels a class, ag-news (128 rows): head, mean 0.647; full, mean 0.674, without validation
 *   0.703; full, words, without validation 0.624. */
void afina_finetune_defaults(afina_finetune_options *out, const afina_gpt_config *config,
                             size_t rows, size_t classes);

/* Reads
 * {"strategy","readout","epochs","patience","lr","batch","weight_decay","seed","valid_share",
 * "test_share","ngrams","cache_mb"}: what is absent or null is the default for the data; so is 0
 * for epochs, lr and batch. Unknown keys, wrong types and values out of range are AFINA_E_ARGUMENT,
 * by name. */
afina_status afina_finetune_options_parse(afina_finetune_options *out, const cJSON *json,
                                          const afina_gpt_config *config, size_t rows,
                                          size_t classes, afina_error *error);
/* The same document, complete. NULL without memory. */
cJSON *afina_finetune_options_json(const afina_finetune_options *options);

#endif
