// Law 1 for what looks again: the module finds the same doubtful labels and near duplicates, and
// says the same of each word, as the command line.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tinyModel } from './tiny_model.js';
import { modelFiles, runToEnd, startService } from './wasm.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const afina = join(process.env.AFINA_BUILD ?? here('../../build'), 'release/afina');
const run = promisify(execFile);
const table = here('rows.csv');
const columns = ['--text-column', 'texto', '--label-column', 'rótulo'];

let folder;
let service;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'afina-'));
  const files = Object.entries(tinyModel());
  await Promise.all(files.map(([name, bytes]) => writeFile(join(folder, name), bytes)));
  service = startService();
  await service.loadModel(modelFiles(), 'tiny');
  await service.openTable(new Blob([await readFile(table)]), 'rows.csv');
  await service.chooseColumns(1, 2);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('an audit finds what the command line finds', async () => {
  const out = join(folder, 'audit.json');
  await run(afina, ['audit', '--model', folder, '--train', table, ...columns, '--folds', '3',
    '--seed', '2', '--out', out]);
  const there = JSON.parse(await readFile(out, 'utf8'));
  await service.startAudit({ folds: 3, seed: 2 });
  let reply;
  do reply = await service.runAudit(20); while (!reply.found);
  const { labels, duplicates } = reply.found;
  expect(labels.items.length).toBeGreaterThan(0);
  const bare = ({ part: _, index: __, ...item }) => item;
  const own = ({ part: _, source: __, text: ___, original: ____, ...item }) => item;
  expect(labels.items.map(own)).toEqual(there.labels.items.map(bare));
  expect(labels.classes).toEqual(there.labels.classes);
  expect(duplicates.groups).toBe(there.duplicates.groups);
  for (const { text, label, original, source } of labels.items) {
    expect(text).not.toBe('');
    expect(original.trim()).toBe(label);
    expect(source).toBe('train');
  }
});

test('an audit that is stopped can begin again; a new table ends it', async () => {
  await service.startAudit({ folds: 3, seed: 2 });
  await service.runAudit(1);
  await service.stopAudit();
  await expect(service.runAudit(1)).rejects.toThrow();
  await service.startAudit({ folds: 3, seed: 2 });
  await service.chooseColumns(1, 2);
  await expect(service.runAudit(1)).rejects.toThrow();
});

test('each word did the same', async () => {
  const out = join(folder, 'tuned');
  await run(afina, ['finetune', '--model', folder, '--train', table, ...columns, '--epochs', '3',
    '--strategy', 'head', '--seed', '4', '--out', out, '--quiet']);
  await service.startSession({ strategy: 'head', epochs: 3, seed: 4 });
  const { classes } = await runToEnd(service);
  const text = '  Não, o gato; comeu isto! ';
  const { stdout } = await run(afina, ['explain', '--model', out, text]);
  expect(await service.explain(text, -1, 0, 1000)).toEqual(JSON.parse(stdout));
  const some = await service.explain(text, 1, 2, 1);
  expect(some.label).toBe(classes[1]);
  expect(some.words.map(({ leave_one_out: left }) => left !== null).indexOf(true)).toBe(2);
});
