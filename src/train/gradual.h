/* What trains when: the strategy's blocks all along, or, `gradual`, first the head alone and then
 * block by block from the top (ULMFiT; Howard and Ruder, 2018). Each opening begins a training of
 * its own, with warm-up, cosine and moments of zero; the lowest one takes all epochs that are left.
 *
 * The embeddings stay as they are. A table's row gets a gradient from the few texts that have its
 * token only, so that words which training never saw would be left behind; it would double what is
 * held in memory (gradients, moments, best epoch); and its rate would be the lowest of all. */
#ifndef AFINA_GRADUAL_H
#define AFINA_GRADUAL_H

#include "options.h"

/* Epochs between two openings where none are given: so that the lowest training has half of all, or
 * as near as whole epochs come; at least 1. */
size_t afina_gradual_default(size_t epochs, size_t layers);

/* The first block that trains in `epoch` (from 1); L where the head alone does. */
size_t afina_gradual_block(const afina_finetune_options *options, size_t layers, size_t epoch);
/* The first parameter that trains in `epoch`, as an offset in the parameter buffer. */
size_t afina_gradual_begin(const afina_finetune_options *options, const afina_gpt *gpt,
                           size_t epoch);
/* How many epochs, from `epoch` on, train what `epoch` does. */
size_t afina_gradual_epochs(const afina_finetune_options *options, size_t layers, size_t epoch);

#endif
