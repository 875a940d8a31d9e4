// Law 1 through the page: the same table, options and seed give the same weights and the same
// report as the command line.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { classDiary } from './class_diary.js';
import * as harness from './harness.js';

let site;
beforeAll(async () => {
  site = await harness.start();
});
afterAll(() => site.close());

it.each([
  { strategy: 'full', readout: 'last' },
  { strategy: 'last:1', readout: 'mean' },
  { strategy: 'last:1', readout: 'last', numerics: 'plain' },
  { strategy: 'last:1', readout: 'last', cache_mb: 1 },
  { strategy: 'lora:2', readout: 'mean' },
  { strategy: 'prefix:3', readout: 'last' },
  { strategy: 'prompt:2', readout: 'mean' },
])('the page trains as the command line does: %j', async (asked) => {
  const { strategy, readout, numerics, cache_mb } = asked;
  const diary = classDiary();
  const options = ['--strategy', strategy, '--readout', readout, '--epochs', '2', '--seed', '3'];
  if (numerics) options.push('--numerics', numerics);
  if (cache_mb) options.push('--cache-mb', String(cache_mb));
  const native = await harness.trainNatively(diary, options);

  const hash = `#epochs=2&seed=3&${new URLSearchParams(asked)}`;
  const { page, context, troubles } = await site.open({ hash });
  await harness.upload(page, diary.name, diary.bytes);
  await harness.train(page);
  const download = await harness.download(page, '[data-download=report]');
  const ours = JSON.parse(download.bytes);
  expect(ours.weights_sha256).toBe(native.weights_sha256);
  expect(harness.lasting(ours)).toEqual(harness.lasting(native));
  if (numerics) expect(ours.numerics).toBe(numerics);
  const keeps = strategy === 'last:1';
  expect(ours.cache).toBe(keeps ? (cache_mb ? 'f16' : 'f32') : 'none');
  expect(troubles).toEqual([]);
  await context.close();
});
