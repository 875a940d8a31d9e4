// Checkpoints in a file system of the browser's kind: whatever is cut short, what stands there is
// whole.

import { strFromU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { createCheckpoints } from '../course/checkpoints.js';

/** The parts of OPFS that are used; `trouble.after` writes, the next ones fail. */
function fileSystem(trouble = { after: Infinity }) {
  const missing = () => Object.assign(new Error('missing'), { name: 'NotFoundError' });
  function folder() {
    const held = new Map();
    const get = (make) => async (name, { create } = {}) => {
      if (!held.has(name)) {
        if (!create) throw missing();
        held.set(name, make());
      }
      return held.get(name);
    };
    return {
      held,
      getDirectoryHandle: get(folder),
      getFileHandle: get(file),
      async removeEntry(name) {
        if (!held.delete(name)) throw missing();
      },
      async* entries() {
        yield* [...held];
      },
    };
  }
  function file() {
    let content = new Blob([]);
    return {
      getFile: async () => content,
      async createWritable() {
        const parts = [];
        return {
          async write(part) {
            if (trouble.after-- <= 0) {
              throw Object.assign(new Error('full'), { name: 'QuotaExceededError' });
            }
            parts.push(part);
          },
          async close() {
            content = new Blob(parts);
          },
          abort: async () => {},
        };
      },
    };
  }
  const top = folder();
  return { top, trouble,
    getDirectory: async () => top, estimate: async () => ({ usage: 7, quota: 100 }) };
}

const kept = (step) => ({ config: new Blob(['{}']), tokenizer: new Blob(['{"t":1}']),
  state: new Blob([`state ${step}`]), text: new Blob(['Era uma vez.']),
  options: new Blob(['{"options":{}}']) });
const about = (step) => ({ name: 'Meu texto', step, steps: 9, loss: 2.5, numerics: 'plain' });
const opened = (storage = fileSystem()) => ({ storage,
  checkpoints: createCheckpoints({ storage, locks: null }) });
const stateOf = async (checkpoints, id) => (await checkpoints.files(id)).files.state.text();

describe('checkpoints', () => {
  it('are kept, listed, renamed and deleted', async () => {
    const { checkpoints, storage } = opened();
    const first = await checkpoints.save(null, about(3), kept(3));
    const second = await checkpoints.save(null, { ...about(5), name: 'Outro' }, kept(5));
    expect((await checkpoints.list()).map(({ id }) => id).sort())
      .toEqual([first.id, second.id].sort());
    expect(first).toMatchObject({ name: 'Meu texto', step: 3, steps: 9, loss: 2.5, size: 42 });
    await checkpoints.rename(first.id, `  ${'n'.repeat(200)}`);
    expect((await checkpoints.list()).find(({ id }) => id === first.id).name).toHaveLength(80);
    await checkpoints.remove(second.id);
    expect(await checkpoints.list()).toHaveLength(1);
    expect(await stateOf(checkpoints, first.id)).toBe('state 3');
    expect(await checkpoints.space()).toEqual({ usage: 7, quota: 100 });
    expect([...storage.top.held.keys()]).toEqual(['afina-course']);
  });

  it('take the place of the one before only when they are whole', async () => {
    for (let writes = 0; writes < 7; writes++) {
      const { checkpoints, storage } = opened();
      const { id } = await checkpoints.save(null, about(3), kept(3));
      storage.trouble.after = writes;
      const saving = checkpoints.save(id, about(4), kept(4));
      if (writes < 6) await expect(saving).rejects.toMatchObject({
        failure: { code: 'CHECKPOINTS_FULL' } });
      else await saving;
      storage.trouble.after = Infinity;
      const [entry] = await checkpoints.list();
      const step = writes < 6 ? 3 : 4;
      expect(entry).toMatchObject({ id, step });
      expect(await stateOf(checkpoints, id)).toBe(`state ${step}`);
      // What was left half written goes with the next one.
      await checkpoints.save(id, about(5), kept(5));
      const home = storage.top.held.get('afina-course').held.get(id);
      expect([...home.held.keys()]).toHaveLength(2);
    }
  });

  it('leave nothing where the first one was cut short', async () => {
    const { checkpoints, storage } = opened();
    storage.trouble.after = 2;
    await expect(checkpoints.save(null, about(1), kept(1))).rejects.toThrow();
    storage.trouble.after = Infinity;
    expect(await checkpoints.list()).toEqual([]);
    expect([...storage.top.held.get('afina-course').held]).toEqual([]);
  });

  it('go into a zip and come back', async () => {
    const { checkpoints } = opened();
    const { id } = await checkpoints.save(null, about(3), kept(3));
    const zip = await checkpoints.zip(id);
    const names = Object.keys(unzipSync(new Uint8Array(await zip.arrayBuffer()))).sort();
    expect(names).toEqual(['config.json', 'manifest.json', 'options.json', 'state.safetensors',
      'text.txt', 'tokenizer.json']);
    const other = opened().checkpoints;
    const loaded = await other.load(zip);
    expect(loaded).toMatchObject({ name: 'Meu texto', step: 3, numerics: 'plain' });
    expect(await stateOf(other, loaded.id)).toBe('state 3');
  });

  it('refuse a zip that is none, or of something else', async () => {
    const { checkpoints } = opened();
    const code = (failure) => ({ failure: { code: failure } });
    await expect(checkpoints.load(new Blob(['no zip']))).rejects.toMatchObject(
      code('CHECKPOINT_ZIP'));
    const other = zipSync({ 'config.json': new Uint8Array([1]) });
    await expect(checkpoints.load(new Blob([other]))).rejects.toMatchObject(
      { failure: { code: 'CHECKPOINT_FILE', values: { file: 'tokenizer.json' } } });
    const { id } = await checkpoints.save(null, about(3), kept(3));
    const files = unzipSync(new Uint8Array(await (await checkpoints.zip(id)).arrayBuffer()));
    expect(JSON.parse(strFromU8(files['manifest.json'])).id).toBe(id);
    files['manifest.json'] = new TextEncoder().encode('{"name":{},"step":-4,"loss":"x"}');
    const loaded = await checkpoints.load(new Blob([zipSync(files)]));
    expect(loaded).toMatchObject({ step: 0, loss: 0 });
    expect(loaded.id).not.toBe(id);
  });

  it('say where there is no such file system', async () => {
    const checkpoints = createCheckpoints({ storage: {}, locks: null });
    expect(await checkpoints.available()).toBe(false);
    await expect(checkpoints.list()).rejects.toMatchObject({ failure: { code: 'NO_CHECKPOINTS' } });
    expect(await checkpoints.space()).toEqual({ usage: 0, quota: 0 });
  });
});
