// One worker and the requests that it owes an answer: one reply each, or the rejection of all when
// it dies.

import { releaseProxy, wrap } from 'comlink';
import { EngineError } from './failure.js';

const gone = { code: 'CRASH', detail: 'The engine is gone.' };

/**
 * @param {Worker} worker
 * @param {() => void} onDeath   the worker is gone; pending requests are rejected already
 */
export function connect(worker, onDeath) {
  const remote = wrap(worker);
  const pending = new Set();
  let answered = false;
  let dead = false;

  function die(failure) {
    if (dead) return;
    dead = true;
    worker.terminate();
    remote[releaseProxy]();
    for (const reject of pending) reject(new EngineError(failure));
    pending.clear();
    onDeath();
  }

  /** An error before the first answer is a script that could not be loaded. */
  function onError(event) {
    event.preventDefault?.();
    const detail = event.message ? `The engine stopped: ${event.message}` : 'The engine stopped.';
    die(answered ? { code: 'CRASH', detail }
      : { code: 'NETWORK', detail: 'The engine could not be loaded.', values: { file: 'worker' } });
  }
  worker.addEventListener('error', onError);
  worker.addEventListener('messageerror', onError);

  /** @returns {Promise<any>} rejected with an EngineError */
  function request(method, args) {
    return new Promise((resolve, reject) => {
      if (dead) return void reject(new EngineError(gone));
      pending.add(reject);
      const settle = (finish) => (outcome) => {
        if (pending.delete(reject)) finish(outcome);
      };
      remote[method](...args).then(settle(({ value, failure }) => {
        answered = true;
        if (!failure) return resolve(value);
        reject(new EngineError(failure));
        if (failure.code === 'CRASH') die(failure);
      }), settle((error) => {
        reject(new EngineError({ code: 'CRASH', detail: `The engine stopped: ${error.message}` }));
      }));
    });
  }

  return { request, close: () => die(gone) };
}
