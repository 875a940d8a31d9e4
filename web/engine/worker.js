// The worker: WASM, tables and sessions live here. start_worker.js starts it under the page's
// policy.

import { expose } from 'comlink';
import { loadModule } from './load_module.js';
import { createService } from './service.js';

const [, threads, numerics] = /^afina ?(\d+)? ?(plain|fused)?$/.exec(self.name) ?? [];
const wanted = Number(threads ?? navigator.hardwareConcurrency);

expose(createService(() => loadModule(wanted, numerics)));
