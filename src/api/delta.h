/* What a run trained, as a file of its own (private to the api layer; afina.h has the rest). */
#ifndef AFINA_API_DELTA_H
#define AFINA_API_DELTA_H

#include "finetune.h"
#include "model.h"

/* `tuned` is the run's own result. */
afina_status afina_delta_of_run(const afina_finetune *run, const afina_model *tuned,
                                afina_bytes *out, afina_error *error);
/* Of a language model whose parameters from `begin` on trained, its adapters apart, on a base of
 * that fingerprint; `half`: as F16. */
afina_status afina_delta_of_language(const afina_gpt *gpt, size_t begin,
                                     const afina_tokenizer *tokenizer, const char *base, bool half,
                                     afina_bytes *out, afina_error *error);

#endif
