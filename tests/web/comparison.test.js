// Comparisons through the worker's service: the same comparison.json as the command line's, in
// slices, beside a session that is not disturbed.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tinyModel } from './tiny_model.js';
import { loadModule, modelFiles, runToEnd, startService } from './wasm.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const afina = join(process.env.AFINA_BUILD ?? here('../../build'), 'release/afina');
const table = await readFile(here('rows.csv'));

let folder;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'afina-'));
  const files = [...Object.entries(tinyModel()), ['t.csv', table]];
  await Promise.all(files.map(([name, bytes]) => writeFile(join(folder, name), bytes)));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function native(...options) {
  const out = join(folder, 'comparison.json');
  await promisify(execFile)(afina, ['compare', '--model', folder, '--train', join(folder, 't.csv'),
    '--text-column', 'texto', '--label-column', 'rótulo', '--numerics', 'plain', '--out', out,
    ...options]);
  return lasting(JSON.parse(await readFile(out, 'utf8')));
}

/** Without what may differ between two runs, at any depth. */
function lasting(value) {
  if (Array.isArray(value)) return value.map(lasting);
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([key]) => key !== 'seconds');
  return Object.fromEntries(kept.map(([key, each]) => [key, lasting(each)]));
}

async function ready() {
  const service = startService(() => loadModule({ numerics: 'plain' }));
  await service.loadModel(modelFiles(), 'tiny');
  await service.openTable(new Blob([table]), 't.csv');
  await service.chooseColumns(1, 2);
  return service;
}

/** The last report, and how many runs each report on the way had. */
async function compare(service, plan, budget = 5) {
  const runs = [];
  let report;
  await service.startComparison(plan);
  for (let fraction = 0;;) {
    const progress = await service.runComparison(budget);
    expect(progress.fraction).toBeGreaterThanOrEqual(fraction);
    ({ fraction } = progress);
    if (progress.report) {
      report = JSON.parse(progress.report);
      runs.push(report.entries.flatMap((entry) => entry.runs).length);
    }
    if (progress.done) return { report, runs };
  }
}

const options = { epochs: 2, seed: 3, test_share: 0.3 };

test('strategies: the report of the command line', async () => {
  const service = await ready();
  const plan = { strategies: ['head', 'last:1', 'full'], seeds: [1, 2], options };
  const { report, runs } = await compare(service, plan);
  const expected = await native('--strategies', 'head,last:1,full', '--seeds', '1,2', '--options',
    JSON.stringify(options));
  expect(lasting(report)).toEqual(expected);
  expect(runs).toEqual([...runs].sort((a, b) => a - b));
  expect(runs.at(-1)).toBe(10);
  await service.endComparison();
});

test('a learning curve: the report of the command line', async () => {
  const service = await ready();
  const { report } = await compare(service, { curve: 'head', options });
  expect(lasting(report)).toEqual(await native('--curve', 'head', '--options',
    JSON.stringify(options)));
  expect(report.curve.points.length).toBeGreaterThan(1);
});

test('a session goes on beside it with the same bits', async () => {
  const service = await ready();
  await service.startSession({ strategy: 'last:1', ...options });
  const alone = JSON.parse((await runToEnd(service)).report).weights_sha256;
  await service.startSession({ strategy: 'last:1', ...options });
  await service.run(0);
  await compare(service, { strategies: ['head'], options });
  expect(JSON.parse((await runToEnd(service)).report).weights_sha256).toBe(alone);
});

test('another model ends it; what is refused is told', async () => {
  const service = await ready();
  await service.startComparison({ strategies: ['head'], options });
  await service.runComparison(0);
  await service.loadModel(modelFiles(), 'tiny');
  await expect(service.runComparison(0)).rejects.toThrow('AFINA_E_STATE');
  await service.chooseColumns(1, 2);
  await expect(service.startComparison({ strategies: ['heads'] })).rejects.toThrow('heads');
});
