/* A model with room for a template, rows that can be learned, and runs of instruction tuning. */
#ifndef AFINA_INSTRUCT_RIG_H
#define AFINA_INSTRUCT_RIG_H

#include "instruct.h"
#include "model.h"
#include "session_rig.h"

enum { ROWS = 24 };

/* A model with room for a template, and rows that can be learned. */
typedef struct tuning {
  afina_runtime *runtime;
  afina_model *model;
  afina_instructions *rows;
  afina_instruct *run;
  afina_instruct_progress progress;
} tuning;

static inline afina_model *roomy_model(void) {
  afina_error error;
  afina_gpt gpt;
  afina_rng rng;
  afina_model *model = NULL;
  afina_bytes config, weights, json;
  afina_tokenizer *tokenizer = rig_tokenizer();
  const afina_gpt_config shape = {.vocabulary = afina_tokenizer_size(tokenizer),
                                  .context = 80,
                                  .channels = 16,
                                  .layers = 2,
                                  .heads = 2,
                                  .inner = 32};
  fine(afina_gpt_init(&gpt, &shape, &error), &error);
  afina_rng_seed(&rng, 11);
  afina_params_random(&gpt.params, gpt.weights, 0, &rng);
  fine(
      afina_gpt_config_print(&shape, NULL, afina_tokenizer_end_of_text(tokenizer), &config, &error),
      &error);
  fine(afina_weights_write(&gpt, NULL, &weights, &error), &error);
  fine(afina_tokenizer_print(tokenizer, &json, &error), &error);
  fine(afina_model_load(&model, config.data, config.size, weights.data, weights.size, json.data,
                        json.size, &error),
       &error);
  afina_bytes_free(&config);
  afina_bytes_free(&weights);
  afina_bytes_free(&json);
  afina_gpt_free(&gpt);
  afina_tokenizer_free(tokenizer);
  return model;
}

static inline void add(afina_instructions *rows, afina_part part, const char *instruction,
                       const char *input, const char *response) {
  afina_error error;
  const afina_instruction row = {.instruction = instruction,
                                 .instruction_size = strlen(instruction),
                                 .input = input,
                                 .input_size = strlen(input),
                                 .response = response,
                                 .response_size = strlen(response)};
  fine(afina_instructions_add(rows, part, &row, afina_instructions_count(rows) + 1, &error),
       &error);
}

static inline void open_tuning(tuning *t, size_t threads) {
  afina_error error;
  *t = (tuning){.model = roomy_model()};
  fine(afina_runtime_create(&t->runtime, threads, &error), &error);
  fine(afina_instructions_create(&t->rows, &error), &error);
  for (size_t i = 0; i < ROWS; i++) {
    const char *const *words = rig_words[i % RIG_CLASSES];
    char instruction[32];
    snprintf(instruction, sizeof instruction, "%s %zu", words[i % 4], i / 2);
    add(t->rows, AFINA_PART_ANY, instruction, i % 3 ? "" : words[1], words[2]);
  }
}

static inline void close_tuning(tuning *t) {
  afina_instruct_free(t->run);
  afina_instructions_free(t->rows);
  afina_model_free(t->model);
  afina_runtime_free(t->runtime);
  *t = (tuning){0};
}

static inline void start(tuning *t, const char *options) {
  afina_error error;
  fine(afina_instruct_create(&t->run, t->runtime, t->model, t->rows, options, strlen(options),
                             &error),
       &error);
}

static inline void step(tuning *t) {
  afina_error error;
  fine(afina_instruct_step(t->run, 0, &t->progress, &error), &error);
}

static inline void finish(tuning *t) {
  while (!t->progress.done) step(t);
}

static inline afina_bytes report(const tuning *t) {
  afina_error error;
  afina_bytes json;
  fine(afina_instruct_report(t->run, &json, &error), &error);
  return json;
}

static inline void expect_same_bytes(const afina_bytes *a, const afina_bytes *b) {
  assert_int_equal(a->size, b->size);
  assert_memory_equal(a->data, b->data, a->size);
}

static const char *const strategies[] = {"full", "last:1", "lora:2", "prefix:3", "prompt:2"};
enum { STRATEGIES = sizeof strategies / sizeof *strategies };

static inline void options_of(char *out, size_t size, const char *strategy, const char *more) {
  snprintf(out, size, "{\"strategy\":\"%s\",\"epochs\":3,\"batch\":5,\"lr\":0.02%s}", strategy,
           more);
}

#endif
