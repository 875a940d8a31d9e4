// Classifiers in the course's worker: several trainings at once, looked into between updates, and
// what they would cost.

import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { createCourse } from '../../web/course/service.js';
import { modelFiles, startService } from './wasm.js';

const builds = process.env.AFINA_BUILD ? `file://${process.env.AFINA_BUILD}/`
  : new URL('../../build/', import.meta.url);
const built = (name) => new URL(`wasm/${name}`, builds);
const rows = await readFile(new URL('rows.csv', import.meta.url));

async function loadModule() {
  const { default: createModule } = await import(/* @vite-ignore */ built('afina_course.mjs').href);
  return createModule({ wasmBinary: await readFile(built('afina_course.wasm')) });
}

async function ready() {
  const course = startService(loadModule, createCourse);
  await course.loadModel('shipped', modelFiles());
  return { course, open: await course.openRows(new Blob([rows]), 'rows.csv') };
}

async function toEnd(course, name) {
  const losses = [];
  for (;;) {
    const { finished, losses: some } = await course.tuneRun(name, 20);
    losses.push(...some.map(({ loss }) => loss));
    if (finished) return { ...finished, losses };
  }
}

const quick = { strategy: 'last:1', epochs: 2, seed: 3, ngrams: false };

test('two trainings at once are what each is alone', async () => {
  const { course } = await ready();
  await course.tuneStart('alone', { options: quick });
  const alone = await toEnd(course, 'alone');
  await course.tuneStart('a', { options: quick });
  await course.tuneStart('b', { options: quick, random: 5 });
  const losses = { a: [], b: [] };
  const done = {};
  while (!done.a || !done.b) {
    for (const name of ['a', 'b'].filter((each) => !done[each])) {
      const { finished, losses: some } = await course.tuneRun(name, 1);
      losses[name].push(...some.map(({ loss }) => loss));
      if (finished) done[name] = finished;
    }
  }
  expect(losses.a).toEqual(alone.losses);
  expect(losses.b).not.toEqual(alone.losses);
  expect(losses.b.length).toBe(losses.a.length);
  expect(done.a.report.test).toEqual(alone.report.test);
  expect(done.a.tested.map(({ row }) => row)).toEqual(done.b.tested.map(({ row }) => row));
});

test('random weights are those of their seed, and the model stays as it was', async () => {
  const { course } = await ready();
  const first = async (asked) => {
    await course.tuneStart('x', { options: quick, ...asked });
    return (await toEnd(course, 'x')).report;
  };
  const [one, again, other] = [await first({ random: 1 }), await first({ random: 1 }),
    await first({ random: 2 })];
  expect(again.model.weights_sha256).toBe(one.model.weights_sha256);
  expect(other.model.weights_sha256).not.toBe(one.model.weights_sha256);
  const before = await first({});
  expect(before.model.weights_sha256).not.toBe(one.model.weights_sha256);
});

test('within a classifier the numbers lead to its answer', async () => {
  const { course, open } = await ready();
  await course.tuneStart('x', { options: { ...quick, ngrams: true }, keep: 'classifier' });
  const { classes } = await toEnd(course, 'x');
  expect((await course.describe('classifier')).classes).toEqual(classes);
  const { text, label } = open.rows[0];
  const { probabilities: [expected] } = await course.classify('classifier', [text]);
  const told = await course.lookInside({ model: 'classifier' }, text, label);
  expect(told.probabilities).toEqual(expected);
  expect(told.label).toBe(classes.indexOf(label));
  expect(told.gradient.reduce((sum, each) => sum + each)).toBeCloseTo(0, 6);
  const { head, read } = told.values;
  const [K, W] = head.shape;
  for (let k = 0; k < K; k++) {
    const product = read.data.reduce((sum, each, w) => sum + each * head.data[k * W + w], 0);
    expect(product).toBeCloseTo(told.logits.network[k], 4);
  }
  expect(told.values.normalised.shape).toEqual([told.tokens.length, told.channels]);
  expect((await course.lookInside({ model: 'classifier' }, text)).gradient).toBeNull();
});

