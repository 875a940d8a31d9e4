// Chapter 7's diagrams of the format of instruction data and of the masked loss, on rows of the
// reader's own: their numbers are the command line's.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dealt } from '../../web/course/instructions.js';
import * as harness from './harness.js';

const MINI = harness.at('models/afina-mini');
const rows = [['Some os números.', '2 e 3', 'A soma é 5.'], ['Diga bom dia.', '', 'Bom dia!'],
  ['Some os números.', '4 e 1', 'A soma é 5.'], ['Diga boa noite.', '', 'Boa noite!'],
  ['Some os números.', '6 e 2', 'A soma é 8.'], ['Diga até logo.', '', 'Até logo!'],
  ['Some os números.', '1 e 1', 'A soma é 2.'], ['Diga olá.', '', 'Olá!']]
  .map(([instruction, input, output]) => ({ instruction, input, output }));
const SLOW = { timeout: harness.LONG };

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

/** The report of the command line's tuning on some rows. */
async function natively(train, test, ...options) {
  const path = (name) => join(folder, name);
  await writeFile(path('train.json'), JSON.stringify(train));
  await writeFile(path('test.json'), JSON.stringify(test));
  await promisify(execFile)(harness.built('release/afina'), ['instruct', '--model', MINI,
    '--data', path('train.json'), ...(test.length ? ['--valid', path('test.json')] : []),
    '--language', 'pt', '--numerics', 'plain', '--quiet', '--report', path('report.json'),
    ...options], SLOW);
  return JSON.parse(await readFile(path('report.json'), 'utf8'));
}

async function course(show, more = '', options = {}) {
  const hash = `course.html#lang=pt-BR&numerics=plain&show=${show}${more}`;
  const visit = await site.open({ hash, wait: false, ...options });
  const { page } = visit;
  await page.locator('.diagram .picture text').first().waitFor();
  await page.locator('input[accept*=jsonl]').setInputFiles({ name: 'minhas.json',
    mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(rows)) });
  await harness.eventually(() => page.locator('[data-set]').inputValue()).toBe('');
  return visit;
}

const says = (page) => page.locator('.says').textContent();
const stage = (page) => page.locator('.stage-number').textContent();
const isDone = (page) => page.locator('.task-done').isVisible();
const widerBy = (page) => page.evaluate(
  () => document.documentElement.scrollWidth - innerWidth);

async function next(page) {
  const before = await stage(page);
  await page.getByRole('button', { name: 'Avançar', exact: true }).click();
  await harness.eventually(() => stage(page)).not.toBe(before);
}

it('a row is what its file says, and as many tokens as the command line counts', async () => {
  const { page, context, troubles } = await course('7-02-formato-dados-instrucao');
  const { tokens } = await natively(rows.slice(0, 1), [], '--epochs', '1');
  const picture = () => page.locator('.picture text').allTextContents();
  await harness.eventually(picture).toEqual(
    expect.arrayContaining(['Some os números.', '2 e 3', 'A soma é 5.']));
  for (let i = 0; i < 3; i++) await next(page);
  await harness.eventually(() => says(page)).toContain(
    `${tokens.all + 1} tokens, dos quais ${tokens.counted} são`);
  await harness.expectAccessible(page);
  await next(page);
  await harness.eventually(() => says(page)).toContain(
    `${tokens.all + 1 - tokens.counted} tokens`);
  expect(await picture()).not.toContain('A soma é 5.');
  expect(await isDone(page)).toBe(false);
  await page.locator('[data-field=template]').selectOption('chat');
  await page.locator('[data-field=row]').fill('2');
  await page.locator('[data-field=row]').press('Enter');
  await harness.eventually(() => isDone(page)).toBe(true);
  expect(await picture()).toContain('Usuário:·');
  await page.setViewportSize({ width: 390, height: 800 });
  await harness.eventually(() => widerBy(page)).toBeLessThanOrEqual(0);
  expect(troubles).toEqual([]);
  await context.close();
});

it('the mask decides what training sees; its losses are the command line’s', async () => {
  const { page, context, troubles } = await course('7-03-mascaramento-loss-resposta');
  const { train, test } = dealt(rows.map(({ output, ...row }) => ({ ...row, response: output })));
  const losses = {};
  for (const mask of ['response', 'all']) {
    const { epochs } = await natively(train, test, '--strategy', 'lora:8', '--epochs', '6',
      '--template', 'alpaca', '--mask', mask);
    losses[mask] = [epochs[0], epochs.at(-1)].map((each) => each.valid_loss.toFixed(2)
      .replace('.', ','));
  }
  expect(losses.all[1]).not.toBe(losses.response[1]);
  await next(page);
  await harness.expectAccessible(page);
  for (const mask of ['response', 'all']) {
    await page.locator('[data-field=mask]').selectOption(mask);
    if (mask === 'response') await next(page);
    const [first, last] = losses[mask];
    await harness.eventually(() => says(page)).toBe('Depois de '
      + '6 de 6 atualizações, as respostas reservadas foram de '
      + `${first} para ${last}.`);
  }
  await harness.eventually(() => isDone(page)).toBe(true);
  await next(page);
  await harness.eventually(() => says(page)).toContain('Nesta linha, a resposta foi de');
  await harness.expectAccessible(page);
  await page.setViewportSize({ width: 390, height: 800 });
  await harness.eventually(() => widerBy(page)).toBeLessThanOrEqual(0);
  expect(troubles).toEqual([]);
  await context.close();
});
