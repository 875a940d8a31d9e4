// The corrected CSV of a table: the user's bytes with other labels in them, or, should they not be
// found there, the table written anew.

import { correctedParts } from './corrected_csv.js';
import { freeNames } from './classified_table.js';
import { csvBlob, rowWriter, wantsMark } from './csv_write.js';
import { bytesOf, fail } from './failure.js';
import { keptLabel } from './labels.js';

const MARK_NAME = 'changed';

/**
 * @param {Blob} file
 * @param {import('./table.js').Table} table   what was read of it
 * @param {{column: number, labels: [number, string|null][], mark: boolean}} wanted   mark: a
 *           column more, which says 'corrected' or, where there was no label, 'labeled'
 * @param {import('./table.js').CsvFormats} formats
 * @returns {Promise<Blob>}   in UTF-8; a file in UTF-8 keeps all its other bytes
 */
export async function correctTable(file, table, { column, labels, mark }, { toUtf8 }) {
  const { delimiter, lineBreak, encoding, rows } = table;
  if (labels.some(([row]) => !(row >= 1 && row <= rows.length))) {
    fail('AFINA_E_ARGUMENT', `${table.name} has rows from 1 to ${rows.length} only.`);
  }
  const bytes = await bytesOf(file);
  const own = encoding === 'utf-8';
  const text = own ? bytes : toUtf8(bytes, encoding);
  const begin = table.begin + (own && table.bom ? 3 : 0);
  const byRow = new Map(labels);
  const before = (row) => rows[row - 1][column] ?? '';
  const width = [table.header, ...rows].reduce((most, { length }) => Math.max(most, length), 0);
  const [name] = freeNames([MARK_NAME], table.header);
  const of = (row) => {
    if (!byRow.has(row)) return '';
    return keptLabel(before(row)) === '' ? 'labeled' : 'corrected';
  };
  const marked = mark ? { name, width, of } : undefined;
  const wanted = { delimiter, lineBreak, begin, column, labels: byRow, mark: marked };
  const found = correctedParts(text, wanted);
  const asRead = found.rows === rows.length
    && [...found.before].every(([row, said]) => said === before(row));
  const whole = asRead ? found.parts : rewritten(table, wanted);
  return csvBlob(whole, asRead && own ? false : wantsMark(table));
}

/** For quotes so odd that the places of the cells are in doubt: the cells as they were read. */
function rewritten({ delimiter, header, rows }, { column, labels, mark }) {
  const write = rowWriter(delimiter);
  const line = (cells, row) => {
    const own = [...cells];
    const label = labels.get(row);
    if (label === null) return '';
    if (label !== undefined) {
      while (own.length <= column) own.push('');
      own[column] = label;
    }
    if (!mark) return write(own);
    while (own.length < mark.width) own.push('');
    return write([...own, row === 0 ? mark.name : mark.of(row)]);
  };
  return [line(header, 0), ...rows.map((cells, i) => line(cells, i + 1))];
}
