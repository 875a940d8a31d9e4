/* How far an answer is the one that was wanted: exact match and token F1, in the manner of SQuAD's
 * evaluation (Rajpurkar et al., 2016, arXiv:1606.05250), for English and Portuguese alike. Part of
 * the public API (afina.h).
 *
 * To be compared, a text is its words in lower case, cut at white space, without any character that
 * is neither letter nor digit ("e-mail." is "email") and without articles: a, an, the; o, a, os,
 * as, um, uma, uns, umas. A text of nothing but articles keeps them. */
#ifndef AFINA_ANSWER_H
#define AFINA_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "status.h"

typedef struct afina_answer_score {
  bool exact;                   /* the same words in the same order */
  double f1, precision, recall; /* of the words, each as often as it stands there; both without a
                                   word: 1 */
} afina_answer_score;

/* AFINA_E_MEMORY only. */
afina_status afina_score_answer(const char *answer, size_t answer_size, const char *reference,
                                size_t reference_size, afina_answer_score *out, afina_error *error);

#endif
