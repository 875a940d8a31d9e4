/* What course.html calls to show a classifier from within, besides what the page calls: inside.h in
 * numbers, as wasm.c has the rest. */
#include <emscripten.h>
#include <stdlib.h>

#include "afina.h"
#include "wasm_reply.h"

/* JSON; values: two words, where the float32 that come with it are and how many bytes, for the
 * caller to free. label: 2^32 - 1 for none */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_inside(afina_wasm_reply *reply, afina_runtime *runtime,
                                                    afina_model *model, const char *text,
                                                    size_t size, size_t label, uint32_t *values) {
  afina_bytes json = {0}, numbers = {0};
  const afina_status status =
      afina_inside(runtime, model, text, size, label, &json, &numbers, &reply->error);
  values[0] = (uint32_t)(uintptr_t)numbers.data;
  values[1] = (uint32_t)numbers.size;
  return give(reply, status, json.data, json.size);
}

EMSCRIPTEN_KEEPALIVE void afina_wasm_model_randomize(afina_model *model, unsigned seed) {
  afina_model_randomize(model, seed);
}

/* A model of its own. */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_session_snapshot(afina_wasm_reply *reply,
                                                              const afina_session *session) {
  afina_model *model = NULL;
  const afina_status status = afina_session_snapshot(session, &model, &reply->error);
  return give(reply, status, model, 0);
}

EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_session_watch(afina_wasm_reply *reply,
                                                           afina_session *session, int watch) {
  return give(reply, afina_session_watch(session, watch != 0, &reply->error), NULL, 0);
}

/* JSON */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_session_watched(afina_wasm_reply *reply,
                                                             const afina_session *session) {
  afina_bytes json = {0};
  const afina_status status = afina_session_watched(session, &json, &reply->error);
  return give(reply, status, json.data, json.size);
}

/* JSON; longest and tokens: as afina_wasm_inspect counted them */
EMSCRIPTEN_KEEPALIVE afina_status
afina_wasm_session_costs(afina_wasm_reply *reply, const afina_runtime *runtime,
                         const afina_model *model, const afina_dataset *data, size_t longest,
                         size_t tokens, size_t length, const char *options, size_t options_size) {
  afina_bytes json = {0};
  const afina_status status = afina_session_costs(runtime, model, data, longest, tokens, length,
                                                  options, options_size, &json, &reply->error);
  return give(reply, status, json.data, json.size);
}
