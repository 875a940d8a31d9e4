// Classifiers and what is in them: trainings, several at once, that can be looked into between two
// updates, and what each choice of frozen blocks costs.

import { PARTS } from '../../engine/bridge.js';
import { fail } from '../../engine/failure.js';
import { trimmed } from '../../engine/labels.js';
import { createSession, labeledRows, prepareRows } from '../../engine/session.js';
import { rowsOf } from '../../engine/tested.js';

/** What a measurement reads at most, and how long its updates may take. */
const MEASURED_ROWS = 48;
const MEASURED_MS = 600;

/** @param {import('../service.js').Context} context */
export function createInside(context) {
  const { bridge, model } = context;
  /** @type {Map<string, {session: object, keep?: string}>} trainings by name */
  const trainings = new Map();
  /** Who was asked last to begin under a name: rows take a while to prepare. */
  const asked = new Map();

  const find = (name) => trainings.get(name)
    ?? fail('AFINA_E_STATE', `There is no training "${name}".`);

  /** The same model with random weights, as before its pretraining; for the caller to free. */
  async function randomCopy(name, seed) {
    const own = await bridge();
    const file = (key) => own.saveModel(model(name), key);
    const handle = own.loadModel(
      { config: file('config'), weights: file('weights'), tokenizer: file('tokenizer') });
    own.randomize(handle, seed);
    return handle;
  }

  /** Open rows with a text and a label, as prepareRows takes them. */
  async function prepared(only) {
    const source = context.source();
    if (!only) return prepareRows(await bridge(), [source]);
    const own = await bridge();
    const data = own.createDataset();
    try {
      own.addRows(data, PARTS.train, only);
    } catch (error) {
      own.freeDataset(data);
      throw error;
    }
    const { delimiter, bom, encoding } = source.table;
    return { data, rows: only, dialect: { delimiter, bom, encoding } };
  }

  /** So many rows, the classes in turn, and among them the one with that number. */
  function some(count, number) {
    const source = context.source();
    const all = labeledRows(source, 0, source.table.rows.length)
      .filter((row) => trimmed(row.text) !== '' && trimmed(row.label) !== '');
    const first = all.filter((row) => row.number === number);
    const queues = grouped(all, (row) => row.label)
      .map((rows) => rows.filter((row) => row !== first[0]));
    // The first row's own class has had its turn.
    const own = queues.findIndex((rows) => rows[0]?.label === first[0]?.label);
    if (own >= 0) queues.push(...queues.splice(own, 1));
    const chosen = [...first];
    for (let i = 0; chosen.length < Math.min(count, all.length); i++) {
      const next = queues[i % queues.length].shift();
      if (next) chosen.push(next);
    }
    return chosen;
  }

  async function end(name) {
    asked.delete(name);
    await free(name);
  }

  async function free(name) {
    const training = trainings.get(name);
    if (!training) return;
    trainings.delete(name);
    training.session.free();
    (await bridge()).freeDataset(training.session.prepared.data);
  }

  /**
   * @param {string} name   of this training; one that has it is ended
   * @param {{from?: string, random?: number, options: object, rows?: number, row?: number,
   *          watch?: boolean, keep?: string}} asked   random: a seed, for random weights instead;
   *          rows: so few of the open ones only, `row` among them; keep: the name that its model
   *          gets when it is done
   */
  async function start(name, { from = 'shipped', random, options, rows, row, watch, keep }) {
    const mine = {};
    asked.set(name, mine);
    await free(name);
    const own = await bridge();
    const data = await prepared(rows && some(rows, row));
    const base = random === undefined ? model(from) : await randomCopy(from, random);
    let session;
    try {
      session = createSession(own, base, data, options);
    } catch (error) {
      own.freeDataset(data.data);
      throw error;
    } finally {
      if (random !== undefined) own.freeModel(base);
    }
    if (asked.get(name) !== mine) {
      session.free();
      own.freeDataset(data.data);
      fail('AFINA_E_STATE', `Another training "${name}" has been asked for meanwhile.`);
    }
    trainings.set(name, { session, keep });
    if (watch) own.watch(session.handle, true);
    const chosen = data.rows.map(({ number, text, label }) => ({ number, text, label }));
    return { ...session.description, rows: data.rows.length, ...(rows && { chosen }) };
  }

  /** The last slice gives what there is to tell of the whole, as `finished`. */
  async function run(name, budget) {
    const { session, keep } = find(name);
    const progress = session.run(budget);
    return session.isDone() ? { ...progress, finished: await finish(session, keep) } : progress;
  }

  async function finish(session, keep) {
    const own = await bridge();
    const { classes, report, tested, model: handle } = session.finish();
    if (keep) await context.keepModel(keep, handle);
    else own.freeModel(handle);
    return { classes, report: JSON.parse(report), tested: rowsOf(tested) };
  }

  /** Up to the next update, or to the next phase where it does not train. */
  async function update(name) {
    const { session } = find(name);
    let progress;
    do {
      progress = session.run(0);
    } while (!progress.losses.length && !session.isDone());
    return { phase: progress.phase, epoch: progress.epoch, losses: progress.losses };
  }

  /** What the last update did (src/inside.h), with each row's number, text and label. */
  async function watched(name) {
    const { session } = find(name);
    const told = (await bridge()).watched(session.handle);
    const { classes } = session.description;
    return { ...told, classes, rows: told.rows.map(({ index, label, ...row }) => {
      const { number, text } = session.prepared.rows[index];
      return { number, text, label: classes[label], ...row };
    }) };
  }

  /**
   * A text within a classifier.
   * @param {{model?: string, training?: string}} where   a training: its classifier of now
   * @param {string} [label]
   */
  async function look({ model: name, training }, text, label) {
    const own = await bridge();
    const handle = training ? own.snapshot(find(training).session.handle) : model(name);
    try {
      const classes = training ? find(training).session.description.classes
        : context.describe(name).classes;
      const at = label === undefined ? -1 : classes.indexOf(label);
      return own.inside(handle, text, at < 0 ? undefined : at);
    } finally {
      if (training) own.freeModel(handle);
    }
  }

  /**
   * Of the open rows: what the inspection counted, and afina_session_costs for a text of the
   * middle length.
   */
  async function costs(name, options) {
    const own = await bridge();
    const data = await prepared();
    try {
      const { tokens, usable } = own.inspect(model(name), data.data);
      const plan = own.planSession(model(name), data.data, options);
      const train = [...plan.parts].filter((part) => Number(part) === PARTS.train).length;
      const length = Math.max(1, Math.min(tokens.median, tokens.context));
      return { ...own.costs(model(name), data.data, tokens, length, plan.options), usable, train,
        tokens, options: plan.options };
    } finally {
      own.freeDataset(data.data);
    }
  }

  /**
   * Seconds of this machine, from real work on some of the rows: how long frozen blocks take for a
   * text, and an update for each of its texts.
   * @returns {Promise<{texts: number, tokens: number, once: number, each: number,
   *           updates: number}>}   once, each: seconds of a text; texts, updates: what was measured
   */
  async function measure(name, options) {
    const own = await bridge();
    const data = await prepared(some(MEASURED_ROWS));
    const asked = { ...options, epochs: 50, patience: 0, valid_share: 0, test_share: 0,
      ngrams: false, optimizer: 'adamw' };
    let session;
    try {
      session = createSession(own, model(name), data, asked);
      return measured(session, own.inspect(model(name), data.data).tokens, data.rows.length);
    } finally {
      session?.free();
      own.freeDataset(data.data);
    }
  }

  return {
    tuneStart: start, tuneRun: run, tuneUpdate: update, tuneEnd: end, tuneWatched: watched,
    tuneStop: async (name) => find(name).session.stop(),
    lookInside: look, tuneCosts: costs, tuneMeasure: measure,
    classify: async (name, texts) => {
      const own = await bridge();
      const { classes } = context.describe(name);
      const flat = own.classify(model(name), texts);
      return { classes, probabilities: texts.map(
        (_, i) => [...flat.slice(i * classes.length, (i + 1) * classes.length)]) };
    },
  };
}

