// The worker: WASM, tables and sessions live here. start_worker.js starts it under the page's
// policy.

import { expose } from 'comlink';
import { loadModule } from './load_module.js';
import { createService } from './service.js';

const threads = Number(/^afina (\d+)$/.exec(self.name)?.[1] ?? navigator.hardwareConcurrency);

expose(createService(() => loadModule(threads)));
