/* What the page calls: afina.h in numbers that JavaScript can pass, and nothing else
 * (web/engine/bridge.js is the other side). Every function here is exported, and malloc and free
 * with them. Pointers and size_t have 32 bits.
 *
 * What can fail takes an afina_wasm_reply, returns its status and leaves the result there: a
 * handle, or bytes that the caller frees (those that are only borrowed say so). */
#include <emscripten.h>
#include <stdlib.h>
#include <string.h>

#include "afina.h"
#include "csv_sniff.h"
#include "wasm_reply.h"

/* The reply that all calls share; NULL where there is no memory. */
EMSCRIPTEN_KEEPALIVE afina_wasm_reply *afina_wasm_reply_create(void) {
  return calloc(1, sizeof(afina_wasm_reply));
}

/* Terminated, borrowed. */
EMSCRIPTEN_KEEPALIVE const char *afina_wasm_version(void) { return afina_version(); }
EMSCRIPTEN_KEEPALIVE const char *afina_wasm_status_name(int status) {
  return afina_status_name((afina_status)status);
}

/* encoding (csv_sniff.h) + 2^8 * delimiter + 2^16 * bytes of byte order mark + 2^20 * skip */
EMSCRIPTEN_KEEPALIVE unsigned afina_wasm_csv_sniff(const void *data, size_t size, int complete) {
  const afina_csv_format format = afina_csv_sniff(data, size, complete != 0);
  return (unsigned)format.encoding | (unsigned)(unsigned char)format.delimiter << 8 |
         (unsigned)format.bom << 16 | (unsigned)format.skip << 20;
}

/* UTF-8, without the file's byte order mark */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_csv_to_utf8(afina_wasm_reply *reply, const void *data,
                                                         size_t size, int encoding) {
  afina_buffer text = {0};
  afina_bytes bytes = {0};
  const afina_status status =
      afina_csv_to_utf8(data, size, (afina_csv_encoding)encoding, &text, &reply->error);
  afina_buffer_take(&text, &bytes);
  if (status != AFINA_OK) afina_bytes_free(&bytes);
  return give(reply, status, bytes.data, bytes.size);
}

/* Of the build with threads, as many as workers wait for them (see wasm.cmake); else one. */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_runtime_create(afina_wasm_reply *reply,
                                                            size_t threads) {
  afina_runtime *runtime = NULL;
  const afina_status status = afina_runtime_create(&runtime, threads, &reply->error);
  return give(reply, status, runtime, 0);
}

EMSCRIPTEN_KEEPALIVE size_t afina_wasm_runtime_threads(const afina_runtime *runtime) {
  return afina_runtime_threads(runtime);
}

/* numerics: terminated */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_runtime_set_numerics(afina_wasm_reply *reply,
                                                                  afina_runtime *runtime,
                                                                  const char *numerics) {
  const afina_status status = afina_runtime_set_numerics(runtime, numerics, &reply->error);
  return give(reply, status, NULL, 0);
}

/* Terminated, borrowed. */
EMSCRIPTEN_KEEPALIVE const char *afina_wasm_runtime_numerics(const afina_runtime *runtime) {
  return afina_runtime_numerics(runtime);
}

/* afina_runtime_keep */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_runtime_keep(afina_wasm_reply *reply,
                                                          afina_runtime *runtime, size_t bytes) {
  return give(reply, afina_runtime_keep(runtime, bytes, &reply->error), NULL, 0);
}

/* ---- models ---- */

EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_model_load(afina_wasm_reply *reply, const void *config,
                                                        size_t config_size, const void *weights,
                                                        size_t weights_size, const void *tokenizer,
                                                        size_t tokenizer_size) {
  afina_model *model = NULL;
  const afina_status status = afina_model_load(&model, config, config_size, weights, weights_size,
                                               tokenizer, tokenizer_size, &reply->error);
  return give(reply, status, model, 0);
}

EMSCRIPTEN_KEEPALIVE void afina_wasm_model_free(afina_model *model) { afina_model_free(model); }

/* JSON */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_model_describe(afina_wasm_reply *reply,
                                                            const afina_model *model) {
  afina_bytes json = {0};
  const afina_status status = afina_model_describe(model, &json, &reply->error);
  return give(reply, status, json.data, json.size);
}

/* file: an afina_file */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_model_save(afina_wasm_reply *reply,
                                                        const afina_model *model, int file) {
  afina_bytes bytes = {0};
  const afina_status status = afina_model_save(model, (afina_file)file, &bytes, &reply->error);
  return give(reply, status, bytes.data, bytes.size);
}

