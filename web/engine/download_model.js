// Fetches the files of a model folder, counting bytes.

import { fail } from './failure.js';
import { FILE_NAMES } from './model_files.js';

/**
 * @param {string} folder   URL that ends with a slash
 * @param {(loaded: number, total: number) => void} onProgress
 * @param {AbortSignal} [signal]
 * @returns {Promise<{name: string, blob: Blob}[]>}
 */
export async function downloadModel(folder, onProgress, signal) {
  const names = Object.values(FILE_NAMES);
  const responses = await Promise.all(names.map((name) => get(folder + name, name, signal)));
  const sizes = responses.map(({ headers }) => Number(headers.get('Content-Length') ?? 0));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let loaded = 0;
  /** A compressed response says its compressed size, so that the total may turn out too small. */
  const count = (size) => {
    loaded += size;
    onProgress(loaded, Math.max(total, loaded));
  };
  onProgress(0, total);
  return Promise.all(responses.map(
    async (response, i) => ({ name: names[i], blob: await read(response, names[i], count) })));
}

async function get(url, file, signal) {
  const response = await fetch(url, { signal }).catch((error) => broken(file, error.message));
  return response.ok ? response : broken(file, `the server answered ${response.status}`);
}

async function read(response, file, count) {
  const chunks = [];
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((error) => broken(file, error.message));
    if (done) return new Blob(chunks);
    chunks.push(value);
    count(value.length);
  }
}

const broken = (file, why) => fail('NETWORK', `${file} could not be loaded: ${why}.`, { file });
