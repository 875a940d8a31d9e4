// Keeps what the user works on in the browser's own storage (IndexedDB): the open table as a file,
// and every change as it is made. It stays on the user's machine. What append() and keepWork() have
// resolved is stored: a tab that closes the moment after loses nothing.

const DATABASE = 'afina-work';
/** `events`: {log, event}, in the order of writing; `files`: by SHA-256; `work`: the last one. */
const STORES = ['events', 'files', 'work'];
const LAST = 'last';

/**
 * @typedef {object} WorkFile
 * @property {string} sha256
 * @property {string} name
 * @property {Blob} blob
 */
/**
 * @typedef {object} Work            what was open when the page was left
 * @property {WorkFile} table
 * @property {WorkFile|null} testTable
 * @property {{text: number, label: number}} columns
 * @property {string|null} sample    the page's own sample that it is
 * @property {number} savedAt        milliseconds, as Date.now()
 */

/** The log of a file's label column. */
export const logOf = (sha256, labelColumn) => `${sha256}:${labelColumn}`;

const settled = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

const completed = (transaction) => new Promise((resolve, reject) => {
  transaction.oncomplete = () => resolve();
  transaction.onerror = () => reject(transaction.error);
  transaction.onabort = () => reject(transaction.error ?? new Error('The storage is full.'));
});

function openDatabase() {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => {
    const events = opening.result.createObjectStore('events', { autoIncrement: true });
    events.createIndex('log', 'log');
    opening.result.createObjectStore('files');
    opening.result.createObjectStore('work');
  };
  return settled(opening);
}

export function createEditsStore() {
  let opened = null;

  function database() {
    opened ??= openDatabase().then((db) => {
      db.onversionchange = db.onclose = () => {
        db.close();
        opened = null;
      };
      return db;
    });
    opened.catch(() => (opened = null));
    return opened;
  }

  /** Resolves when all that `work` asked for is written, with what it gave. */
  async function write(work) {
    const db = await database();
    const transaction = db.transaction(STORES, 'readwrite', { durability: 'strict' });
    const end = completed(transaction);
    work((name) => transaction.objectStore(name));
    await end;
  }

  async function read(name, ask) {
    const transaction = (await database()).transaction(name, 'readonly');
    return settled(ask(transaction.objectStore(name)));
  }

  return {
    /** @returns {Promise<import('./edits.js').Event[]>} */
    async events(log) {
      const records = await read('events', (store) => store.index('log').getAll(log));
      return records.map(({ event }) => event);
    },

    /** Returns when the event is stored. */
    append: (log, event) => write((store) => store('events').add({ log, event })),

    /** Replaces the work kept before; its files go, its events stay. @param {Work} work */
    keepWork: ({ table, testTable, ...rest }) => write((store) => {
      const files = [table, testTable].filter(Boolean);
      store('files').clear();
      for (const { sha256, blob } of files) store('files').put(blob, sha256);
      const named = (file) => file && { sha256: file.sha256, name: file.name };
      const record = { table: named(table), testTable: named(testTable), ...rest };
      store('work').put({ ...record, savedAt: Date.now() }, LAST);
    }),

    /** @returns {Promise<Work|null>} */
    async work() {
      const kept = await read('work', (store) => store.get(LAST));
      if (!kept) return null;
      const whole = async (file) => {
        const blob = file && await read('files', (store) => store.get(file.sha256));
        return blob ? { ...file, blob } : null;
      };
      const [table, testTable] = await Promise.all([whole(kept.table), whole(kept.testTable)]);
      return table && { ...kept, table, testTable };
    },

    /** Everything: tables and changes. */
    forget: () => write((store) => STORES.forEach((name) => store(name).clear())),
  };
}
