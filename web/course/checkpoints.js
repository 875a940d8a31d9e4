// Checkpoints in the browser's own file system (OPFS), where they outlive the tab. One is a folder
// with a manifest, which is written last and at once: whenever the tab goes, the manifest names
// files that are whole, the new ones or the ones before.
//
//     afina-course/ID/manifest.json     what the page shows of it, and `folder`
//     afina-course/ID/FOLDER/...        the files, named as `afina nano` names them

import { unzipSync, zipSync } from 'fflate';
import { EngineError, fail } from '../engine/failure.js';

const ROOT = 'afina-course';
const LOCK = 'afina-course-checkpoints';
const MANIFEST = 'manifest.json';
/** Of a zip, unpacked. */
const LARGEST = 1 << 30;
const NAME_LENGTH = 80;
/** As the worker calls them, and as they are called on disk. */
export const FILES = {
  config: 'config.json',
  tokenizer: 'tokenizer.json',
  state: 'state.safetensors',
  text: 'text.txt',
  options: 'options.json',
};

/**
 * @typedef {object} Entry
 * @property {string} id
 * @property {string} name
 * @property {number} created   milliseconds, as Date.now()
 * @property {number} saved
 * @property {number} step      updates that had been done
 * @property {number} steps     of how many
 * @property {number} loss      of the last one; of held-out text where it was measured
 * @property {string} numerics  that the run began with: others go on to other bits
 * @property {number} size      bytes
 */

