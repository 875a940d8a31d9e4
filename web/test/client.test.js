// The protocol between page and worker, over a real Comlink and a worker of the test's own.

import { expose } from 'comlink';
import { expect, test, vi } from 'vitest';
import { createEngine } from '../engine/client.js';
import { packTested } from '../engine/tested.js';

vi.mock('../engine/start_worker.js', () => ({ startWorker: () => expect.fail('not in tests') }));

const blob = (text) => new Blob([text]);
const file = (name) => Object.assign(blob(name), { name });
const modelFiles = [file('config.json'), file('model.safetensors'), file('tokenizer.json')];
const modelInfo = { name: 'model', classes: [] };
const finished = {
  classes: ['a', 'b'], report: '{"seed":1}',
  dialect: { delimiter: ',', bom: false, encoding: 'utf-8' },
  tested: packTested([{ source: 'train', row: 1, text: 't', label: 'a', original: 'a',
    predicted: 'a', probabilities: [1, 0] }], ['a', 'b']),
  files: { config: blob('c'), weights: blob('w'), tokenizer: blob('t') },
};

/** A worker that answers by `methods`, notes what it was asked and counts its replies. */
function fakeWorker(methods, log) {
  const { port1, port2 } = new MessageChannel();
  const replies = { count: 0 };
  const post = port2.postMessage.bind(port2);
  port2.postMessage = (...args) => {
    replies.count++;
    post(...args);
  };
  expose(Object.fromEntries(Object.entries(methods).map(([name, method]) => [name, (...args) => {
    log.push([name, ...args]);
    return method(...args);
  }])), port2);
  const listeners = [];
  return Object.assign(port1, {
    replies,
    terminate: vi.fn(() => port1.close()),
    addEventListener: (type, listener) => (type === 'error' ? listeners.push(listener)
      : MessagePort.prototype.addEventListener.call(port1, type, listener)),
    die: (message) => listeners.forEach((listener) => listener({ message })),
  });
}

const fine = {
  loadModel: async () => ({ value: modelInfo }),
  loadClassifier: async () => ({ value: { classes: ['a', 'b'] } }),
  openTable: async (_, name) => ({ value: { name } }),
  openTestTable: async (_, name) => ({ value: { name } }),
  closeTestTable: async () => ({}),
  chooseColumns: async (text, label) => ({ value: { text, label } }),
  startSession: async () => ({ value: {} }),
  run: async () => ({ value: { phase: 'train' } }),
  stop: async () => ({}),
  classify: async () => ({ value: { classes: ['a', 'b'], probabilities: [[1, 0]] } }),
};

function memory() {
  let kept = null;
  return {
    read: async () => kept,
    write: async (next) => { kept = next; },
    remove: async () => { kept = null; },
  };
}

/** An engine over workers that answer by methods[0], methods[1], ... */
function setUp(...methods) {
  const workers = [];
  const log = [];
  const storage = memory();
  const start = () => {
    const own = methods[Math.min(workers.length, methods.length - 1)];
    const worker = fakeWorker({ ...fine, ...own }, log);
    workers.push(worker);
    return worker;
  };
  return { engine: createEngine({ start, storage }), workers, log, storage };
}

const failureOf = async (promise) => {
  const error = await promise.then(() => expect.fail('no failure'), (reason) => reason);
  return error.failure;
};
const never = () => new Promise(() => {});
const asked = (log) => log.map(([name]) => name);

test('no worker before it is needed, and one for all requests', async () => {
  const { engine, workers, log } = setUp(fine);
  expect(workers).toHaveLength(0);
  await Promise.all([engine.loadModelFiles(modelFiles), engine.openTable(blob('x'), 'x.csv')]);
  await engine.chooseColumns(0, 1);
  expect(workers).toHaveLength(1);
  expect(asked(log)).toEqual(['loadModel', 'openTable', 'chooseColumns']);
});

test('one reply per request, and none without', async () => {
  const { engine, workers } = setUp(fine);
  await engine.startSession({});
  for (let i = 0; i < 20; i++) await engine.run(10);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(workers[0].replies.count).toBe(21);
});

