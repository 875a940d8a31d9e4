// Chapter 6 of the course: what its diagrams show of a teacher's rows is what the command line says
// of them, in both languages.

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { classDiary } from './class_diary.js';
import { built, eventually, expectAccessible, LONG, start, trainNatively } from './harness.js';

const diary = classDiary();
const DIAGRAMS = {
  '6-01-pretrain-vs-finetune': 'Pré-treino e fine-tuning',
  '6-02-classification-head': 'A cabeça de classificação',
  '6-03-freeze-vs-unfreeze': 'Congelar e descongelar',
  '6-04-treino-classificacao-pipeline': 'Do texto rotulado aos pesos atualizados',
  '6-05-metricas-confusion-matrix': 'Matriz de confusão e métricas',
};

let server;
beforeAll(async () => {
  server = await start();
});
afterAll(() => server.close());

const picture = (page) => page.locator('.diagram .picture').textContent();
const says = (page) => page.locator('.says').textContent();
const next = (page) => page.locator('.player button').nth(3);
const play = (page) => page.locator('.player button').nth(2);

/** A diagram in the course, computed as far as its first stage. */
async function show(id, { rows, told = '', lang = 'en', ...options } = {}) {
  const opened = await server.open({
    ...options, lang, wait: false, hash: `course.html#lang=${lang}&show=${id}${told}` });
  const { page } = opened;
  await ready(page);
  if (rows) {
    await page.setInputFiles('.rows-control input', {
      name: rows.name, mimeType: 'text/csv', buffer: rows.bytes });
    await eventually(() => page.locator('.rows-name').textContent()).toBe(rows.name);
    await ready(page);
  }
  return opened;
}

/** Nothing is being computed, and nothing has failed. */
async function ready(page) {
  await page.locator('.diagram .says').waitFor();
  await eventually(async () => (await says(page)).length > 0 && (await next(page).isEnabled()
    || await page.locator('.player button').nth(0).isEnabled())).toBe(true);
  expect(await page.locator('.diagram .failure:visible').count()).toBe(0);
}

async function goTo(page, stage) {
  for (let i = 0; i < stage; i++) {
    await next(page).click();
    await ready(page);
  }
}

const done = (page) => page.locator('.task .task-done').waitFor({ timeout: LONG });

/** As the page writes shares and numbers in English. */
const percent = (share) => `${(100 * share).toFixed(1)}%`;
const fixed = (value, digits = 3) => value.toFixed(digits);

test('the race ends with the accuracies of the command line, from both weights', async () => {
  const { page, troubles, context } = await show('6-01-pretrain-vs-finetune',
    { rows: diary, told: '&strategy=head&seed=7' });
  expect(await says(page)).toContain('for 50 epochs');
  await next(page).click();
  await ready(page);
  await play(page).click();
  await done(page);
  const options = ['--strategy', 'head', '--epochs', '50', '--valid-share', '0.2', '--patience',
    '0', '--no-ngrams', '--seed', '7', '--optimizer', 'adamw'];
  const pretrained = await trainNatively(diary, options);
  const random = await trainNatively(diary, [...options, '--random-weights']);
  const shown = await picture(page);
  for (const { test: { accuracy, rows } } of [pretrained, random]) {
    expect(shown).toContain(`${percent(accuracy)} right on ${rows} rows`);
  }
  expect(troubles).toEqual([]);
  await context.close();
});

test('the head gives the probabilities of the command line', async () => {
  const { page, troubles, context } = await show('6-02-classification-head', { rows: diary });
  const folder = await mkdtemp(join(tmpdir(), 'afina-'));
  await trainNatively(diary, ['--strategy', 'head', '--no-ngrams', '--seed', '1', '--out', folder]);
  const seen = [];
  await goTo(page, 5);
  const texts = ['A prova foi péssima, não gostei.', 'A prova foi muito boa, quero "mais".'];
  for (const text of texts) {
    await page.locator('.controls input[type=text]').fill(text);
    const { stdout } = await promisify(execFile)(built('release/afina'),
      ['classify', '--model', folder, text]);
    const [answer, ...lines] = stdout.trim().split('\n');
    seen.push(answer);
    for (const [share, label] of lines.map((line) => line.split('\t'))) {
      await eventually(() => picture(page)).toContain(percent(Number(share)));
      expect(await picture(page)).toContain(label);
    }
    await eventually(() => says(page)).toContain(`“${answer}” gets`);
  }
  expect(new Set(seen).size).toBe(2);
  await done(page);
  await rm(folder, { recursive: true });
  expect(troubles).toEqual([]);
  await context.close();
});

test('frozen blocks leave as many weights as the command line trains', async () => {
  const { page, troubles, context } = await show('6-03-freeze-vs-unfreeze', { rows: diary });
  const block = (n) => page.locator(`.picture [aria-label^="Block ${n}:"]`);
  expect(await says(page)).toContain('Only the head trains');
  await block(3).click();
  await ready(page);
  const options = ['--no-ngrams', '--seed', '1', '--epochs', '1', '--readout', 'mean'];
  const two = await trainNatively(diary, ['--strategy', 'last:2', ...options]);
  const told = await says(page);
  expect(told).toContain('2 of 4 blocks train');
  expect(told).toContain(two.trained_parameters.toLocaleString('en'));
  await eventually(() => picture(page)).toMatch(/Expected here: [\d.]+ s of training/);
  await block(3).click();
  await ready(page);
  expect(await says(page)).toContain('1 of 4 blocks train');
  await page.locator('.picture [aria-label^="Embeddings:"]').press('Enter');
  await ready(page);
  expect(await says(page)).toContain('Everything trains');
  await page.getByRole('button', { name: 'Run gradual unfreezing' }).click();
  await eventually(() => picture(page)).toMatch(/right on \d+ rows/);
  const gradual = await trainNatively(diary, ['--strategy', 'gradual', '--gradual-epochs', '2',
    '--epochs', '12', '--readout', 'mean', '--no-ngrams', '--seed', '1', '--patience', '0']);
  const shown = await picture(page);
  expect(shown).toContain(`${percent(gradual.test.accuracy)} right on ${gradual.test.rows} rows`);
  for (const { epoch, first_block: first, train_loss: loss } of gradual.epochs) {
    if (epoch % 2 === 1 && epoch > 1 && first < 4 && epoch <= 9)
      expect(shown).toContain(`Epoch ${epoch}: block ${first + 1} opens, loss ${fixed(loss)}`);
  }
  await done(page);
  expect(troubles).toEqual([]);
  await context.close();
});

