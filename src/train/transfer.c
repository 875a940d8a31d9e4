#include "transfer.h"

#include <string.h>

typedef struct carrier {
  const afina_gpt *gpt;
  afina_tokenizer *from;
  const afina_tokenizer *to;
  afina_buffer text;
  afina_tokens pieces;
} carrier;

/* Of one token of `to`, what `from` reads its text as. */
static afina_status find_pieces(carrier *c, uint32_t id, afina_error *error) {
  c->text.size = 0;
  c->pieces.count = 0;
  if (id == afina_tokenizer_end_of_text(c->to))
    return afina_tokens_append(&c->pieces, afina_tokenizer_end_of_text(c->from), error);
  AFINA_TRY(afina_tokenizer_decode(c->to, &id, 1, &c->text, error));
  return afina_tokenizer_encode(c->from, (const char *)c->text.data, c->text.size, &c->pieces,
                                error);
}

static afina_status carry(carrier *c, afina_real *wte, afina_error *error) {
  const size_t C = c->gpt->config.channels, V = afina_tokenizer_size(c->to);
  const afina_real *known = afina_gpt_weight(c->gpt, 0, AFINA_WTE);
  for (uint32_t id = 0; id < V; id++, wte += C) {
    AFINA_TRY(find_pieces(c, id, error));
    const double share = c->pieces.count ? 1 / (double)c->pieces.count : 0;
    for (size_t i = 0; i < C; i++) {
      double sum = 0;
      for (size_t p = 0; p < c->pieces.count; p++) sum += (double)known[c->pieces.ids[p] * C + i];
      wte[i] = (afina_real)(share * sum);
    }
  }
  return AFINA_OK;
}

afina_status afina_gpt_transfer(afina_gpt *out, const afina_gpt *gpt, afina_tokenizer *from,
                                const afina_tokenizer *to, afina_error *error) {
  afina_gpt_config config = gpt->config;
  if (config.classes > 0 || afina_has_adapters(&config) ||
      config.vocabulary != afina_tokenizer_size(from))
    return afina_fail(error, AFINA_E_ARGUMENT,
                      "only a language model without adapters can change its tokenizer");
  config.vocabulary = afina_tokenizer_size(to);
  AFINA_TRY(afina_gpt_init(out, &config, error));
  carrier c = {.gpt = gpt, .from = from, .to = to};
  const afina_status status = carry(&c, out->weights, error);
  afina_buffer_free(&c.text);
  afina_tokens_free(&c.pieces);
  if (status != AFINA_OK) {
    afina_gpt_free(out);
    return status;
  }
  /* All other parameters, which come behind the token embedding. */
  const size_t behind = afina_params_find(&gpt->params, 0, AFINA_WPE)->offset;
  const size_t place = afina_params_find(&out->params, 0, AFINA_WPE)->offset;
  memcpy(out->weights + place, gpt->weights + behind,
         (gpt->params.total - behind) * sizeof *gpt->weights);
  return AFINA_OK;
}
