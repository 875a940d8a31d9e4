// The labeled rows that diagrams work on: the reader's own table, or a sample of ours.

import { guessColumns } from '../../engine/columns.js';
import { fail } from '../../engine/failure.js';
import { keptLabel, trimmed } from '../../engine/labels.js';
import { readTable } from '../../engine/table.js';

/** Rows that the page is given; training uses all. */
const SHOWN = 1000;

/** @param {import('../service.js').Context} context   gets `source`: what prepareRows takes */
export function createRows(context) {
  /** @type {import('../../engine/session.js').Source|null} */
  let source = null;
  context.source = () => source ?? fail('AFINA_E_STATE', 'No rows are open.');

  return {
    async openRows(file, name) {
      const table = await readTable(file, name, await context.bridge());
      const { text, label } = guessColumns(table.columns, table.rows);
      if (text < 0 || label < 0) {
        fail('AFINA_E_DATA', `${name}: there is no column of texts beside one of labels.`);
      }
      source = { source: 'train', table, text, label, labels: new Map() };
      const usable = table.rows
        .map((cells, i) => ({
          row: i + 1, text: cells[text] ?? '', label: keptLabel(cells[label] ?? '') }))
        .filter((row) => trimmed(row.text) !== '' && row.label !== '');
      const classes = [...new Set(usable.map((row) => row.label))].sort();
      const names = { text: table.columns[text], label: table.columns[label] };
      return { name, total: usable.length, rows: usable.slice(0, SHOWN), classes, names };
    },
  };
}
