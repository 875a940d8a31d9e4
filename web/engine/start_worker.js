// Starts the worker under the page's policy.
//
// A worker started from its own URL takes its policy from that response's headers, and a static
// server sends none: it could then fetch from anywhere. One started from a blob inherits the
// page's, so the worker proper is imported by a blob of one line (law 2; tests/e2e tries a foreign
// fetch from inside).

import url from './worker.js?worker&url';

export function startWorker() {
  const line = `import ${JSON.stringify(new URL(url, document.baseURI).href)};`;
  const blob = URL.createObjectURL(new Blob([line], { type: 'text/javascript' }));
  const worker = new Worker(blob, { type: 'module', name: 'afina' });
  // Revoked once the worker answers: a blob that is gone cannot be loaded.
  worker.addEventListener('message', () => URL.revokeObjectURL(blob), { once: true });
  return worker;
}
