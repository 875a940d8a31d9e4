// Starts the engine's worker.

import { policedWorker } from './policed_worker.js';
import url from './worker.js?worker&url';

/**
 * @param {number} [threads]    at most; without it, one for each core
 * @param {string} [numerics]   'plain' or 'fused'; without it, the best that the browser has
 */
export function startWorker(threads, numerics) {
  const name = ['afina', threads, numerics].filter(Boolean).join(' ');
  return policedWorker(new URL(url, document.baseURI), { name });
}
