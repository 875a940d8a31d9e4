// What bench.html calls besides what the page does; src/wasm_bench.c is the other side.

import { createBridge } from '../engine/bridge.js';

/** The bridge to afina_bench.mjs, and src/bench/benchmark.h in steps. */
export function createBenchBridge(module) {
  const bridge = createBridge(module);
  return bridge.extend(({ attempt, guard, handle, json, lend, runtime, reply, size }) => ({
    ...bridge,
    createBench: (options) => lend([new TextEncoder().encode(JSON.stringify(options))],
      (at, bytes) => handle(
        () => module._afina_wasm_bench_create(reply, runtime, at, bytes))),
    freeBench: (bench) => guard(() => module._afina_wasm_bench_free(bench)),
    /** @returns {number} the fraction that is done */
    step(bench) {
      attempt(() => module._afina_wasm_bench_step(reply, bench));
      return size() / 1e6;
    },
    report: (bench) => json(() => module._afina_wasm_bench_report(reply, bench)),
  }));
}
