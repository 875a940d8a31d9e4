/* What course.html calls to tune a language model on instructions: afina_instruct.h in numbers, as
 * wasm.c has the rest.
 *
 * A row comes as `texts`, its instruction, input and response one behind the other, with their
 * `sizes` [3]; `words` are three terminated strings: template, language of the template, language
 * of the row; empty ones stand for none. */
#include <emscripten.h>
#include <stdlib.h>
#include <string.h>

#include "afina.h"
#include "wasm_reply.h"

typedef struct asked {
  afina_instruction row;
  const char *template_name, *language;
} asked;

static asked read_asked(const char *texts, const uint32_t sizes[3], const char *words) {
  asked a = {.row = {.instruction = texts,
                     .input = texts + sizes[0],
                     .response = texts + sizes[0] + sizes[1],
                     .instruction_size = sizes[0],
                     .input_size = sizes[1],
                     .response_size = sizes[2]}};
  a.template_name = words;
  a.language = a.template_name + strlen(a.template_name) + 1;
  a.row.language = a.language + strlen(a.language) + 1;
  return a;
}

/* JSON */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_instruction_format(afina_wasm_reply *reply,
                                                                const afina_model *model,
                                                                const char *texts,
                                                                const uint32_t *sizes,
                                                                const char *words) {
  afina_bytes json = {0};
  const asked a = read_asked(texts, sizes, words);
  const afina_status status =
      afina_instruction_format(model, &a.row, a.template_name, a.language, &json, &reply->error);
  return give(reply, status, json.data, json.size);
}

/* UTF-8 */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_instruction_prompt(afina_wasm_reply *reply,
                                                                const afina_model *model,
                                                                const char *texts,
                                                                const uint32_t *sizes,
                                                                const char *words) {
  afina_bytes text = {0};
  const asked a = read_asked(texts, sizes, words);
  const afina_status status =
      afina_instruction_prompt(model, &a.row, a.template_name, a.language, &text, &reply->error);
  return give(reply, status, text.data, text.size);
}

/* JSON */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_instruct_losses(
    afina_wasm_reply *reply, afina_runtime *runtime, const afina_model *model, const char *texts,
    const uint32_t *sizes, const char *words) {
  afina_bytes json = {0};
  const asked a = read_asked(texts, sizes, words);
  const afina_status status = afina_instruct_losses(runtime, model, &a.row, a.template_name,
                                                    a.language, &json, &reply->error);
  return give(reply, status, json.data, json.size);
}

/* exact (1 or 0), F1, precision, recall: [4] */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_score_answer(afina_wasm_reply *reply,
                                                          const char *answer, size_t answer_size,
                                                          const char *reference,
                                                          size_t reference_size, double *numbers) {
  afina_answer_score score;
  const afina_status status =
      afina_score_answer(answer, answer_size, reference, reference_size, &score, &reply->error);
  if (status != AFINA_OK) return status;
  numbers[0] = score.exact;
  numbers[1] = score.f1;
  numbers[2] = score.precision;
  numbers[3] = score.recall;
  return AFINA_OK;
}

/* ---- rows and runs ---- */

EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_instructions_create(afina_wasm_reply *reply) {
  afina_instructions *rows = NULL;
  const afina_status status = afina_instructions_create(&rows, &reply->error);
  return give(reply, status, rows, 0);
}

EMSCRIPTEN_KEEPALIVE void afina_wasm_instructions_free(afina_instructions *rows) {
  afina_instructions_free(rows);
}

EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_instructions_add_json(afina_wasm_reply *reply,
                                                                   afina_instructions *rows,
                                                                   int part, const char *json,
                                                                   size_t size) {
  return afina_instructions_add_json(rows, (afina_part)part, json, size, &reply->error);
}

EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_instruct_create(
    afina_wasm_reply *reply, afina_runtime *runtime, const afina_model *model,
    const afina_instructions *rows, const char *options, size_t options_size) {
  afina_instruct *run = NULL;
  afina_runtime_limit_memory(runtime, afina_wasm_room());
  const afina_status status =
      afina_instruct_create(&run, runtime, model, rows, options, options_size, &reply->error);
  return give(reply, status, run, 0);
}

EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_instruct_resume(afina_wasm_reply *reply,
                                                             afina_runtime *runtime,
                                                             const afina_model *model,
                                                             const afina_instructions *rows,
                                                             const void *checkpoint, size_t size) {
  afina_instruct *run = NULL;
  afina_runtime_limit_memory(runtime, afina_wasm_room());
  const afina_status status =
      afina_instruct_resume(&run, runtime, model, rows, checkpoint, size, &reply->error);
  return give(reply, status, run, 0);
}

EMSCRIPTEN_KEEPALIVE void afina_wasm_instruct_free(afina_instruct *run) {
  afina_instruct_free(run);
}

/* phase, epoch, epochs, updates done, updates, fraction, tokens, loss, learning rate, gradient
 * norm, epochs done, train loss and held-out loss of the last of these: [13]; losses are NaN where
 * there are none */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_instruct_step(afina_wasm_reply *reply,
                                                           afina_instruct *run, double now,
                                                           double *numbers) {
  afina_instruct_progress p;
  const afina_status status = afina_instruct_step(run, now, &p, &reply->error);
  if (status != AFINA_OK) return status;
  const double all[] = {(double)p.phase,   (double)p.epoch, (double)p.epochs,      (double)p.update,
                        (double)p.updates, p.fraction,      (double)p.tokens,      p.loss,
                        p.learning_rate,   p.gradient_norm, (double)p.epochs_done, p.train_loss,
                        p.valid_loss};
  memcpy(numbers, all, sizeof all);
  return AFINA_OK;
}

/* JSON */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_instruct_describe(afina_wasm_reply *reply,
                                                               const afina_instruct *run) {
  afina_bytes json = {0};
  const afina_status status = afina_instruct_describe(run, &json, &reply->error);
  return give(reply, status, json.data, json.size);
}

/* JSON */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_instruct_report(afina_wasm_reply *reply,
                                                             const afina_instruct *run) {
  afina_bytes json = {0};
  const afina_status status = afina_instruct_report(run, &json, &reply->error);
  return give(reply, status, json.data, json.size);
}

/* A model of its own. */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_instruct_model(afina_wasm_reply *reply,
                                                            const afina_instruct *run) {
  afina_model *model = NULL;
  const afina_status status = afina_instruct_model(run, &model, &reply->error);
  return give(reply, status, model, 0);
}

EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_instruct_delta(afina_wasm_reply *reply,
                                                            const afina_instruct *run, int half) {
  afina_bytes delta = {0};
  const afina_status status =
      afina_instruct_delta(run, half ? "f16" : "f32", &delta, &reply->error);
  return give(reply, status, delta.data, delta.size);
}

EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_instruct_checkpoint(afina_wasm_reply *reply,
                                                                 const afina_instruct *run) {
  afina_bytes state = {0};
  const afina_status status = afina_instruct_checkpoint(run, &state, &reply->error);
  return give(reply, status, state.data, state.size);
}
