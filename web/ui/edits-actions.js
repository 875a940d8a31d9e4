// What the reader changes in the labels: each change is stored before the page shows it, and the
// engine is told before the next training.

import { createLog } from '../engine/edits.js';
import { logOf } from '../engine/edits_store.js';
import { t } from '../i18n/index.js';
import { saveBlob } from './dom.js';

/** Milliseconds without a change after which the classes are counted anew. */
const PAUSE = 1200;
const SOURCES = ['train', 'test'];

export const noEdits = () => ({
  /** By file: {key, log, held}; held: changes of an earlier visit that wait for a word. */
  train: null,
  test: null,
  /** False once the browser refused to store a change. */
  stored: true,
  /** Whether the open table is stored. */
  kept: false,
  /** How many there were when the corrected table was last downloaded. */
  saved: 0,
});

/** Which table each source is, and its label column. */
function tableOf({ table, testTable, columns }, source) {
  if (source === 'train') return table && { table, label: columns.label };
  const name = table?.columns[columns.label];
  return testTable && { table: testTable, label: testTable.columns.indexOf(name) };
}

export function editsActions(app) {
  const { store } = app;
  let keeping = true;
  let waiting = 0;
  let turn = Promise.resolve();
  let lastTime = 0;
  /** What the engine was last told, and the work that is stored: to do neither twice. */
  let told = '{}';
  let kept = '';

  const all = () => SOURCES.map((source) => app.state.edits[source]).filter(Boolean);
  const active = () => all().filter(({ held }) => !held);
  const changed = (patch = {}) => store.set({ edits: Object.assign(app.state.edits, patch) });
  /** Later than every event before it, whatever the clock does. */
  const time = () => (lastTime = Math.max(Date.now(), lastTime + 1));

  /** A key of its own for each file and label column; without a fingerprint nothing is stored. */
  function keyOf(source) {
    const chosen = tableOf(app.state, source);
    if (!chosen) return null;
    const { table, label } = chosen;
    return table.sha256 ? logOf(table.sha256, label) : `unstored ${table.name} ${label}`;
  }

  const isStored = (key) => keeping && !key.startsWith('unstored');

  /** The changes of the files and columns that are chosen now. */
  async function loadEdits(resume = false) {
    const { edits } = app.state;
    const other = SOURCES.filter((source) => (edits[source]?.key ?? null) !== keyOf(source));
    if (other.length === 0) return;
    // What was changed in another table is not for this one, not even until this one's is read.
    for (const source of other) edits[source] = null;
    if (other.includes('train')) [keeping, kept] = [true, ''];
    changed({ saved: 0, stored: keeping, kept: kept !== '' });
    for (const source of other) {
      const key = keyOf(source);
      if (key === null) continue;
      const events = isStored(key) ? await app.editsStore.events(key).catch(() => []) : [];
      if (key !== keyOf(source)) return; // another one was chosen meanwhile
      const log = createLog(events);
      lastTime = Math.max(lastTime, ...events.map(({ at }) => at));
      changed({ [source]: { key, log, held: !resume && log.count() > 0 } });
    }
  }

  async function append(edits, event) {
    if (isStored(edits.key)) {
      await app.editsStore.append(edits.key, event).catch(() => changed({ stored: false }));
    } else {
      changed({ stored: false });
    }
    edits.log.apply(event);
    changed();
  }

  /** One change after the other; each is stored when its promise resolves. */
  function inTurn(work) {
    const result = turn.then(work);
    turn = result.catch(() => {});
    return result.then(afterChange);
  }

  function afterChange() {
    keepWork();
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      if (!app.isTraining()) settleEdits();
    }, PAUSE);
  }

  /**
   * Changes labels in one step.
   * @param {{source: 'train'|'test', row: number, from: string, label: string|null}[]} changes
   */
  const correct = (changes) => inTurn(async () => {
    const at = time();
    for (const source of SOURCES) {
      const own = changes.filter((each) => each.source === source);
      const edits = app.state.edits[source];
      if (own.length === 0 || !edits) continue;
      edits.held = false;
      const rows = own.map(({ row, from, label }) => ({ row, from, label }));
      await append(edits, { kind: 'change', at, changes: rows });
    }
  });

  const undo = () => inTurn(async () => {
    const last = active().sort((a, b) => b.log.undoable() - a.log.undoable())[0];
    if (last?.log.undoable()) await append(last, { kind: 'undo', at: time() });
  });

  const redo = () => inTurn(async () => {
    const next = active().filter(({ log }) => log.redoable() > 0)
      .sort((a, b) => a.log.redoable() - b.log.redoable())[0];
    if (next) await append(next, { kind: 'redo', at: time() });
  });

  /** Back to the files' own labels: a step that can be undone. */
  const clearEdits = () => inTurn(async () => {
    for (const edits of all()) {
      edits.held = false;
      if (edits.log.count() > 0) await append(edits, { kind: 'clear', at: time() });
    }
  });

  async function applyHeld() {
    for (const edits of all()) edits.held = false;
    changed();
    keepWork();
    await settleEdits();
  }

  /** What became of a row, if anything did. */
  function editOf(source, row) {
    const edits = app.state.edits[source];
    return edits && !edits.held ? edits.log.edits().get(row) ?? null : null;
  }

  /** What is trained on, as a key: files and columns. */
  function place() {
    const { table, testTable, columns } = app.state;
    const files = [table, testTable].map((each) => each && (each.sha256 ?? each.name));
    return [...files, columns?.text, columns?.label].join(' ');
  }

  /** Whether the result is of the table that is open: only then are its rows those of the table. */
  const isOfTable = ({ result }) => Boolean(result) && result.source.place === place();

  const countEdits = () => active().reduce((sum, { log }) => sum + log.count(), 0);
  const canUndo = () => active().some(({ log }) => log.undoable() > 0);
  const canRedo = () => active().some(({ log }) => log.redoable() > 0);

  /** What the engine is to be told. */
  function corrections() {
    const { edits } = app.state;
    const own = SOURCES.filter((source) => edits[source] && !edits[source].held)
      .map((source) => [source, edits[source].log.corrections()])
      .filter(([, rows]) => rows.length > 0);
    return Object.fromEntries(own);
  }

  /** Remembers what the engine was told, in chooseColumns(). */
  const noteTold = (rows) => (told = JSON.stringify(rows));

  /** Tells the engine of the changes since the last time. */
  async function settleEdits() {
    clearTimeout(waiting);
    await turn;
    if (app.state.table && JSON.stringify(corrections()) !== told) await app.inspect();
  }

  /** Stores what is open, unless it is one of the page's own samples and nothing was changed. */
  function keepWork() {
    const { table, testTable, columns, sample } = app.state;
    if (!keeping || !table?.sha256 || (sample && countEdits() === 0)) return;
    const key = [table.sha256, testTable?.sha256, columns.text, columns.label].join();
    if (key === kept) return;
    kept = key;
    const named = (info, blob) => info && { sha256: info.sha256, name: info.name, blob };
    const { files } = app;
    const work = { table: named(table, files.table), testTable: named(testTable, files.testTable) };
    app.editsStore.keepWork({ ...work, columns, sample }).then(
      () => {
        store.set({ work: null });
        changed({ kept: kept !== '' });
      },
      () => {
        kept = '';
        changed({ stored: false, kept: false });
      });
  }

  /** What was open at an earlier visit. */
  async function findWork() {
    try {
      const work = await app.editsStore.work();
      if (!work || app.state.table) return;
      const { table, columns } = work;
      const log = createLog(await app.editsStore.events(logOf(table.sha256, columns.label)));
      store.set({ work: { ...work, count: log.count() } });
    } catch {
      // A browser that keeps nothing has nothing to offer.
    }
  }

  async function continueWork() {
    const { table, testTable, columns, sample } = app.state.work;
    await app.openTable(table.blob, table.name, sample, { columns, resume: true });
    if (testTable && app.state.table?.sha256 === table.sha256) {
      await app.openTestTable(testTable.blob, testTable.name, { resume: true });
    }
  }

  /** Takes everything out of the browser's storage; what is open stays open, and is not kept. */
  async function forgetWork() {
    await turn;
    await app.editsStore.forget();
    keeping = !app.state.table;
    kept = '';
    store.set({ work: null });
    changed({ stored: keeping, kept: false });
  }

  /** @param {'train'|'test'} source */
  async function downloadCorrected(source, mark) {
    const { log } = app.state.edits[source];
    const { table } = tableOf(app.state, source);
    const blob = await app.engine.correctedTable(source, { labels: log.corrections(), mark });
    saveBlob(blob, table.name.replace(/(\.\w+)?$/, `-${t('edits.suffix')}.csv`));
    changed({ saved: countEdits() });
  }

  addEventListener('beforeunload', (event) => {
    const { stored, saved } = app.state.edits;
    if (!stored && countEdits() !== saved) event.preventDefault();
  });

  return {
    ...{ loadEdits, correct, undo, redo, clearEdits, applyHeld, editOf, countEdits },
    ...{ place, isOfTable, canUndo, canRedo, corrections, noteTold, settleEdits },
    ...{ keepWork, findWork, continueWork, forgetWork, downloadCorrected },
  };
}
