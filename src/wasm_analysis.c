/* What the page calls to look at its data again and at what a classifier does: afina.h in numbers,
 * as wasm.c has the rest. */
#include <emscripten.h>
#include <stdlib.h>
#include <string.h>

#include "afina.h"
#include "wasm_reply.h"

/* JSON */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_near_duplicates(afina_wasm_reply *reply,
                                                             const afina_dataset *data) {
  afina_bytes json = {0};
  const afina_status status = afina_near_duplicates(data, &json, &reply->error);
  return give(reply, status, json.data, json.size);
}

EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_folds_create(
    afina_wasm_reply *reply, afina_runtime *runtime, const afina_model *model,
    const afina_dataset *data, size_t k, unsigned seed, const char *options, size_t options_size) {
  afina_folds *folds = NULL;
  const afina_status status = afina_folds_create(&folds, runtime, model, data, k, seed, options,
                                                 options_size, &reply->error);
  return give(reply, status, folds, 0);
}

EMSCRIPTEN_KEEPALIVE void afina_wasm_folds_free(afina_folds *folds) { afina_folds_free(folds); }

/* size: the millionths that are done; one million: all is */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_folds_step(afina_wasm_reply *reply, afina_folds *folds,
                                                        double now) {
  double fraction = 0;
  bool done = false;
  const afina_status status = afina_folds_step(folds, now, &fraction, &done, &reply->error);
  const size_t millionths = (size_t)(fraction * 1e6);
  return give(reply, status, NULL, done ? 1000000 : millionths < 999999 ? millionths : 999999);
}

/* JSON, of folds that are done */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_folds_doubtful(afina_wasm_reply *reply,
                                                            const afina_folds *folds,
                                                            const afina_dataset *data) {
  afina_bytes json = {0};
  const afina_predictions predictions = afina_folds_predictions(folds);
  const afina_status status = afina_doubtful_labels(data, &predictions, &json, &reply->error);
  return give(reply, status, json.data, json.size);
}

/* JSON; class: 2^32 - 1 for the predicted one */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_explain(afina_wasm_reply *reply,
                                                     afina_runtime *runtime, afina_model *model,
                                                     const char *text, size_t size, size_t class,
                                                     size_t first, size_t most) {
  afina_bytes json = {0};
  const afina_status status =
      afina_explain(runtime, model, text, size, class, first, most, &json, &reply->error);
  return give(reply, status, json.data, json.size);
}