test('a row is followed to the updates of the command line', async () => {
  const lines = Array.from({ length: 8 }, (_, i) => (i % 2
    ? `A entrega número ${i} chegou quebrada,crítica` : `Gostei muito da entrega ${i},elogio`));
  const bytes = Buffer.from(`comentário,situação\n${lines.join('\n')}\n`);
  const { page, troubles, context } = await show('6-04-treino-classificacao-pipeline',
    { rows: { name: 'entregas.csv', bytes } });
  const report = await trainNatively({ name: 'entregas.csv', bytes }, ['--strategy', 'last:1',
    '--batch', '8', '--epochs', '60', '--valid-share', '0', '--test-share', '0', '--patience', '0',
    '--no-ngrams', '--seed', '1']);
  for (let update = 0; update < 2; update++) {
    await goTo(page, 6);
    const told = await says(page);
    expect(told).toContain(`Update ${update + 1},`);
    const [before, after] = report.epochs.slice(update).map((epoch) => fixed(epoch.train_loss));
    expect(told).toContain(`goes from ${before} to ${after}`);
    const shown = await picture(page);
    const [, share, loss] = /−ln (\d\.\d{4}) = (\d+\.\d{3})/.exec(shown);
    expect(-Math.log(Number(share))).toBeCloseTo(Number(loss), 2);
    expect(shown).toContain(`The row’s loss goes from ${loss} to`);
    expect(shown).toContain('frozen');
    if (update) await done(page);
    await page.getByRole('button', { name: 'Next update' }).click();
    await ready(page);
  }
  expect(troubles).toEqual([]);
  await context.close();
});

test('the matrix is that of the command line, and a threshold moves it', async () => {
  const { page, troubles, context } = await show('6-05-metricas-confusion-matrix', { rows: diary });
  const { test: measured } = await trainNatively(diary, ['--strategy', 'head', '--seed', '1']);
  await goTo(page, 5);
  const shown = await picture(page);
  const counts = await page.locator('.picture text').allTextContents();
  expect(counts.filter((text) => /^\d+$/.test(text)).slice(0, 4).map(Number))
    .toEqual(measured.confusion.flat());
  expect(shown).toContain(percent(measured.accuracy));
  expect(shown).toContain(fixed(measured.macro_f1));
  const first = measured.per_class[0];
  expect(shown).toContain(`= ${percent(first.precision)}`);
  expect(shown).toContain(`= ${percent(first.recall)}`);
  await page.locator('.picture [aria-label="Look at “elogio”"]').press('Enter');
  await page.locator('.controls input[type=range]').fill('0');
  // From 0 on all texts are given the class: all of it is found.
  await eventually(() => picture(page)).toContain(`Seen from the class “elogio”`);
  await eventually(() => picture(page)).toContain(
    `${measured.rows} in its column`);
  expect(await picture(page)).toContain('= 100.0%');
  await done(page);
  await page.locator('.controls button').first().click();
  await eventually(() => picture(page)).not.toContain(`${measured.rows} in its column`);
  expect(troubles).toEqual([]);
  await context.close();
});

for (const [id, title] of Object.entries(DIAGRAMS)) {
  test(`${id} speaks Portuguese, fits a phone, and can be read by all`, async () => {
    const { page, troubles, context } = await show(id, { lang: 'pt-BR', dark: true, width: 390 });
    expect(await page.locator('.diagram h1').textContent()).toBe(title);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await goTo(page, id === '6-01-pretrain-vs-finetune' ? 1 : 2);
    await expectAccessible(page);
    expect(await page.locator('body').textContent()).not.toMatch(/\{\w+\}|6-0\d-[\w-]+\./);
    expect(troubles).toEqual([]);
    await context.close();
  });
}

test('rows that nothing can be learned from are told of, and others help', async () => {
  const alike = Buffer.from('text,label\none text,a\nanother one,a\n');
  for (const id of Object.keys(DIAGRAMS)) {
    const { page, troubles, context } = await show(id);
    await page.setInputFiles('.rows-control input', {
      name: 'alike.csv', mimeType: 'text/csv', buffer: alike });
    await page.locator('.diagram .failure:visible').waitFor();
    expect(await page.locator('.diagram .failure').textContent()).toContain('the same label');
    await page.setInputFiles('.rows-control input', {
      name: diary.name, mimeType: 'text/csv', buffer: diary.bytes });
    await page.locator('.diagram .failure').waitFor({ state: 'hidden' });
    await ready(page);
    expect(troubles).toEqual([]);
    await context.close();
  }
});

test('a link shows the same text again', async () => {
  const { page, context } = await show('6-02-classification-head');
  await page.locator('.controls input[type=text]').fill('Where is my invoice?');
  await eventually(() => page.url()).toContain('invoice');
  const again = await context.newPage();
  await again.goto(page.url());
  await ready(again);
  expect(await again.locator('.controls input[type=text]').inputValue())
    .toBe('Where is my invoice?');
  await context.close();
});
