/* The n-grams' part in a fine-tuning run (private to the train layer). The bag learns from the
 * training rows before the network does. The network trains, and is validated, by its own logits
 * alone: what is best for the sum early on would stop it before it has learned anything. After the
 * best epoch the validation rows say how much each part is worth (mix.h): the head takes one
 * factor, the bag, which then learns anew from training and validation rows together, the other. */
#ifndef AFINA_FINETUNE_BAG_H
#define AFINA_FINETUNE_BAG_H

#include "bag_fit.h"
#include "mix.h"
#include "recipe.h"
#include "split.h"

/* Zero-initialise. */
typedef struct afina_finetune_bag {
  afina_bag bag;
  afina_bag_fit fit; /* while it learns */
  afina_bag_reader reader;
  size_t K;
  afina_real *valid, *test;   /* [valid, K], [test, K] the bag's logits */
  afina_real *network, *best; /* [valid, K] the network's, of this epoch and of the best one */
  uint32_t *truth;            /* [valid] */
  uint32_t *alone[2];         /* [test] what the network, the n-grams alone would predict */
  bool balanced;              /* texts count by their class: bag_fit.h */
  bool mixed;                 /* the factors are those of the validation rows */
  afina_mix factors;          /* of network and n-grams; before, what is ... */
  afina_mix believed;         /* ... believed of any rows */
  afina_real *unfitted;       /* [test, K] the sum's logits with these; where a factor is 0, without
                                 that part */

  bool learns;        /* first the bag learns, then it reads ... */
  bool is_last;       /* ... the validation rows, the second time the test rows ... */
  afina_indices rows; /* ... which are these */
  size_t read;
} afina_finetune_bag;

/* For rows that have been split. AFINA_E_MEMORY only; clear it even then. */
afina_status afina_finetune_bag_init(afina_finetune_bag *b, const afina_dataset *data,
                                     const afina_split *split, const afina_recipe *recipe,
                                     afina_error *error);
void afina_finetune_bag_clear(afina_finetune_bag *b);
/* There are no n-grams: the network counts once, and its one factor is what temperature scaling
 * divides by (Guo et al., 2017, arXiv:1706.04599). */
void afina_finetune_bag_leave_out(afina_finetune_bag *b);

/* Begins the work before the network's training, or the last work, behind it. */
void afina_finetune_bag_start(afina_finetune_bag *b, const afina_split *split, bool is_last);
/* A unit of it; *done at the end. */
afina_status afina_finetune_bag_work(afina_finetune_bag *b, const afina_dataset *data,
                                     const afina_split *split, bool *done, afina_error *error);
/* 0 .. 1 of the work that was begun. */
double afina_finetune_bag_fraction(const afina_finetune_bag *b);

/* Keeps the network's logits, [count, K], of the validation rows from place `first` on. */
void afina_finetune_bag_validate(afina_finetune_bag *b, size_t first, size_t count,
                                 const afina_real *logits);
/* The epoch that has been validated is the best so far. */
void afina_finetune_bag_remember(afina_finetune_bag *b);
/* The factors that the best epoch's logits of `valid` > 0 rows ask for. */
void afina_finetune_bag_mix(afina_finetune_bag *b, size_t valid);
/* Adds the bag's logits to the network's, whose head has taken its factor, for test rows; notes
 * what each part would predict alone. */
void afina_finetune_bag_test(afina_finetune_bag *b, size_t first, size_t count, afina_real *logits);

#endif
