// Workers under the page's policy.
//
// A worker started from its own URL takes its policy from that response's headers, and a static
// server sends none: it could then fetch from anywhere. One started from a blob inherits its
// maker's, so the worker proper is imported by a blob of one line (law 2; tests/e2e tries a foreign
// fetch from inside).

const { Worker } = globalThis; // load_module.js puts another in its place for a while

/**
 * @param {string|URL} url       of a script: a module, or one that runs as a module too
 * @param {WorkerOptions} [options]
 * @returns {Worker}
 */
export function policedWorker(url, options) {
  const line = `import ${JSON.stringify(String(url))};`;
  const blob = URL.createObjectURL(new Blob([line], { type: 'text/javascript' }));
  const worker = new Worker(blob, { ...options, type: 'module' });
  // Revoked once the worker answers: a blob that is gone cannot be loaded.
  worker.addEventListener('message', () => URL.revokeObjectURL(blob), { once: true });
  return worker;
}
