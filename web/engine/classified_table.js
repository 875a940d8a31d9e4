// A user's table with the model's answers beside it: their columns, their delimiter, and ours at
// the end.

import { freshName } from './columns.js';
import { csvBlob, probability, probabilityName, rowWriter, wantsMark } from './csv_write.js';
import { perText, strongest } from './probabilities.js';

/**
 * The header's names, and one for each cell that stands beyond it: nothing of the user's is
 * dropped.
 */
function allColumns({ columns, rows }) {
  const width = rows.reduce((most, { length }) => Math.max(most, length), columns.length);
  const names = [...columns];
  while (names.length < width) freshName(names, `column ${names.length + 1}`);
  return names;
}

/**
 * @param {import('./table.js').Table} table
 * @param {number} column                       of the texts
 * @param {string[]} classes
 * @param {(texts: string[]) => Float32Array} ask   probabilities [texts, classes]
 * @param {(texts: string[], from: number) => string[]} slice   the texts of one question
 */
export function createClassifiedTable(table, column, classes, ask, slice) {
  const texts = table.rows.map((cells) => cells[column] ?? '');
  const names = allColumns(table);
  const own = names.length;
  const added = ['label', ...classes.map(probabilityName)].map((name) => freshName(names, name));
  const write = rowWriter(table.delimiter);
  const parts = [write([...names.slice(0, own), ...added])];
  let done = 0;

  function answer() {
    const some = slice(texts, done);
    const answers = perText(ask(some), classes.length);
    answers.forEach((shares, i) => {
      const cells = Array.from({ length: own }, (_, c) => table.rows[done + i][c] ?? '');
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
