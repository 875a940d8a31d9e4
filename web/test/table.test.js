// Nasty CSVs through the page's reader. What the C library would tell of them is given by hand
// here; tests/web reads them with the library itself.

import { expect, test } from 'vitest';
import { readTable, tableInfo } from '../engine/table.js';

const utf8 = { encoding: 'utf-8', delimiter: ',', bom: 0, skip: 0 };

const read = (content, format = {}, options = undefined) =>
  readTable(new Blob([content]), 'a.csv', {
    sniff: () => ({ ...utf8, ...format }),
    toUtf8: (bytes, encoding) => new TextEncoder().encode(new TextDecoder(encoding).decode(bytes)),
  }, options);

const failureOf = async (promise) => {
  const error = await promise.then(() => expect.fail('no failure'), (reason) => reason);
  return error.failure;
};

test('delimiters, quotes and breaks in cells', async () => {
  for (const delimiter of [',', ';', '\t', '|']) {
    const lines = [['text', 'label'], ['"a ""b""\r\nc;,d|\t"', 'x'], ['plain', '"y"'], ['"', '']];
    const content = `${lines.slice(0, 3).map((line) => line.join(delimiter)).join('\r\n')}\r\n`;
    const table = await read(content, { delimiter });
    expect(table.columns).toEqual(['text', 'label']);
    expect(table.rows).toEqual([['a "b"\r\nc;,d|\t', 'x'], ['plain', 'y']]);
    expect(table.warnings).toEqual([]);
  }
});

test('every kind of line break, also mixed, and none at the end', async () => {
  const rows = [['1', 'x'], ['2', 'y']];
  for (const content of ['t,l\n1,x\n2,y', 't,l\r\n1,x\r\n2,y\r\n', 't,l\r1,x\r2,y\r',
    't,l\r\n1,x\n2,y\r\n', 't,l\n\n1,x\n\n2,y\n\n', 't,l\r\n"1","x"\r\n"2","y"\r\n']) {
    const table = await read(content);
    expect(table.columns).toEqual(['t', 'l']);
    expect(table.rows).toEqual(rows);
  }
});

test('encodings, with and without a byte order mark', async () => {
  const text = 'texto,rótulo\nação,não\n';
  const sixteen = Buffer.from(text, 'utf16le');
  const bigEndian = Buffer.from(sixteen).swap16();
  const cases = [
    [Buffer.from(text), 'utf-8', 0],
    [Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)]), 'utf-8', 3],
    [Buffer.concat([Buffer.from([0xff, 0xfe]), sixteen]), 'utf-16le', 2],
    [Buffer.concat([Buffer.from([0xfe, 0xff]), bigEndian]), 'utf-16be', 2],
    [Buffer.from(text, 'latin1'), 'windows-1252', 0],
  ];
  for (const [bytes, encoding, bom] of cases) {
    const table = await read(bytes, { encoding, bom });
    expect(table.columns).toEqual(['texto', 'rótulo']);
    expect(table.rows).toEqual([['ação', 'não']]);
    expect(table.bom).toBe(bom > 0);
  }
});

test('rows with too few or too many cells are kept and told', async () => {
  const table = await read('a,b\n1\n1,2\n1,2,3\n');
  expect(table.rows).toEqual([['1'], ['1', '2'], ['1', '2', '3']]);
  expect(table.warningCount).toBe(2);
  expect(table.warnings.map(({ row, code }) => [row, code])).toEqual(
    [[1, 'CELLS_FEW'], [3, 'CELLS_MANY']]);
  expect(table.warnings[1].detail).toBe('Row 3 has 3 cells where the header has 2.');
});

test('warnings beyond the first thousand are counted', async () => {
  const table = await read(`a,b\n${'x\n'.repeat(1500)}`);
  expect(table.warningCount).toBe(1500);
  expect(table.warnings).toHaveLength(1000);
});