const newId = () => `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
const isFull = (error) => error?.name === 'QuotaExceededError';
const shortened = (name) => String(name ?? '').trim().slice(0, NAME_LENGTH);

async function write(folder, name, content) {
  const file = await folder.getFileHandle(name, { create: true });
  // What is written shows when it is closed, all of it.
  const stream = await file.createWritable();
  try {
    await stream.write(content);
    await stream.close();
  } catch (error) {
    await stream.abort?.().catch(() => {});
    throw error;
  }
}

async function read(folder, name) {
  return (await folder.getFileHandle(name)).getFile();
}

/** An entry as a manifest has it; hostile, as that may come from a zip. */
function checked(given) {
  const count = (value) => (Number.isFinite(value) && value >= 0 ? value : 0);
  return { name: shortened(given?.name), created: count(given?.created), saved: count(given?.saved),
    step: count(given?.step), steps: count(given?.steps), loss: count(given?.loss),
    numerics: String(given?.numerics ?? '').slice(0, 10), size: count(given?.size) };
}

/**
 * @param {{storage?: StorageManager, locks?: LockManager}} [browser]
 */
export function createCheckpoints({ storage = navigator.storage, locks = navigator.locks } = {}) {
  /** Throws where this browser has no such file system, or refuses it (private windows). */
  async function root() {
    try {
      const top = await storage.getDirectory();
      return await top.getDirectoryHandle(ROOT, { create: true });
    } catch (error) {
      return fail('NO_CHECKPOINTS', `The browser's file system: ${error?.message ?? error}`);
    }
  }

  /** One tab at a time; what fails is told in words. */
  async function alone(work) {
    const told = async () => {
      try {
        return await work(await root());
      } catch (error) {
        if (error instanceof EngineError) throw error;
        return fail(isFull(error) ? 'CHECKPOINTS_FULL' : 'CHECKPOINTS_FAILED',
          String(error?.message ?? error));
      }
    };
    return locks ? locks.request(LOCK, told) : told();
  }

  async function manifestOf(top, id) {
    const home = await top.getDirectoryHandle(id);
    const { folder, ...rest } = JSON.parse(await (await read(home, MANIFEST)).text());
    return { home, folder: String(folder), entry: { ...checked(rest), id } };
  }

  /** All but the folder that the manifest names. */
  async function clean(home, folder) {
    const others = [];
    for await (const [name] of home.entries()) {
      if (name !== MANIFEST && name !== folder) others.push(name);
    }
    for (const name of others) await home.removeEntry(name, { recursive: true });
  }

  async function put(top, id, about, files) {
    const home = await top.getDirectoryHandle(id, { create: true });
    const folder = newId();
    const place = await home.getDirectoryHandle(folder, { create: true });
    let size = 0;
    for (const [name, blob] of Object.entries(files)) {
      await write(place, FILES[name], blob);
      size += blob.size;
    }
    const entry = { ...checked({ ...about, saved: Date.now(), size }), id };
    await write(home, MANIFEST, JSON.stringify({ ...entry, folder }));
    await clean(home, folder);
    return entry;
  }

  async function filesOf(top, id) {
    const { home, folder, entry } = await manifestOf(top, id);
    const place = await home.getDirectoryHandle(folder);
    const all = await Promise.all(Object.entries(FILES)
      .map(async ([key, name]) => [key, await read(place, name)]));
    return { entry, files: Object.fromEntries(all) };
  }

  return {
    /** @returns {Promise<boolean>} whether checkpoints can be kept here */
    available: () => root().then(
      () => 'createWritable' in (globalThis.FileSystemFileHandle?.prototype ?? {}), () => false),

    /**
     * @param {string|null} id   of the checkpoint that it takes the place of
     * @param {object} about     an Entry's name, created, step, steps, loss, numerics
     * @param {Record<string, Blob>} files
     * @returns {Promise<Entry>}
     */
    save: (id, about, files) => alone((top) => put(top, id ?? newId(),
      { created: Date.now(), ...about }, files)),

    /** The newest first. @returns {Promise<Entry[]>} */
    list: () => alone(async (top) => {
      const ids = [];
      for await (const [id] of top.entries()) ids.push(id);
      const found = [];
      for (const id of ids) {
        const entry = await manifestOf(top, id).then((each) => each.entry, () => null);
        if (entry) found.push(entry);
        // Its first saving was cut short: nothing in it was ever shown.
        else await top.removeEntry(id, { recursive: true });
      }
      return found.sort((a, b) => b.saved - a.saved);
    }),

    rename: (id, name) => alone(async (top) => {
      const { home, folder, entry } = await manifestOf(top, id);
      const renamed = { ...entry, name: shortened(name) || entry.name };
      await write(home, MANIFEST, JSON.stringify({ ...renamed, folder }));
      return renamed;
    }),

    remove: (id) => alone((top) => top.removeEntry(id, { recursive: true })),

    /** @returns {Promise<{entry: Entry, files: Record<string, Blob>}>} */
    files: (id) => alone((top) => filesOf(top, id)),

    /** @returns {Promise<Blob>} a zip that load() takes, and `afina nano --resume` unpacked */
    zip: (id) => alone(async (top) => {
      const { entry, files } = await filesOf(top, id);
      // Weights grow no smaller.
      const packed = async ([key, file]) => [FILES[key],
        [new Uint8Array(await file.arrayBuffer()), { level: key === 'state' ? 0 : 6 }]];
      const parts = await Promise.all(Object.entries(files).map(packed));
      const about = new TextEncoder().encode(JSON.stringify(entry));
      return new Blob([zipSync({ ...Object.fromEntries(parts), [MANIFEST]: about })],
        { type: 'application/zip' });
    }),

    /** Keeps the checkpoint of a zip, as one of its own. @param {Blob} blob @returns {Entry} */
    async load(blob) {
      const { about, files } = unpack(new Uint8Array(await blob.arrayBuffer()));
      return alone((top) => put(top, newId(), about, files));
    },

    /** @returns {Promise<{usage: number, quota: number}>} bytes; all that this site keeps */
    async space() {
      const { usage = 0, quota = 0 } = await storage?.estimate?.() ?? {};
      return { usage, quota };
    },
  };
}

function unpack(bytes) {
  let all;
  let size = 0;
  try {
    all = unzipSync(bytes, { filter: ({ name, originalSize }) => {
      const wanted = name === MANIFEST || Object.values(FILES).includes(name);
      if (wanted) size += originalSize;
      if (size > LARGEST) throw new Error('it is too large');
      return wanted;
    } });
  } catch (error) {
    fail('CHECKPOINT_ZIP', `The zip cannot be unpacked: ${error?.message ?? error}`);
  }
  const missing = Object.values(FILES).find((name) => !all[name]);
  if (missing) fail('CHECKPOINT_FILE', `The zip has no ${missing}.`, { file: missing });
  let about = {};
  try {
    about = JSON.parse(new TextDecoder().decode(all[MANIFEST]));
  } catch {
    // Its name and date are not what a run goes on from.
  }
  return { about: checked(about), files: Object.fromEntries(
    Object.entries(FILES).map(([key, name]) => [key, new Blob([all[name]])])) };
}

