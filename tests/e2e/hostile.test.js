// A table made to harm: markup, formulas and names of JavaScript's own, as header, text and label.

import { afterAll, beforeAll, expect, it } from 'vitest';
import * as harness from './harness.js';

let site;
beforeAll(async () => {
  site = await harness.start();
});
afterAll(() => site.close());

const image = '<img src=x onerror="globalThis.harmed=1">';
const script = '<script>globalThis.harmed=1</script>';
const cell = (text) => `"${text.replaceAll('"', '""')}"`;

function table() {
  const lines = [['__proto__', `${script}`, image].map(cell).join(',')];
  for (let i = 0; i < 24; i++) {
    const good = i % 2 === 0;
    const text = good
      ? `${script} number ${i}`
      : `=HYPERLINK("http://example.org";"${i}") ${image}`;
    lines.push([String(i), text, good ? '__proto__' : image].map(cell).join(','));
  }
  return lines.join('\n');
}

it('shows a hostile table as text, trains on it and gives it back as text', async () => {
  const hash = '#text=2&label=3&strategy=head&epochs=1&seed=1&test_share=0.4';
  const { page, context, troubles } = await site.open({ hash });
  await harness.upload(page, `${image}.csv`, table());
  const header = page.locator('.preview thead th');
  await header.first().waitFor();
  const names = await header.locator('span[dir]').allInnerTexts();
  expect(names).toEqual(['__proto__', script, image]);
  const classes = page.locator('.balance tbody th');
  await harness.eventually(() => classes.allInnerTexts()).toEqual([image, '__proto__']);

  await harness.train(page);
  expect(await page.locator('.per-class tbody th').allInnerTexts()).toEqual([image, '__proto__']);
  await page.locator('.confusion summary').click();
  await page.locator('.confusion tbody button').first().click();
  await page.locator('.cell-list li').first().waitFor();
  await page.locator('#step-classify textarea').fill(image + script);
  await page.locator('.probability').first().waitFor();

  const elements = await page.evaluate(() => ({
    harmed: globalThis.harmed,
    own: {}.harmed,
    images: document.images.length,
    scripts: document.scripts.length,
    handlers: document.querySelectorAll('[onerror], [onclick], [onload]').length,
  }));
  expect(elements).toEqual({ images: 0, scripts: 1, handlers: 0 });

  // Data come back as they were, to the last quote.
  const { bytes } = await harness.download(page, '[data-download=predictions]');
  const given = table()
    .split('\n')
    .map((line) => line.split(/,(.*),/)[1]);
  const back = bytes.toString().split('\r\n').slice(1, -1);
  expect(back.length).toBeGreaterThan(5);
  for (const line of back) {
    const row = Number(line.split(',')[0]);
    expect(line.replaceAll('"', '')).toContain(given[row].replaceAll('"', ''));
  }
  expect(troubles).toEqual([]);
  await context.close();
});
