// Every diagram there is: opened from nothing on a phone, in the dark and in Portuguese, it draws,
// fits, can be used by everyone, and is saved under its own name.

import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as harness from './harness.js';

const CHAPTERS = ['5', '6', '7'];
const diagrams = CHAPTERS.flatMap((chapter) => readdirSync(
  harness.at(`web/course/chapter${chapter}`))
  .filter((name) => /^\d\d-.+\.js$/.test(name))
  .map((name) => [chapter, name.replace('.js', '')]));

let site;
let opened;
beforeAll(async () => {
  site = await harness.start();
  opened = await site.open({ wait: false, hash: 'course.html', width: 390, dark: true,
    lang: 'pt-BR' });
  await opened.page.waitForFunction(() => crossOriginIsolated);
});
afterAll(() => site.close());

it('is fifteen diagrams', () => expect(diagrams.length).toBe(15));

it.each(diagrams)('chapter %s: %s', async (chapter, name) => {
  const { page, troubles } = opened;
  const id = `${chapter}-${name}`;
  await page.goto(`${site.base}course.html#show=${id}`);
  await page.locator(`#diagram-${id}`).waitFor();
  await page.locator('.picture :is(rect, path, text)').first().waitFor();
  await page.locator('.says:not(:empty)').waitFor();
  expect(await page.locator('.diagram .failure:visible').allTextContents()).toEqual([]);
  expect(await page.locator('#main h1').textContent()).not.toContain(id);
  expect(await page.locator('.task').textContent()).not.toContain('.task');
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth))
    .toBeLessThanOrEqual(0);
  await harness.expectAccessible(page);
  const svg = await harness.download(page, '.player-tools button:has-text("SVG")');
  expect(svg.name).toBe(`${name}.svg`);
  expect(svg.bytes.toString().match(/<(rect|path|text|circle)\b/g).length).toBeGreaterThan(2);
  expect(troubles).toEqual([]);
});
