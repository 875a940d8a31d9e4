/* A new language model: a tokenizer learned from a text, and random weights. */
#include "bpe_train.h"
#include "model.h"
#include "pretraining_options.h"

static afina_status count_words(void *context, const char *text, size_t size, afina_error *error) {
  return afina_bpe_trainer_add(context, text, size, 1, error);
}

static afina_status learn_tokenizer(afina_tokenizer **out, const char *text, size_t size,
                                    const afina_create_options *options, afina_error *error) {
  afina_bpe_trainer *trainer = NULL;
  AFINA_TRY(afina_bpe_trainer_create(&trainer, error));
  afina_status status =
      afina_each_document(text, size, options->documents, count_words, trainer, error);
  if (status == AFINA_OK)
    status = afina_bpe_trainer_finish(trainer, options->config.vocabulary, out, error);
  afina_bpe_trainer_free(trainer);
  return status;
}

/* A tenth may be held out, and a window needs the token behind it. */
static afina_status check_length(afina_tokenizer *tokenizer, const char *text, size_t size,
                                 const afina_create_options *options, afina_error *error) {
  const size_t context = options->config.context, least = 2 * (context + 1);
  afina_tokens tokens = {0};
  afina_status status =
      afina_encode_documents(tokenizer, text, size, options->documents, &tokens, error);
  if (status == AFINA_OK && tokens.count < least)
    status = afina_fail(error, AFINA_E_DATA,
                        "the text has only %zu tokens: a model with a context of %zu tokens needs "
                        "%zu of them or more; take a longer text, or a smaller context",
                        tokens.count, context, least);
  afina_tokens_free(&tokens);
  return status;
}

static afina_status create(afina_model *model, const char *text, size_t size,
                           afina_create_options *options, afina_error *error) {
  afina_rng rng;
  AFINA_TRY(learn_tokenizer(&model->tokenizer, text, size, options, error));
  AFINA_TRY(check_length(model->tokenizer, text, size, options, error));
  options->config.vocabulary = afina_tokenizer_size(model->tokenizer);
  AFINA_TRY(afina_gpt_init(&model->gpt, &options->config, error));
  afina_rng_seed(&rng, options->seed);
  afina_params_begin(&model->gpt.params, model->gpt.weights, &rng);
  return AFINA_OK;
}

afina_status afina_model_create(afina_model **out, const char *text, size_t size,
                                const char *options, size_t options_size, afina_error *error) {
  afina_create_options parsed;
  AFINA_TRY(afina_create_options_parse(&parsed, options, options_size, error));
  afina_model *model = afina_allocate(1, sizeof *model);
  if (!model) return afina_fail_memory(error);
  const afina_status status = create(model, text, size, &parsed, error);
  if (status != AFINA_OK) {
    afina_model_free(model);
    return status;
  }
  *out = model;
  return AFINA_OK;
}
