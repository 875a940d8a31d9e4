/* What pretraining begins with. */
#ifndef AFINA_CLI_PRETRAIN_MODEL_H
#define AFINA_CLI_PRETRAIN_MODEL_H

#include "gpt.h"
#include "tokenizer.h"

typedef struct cli_fresh_model {
  const char *config; /* "mini", "base", a file; NULL: that of init, or mini */
  const char *init;   /* a folder whose weights are taken; NULL: random */
  bool widen;         /* in a model twice as wide (widen.h); config is the narrow one's */
  size_t seed;
} cli_fresh_model;

/* A language model for this tokenizer, to which weights of another are carried over (transfer.h);
 * free with afina_gpt_free, also after an error. */
afina_status cli_make_fresh(afina_gpt *gpt, const afina_tokenizer *tokenizer,
                            const cli_fresh_model *fresh, afina_error *error);

#endif
