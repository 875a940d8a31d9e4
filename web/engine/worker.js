// The worker: WASM, tables and sessions live here. start_worker.js starts it under the page's
// policy.

import { expose } from 'comlink';
import createModule from '#wasm/afina.mjs';
import { createService } from './service.js';

expose(createService(() => createModule()));
