// What the page imports: the Engine of types.js, over a worker that may die at any time. The client
// keeps what the next worker needs to go on (files as handles, not as bytes), and whatever a
// finished session gave.

import { connect } from './connection.js';
import { isDelta } from './delta.js';
import { downloadModel } from './download_model.js';
import { fail } from './failure.js';
import { FILE_NAMES } from './model_files.js';
import { cellRows, predictionsCsv } from './result.js';
import { startWorker } from './start_worker.js';
import { browserStorage } from './storage.js';

/** Work per request while a table is being classified. */
const SLICE = 50;
/** What a new worker is told, in this order. */
const KEPT = ['loadModel', 'loadClassifier', 'openTable', 'openTestTable', 'chooseColumns'];

/**
 * @param {object} [parts]
 * @param {Promise<void>} [parts.before]   nothing starts and nothing is fetched before it
 * @param {() => Worker} [parts.start]
 * @param {typeof browserStorage} [parts.storage]
 * @returns {import('./types.js').Engine}
 */
export function createEngine(
  { before = Promise.resolve(), start = startWorker, storage = browserStorage } = {}) {
  let connection = null;
  let ready = null;
  /** Arguments of the last calls that succeeded, and what they gave. */
  const kept = new Map();
  /** @type {import('./result.js').Result|null} */
  let result = null;

  /** The worker, started and told what the last one knew. */
  function worker() {
    ready ??= begin().catch((error) => {
      connection?.close();
      throw error;
    });
    return ready;
  }

  async function begin() {
    await before;
    const mine = connect(start(), () => {
      if (connection !== mine) return;
      connection = null;
      ready = null;
    });
    connection = mine;
    for (const method of KEPT.filter((name) => kept.has(name))) {
      const { args } = kept.get(method);
      kept.delete(method); // what kills the worker again is not tried a third time
      const reply = await mine.request(method, args);
      kept.set(method, { args, reply });
    }
    return mine;
  }

  const request = async (method, ...args) => (await worker()).request(method, args);

  async function keep(method, ...args) {
    const reply = await request(method, ...args);
    kept.set(method, { args, reply });
    return reply;
  }

  const forget = (...methods) => methods.forEach((method) => kept.delete(method));

  async function loadModelFrom(files, name) {
    const before = kept.get('loadModel');
    const info = await keep('loadModel', files, name);
    if (info.classes.length > 0) forget('loadClassifier');
    // The classifier stays when another model takes its place as what training starts from.
    else if (before?.reply.classes.length > 0 && !kept.has('loadClassifier'))
      kept.set('loadClassifier', before);
    return info;
  }

  /** Opened for classify(), on the model in use, which a new worker may no longer have in use. */
  async function loadDelta(files, name) {
    const reply = { ...await request('loadClassifier', files, name), delta: true };
    kept.set('loadClassifier', { args: [files, name, kept.get('loadModel')?.args[0]], reply });
    return reply;
  }

  async function loadModelFiles(files) {
    const named = files.map((file) => ({ name: file.name, blob: file }));
    const load = files.length === 1 && await isDelta(named) ? loadDelta : loadModelFrom;
    return load(named, nameOf(files));
  }

  async function openTable(file, name) {
    const info = await keep('openTable', file, name);
    forget('openTestTable', 'chooseColumns');
    return info;
  }

  async function closeTestTable() {
    await request('closeTestTable');
    forget('openTestTable', 'chooseColumns');
  }

  const namedFiles = (files) => Object.entries(FILE_NAMES).map(
    ([key, name]) => ({ name, blob: files[key] }));

  /**
   * The last slice brings the result, which from then on no crash and no closed tab can take away.
   */
  async function run(budget) {
    const { finished, ...progress } = await request('run', budget);
    if (finished) {
      result = finished;
      const name = kept.get('openTable')?.args[1] ?? '';
      kept.set('loadClassifier', { args: [namedFiles(finished.files), name], reply: null });
      const { classes, report, files } = finished;
      // Not waited for: a storage that hangs must not hold the result back.
      storage.write({ name, classes, savedAt: Date.now(), report, files }).catch(() => {});
    }
    return progress;
  }

  const needResult = () => result ?? fail('AFINA_E_STATE', 'No training has ended yet.');

  async function classifyTable(file, name, onProgress) {
    const { total } = await request('openClassified', file, name);
    for (let done = 0; done < total;) {
      onProgress(done, total);
      ({ done } = await request('runClassified', SLICE));
    }
    onProgress(total, total);
    return request('takeClassified');
  }

  function correctedTable(source, wanted) {
    const opened = kept.get(source === 'test' ? 'openTestTable' : 'openTable');
    if (!opened) fail('AFINA_E_STATE', 'No table is open.');
    return request('correctedTable', source, opened.args[0], wanted);
  }

  /** Near duplicates and doubtful labels; null where `signal` ended it. */
  async function audit(options, onProgress, signal) {
    await request('startAudit', options);
    for (;;) {
      if (signal?.aborted) {
        await request('stopAudit');
        return null;
      }
      const { fraction, found } = await request('runAudit', SLICE);
      if (found) return found;
      onProgress(fraction, 1);
    }
  }

  const downloads = {
    report: async ({ report }) => ({ blob: jsonBlob(report), name: 'report.json' }),
    predictions: async (each) => (
      { blob: await predictionsCsv(each), name: 'predictions.csv' }),
    model: async ({ files, report }) => (
      { blob: await request('packModel', files, report), name: 'model.zip' }),
    delta: async ({ files }) => (
      { blob: files.delta ?? fail('AFINA_E_STATE', 'All of the model trained: there is no delta.'),
        name: 'delta.safetensors' }),
  };

  async function recover() {
    await worker();
    const told = (method) => kept.get(method)?.reply ?? null;
    const trained = kept.has('loadClassifier');
    return { model: told('loadModel'), table: told('openTable'), trained };
  }

  async function savedModel() {
    const saved = await storage.read().catch(() => null);
    if (!saved) return null;
    const { name, classes, savedAt, report } = saved;
    return { name, classes, savedAt, report: JSON.parse(report) };
  }

  async function openSavedModel() {
    const saved = await storage.read();
    if (!saved) fail('AFINA_E_STATE', 'This browser keeps no trained model.');
    return keep('loadClassifier', namedFiles(saved.files), saved.name);
  }

  return {
    async loadModel(url, onProgress, signal) {
      await before;
      const files = await downloadModel(url, onProgress, signal);
      return loadModelFrom(files, url.split('/').filter(Boolean).pop());
    },
    loadModelFiles,
    openTable,
    openTestTable: (file, name) => keep('openTestTable', file, name),
    closeTestTable,
    chooseColumns: (...chosen) => keep('chooseColumns', ...chosen),
    unlabeled: (from, count) => request('unlabeled', from, count),
    readRows: (source, rows) => request('readRows', source, rows),
    correctedTable,
    measureMemory: (options) => request('measureMemory', options),
    startSession: (options) => request('startSession', options),
    run,
    stop: () => request('stop'),
    startComparison: (plan) => request('startComparison', plan),
    runComparison: (budget) => request('runComparison', budget),
    endComparison: () => request('endComparison'),
    report: async () => JSON.parse(needResult().report),
    cell: async (...place) => cellRows(needResult(), ...place),
    tested: async () => result?.tested ?? null,
    classify: (texts) => request('classify', texts),
    explain: (...asked) => request('explain', ...asked),
    audit,
    classifyTable,
    deltaSize: async () => result?.files.delta?.size ?? 0,
    download: async (what) => downloads[what](needResult()),
    recover,
    savedModel,
    openSavedModel,
    forgetSavedModel: () => storage.remove(),
  };
}

const jsonBlob = (text) => new Blob([text], { type: 'application/json' });

/** What to call a model of the user's: the zip's name, or the folder's. */
function nameOf(files) {
  const zip = files.find(({ name }) => /\.zip$/i.test(name));
  if (zip) return zip.name.replace(/\.zip$/i, '');
  if (files.length === 1) return files[0].name;
  return files[0]?.webkitRelativePath?.split('/').at(-2) || 'model';
}
