// One fine-tuning session in the worker: slices of work, what is new in each, and what it leaves
// when it is done.

import { PARTS } from './bridge.js';
import { keptLabel } from './labels.js';
import { perText, strongest } from './probabilities.js';
import { packTested } from './tested.js';

/** Rows handed to C between two chances to answer other requests. */
const ROWS_AT_ONCE = 2000;

/**
 * @typedef {object} PreparedRow
 * @property {'train'|'test'} source   the file that it is from
 * @property {number} number     in that file
 * @property {string} text
 * @property {string} label      as corrected
 * @property {string} original   the label that the file gives it
 */
/**
 * @typedef {object} Prepared    The labeled rows in C.
 * @property {{max: number, total: number}} [tokens]   what the inspection counted
 * @property {number} data       the data set's handle
 * @property {PreparedRow[]} rows   by their index in the data set
 * @property {{delimiter: string, bom: boolean, encoding: string}} dialect   of the user's file, for
 *           ours
 */
/**
 * @typedef {object} Source
 * @property {'train'|'test'} source
 * @property {import('./table.js').Table} table
 * @property {number} text       column
 * @property {number} label      column
 * @property {Map<number, string|null>} labels   corrections by row number; null: left out
 */

/**
 * @param {Source[]} sources
 * @param {(row: PreparedRow) => number} partOf   of each row (PARTS)
 * @returns {Promise<Prepared>}
 */
export async function prepareRows(bridge, sources, partOf = ({ source }) => PARTS[source]) {
  const data = bridge.createDataset();
  const all = [];
  try {
    for (const each of sources) {
      for (let from = 0; from < each.table.rows.length; from += ROWS_AT_ONCE) {
        const rows = labeledRows(each, from, from + ROWS_AT_ONCE);
        for (const [part, some] of runs(rows, partOf)) bridge.addRows(data, part, some);
        all.push(...rows);
        await breath();
      }
    }
  } catch (error) {
    bridge.freeDataset(data);
    throw error;
  }
  const [{ table: { delimiter, bom, encoding } }] = sources;
  return { data, rows: all, dialect: { delimiter, bom, encoding } };
}

/** @returns {PreparedRow[]}   without those that are left out */
export function labeledRows({ source, table, text, label, labels }, from, to) {
  return table.rows.slice(from, to).map((cells, i) => {
    const [number, original] = [from + i + 1, cells[label] ?? ''];
    const corrected = labels.has(number) ? labels.get(number) : original;
    return { source, number, text: cells[text] ?? '', label: corrected, original };
  }).filter((row) => row.label !== null);
}

/** Neighbours of the same part, together: one call hands them over. */
function runs(rows, partOf) {
  const all = [];
  for (const row of rows) {
    const part = partOf(row);
    if (all.at(-1)?.[0] === part) all.at(-1)[1].push(row);
    else all.push([part, [row]]);
  }
  return all;
}

/** Lets the worker answer what has arrived meanwhile. */
export const breath = () => new Promise((resolve) => setTimeout(resolve));

/** JSON and the page know no NaN: a value that is not there is null. */
const known = (value) => (Number.isNaN(value) ? null : value);

/**
 * @param {object} bridge
 * @param {number} model       handle
 * @param {Prepared} prepared  must outlive the session
 * @param {object} options
 */
export function createSession(bridge, model, prepared, options) {
  const handle = bridge.createSession(model, prepared.data, options);
  let description;
  try {
    description = bridge.describeSession(handle);
  } catch (error) {
    bridge.freeSession(handle);
    throw error;
  }
  const seconds = () => performance.now() / 1000;
  let worked = 0;
  let losses = 0;
  let lastEpoch = 0;
  let last = { phase: 'prepare', bestEpoch: 0, fraction: 0 };
  let trainingStarted = null;
  let pace = 0;
  let cutShort = null;

  /**
   * A step; a run that fails after a validated epoch ends with the best one instead of losing it.
   */
  function step() {
    try {
      return bridge.step(handle, seconds());
    } catch (error) {
      const keepsBest = last.bestEpoch > 0 && !cutShort && error.failure?.code !== 'CRASH';
      if (!keepsBest) throw error;
      cutShort = error.failure;
      bridge.stop(handle);
      return { ...last, loss: NaN };
    }
  }

  function note(progress, news) {
    if (!Number.isNaN(progress.loss)) news.losses.push({ step: ++losses, loss: progress.loss });
    if (progress.last.epoch > lastEpoch) {
      lastEpoch = progress.last.epoch;
      const { valid_loss, valid_accuracy, ...epoch } = progress.last;
      news.epochsDone.push(
        { ...epoch, valid_loss: known(valid_loss), valid_accuracy: known(valid_accuracy) });
    }
    last = progress;
  }

  /**
   * Texts trained on per second of work while the network trains; time in which nobody asked is not
   * counted.
   */
  function rate() {
    const { texts: trained, fraction, phase } = last;
    if (phase === 'train') trainingStarted ??= { worked, texts: trained, fraction };
    if (trainingStarted && (phase === 'train' || phase === 'validate')) {
      const texts = trained - trainingStarted.texts;
      pace = texts / Math.max(worked - trainingStarted.worked, 1e-3);
    }
    return pace;
  }

  /**
   * From the pace of the training itself: what comes before has its share of the whole, but takes
   * another time for each.
   */
  function timeLeft() {
    if (last.phase === 'done') return 0;
    const done = trainingStarted ? last.fraction - trainingStarted.fraction : 0;
    if (done < 0.002) return -1;
    return (worked - trainingStarted.worked) * (1 - last.fraction) / done;
  }

  return {
    handle,
    prepared,
    description,
    isDone: () => last.phase === 'done',

    /** @returns {import('./types.js').Progress} */
    run(budget) {
      const news = { losses: [], epochsDone: [] };
      const begin = performance.now();
      while (last.phase !== 'done') {
        note(step(), news);
        if (performance.now() - begin >= budget) break;
      }
      worked += (performance.now() - begin) / 1000;
      const { phase, epoch, epochs, step: at, steps, fraction, bestEpoch } = last;
      return {
        phase, epoch, epochs, step: at, steps, fraction, bestEpoch, ...news,
        examplesPerSecond: rate(), secondsLeft: timeLeft(), ...(cutShort && { cutShort }),
      };
    },

    stop: () => bridge.stop(handle),
    free: () => bridge.freeSession(handle),

    /**
     * What is worth keeping of a session that is done; `model` is a handle for the caller to free.
     */
    finish() {
      const { classes, options: { strategy } } = description;
      const { rows, probabilities } = bridge.tested(handle);
      const tested = perText(probabilities, classes.length).map((shares, i) => {
        const { source, number: row, text, label, original } = prepared.rows[rows[i]];
        const predicted = classes[strongest(shares)];
        const told = { source, row, text, label: keptLabel(label), original: keptLabel(original) };
        return { ...told, predicted, probabilities: shares };
      });
      const report = bridge.report(handle);
      // Where all of the model trained its delta would be as large as the model.
      const delta = strategy === 'full' ? null : bridge.sessionDelta(handle);
      return { classes, report, tested: packTested(tested, classes), delta,
        model: bridge.tunedModel(handle) };
    },
  };
}
