// Chapter 7 as a reader works with it: rows of the reader's own, what each strategy costs, a tuning
// whose weights are the command line's, both models' answers, a blind judgment, files that open
// again.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dealt } from '../../web/course/instructions.js';
import * as harness from './harness.js';

const PLACES = [['Lisboa', 'Portugal'], ['Paris', 'França'], ['Lima', 'Peru'], ['Roma', 'Itália'],
  ['Madri', 'Espanha']];
const rows = [...PLACES.map(([city, country]) => ({ instruction: 'Qual é a capital deste país?',
  input: country, output: `A capital é ${city}.` })),
...PLACES.map(([city, country]) => ({ instruction: `Em que país fica ${city}?`, input: '',
  output: `Fica em ${country}.` }))];
const file = { name: 'capitais.json', bytes: JSON.stringify(rows) };

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

const afina = async (...args) => (await promisify(execFile)(harness.built('release/afina'), args,
  { timeout: harness.LONG, encoding: 'buffer' })).stdout;
const MINI = harness.at('models/afina-mini');

/** What the command line makes of these rows, held out as the page holds them out. */
async function tunedNatively(strategy) {
  const { train, test } = dealt(rows);
  const path = (name) => join(folder, name);
  for (const [name, some] of [['train.json', train], ['valid.json', test]]) {
    await writeFile(path(name), JSON.stringify(some.map(({ row: _, ...each }) => each)));
  }
  await afina('instruct', '--model', MINI, '--data', path('train.json'),
    '--valid', path('valid.json'), '--strategy', strategy, '--language', 'pt', '--numerics',
    'plain', '--quiet', '--delta', path('delta'), '--report', path('report.json'));
  return { delta: await readFile(path('delta')), deltaPath: path('delta'),
    report: JSON.parse(await readFile(path('report.json'), 'utf8')) };
}

/** What the command line answers, with or without a delta. */
async function answersNatively({ instruction, input }, delta) {
  const out = await afina('generate', '--model', MINI, ...(delta ? ['--delta', delta] : []),
    '--instruction', instruction, ...(input ? ['--input', input] : []), '--language', 'pt',
    '--greedy', '--max-tokens', '48', '--numerics', 'plain');
  return out.toString().replace(/\n$/, '');
}

/** Once the service worker has had the page loaded anew, which would lose what was begun. */
async function opened(options) {
  const visit = await site.open({ wait: false, ...options });
  await visit.page.waitForFunction(() => crossOriginIsolated);
  await visit.page.locator('.diagram .picture').waitFor();
  return visit;
}

async function course(show, more = '', options = {}) {
  const hash = `course.html#lang=pt-BR&numerics=plain&show=${show}${more}`;
  return opened({ hash, ...options });
}

const button = (page, name) => page.getByRole('button', { name, exact: true });
const spaceless = (text) => text.replace(/\s+/g, '');
const picture = async (page) => (await page.locator('.picture-frame text').allTextContents());
const idle = (page) => page.locator('.player button:enabled').filter({ hasText: /Voltar|Back/ })
  .first().waitFor();
async function next(page) {
  await button(page, 'Avançar').click();
  await idle(page);
}
const openRows = (page, { name, bytes }) => page.locator('input[accept*=jsonl]').setInputFiles(
  { name, mimeType: 'application/json', buffer: Buffer.from(bytes) });

it('tunes on the reader’s rows to the weights of the command line', async () => {
  const native = await tunedNatively('lora:8');
  const { page, context, troubles } = await course('7-04-pipeline-sft');
  await openRows(page, { name: 'ruim.json',
    bytes: JSON.stringify([...rows.slice(0, 4), { instruction: 'x', output: '' }]) });
  await page.getByText('A linha 5 não tem resposta.').waitFor();
  await openRows(page, file);
  await harness.eventually(() => picture(page)).toContain('10');
  expect(await picture(page)).toEqual(expect.arrayContaining(['10', '8', '2', 'Portugal']));

  await next(page);
  const { tokens } = native.report;
  const counts = [tokens.all, tokens.counted, tokens.all - tokens.counted].map(String);
  expect(await picture(page)).toEqual(expect.arrayContaining(counts));

  await next(page);
  const costs = await picture(page);
  expect(costs).toContain(native.report.trained_parameters.toLocaleString('pt-BR'));
  expect(costs.filter((text) => /^\d.* (s|seg\.?|min)/.test(text)).length).toBe(4);
  await harness.expectAccessible(page);
  await next(page);
  const { epochs, updates } = native.report;
  await harness.eventually(() => picture(page)).toContain(`${updates} / ${updates}`);
  await next(page);
  await harness.eventually(() => page.locator('.task-done').count()).toBe(1);
  const shown = await picture(page);
  const written = (value) => value.toFixed(3).replace('.', ',');
  expect(shown).toContain(written(epochs[0].valid_loss));
  expect(shown).toContain(written(epochs.at(-1).valid_loss));

  const [held] = dealt(rows).test;
  const all = spaceless(shown.join(''));
  expect(all).toContain(spaceless(await answersNatively(held)));
  expect(all).toContain(spaceless(await answersNatively(held, native.deltaPath)));
  const delta = await harness.download(page, '[data-tuned=delta]');
  expect(delta.bytes.equals(native.delta)).toBe(true);
  const zip = await harness.download(page, '[data-tuned=folder]');
  const weights = harness.unzip(zip.bytes)['model.safetensors'];
  expect(createHash('sha256').update(weights).digest('hex')).toBe(native.report.weights_sha256);
  expect(troubles).toEqual([]);
  await context.close();

  for (const [name, bytes] of [['meu.safetensors', delta.bytes], ['meu.zip', zip.bytes]]) {
    const question = `&ask=${encodeURIComponent(held.instruction)}&input=${held.input}`;
    const again = await course('7-01-instruction-tuning-visao-geral', question, { width: 390 });
    await again.page.locator('[data-tuned=open]').setInputFiles(
      { name, mimeType: 'application/octet-stream', buffer: bytes });
    await again.page.getByText(name).first().waitFor();
    await button(again.page, 'Avançar').click();
    await idle(again.page);
    await next(again.page);
    const answered = spaceless((await picture(again.page)).join(''));
    expect(answered).toContain(spaceless(await answersNatively(held, native.deltaPath)));
    await harness.expectAccessible(again.page);
    expect(again.troubles).toEqual([]);
    await again.context.close();
  }
});

