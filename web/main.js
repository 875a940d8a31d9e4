// The page's entry: the real engine into the page.

import { createEngine } from './engine/client.js';
import { startWorker } from './engine/start_worker.js';
import { keepFiles, settle } from './isolation.js';
import { startPage } from './ui/page.js';

startPage(({ threads, numerics }) => createEngine({
  before: settle(),
  start: () => startWorker(threads, numerics),
}), keepFiles);
