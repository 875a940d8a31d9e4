// Pretraining in the course: a tab that is closed in the middle of a run loses nothing that had
// been kept, and the run that goes on in another ends with the weights of one that never stopped.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { at, built, download, eventually, expectAccessible, LONG, start, unzip }
  from './harness.js';

let site;
let folder;
beforeAll(async () => {
  site = await start();
  folder = await mkdtemp(join(tmpdir(), 'afina-'));
});
afterAll(async () => {
  await site.close();
  await rm(folder, { recursive: true });
});

const LOOP = 'course.html#lang=en&numerics=plain&show=5-03-loop-treinamento';
const SIZES = { layers: 2, width: 32, heads: 4, context: 32, vocabulary: 300, seed: 4 };
const OPTIONS = { context: 32, batch: 4, lr: 0.004, seed: 4, tokens: 4000 * 4 * 32 };
const ASKED = 'layers=2&width=32&context=32&vocabulary=300&seed=4&batch=4&lr=0.004&updates=4000';

const saved = (page) => page.locator('.picture').textContent()
  .then((text) => Number(/checkpointupdate ([\d,]*\d)/.exec(text)?.[1].replace(',', '') ?? 0));
const playButton = (page) => page.getByRole('button', { name: 'Play', exact: true });

async function native(text) {
  await writeFile(join(folder, 'text.txt'), text);
  await promisify(execFile)(built('release/afina'), ['nano', '--text', join(folder, 'text.txt'),
    '--out', join(folder, 'nano'), '--sizes', JSON.stringify(SIZES), '--options',
    JSON.stringify(OPTIONS), '--numerics', 'plain'], { timeout: LONG });
  return readFile(join(folder, 'nano', 'state.safetensors'));
}

test('a run in a tab that was closed goes on in another, to the same bits', async () => {
  const text = await readFile(at('tests/cli/en.txt'), 'utf8');
  const { page, context, troubles } = await site.open({ hash: `${LOOP}&${ASKED}`, wait: false });
  await page.locator('textarea').click(); // whoever has begun is not sent to the page again
  await page.locator('textarea').fill(text);
  await page.getByRole('button', { name: 'Begin training' }).click();
  await eventually(() => saved(page)).toBeGreaterThan(0);
  expect(await page.locator('.says').textContent()).toMatch(/After [\d,]+ updates/);
  expect(troubles).toEqual([]);
  await page.close(); // in the middle of an update

  const again = await context.newPage();
  const later = [];
  again.on('pageerror', (error) => later.push(error.stack));
  again.setDefaultTimeout(LONG);
  await again.goto(site.base + LOOP);
  await again.getByRole('button', { name: 'Go on from there' }).click();
  await again.locator('.kept-runs:empty').waitFor({ state: 'attached' });
  expect(await again.locator('textarea').inputValue()).toBe(text);
  const resumed = await saved(again);
  expect(resumed).toBeGreaterThan(0);
  expect(resumed).toBeLessThan(4000);
  await playButton(again).click();
  await eventually(() => again.locator('.says').textContent()).toContain('The run is done');
  await eventually(() => saved(again)).toBe(4000);
  await again.locator('.task-done').waitFor();
  await expectAccessible(again);

  await again.locator('.course-path a', { hasText: 'Checkpoints' }).click();
  const kept = again.locator('.checkpoint-list li', { hasText: 'update 4,000 of 4,000' });
  await kept.waitFor();
  const { name, bytes } = await download(again,
    '.checkpoint-list li:has-text("update 4,000 of 4,000") button:has-text("Download")');
  expect(name).toBe('afina-checkpoint-4000.zip');
  const files = unzip(new Uint8Array(bytes));
  expect(Buffer.from(files['text.txt']).toString()).toBe(text);
  expect(Buffer.from(files['state.safetensors']).equals(await native(text))).toBe(true);

  // Checkpoints were shown with a run of ours; the reader's is there again, in the worker too.
  await again.locator('.course-path a', { hasText: 'The training loop' }).click();
  await eventually(() => again.locator('.says').textContent()).toContain('after 4,000 updates');
  await again.locator('.course-path a', { hasText: 'Checkpoints' }).click();
  await kept.waitFor();
  await kept.getByRole('button', { name: /^Go on/ }).click();
  await again.getByText('The checkpoint after update 4,000').waitFor();
  for (let stage = 2; stage <= 5; stage++) {
    await again.getByRole('button', { name: 'Next', exact: true }).click();
    await again.getByText(`Step ${stage} of 5`).waitFor();
  }
  expect(await again.locator('.picture').textContent()).toContain('update 11');
  expect(later).toEqual([]);
  await context.close();
});

