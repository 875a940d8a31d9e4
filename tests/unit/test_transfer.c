/* A model with another tokenizer: what both know stays, what is new begins as its parts. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bpe_train.h"
#include "transfer.h"

enum { CHANNELS = 8, FEW = 262, MORE = 268 };

static const char text[] =
    "a rua da lua, a lua da rua: na rua a lua dorme, na lua a rua acorda e a chuva canta";

static afina_tokenizer *learn(size_t vocabulary) {
  afina_bpe_trainer *trainer = NULL;
  afina_tokenizer *tokenizer = NULL;
  assert_int_equal(afina_bpe_trainer_create(&trainer, NULL), AFINA_OK);
  assert_int_equal(afina_bpe_trainer_add(trainer, text, strlen(text), 1, NULL), AFINA_OK);
  assert_int_equal(afina_bpe_trainer_finish(trainer, vocabulary, &tokenizer, NULL), AFINA_OK);
  afina_bpe_trainer_free(trainer);
  return tokenizer;
}

static void make(afina_gpt *gpt, size_t vocabulary) {
  const afina_gpt_config config = {.vocabulary = vocabulary,
                                   .context = 16,
                                   .channels = CHANNELS,
                                   .layers = 1,
                                   .heads = 2,
                                   .inner = 16};
  assert_int_equal(afina_gpt_init(gpt, &config, NULL), AFINA_OK);
  afina_rng rng;
  afina_rng_seed(&rng, 2);
  for (size_t i = 0; i < gpt->params.total; i++) gpt->weights[i] = (float)afina_rng_normal(&rng);
}

/* The mean of the old embeddings of a new token's text. */
static void assert_mean(const afina_gpt *gpt, const afina_real *row, const uint32_t *ids,
                        size_t n) {
  for (size_t c = 0; c < CHANNELS; c++) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)gpt->weights[ids[i] * CHANNELS + c];
    assert_true(fabs(sum / (double)n - (double)row[c]) < 1e-6);
  }
}

static void carries_what_is_known(void **state) {
  (void)state;
  afina_tokenizer *from = learn(FEW), *to = learn(MORE);
  afina_gpt gpt, other;
  make(&gpt, FEW);
  assert_int_equal(afina_gpt_transfer(&other, &gpt, from, to, NULL), AFINA_OK);
  assert_int_equal(other.config.vocabulary, MORE);
  size_t kept = 0, joined = 0;
  for (uint32_t id = 0; id < MORE; id++) {
    const afina_real *row = other.weights + id * CHANNELS;
    if (id == afina_tokenizer_end_of_text(to)) {
      const uint32_t end = afina_tokenizer_end_of_text(from);
      assert_mean(&gpt, row, &end, 1);
      continue;
    }
    afina_buffer bytes = {0};
    afina_tokens pieces = {0};
    assert_int_equal(afina_tokenizer_decode(to, &id, 1, &bytes, NULL), AFINA_OK);
    assert_int_equal(
        afina_tokenizer_encode(from, (const char *)bytes.data, bytes.size, &pieces, NULL),
        AFINA_OK);
    assert_mean(&gpt, row, pieces.ids, pieces.count);
    kept += pieces.count == 1;
    joined += pieces.count > 1;
    afina_buffer_free(&bytes);
    afina_tokens_free(&pieces);
  }
  assert_int_equal(kept, FEW - 1);
  assert_int_equal(joined, MORE - FEW);
  const size_t rest = gpt.params.total - FEW * CHANNELS;
  assert_memory_equal(other.weights + MORE * CHANNELS, gpt.weights + FEW * CHANNELS,
                      rest * sizeof(afina_real));
  afina_gpt_free(&other);

  /* To the same tokenizer: the same model. */
  assert_int_equal(afina_gpt_transfer(&other, &gpt, from, from, NULL), AFINA_OK);
  assert_memory_equal(other.weights, gpt.weights, gpt.params.total * sizeof(afina_real));
  afina_gpt_free(&other);
  afina_gpt_free(&gpt);
  afina_tokenizer_free(from);
  afina_tokenizer_free(to);
}

static void refuses_another_vocabulary(void **state) {
  (void)state;
  afina_tokenizer *from = learn(FEW), *to = learn(MORE);
  afina_gpt gpt, other;
  afina_error error = {0};
  make(&gpt, MORE);
  assert_int_equal(afina_gpt_transfer(&other, &gpt, from, to, &error), AFINA_E_ARGUMENT);
  assert_non_null(strstr(error.message, "language model"));
  afina_gpt_free(&gpt);
  afina_tokenizer_free(from);
  afina_tokenizer_free(to);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(carries_what_is_known),
      cmocka_unit_test(refuses_another_vocabulary),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
