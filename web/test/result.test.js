// What the page downloads.

import { unzipSync } from 'fflate';
import Papa from 'papaparse';
import { expect, test } from 'vitest';
import { createClassifiedTable } from '../engine/classified_table.js';
import { packModel, readModelFiles } from '../engine/model_files.js';
import { cellRows, predictionsCsv } from '../engine/result.js';

const dialect = { delimiter: ',', bom: false, encoding: 'utf-8' };
const row = (number, text, label, predicted, probabilities) =>
  ({ row: number, text, label, predicted, probabilities });
const result = {
  classes: ['ham', 'spam'],
  report: '{"afina":"0.1.0"}',
  tested: [
    row(3, 'hi', 'ham', 'ham', [0.9, 0.1]),
    row(5, '=cmd|"/c calc"!A1\nnext, line', 'spam', 'ham', [0.6, 0.4]),
    row(8, ' yo; ', 'ham', 'ham', [0.9999999, 1e-7]),
    row(9, '<b>', 'ham', 'spam', [0.25, 0.75]),
  ],
  dialect,
};

test('a cell of the matrix: its texts, the surest first, in pages', () => {
  expect(cellRows(result, 0, 0, 0, 10)).toMatchObject({ total: 2, rows: [{ row: 8 }, { row: 3 }] });
  expect(cellRows(result, 0, 0, 1, 1)).toMatchObject({ total: 2, rows: [{ row: 3 }] });
  expect(cellRows(result, 1, 1, 0, 10)).toEqual({ total: 0, rows: [] });
});

test('predictions read back as they were, cells untouched', async () => {
  for (const delimiter of [',', ';', '\t']) {
    const text = await predictionsCsv({ ...result, dialect: { ...dialect, delimiter } }).text();
    const { data, errors } = Papa.parse(text, { delimiter, skipEmptyLines: true });
    expect(errors).toEqual([]);
    expect(data[0]).toEqual(['row', 'text', 'label', 'predicted', 'p_ham', 'p_spam']);
    expect(data[2]).toEqual(['5', result.tested[1].text, 'spam', 'ham', '0.600000', '0.400000']);
    expect(data[3]).toEqual(['8', ' yo; ', 'ham', 'ham', '1.000000', '0.000000']);
  }
});

test('a byte order mark where the user has one, or wrote in an older encoding', async () => {
  const start = async (given) => {
    const blob = predictionsCsv({ ...result, dialect: { ...dialect, ...given } });
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