it('judges pairs blindly, keeps the judgments, and scores what it shows', async () => {
  const { page, context, troubles } = await course('7-05-avaliacao-respostas');
  await openRows(page, file);
  await page.getByText('Linha reservada 5 (1 de 2)').waitFor();
  await next(page);
  const { test } = dealt(rows);
  const answers = await Promise.all(test.map((row) => answersNatively(row)));
  const seen = [];
  for (const [i, row] of test.entries()) {
    await page.locator('.criterion').first().waitFor();
    const before = spaceless((await picture(page)).join(''));
    expect(before).toContain(spaceless(row.output));
    expect(before).toContain(spaceless(answers[i]));
    expect(before).not.toMatch(/Resposta[AB]:modelo/i);
    expect(await button(page, 'Revelar').isDisabled()).toBe(true);
    for (const criterion of ['follows', 'right', 'clear']) {
      await page.locator(`[data-criterion=${criterion}]`).getByLabel('A', { exact: true }).check();
    }
    if (i === 0) await harness.expectAccessible(page);
    await button(page, 'Revelar').click();
    await page.locator('.says', { hasText: 'A é o modelo' }).waitFor();
    const said = await page.locator('.says').textContent();
    seen.push(/A é o modelo base/.test(said) ? 'base' : 'ajustado');
    expect(said).toContain(seen[i] === 'base' ? 'B é o modelo ajustado' : 'B é o modelo base');
    if (i + 1 < test.length) await button(page, 'Próximo par').click();
    if (i + 1 < test.length) await page.getByText('(2 de 2)').waitFor();
  }
  await next(page);
  const tally = await picture(page);
  expect(tally).toContain('2 pares julgados, de 2 linhas reservadas');
  for (const side of new Set(seen)) {
    const count = seen.filter((each) => each === side).length;
    expect(tally.filter((text) => text === `${side} ${count}`).length).toBe(3);
  }

  await next(page);
  await page.getByText('2 de 2 linhas reservadas avaliadas').waitFor();
  const shown = await picture(page);
  const f1 = test.map((row, i) => tokenF1(answers[i], row.output));
  const mean = Math.round((100 * (f1[0] + f1[1])) / 2);
  expect(shown.map(spaceless)).toContain(`${mean}%`);
  await harness.expectAccessible(page);

  // The address names the stage: a tuning on rows of ours begins, and gives way to the reader's.
  await page.reload();
  await page.locator('.diagram .picture').waitFor();
  await openRows(page, file);
  await page.getByText('2 de 2 linhas reservadas avaliadas').waitFor();
  await button(page, 'Voltar').click();
  await page.getByText('2 pares julgados, de 2 linhas reservadas').waitFor();
  expect(troubles).toEqual([]);
  await context.close();
});

/** Written apart from the page's: the F1 of the words that two texts share (SQuAD's). */
function tokenF1(answer, expected) {
  const articles = 'a an the o os as um uma uns umas'.split(' ');
  const words = (text) => text.toLowerCase().split(/\s+/)
    .map((word) => word.replace(/[^\p{L}\p{N}]/gu, ''))
    .filter((word) => word && !articles.includes(word));
  const [mine, theirs] = [words(answer), words(expected)];
  const left = [...theirs];
  const both = mine.filter((word) => {
    const at = left.indexOf(word);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  }).length;
  return both ? (2 * both) / (mine.length + theirs.length) : 0;
}

it('answers before and after, with rows of ours, in English', async () => {
  const hash = 'course.html#lang=en&numerics=plain&show=7-01-instruction-tuning-visao-geral';
  const { page, context, troubles } = await opened({ hash, dark: true });
  await page.locator('[data-field=ask]').fill('Name a day of the week.');
  await page.locator('[data-field=input]').fill('');
  await page.locator('[data-field=input]').blur();
  await page.getByText('The same question for both').waitFor();
  for (const _ of [1, 2]) {
    await button(page, 'Next').click();
    await idle(page);
  }
  await harness.eventually(() => page.locator('.task-done').count()).toBe(1);
  expect(page.url()).toContain('ask=Name');
  await harness.expectAccessible(page);
  const png = await harness.download(page, '.player-tools button:last-child');
  expect(png.name).toBe('01-instruction-tuning-visao-geral.png');
  expect(troubles).toEqual([]);
  await context.close();
});
