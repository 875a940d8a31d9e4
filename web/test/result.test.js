// What the page downloads.

import { unzipSync } from 'fflate';
import Papa from 'papaparse';
import { expect, test, vi } from 'vitest';
import { createClassifiedTable } from '../engine/classified_table.js';
import { packModel, readModelFiles } from '../engine/model_files.js';
import { cellRows, predictionsCsv } from '../engine/result.js';
import { packTested, rowOf } from '../engine/tested.js';

const dialect = { delimiter: ',', bom: false, encoding: 'utf-8' };
const row = (number, text, label, predicted, probabilities) =>
  ({ source: 'train', row: number, text, label, original: label, predicted, probabilities });
const classes = ['ham', 'spam'];
const rows = [
  row(3, 'hi', 'ham', 'ham', [0.9, 0.1]),
  row(5, '=cmd|"/c calc"!A1\nnext, line', 'spam', 'ham', [0.6, 0.4]),
  row(8, ' yo; ', 'ham', 'ham', [0.9999999, 1e-7]),
  row(9, '<b>', 'ham', 'spam', [0.25, 0.75]),
];
const result = {
  classes, report: '{"afina":"0.1.0"}', tested: packTested(rows, classes), dialect,
};

test('rows that were packed are the same when they are taken out', () => {
  const odd = [
    row(7, '', 'ham', 'spam', [0.5, 0.5]),
    { ...row(7, '\ufeffolá 🌕', 'other', 'ham', [0.25, 0.75]), source: 'test', original: 'ham ' },
    row(4294967295, 'x', 'spam', 'spam', [0, 1]),
  ];
  const packed = structuredClone(packTested(odd, classes));
  expect(odd.map((_, i) => rowOf(packed, i))).toEqual(odd);
  const held = Object.values(packed).filter((value) => !ArrayBuffer.isView(value));
  expect(held).toEqual([['ham', 'spam', 'other', 'ham ']]); // nothing else is an object a row
});

test('predictions are written in slices, with a pause between each two', async () => {
  const many = Array.from({ length: 2600 },
    (_, i) => row(i + 1, `text ${i}`, 'ham', 'ham', [1, 0]));
  const pause = vi.fn(async () => {});
  const all = { ...result, tested: packTested(many, classes) };
  const lines = (await (await predictionsCsv(all, pause)).text()).split('\r\n');
  expect(pause).toHaveBeenCalledTimes(5);
  expect(lines).toHaveLength(2602);
  expect(lines[2600]).toBe('2600,text 2599,ham,ham,1.000000,0.000000');
});

test('a cell of the matrix: its texts, the surest first, in pages', () => {
  expect(cellRows(result, 0, 0, 0, 10)).toMatchObject({ total: 2, rows: [{ row: 8 }, { row: 3 }] });
  expect(cellRows(result, 0, 0, 1, 1)).toMatchObject({ total: 2, rows: [{ row: 3 }] });
  expect(cellRows(result, 1, 1, 0, 10)).toEqual({ total: 0, rows: [] });
});

const written = (given) => predictionsCsv({ ...result, dialect: { ...dialect, ...given } });

test('predictions read back as they were, cells untouched', async () => {
  for (const delimiter of [',', ';', '\t']) {
    const text = await written({ delimiter }).then((blob) => blob.text());
    const { data, errors } = Papa.parse(text, { delimiter, skipEmptyLines: true });
    expect(errors).toEqual([]);
    expect(data[0]).toEqual(['row', 'text', 'label', 'predicted', 'p_ham', 'p_spam']);
    expect(data[2]).toEqual(['5', rows[1].text, 'spam', 'ham', '0.600000', '0.400000']);
    expect(data[3]).toEqual(['8', ' yo; ', 'ham', 'ham', '1.000000', '0.000000']);
  }
});

test('a byte order mark where the user has one, or wrote in an older encoding', async () => {
  const start = async (given) => {
    const blob = await written(given);
    return [...new Uint8Array(await blob.slice(0, 3).arrayBuffer())];
  };
  expect(await start({})).toEqual([...'row'].map((c) => c.charCodeAt(0)));
  expect(await start({ bom: true })).toEqual([0xef, 0xbb, 0xbf]);
  expect(await start({ encoding: 'windows-1252' })).toEqual([0xef, 0xbb, 0xbf]);
});

test('a classified table keeps the columns and cells of the user', async () => {
  const table = { ...dialect, delimiter: ';', header: ['id', 'label'],
    rows: [['1', 'a;b'], ['2'], ['3', 'c', 'extra']] };
  const asked = [];
  const ask = (texts) => {
    asked.push(...texts);
    return Float32Array.from(texts.flatMap((text) => (text === 'c' ? [0.75, 0.25] : [0.25, 0.75])));
  };
  const slice = (texts, from) => texts.slice(from, from + 2);
  const job = createClassifiedTable(table, 1, ['x', 'y'], ask, slice);
  expect(job.run(0)).toEqual({ done: 0, total: 3 });
  expect(job.run(1000)).toEqual({ done: 3, total: 3 });
  expect(asked).toEqual(['a;b', '', 'c']);
  const { data } = Papa.parse(await job.blob().text(), { delimiter: ';', skipEmptyLines: true });
  expect(data).toEqual([
    ['id', 'label', '', 'predicted', 'p_x', 'p_y'],
    ['1', 'a;b', '', 'y', '0.250000', '0.750000'],
    ['2', '', '', 'y', '0.250000', '0.750000'],
    ['3', 'c', 'extra', 'x', '0.750000', '0.250000'],
  ]);
});

const files = {
  config: new Blob(['{"n_layer":1}']), weights: new Blob([new Uint8Array(3000).fill(7)]),
  tokenizer: new Blob(['{}']),
};

test('model.zip holds the folder and the report, and loads again', async () => {
  const blob = await packModel(files, result.report);
  const names = ['config.json', 'model.safetensors', 'report.json', 'tokenizer.json'];
  const content = unzipSync(new Uint8Array(await blob.arrayBuffer()));
  expect(Object.keys(content).sort()).toEqual(names);
  expect(new TextDecoder().decode(content['report.json'])).toBe(result.report);
  expect(content['model.safetensors']).toEqual(new Uint8Array(3000).fill(7));
  const again = await readModelFiles([{ name: 'model.zip', blob }]);
  expect(new TextDecoder().decode(again.config)).toBe('{"n_layer":1}');
  expect(again.weights).toHaveLength(3000);
});

test('a model folder without one of its files, or a broken zip', async () => {
  const named = [{ name: 'm/config.json', blob: files.config },
    { name: 'm/model.safetensors', blob: files.weights }];
  await expect(readModelFiles(named)).rejects.toMatchObject(
    { failure: { code: 'MODEL_FILES', values: { file: 'tokenizer.json' } } });
  const broken = { name: 'x.zip', blob: new Blob(['PK not a zip']) };
  await expect(readModelFiles([broken])).rejects.toMatchObject(
    { failure: { code: 'AFINA_E_FORMAT' } });
});
