/* What bench.html calls besides wasm.c's functions. It is in a module of its own, afina_bench.mjs,
 * which has both: the page that does not measure does not load this. */
#include <emscripten.h>

#include "afina.h"
#include "wasm_reply.h"

static double seconds_now(void) { return emscripten_get_now() * 1e-3; }

/* options: JSON of benchmark.h */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_bench_create(afina_wasm_reply *reply,
                                                          const afina_runtime *runtime,
                                                          const char *options, size_t size) {
  afina_bench *bench = NULL;
  const afina_status status =
      afina_runtime_bench(runtime, options, size, seconds_now, &bench, &reply->error);
  return give(reply, status, bench, 0);
}

EMSCRIPTEN_KEEPALIVE void afina_wasm_bench_free(afina_bench *bench) { afina_bench_free(bench); }

/* size: the millionths that are done */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_bench_step(afina_wasm_reply *reply,
                                                        afina_bench *bench) {
  double fraction = 0;
  const afina_status status = afina_bench_step(bench, &fraction, &reply->error);
  return give(reply, status, NULL, (size_t)(fraction * 1e6));
}

/* JSON */
EMSCRIPTEN_KEEPALIVE afina_status afina_wasm_bench_report(afina_wasm_reply *reply,
                                                          const afina_bench *bench) {
  afina_bytes json = {0};
  const afina_status status = afina_bench_report(bench, &json, &reply->error);
  return give(reply, status, json.data, json.size);
}