test('a failure comes with its code, sentence and values; the worker lives on', async () => {
  const failure = { code: 'CSV_BROKEN', detail: 'row 2', values: { row: 2 } };
  const { engine, workers } = setUp({ openTable: async () => ({ failure }) });
  const promise = engine.openTable(blob('x'), 'x.csv');
  await expect(promise).rejects.toThrow('row 2');
  expect(await failureOf(promise)).toEqual(failure);
  await engine.loadModelFiles(modelFiles);
  expect(workers).toHaveLength(1);
  expect(workers[0].terminate).not.toHaveBeenCalled();
});

test('a worker that dies rejects all that is pending', async () => {
  const { engine, workers } = setUp({ ...fine, run: never, classify: never });
  await engine.startSession({});
  const pending = [engine.run(10), engine.run(10), engine.classify(['x'])];
  const failures = Promise.all(pending.map(failureOf));
  await new Promise((resolve) => setTimeout(resolve, 10));
  workers[0].die('out of memory');
  for (const failure of await failures) {
    expect(failure).toMatchObject({ code: 'CRASH' });
    expect(failure.detail).toContain('out of memory');
  }
  expect(workers[0].terminate).toHaveBeenCalledOnce();
});

test('a trap in WASM is a crash too, and takes the worker with it', async () => {
  const failure = { code: 'CRASH', detail: 'unreachable' };
  const { engine, workers } = setUp({ run: async () => ({ failure }), classify: never });
  const typing = failureOf(engine.classify(['x']));
  expect(await failureOf(engine.run(10))).toEqual(failure);
  expect((await typing).code).toBe('CRASH');
  expect(workers[0].terminate).toHaveBeenCalledOnce();
});

test('the next request finds a new worker that knows what the last one knew', async () => {
  const { engine, workers, log } = setUp(fine);
  await engine.loadModelFiles(modelFiles);
  await engine.openTable(blob('x'), 'x.csv');
  await engine.openTestTable(blob('y'), 'y.csv');
  await engine.chooseColumns(1, 0);
  workers[0].die('gone');
  log.length = 0;
  await engine.startSession({});
  expect(workers).toHaveLength(2);
  expect(asked(log)).toEqual(
    ['loadModel', 'openTable', 'openTestTable', 'chooseColumns', 'startSession']);
  expect(log[3]).toEqual(['chooseColumns', 1, 0]);
  expect(await log[2][1].text()).toBe('y');
});

test('a new table forgets the test table and the columns of the last one', async () => {
  const { engine, workers, log } = setUp(fine);
  await engine.openTable(blob('x'), 'x.csv');
  await engine.openTestTable(blob('y'), 'y.csv');
  await engine.chooseColumns(1, 0);
  await engine.openTable(blob('z'), 'z.csv');
  workers[0].die('gone');
  log.length = 0;
  expect(await engine.recover()).toEqual({ model: null, table: { name: 'z.csv' }, trained: false });
  expect(asked(log)).toEqual(['openTable']);
});

test('what kills the new worker as well is left out the next time', async () => {
  const failure = { code: 'CRASH', detail: 'again' };
  const { engine, workers, log } = setUp(
    fine, { chooseColumns: async () => ({ failure }) }, fine);
  await engine.loadModelFiles(modelFiles);
  await engine.openTable(blob('x'), 'x.csv');
  await engine.chooseColumns(1, 0);
  workers[0].die('gone');
  expect((await failureOf(engine.startSession({}))).code).toBe('CRASH');
  log.length = 0;
  await engine.startSession({});
  expect(workers).toHaveLength(3);
  expect(asked(log)).toEqual(['loadModel', 'openTable', 'startSession']);
});

test('a trained model outlives the worker and the tab', async () => {
  const done = { run: async () => ({ value: { phase: 'done', losses: [], finished } }) };
  const { engine, workers, log, storage } = setUp(done, fine);
  await engine.loadModelFiles(modelFiles);
  await engine.openTable(blob('x'), 'x.csv');
  expect(await failureOf(engine.report())).toMatchObject({ code: 'AFINA_E_STATE' });
  expect(await engine.run(10)).toEqual({ phase: 'done', losses: [] });
  workers[0].die('gone');

  expect(await engine.report()).toEqual({ seed: 1 });
  expect(await (await engine.download('report')).blob.text()).toBe(finished.report);
  expect((await engine.download('predictions')).name).toBe('predictions.csv');
  expect(await engine.cell(0, 0, 0, 5)).toMatchObject({ total: 1, rows: [{ text: 't' }] });
  log.length = 0;
  await engine.classify(['x']);
  expect(asked(log)).toEqual(['loadModel', 'loadClassifier', 'openTable', 'classify']);
  expect(await log[1][1].find(({ name }) => name === 'model.safetensors').blob.text()).toBe('w');

  const later = createEngine({ start: () => fakeWorker(fine, log), storage });
  expect(await later.savedModel()).toMatchObject(
    { name: 'x.csv', classes: ['a', 'b'], report: { seed: 1 } });
  log.length = 0;
  await later.openSavedModel();
  expect(asked(log)).toEqual(['loadClassifier']);
  await later.forgetSavedModel();
  expect(await later.savedModel()).toBe(null);
});