/* A delta on its base, which stays as it is. */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_model_load_delta(afina_wasm_reply *reply,
                                                              const afina_model *base,
                                                              const void *delta, size_t size) {
  afina_model *model = NULL;
  const afina_status status = afina_model_load_delta(&model, base, delta, size, &reply->error);
  return give(reply, status, model, 0);
}

/* ---- data ---- */

EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_dataset_create(afina_wasm_reply *reply) {
  afina_dataset *data = NULL;
  const afina_status status = afina_dataset_create(&data, &reply->error);
  return give(reply, status, data, 0);
}

EMSCRIPTEN_KEEPALIVE void afina_wasm_dataset_free(afina_dataset *data) { afina_dataset_free(data); }

/* Many rows at once. heads [count, 3]: row number, bytes of the text, bytes of the label; bytes:
 * text, label, text, label, ... without gaps. The rows before one that fails stay. */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_dataset_add(afina_wasm_reply *reply,
                                                         afina_dataset *data, int part,
                                                         const uint32_t *heads, size_t count,
                                                         const char *bytes) {
  for (size_t i = 0; i < count; i++, heads += 3) {
    const char *text = bytes, *label = text + heads[1];
    const afina_status status = afina_dataset_add(data, (afina_part)part, text, heads[1], label,
                                                  heads[2], heads[0], &reply->error);
    if (status != AFINA_OK) return give(reply, status, NULL, 0);
    bytes = label + heads[2];
  }
  return give(reply, AFINA_OK, NULL, 0);
}

/* JSON */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_inspect(afina_wasm_reply *reply,
                                                     const afina_model *model,
                                                     const afina_dataset *data) {
  afina_bytes json = {0};
  const afina_status status = afina_inspect(model, data, &json, &reply->error);
  return give(reply, status, json.data, json.size);
}

/* ---- fine-tuning ---- */

/* JSON; longest and tokens: as afina_wasm_inspect counted them */
EMSCRIPTEN_KEEPALIVE afina_status
afina_wasm_session_memory(afina_wasm_reply *reply, afina_runtime *runtime, const afina_model *model,
                          const afina_dataset *data, size_t longest, size_t tokens,
                          const char *options, size_t options_size) {
  afina_bytes json = {0};
  afina_runtime_limit_memory(runtime, afina_wasm_room());
  const afina_status status = afina_session_memory(runtime, model, data, longest, tokens, options,
                                                   options_size, &json, &reply->error);
  return give(reply, status, json.data, json.size);
}

EMSCRIPTEN_KEEPALIVE afina_status
afina_wasm_session_create(afina_wasm_reply *reply, afina_runtime *runtime, const afina_model *model,
                          const afina_dataset *data, const char *options, size_t options_size) {
  afina_session *session = NULL;
  afina_runtime_limit_memory(runtime, afina_wasm_room());
  const afina_status status =
      afina_session_create(&session, runtime, model, data, options, options_size, &reply->error);
  return give(reply, status, session, 0);
}

/* JSON */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_session_plan(
    afina_wasm_reply *reply, const afina_runtime *runtime, const afina_model *model,
    const afina_dataset *data, const char *options, size_t options_size) {
  afina_bytes json = {0};
  const afina_status status =
      afina_session_plan(runtime, model, data, options, options_size, &json, &reply->error);
  return give(reply, status, json.data, json.size);
}

EMSCRIPTEN_KEEPALIVE void afina_wasm_session_free(afina_session *session) {
  afina_session_free(session);
}

/* progress [15]: phase, epoch, epochs, step, steps, fraction, texts, loss, best_epoch, and of the
 * epoch that ended last: epoch, train_loss, valid_loss, valid_accuracy, seconds, first_block.
 * Written on success only. */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_session_step(afina_wasm_reply *reply,
                                                          afina_session *session, double now,
                                                          double *progress) {
  afina_progress p;
  const afina_status status = afina_session_step(session, now, &p, &reply->error);
  if (status == AFINA_OK) {
    const double values[] = {p.phase,
                             (double)p.epoch,
                             (double)p.epochs,
                             (double)p.step,
                             (double)p.steps,
                             p.fraction,
                             (double)p.texts,
                             p.loss,
                             (double)p.best_epoch,
                             (double)p.last.epoch,
                             p.last.train_loss,
                             p.last.valid_loss,
                             p.last.valid_accuracy,
                             p.last.seconds,
                             (double)p.last.first_block};
    memcpy(progress, values, sizeof values);
  }
  return give(reply, status, NULL, 0);
}

EMSCRIPTEN_KEEPALIVE void afina_wasm_session_stop(afina_session *session) {
  afina_session_stop(session);
}

