// Which model is in use: the last one asked for, and the one before it where that does not come.

import { models } from 'virtual:afina-models';
import { stat } from 'node:fs/promises';
import { expect, test, vi } from 'vitest';
import { modelActions } from '../ui/model-actions.js';
import { createStore } from '../ui/store.js';

const infoOf = (name) => ({ name, classes: [] });

/** The page's state, and an engine whose downloads end when the test says so. */
function setUp({ setup = {}, table = null } = {}) {
  const store = createStore({ model: { status: 'loading', info: null }, setup, table }, () => {});
  const downloads = [];
  const app = {
    store,
    changeSetup: (patch) => store.set({ setup: { ...store.state.setup, ...patch } }),
    inspect: vi.fn(),
    whenFetched: vi.fn(),
    engine: {
      loadModel: (url, onProgress, signal) => new Promise((resolve, reject) => {
        const arrive = () => resolve(infoOf(url.split('/')[1]));
        downloads.push({ url, onProgress, signal, arrive, fail: () => reject(new Error('gone')) });
      }),
      loadModelFiles: async ([{ name }]) => {
        if (name === 'bad.zip') throw new Error('bad');
        return infoOf(name);
      },
    },
  };
  Object.assign(app, modelActions(app));
  return { app, state: store.state, downloads };
}

/** As above, with the first model there. */
async function withModel(options) {
  const all = setUp(options);
  const loading = all.app.loadModel();
  all.downloads[0].arrive();
  await loading;
  return all;
}

test('the sizes are those of the files', async () => {
  expect(Object.keys(models)).toEqual(['mini', 'base']);
  for (const [id, size] of Object.entries(models)) {
    const weights = new URL(`../../models/afina-${id}/model.safetensors`, import.meta.url);
    const rest = size - (await stat(weights)).size;
    expect(rest).toBeGreaterThan(100_000);
    expect(rest).toBeLessThan(1_000_000);
  }
});

test.each([
  [{}, 'mini'],
  [{ model: 'mini' }, 'mini'],
  [{ model: 'base' }, 'base'],
])('a setup of %j begins with %s', async (setup, id) => {
  const { state, downloads } = await withModel({ setup });
  expect(downloads.map(({ url }) => url)).toEqual([`models/afina-${id}/`]);
  expect(state.model).toMatchObject({ status: 'ready', choice: id, failure: null });
});

test('another model takes over once it is there, and the table is looked at again', async () => {
  const { app, state, downloads } = await withModel({ table: {} });
  expect(app.inspect).toHaveBeenCalledTimes(1);
  const choosing = app.chooseModel('base');
  downloads[1].onProgress(1, 2);
  expect(state.model).toMatchObject({ status: 'loading', choice: 'base', loaded: 1, total: 2 });
  expect(state.model.info.name).toBe('afina-mini');
  expect(state.setup.model).toBe('base');
  downloads[1].arrive();
  await choosing;
  expect(state.model).toMatchObject({ status: 'ready', info: { name: 'afina-base' } });
  expect(app.inspect).toHaveBeenCalledTimes(2);
  expect(app.whenFetched).toHaveBeenCalledTimes(1);
  await app.chooseModel('base');
  expect(downloads).toHaveLength(2);
});

test('one that does not come leaves the one in use, and can be asked for again', async () => {
  const { app, state, downloads } = await withModel();
  const choosing = app.chooseModel('base');
  downloads[1].fail();
  await choosing;
  expect(state.model).toMatchObject({ status: 'ready', choice: 'mini' });
  expect(state.model.failure.detail).toBe('gone');
  expect(state.setup.model).toBe(undefined);
  app.chooseModel('base');
  expect(downloads).toHaveLength(3);
});

test('the first that does not come can be asked for again', async () => {
  const { app, state, downloads } = setUp();
  const loading = app.loadModel();
  downloads[0].fail();
  await loading;
  expect(state.model).toMatchObject({ status: 'failed', choice: 'mini' });
  const again = app.chooseModel('mini');
  downloads[1].arrive();
  await again;
  expect(state.model.status).toBe('ready');
});

test('a later choice ends the download of the one before', async () => {
  const { app, state, downloads } = await withModel();
  const base = app.chooseModel('base');
  const mini = app.chooseModel('mini');
  expect(downloads[1].signal.aborted).toBe(true);
  downloads[1].onProgress(9, 9);
  downloads[1].fail();
  await base;
  expect(state.model).toMatchObject({ status: 'loading', choice: 'mini', loaded: 0 });
  expect(state.model.failure).toBe(null);
  downloads[2].arrive();
  await mini;
  expect(state.model).toMatchObject({ status: 'ready', choice: 'mini' });
  expect(state.setup.model).toBe(undefined);
});

test('a file of the reader is none of them, and from it there is a way back', async () => {
  const { app, state, downloads } = await withModel();
  const base = app.chooseModel('base');
  await app.loadModelFiles([{ name: 'own.zip' }]);
  expect(downloads[1].signal.aborted).toBe(true);
  downloads[1].fail();
  await base;
  expect(state.model).toMatchObject({ status: 'ready', choice: undefined, failure: null });
  expect(state.model.info.name).toBe('own.zip');
  const mini = app.chooseModel('mini');
  downloads[2].arrive();
  await mini;
  expect(state.model).toMatchObject({ choice: 'mini', info: { name: 'afina-mini' } });
});

test('a bad file leaves the model, and a download that is under way', async () => {
  const { app, state, downloads } = await withModel();
  const base = app.chooseModel('base');
  await app.loadModelFiles([{ name: 'bad.zip' }]);
  expect(state.model).toMatchObject({ status: 'loading', choice: 'base', opening: false });
  expect(state.model.failure.detail).toBe('bad');
  downloads[1].arrive();
  await base;
  expect(state.model).toMatchObject({ status: 'ready', choice: 'base' });
});
