// The corrected CSV: every byte of the user's file but those of the changed cells.

import { describe, expect, it } from 'vitest';
import { correctTable } from '../engine/correct_table.js';
import { readTable } from '../engine/table.js';

/** Stands in for the C library. */
const formats = (encoding, delimiter, { bom = 0, skip = 0 } = {}) => ({
  sniff: () => ({ encoding, delimiter, bom, skip }),
  toUtf8: (bytes) => new TextEncoder().encode(new TextDecoder(encoding).decode(bytes)),
});

async function corrected(content, labels, options = {}) {
  const { column = 1, mark = false, encoding = 'utf-8', delimiter = ',', ...more } = options;
  const file = new Blob([content]);
  const format = formats(encoding, delimiter, more);
  const table = await readTable(file, 'x.csv', format);
  const blob = await correctTable(file, table, { column, labels, mark }, format);
  return Buffer.from(await blob.arrayBuffer()).toString('utf8');
}

describe('the corrected CSV', () => {
  it.each([
    ['LF', 'text,label\na,x\nb,x\n', 'text,label\na,x\nb,y\n'],
    ['CR LF', 'text,label\r\na,x\r\nb,x\r\n', 'text,label\r\na,x\r\nb,y\r\n'],
    ['CR', 'text,label\ra,x\rb,x', 'text,label\ra,x\rb,y'],
    ['both', 'text,label\r\na,x\nb,x\r\n', 'text,label\r\na,x\nb,y\r\n'],
    ['no break at the end', 'text,label\na,x\nb,x', 'text,label\na,x\nb,y'],
    ['blank lines', '\ntext,label\n\na,x\r\n\r\n""\nb,x\n\n',
      '\ntext,label\n\na,x\r\n\r\n""\nb,y\n\n'],
    ['quotes kept', 'text,label\na,"x"\n"b","x"\n', 'text,label\na,"x"\n"b","y"\n'],
    ['space around quotes', 'text,label\na,x\n"b" ,"x" \n', 'text,label\na,x\n"b" ,"y"\n'],
    ['breaks and delimiters in cells', 'text,label\n"a\n,""1""\n",x\nb,x\n',
      'text,label\n"a\n,""1""\n",x\nb,y\n'],
    ['too many cells', 'text,label\na,x\nb,x,z,\n', 'text,label\na,x\nb,y,z,\n'],
    ['no cell for the label', 'text,label\na,x\nb\n', 'text,label\na,x\nb,y\n'],
    ['an empty label', 'text,label\na,x\nb,\n', 'text,label\na,x\nb,y\n'],
    ['a quote inside a cell', 'text,label\na "1" b,x\nb,x\n', 'text,label\na "1" b,x\nb,y\n'],
  ])('%s', async (_, before, after) => {
    expect(await corrected(before, [[2, 'y']])).toBe(after);
    expect(await corrected(before, [])).toBe(before);
  });

  it('puts a label in quotes only where it needs them', async () => {
    expect(await corrected('t;l\na;x\nb;x\n', [[1, 'y;"z"'], [2, 'y,z']], { delimiter: ';' }))
      .toBe('t;l\na;"y;""z"""\nb;y,z\n');
  });

  it('keeps bytes that are no UTF-8, a mark and a line that names the delimiter', async () => {
    const bytes = Buffer.concat([Buffer.from('\ufeffsep=;\nt;l\n'), Buffer.of(0x61, 0xff, 0xc3),
      Buffer.from(';x\nção;x\n')]);
    const file = new Blob([bytes]);
    const format = formats('utf-8', ';', { bom: 3, skip: 6 });
    const table = await readTable(file, 'x.csv', format);
    const wanted = { column: 1, labels: [[2, 'não']], mark: false };
    const blob = await correctTable(file, table, wanted, format);
    const expected = Buffer.concat([bytes.subarray(0, bytes.length - 2), Buffer.from('não\n')]);
    expect(Buffer.from(await blob.arrayBuffer())).toEqual(expected);
  });

  it('is in UTF-8 with a mark where the file was in something older', async () => {
    const bytes = Buffer.from('t;l\ncanção;x\n', 'latin1');
    const options = { encoding: 'windows-1252', delimiter: ';' };
    expect(await corrected(bytes, [[1, 'é']], options)).toBe('\ufefft;l\ncanção;é\n');
  });

  it('leaves out rows that were taken out', async () => {
    const before = 't,l\na,x\n"b\n",x\nc,x';
    expect(await corrected(before, [[2, null]])).toBe('t,l\na,x\nc,x');
    expect(await corrected(before, [[3, null]])).toBe('t,l\na,x\n"b\n",x\n');
    expect(await corrected(before, [[1, null], [2, null], [3, null]])).toBe('t,l\n');
  });

  it('says in a column more which rows changed, behind the longest row', async () => {
    const before = 't,l\na,x\nb\nc,x,1\nd,\n';
    const labels = [[1, 'y'], [2, 'y'], [3, null]];
    expect(await corrected(before, labels, { mark: true }))
      .toBe('t,l,,changed\na,y,,corrected\nb,y,,labeled\nd,,,\n');
    expect(await corrected('changed,l\r\na,x\r\n', [[1, 'y']], { mark: true }))
      .toBe('changed,l,changed_2\r\na,y,corrected\r\n');
  });

  it('refuses rows that the file does not have', async () => {
    await expect(corrected('t,l\na,x\n', [[2, 'y']])).rejects.toMatchObject(
      { failure: { code: 'AFINA_E_ARGUMENT' } });
  });

  it('reads back as the same table with other labels, whatever the quoting', async () => {
    const pieces = ['a', '"', ',', '\n', ' ', 'é', '\r\n', '""', ';'];
    let state = 3;
    const draw = (below) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const quote = (cell) => `"${cell.replaceAll('"', '""')}"`;
    for (let round = 0; round < 60; round++) {
      const cells = Array.from({ length: 6 }, () => [
        Array.from({ length: 1 + draw(6) }, () => pieces[draw(pieces.length)]).join(''),
        ['x', '"', 'y z', ''][draw(4)],
      ]);
      const lines = cells.map((row) => row.map((cell) =>
        (/[",\r\n]/.test(cell) || draw(2) ? quote(cell) : cell)).join(','));
      const before = ['t,l', ...lines].join(['\n', '\r\n'][draw(2)]);
      const format = formats('utf-8', ',');
      const table = await readTable(new Blob([before]), 'x.csv', format);
      const row = 1 + draw(table.rows.length);
      const after = await corrected(before, [[row, 'NEW']]);
      const again = await readTable(new Blob([after]), 'x.csv', format);
      const expected = table.rows.map((each, i) => (i === row - 1 ? [each[0], 'NEW'] : each));
      expect(again.rows).toEqual(expected);
    }
  });
});
