/* What a fine-tuning run is told: strategy, readout and numbers; their defaults; their JSON. */
#ifndef AFINA_OPTIONS_H
#define AFINA_OPTIONS_H

#include "cache.h"
#include "config.h"
#include "gpt.h"
#include "json.h"
#include "recipe.h"
#include "sha256.h"
#include "status.h"

/* A strategy is what trains and from which block on; the rest is frozen and run once per text. */
typedef enum afina_strategy_kind {
  AFINA_STRATEGY_HEAD,    /* "head": the classification head */
  AFINA_STRATEGY_LAST,    /* "last:K": the last K blocks, the final LayerNorm and the head */
  AFINA_STRATEGY_FULL,    /* "full": everything */
  AFINA_STRATEGY_GRADUAL, /* "gradual": the head, then block by block from the top: gradual.h */
  /* Beside weights that all stay as they are (adapters.h), with the head: */
  AFINA_STRATEGY_LORA,   /* "lora:R": low-rank changes of the matrices */
  AFINA_STRATEGY_PREFIX, /* "prefix:P": P keys and values in every block */
  AFINA_STRATEGY_PROMPT  /* "prompt:P": P vectors in front of each text */
} afina_strategy_kind;

typedef struct afina_strategy {
  afina_strategy_kind kind;
  size_t blocks; /* K of last:K; with LoRA only the top K have it, 0: all */
  size_t size;   /* R of lora:R, P of prefix:P and prompt:P */
} afina_strategy;

enum { AFINA_STRATEGY_NAME = 32 };

/* AFINA_E_ARGUMENT for another word, or for more blocks than the model has. How large R and P may
 * be depends on the model's shape: afina_adapters_check. */
afina_status afina_strategy_parse(afina_strategy *out, const char *name, size_t layers,
                                  afina_error *error);
void afina_strategy_print(const afina_strategy *strategy, char out[AFINA_STRATEGY_NAME]);
/* The first block that trains, at last; L for `head`, which trains none. */
size_t afina_strategy_block(const afina_strategy *strategy, size_t layers);
/* The first parameter that trains, as an offset in the parameter buffer. */
size_t afina_strategy_begin(const afina_strategy *strategy, const afina_gpt *gpt);

/* What goes with lora:R. */
typedef struct afina_lora_options {
  double alpha; /* LoRA's part counts alpha / R times: adapters.h */
  unsigned targets;
} afina_lora_options;

/* The adapters that a strategy trains in a model of so many blocks; none for most. */
afina_adapters afina_strategy_adapters(const afina_strategy *strategy,
                                       const afina_lora_options *lora, size_t layers);
/* Reads {"lora_alpha","lora_targets","lora_blocks"} over what is there, and checks that what the
 * strategy trains fits the model. AFINA_E_ARGUMENT for them beside another strategy. */
afina_status afina_strategy_parse_adapters(afina_strategy *strategy, afina_lora_options *lora,
                                           const cJSON *json, const afina_gpt_config *config,
                                           afina_error *error);
/* Adds the same members where the strategy is lora:R; false without memory. */
bool afina_strategy_print_adapters(const afina_strategy *strategy, const afina_lora_options *lora,
                                   cJSON *json);

typedef struct afina_finetune_options {
  afina_strategy strategy;
  afina_readout readout;
  size_t epochs;   /* at most; early stopping may end the run before */
  size_t patience; /* epochs without a better validation before the run stops; 0: never */
  double lr;       /* peak; AdamW, warm-up over the first tenth of the steps, then a cosine to 0 */
  size_t batch;    /* texts of an update */
  double weight_decay;
  afina_recipe recipe;
  uint64_t seed;       /* of the head's first weights and the order of the texts */
  uint64_t split_seed; /* of the split; by default `seed` */
  double valid_share, test_share;
  bool ngrams;        /* a bag of n-grams beside the network: finetune_bag.h */
  size_t cache_bytes; /* the most that kept activations of frozen blocks may take: as F32, else
                         as F16, else none are kept */
  afina_lora_options lora;
  /* Not in the JSON: */
  size_t memory_bytes;         /* what there is for the whole run; SIZE_MAX: not known */
  afina_store *store;          /* what frozen blocks left for earlier runs, or NULL */
  char base[AFINA_SHA256_HEX]; /* of the weights that the run starts from, where `store` */
} afina_finetune_options;

