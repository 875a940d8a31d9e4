// Labeling rows that have no label, by keys and by taps, while the model is trained again.

import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as harness from './harness.js';

let site;
let page;
let context;
let troubles;
beforeAll(async () => {
  site = await harness.start();
  ({ page, context, troubles } = await site.open({
    lang: 'pt-BR', hash: '#strategy=head&epochs=2&seed=5', width: 390 }));
});
afterAll(() => site.close());

const sample = await readFile(harness.at('web/samples/mensagens-de-alunos.csv'), 'utf8');
const [header, ...rows] = sample.trim().split('\n');
/** Of the first 120 rows the first 80 have a label. */
const lines = [header, ...rows.slice(0, 120).map((line, i) =>
  (i < 80 ? line : line.slice(0, line.lastIndexOf(',') + 1)))];
const labelOf = (row) => rows[row - 1].slice(rows[row - 1].lastIndexOf(',') + 1);

const card = () => page.locator('#workshop-queue');
const shownRow = async () => Number(
  /\d+/.exec(await card().locator('.queue-asking > .hint').first().innerText())[0]);
const labeled = () => harness.eventually(() => card().locator('.queue-progress p').first()
  .innerText());
const done = (count) => labeled().toContain(`${count} rotulada`);

it('waits for a table, and says so', async () => {
  await card().locator('summary').first().click();
  await harness.eventually(() => card().innerText()).toContain('Abra antes uma tabela');
  await harness.upload(page, 'fila.csv', lines.join('\n'));
  await harness.eventually(() => card().innerText()).toContain('Nenhum modelo aprendeu');
  await done(0);
  expect(await card().locator('.queue-answer').count()).toBe(5);
  await harness.expectAccessible(page);
});

const given = new Map();

it('is ordered by the model after a training, and labels by one key or one tap', async () => {
  await harness.train(page);
  await harness.eventually(() => card().innerText()).toContain('Acurácia até agora');
  await card().locator('.queue-answer:enabled').first().waitFor();
  await card().locator('[data-queue=every]').selectOption({ index: 0 });
  await card().locator('.queue-asking').focus();
  for (let i = 0; i < 4; i++) {
    const row = await shownRow();
    const label = labelOf(row);
    const button = card().locator(`[data-label="${label}"]`);
    if (i === 3) await button.click();
    else await page.keyboard.press(await button.getAttribute('aria-keyshortcuts'));
    given.set(row, label);
    await done(i + 1);
    expect(given.has(await shownRow())).toBe(false);
  }
});

it('skips and goes back, and the fifth label trains without being asked', async () => {
  const first = await shownRow();
  await page.keyboard.press('s');
  await harness.eventually(shownRow).not.toBe(first);
  await page.keyboard.press('u');
  await harness.eventually(shownRow).toBe(first);
  await page.keyboard.press('1');
  await done(5);
  await harness.eventually(() => card().locator('.queue-curve .dot').count()).toBe(2);
  await page.keyboard.press('u');
  await done(4);
  expect(await shownRow()).toBe(first);
  // The classes have been counted anew: until then they are dimmed.
  await harness.eventually(() => page.locator('.balance').innerText()).toContain('84 textos');
  await harness.expectAccessible(page);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  expect(wide).toBe(false);
});

it('keeps the labels through a reload, and gives them in the corrected file', async () => {
  await page.reload();
  await page.locator('[data-work=continue]').click();
  await card().locator('summary').first().click();
  await done(4);
  const file = await harness.download(page, '[data-download=corrected-train]');
  expect(file.name).toBe('fila-corrigido.csv');
  const expected = lines.map((line, row) => line + (given.get(row) ?? ''));
  expect(file.bytes.toString()).toBe(expected.join('\n'));
});

it('made no error and asked no one else', async () => {
  await context.close();
  expect(troubles).toEqual([]);
});
