/* The minimum of a smooth function of many variables: L-BFGS (Liu and Nocedal, 1989,
 * doi:10.1007/BF01589116) with a line search that halves.
 *
 *     afina_lbfgs s;
 *     AFINA_TRY(afina_lbfgs_init(&s, weights, D, error));
 *     do {
 *       s.loss = ...;        // of `weights`, and
 *       s.gradient[d] = ...; // its slopes
 *       if (afina_lbfgs_look(&s)) afina_lbfgs_move(&s);
 *     } while (!s.done);
 *     afina_lbfgs_free(&s);
 *
 * One thread, one order of summation: the same bits everywhere. */
#ifndef AFINA_LBFGS_H
#define AFINA_LBFGS_H

#include <stdbool.h>
#include <stddef.h>

#include "real.h"
#include "status.h"

/* Kept steps, each two vectors as large as the weights; and all vectors that a solver has. */
enum { AFINA_LBFGS_HISTORY = 4, AFINA_LBFGS_VECTORS = 4 + 2 * AFINA_LBFGS_HISTORY };

typedef struct afina_lbfgs {
  size_t D;
  afina_real *weights;  /* [D] the caller's */
  afina_real *gradient; /* [D] written by the caller before each look */
  double loss;          /* likewise */
  bool done;            /* the weights are where the loss is least, as far as floats can tell */

  afina_real *direction, *last_weights, *last_gradient;                  /* [D] */
  afina_real *steps[AFINA_LBFGS_HISTORY], *changes[AFINA_LBFGS_HISTORY]; /* [D] s and y */
  double curvature[AFINA_LBFGS_HISTORY];                                 /* s . y */
  size_t kept, newest;
  double last_loss, slope, length;
  size_t iteration, most, halvings;
} afina_lbfgs;

/* most: moves. `weights` must outlive it. Free it
 * even then: AFINA_E_MEMORY only. */
afina_status afina_lbfgs_init(afina_lbfgs *s, afina_real *weights, size_t D, size_t most,
                              afina_error *error);
void afina_lbfgs_free(afina_lbfgs *s);
/* Loss and gradient at `weights` are known. True where they are low enough to go on from; false
 * where the step was too long: it has been halved, look again; or, where `done`, nothing is lower
 * than the last such place, which the weights are back at. */
bool afina_lbfgs_look(afina_lbfgs *s);
/* From a place that is low enough to the next one to be looked at; nowhere where `done`. */
void afina_lbfgs_move(afina_lbfgs *s);
/* sum of a[i] b[i]. */
double afina_lbfgs_dot(const afina_real *a, const afina_real *b, size_t n);

#endif
