/* Where a fine-tuning run is. Part of the public API (afina.h). */
#ifndef AFINA_PROGRESS_H
#define AFINA_PROGRESS_H

#include <stddef.h>

/* The numbers cross to JavaScript. */
typedef enum afina_phase {
  AFINA_PREPARE = 0, /* texts become tokens */
  AFINA_CACHE = 1,   /* frozen blocks run, once for each text */
  AFINA_TRAIN = 2,
  AFINA_VALIDATE = 3,
  AFINA_TEST = 4,
  AFINA_DONE = 5,
  AFINA_NGRAMS = 6 /* the n-grams' part learns: before the network, and once more behind it */
} afina_phase;

typedef struct afina_epoch {
  size_t epoch;                                           /* from 1; 0: none yet */
  double train_loss, valid_loss, valid_accuracy, seconds; /* NAN without validation rows */
  size_t first_block; /* the first block that trained; as many as there are: the head alone */
} afina_epoch;

typedef struct afina_progress {
  afina_phase phase; /* of the step to come; AFINA_DONE: nothing is left */
  size_t epoch, epochs;
  size_t step, steps; /* within the phase */
  double fraction;    /* of the whole run, 0 .. 1 */
  size_t texts;       /* trained on so far, all epochs together */
  double loss;        /* of this step's batch, or of the epoch that it ended where an epoch is
                         one look at all texts; NAN where there is none */
  size_t best_epoch;  /* 0 before the first validation */
  afina_epoch last;   /* the epoch that ended last */
} afina_progress;

#endif