function grouped(all, key) {
  const groups = new Map();
  for (const each of all) {
    if (groups.has(key(each))) groups.get(key(each)).push(each);
    else groups.set(key(each), [each]);
  }
  return [...groups.values()];
}

/** The first update finds caches cold: it is not counted where there are others. */
function measured(session, tokens, texts) {
  const since = (begin) => (performance.now() - begin) / 1000;
  let once = 0;
  let phase = 'prepare';
  while (phase !== 'train') {
    const begin = performance.now();
    const before = phase;
    ({ phase } = session.run(0));
    if (before === 'cache') once += since(begin);
  }
  const { batch } = session.description.options;
  const began = performance.now();
  const paces = [];
  const inEpoch = Math.ceil(texts / batch);
  while (paces.length < 4 || (performance.now() - began < MEASURED_MS && paces.length < 40)) {
    const begin = performance.now();
    let done;
    do done = session.run(0); while (!done.losses.length);
    const left = texts - (paces.length % inEpoch) * batch; // the last of an epoch has the rest
    paces.push({ seconds: since(begin), texts: Math.min(batch, left) });
  }
  const counted = paces.slice(1);
  const sum = (key) => counted.reduce((total, each) => total + each[key], 0);
  return { texts, tokens: tokens.total, once: once / texts, each: sum('seconds') / sum('texts'),
    updates: counted.length };
}
