/* A model twice as wide that says the same: what a small model has learned, as the beginning of a
 * larger one (Net2Net, Chen et al., 2016; expansions of a transformer that preserve its function,
 * Gesmundo and Maile, 2023). Copies of channels would do as well, but would stay copies for long:
 * what is new here is empty or random. */
#ifndef AFINA_WIDEN_H
#define AFINA_WIDEN_H

#include "gpt.h"

/* 2C channels, 2H heads of the same size, an MLP of 2F: the old ones first. New heads and inner
 * units read at random and write nothing yet. A new channel has the mean of the old ones, which
 * LayerNorm takes away, and in the token embedding `spread` times the embedding's root mean square
 * of normal noise, for the training to make something of; with 0 the logits are the same up to
 * rounding. AFINA_E_ARGUMENT for a model with adapters or with a head. */
afina_status afina_gpt_widen(afina_gpt *wide, const afina_gpt *gpt, double spread, afina_rng *rng,
                             afina_error *error);

#endif
