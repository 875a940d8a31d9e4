// Law 1: the command line and the page's module give the same bits. The native program trains on a
// small table with a small model, the module does the same under Node, and weights_sha256 and the
// whole report outside "seconds" must agree.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tinyModel } from './tiny_model.js';
import { loadModule, modelFiles, runToEnd, startService } from './wasm.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const afina = join(process.env.AFINA_BUILD ?? here('../../build'), 'release/afina');
const run = promisify(execFile);

let folder;
const table = await readFile(here('rows.csv'), 'utf8');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'afina-'));
  const files = Object.entries(tinyModel());
  await Promise.all(files.map(([name, bytes]) => writeFile(join(folder, name), bytes)));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** `options` in the command line's spelling: valid_share is --valid-share, false is --no-. */
async function native(csv, options) {
  const [train, report, out, delta] = ['t.csv', 'r.json', 'out', 'delta'].map(
    (name) => join(folder, name));
  await writeFile(train, csv);
  const flags = Object.entries(options).flatMap(([name, value]) => (
    value === false ? [`--no-${name}`] : [`--${name.replace('_', '-')}`, String(value)]));
  await run(afina, ['finetune', '--model', folder, '--train', train, '--text-column', 'texto',
    '--label-column', 'rótulo', '--report', report, '--out', out, '--delta', delta,
    ...flags]);
  return {
    report: JSON.parse(await readFile(report, 'utf8')),
    weights: await readFile(join(out, 'model.safetensors')),
    delta: await readFile(delta),
  };
}

async function module(csv, { numerics, ...options }) {
  const service = startService(() => loadModule({ numerics }));
  await service.loadModel(modelFiles(), 'tiny');
  const { columns } = await service.openTable(new Blob([csv]), 't.csv');
  const [text, label] = ['texto', 'rótulo'].map((name) => columns.indexOf(name));
  await service.chooseColumns(text, label);
  await service.startSession(options);
  const result = await runToEnd(service);
  return { ...result, service, report: JSON.parse(result.report) };
}

/** The report without its clock. */
function bare({ seconds, epochs, ...report }) {
  expect(seconds).toBeDefined();
  expect(epochs.length).toBeGreaterThan(0);
  return { ...report, epochs: epochs.map(({ seconds: _, ...epoch }) => epoch) };
}

const runs = [
  { strategy: 'full', readout: 'last', epochs: 4, batch: 5, lr: 0.003, seed: 1 },
  { strategy: 'last:1', readout: 'mean', epochs: 3, batch: 8, lr: 0.002, seed: 7 },
  { strategy: 'head', readout: 'special', epochs: 6, batch: 4, lr: 0.01, seed: 123456789 },
  { strategy: 'last:1', readout: 'words', epochs: 2, batch: 8, lr: 0.005, seed: 5 },
  { strategy: 'full', epochs: 2, seed: 3, valid_share: 0.3, test_share: 0.3 },
  { strategy: 'last:1', readout: 'last', epochs: 2, seed: 9, cache_mb: 0.1 },
  { strategy: 'last:1', epochs: 2, seed: 2, ngrams: false },
  { strategy: 'last:1', epochs: 3, class_weights: 'balanced', label_smoothing: 0.1 },
  { strategy: 'head', epochs: 3, sampling: 'balanced' },
  { strategy: 'lora:2', readout: 'last', epochs: 3, lr: 0.01 },
  { strategy: 'lora:3', readout: 'words', lora_targets: 'attn', lora_alpha: 4, epochs: 2 },
  { strategy: 'lora:1', lora_targets: 'mlp', lora_blocks: 1, epochs: 2, cache_mb: 0.1 },
  { strategy: 'prefix:3', readout: 'mean', epochs: 2, lr: 0.01 },
  { strategy: 'prompt:2', readout: 'special', epochs: 2, lr: 0.01 },
  { strategy: 'gradual', epochs: 5, gradual_epochs: 1, readout: 'mean', lr: 0.01 },
  { strategy: 'full', epochs: 2, dropout: 0.2, layer_decay: 0.5 },
  { strategy: 'head', epochs: 2, dropout: 0.1, label_smoothing: 0.1 },
  { strategy: 'gradual', epochs: 6, readout: 'words', lr: 0.01, cache_mb: 0.1 },
  {},
].flatMap((options) => [options, { ...options, numerics: 'plain' }]);

