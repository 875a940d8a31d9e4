/* Pairs of passages for the contrastive part of pretraining, and their share of an update's
 * gradient. Two passages of a document that overlap or stand side by side belong together (as in
 * DeCLUTR, Giorgi et al., 2021, and cpt-text, Neelakantan et al., 2022); the other passages of the
 * batch are the ones to be told apart from. */
#ifndef AFINA_CONTRASTIVE_H
#define AFINA_CONTRASTIVE_H

#include "pretrain.h"

typedef struct afina_contrastive afina_contrastive;

/* `run` must outlive it; its lanes do the work. AFINA_E_DATA where a stream of any weight has no
 * document of two passages. */
afina_status afina_contrastive_create(afina_contrastive **out, const afina_pretrain *run,
                                      afina_error *error);
void afina_contrastive_free(afina_contrastive *contrastive);

/* Draws a batch of pairs for each part that the options ask for, ADDS the gradient of its loss
 * times its weight to the lanes' gradients, and fills loss->contrast and loss->words. All lanes
 * take part.
 */
afina_status afina_contrastive_step(afina_contrastive *contrastive, afina_pretrain *run,
                                    afina_pretrain_loss *loss, afina_error *error);

/* The same for the passages' token embeddings alone: loss->words and the first lane's gradient. */
void afina_contrastive_words(afina_contrastive *contrastive, afina_pretrain *run,
                             afina_pretrain_loss *loss);

#endif