test('a classifier that was opened outlives the model that takes its place', async () => {
  const loadModel = async (_, name) => (
    { value: { classes: name === 'classifier' ? ['a', 'b'] : [] } });
  const { engine, workers, log } = setUp({ loadModel });
  await engine.loadModelFiles([file('classifier.zip')]);
  await engine.loadModelFiles(modelFiles);
  workers[0].die('gone');
  log.length = 0;
  await engine.classify(['x']);
  expect(asked(log)).toEqual(['loadModel', 'loadClassifier', 'classify']);
  expect(log[1][1][0].name).toBe('classifier.zip');
});

/** A safetensors file with this metadata. */
function withMetadata(name, metadata) {
  const header = new TextEncoder().encode(JSON.stringify({ __metadata__: metadata }));
  const size = new DataView(new ArrayBuffer(8));
  size.setBigUint64(0, BigInt(header.length), true);
  return Object.assign(new Blob([size.buffer, header]), { name });
}

test('a delta is a classifier beside the model in use, also for the next worker', async () => {
  const { engine, workers, log } = setUp(fine);
  await engine.loadModelFiles(modelFiles);
  const info = await engine.loadModelFiles([withMetadata('d.safetensors', { 'afina.delta': '1' })]);
  expect(info).toEqual({ classes: ['a', 'b'], delta: true });
  expect(asked(log)).toEqual(['loadModel', 'loadClassifier']);
  workers[0].die('gone');
  log.length = 0;
  await engine.classify(['x']);
  expect(asked(log)).toEqual(['loadModel', 'loadClassifier', 'classify']);
  const [, files, name, base] = log[1];
  expect([files[0].name, name]).toEqual(['d.safetensors', 'd.safetensors']);
  expect(base.map((each) => each.name)).toEqual(modelFiles.map((each) => each.name));
});

test.each([
  ['weights', withMetadata('model.safetensors', { format: 'pt' })],
  ['a short file', file('x')],
  ['a header that is longer than the file', file('xxxxxxxxxxxx')],
])('%s alone: no delta', async (_, each) => {
  const { engine, log } = setUp(fine);
  await engine.loadModelFiles([each]);
  expect(asked(log)).toEqual(['loadModel']);
});

test('a browser without storage loses nothing but the copy', async () => {
  const done = { ...fine, run: async () => ({ value: { phase: 'done', finished } }) };
  const refuse = async () => { throw new Error('no storage here'); };
  const storage = { read: refuse, write: refuse, remove: refuse };
  const engine = createEngine({ start: () => fakeWorker(done, []), storage });
  expect(await engine.run(10)).toEqual({ phase: 'done' });
  expect(await engine.report()).toEqual({ seed: 1 });
  expect(await engine.savedModel()).toBe(null);
});

test('a worker whose script does not load is a failure of the network', async () => {
  const { engine, workers } = setUp({ ...fine, openTable: never });
  const failure = failureOf(engine.openTable(blob('x'), 'x.csv'));
  await new Promise((resolve) => setTimeout(resolve, 10));
  workers[0].die();
  expect(await failure).toMatchObject({ code: 'NETWORK', values: { file: 'worker' } });
});

test('a table is classified in slices that the page asks for', async () => {
  let done = 0;
  const { engine } = setUp({
    openClassified: async () => ({ value: { total: 5 } }),
    runClassified: async () => ({ value: { done: (done = Math.min(done + 2, 5)), total: 5 } }),
    takeClassified: async () => ({ value: blob('a,b') }),
  });
  const seen = [];
  const result = await engine.classifyTable(blob('x'), 'x.csv', (...now) => seen.push(now));
  expect(seen).toEqual([[0, 5], [2, 5], [4, 5], [5, 5]]);
  expect(await result.text()).toBe('a,b');
});
