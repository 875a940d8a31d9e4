// What the worker does for the page: every method is one request, and its result the one reply. The
// page pulls; long work is cut into slices that it asks for, or pauses often enough for other
// requests.

import { createAudits } from './audit.js';
import { createBridge } from './bridge.js';
import { guessColumns } from './columns.js';
import { createClassifiedTable } from './classified_table.js';
import { createComparison } from './comparison.js';
import { correctTable } from './correct_table.js';
import { loadDelta, readDelta } from './delta.js';
import { fail, replying } from './failure.js';
import { keepParts } from './kept_parts.js';
import { trimmed } from './labels.js';
import { packModel, readModelFiles } from './model_files.js';
import { perText } from './probabilities.js';
import { breath, createSession, labeledRows, prepareRows } from './session.js';
import { readTable, tableInfo } from './table.js';

/** Texts and characters classified between two chances to answer other requests. */
const TEXTS_AT_ONCE = 16;
const CHARACTERS_AT_ONCE = 8000;
/** What frozen blocks left for texts, kept from one training to the next. */
const KEPT_BYTES = 256 << 20;

/**
 * @param {() => Promise<object>} loadModule   gives the WASM module
 */
export function createService(loadModule) {
  let started = null;
  let turn = Promise.resolve();
  /** @type {{handle: number, info: object}|null} */
  let model = null;
  /** @type {{handle: number, classes: string[]}|null} */
  let classifier = null;
  let table = null;
  let testTable = null;
  /** The chosen columns by name: another table may have them elsewhere. */
  let columns = null;
  /** @type {import('./session.js').Source[]} */
  let sources = [];
  /** @type {import('./session.js').Prepared|null} */
  let prepared = null;
  let session = null;
  let comparison = null;
  let classified = null;

  /** The bridge; where the module could not be fetched, the next request tries again. */
  function engine() {
    started ??= loadModule().catch((error) => {
      started = null;
      fail('NETWORK', `The engine could not be loaded: ${error?.message ?? error}`,
        { file: 'afina.wasm' });
    }).then(createBridge);
    return started;
  }

  /** Requests that replace tables, rows or models come one after the other. */
  function inTurn(work) {
    const result = turn.then(work);
    turn = result.catch(() => {});
    return result;
  }

  const need = (thing, sentence) => thing ?? fail('AFINA_E_STATE', sentence);
  const needModel = () => need(model, 'No model is loaded yet.');
  const needClassifier = () => need(classifier, 'There is no classifier yet: train one first.');

  const audits = createAudits(
    async () => ({ bridge: await engine(), model: needModel().handle,
      prepared: need(prepared, 'Choose the columns first.') }),
    (audit) => need(audit, 'Nothing is being looked at.'));

  function dropPrepared(bridge) {
    audits.drop();
    if (prepared && prepared !== session?.prepared) bridge.freeDataset(prepared.data);
    prepared = null;
  }

  function dropSession(bridge) {
    if (!session) return;
    session.free();
    if (session.prepared !== prepared) bridge.freeDataset(session.prepared.data);
    session = null;
  }

  function replaceClassifier(bridge, next) {
    if (classifier && classifier.handle !== model?.handle) bridge.freeModel(classifier.handle);
    classifier = next;
  }

  async function open(file, name, options) {
    const bridge = await engine();
    return readTable(file, name, bridge, options);
  }

  async function readModel(files, name) {
    const bridge = await engine();
    const bytes = await readModelFiles(files);
    const size = Object.values(bytes).reduce((sum, { length }) => sum + length, 0);
    return described(bridge, bridge.loadModel(bytes), name, size);
  }

  function described(bridge, handle, name, size) {
    const description = bridge.describeModel(handle);
    const machine = { threads: bridge.threads(), numerics: bridge.numerics() };
    return { bridge, handle, info: { name, bytes: size, ...machine, ...description } };
  }

  /** `base`: files of the model that a delta was made from, where it is not the one in use. */
  async function readClassifier(files, name, base) {
    const delta = await readDelta(files);
    if (!delta) return readModel(files, name);
    const own = base ? (await readModel(base)).handle : needModel().handle;
    const bridge = await engine();
    try {
      return described(bridge, loadDelta(bridge, own, delta), name, delta.bytes.length);
    } finally {
      if (base) bridge.freeModel(own);
    }
  }

  /** @param {{name: string, blob: Blob}[]} files */
  async function loadModel(files, name) {
    const { bridge, handle, info } = await readModel(files, name);
    audits.drop();
    const before = model;
    endComparison();
    bridge.keep(KEPT_BYTES);
    if (info.classes.length > 0) replaceClassifier(bridge, { handle, classes: info.classes });
    model = { handle, info };
    if (before && before.handle !== classifier?.handle) bridge.freeModel(before.handle);
    return info;
  }

  /**
   * As loadModel, but for classify() only: what is trained next starts from the model as before.
   */
  async function loadClassifier(files, name, base) {
    const { bridge, handle, info } = await readClassifier(files, name, base);
    if (info.classes.length === 0) {
      bridge.freeModel(handle);
      fail('AFINA_E_UNSUPPORTED', 'This model is no classifier.');
    }
    replaceClassifier(bridge, { handle, classes: info.classes });
    return info;
  }

  async function openTable(file, name) {
    table = await open(file, name);
    testTable = null;
    columns = null;
    dropPrepared(await engine());
    return tableInfo(table);
  }

  async function openTestTable(file, name) {
    need(table, 'Open the table to train on first.');
    testTable = await open(file, name);
    dropPrepared(await engine());
    return tableInfo(testTable);
  }

  async function closeTestTable() {
    testTable = null;
    dropPrepared(await engine());
  }

  function testSource() {
    const at = (name) => {
      const index = testTable.columns.indexOf(name);
      return index >= 0 ? index : fail('COLUMN_MISSING',
        `${testTable.name} has no column "${name}", which the other file has.`, { column: name });
    };
    return { source: 'test', table: testTable, text: at(columns.text), label: at(columns.label) };
  }

  /** Corrections: [row, label or null] of each file (types.js). */
  async function chooseColumns(text, label, corrections = {}) {
    const bridge = await engine();
    const { handle } = needModel();
    const names = need(table, 'No table is open.').columns;
    if (!names[text] || !names[label] || text === label) {
      fail('AFINA_E_ARGUMENT', 'Texts and labels need a column each.');
    }
    columns = { text: names[text], label: names[label] };
    dropPrepared(bridge);
    sources = [{ source: 'train', table, text, label }, ...(testTable ? [testSource()] : [])]
      .map((each) => ({ ...each, labels: new Map(corrections[each.source]) }));
    prepared = await prepareRows(bridge, sources);
    const inspected = bridge.inspect(handle, prepared.data);
    const { rows, usable, classes, tokens, defaults, ...issues } = inspected;
    prepared.tokens = tokens;
    return { rows, usable, classes, tokens, defaults, issues };
  }

  /** What a session with these options would take. */
  async function measureMemory(options) {
    const bridge = await engine();
    const { data, tokens } = need(prepared, 'Choose the columns first.');
    return bridge.sessionMemory(needModel().handle, data, tokens, options);
  }

  async function startSession(options) {
    const bridge = await engine();
    const { handle } = needModel();
    const rows = need(prepared, 'Choose the columns first.');
    dropSession(bridge);
    const corrected = sources.some(({ labels }) => labels.size > 0);
    const kept = corrected ? await correctedSession(bridge, handle, rows, options) : null;
    try {
      session = createSession(bridge, handle, kept?.rows ?? rows, kept?.options ?? options);
    } catch (error) {
      if (kept) bridge.freeDataset(kept.rows.data);
      throw error;
    }
    return { ...session.description, keepsParts: Boolean(kept) };
  }

  /**
   * The corrected rows in the parts that the files' own labels give them, and the options that
   * they would have; null where the files' own labels are too few to train on.
   */
  async function correctedSession(bridge, handle, corrected, options) {
    const plan = bridge.planSession(handle, corrected.data, options);
    const untouched = sources.map((each) => ({ ...each, labels: new Map() }));
    const originals = await prepareRows(bridge, untouched);
    let parts;
    try {
      ({ parts } = bridge.planSession(handle, originals.data, options));
    } catch (error) {
      if (error.failure?.code !== 'AFINA_E_DATA') throw error;
      return null;
    } finally {
      bridge.freeDataset(originals.data);
    }
    const partOf = keepParts(originals.rows, parts, corrected.rows);
    const rows = await prepareRows(bridge, sources, partOf);
    return { rows, options: plan.options };
  }

  /** The rows to train on that the user's file gives a text and no label. */
  async function unlabeled(from, count) {
    need(prepared, 'Choose the columns first.');
    const own = { ...sources[0], labels: new Map() };
    const rows = labeledRows(own, 0, own.table.rows.length)
      .filter(({ text, label }) => trimmed(text) !== '' && trimmed(label) === '');
    const some = rows.slice(from, from + count);
    return { total: rows.length, rows: some.map(({ number: row, text }) => ({ row, text })) };
  }

  /** Texts and labels of rows by their numbers, as the file gives them. */
  async function readRows(source, numbers) {
    need(prepared, 'Choose the columns first.');
    const own = need(sources.find((each) => each.source === source), 'No test file is open.');
    return numbers.filter((row) => row >= 1 && row <= own.table.rows.length).map((row) => {
      const cells = own.table.rows[row - 1];
      return { row, text: cells[own.text] ?? '', label: cells[own.label] ?? '' };
    });
  }

  /** The file with the corrections in it; see correct_table.js. */
  async function correctedTable(source, file, wanted) {
    const bridge = await engine();
    need(prepared, 'Choose the columns first.');
    const own = need(sources.find((each) => each.source === source), 'No test file is open.');
    return correctTable(file, own.table, { ...wanted, column: own.label }, bridge);
  }

  /**
   * Slices until `done`; the last one leaves the classifier and gives what is worth keeping as
   * `finished`.
   */
  async function run(budget) {
    const progress = need(session, 'No training is running.').run(budget);
    return session.isDone() ? { ...progress, finished: await finish() } : progress;
  }

  /**
   * May fail for want of memory, and then be tried again: the session stays until all of it is
   * safe.
   */
  async function finish() {
    const bridge = await engine();
    const { classes, report, tested, delta, model: handle } = session.finish();
    const file = (key, type) => new Blob([bridge.saveModel(handle, key)], { type });
    const files = {
      config: file('config', 'application/json'),
      weights: file('weights', 'application/octet-stream'),
      tokenizer: file('tokenizer', 'application/json'),
      delta: delta && new Blob([delta], { type: 'application/octet-stream' }),
    };
    const { dialect } = session.prepared;
    replaceClassifier(bridge, { handle, classes });
    dropSession(bridge);
    return { classes, report, tested, files, dialect };
  }

  function endComparison() {
    comparison?.free();
    comparison = null;
  }

  /** Of the rows as they are now, corrections and all; a session goes on undisturbed. */
  async function startComparison(plan) {
    const bridge = await engine();
    const { handle } = needModel();
    const rows = need(prepared, 'Choose the columns first.');
    endComparison();
    const corrected = sources.some(({ labels }) => labels.size > 0);
    const kept = corrected
      ? await correctedSession(bridge, handle, rows, plan.options ?? {}) : null;
    const own = kept?.rows ?? await prepareRows(bridge, sources);
    try {
      comparison = createComparison(bridge, handle, own, plan);
    } catch (error) {
      bridge.freeDataset(own.data);
      throw error;
    }
  }

  async function runComparison(budget) {
    return need(comparison, 'No comparison is running.').run(budget);
  }

  async function stop() {
    session?.stop();
  }

  async function classify(texts) {
    const bridge = await engine();
    let probabilities = [];
    let asked = needClassifier();
    for (let from = 0; from < texts.length;) {
      const some = slice(texts, from);
      probabilities.push(...perText(bridge.classify(asked.handle, some), asked.classes.length));
      from += some.length;
      if (from < texts.length) await breath();
      if (asked === classifier) continue;
      // A training has ended meanwhile, and the model that was asked is gone.
      [asked, probabilities, from] = [needClassifier(), [], 0];
    }
    return { classes: asked.classes, probabilities };
  }

  const explain = async (...asked) => (await engine()).explain(needClassifier().handle, ...asked);

  /** Opens a table to classify; the rows follow in slices, then the result. */
  async function openClassified(file, name) {
    const bridge = await engine();
    const { handle, classes } = needClassifier();
    const source = await open(file, name, { columns: 1 });
    const chosen = columns ? source.columns.indexOf(columns.text) : -1;
    const column = chosen >= 0 ? chosen : guessColumns(source.columns, source.rows).text;
    const ask = (texts) => bridge.classify(handle, texts);
    classified = createClassifiedTable(source, column, classes, ask, slice);
    return { total: source.rows.length };
  }

  async function runClassified(budget) {
    return need(classified, 'No table is being classified.').run(budget);
  }

  async function takeClassified() {
    const blob = need(classified, 'No table is being classified.').blob();
    classified = null;
    return blob;
  }

  return replying({
    loadModel: (files, name) => inTurn(() => loadModel(files, name)),
    loadClassifier: (...asked) => inTurn(() => loadClassifier(...asked)),
    openTable: (file, name) => inTurn(() => openTable(file, name)),
    openTestTable: (file, name) => inTurn(() => openTestTable(file, name)),
    closeTestTable: () => inTurn(closeTestTable),
    chooseColumns: (...chosen) => inTurn(() => chooseColumns(...chosen)),
    measureMemory: (options) => inTurn(() => measureMemory(options)),
    startSession: (options) => inTurn(() => startSession(options)),
    startComparison: (plan) => inTurn(() => startComparison(plan)),
    endComparison: () => inTurn(async () => endComparison()),
    openClassified: (file, name) => inTurn(() => openClassified(file, name)),
    correctedTable: (...asked) => inTurn(() => correctedTable(...asked)),
    startAudit: (options) => inTurn(() => audits.start(options)),
    runAudit: audits.run, stopAudit: async () => audits.drop(), explain,
    run, stop, runComparison,
    classify, runClassified, takeClassified, packModel, unlabeled, readRows,
  });
}

/** Up to TEXTS_AT_ONCE texts from there on, fewer where they are long. */
function slice(texts, from) {
  let characters = 0;
  let end = from;
  while (end < texts.length && end - from < TEXTS_AT_ONCE && characters < CHARACTERS_AT_ONCE) {
    characters += texts[end++].length;
  }
  return texts.slice(from, end);
}
