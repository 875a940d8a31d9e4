// The benchmark's worker: the engine that the page trains with, measuring itself. A step is one
// request, so that the page can say how far it is.

import { benchBuilds } from 'virtual:afina-builds';
import { expose } from 'comlink';
import { loadModule } from '../engine/load_module.js';
import { createBenchBridge } from './bench-bridge.js';

const [, threads, numerics] = /^afina ?(\d+)? ?(plain|fused)?$/.exec(self.name) ?? [];
const wanted = Number(threads ?? navigator.hardwareConcurrency);

let bridge = null;
let bench = 0;

expose({
  async start(options) {
    bridge ??= createBenchBridge(await loadModule(wanted, numerics, benchBuilds));
    if (bench) bridge.freeBench(bench);
    bench = 0;
    bench = bridge.createBench(options);
    return { threads: bridge.threads(), numerics: bridge.numerics() };
  },
  step: () => bridge.step(bench),
  report: () => bridge.report(bench),
});
