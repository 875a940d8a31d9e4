// The first minute: the page is of use before the weights are there, and shows how they come.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { classDiary } from './class_diary.js';
import * as harness from './harness.js';

let site;
beforeAll(async () => {
  site = await harness.start();
});
afterAll(() => site.close());

it('lets the reader begin while the weights are on their way', async () => {
  const { page, context, troubles } = await site.open({ wait: false, isolated: false });
  let release;
  const released = new Promise((resolve) => (release = resolve));
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.route('**/model.safetensors', async (route) => {
    await released;
    await route.continue();
  });
  await page.goto('about:blank');
  await page.goto(site.base);
  await page.locator('.model progress').waitFor();
  const { name, bytes } = classDiary();
  await harness.upload(page, name, bytes);
  await page.locator('.preview').waitFor();
  expect(await page.locator('.data-report').innerText()).toContain('as soon as the model');
  await page.locator('[data-language="pt-BR"]').click();
  await harness.eventually(() => page.title()).toContain('afine um');
  expect(await page.locator('.preview').isVisible()).toBe(true);
  expect(await page.locator('.model-name').count()).toBe(0);
  expect(asked.filter((url) => /chart-library/.test(url))).toEqual([]);
  release();
  await page.locator('#train-start:enabled').waitFor();
  await harness.eventually(() => asked.some((url) => /chart-library/.test(url))).toBe(true);
  expect(troubles).toEqual([]);
  await context.close();
});

it.each([
  { lang: 'en', sentence: 'No texts were set aside', memory: /Takes about [\d.,]+ MB/ },
  { lang: 'pt-BR', sentence: 'Nenhum texto foi separado', memory: /Ocupa cerca de [\d.,]+ MB/ },
])('without validation there is no accuracy to draw, in $lang', async (expected) => {
  const { lang, sentence, memory } = expected;
  const hash = '#sample=pt&strategy=last:1&epochs=2&seed=1&valid_share=0';
  const { page, context, troubles } = await site.open({ lang, hash });
  await harness.eventually(() => page.locator('.memory').textContent()).toMatch(memory);
  await harness.train(page);
  expect(await page.locator('.unvalidated').innerText()).toContain(sentence);
  expect(await page.locator('.curves figure:visible').count()).toBe(1);
  expect(await page.locator('.live thead th').count()).toBe(2);
  expect(await page.locator('.live').innerText()).not.toContain('–');
  await page.locator('.advanced').getByLabel(/valid/i).fill('20');
  await page.locator('.advanced').getByLabel(/valid/i).press('Tab');
  await harness.train(page);
  await harness.eventually(() => page.locator('.curves figure:visible').count()).toBe(2);
  expect(await page.locator('.unvalidated').isVisible()).toBe(false);
  expect(await page.locator('.live thead th').count()).toBe(4);
  expect(troubles).toEqual([]);
  await context.close();
});
