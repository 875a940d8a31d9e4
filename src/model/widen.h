/* A model twice as wide that computes the same: what a small model has learned, as the beginning of
 * a larger one (Net2Net, Chen et al., 2016; for transformers as in HyperCloning, Samragh et al.,
 * 2024). */
#ifndef AFINA_WIDEN_H
#define AFINA_WIDEN_H

#include "gpt.h"

/* 2C channels, 2H heads of the same size, an MLP of 2F. The model must have neither adapters nor a
 * head, else AFINA_E_ARGUMENT. Every channel stands twice; where a matrix halves what it reads of
 * both, a random part that the copies of a channel have with opposite signs makes the two halves of
 * what it writes go separate ways in training, and cancels out until then. Logits are the same up
 * to rounding. */
afina_status afina_gpt_widen(afina_gpt *wide, const afina_gpt *gpt, afina_rng *rng,
                             afina_error *error);

#endif
