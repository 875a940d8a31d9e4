/* Any bytes as a delta on a small model: refused, or a classifier that answers or says
 * that its numbers are too large, and whose own delta is read back. */
#include <math.h>
#include <string.h>

#include "afina.h"
#include "bpe_train.h"
#include "fuzz.h"
#include "weights.h"

static afina_tokenizer *learn(void) {
  static const char text[] = "sol mar lua rio sol mar";
  afina_bpe_trainer *trainer;
  afina_tokenizer *tokenizer;
  REQUIRE(afina_bpe_trainer_create(&trainer, NULL) == AFINA_OK);
  REQUIRE(afina_bpe_trainer_add(trainer, text, strlen(text), 1, NULL) == AFINA_OK);
  REQUIRE(afina_bpe_trainer_finish(trainer, AFINA_BPE_SMALLEST, &tokenizer, NULL) == AFINA_OK);
  afina_bpe_trainer_free(trainer);
  return tokenizer;
}

/* The base of the corpus's deltas: what it is made of must not change. */
static afina_model *make_base(void) {
  afina_tokenizer *tokenizer = learn();
  const afina_gpt_config config = {.vocabulary = afina_tokenizer_size(tokenizer),
                                   .context = 8,
                                   .channels = 4,
                                   .layers = 2,
                                   .heads = 2,
                                   .inner = 8};
  afina_gpt gpt;
  afina_rng rng;
  afina_model *model;
  afina_bytes files[3];
  afina_rng_seed(&rng, 1);
  REQUIRE(afina_gpt_init(&gpt, &config, NULL) == AFINA_OK);
  afina_params_random(&gpt.params, gpt.weights, 0, &rng);
  REQUIRE(afina_gpt_config_print(&config, NULL, afina_tokenizer_end_of_text(tokenizer), &files[0],
                                 NULL) == AFINA_OK);
  REQUIRE(afina_weights_write(&gpt, NULL, &files[1], NULL) == AFINA_OK);
  REQUIRE(afina_tokenizer_print(tokenizer, &files[2], NULL) == AFINA_OK);
  REQUIRE(afina_model_load(&model, files[0].data, files[0].size, files[1].data, files[1].size,
                           files[2].data, files[2].size, NULL) == AFINA_OK);
  for (int i = 0; i < 3; i++) afina_bytes_free(&files[i]);
  afina_gpt_free(&gpt);
  afina_tokenizer_free(tokenizer);
  return model;
}

static void answer(afina_model *model) {
  static const char *const text = "sol mar";
  const size_t size = strlen(text), K = afina_model_classes(model);
  afina_runtime *runtime;
  float *p = malloc(K * sizeof *p);
  double sum = 0;
  REQUIRE(p && afina_runtime_create(&runtime, 1, NULL) == AFINA_OK);
  const afina_status status = afina_classify(runtime, model, &text, &size, 1, p, NULL);
  for (size_t k = 0; k < K && status == AFINA_OK; k++) {
    REQUIRE(p[k] >= 0 && p[k] <= 1);
    sum += (double)p[k];
  }
  REQUIRE(status == AFINA_OK ? fabs(sum - 1) < 1e-3 : status == AFINA_E_DIVERGED);
  afina_runtime_free(runtime);
  free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  afina_model *base = make_base(), *tuned = NULL, *again = NULL;
  afina_error error = {0};
  afina_bytes delta;
  if (afina_model_load_delta(&tuned, base, data, size, &error) != AFINA_OK) {
    REQUIRE(!tuned && error.status != AFINA_OK && strlen(error.message) > 0);
  } else {
    if (afina_model_classes(tuned)) answer(tuned);
    REQUIRE(afina_model_delta(tuned, base, &delta, NULL) == AFINA_OK);
    REQUIRE(afina_model_load_delta(&again, base, delta.data, delta.size, NULL) == AFINA_OK);
    afina_bytes_free(&delta);
    afina_model_free(again);
    afina_model_free(tuned);
  }
  afina_model_free(base);
  return 0;
}
