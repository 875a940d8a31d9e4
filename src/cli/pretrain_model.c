#include "pretrain_model.h"

#include <string.h>

#include "cli.h"
#include "folder.h"
#include "safetensors.h"
#include "transfer.h"
#include "weights.h"
#include "widen.h"

/* Noise in new channels of the token embedding, of the old ones' size: enough to begin with, and it
 * costs 0.01 nats (mini). */
#define SPREAD 0.25

static const afina_gpt_config mini = {.context = 256,
                                      .channels = 192,
                                      .layers = 4,
                                      .heads = 6,
                                      .inner = 768,
                                      .readout = AFINA_READOUT_WORDS};
static const afina_gpt_config base = {.context = 256,
                                      .channels = 384,
                                      .layers = 4,
                                      .heads = 12,
                                      .inner = 1536,
                                      .readout = AFINA_READOUT_WORDS};

static afina_status make_config(afina_gpt_config *config, const afina_tokenizer *tokenizer,
                                const cli_fresh_model *fresh, afina_error *error) {
  if (fresh->config ? strcmp(fresh->config, "mini") == 0 : !fresh->init) {
    *config = mini;
  } else if (fresh->config && strcmp(fresh->config, "base") == 0) {
    *config = base;
  } else {
    afina_bytes json = {0};
    AFINA_TRY(fresh->config ? cli_read_file(&json, fresh->config, error)
                            : cli_read_in(&json, fresh->init, "config.json", error));
    const afina_status status = afina_gpt_config_parse(config, NULL, json.data, json.size, error);
    afina_bytes_free(&json);
    if (status != AFINA_OK) return status;
  }
  config->vocabulary = afina_tokenizer_size(tokenizer);
  config->classes = 0;
  return AFINA_OK;
}

static afina_status read_weights(afina_gpt *gpt, const char *folder, afina_error *error) {
  afina_bytes bytes = {0};
  afina_safetensors *file;
  AFINA_TRY(cli_read_in(&bytes, folder, "model.safetensors", error));
  afina_status status = afina_safetensors_open(&file, bytes.data, bytes.size, error);
  if (status == AFINA_OK) {
    status = afina_weights_read(gpt, file, NULL, error);
    afina_safetensors_close(file);
  }
  afina_bytes_free(&bytes);
  return status;
}

static afina_status compare(const afina_tokenizer *a, const afina_tokenizer *b, bool *same,
                            afina_error *error) {
  afina_bytes one = {0}, other = {0};
  afina_status status = afina_tokenizer_print(a, &one, error);
  if (status == AFINA_OK) status = afina_tokenizer_print(b, &other, error);
  if (status == AFINA_OK)
    *same = one.size == other.size && memcmp(one.data, other.data, one.size) == 0;
  afina_bytes_free(&one);
  afina_bytes_free(&other);
  return status;
}

static void replace(afina_gpt *gpt, const afina_gpt *by) {
  afina_gpt_free(gpt);
  *gpt = *by;
}

/* The weights of a folder, whose tokenizer is `own`; wider, and with another tokenizer, where that
 * is wanted. */
static afina_status continue_model(afina_gpt *gpt, afina_tokenizer *own,
                                   const afina_tokenizer *tokenizer, const cli_fresh_model *fresh,
                                   afina_rng *rng, afina_error *error) {
  bool same = false;
  afina_gpt changed;
  AFINA_TRY(read_weights(gpt, fresh->init, error));
  if (fresh->widen) {
    AFINA_TRY(afina_gpt_widen(&changed, gpt, SPREAD, rng, error));
    replace(gpt, &changed);
  }
  AFINA_TRY(compare(own, tokenizer, &same, error));
  if (same) return AFINA_OK;
  AFINA_TRY(afina_gpt_transfer(&changed, gpt, own, tokenizer, error));
  replace(gpt, &changed);
  return AFINA_OK;
}

afina_status cli_make_fresh(afina_gpt *gpt, const afina_tokenizer *tokenizer,
                            const cli_fresh_model *fresh, afina_error *error) {
  const size_t vocabulary = afina_tokenizer_size(tokenizer);
  if (vocabulary > UINT16_MAX + 1u)
    return afina_fail(error, AFINA_E_LIMIT, "a vocabulary of %zu: pretraining takes at most 65536",
                      vocabulary);
  afina_gpt_config config;
  afina_rng rng;
  afina_rng_seed(&rng, fresh->seed);
  if (!fresh->init) {
    AFINA_TRY(make_config(&config, tokenizer, fresh, error));
    AFINA_TRY(afina_gpt_init(gpt, &config, error));
    afina_params_begin(&gpt->params, gpt->weights, &rng);
    return AFINA_OK;
  }
  afina_tokenizer *own = NULL;
  AFINA_TRY(cli_read_tokenizer(&own, NULL, fresh->init, error));
  afina_status status = make_config(&config, own, fresh, error);
  if (status == AFINA_OK) status = afina_gpt_init(gpt, &config, error);
  if (status == AFINA_OK) status = continue_model(gpt, own, tokenizer, fresh, &rng, error);
  afina_tokenizer_free(own);
  return status;
}
