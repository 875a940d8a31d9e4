// Strategies compared in the page: the table as it fills, a closer look, the learning curve, and
// the same comparison.json as the command line's.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as harness from './harness.js';

let site;
let page;
let troubles;
beforeAll(async () => {
  site = await harness.start();
  ({ page, troubles } = await site.open({ lang: 'pt-BR', hash: '#seed=5&numerics=plain' }));
});
afterAll(() => site.close());

const sample = await readFile(harness.at('web/samples/mensagens-de-alunos.csv'), 'utf8');
const [header, ...rows] = sample.trim().split('\n');
const small = `${[header, ...rows.slice(0, 90)].join('\n')}\n`;

const card = () => page.locator('#workshop-compare');
const row = (name, random = false) => card()
  .locator(`.compare-table tr[data-entry="${name}"][data-random="${random}"]`);
const phase = (part) => harness.eventually(
  () => card().locator('.compare-progress .phase').nth(part).innerText());

/** A report without what may differ between two runs, at any depth. */
function lasting(value) {
  if (Array.isArray(value)) return value.map(lasting);
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([key]) => key !== 'seconds');
  return Object.fromEntries(kept.map(([key, each]) => [key, lasting(each)]));
}

it('waits for data, and says so', async () => {
  await card().locator('summary').first().click();
  await harness.eventually(() => card().innerText()).toContain('Antes, escolha os dados');
  expect(await card().locator('#compare-start').isEnabled()).toBe(false);
  await harness.upload(page, 'poucas.csv', small);
  await card().locator('#compare-start:enabled').waitFor();
});

it('runs strategies and baselines, whose lines fill as they are done', async () => {
  for (const box of await card().locator('.compare-strategies input').all())
    await box.setChecked(['head', 'last:1'].includes(await box.getAttribute('value')));
  await card().locator('#compare-seeds').fill('2');
  await card().locator('#compare-seeds').press('Tab');
  await card().locator('#compare-start').click();
  await harness.eventually(() => row('head').innerText()).toMatch(/\d%/);
  await phase(0).toBe('Pronto.');
  for (const [name, random] of [['head'], ['last:1'], ['head', true], ['ngrams'], ['majority']])
    expect(await row(name, random).innerText()).toMatch(/\d+,\d% ?(± \d+,\d)?\s+\d+,\d% a \d+,\d%/);
  expect(await row('last:1').innerText()).toContain('±');
  await harness.expectAccessible(page);
});

it('sorts by a column, both ways', async () => {
  const first = () => card().locator('.compare-table tbody tr').first()
    .getAttribute('data-entry');
  const by = card().locator('[data-by=accuracy]');
  await by.click();
  await harness.eventually(first).not.toBe('majority');
  await by.click();
  await harness.eventually(first).toBe('majority');
  expect(await card().locator('th[aria-sort=ascending]').count()).toBe(1);
});

it('shows the curves and a matrix of chosen lines, and tests two of them', async () => {
  await row('head').locator('input').check();
  await card().locator('.confusion canvas').waitFor();
  await row('ngrams').locator('input').check();
  await harness.eventually(() => card().locator('.compare-chosen .note').innerText())
    .toMatch(/Só o classificador e Só os n-gramas.*(McNemar|mesmos textos)/);
  expect(await card().locator('.compare-chosen canvas').count()).toBeGreaterThan(1);
  await harness.expectAccessible(page);
});

it('gives the comparison.json that the command line gives', async () => {
  const { name, bytes } = await harness.download(page, '#workshop-compare >> text=comparison.json');
  expect(name).toBe('comparison.json');
  const folder = await mkdtemp(join(tmpdir(), 'afina-'));
  const [csv, json] = [join(folder, 'rows.csv'), join(folder, 'comparison.json')];
  await writeFile(csv, small);
  const [text, label] = header.split(',').slice(-2);
  await promisify(execFile)(harness.built('release/afina'), ['compare', '--model',
    harness.at('models/afina-mini'), '--train', csv, '--text-column', text, '--label-column',
    label, '--strategies', 'head,last:1', '--seeds', '5,6', '--options', '{"seed":5}',
    '--numerics', 'plain', '--quiet', '--out', json], { timeout: harness.LONG });
  const native = JSON.parse(await readFile(json, 'utf8'));
  await rm(folder, { recursive: true });
  expect(lasting(JSON.parse(bytes))).toEqual(lasting(native));
});

it('keeps what is done when it is stopped', async () => {
  await card().locator('.compare-strategies input[value=full]').check();
  await card().locator('.compare-strategies input[value="last:1"]').uncheck();
  await card().locator('#compare-start').click();
  await phase(0).toMatch(/^2 de /); // what was there before is gone
  await harness.eventually(() => row('head').innerText()).toMatch(/\d%/);
  await card().locator('.stop:visible').click();
  await phase(0).toMatch(/^Parado/);
  expect(await row('head').innerText()).toMatch(/\d%/);
  expect(await row('majority').innerText()).not.toMatch(/\d%/);
});

it('answers whether more labels would help', async () => {
  await card().locator('#curve-start:enabled').click();
  await phase(1).toBe('Pronto.');
  await harness.eventually(() => card().innerText())
    .toMatch(/a acurácia mudou .* pontos .*rótulos|a acurácia mudou .*textos de teste/);
  expect(await card().locator('.compare-part').last().locator('tbody tr').count())
    .toBeGreaterThan(1);
  await harness.expectAccessible(page);
});

it('did nothing that it should not', () => expect(troubles).toEqual([]));
