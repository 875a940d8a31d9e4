// What a finished session leaves with the page: no worker is needed to look at it or to save it.

import { csvBlob, probability, probabilityName, rowWriter, wantsMark } from './csv_write.js';
import { cellOf, countOf, rowOf } from './tested.js';

/** Rows written between two chances for the page to draw and to answer: a few milliseconds. */
const ROWS_AT_ONCE = 500;

/**
 * @typedef {object} Result
 * @property {string[]} classes
 * @property {string} report          report.json as C wrote it
 * @property {import('./tested.js').Tested} tested
 * @property {{config: Blob, weights: Blob, tokenizer: Blob, delta: Blob|null}} files
 * @property {{delimiter: string, bom: boolean, encoding: string}} dialect   of the user's table
 */

/** Texts of a cell of the confusion matrix, those first of which the model was surest. */
export function cellRows({ tested }, actual, predicted, from, count) {
  const rows = cellOf(tested, actual, predicted);
  return {
    total: rows.length, rows: rows.slice(from, from + count).map((i) => rowOf(tested, i)),
  };
}

/**
 * @param {Result} result
 * @param {() => Promise<void>} pause   between two slices of the rows
 * @returns {Promise<Blob>} row, text, label, predicted, a probability per class; in the user's
 *   dialect
 */
export async function predictionsCsv({ classes, tested, dialect }, pause = pauseOfPage) {
  const write = rowWriter(dialect.delimiter);
  const parts = [write(['row', 'text', 'label', 'predicted', ...classes.map(probabilityName)])];
  let lines = '';
  for (let i = 0; i < countOf(tested); i++) {
    const { row, text, label, predicted, probabilities } = rowOf(tested, i);
    lines += write([row, text, label, predicted, ...probabilities.map(probability)]);
    if ((i + 1) % ROWS_AT_ONCE) continue;
    parts.push(new Blob([lines]));
    lines = '';
    await pause();
  }
  return csvBlob([...parts, lines], wantsMark(dialect));
}

const pauseOfPage = () => new Promise((resolve) => setTimeout(resolve));
