// What a finished session leaves with the page: no worker is needed to look at it or to save it.

import { csvBlob, probability, probabilityName, rowWriter, wantsMark } from './csv_write.js';

/**
 * @typedef {object} Result
 * @property {string[]} classes
 * @property {string} report          report.json as C wrote it
 * @property {import('./types.js').Row[]} tested
 * @property {{config: Blob, weights: Blob, tokenizer: Blob, delta: Blob|null}} files
 * @property {{delimiter: string, bom: boolean, encoding: string}} dialect   of the user's table
 */

/** Texts of a cell of the confusion matrix, those first of which the model was surest. */
export function cellRows({ classes, tested }, actual, predicted, from, count) {
  const sure = (row) => row.probabilities[predicted];
  const rows = tested
    .filter((row) => row.label === classes[actual] && row.predicted === classes[predicted])
    .sort((a, b) => sure(b) - sure(a));
  return { total: rows.length, rows: rows.slice(from, from + count) };
}

/** @returns {Blob} row, text, label, predicted, a probability per class; in the user's dialect */
export function predictionsCsv({ classes, tested, dialect }) {
  const write = rowWriter(dialect.delimiter);
  const lines = tested.map(({ row, text, label, predicted, probabilities }) =>
    write([row, text, label, predicted, ...probabilities.map(probability)]));
  const header = write(['row', 'text', 'label', 'predicted', ...classes.map(probabilityName)]);
  return csvBlob([header, ...lines], wantsMark(dialect));
}
