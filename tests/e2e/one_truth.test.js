// Law 1 through the page: the same table, options and seed give the same weights and the same
// report as the command line.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { classDiary } from './class_diary.js';
import * as harness from './harness.js';

let site;
let folder;
beforeAll(async () => {
  site = await harness.start();
  folder = await mkdtemp(join(tmpdir(), 'afina-'));
});
afterAll(async () => {
  await site.close();
  await rm(folder, { recursive: true });
});

const run = promisify(execFile);

/** A report without what may differ between two runs. */
function lasting(report) {
  const { seconds: _, ...rest } = report;
  return { ...rest, epochs: rest.epochs.map(({ seconds: __, ...epoch }) => epoch) };
}

it.each([
  { strategy: 'full', readout: 'last' },
  { strategy: 'last:1', readout: 'mean' },
  { strategy: 'last:1', readout: 'last', numerics: 'plain' },
])('the page trains as the command line does: %j', async ({ strategy, readout, numerics }) => {
  const { name, bytes } = classDiary();
  const [csv, json] = [join(folder, name), join(folder, 'report.json')];
  await writeFile(csv, bytes);
  const options = ['--strategy', strategy, '--readout', readout, '--epochs', '2', '--seed', '3'];
  if (numerics) options.push('--numerics', numerics);
  const columns = ['--text-column', 'comentário', '--label-column', 'situação'];
  const files = ['--model', harness.at('models/afina-mini'), '--train', csv, '--report', json];
  const afina = harness.built('release/afina');
  await run(afina, ['finetune', ...files, ...columns, ...options], { timeout: harness.LONG });
  const native = JSON.parse(await readFile(json, 'utf8'));

  const asked = numerics ? `&numerics=${numerics}` : '';
  const hash = `#strategy=${strategy}&readout=${readout}&epochs=2&seed=3${asked}`;
  const { page, context, troubles } = await site.open({ hash });
  await harness.upload(page, name, bytes);
  await harness.train(page);
  const download = await harness.download(page, '[data-download=report]');
  const ours = JSON.parse(download.bytes);
  expect(ours.weights_sha256).toBe(native.weights_sha256);
  expect(lasting(ours)).toEqual(lasting(native));
  if (numerics) expect(ours.numerics).toBe(numerics);
  expect(troubles).toEqual([]);
  await context.close();
});