test('checkpoints: two ways lead to the same bits; renamed, loaded, deleted', async () => {
  const { page, context, troubles } = await site.open({ lang: 'pt-BR', wait: false,
    hash: 'course.html#lang=pt-BR&show=5-05-checkpoints' });
  const entries = page.locator('.checkpoint-list li');
  await entries.first().waitFor();
  expect(await entries.count()).toBe(1);
  const forward = page.getByRole('button', { name: 'Avançar' });
  for (let stage = 2; stage <= 5; stage++) {
    await forward.click();
    await page.getByText(`Passo ${stage} de 5`).waitFor();
  }
  await page.locator('.task-done').waitFor();
  expect(await page.locator('.picture').textContent()).toContain('iguais, bit a bit');
  await eventually(() => entries.first().textContent()).toContain('atualização 11 de 60');

  await page.getByRole('button', { name: /^Renomear/ }).click();
  await page.locator('.checkpoint-list input').fill('Turma 8B');
  await page.getByRole('button', { name: /^Pronto/ }).click();
  await page.locator('.checkpoint-list strong', { hasText: 'Turma 8B' }).waitFor();
  const { bytes } = await download(page, '.checkpoint-list button:has-text("Baixar")');
  await page.setInputFiles('input[accept*=zip]', { name: 'c.zip', mimeType: 'application/zip',
    buffer: bytes });
  await eventually(() => entries.count()).toBe(2);
  await expectAccessible(page);
  await page.getByRole('button', { name: /^Apagar/ }).first().click();
  await page.getByRole('button', { name: /^Apagar/ }).first().click();
  await eventually(() => entries.count()).toBe(1);
  await page.setInputFiles('input[accept*=zip]', { name: 'c.zip', mimeType: 'application/zip',
    buffer: Buffer.from('no zip') });
  await page.locator('.failure', { hasText: 'não é um checkpoint' }).waitFor();
  expect(await entries.count()).toBe(1);
  expect(troubles).toEqual([]);
  await context.close();
});

test('one update from text to weights, and the next ones', async () => {
  const { page, context, troubles } = await site.open({ wait: false,
    hash: 'course.html#lang=en&show=5-01-pipeline-treinamento' });
  const next = page.getByRole('button', { name: 'Next', exact: true });
  const another = page.getByRole('button', { name: 'Take the next batch' });
  await page.getByText('Update 9 begins with text').waitFor();
  for (let stage = 2; stage <= 6; stage++) {
    await next.click();
    await page.getByText(`Step ${stage} of 6`).waitFor();
  }
  expect(await page.locator('.picture').textContent()).toContain('h.1.mlp.c_proj');
  for (let update = 10; update <= 12; update++) {
    await another.click();
    await page.getByText(`Update ${update} begins with text`).waitFor();
  }
  await page.locator('.task-done').waitFor();
  await next.click();
  await page.locator('.controls select').selectOption('3');
  await expectAccessible(page);
  expect(troubles).toEqual([]);
  await context.close();
});

test('where the browser keeps no files, that is said, and the run goes on', async () => {
  const { page, context, troubles } = await site.open({ wait: false, hash:
    'course.html#lang=en&show=5-05-checkpoints', before: () => {
    navigator.storage.getDirectory = () => Promise.reject(new Error('refused'));
  } });
  await page.getByText('keeps no files for this page').waitFor();
  await page.getByText('In state.safetensors').waitFor();
  const next = page.getByRole('button', { name: 'Next' });
  for (let stage = 2; stage <= 5; stage++) {
    await next.click();
    await page.getByText(`Step ${stage} of 5`).waitFor();
  }
  await page.locator('.task-done').waitFor();
  expect(await page.locator('.failure:visible').count()).toBe(0);
  expect(troubles).toEqual([]);
  await context.close();
});
