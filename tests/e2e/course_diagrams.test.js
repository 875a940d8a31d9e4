// What the course's diagrams show of texts that nobody made them for, against the command line.

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as harness from './harness.js';

const SENTENCE = 'Minha avó guarda quarenta guarda-chuvas ao lado do piano.';
const PROMPT = 'Behind the old harbour';
const MODEL = ['--model', harness.at('models/afina-mini')];
const SHOWN = 8;

let site;
let folder;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'afina-'));
  site = await harness.start();
});
afterAll(async () => {
  await site.close();
  await rm(folder, { recursive: true });
});

async function afina(...all) {
  const { stdout } = await promisify(execFile)(harness.built('release/afina'), all,
    { timeout: harness.LONG });
  return stdout.trim().split('\n').map((line) => JSON.parse(line));
}

async function open(show, told) {
  const values = new URLSearchParams({ lang: 'en', show, ...told });
  const opened = await site.open({ wait: false, hash: `course.html#${values}` });
  await opened.page.waitForFunction(() => crossOriginIsolated);
  await opened.page.locator('.picture .chip').first().waitFor();
  return opened;
}

const says = (page) => page.locator('.says').textContent();
const words = (page) => page.locator('.picture').evaluate(
  (picture) => [...picture.querySelectorAll('text')].map((each) => each.textContent));
const visible = (token) => token.replaceAll(' ', '·').replaceAll('\n', '⏎') || '∅';
const stage = (page) => page.locator('.stage-number').textContent();

async function step(page, name, to) {
  await page.getByRole('button', { name, exact: true }).click();
  await harness.eventually(() => stage(page)).toContain(`Step ${to} of`);
}

/** As the page writes a probability: with two digits, however small. */
const share = (p) => `${(100 * p).toFixed(
  Math.max(1, Math.min(8, 1 - Math.floor(Math.log10(100 * p)))))}%`;

it('cross-entropy: tokens, losses, candidates, sum, mean and perplexity', async () => {
  const file = join(folder, 'text.txt');
  await writeFile(file, SENTENCE);
  const [{ tokens }] = await afina('perplexity', ...MODEL, '--data', file, '--tokens',
    '--candidates', String(SHOWN));
  const [whole] = await afina('perplexity', ...MODEL, '--data', file);
  expect(tokens.length).toBeGreaterThan(12);

  const { page, context, troubles } = await open('5-02-cross-entropy',
    { text: SENTENCE, stage: tokens.length + 1 });
  await harness.eventually(() => stage(page)).toContain(`Step ${tokens.length + 1} of`);
  const all = await words(page);
  const chips = all.slice(2, 2 + 2 * tokens.length);
  expect(chips).toEqual(tokens.flatMap(({ text, loss }) => [visible(text), loss.toFixed(2)]));
  const told = await says(page);
  for (const number of [whole.loss.toFixed(2), whole.bits_per_byte.toFixed(2),
    `${tokens.length} tokens`]) expect(told).toContain(number);
  const perplexity = Number(/perplexity is ([\d,.]+):/.exec(told)[1].replaceAll(',', ''));
  expect(perplexity).toBeCloseTo(whole.perplexity, 0);
  const sum = tokens.reduce((total, { loss }) => total + loss, 0);
  expect(all.join(' ')).toContain(`${sum.toFixed(2)} ÷ ${tokens.length} tokens`);

  for (let at = tokens.length - 1; at >= tokens.length - 3; at--) {
    await step(page, 'Back', at + 1);
    const { loss, probability, rank, text, top } = tokens[at];
    const shown = await words(page);
    const from = shown.indexOf('What the model expects next') + 1;
    const rows = shown.slice(from, from + 2 * SHOWN);
    expect(rows).toEqual(top.flatMap((each) => [visible(each.text), share(each.probability)]));
    expect(shown).toContain(`“${visible(text)}” came: number ${rank} of its candidates.`);
    expect(await says(page)).toContain(
      `gave “${visible(text)}” a probability of ${share(probability)}. ` +
      `That costs ${loss.toFixed(2)}.`);
  }
  expect(troubles).toEqual([]);
  await context.close();
});

it('decoding: the tokens of each strategy, and what each cuts', async () => {
  const COUNT = 6;
  const told = { prompt: PROMPT, seed: '5', temperature: '0.6', top_k: '5', top_p: '0.2' };
  const settings = {
    greedy: ['--greedy'],
    temperature: ['--temperature', '0.6'],
    top_k: ['--temperature', '1', '--top-k', '5'],
    top_p: ['--temperature', '1', '--top-p', '0.2'],
  };
  const expected = [];
  for (const options of Object.values(settings)) {
    expected.push(await afina('generate', ...MODEL, '--prompt', PROMPT, ...options, '--seed', '5',
      '--max-tokens', '24', '--candidates', '100'));
  }
  const { page, context, troubles } = await open('5-04-decoding-strategies',
    { ...told, stage: COUNT + 1 });
  await harness.eventually(() => stage(page)).toContain(`Step ${COUNT + 1} of`);

  for (let taken = COUNT; taken >= 1; taken--) {
    const steps = expected.map((each) => each[taken - 1]);
    const drawn = [...(await says(page)).matchAll(/“(.+?)”/g)].map(([, token]) => token);
    expect(drawn).toEqual(steps.map(({ text }) => visible(text)));
    const rows = steps.flatMap(({ id, candidates }) => {
      const shown = candidates.slice(0, SHOWN);
      if (!shown.some((each) => each.id === id)) {
        shown[SHOWN - 1] = candidates.find((each) => each.id === id) ?? shown[SHOWN - 1];
      }
      return shown.map((each) => (each.kept
        ? `${(100 * each.share).toFixed(each.share < 0.01 ? 1 : 0)}%` : 'cut'));
    });
    expect((await words(page)).filter((each) => /^(cut|[\d.]+%)$/.test(each))).toEqual(rows);
    await step(page, 'Back', taken);
  }
  expect(troubles).toEqual([]);
  await context.close();
});

it('decoding: sliders change only their own strategy, and the thing to do is checked', async () => {
  const { page, context, troubles } = await open('5-04-decoding-strategies',
    { prompt: PROMPT, stage: '9', temperature: '0.2' });
  await harness.eventually(() => stage(page)).toContain('Step 9 of');
  const drawn = async () => [...(await says(page)).matchAll(/“(.+?)”/g)].map(([, token]) => token);
  const before = await drawn();
  expect(await page.locator('.task-done').isVisible()).toBe(false);
  await page.getByLabel('Temperature').fill('1.8');
  await page.locator('.task-done').waitFor();
  const after = await drawn();
  expect([after[0], after[2], after[3]]).toEqual([before[0], before[2], before[3]]);
  expect(page.url()).toContain('temperature=1.8');
  expect(troubles).toEqual([]);
  await context.close();
});
