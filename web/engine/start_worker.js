// Starts the engine's worker.

import { policedWorker } from './policed_worker.js';
import url from './worker.js?worker&url';

/** @param {number} [threads]   at most; without it, one for each core */
export function startWorker(threads) {
  return policedWorker(new URL(url, document.baseURI), { name: `afina ${threads ?? ''}`.trim() });
}
