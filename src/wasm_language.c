/* What course.html calls of the language model, besides what the page calls of the classifier:
 * afina.h in numbers, as wasm.c has the rest. */
#include <emscripten.h>
#include <stdlib.h>
#include <string.h>

#include "afina.h"
#include "wasm_reply.h"

/* loss, perplexity, bits per byte, tokens, bytes: [5] */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_perplexity(afina_wasm_reply *reply,
                                                        afina_runtime *runtime,
                                                        const afina_model *model, const char *text,
                                                        size_t size, double *numbers) {
  afina_perplexity_result found;
  const afina_status status = afina_perplexity(runtime, model, text, size, &found, &reply->error);
  if (status != AFINA_OK) return status;
  numbers[0] = found.loss;
  numbers[1] = found.perplexity;
  numbers[2] = found.bits_per_byte;
  numbers[3] = (double)found.tokens;
  numbers[4] = (double)found.bytes;
  return AFINA_OK;
}

/* JSON */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_look(afina_wasm_reply *reply, afina_runtime *runtime,
                                                  const afina_model *model, const char *text,
                                                  size_t size, size_t candidates) {
  afina_bytes json = {0};
  const afina_status status =
      afina_look(runtime, model, text, size, candidates, &json, &reply->error);
  return give(reply, status, json.data, json.size);
}

EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_model_create(afina_wasm_reply *reply, const char *text,
                                                          size_t size, const char *options,
                                                          size_t options_size) {
  afina_model *model = NULL;
  const afina_status status =
      afina_model_create(&model, text, size, options, options_size, &reply->error);
  return give(reply, status, model, 0);
}

/* ---- writing ---- */

EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_generator_create(
    afina_wasm_reply *reply, const afina_runtime *runtime, const afina_model *model,
    const char *prompt, size_t size, int greedy, double temperature, size_t top_k, double top_p,
    unsigned seed, size_t max_tokens) {
  const afina_generation options = {.sampling = {.greedy = greedy != 0,
                                                 .temperature = temperature,
                                                 .top_k = top_k,
                                                 .top_p = top_p},
                                    .max_tokens = max_tokens,
                                    .seed = seed};
  afina_generator *generator = NULL;
  const afina_status status =
      afina_generator_create(&generator, runtime, model, prompt, size, &options, &reply->error);
  return give(reply, status, generator, 0);
}

EMSCRIPTEN_KEEPALIVE void afina_wasm_generator_free(afina_generator *generator) {
  afina_generator_free(generator);
}

/* JSON of the next token */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_generator_next(afina_wasm_reply *reply,
                                                            afina_generator *generator,
                                                            size_t candidates) {
  afina_bytes json = {0};
  afina_generated token;
  afina_status status = afina_generator_next(generator, &token, &reply->error);
  if (status == AFINA_OK)
    status = afina_generator_json(generator, candidates, &json, &reply->error);
  return give(reply, status, json.data, json.size);
}

/* ---- pretraining ---- */

EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_pretraining_create(
    afina_wasm_reply *reply, afina_runtime *runtime, const afina_model *model, const char *text,
    size_t size, const char *options, size_t options_size) {
  afina_pretraining *run = NULL;
  afina_runtime_limit_memory(runtime, afina_wasm_room());
  const afina_status status = afina_pretraining_create(&run, runtime, model, text, size, options,
                                                       options_size, &reply->error);
  return give(reply, status, run, 0);
}

EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_pretraining_resume(
    afina_wasm_reply *reply, afina_runtime *runtime, const afina_model *model, const char *text,
    size_t size, const char *options, size_t options_size, const void *state, size_t state_size) {
  afina_pretraining *run = NULL;
  afina_runtime_limit_memory(runtime, afina_wasm_room());
  const afina_status status = afina_pretraining_resume(
      &run, runtime, model, text, size, options, options_size, state, state_size, &reply->error);
  return give(reply, status, run, 0);
}

EMSCRIPTEN_KEEPALIVE void afina_wasm_pretraining_free(afina_pretraining *run) {
  afina_pretraining_free(run);
}

/* step, steps, tokens, loss, learning rate, gradient norm, held-out loss, done: [8]; `measure`: no
 * update, but where the run stands */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_pretraining_step(afina_wasm_reply *reply,
                                                              afina_pretraining *run, int measure,
                                                              double *numbers) {
  afina_update at = {0};
  const afina_status status = measure ? afina_pretraining_measure(run, &at, &reply->error)
                                      : afina_pretraining_step(run, &at, &reply->error);
  if (status != AFINA_OK) return status;
  const double told[] = {(double)at.step,  (double)at.steps, (double)at.tokens, at.loss,
                         at.learning_rate, at.gradient_norm, at.held_out,       at.done};
  memcpy(numbers, told, sizeof told);
  return AFINA_OK;
}

/* JSON of the run, of its last batch; bytes of its state; its model */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_pretraining_describe(afina_wasm_reply *reply,
                                                                  const afina_pretraining *run) {
  afina_bytes json = {0};
  const afina_status status = afina_pretraining_describe(run, &json, &reply->error);
  return give(reply, status, json.data, json.size);
}

EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_pretraining_batch(afina_wasm_reply *reply,
                                                               const afina_pretraining *run) {
  afina_bytes json = {0};
  const afina_status status = afina_pretraining_batch(run, &json, &reply->error);
  return give(reply, status, json.data, json.size);
}

EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_pretraining_checkpoint(afina_wasm_reply *reply,
                                                                    const afina_pretraining *run) {
  afina_bytes state = {0};
  const afina_status status = afina_pretraining_checkpoint(run, &state, &reply->error);
  return give(reply, status, state.data, state.size);
}

EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_pretraining_model(afina_wasm_reply *reply,
                                                               const afina_pretraining *run) {
  afina_model *model = NULL;
  const afina_status status = afina_pretraining_model(run, &model, &reply->error);
  return give(reply, status, model, 0);
}
