// The language model's part of the course's worker: a text looked at, text written, a model made
// and trained, stopped and taken up again; to the bits of the command line.

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tinyModel } from './tiny_model.js';
import { loadModule, modelFiles, startCourse } from './wasm.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const afina = join(process.env.AFINA_BUILD ?? here('../../build'), 'release/afina');
const run = promisify(execFile);
const story = await readFile(here('../cli/pt.txt'), 'utf8');

const SIZES = { vocabulary: 300, width: 16, layers: 2, heads: 2, context: 16, seed: 3 };
const OPTIONS = { context: 16, batch: 4, tokens: 640, measure: 3 };

let folder;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'afina-'));
  const tiny = join(folder, 'tiny');
  await mkdir(tiny);
  await Promise.all(Object.entries(tinyModel()).map(
    ([name, bytes]) => writeFile(join(tiny, name), bytes)));
  await writeFile(join(folder, 'story.txt'), story);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function course() {
  const service = startCourse();
  await service.loadModel('shipped', modelFiles());
  return service;
}

const native = async (...args) => (await run(afina, args, { cwd: folder })).stdout;
const bytes = async (blob) => Buffer.from(await blob.arrayBuffer());

async function write(service, model, prompt, options) {
  const handle = await service.generateStart(model, prompt, options);
  const tokens = [];
  do tokens.push(await service.generateNext(handle)); while (!tokens.at(-1).done);
  await service.generateEnd(handle);
  return tokens;
}

test('a look: its places are the string\'s, its numbers the command line\'s', async () => {
  const service = await course();
  const text = 'O café 🌕 já.';
  const found = await service.look('shipped', text, 3);
  await writeFile(join(folder, 'look.txt'), text);
  const there = JSON.parse(await native('perplexity', '--model', 'tiny', '--data', 'look.txt',
    '--tokens', '--candidates', '3'));
  expect(found.loss).toBe(there.loss);
  expect(found.tokens.map(({ loss, top }) => ({ loss, top })))
    .toEqual(there.tokens.map(({ loss, top }) => ({ loss, top })));
  expect(found.tokens.at(-1).end).toBe(text.length);
  const e = found.tokens.find(({ text: each }) => each === 'c');
  expect(text.slice(e.start, e.end)).toBe('c');
  // Tokens of a byte: within a character the place is its beginning, behind its last byte its end.
  for (const { start, end } of found.tokens) expect(start <= end && end <= text.length).toBe(true);
  expect((await service.perplexity('shipped', text)).loss).toBeCloseTo(found.loss, 12);
});

test.each([
  ['greedy', { greedy: true }, ['--greedy']],
  ['temperature', { temperature: 1.2, seed: 5 }, ['--temperature', '1.2', '--seed', '5']],
  ['top-k', { temperature: 1, top_k: 9, seed: 6 },
    ['--temperature', '1', '--top-k', '9', '--seed', '6']],
  ['top-p', { temperature: 1, top_p: 0.7, seed: 7 },
    ['--temperature', '1', '--top-p', '0.7', '--seed', '7']],
])('%s: the module writes what the command line writes', async (_, options, words) => {
  const service = await course();
  const tokens = await write(service, 'shipped', 'Oi',
    { ...options, max_tokens: 90, candidates: 4 });
  const lines = (await native('generate', '--model', 'tiny', '--prompt', 'Oi', '--max-tokens', '90',
    '--candidates', '4', ...words)).trim().split('\n').map((line) => JSON.parse(line));
  expect(tokens).toEqual(lines);
  expect(tokens.length).toBeGreaterThan(1);
});

test('several texts are written side by side', async () => {
  const service = await course();
  const options = [{ greedy: true }, { seed: 2 }, { seed: 3, top_k: 5 }]
    .map((each) => ({ ...each, max_tokens: 12 }));
  const alone = [];
  for (const each of options) alone.push(await write(service, 'shipped', 'A', each));
  const handles = [];
  for (const each of options) handles.push(await service.generateStart('shipped', 'A', each));
  const together = options.map(() => []);
  for (let n = 0; n < 13; n++) {
    for (const [i, handle] of handles.entries()) {
      if (!together[i].at(-1)?.done) together[i].push(await service.generateNext(handle));
    }
  }
  expect(together).toEqual(alone);
  for (const handle of handles) await service.generateEnd(handle);
  await expect(service.generateNext(handles[0])).rejects.toThrow('AFINA_E_STATE');
});

test('a text goes on being written when another model takes the name', async () => {
  const service = await course();
  const alone = await write(service, 'shipped', 'A', { max_tokens: 6 });
  const handle = await service.generateStart('shipped', 'A', { max_tokens: 6 });
  const tokens = [await service.generateNext(handle)];
  await service.loadModel('shipped', modelFiles());
  do tokens.push(await service.generateNext(handle)); while (!tokens.at(-1).done);
  expect(tokens).toEqual(alone);
  await service.generateEnd(handle);
});

/** Trains to the end, or for so many updates. */
async function train(service, updates = Infinity) {
  const all = { losses: [], held_out: [] };
  for (let n = 0; n < updates; n++) {
    const slice = await service.pretrainRun(0);
    all.losses.push(...slice.losses);
    all.held_out.push(...slice.held_out);
    if (slice.done) break;
  }
  return all;
}

async function weights(service) {
  const { files } = await service.pretrainCheckpoint();
  return bytes(files.state);
}

