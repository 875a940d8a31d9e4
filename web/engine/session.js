// One fine-tuning session in the worker: slices of work, what is new in each, and what it leaves
// when it is done.

import { perText, strongest } from './probabilities.js';

/** Rows handed to C between two chances to answer other requests. */
const ROWS_AT_ONCE = 2000;

/**
 * @typedef {object} Prepared    The labeled rows in C.
 * @property {{max: number, total: number}} [tokens]   what the inspection counted
 * @property {number} data       the data set's handle
 * @property {{number: number, text: string, label: string}[]} rows   by their index in the data set
 * @property {{delimiter: string, bom: boolean, encoding: string}} dialect   of the user's file, for
 *           ours
 */

/**
 * @param {{part: number, table: import('./table.js').Table, text: number, label: number}[]} sources
 * @returns {Promise<Prepared>}
 */
export async function prepareRows(bridge, sources) {
  const data = bridge.createDataset();
  const all = [];
  try {
    for (const { part, table, text, label } of sources) {
      for (let from = 0; from < table.rows.length; from += ROWS_AT_ONCE) {
        const rows = table.rows.slice(from, from + ROWS_AT_ONCE).map((cells, i) => (
          { number: from + i + 1, text: cells[text] ?? '', label: cells[label] ?? '' }));
        bridge.addRows(data, part, rows);
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

/** Lets the worker answer what has arrived meanwhile. */
export const breath = () => new Promise((resolve) => setTimeout(resolve));

/** A label as C keeps it: see afina_dataset_add. */
const kept = (label) => label.replace(/^[\t-\r \u00a0]+|[\t-\r \u00a0]+$/g, '')
  .replaceAll('\0', '\ufffd');

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
      const { classes } = description;
      const { rows, probabilities } = bridge.tested(handle);
      const tested = perText(probabilities, classes.length).map((shares, i) => {
        const { number: row, text, label } = prepared.rows[rows[i]];
        const predicted = classes[strongest(shares)];
        return { row, text, label: kept(label), predicted, probabilities: shares };
      });
      const report = bridge.report(handle);
      return { classes, report, tested, model: bridge.tunedModel(handle) };
    },
  };
}
