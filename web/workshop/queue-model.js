// The queue of rows without a label: what is asked next, what was answered, when to train again.
// Labels are corrections like all others (ui/edits-actions.js): stored before the next text shows.

import { pickNext, spread, wordsOf } from './queue-order.js';

/** Rows that take part; of more, the first ones. */
const MOST_ROWS = 50_000;
/** Rows that the model reads after each training, spread over those that are left. */
const POOL = 1000;
/** Texts a request: the engine answers others in between. */
const AT_ONCE = 16;
/** So many are read before the first text is chosen. */
const BEFORE_FIRST = 64;
/** The next text is to be unlike the last ones. */
const REMEMBERED = 10;

/**
 * @param {object} app
 * @param {() => void} changed   something is to be drawn anew
 */
export function createQueue(app, changed) {
  const queue = {
    /** Where the rows are from; null while they are not here. */
    place: null,
    rows: [],
    current: null,
    classes: [],
    probabilities: new Map(),
    /** How many of the pool the model has read; null: there is no model of this table. */
    reading: null,
    how: 'margin',
    every: 10,
    sinceTraining: 0,
    /** {labels, accuracy, tested} after each training. */
    history: [],
    failure: null,
  };
  const skipped = new Set();
  let shown = [];
  let steps = [];
  let busy = false;
  let round = 0;

  const isLabeled = ({ row }) => app.editOf('train', row) !== null;
  const left = () => queue.rows.filter((each) => !isLabeled(each));
  const placeNow = () => {
    const { table, columns, inspection } = app.state;
    return table && inspection ? `${table.sha256 ?? table.name} ${columns.text} ${columns.label}`
      : null;
  };

  /** The rows of the table as it is now; nothing where they are here already. */
  async function load() {
    const place = placeNow();
    if (place === queue.place) return;
    Object.assign(queue, { place, rows: [], current: null, history: [], sinceTraining: 0 });
    skipped.clear();
    [shown, steps] = [[], []];
    changed();
    if (!place) return;
    const { rows } = await app.engine.unlabeled(0, MOST_ROWS);
    if (queue.place !== place) return;
    queue.rows = rows;
    noteResult();
    await read();
  }

  /** The classifier at work is one that this table was trained on. */
  const hasModel = () => app.state.classifier?.from === 'training' && app.isOfTable(app.state);

  /** Asks the model about those that are left. What it said before holds until it says more. */
  async function read() {
    const mine = ++round;
    if (!hasModel()) {
      Object.assign(queue, { reading: null, probabilities: new Map() });
      return void next();
    }
    const pool = spread(left(), POOL);
    queue.reading = { done: 0, total: pool.length };
    if (pool.length === 0) next();
    for (let from = 0; from < pool.length; from += AT_ONCE) {
      const some = pool.slice(from, from + AT_ONCE);
      const { classes, probabilities } = await app.engine.classify(some.map(({ text }) => text));
      if (mine !== round) return;
      if (classes.join('\n') !== queue.classes.join('\n')) {
        Object.assign(queue, { classes, probabilities: new Map() });
      }
      some.forEach(({ row }, i) => queue.probabilities.set(row, probabilities[i]));
      queue.reading.done = from + some.length;
      const { done, total } = queue.reading;
      if (!queue.current && done >= Math.min(BEFORE_FIRST, total)) next();
      changed();
    }
  }

  function next() {
    let open = left().filter(({ row }) => !skipped.has(row));
    if (open.length === 0) {
      skipped.clear(); // those that were put off are all that is left
      open = left();
    }
    show(pickNext(open, queue.probabilities, queue.how, shown));
  }

  function show(row) {
    queue.current = row;
    if (row) shown = [wordsOf(row.text), ...shown].slice(0, REMEMBERED);
    changed();
  }

  /** One answer at a time: what is shown changes only after it is stored. */
  async function alone(work) {
    if (busy) return;
    busy = true;
    try {
      await work();
    } finally {
      busy = false;
    }
  }

  const label = (name) => alone(async () => {
    const { current } = queue;
    if (!current) return;
    await app.correct([{ source: 'train', row: current.row, from: '', label: name }]);
    steps.push({ row: current, labeled: true });
    queue.sinceTraining++;
    next();
    trainIfDue();
  });

  const skip = () => alone(async () => {
    const { current } = queue;
    if (!current) return;
    steps.push({ row: current, labeled: false });
    skipped.add(current.row);
    next();
  });

  /** Back to the text before, without its label. */
  const undo = () => alone(async () => {
    const step = steps.pop();
    if (!step) return;
    const { row } = step.row;
    if (step.labeled && isLabeled(step.row)) {
      const last = app.state.edits.train.log.last();
      const isLast = last?.changes?.length === 1 && last.changes[0].row === row;
      if (isLast) await app.undo();
      else await app.correct([{ source: 'train', row, from: '', label: '' }]);
      queue.sinceTraining = Math.max(0, queue.sinceTraining - 1);
    }
    skipped.delete(row);
    show(step.row);
  });

  /** Trains beside the labeling, with the options of the page. */
  async function train() {
    if (app.isTraining()) return;
    queue.sinceTraining = 0;
    changed();
    await app.train();
    queue.failure = app.state.training?.failure ?? null;
    changed();
    trainIfDue();
  }

  function trainIfDue() {
    const due = queue.every > 0 && queue.sinceTraining >= queue.every;
    const given = (app.state.edits.train?.log.corrections() ?? []).map(([, name]) => name);
    const counted = (app.state.inspection?.classes ?? []).map((each) => each.label);
    if (due && new Set([...counted, ...given]).size > 1 && !queue.failure) train();
  }

  /** The accuracy of a training that has ended, once. */
  function noteResult() {
    const { result } = app.state;
    const test = result?.report.test;
    if (!hasModel() || !test?.confusion || queue.history.at(-1)?.result === result) return;
    const tested = test.confusion.flat().reduce((sum, count) => sum + count, 0);
    const labels = Object.values(result.session.split).reduce((sum, rows) => sum + rows, 0);
    if (tested > 0) queue.history.push({ result, labels, accuracy: test.accuracy, tested });
  }

  /** The model is another one. */
  async function retrained() {
    queue.failure = null;
    noteResult();
    await read();
  }

  /** A label was given or taken back elsewhere on the page. */
  function edited() {
    if (!busy && queue.current && isLabeled(queue.current)) next();
    else changed();
  }

  return {
    ...{ queue, load, label, skip, undo, train, retrained, edited },
    left: () => left().length,
    canUndo: () => steps.length > 0,
    order(how) {
      queue.how = how;
      next();
    },
    trainEvery(count) {
      queue.every = count;
      queue.failure = null;
      trainIfDue();
    },
  };
}
