/* What a fine-tuning run takes of memory, known before it begins (private to the train layer).
 *
 * All of it is allocated before the first step of training: the model that is tuned when
 * the run is made, what depends on the texts, optimizer included, once they are tokens. */
#ifndef AFINA_FINETUNE_NEED_H
#define AFINA_FINETUNE_NEED_H

#include "cache.h"
#include "labeled.h"
#include "options.h"

/* Bytes of a data set's texts. */
size_t afina_finetune_text_bytes(const afina_dataset *data);

/* What of the data decides. */
typedef struct afina_finetune_shape {
  size_t classes;
  size_t rows;      /* of the data set, usable or not */
  size_t tokens;    /* of all texts, cut to the context */
  size_t different; /* tokens that occur; 0: not known */
  size_t longest;   /* tokens of the longest text, cut to the context */
  size_t tested;    /* rows of the test part */
  size_t bytes;     /* of all texts: how many n-grams there are follows from it, roughly */
} afina_finetune_shape;

/* Bytes; SIZE_MAX where a size_t cannot hold them. */
typedef struct afina_finetune_need {
  size_t weights;   /* of the tuned model, of the best epoch what trains, and, where that is little,
                       what is needed to take the tuned model out; the model that the run starts
                       from is not counted */
  size_t gradients; /* of what trains, but for embeddings that no text reads */
  size_t moments;   /* two of each gradient */
  size_t activations; /* of the largest part of a batch, for training and evaluation alike */
  size_t cache;       /* activations of frozen blocks, kept for all texts */
  size_t store;       /* what the run may add to options->store: nothing where memory is short */
  size_t ngrams;      /* while their weights are learned: estimated, others are exact */
  size_t texts;       /* tokens, order of the rows, answers */
  size_t total;
  afina_cache_kind cache_kind; /* at the boundary where it is coarsest */
  size_t tokens_at_once;       /* the most tokens that are run at a time */
  size_t texts_at_once;
} afina_finetune_need;

enum { AFINA_EVALUATE_TEXTS = 64 }; /* at most, in a batch that is only run forward */

/* How many tokens take about 50 milliseconds in a page, forward only or with the way back. */
size_t afina_finetune_tokens_at_once(const afina_gpt_config *config, size_t threads, bool backward);

/* What there is for a run, and what its store would give back. SIZE_MAX: not known. */
size_t afina_finetune_room(const afina_finetune_options *options);

/* `config` is that of the model that the run starts from. AFINA_E_MEMORY only. */
afina_status afina_finetune_measure(afina_finetune_need *out, const afina_gpt_config *config,
                                    const afina_finetune_options *options, size_t threads,
                                    const afina_finetune_shape *shape, afina_error *error);

/* Fails with what the run takes, what there is (options->memory_bytes; SIZE_MAX: not known) and
 * which strategies would take less. Returns AFINA_E_MEMORY. */
afina_status afina_finetune_refuse(const afina_finetune_need *need, const afina_gpt_config *config,
                                   const afina_finetune_options *options, size_t threads,
                                   const afina_finetune_shape *shape, afina_error *error);

#endif
