// Which of the two builds of the WASM module runs: the one with threads where the page is
// cross-origin isolated (see web/isolation.js), else the one without. Only one is loaded, and both
// give the same bits.

import { builds } from 'virtual:afina-builds';
import { policedWorker } from './policed_worker.js';

/** More bring little on texts of a few dozen tokens, and each costs memory and time to start. */
const MOST_THREADS = 16;
/** A worker that has not come by then never will. */
const PATIENCE = 10_000;

/**
 * @param {number} wanted   threads
 * @param {string} [numerics]   'plain' or 'fused'; without it, the best that the engine has
 * @param {{single: string, threads: string, script: string}} [build]
 * @returns {Promise<object>} the module, with `threads` where it was started for more than one
 */
export async function loadModule(wanted, numerics, build = builds) {
  const threads = Math.min(wanted || 1, MOST_THREADS);
  if (threads > 1 && self.crossOriginIsolated) {
    try {
      return await startThreads({ threads, numerics }, build);
    } catch (error) {
      console.warn(`Afina runs on one thread: ${error?.message ?? error}`);
    }
  }
  return (await factory(build.single, build.script))({ numerics });
}

/** One folder below the page's. */
const here = import.meta.url;

async function factory(folder, script) {
  const { href } = new URL(`../${folder}${script}`, here);
  return (await import(/* @vite-ignore */ href)).default;
}

/** Emscripten starts its workers by their own URL: here it gets ours, under the page's policy. */
async function startThreads(options, build) {
  const createModule = await factory(build.threads, build.script);
  const { Worker } = globalThis;
  const started = [];
  let timer;
  const failing = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('the threads did not start')), PATIENCE);
    globalThis.Worker = function PolicedWorker(url, options) {
      const worker = policedWorker(url, options);
      worker.addEventListener('error', ({ message }) => reject(new Error(message)));
      started.push(worker);
      return worker;
    };
  });
  globalThis.Worker.prototype = Worker.prototype;
  try {
    return await Promise.race([createModule(options), failing]);
  } catch (error) {
    started.forEach((worker) => worker.terminate());
    throw error;
  } finally {
    clearTimeout(timer);
    globalThis.Worker = Worker;
  }
}