test.each(runs)('native and WASM agree on %o', async (options) => {
  const there = await native(table, options);
  const here = await module(table, options);
  expect(there.report.weights_sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(here.report.weights_sha256).toBe(there.report.weights_sha256);
  expect(bare(here.report)).toEqual(bare(there.report));
  if (options.cache_mb) expect(here.report.cache).toBe('f16');
  const hasNgrams = options.ngrams !== false;
  if (hasNgrams) expect(here.report.ngrams.features).toBeGreaterThan(100);
  else expect(here.report.ngrams).toBe(null);
  expect(there.weights.includes('"ngrams.weight"')).toBe(hasNgrams);
  const weights = Buffer.from(await here.files.weights.arrayBuffer());
  expect(weights.equals(there.weights)).toBe(true);
  if (here.report.options.strategy === 'full') return void expect(here.files.delta).toBe(null);
  const delta = Buffer.from(await here.files.delta.arrayBuffer());
  expect(delta.equals(there.delta)).toBe(true);
  const texts = ['Nota dez!', 'Como faço para trocar?'];
  const [trained, base] = [here.service, startService(() => loadModule(options))];
  await base.loadModel(modelFiles(), 'tiny');
  await base.loadClassifier([{ name: 'delta', blob: here.files.delta }], 'delta');
  expect(await base.classify(texts)).toEqual(await trained.classify(texts));
});

test('without a word both take the best that the processor has, and say so', async () => {
  const service = startService();
  const { numerics } = await service.loadModel(modelFiles(), 'tiny');
  const { report } = await native(table, { strategy: 'head', epochs: 1 });
  expect(report.numerics).toBe(numerics);
  const flags = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  if (/ avx2 /.test(flags) && / fma /.test(flags)) expect(numerics).toBe('fused');
});

test('numerics that there are not are refused', async () => {
  const service = startService(() => loadModule({ numerics: 'faster' }));
  await expect(service.loadModel(modelFiles(), 'tiny')).rejects.toThrow('AFINA_E_ARGUMENT');
});

test('an engine without relaxed SIMD runs plain', async () => {
  const { Module } = WebAssembly;
  WebAssembly.Module = function Refusing() {
    throw new WebAssembly.CompileError('invalid opcode');
  };
  try {
    const { numerics } = await startService().loadModel(modelFiles(), 'tiny');
    expect(numerics).toBe('plain');
    const fused = startService(() => loadModule({ numerics: 'fused' }));
    await expect(fused.loadModel(modelFiles(), 'tiny')).rejects.toThrow('plain');
  } finally {
    WebAssembly.Module = Module;
  }
});

test('the threads of the command line change nothing', async () => {
  const options = { strategy: 'full', epochs: 2, seed: 5 };
  const [one, three] = [await native(table, { ...options, threads: 1 }),
    await native(table, { ...options, threads: 3 })];
  expect(bare(three.report)).toEqual(bare(one.report));
});

test('another seed gives other weights: the comparison can fail', async () => {
  const [one, two] = [await module(table, { epochs: 1, seed: 1 }),
    await module(table, { epochs: 1, seed: 2 })];
  expect(one.report.weights_sha256).not.toBe(two.report.weights_sha256);
});

test('a classified table is the same file, byte for byte', async () => {
  const options = { strategy: 'head', epochs: 2, seed: 1 };
  await native(table, options);
  const { service } = await module(table, options);
  const rows = ['n;texto;n', '1;"a ""b""; c";x', '', '2; Oi!\u00a0;y;far;out', '3', '4;"a\nb";'];
  const [input, output] = ['in.csv', 'out.csv'].map((name) => join(folder, name));
  const again = ['texto;predicted;p_Elogio;predicted_2', 'oi;a;b;c'];
  const tables = [`${rows.join('\n')}\n`, `\ufeff${rows.join('\r\n')}`, again.join('\n')];
  for (const csv of tables) {
    await writeFile(input, csv);
    await run(afina, ['classify', '--model', join(folder, 'out'), '--csv', input, '--out', output,
      '--text-column', 'texto']);
    const { total } = await service.openClassified(new Blob([csv]), 'in.csv');
    while ((await service.runClassified(20)).done < total);
    const ours = Buffer.from(await (await service.takeClassified()).arrayBuffer());
    expect(ours.toString()).toBe((await readFile(output)).toString());
  }
});

const semicolons = table.replace(/^(\d+|id),(.*),([^,\n]*)$/gm, '$1;$2;$3');
const dialects = {
  'line breaks of Windows': table.replaceAll('\n', '\r\n').replace('locked\r\n', 'locked\n'),
  'a byte order mark': `\ufeff${table}`,
  'UTF-16': Buffer.from(`\ufeff${table}`, 'utf16le'),
  'UTF-16 without a mark': Buffer.from(table, 'utf16le').swap16(),
  'a line that tells the delimiter': `sep=,\r\n${table}`,
};

test.each(Object.keys(dialects))('%s: both read the same rows', async (name) => {
  const options = { strategy: 'head', epochs: 2, seed: 1 };
  const there = await native(dialects[name], options);
  const here = await module(dialects[name], options);
  const plain = await module(table, options);
  expect(here.report.data.sha256).toBe(plain.report.data.sha256);
  expect(bare(here.report)).toEqual(bare(there.report));
});

test('semicolons and Windows-1252: both read the same rows', async () => {
  const old = Buffer.from(semicolons.replaceAll('👏', '!'), 'latin1');
  old[old.indexOf('Nota dez') + 4] = 0x80; // the euro sign, which latin1 does not have
  const options = { strategy: 'head', epochs: 2, seed: 1 };
  const there = await native(old, options);
  const here = await module(old, options);
  const texts = await here.service.openTable(new Blob([old]), 'old.csv');
  expect(texts).toMatchObject({ encoding: 'windows-1252', delimiter: ';' });
  expect(bare(here.report)).toEqual(bare(there.report));
});
