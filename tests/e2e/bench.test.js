// bench.html: measures to its end and gives its document away. How fast anything is, is not tested.

import { afterAll, beforeAll, expect, it } from 'vitest';
import * as harness from './harness.js';

let site;
beforeAll(async () => {
  site = await harness.start();
});
afterAll(() => site.close());

const TINY = 'config=tiny&rounds=1&texts=16';

async function openBench(page, hash) {
  await page.goto(`${site.base}bench.html#${hash}`);
  await page.locator('#run:enabled').waitFor();
}

async function measure(page) {
  await page.locator('#run').click();
  await page.locator('#download').waitFor();
  const { name, bytes } = await harness.download(page, '#download');
  return { name, document: JSON.parse(bytes) };
}

it('is linked from the page, measures, draws and downloads', async () => {
  const { page, context, troubles } = await site.open();
  const [opened] = await Promise.all([
    context.waitForEvent('page'), page.locator('#footer a').click()]);
  await opened.locator('#run').waitFor();
  expect(await opened.title()).toBe('Afina: How fast is this browser?');
  await opened.close();

  await openBench(page, TINY);
  const { name, document } = await measure(page);
  expect(name).toBe('afina-bench-tiny.json');
  const cores = await page.evaluate(() => navigator.hardwareConcurrency);
  expect(document).toMatchObject({ threads: Math.min(16, cores), config: { name: 'tiny' } });
  expect(document.products).toHaveLength(24);
  expect(document.passes).toHaveLength(3);
  expect(document.epochs).toHaveLength(7);
  for (const { ms, ratio } of [...document.products, ...document.passes, ...document.epochs]) {
    expect(ms).toBeGreaterThan(0);
    expect(ratio).toBeGreaterThan(0);
  }
  expect(await page.locator('#found .bar').count()).toBe(34);
  await harness.expectAccessible(page);
  expect(troubles).toEqual([]);
  await context.close();
});

it('takes threads, numerics and language from its address, in the dark too', async () => {
  const { page, context, troubles } = await site.open({ dark: true });
  await openBench(page, `${TINY}&threads=1&numerics=plain&part=passes&lang=pt-BR`);
  const { document } = await measure(page);
  expect(document).toMatchObject({ threads: 1, numerics: 'plain', products: [], epochs: [] });
  expect(await page.locator('#found').innerText()).toContain('1 thread, numérica plain');
  await harness.expectAccessible(page);
  const second = await measure(page);
  expect(second.document.passes).toHaveLength(3);
  expect(troubles).toEqual([]);
  await context.close();
});
