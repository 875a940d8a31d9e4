// A user's table with the model's answers beside it: their columns, their delimiter, and ours at
// the end.

import { csvBlob, probability, probabilityName, rowWriter, wantsMark } from './csv_write.js';
import { perText, strongest } from './probabilities.js';

/**
 * @param {import('./table.js').Table} table
 * @param {number} column                       of the texts
 * @param {string[]} classes
 * @param {(texts: string[]) => Float32Array} ask   probabilities [texts, classes]
 * @param {(texts: string[], from: number) => string[]} slice   the texts of one question
 */
export function createClassifiedTable(table, column, classes, ask, slice) {
  const texts = table.rows.map((cells) => cells[column] ?? '');
  // A row that is longer than the header keeps all its cells, and ours a column of their own.
  const lengths = [table.header, ...table.rows].map((cells) => cells.length);
  const width = lengths.reduce((most, length) => Math.max(most, length));
  const padded = (cells) => Array.from({ length: width }, (_, c) => cells[c] ?? '');
  const write = rowWriter(table.delimiter);
  const added = freeNames(['predicted', ...classes.map(probabilityName)], table.header);
  const parts = [write([...padded(table.header), ...added])];
  let done = 0;

  function answer() {
    const some = slice(texts, done);
    const answers = perText(ask(some), classes.length);
    answers.forEach((shares, i) => {
      const cells = padded(table.rows[done + i]);
      parts.push(write([...cells, classes[strongest(shares)], ...shares.map(probability)]));
    });
    done += some.length;
  }

  return {
    run(budget) {
      const begin = performance.now();
      while (done < texts.length && performance.now() - begin < budget) answer();
      return { done, total: texts.length };
    },
    blob: () => csvBlob(parts, wantsMark(table)),
  };
}

/** Each name, or name_2 and so on where the table, or a name before it, is called so already. */
export function freeNames(names, header) {
  const taken = new Set(header);
  return names.map((wanted) => {
    let name = wanted;
    for (let n = 2; taken.has(name); n++) name = `${wanted}_${n}`;
    taken.add(name);
    return name;
  });
}