/* Whether the head alone is fitted to all texts at once (recipe.lbfgs). */
bool afina_finetune_at_once(const afina_finetune_options *options);

/* The adapters that a strategy trains in a model of so many blocks; none for most. */
afina_adapters afina_finetune_adapters(const afina_finetune_options *options, size_t layers);

/* The defaults for `rows` training texts of `classes` classes: the head alone, read at the model's
 * own readout, beside the n-grams. Below 300 rows none is set aside for validation, and L-BFGS
 * finds the head's best place beside a ridge of 2; from there on a tenth validates, and AdamW has a
 * rate of 1e-3. Where AdamW is asked for with few rows, the rate is such that all updates together
 * move a weight by a quarter; for blocks and LoRA by less than a tenth. What chose the ridge, and
 * the factor of the network beside the n-grams (finetune_bag.c): macro-F1 on 500 held-out rows of
 * the train files of ag-news, news-headlines-pt, sms-spam and, with mini, book-reviews-pt; six
 * draws, the head read as `words`, by scikit-learn in place of our own loops. Ridge times rows,
 * times factor:
 *
 *                       50 x 1.5     50 x 2  150 x 1.5    150 x 2  450 x 1.5    450 x 2      AdamW
 *   mini, 8 a class        0.674      0.673      0.674      0.675      0.668      0.672      0.662
 *   mini, 32 a class       0.751      0.747      0.761      0.757      0.766      0.764      0.759
 *   base, 8 a class        0.699      0.701      0.689      0.694      0.658      0.670      0.695
 *   base, 32 a class       0.771      0.766      0.772      0.772      0.764      0.765      0.763
 *
 * 8 labels a class are 16 to 56 rows here, 32 are 64 to 224: so the ridge goes with the rows. With
 * 500 and 2,500 rows and a tenth of them for validation AdamW was as good (0.783 and 0.853 against
 * 0.781 and 0.856 at best).
 *
 * What chose the rates of AdamW: macro-F1 on 500 held-out rows of the train files of ag-news,
 * book-reviews-pt, news-headlines-pt and sms-spam, one draw, weights of an hour before the shipped
 * ones, equal factors of the two parts; head, words, 50 epochs:
 *
 *   rate                      1e-4   2e-4   5e-4   1e-3   2e-3   3e-3   1e-2   3e-2
 *   8 labels a class             -      -  0.663  0.665  0.666  0.665  0.642  0.580
 *   32 labels a class        0.745  0.762  0.762  0.749  0.748  0.740  0.724  0.689
 *     a tenth validates          -      -  0.753      -      -  0.750      -      -
 *   500 rows                 0.822  0.823  0.812      -      -      -      -      -
 *     a tenth validates          -      -  0.825      -      -  0.820      -      -
 *
 * All rows, a tenth validates, one set each: sms-spam head 0.986, last:1 0.972, full 0.981;
 * book-reviews-pt head 0.888 (5e-4) and 0.894 (2e-3), last:1 0.896. 500 rows of ag-news: head 0.842
 * (1e-3), last:1 0.844, full 0.826 (5e-4). Time: 31, 97, 541 s; 57, 297 s; 21, 73, 258 s.
 *
 * The same, two draws, the shipped mini, 500 rows with a tenth for validation; 1e-3, batch 16 and
 * 50 epochs have 0.825: batch 8, 32, 64: 0.823, 0.822, 0.826; 5e-4, 2e-3: 0.827, 0.825; 20, 100
 * epochs: 0.826, 0.824. 2,000 rows of three sets, one draw, batch 32: 5e-4, 1e-3, 2e-3 0.868,
 * 0.865, 0.864; batch 16, 64 0.865, 0.864; 20 epochs 0.867.
 *
 * Blocks that train, without validation: macro-F1 as above, the shipped mini, one draw, mean; rate,
 * epochs (the head alone has 0.675 and 0.778, gradual 0.661 and 0.773):
 *
 *   8 / 32 labels a class   5e-4, 10     1e-3, 10     1e-3, 20     2e-3, 10     2e-3, 30
 *   last:1                0.641 0.770  0.646 0.748  0.637 0.733  0.611 0.715  0.574 0.720
 *   last:2                0.643 0.758  0.615 0.749  0.655 0.724  0.577 0.729  0.588 0.688
 *
 *                           3e-4, 10     3e-4, 20     5e-4, 10     5e-4, 20     1e-3, 30
 *   full                  0.641 0.762  0.641 0.739  0.621 0.738  0.632 0.717  0.562 0.738
 *
 *                           5e-4, 10     5e-4, 30     2e-3, 10     2e-3, 30
 *   lora:8                0.618 0.761  0.639 0.738  0.644 0.730  0.615 0.707
 *
 * What goes far is sure of itself and drowns the n-grams; the networks alone differ less. On
 * another draw of 32 last:2 was best at 2e-3 (0.753; 0.734 at 1e-3), last:1 at 1e-3, all for 10
 * epochs; base, last:1, 8 labels: 0.665 (5e-4, 10), 0.630 (3e-4, 10), 0.621 (2e-3, 30). 500 rows, a
 * tenth validates, one draw, the head 0.827: last:1 0.823 (2e-3, 10), 0.820 (2e-3, 30), 0.818
 * (1e-3, 10), 0.807 (5e-4, 10); batch 8, 32 in place of 16 0.809, 0.803 (30 epochs, where 16 has
 * 0.820); full 0.828 (1e-3, 30), 0.822 (3e-4, 10).
 *
 * gradual, macro-F1 of both parts on 150 held-out rows, 8 labels a class: two draws of ag-news and
 * news-headlines-pt, one of sms-spam and book-reviews-pt; 30 epochs, 3 between openings, mini, one
 * seed, so that differences of 0.03 are chance. The head alone has 0.575.
 *
 *   readout, rate                     mean, 1e-3   mean, 2e-3   words, 5e-4   words, 2e-3
 *   all six                                    -            -         0.557         0.519
 *   first draw of the first two            0.474        0.472         0.532         0.532
 *
 * There the head has 0.544, last:1 0.444. 500 rows of news-headlines-pt, words, 300 held out: 0.528
 * at 5e-4, 0.544 at 2e-3, the head 0.562; the networks alone 0.493, 0.492, 0.468.
 *
 * Adapters, the network alone, macro-F1 on two fifths of the page's samples (support-messages, 97
 * rows; mensagens-de-alunos, 102), mean, 30 epochs, one seed; in brackets the default. Few rows:
 * differences of 0.05 are chance. The head alone has 0.785 and 0.713.
 *
 *   rate                  5e-4            2e-3            5e-3            2e-2            5e-2
 *   lora:8         0.751 0.545     0.751 0.653     0.736 0.671               -               -
 *     beside attn            -     0.683     -               -               -               -
 *     top block              -     0.671 0.515               -               -               -
 *   prefix:8                 -               -     0.651 0.503   [0.729 0.549]    0.709 0.577
 *   prompt:8                 -               -    [0.694 0.550]    0.647 0.543    0.645 0.556
 *
 * CPU time on the first set: head 0.4 s, LoRA 9 s (top block 2.3 s), prefix 8 s, prompt 13 s. */
void afina_finetune_defaults(afina_finetune_options *out, const afina_gpt_config *config,
                             size_t rows, size_t classes);

/* Reads
 * {"strategy","readout","epochs","patience","lr","batch","weight_decay","seed","split_seed",
 * "valid_share","test_share","ngrams","cache_mb"}, those of recipe.h, and with lora:R
 * {"lora_alpha","lora_targets","lora_blocks"}: what is absent or null is the default for the data;
 * so is 0 for epochs, lr and batch. Unknown keys, wrong types and values out of range are
 * AFINA_E_ARGUMENT, by name. */
afina_status afina_finetune_options_parse(afina_finetune_options *out, const cJSON *json,
                                          const afina_gpt_config *config, size_t rows,
                                          size_t classes, afina_error *error);
/* The same document, complete. NULL without memory. */
cJSON *afina_finetune_options_json(const afina_finetune_options *options);

#endif
