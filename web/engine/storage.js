// Keeps the last trained model in the browser's own storage (IndexedDB), so that a closed tab loses
// nothing. It stays on the user's machine. A browser that refuses storage keeps nothing, and the
// download remains.

const DATABASE = 'afina';
const STORE = 'models';
const KEY = 'last';

/** A request as a promise. */
const settled = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

async function withStore(mode, work) {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await settled(opening);
  try {
    return await settled(work(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

/** @typedef {{name: string, classes: string[], savedAt: number, report: string,
 *             files: {config: Blob, weights: Blob, tokenizer: Blob}}} Kept */

export const browserStorage = {
  /** @returns {Promise<Kept|null>} */
  read: async () => (await withStore('readonly', (store) => store.get(KEY))) ?? null,
  /** @param {Kept} kept */
  write: (kept) => withStore('readwrite', (store) => store.put(kept, KEY)),
  remove: () => withStore('readwrite', (store) => store.delete(KEY)),
};
