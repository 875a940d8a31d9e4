// Reading the reader's table, choosing its columns and asking C what it thinks of them.

import { failureOf } from './failure.js';

export const samples = {
  pt: { file: 'mensagens-de-alunos.csv', url: 'samples/mensagens-de-alunos.csv' },
  en: { file: 'support-messages.csv', url: 'samples/support-messages.csv' },
};

const fetched = new Map();

/** A sample's bytes, fetched once; after a failure the next call tries again. */
function loadSample({ file, url }) {
  if (!fetched.has(url)) {
    const coming = fetch(url).then((response) => {
      if (!response.ok) throw new Error(`${file}: the server answered ${response.status}.`);
      return response.blob();
    });
    fetched.set(url, coming);
    coming.catch(() => fetched.delete(url));
  }
  return fetched.get(url);
}

export const loadSamples = () =>
  Promise.allSettled(Object.values(samples).map((sample) => loadSample(sample)));

export function dataActions(app) {
  const { store } = app;
  let asked = 0;

  /**
   * Opens a table; the previous one stays until the new one is read, and for good if it cannot be.
   * Work of an earlier visit is resumed with its columns and its changes.
   */
  async function openTable(file, name, sample = null, { columns: own, resume } = {}) {
    store.set({ opening: name, dataFailure: null });
    try {
      const table = await app.engine.openTable(file, name);
      const guess = takesSetup(sample) ? columnsOf(app.state.setup, table) : table.guess;
      const columns = own ?? guess;
      app.files = { table: file, testTable: null };
      store.set({ table, columns, sample, testTable: null, inspection: null, opening: null });
      app.changeSetup({ sample, ...columnSetup(columns, table) });
      await inspect(resume);
    } catch (error) {
      store.set({ opening: null, dataFailure: { ...failureOf(error), name } });
    }
  }

  /** The URL's columns are those of the sample that it names, or of the first file opened. */
  const takesSetup = (sample) =>
    sample === (app.state.setup.sample ?? null) && (sample !== null || !app.state.table);

  /** The URL's columns where the table has them, else the engine's guess. */
  function columnsOf(setup, table) {
    const pick = (number, guess) =>
      number >= 1 && number <= table.columns.length ? number - 1 : guess;
    return {
      text: pick(setup.text, table.guess.text),
      label: pick(setup.label, table.guess.label),
    };
  }

  function columnSetup(columns, { guess }) {
    const isGuess = columns.text === guess.text && columns.label === guess.label;
    return isGuess
      ? { text: undefined, label: undefined }
      : { text: columns.text + 1, label: columns.label + 1 };
  }

  async function openSample(id) {
    const { file } = samples[id];
    store.set({ opening: file, dataFailure: null });
    try {
      await openTable(await loadSample(samples[id]), file, id);
    } catch (error) {
      const failure = { code: 'NETWORK', detail: String(error.message), name: file };
      store.set({ opening: null, dataFailure: failure });
    }
  }

  async function openTestTable(file, name, { resume } = {}) {
    store.set({ opening: name, dataFailure: null });
    try {
      const testTable = await app.engine.openTestTable(file, name);
      app.files.testTable = file;
      store.set({ testTable, opening: null });
      if (!(await inspect(resume))) await refuseTestTable(name);
    } catch (error) {
      store.set({ opening: null, dataFailure: { ...failureOf(error), name } });
    }
  }

  /** A test file that does not go with the table is put away again; why stays on the page. */
  async function refuseTestTable(name) {
    const failure = { ...store.state.dataFailure, name };
    await closeTestTable();
    store.set({ dataFailure: failure });
  }

  async function closeTestTable() {
    await app.engine.closeTestTable();
    app.files.testTable = null;
    store.set({ testTable: null });
    await inspect();
  }

  function chooseColumns(columns) {
    store.set({ columns });
    app.changeSetup(columnSetup(columns, app.state.table));
    return inspect();
  }

  /**
   * Asks for the inspection of the columns as they are now, and says whether they can be used. An
   * answer to an older question is dropped. The changes to the labels count.
   */
  async function inspect(resume = false) {
    const { columns } = app.state;
    const question = ++asked;
    store.set({ inspecting: true });
    await Promise.all([app.modelReady, app.loadEdits(resume)]);
    if (question !== asked) return true;
    const corrections = app.corrections();
    try {
      const { text, label } = columns;
      const inspection = await app.engine.chooseColumns(text, label, corrections);
      if (question !== asked) return true;
      app.noteTold(corrections);
      store.set({ inspection, inspecting: false, dataFailure: null });
      app.keepWork();
      return true;
    } catch (error) {
      if (question !== asked) return true;
      store.set({ inspection: null, inspecting: false, dataFailure: failureOf(error) });
      return false;
    }
  }

  return { openTable, openSample, openTestTable, closeTestTable, chooseColumns, inspect };
}