test.each(['adamw', 'muon'])('%s: a model made and trained here has the command line\'s bits',
  async (optimizer) => {
    const service = await course();
    const made = await service.createNano({ text: story, ...SIZES });
    expect(made).toMatchObject({ width: 16, layers: 2, context: 16, classes: [] });
    const options = { ...OPTIONS, optimizer };
    const begun = await service.pretrainStart({ model: 'nano', text: story, options });
    expect(begun).toMatchObject({ step: 0, steps: 10, done: false, parameters: made.parameters });
    expect(begun.tensors[0]).toEqual({ name: 'transformer.wte.weight',
      shape: [made.vocabulary, 16] });
    const all = await train(service);
    expect(all.losses.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(all.held_out.map(({ step }) => step)).toEqual([3, 6, 9, 10]);
    await native('nano', '--text', 'story.txt', '--out', optimizer, '--sizes',
      JSON.stringify(SIZES), '--options', JSON.stringify(options));
    const there = await readFile(join(folder, optimizer, 'state.safetensors'));
    expect((await weights(service)).equals(there)).toBe(true);
  });

test('stopped at any update, kept and taken up in another module: the same bits', async () => {
  const whole = await course();
  await whole.createNano({ text: story, ...SIZES });
  await whole.pretrainStart({ model: 'nano', text: story, options: OPTIONS });
  const all = await train(whole);
  const expected = await weights(whole);
  const expectedRun = await whole.pretrainRun(0);
  expect(expectedRun).toMatchObject({ done: true, losses: [], step: 10 });
  for (let stop = 0; stop <= 10; stop++) {
    const first = await course();
    await first.createNano({ text: story, ...SIZES });
    await first.pretrainStart({ model: 'nano', text: story, options: OPTIONS });
    await train(first, stop);
    const { files } = await first.pretrainCheckpoint();
    const second = startCourse();
    const again = await second.pretrainResume(files);
    expect(again).toMatchObject({ step: stop, steps: 10, base: 'nano', losses:
      all.losses.slice(0, stop) });
    await train(second);
    expect((await weights(second)).equals(expected)).toBe(true);
    const { files: last } = await second.pretrainCheckpoint();
    const { losses, held_out } = JSON.parse(await last.options.text());
    expect(losses).toEqual(all.losses);
    expect(held_out.slice(1)).toEqual(all.held_out);
  }
});

test('the command line takes up what was stopped here', async () => {
  const service = await course();
  await service.createNano({ text: story, ...SIZES });
  await service.pretrainStart({ model: 'nano', text: story, options: OPTIONS });
  await train(service, 4);
  const { files } = await service.pretrainCheckpoint();
  await train(service);
  const names = { config: 'config.json', tokenizer: 'tokenizer.json', state: 'state.safetensors',
    text: 'text.txt', options: 'options.json' };
  const out = join(folder, 'kept');
  await mkdir(out);
  for (const [name, blob] of Object.entries(files)) {
    await writeFile(join(out, names[name]), await bytes(blob));
  }
  await native('nano', '--out', 'kept', '--resume');
  const there = await readFile(join(out, 'state.safetensors'));
  expect((await weights(service)).equals(there)).toBe(true);
});

test('the shipped model goes on with a text; \'pretrained\' is the run as it is now', async () => {
  const service = await course();
  await service.pretrainStart({ model: 'shipped', text: story,
    options: { ...OPTIONS, lr: 0.01, tokens: 3200 } });
  const before = await service.look('shipped', story, 1);
  expect((await service.look('pretrained', story, 1)).loss).toBe(before.loss);
  await train(service);
  const after = await service.look('pretrained', story, 1);
  expect(after.loss).toBeLessThan(before.loss);
  expect((await service.look('shipped', story, 1)).loss).toBe(before.loss);
  const batch = await service.pretrainBatch();
  expect(batch.windows).toHaveLength(4);
  expect(batch.windows[0].tokens).toHaveLength(17);
  expect(batch.windows[0].tokens[0].loss).toBeNull();
});

test('what cannot be is told', async () => {
  const service = await course();
  await expect(service.createNano({ text: 'Oi.' })).rejects.toThrow('TEXT_UNUSABLE');
  await expect(service.pretrainRun(1)).rejects.toThrow('AFINA_E_STATE');
  await expect(service.look('shipped', '')).rejects.toThrow('TEXT_UNUSABLE');
  await expect(service.generateStart('shipped', 'a', { temperature: 0 }))
    .rejects.toThrow('AFINA_E_ARGUMENT');
  await service.createNano({ text: story, ...SIZES });
  await service.pretrainStart({ model: 'nano', text: story, options: OPTIONS });
  const { files } = await service.pretrainCheckpoint();
  await expect(service.pretrainResume({ ...files, state: undefined }))
    .rejects.toThrow('CHECKPOINT_FILE');
  await expect(service.pretrainResume({ ...files, options: new Blob(['{"a":']) }))
    .rejects.toThrow('CHECKPOINT_DAMAGED');
  await expect(service.pretrainResume({ ...files, text: new Blob(['another']) }))
    .rejects.toThrow('TEXT_UNUSABLE');
  await expect(service.pretrainResume({ ...files, state: files.state.slice(0, 5000) }))
    .rejects.toThrow('AFINA_E_FORMAT');
  // The run that was there still is.
  expect((await service.pretrainRun(0)).step).toBe(1);
  await service.pretrainEnd();
  await expect(service.pretrainRun(1)).rejects.toThrow('AFINA_E_STATE');
});

test('fused numerics have bits of their own, the same here and there', async () => {
  const service = startCourse(() => loadModule({ numerics: 'fused' }, 'afina_course'));
  await service.createNano({ text: story, ...SIZES });
  await service.pretrainStart({ model: 'nano', text: story, options: OPTIONS });
  await train(service);
  await native('nano', '--text', 'story.txt', '--out', 'fused', '--sizes', JSON.stringify(SIZES),
    '--options', JSON.stringify(OPTIONS), '--numerics', 'fused');
  const there = await readFile(join(folder, 'fused', 'state.safetensors'));
  expect((await weights(service)).equals(there)).toBe(true);
});
