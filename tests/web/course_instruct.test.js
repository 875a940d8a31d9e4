// Instruction tuning in the course's worker: rows as text, runs stopped and taken up again, deltas,
// losses and answers; to the bits of the command line.

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tinyModel } from './tiny_model.js';
import { modelFiles, startCourse } from './wasm.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const afina = join(process.env.AFINA_BUILD ?? here('../../build'), 'release/afina');
const run = promisify(execFile);
const SETS = ['general', 'dialect', 'brand', 'field', 'jargon', 'classroom'];

const ROWS = ['um', 'dois', 'três', 'cão', 'sol', 'mar'].map((word, i) => ({
  instruction: `Diga ${word}`, input: i % 2 ? word : '', response: `${word}!` }));
const TEST = [{ instruction: 'Diga não', input: '', response: 'não!' }];
const OPTIONS = { strategy: 'lora:2', epochs: 3, batch: 4, lr: 0.01, template: 'chat',
  language: 'pt', seed: 7 };

let folder;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'afina-'));
  await mkdir(join(folder, 'tiny'));
  await Promise.all(Object.entries(tinyModel()).map(
    ([name, bytes]) => writeFile(join(folder, 'tiny', name), bytes)));
  await writeFile(join(folder, 'rows.json'), JSON.stringify(ROWS));
  await writeFile(join(folder, 'test.jsonl'), TEST.map((row) => JSON.stringify(row)).join('\n'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const native = async (...args) => (await run(afina, args, { cwd: folder })).stdout;
const bytesOf = async (blob) => Buffer.from(await blob.arrayBuffer());

async function course() {
  const service = startCourse();
  await service.loadModel('shipped', modelFiles());
  return service;
}

async function toEnd(service, budget = 20) {
  const losses = [];
  const held = [];
  for (;;) {
    const told = await service.instructRun(budget);
    losses.push(...told.losses);
    held.push(...told.held_out);
    if (told.done) return { losses, held };
  }
}

async function code(promise) {
  return (await promise.then(() => expect.fail('no failure'), (error) => error)).failure.code;
}

test('a row as the model sees it: parts cover it, and what counts is the response', async () => {
  const service = await course();
  const row = { instruction: 'Diga cão 🐕', input: 'já', response: 'cão!' };
  const told = await service.formatExample(row, { template: 'chat', language: 'pt' });
  expect(told.text).toBe('Usuário: Diga cão 🐕\njá\nAssistente:\ncão!');
  const cut = (part) => told.text.slice(part.start, part.end);
  expect(told.parts.map(cut).join('')).toBe(told.text);
  expect(told.parts.filter(({ kind }) => kind !== 'template').map(cut))
    .toEqual(['Diga cão 🐕', 'já', 'cão!']);
  const counted = told.tokens.filter((token) => token.counted);
  expect(told.text.slice(counted[0].start)).toBe('cão!');
  expect(counted).toHaveLength(new TextEncoder().encode('cão!').length + 1);
  expect(told.tokens.at(-1)).toMatchObject({ start: told.text.length, end: told.text.length });
  const { text, tokens } = await service.formatExample({ ...row, response: '' }, 'plain');
  expect(text.endsWith('Response:\n')).toBe(true);
  expect(tokens.some((token) => token.counted)).toBe(false);
});

test('a run is the command line\'s, and so are its delta and its report', async () => {
  const service = await course();
  const told = await service.instructStart({ rows: ROWS, test: TEST, options: OPTIONS });
  expect(told.rows).toMatchObject({ train: 6, held_out: 1 });
  expect(told.updates).toBe(6);
  expect(told.memory.total).toBeGreaterThan(0);
  const { losses, held } = await toEnd(service);
  expect(losses.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(held.map(({ step }) => step)).toEqual([0, 2, 4, 6]);
  expect(held.at(-1).loss).toBeLessThan(held[0].loss);
  await native('instruct', '--model', 'tiny', '--data', 'rows.json', '--valid', 'test.jsonl',
    '--strategy', 'lora:2', '--epochs', '3', '--batch', '4', '--lr', '0.01', '--template', 'chat',
    '--language', 'pt', '--seed', '7', '--numerics', (await service.describe('shipped')).numerics,
    '--out', 'tuned', '--delta', 'tuned.delta', '--report', 'report.json');
  const { seconds: _, ...report } = await service.instructReport();
  const { seconds: __, ...there } = JSON.parse(
    await readFile(join(folder, 'report.json'), 'utf8'));
  expect(report).toEqual(there);
  expect(await bytesOf(await service.saveTuned('delta')))
    .toEqual(await readFile(join(folder, 'tuned.delta')));
  expect((await service.tunedSize()).saved).toBe(
    (await readFile(join(folder, 'tuned.delta'))).length);

  const handle = await service.answerStart('tuned', { instruction: 'Diga sol' }, '',
    { greedy: true, max_tokens: 8 });
  let answer = '';
  for (let next; !next?.done;) answer += (next = await service.generateNext(handle)).text;
  await service.generateEnd(handle);
  const said = await native('generate', '--model', 'tiny', '--delta', 'tuned.delta',
    '--instruction', 'Diga sol', '--greedy', '--max-tokens', '8', '--numerics',
    (await service.describe('shipped')).numerics);
  expect(`${answer}\n`).toBe(said);
});

test.each([0, 1, 3, 5, 9])('stopped after %i slices it is as if it had not been', async (stop) => {
  const [whole, first, second] = [await course(), await course(), await course()];
  await whole.instructStart({ rows: ROWS, test: TEST, options: OPTIONS });
  const { losses, held } = await toEnd(whole);
  await first.instructStart({ rows: ROWS, test: TEST, options: OPTIONS });
  for (let i = 0; i < stop; i++) await first.instructRun(0);
  const { files } = await first.instructCheckpoint();
  const told = await second.instructResume(files);
  const rest = await toEnd(second);
  expect([...told.losses, ...rest.losses]).toEqual(expect.arrayContaining(losses));
  expect((await second.instructReport()).weights_sha256)
    .toBe((await whole.instructReport()).weights_sha256);
  expect((await second.instructReport()).epochs).toEqual((await whole.instructReport()).epochs);
  expect(held).toHaveLength(4);
});

test('losses of a row are those that the run counts, and answers are scored', async () => {
  const service = await course();
  await service.instructStart({ rows: ROWS, test: TEST, options: OPTIONS });
  const { held_out: [first] } = await service.instructRun(0);
  const told = await service.exampleLosses('shipped', TEST[0],
    { template: 'chat', language: 'pt' });
  const counted = told.tokens.filter((token) => token.counted);
  const mean = counted.reduce((sum, { loss }) => sum + loss, 0) / counted.length;
  expect(told.response_loss).toBeCloseTo(mean, 9);
  expect(first.loss).toBeCloseTo(mean, 6);
  expect(told.tokens[0].loss).toBeNull();
  await toEnd(service);
  const sampling = { greedy: true, max_tokens: 6 };
  const [base] = await service.scoreAnswers('shipped', TEST, '', sampling);
  const [tuned] = await service.scoreAnswers('tuned', TEST, '', sampling);
  expect(tuned.response_perplexity).toBeLessThan(base.response_perplexity);
  expect(typeof tuned.answer).toBe('string');
  for (const value of [tuned.f1, tuned.precision, tuned.recall]) {
    expect(value >= 0 && value <= 1).toBe(true);
  }
});

test('a tuned model is opened from its files, and answers as it did', async () => {
  const [service, other] = [await course(), await course()];
  await service.instructStart({ rows: ROWS, options: { ...OPTIONS, strategy: 'prefix:2' } });
  await toEnd(service);
  const sampling = { greedy: true, max_tokens: 6 };
  const said = await service.scoreAnswers('tuned', TEST, '', sampling);
  for (const [kind, name] of [['delta', 'a.safetensors'], ['folder', 'a.zip']]) {
    await other.openTuned([{ name, blob: await service.saveTuned(kind) }]);
    expect(await other.scoreAnswers('tuned', TEST, '', sampling)).toEqual(said);
  }
  expect(await code(other.instructRun(1))).toBe('AFINA_E_STATE');
});

test('runs of other names are beside it, each what it is alone', async () => {
  const service = await course();
  await service.instructStart({ rows: ROWS, test: TEST, options: OPTIONS });
  await service.instructStart({ rows: ROWS, test: TEST, options: { ...OPTIONS, mask: 'all' } },
    'masked');
  for (let done = false; !done;) {
    await service.instructRun(0);
    ({ done } = await service.instructRun(0, 'masked'));
  }
  await toEnd(service);
  const reports = [await service.instructReport(), await service.instructReport('masked')];
  const alone = await course();
  await alone.instructStart({ rows: ROWS, test: TEST, options: OPTIONS });
  await toEnd(alone);
  expect(reports[0].weights_sha256).toBe((await alone.instructReport()).weights_sha256);
  expect(reports[1].weights_sha256).not.toBe(reports[0].weights_sha256);
  expect((await service.exampleLosses('masked', TEST[0])).response_loss)
    .not.toBe((await service.exampleLosses('tuned', TEST[0])).response_loss);
  await service.instructEnd('masked');
  expect(await code(service.instructRun(0, 'masked'))).toBe('AFINA_E_STATE');
});

test('what cannot be is said', async () => {
  const service = await course();
  expect(await code(service.instructRun(1))).toBe('AFINA_E_STATE');
  expect(await code(service.instructStart({ rows: [] }))).toBe('AFINA_E_DATA');
  expect(await code(service.instructStart({ rows: [{ instruction: 'a', response: '' }] })))
    .toBe('AFINA_E_DATA');
  expect(await code(service.instructStart({ rows: ROWS, options: { strategy: 'head' } })))
    .toBe('AFINA_E_ARGUMENT');
  expect(await code(service.formatExample(ROWS[0], 'none'))).toBe('AFINA_E_ARGUMENT');
  expect(await code(service.exampleLosses('tuned', ROWS[0]))).toBe('AFINA_E_STATE');
  expect(await code(service.instructResume({}))).toBe('CHECKPOINT_FILE');
  await service.instructStart({ rows: ROWS, options: OPTIONS });
  const { files } = await service.instructCheckpoint();
  expect(await code(service.instructResume({ ...files, options: new Blob(['{']) })))
    .toBe('CHECKPOINT_DAMAGED');
  const rows = new Blob([JSON.stringify({ rows: ROWS.slice(1) })]);
  expect(await code(service.instructResume({ ...files, rows }))).toBe('AFINA_E_FORMAT');
});

test('our own sets are whole, in both languages', async () => {
  for (const name of SETS) {
    const both = await Promise.all(['pt', 'en'].map(async (language) => JSON.parse(
      await readFile(here(`../../web/course/data/${name}-${language}.json`), 'utf8'))));
    expect(both[0].length).toBe(both[1].length);
    for (const rows of both) {
      const asked = new Set(rows.map(({ instruction, input }) => `${instruction}\n${input}`));
      expect(asked.size).toBe(rows.length);
      for (const { instruction, output } of rows) expect(instruction && output).toBeTruthy();
    }
  }
});
