/* What an afina_model is (private to the api layer). */
#ifndef AFINA_API_MODEL_H
#define AFINA_API_MODEL_H

#include "afina.h"
#include "bag.h"
#include "gpt.h"
#include "json.h"
#include "kv_cache.h"
#include "store.h"
#include "tokenizer.h"

struct afina_runtime {
  afina_pool *pool;
  const afina_kernels *kernels;
  size_t memory;      /* afina_runtime_limit_memory */
  afina_store *store; /* afina_runtime_keep, or NULL */
};

struct afina_model {
  afina_gpt gpt;
  afina_labels labels;
  afina_tokenizer *tokenizer;
  afina_kv_cache cache; /* of the text read last; to be freed wherever the weights change */
  afina_bag bag;        /* of a classifier that has one */
};

/* Layers' view of the runtime for a model of this shape; free with afina_exec_free. */
afina_status afina_runtime_exec(const afina_runtime *runtime, const afina_gpt *gpt, afina_exec *out,
                                afina_error *error);
/* The language model that it is, or that is under a classifier: without what the latter has in
 * front of its texts. Borrows the model. */
afina_gpt afina_model_language(const afina_model *model);
/* LoRA that was read apart becomes part of the matrices. AFINA_E_MEMORY only. */
afina_status afina_model_merge(afina_model *model, afina_error *error);
/* "model" of the report. */
afina_status afina_model_json(const afina_model *model, cJSON **out, afina_error *error);
/* The same tokenizer, as a handle of its own. */
afina_status afina_tokenizer_copy(const afina_tokenizer *tokenizer, afina_tokenizer **out,
                                  afina_error *error);

/* As afina_classify, but logits [count, classes]: what stands before the softmax. */
afina_status afina_model_logits(afina_runtime *runtime, afina_model *model,
                                const char *const *texts, const size_t *sizes, size_t count,
                                float *logits, afina_error *error);

#endif