test('names are made unique', async () => {
  const table = await read(' text ,,text,text (2),\n1,2,3,4,5\n');
  expect(table.columns).toEqual(['text', 'column 2', 'text (2)', 'text (2) (2)', 'column 5']);
});

test('a quote that never closes names its row', async () => {
  const failure = await failureOf(read('a,b\n1,2\n3,"4\n5,6\n'));
  expect(failure).toMatchObject({ code: 'CSV_BROKEN', values: { row: 2 } });
  expect(failure.detail).toContain('row 2');
  expect((await failureOf(read('a,"b\n1,2\n'))).values).toEqual({ row: 0 });
});

test('a quote that never closes is found before all of a large file is one cell', async () => {
  const content = `a,b\n${'x,y\n'.repeat(10)}"${'some words, '.repeat(800_000)}`;
  const failure = await failureOf(read(content));
  expect(failure).toMatchObject({ code: 'CSV_BROKEN', values: { row: 11 } });
});

test('a quote inside a quoted cell is told, and nothing is lost', async () => {
  const table = await read('a,b\n"x "y" z",1\n2,3\n');
  expect(table.rows).toEqual([['x "y" z', '1'], ['2', '3']]);
  expect(table.warnings).toMatchObject([{ row: 1, code: 'QUOTE' }]);
});

test('files that are no tables', async () => {
  const code = async (content, format) => (await failureOf(read(content, format))).code;
  expect(await code('')).toBe('CSV_EMPTY');
  expect(await code('\n\r\n\n')).toBe('CSV_EMPTY');
  expect(await code('text,label\n')).toBe('CSV_EMPTY');
  expect(await code('text\nabc\n')).toBe('CSV_ONE_COLUMN');
  expect(await code(Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0))).toBe('CSV_SPREADSHEET');
  expect(await code(Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1))).toBe('CSV_SPREADSHEET');
  expect(await code(Uint8Array.of(0x61, 0x2c, 0, 0x62))).toBe('CSV_NOT_TEXT');
});

test('a file that cannot be read any more is no crash', async () => {
  const gone = { size: 10, arrayBuffer: async () => { throw new Error('file not found'); } };
  const failure = await failureOf(readTable(gone, 'gone.csv', {}));
  expect(failure).toMatchObject({ code: 'FILE_UNREADABLE' });
  expect(failure.detail).toContain('file not found');
});

test('one column will do where texts are to be classified', async () => {
  const table = await read('text\nabc\ndef\n', {}, { columns: 1 });
  expect(table.rows).toEqual([['abc'], ['def']]);
});

test('50,000 rows in slices, other work in between', async () => {
  const line = (i) =>
    `"text ${i}, with ""quotes"" and a\nbreak in it, repeated for length",${i % 3}\n`;
  const content = `text,label\n${Array.from({ length: 50_000 }, (_, i) => line(i)).join('')}`;
  let turns = 0;
  const clock = setInterval(() => turns++, 1);
  const table = await read(content);
  clearInterval(clock);
  expect(table.rows).toHaveLength(50_000);
  expect(table.rows[49_999]).toEqual(
    ['text 49999, with "quotes" and a\nbreak in it, repeated for length', '1']);
  expect(table.warnings).toEqual([]);
  expect(turns).toBeGreaterThan(3);
});

test('the preview is small', async () => {
  const long = `${'x'.repeat(199)}😀${'y'.repeat(500)}`;
  const table = await read(`text,label\n${`${long},a\n`.repeat(20)}short\n`);
  const { preview, rows } = tableInfo(table);
  expect(rows).toBe(21);
  expect(preview).toHaveLength(8);
  expect(preview[0]).toEqual([`${'x'.repeat(199)}…`, 'a']);
});

test('what looks like markup or a formula stays a text', async () => {
  const hostile = '<img src=x onerror=alert(1)>';
  const table = await read(`text,label\n${hostile},=1+1\n__proto__,constructor\n`);
  expect(table.rows).toEqual([[hostile, '=1+1'], ['__proto__', 'constructor']]);
});
