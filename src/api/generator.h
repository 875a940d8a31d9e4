/* What an afina_generator holds (private to the api layer). */
#ifndef AFINA_API_GENERATOR_H
#define AFINA_API_GENERATOR_H

#include "model.h"

struct afina_generator {
  const afina_model *model;
  afina_gpt gpt; /* the model's, without what a classifier has in front of its texts */
  afina_generation options;
  afina_exec exec;
  afina_kv_cache cache;
  afina_rng rng;
  afina_real *logits;          /* [V] of the last token */
  afina_candidate *candidates; /* [V] what it was drawn from: the first `kept`, by probability */
  size_t kept;                 /* 0: nothing was drawn yet, or no more */
  afina_tokens tokens;         /* prompt and text */
  size_t written;              /* tokens of the text */
  afina_buffer text;           /* a character that the token before left cut, and the last token */
  size_t held;                 /* bytes of the former */
  afina_generated last;
  bool begun;
};

#endif