test('an update is told of with the rows that it learned from', async () => {
  const { course, open } = await ready();
  const row = open.rows[4].row;
  const options = { ...quick, batch: 8, valid_share: 0, test_share: 0 };
  const { chosen } = await course.tuneStart('x', { options, rows: 8, row, watch: true });
  expect(chosen).toHaveLength(8);
  expect(chosen[0]).toMatchObject({ number: row, text: open.rows[4].text });
  expect(new Set(chosen.map(({ label }) => label)).size).toBe(open.classes.length);
  const before = await course.lookInside({ training: 'x' }, chosen[0].text, chosen[0].label);
  const { losses } = await course.tuneUpdate('x');
  const after = await course.lookInside({ training: 'x' }, chosen[0].text, chosen[0].label);
  const told = await course.tuneWatched('x');
  const own = told.rows.find(({ number }) => number === row);
  expect(own.label).toBe(chosen[0].label);
  expect(own.before.loss).toBeCloseTo(before.loss, 6);
  expect(own.after.loss).toBeCloseTo(after.loss, 6);
  expect(own.after.loss).not.toBe(own.before.loss);
  const mean = told.rows.reduce((sum, each) => sum + each.before.loss, 0) / told.rows.length;
  expect(mean).toBeCloseTo(losses[0].loss, 6);
  const frozen = told.parts.filter(({ update }) => update === null);
  expect(frozen.map(({ name }) => name)).toEqual(['embeddings', 'block']);
});

test('costs are those of the sessions, and seconds are measured', async () => {
  const { course } = await ready();
  const { choices, parts, usable, train, options } = await course.tuneCosts('shipped', quick);
  expect(usable).toBeGreaterThan(train);
  for (const { strategy, trained_parameters: trained } of choices) {
    const session = await course.tuneStart('x', { options: { ...quick, strategy } });
    expect(session.trained_parameters).toBe(trained);
    expect(session.split.train).toBe(train);
  }
  const all = parts.reduce((sum, { parameters }) => sum + parameters, 0);
  expect(choices.at(-1)).toMatchObject({ strategy: 'full', trained_parameters: all });
  const told = await course.tuneMeasure('shipped', { ...options, strategy: 'last:1' });
  expect(told.once).toBeGreaterThan(0);
  expect(told.each).toBeGreaterThan(0);
  expect(told.updates).toBeGreaterThan(0);
  expect((await course.tuneMeasure('shipped', { ...options, strategy: 'full' })).once).toBe(0);
});

test('of two trainings of one name the last one asked for stays', async () => {
  const { course } = await ready();
  const first = course.tuneStart('x', { options: quick, random: 1 });
  const second = course.tuneStart('x', { options: quick });
  await expect(first).rejects.toThrow('meanwhile');
  await second;
  const { report } = await toEnd(course, 'x');
  await course.tuneStart('y', { options: quick });
  expect(report.model).toEqual((await toEnd(course, 'y')).report.model);
  const third = course.tuneStart('x', { options: quick });
  await course.tuneEnd('x');
  await expect(third).rejects.toThrow('meanwhile');
});

test('what is not there is said', async () => {
  const { course } = await ready();
  const code = async (promise) => (await promise.then(() => expect.fail('no failure'),
    (error) => error)).failure.code;
  expect(await code(course.tuneRun('nothing', 1))).toBe('AFINA_E_STATE');
  expect(await code(course.lookInside({ model: 'shipped' }, 'a'))).toBe('AFINA_E_STATE');
  await course.tuneStart('x', { options: quick });
  await course.tuneEnd('x');
  await course.tuneEnd('x');
  expect(await code(course.tuneRun('x', 1))).toBe('AFINA_E_STATE');
});