/* JSON */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_session_describe(afina_wasm_reply *reply,
                                                              const afina_session *session) {
  afina_bytes json = {0};
  const afina_status status = afina_session_describe(session, &json, &reply->error);
  return give(reply, status, json.data, json.size);
}

/* JSON */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_session_report(afina_wasm_reply *reply,
                                                            const afina_session *session) {
  afina_bytes json = {0};
  const afina_status status = afina_session_report(session, &json, &reply->error);
  return give(reply, status, json.data, json.size);
}

/* A model of its own. */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_session_model(afina_wasm_reply *reply,
                                                           const afina_session *session) {
  afina_model *model = NULL;
  const afina_status status = afina_session_model(session, &model, &reply->error);
  return give(reply, status, model, 0);
}

/* safetensors */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_session_delta(afina_wasm_reply *reply,
                                                           const afina_session *session) {
  afina_bytes bytes = {0};
  const afina_status status = afina_session_delta(session, &bytes, &reply->error);
  return give(reply, status, bytes.data, bytes.size);
}

/* uint32 [size]: the tested rows' indices in the data set. Borrowed from the session. */
EMSCRIPTEN_KEEPALIVE void afina_wasm_session_tested_rows(afina_wasm_reply *reply,
                                                         const afina_session *session) {
  const afina_predictions tested = afina_session_predictions(session);
  give(reply, AFINA_OK, tested.rows, tested.count);
}

/* float [size] = [rows, classes]. Borrowed from the session. */
EMSCRIPTEN_KEEPALIVE void afina_wasm_session_tested_probabilities(afina_wasm_reply *reply,
                                                                  const afina_session *session) {
  const afina_predictions tested = afina_session_predictions(session);
  give(reply, AFINA_OK, tested.probabilities, tested.count * tested.classes);
}

/* ---- comparing ---- */

EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_comparison_create(afina_wasm_reply *reply,
                                                               afina_runtime *runtime,
                                                               const afina_model *model,
                                                               const afina_dataset *data,
                                                               const char *plan, size_t plan_size) {
  afina_comparison *comparison = NULL;
  const afina_status status =
      afina_comparison_create(&comparison, runtime, model, data, plan, plan_size, &reply->error);
  return give(reply, status, comparison, 0);
}

EMSCRIPTEN_KEEPALIVE void afina_wasm_comparison_free(afina_comparison *comparison) {
  afina_comparison_free(comparison);
}

/* progress [8]: entry, entries, run, runs, fraction, done, and of the session: epoch, epochs.
 * starts: whether this step may begin a session, which is told what memory there is. */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_comparison_step(afina_wasm_reply *reply,
                                                             afina_comparison *comparison,
                                                             afina_runtime *runtime, int starts,
                                                             double now, double *progress) {
  afina_comparison_progress p;
  if (starts) afina_runtime_limit_memory(runtime, afina_wasm_room());
  const afina_status status = afina_comparison_step(comparison, now, &p, &reply->error);
  if (status == AFINA_OK) {
    const double values[] = {(double)p.entry,
                             (double)p.entries,
                             (double)p.run,
                             (double)p.runs,
                             p.fraction,
                             p.done,
                             (double)p.session.epoch,
                             (double)p.session.epochs};
    memcpy(progress, values, sizeof values);
  }
  return give(reply, status, NULL, 0);
}

/* JSON */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_comparison_report(afina_wasm_reply *reply,
                                                               const afina_comparison *comparison) {
  afina_bytes json = {0};
  const afina_status status = afina_comparison_report(comparison, &json, &reply->error);
  return give(reply, status, json.data, json.size);
}

/* ---- inference ---- */

/* sizes [count]; bytes: the texts without gaps. float [size] = [count, classes], for the caller to
 * free. */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_classify(afina_wasm_reply *reply,
                                                      afina_runtime *runtime, afina_model *model,
                                                      const size_t *sizes, size_t count,
                                                      const char *bytes) {
  size_t elements = 0;
  if (!afina_multiply(count, afina_model_classes(model), &elements)) {
    return give(reply, afina_fail_memory(&reply->error), NULL, 0);
  }
  const char **texts = afina_allocate(count, sizeof *texts);
  float *probabilities = afina_allocate(elements, sizeof *probabilities);
  afina_status status = AFINA_OK;
  if (!texts || !probabilities) {
    status = afina_fail_memory(&reply->error);
  } else {
    for (size_t i = 0; i < count; bytes += sizes[i], i++) texts[i] = bytes;
    status = afina_classify(runtime, model, texts, sizes, count, probabilities, &reply->error);
  }
  free(texts);
  if (status != AFINA_OK) free(probabilities);
  return give(reply, status, probabilities, elements);
}
