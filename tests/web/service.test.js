// The worker's service over the real module: tables, sessions, failures, and memory given back.

import { readFile } from 'node:fs/promises';
import Papa from 'papaparse';
import { expect, test } from 'vitest';
import { tinyModel } from './tiny_model.js';
import { loadModule, modelFiles, runToEnd, startService } from './wasm.js';

const rows = await readFile(new URL('rows.csv', import.meta.url));
const file = (content = rows) => new Blob([content]);
const quick = { strategy: 'head', epochs: 2, seed: 1 };

async function ready(load) {
  const service = startService(load);
  await service.loadModel(modelFiles(), 'tiny');
  await service.openTable(file(), 'rows.csv');
  await service.chooseColumns(1, 2);
  return service;
}

async function trained(options = quick) {
  const service = await ready();
  const session = await service.startSession(options);
  return { service, session, result: await runToEnd(service) };
}

const failureOf = async (promise) => {
  const error = await promise.then(() => expect.fail('no failure'), (reason) => reason);
  return error.failure;
};

test('the module exports what wasm*.c have, malloc and free, and nothing else', async () => {
  const files = ['wasm.c', 'wasm_analysis.c'].map(
    (name) => readFile(new URL(`../../src/${name}`, import.meta.url), 'utf8'));
  const source = (await Promise.all(files)).join('\n');
  const written = [...source.matchAll(/EMSCRIPTEN_KEEPALIVE[^(]*?(\w+)\(/g)]
    .map((found) => found[1]);
  const module = await loadModule();
  const exported = Object.keys(module).filter((name) => /^_(?!_)/.test(name))
    .map((name) => name.slice(1));
  expect(written.length).toBeGreaterThan(20);
  expect(exported.sort()).toEqual([...written, 'malloc', 'free'].sort());
});

test('what a session takes of memory is told beforehand, and is what it takes', async () => {
  const service = await ready();
  const need = await service.measureMemory({ strategy: 'last:1' });
  const { weights, gradients, moments, activations, cache, store, ngrams, texts } = need;
  const { total, available } = need;
  const parts = [weights, gradients, moments, activations, cache, store, ngrams, texts];
  expect(store).toBeGreaterThan(0);
  expect(total).toBe(parts.reduce((sum, part) => sum + part));
  expect(moments).toBe(2 * gradients);
  expect(need).toMatchObject({ cache_kind: 'f32', 'last:1': total });
  expect(available).toBeGreaterThan(2 ** 30);
  expect(available).toBeLessThan(2 ** 32);
  const full = await service.measureMemory({ strategy: 'full' });
  expect(full).toMatchObject({ cache: 0, cache_kind: 'none', head: need.head, 'last:1': total });
  const kinds = [];
  for (let bytes = cache; bytes > 16; bytes /= 2) {
    const options = { strategy: 'last:1', cache_mb: bytes / 2 ** 20 };
    kinds.push((await service.measureMemory(options)).cache_kind);
  }
  expect([...new Set(kinds)]).toEqual(['f32', 'f16', 'none']);
  const { code } = await failureOf(service.measureMemory({ strategy: 'last:9' }));
  expect(code).toBe('AFINA_E_ARGUMENT');
});

test('what frozen blocks left is not computed twice, until another model is loaded', async () => {
  const service = await ready();
  const train = async () => {
    const { reused, computed } = await service.startSession({ ...quick, strategy: 'last:1' });
    expect([reused, computed]).toEqual([0, 0]);
    const phases = new Set();
    for (;;) {
      const { phase, finished } = await service.run(0);
      phases.add(phase);
      if (finished) return { phases, weights: JSON.parse(finished.report).weights_sha256 };
    }
  };
  const first = await train();
  const second = await train();
  expect(second.weights).toBe(first.weights);
  expect([...first.phases].filter((phase) => !second.phases.has(phase))).toEqual(['cache']);
  await service.loadModel(modelFiles(), 'tiny');
  await service.chooseColumns(1, 2);
  expect((await train()).phases).toEqual(first.phases);
});

test('the table and what C says of its columns', async () => {
  const service = startService();
  await service.loadModel(modelFiles(), 'tiny');
  const table = await service.openTable(file(), 'rows.csv');
  expect(table).toMatchObject({
    name: 'rows.csv', rows: 45, columns: ['id', 'texto', 'rótulo'], delimiter: ',',
    encoding: 'utf-8', guess: { text: 1, label: 2 }, warnings: [],
  });
  const inspection = await service.chooseColumns(1, 2);
  expect(inspection).toMatchObject({ rows: 45, usable: 43 });
  const labels = ['elogio', 'pergunta', 'reclamação'];
  expect(inspection.classes.map(({ label }) => label)).toEqual(labels);
  const { duplicates, empty_text, empty_label } = inspection.issues;
  expect(duplicates).toMatchObject({ count: 1, rows: [43] });
  expect(empty_text).toMatchObject({ count: 1, rows: [44] });
  expect(empty_label).toMatchObject({ count: 1, rows: [45] });
  expect(inspection.tokens.context).toBe(64);
  expect(inspection.defaults.strategy).toBeTypeOf('string');
});

test('Windows-1252 is decoded as the command line does it', async () => {
  const service = startService();
  const header = Buffer.from('texto;r\xf3tulo\n', 'latin1');
  const bytes = Uint8Array.of(...header, 0x80, 0x93, 0x81, 0x3b, 0xe3, 0x0a, 0x61, 0x3b, 0x62);
  const table = await service.openTable(file(bytes), 'old.csv');
  expect(table).toMatchObject({ encoding: 'windows-1252', delimiter: ';' });
  expect(table.columns).toEqual(['texto', 'rótulo']);
  expect(table.preview[0]).toEqual(['€“\u0081', 'ã']);
});

test('a session: described at its start, progress only grows, numbers in the end', async () => {
  const { session, result } = await trained({ strategy: 'full', epochs: 3, seed: 1, batch: 4 });
  expect(session.classes).toEqual(['elogio', 'pergunta', 'reclamação']);
  expect(session.options).toMatchObject({ strategy: 'full', epochs: 3, seed: 1, batch: 4 });
  const { split } = session;
  expect(split.train + split.valid + split.test).toBe(43);
  const fractions = result.progress.map(({ fraction }) => fraction);
  expect(fractions.every((now, i) => now >= (fractions[i - 1] ?? 0) && now <= 1)).toBe(true);
  expect(result.progress.at(-1)).toMatchObject({ phase: 'done', fraction: 1, secondsLeft: 0 });
  expect(result.epochsDone.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
  expect(result.losses.map(({ step }) => step)).toEqual(result.losses.map((_, i) => i + 1));
  expect(result.losses.every(({ loss }) => loss > 0)).toBe(true);
  const report = JSON.parse(result.report);
  // The report may round in the sixteenth digit.
  report.epochs.forEach(({ train_loss }, i) =>
    expect(train_loss).toBeCloseTo(result.epochsDone[i].train_loss, 14));
  expect(report.epochs).toHaveLength(result.epochsDone.length);
  expect(result.tested).toHaveLength(split.test);
  const right = result.tested.filter(({ label, predicted }) => label === predicted).length;
  expect(right / result.tested.length).toBeCloseTo(report.test.accuracy, 12);
});

test('predictions are what the classifier says of those texts, and add up to one', async () => {
  const { service, result } = await trained();
  const { classes, probabilities } = await service.classify(result.tested.map(({ text }) => text));
  expect(classes).toEqual(result.classes);
  result.tested.forEach((row, i) => {
    expect(probabilities[i]).toEqual(row.probabilities);
    expect(row.probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  });
});

test('a budget of nothing is one step; asking in between is answered', async () => {
  const service = await ready();
  await service.startSession({ strategy: 'full', epochs: 1, seed: 1, batch: 4 });
  const first = await service.run(0);
  expect(first.fraction).toBeLessThan(0.2);
  expect((await failureOf(service.classify(['x']))).code).toBe('AFINA_E_STATE');
  let next = first;
  for (let i = 0; i < 100 && next.fraction === first.fraction; i++) next = await service.run(0);
  expect(next.fraction).toBeGreaterThan(first.fraction);
  expect(next.fraction).toBeLessThan(0.2);
});

test('stopping keeps the best epoch so far and still tests it', async () => {
  const service = await ready();
  await service.startSession({ strategy: 'full', epochs: 500, seed: 1, batch: 4, patience: 0 });
  while ((await service.run(0)).bestEpoch === 0);
  await service.stop();
  const result = await runToEnd(service);
  const report = JSON.parse(result.report);
  expect(report.epochs.length).toBeLessThan(500);
  expect(report.epochs.length).toBeGreaterThan(0);
  expect(report.test.accuracy).toBeGreaterThanOrEqual(0);
  expect(result.tested.length).toBeGreaterThan(0);
});

test('a saved model loads again as a classifier with the same answers', async () => {
  const { service, result } = await trained();
  const blob = await service.packModel(result.files, result.report);
  const other = startService();
  const info = await other.loadModel([{ name: 'model.zip', blob }], 'model');
  expect(info.classes).toEqual(result.classes);
  const texts = ['Adorei!', 'A fila demorou', ''];
  expect(await other.classify(texts)).toEqual(await service.classify(texts));
});

test('a test file of its own, columns by name wherever they stand', async () => {
  const service = await ready();
  const other = 'rótulo;x;texto\nelogio;1;Muito bom\npergunta;2;Onde?\nreclamação;3;Péssimo\n';
  await service.openTestTable(file(other), 'test.csv');
  expect((await failureOf(service.startSession(quick))).code).toBe('AFINA_E_STATE');
  await service.chooseColumns(1, 2);
  const { split } = await service.startSession(quick);
  expect(split.test).toBe(3);
  const { tested } = await runToEnd(service);
  expect(tested.map(({ row, text }) => [row, text])).toEqual(
    [[1, 'Muito bom'], [2, 'Onde?'], [3, 'Péssimo']]);
});

test('a test file without the column: it is named, and no training starts', async () => {
  const service = await ready();
  await service.openTestTable(file('texto,classe\na,b\n'), 'test.csv');
  expect(await failureOf(service.chooseColumns(1, 2))).toMatchObject(
    { code: 'COLUMN_MISSING', values: { column: 'rótulo' } });
  expect((await failureOf(service.startSession(quick))).code).toBe('AFINA_E_STATE');
  await service.closeTestTable();
  await service.chooseColumns(1, 2);
  expect((await service.startSession(quick)).split.test).toBeGreaterThan(0);
});

test('a whole table is classified, in slices', async () => {
  const { service, result } = await trained();
  const content = 'n;texto\n1;Adorei\n2;Onde fica?\n';
  const { total } = await service.openClassified(file(content), 'x.csv');
  expect(total).toBe(2);
  while ((await service.runClassified(1)).done < total);
  const text = await (await service.takeClassified()).text();
  const { data } = Papa.parse(text, { delimiter: ';' });
  const added = ['predicted', ...result.classes.map((name) => `p_${name}`)];
  expect(data[0]).toEqual(['n', 'texto', ...added]);
  const { probabilities } = await service.classify(['Adorei', 'Onde fica?']);
  const rounded = probabilities[1].map((p) => Number(p.toFixed(6)));
  expect(data[2].slice(3).map(Number)).toEqual(rounded);
});

test('a text alone, as it is typed, is answered as beside others', async () => {
  const { service } = await trained({ ...quick, readout: 'words' });
  for (const text of ['A', 'Adorei', 'Adorei o a', 'Adorei o atendimento', 'Adore', 'Onde', '']) {
    const { probabilities: [alone] } = await service.classify([text]);
    const { probabilities: [beside] } = await service.classify([text, 'Onde fica?']);
    expect(alone).toEqual(beside);
  }
});

test('hostile and broken models: a sentence, and the model before stays', async () => {
  const service = await ready();
  const good = tinyModel();
  const bad = [
    { ...good, 'model.safetensors': good['model.safetensors'].subarray(0, 5000) },
    { ...good, 'model.safetensors': Buffer.alloc(100, 0xff) },
    { ...good, 'config.json': Buffer.from('{"n_layer": 1e9}') },
    { ...good, 'config.json': Buffer.from('[[[[') },
    { ...good, 'tokenizer.json': Buffer.from('{}') },
    { ...good, 'model.safetensors': Buffer.alloc(0) },
  ];
  for (const files of bad) {
    const failure = await failureOf(service.loadModel(modelFiles(files), 'bad'));
    expect(failure.code).toMatch(/^AFINA_E_(FORMAT|UNSUPPORTED|LIMIT|ARGUMENT)$/);
    expect(failure.detail.length).toBeGreaterThan(10);
  }
  expect((await service.startSession(quick)).classes).toHaveLength(3);
});

test('a bad table leaves the last one as it was', async () => {
  const service = await ready();
  expect((await failureOf(service.openTable(file('a,"b\n'), 'bad.csv'))).code).toBe('CSV_BROKEN');
  expect((await service.chooseColumns(1, 2)).rows).toBe(45);
});

test('rows that cannot be trained on are refused by C', async () => {
  const service = await ready();
  await service.openTable(file('text,label\na,x\nb,x\n'), 'one-class.csv');
  await service.chooseColumns(0, 1);
  const failure = await failureOf(service.startSession({}));
  expect(failure.code).toBe('AFINA_E_DATA');
  expect((await failureOf(service.startSession({ strategy: 'magic' }))).code).toMatch(/^AFINA_E_/);
});

test('a loss that is no number ends the session with a sentence', async () => {
  const service = await ready();
  const files = tinyModel();
  const weights = files['model.safetensors'];
  const lastNorm = weights.length - 2 * 32 * 4;
  for (let at = lastNorm; at < weights.length; at += 4) weights.writeFloatLE(3e38, at);
  await service.loadModel(modelFiles(files), 'wild');
  await service.startSession({ strategy: 'full', epochs: 3, seed: 1 });
  expect(await failureOf(runToEnd(service))).toMatchObject({ code: 'AFINA_E_DIVERGED' });
});

test('memory is given back: models, tables and sessions again and again', async () => {
  let module;
  const service = await ready(async () => (module = await loadModule()));
  const once = async () => {
    await service.loadModel(modelFiles(), 'tiny');
    await service.openTable(file(), 'rows.csv');
    await service.chooseColumns(1, 2);
    await service.startSession({ ...quick, epochs: 1 });
    await service.startSession({ ...quick, epochs: 1 });
    await runToEnd(service, 1000);
    await service.classify(['a', 'b']);
  };
  /** Bytes in use: all there are, less the blocks to be had before memory has to grow. */
  const used = () => {
    const BLOCK = 4096;
    const all = module.HEAPU8.length;
    const blocks = [];
    while (module.HEAPU8.length === all) blocks.push(module._malloc(BLOCK));
    blocks.forEach((at) => module._free(at));
    return all - blocks.length * BLOCK;
  };
  await once();
  const before = used();
  for (let i = 0; i < 10; i++) await once();
  // A single model or session that stays would take more than this, ten of them ten times that.
  expect(used() - before).toBeLessThan(200_000);
});

const hashOf = ({ report }) => JSON.parse(report).weights_sha256;

test('corrections keep every row in its part, and no correction is the same training', async () => {
  const { service, result } = await trained();
  const numbers = ({ tested }) => tested.map(({ row }) => row);
  const [first] = result.tested;
  const other = result.classes.find((label) => label !== first.label);
  const inspection = await service.chooseColumns(1, 2, { train: [[first.row, ` ${other} `]] });
  expect(inspection.usable).toBe(43);
  const session = await service.startSession(quick);
  expect(session).toMatchObject({ keepsParts: true, options: { strategy: 'head', epochs: 2 } });
  const again = await runToEnd(service);
  expect(numbers(again)).toEqual(numbers(result));
  expect(again.tested[0]).toMatchObject({ row: first.row, label: other, original: first.label });
  await service.chooseColumns(1, 2);
  expect((await service.startSession(quick)).keepsParts).toBe(false);
  expect(hashOf(await runToEnd(service))).toBe(hashOf(result));
});

test('a row that is left out is not tested, one that gets a label is learned', async () => {
  const { service, session, result } = await trained();
  const [first, ...others] = result.tested;
  expect((await service.unlabeled(0, 9)).rows).toEqual([{ row: 45, text: expect.any(String) }]);
  await service.chooseColumns(1, 2, { train: [[first.row, null], [45, first.label]] });
  const { split } = await service.startSession(quick);
  expect(split).toMatchObject({ test: session.split.test - 1, train: session.split.train + 1 });
  const again = await runToEnd(service);
  expect(again.tested.map(({ row }) => row)).toEqual(others.map(({ row }) => row));
  expect(await service.readRows('train', [45, 46])).toEqual(
    [{ row: 45, text: expect.any(String), label: '' }]);
});

test('the corrected table is the file with other labels', async () => {
  const service = await ready();
  const wanted = { labels: [[2, 'novo, sim']], mark: false };
  const after = Buffer.from(await (await service.correctedTable('train', file(), wanted))
    .arrayBuffer());
  const [before, now] = [rows, after].map((bytes) => Papa.parse(bytes.toString()).data);
  expect(now[2]).toEqual([...before[2].slice(0, 2), 'novo, sim']);
  expect(now.toSpliced(2, 1)).toEqual(before.toSpliced(2, 1));
  const { code } = await failureOf(service.correctedTable('test', file(), wanted));
  expect(code).toBe('AFINA_E_STATE');
});

test('a delta is put on its base, on no other, and leaves the model in use', async () => {
  const { service, result } = await trained();
  const delta = [{ name: 'mine.delta', blob: result.files.delta }];
  const asked = ['Nota dez!'];
  const answer = await service.classify(asked);
  const base = modelFiles();
  const whole = Object.entries({ config: 'config.json', weights: 'model.safetensors',
    tokenizer: 'tokenizer.json' }).map(([key, name]) => ({ name, blob: result.files[key] }));

  const other = startService();
  await other.loadModel(whole, 'tuned');
  const failure = await failureOf(other.loadClassifier(delta, 'mine.delta'));
  expect(failure.code).toBe('DELTA_BASE');
  expect(failure.detail).toContain('made from another model');
  // As a new worker is told: with the files of the base, whatever model is in use.
  const info = await other.loadClassifier(delta, 'mine.delta', base);
  expect(info).toMatchObject({ name: 'mine.delta', classes: answer.classes });
  expect(await other.classify(asked)).toEqual(answer);

  const bytes = new Uint8Array(await result.files.delta.arrayBuffer());
  const cut = [{ name: 'cut.delta', blob: file(bytes.slice(0, -7)) }];
  expect((await failureOf(other.loadClassifier(cut, 'cut'))).code).toBe('AFINA_E_FORMAT');
  expect(await other.classify(asked)).toEqual(answer);
  expect(await failureOf(startService().loadClassifier(delta, 'mine.delta')))
    .toMatchObject({ code: 'AFINA_E_STATE' });
});
