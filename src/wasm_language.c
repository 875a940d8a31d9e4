/* What course.html calls of the language model, besides what the page calls of the classifier:
 * afina.h in numbers, as wasm.c has the rest. */
#include <emscripten.h>
#include <stdlib.h>

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
