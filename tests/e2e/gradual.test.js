// Training block by block from the top: chosen by the address or by hand, seen in the curves, in
// the table and in the report.

import { afterAll, beforeAll, expect, it } from 'vitest';
import * as harness from './harness.js';

let site;
beforeAll(async () => {
  site = await harness.start();
});
afterAll(() => site.close());

const field = (page, label) => page.getByLabel(label, { exact: true });

it('opens blocks from the top and says where', async () => {
  const hash =
    '#sample=en&strategy=gradual&epochs=5&gradual_epochs=1&valid_share=0.2&seed=3&dropout=0.1';
  const { page, context, troubles } = await site.open({ hash });
  await page.locator('#train-start:enabled').waitFor();
  expect(await page.locator('#strategy-gradual').isChecked()).toBe(true);
  expect(await field(page, 'Epochs until the next block').inputValue()).toBe('1');
  expect(await field(page, 'Dropout (%)').inputValue()).toBe('10');
  await harness.train(page);
  expect(await page.getByText('Dashed lines:').isVisible()).toBe(true);
  await page.locator('.run details summary').click();
  const cells = await page.locator('.run details td:nth-of-type(1)').allInnerTexts();
  expect(cells).toEqual(['classification layer', 'block 4', 'block 3', 'block 2', 'block 1']);
  await harness.expectAccessible(page);
  expect(troubles).toEqual([]);
  await context.close();
});

it('balances classes in one way at a time', async () => {
  const hash = '#sample=en&class_weights=balanced';
  const { page, context, troubles } = await site.open({ hash });
  await page.locator('#train-start:enabled').waitFor();
  expect(await field(page, 'Weights of the classes').inputValue()).toBe('balanced');
  expect(await field(page, 'Epochs until the next block').isVisible()).toBe(false);
  await field(page, 'Texts of an epoch').selectOption('balanced');
  expect(await field(page, 'Weights of the classes').inputValue()).toBe('none');
  expect(page.url()).toContain('sampling=balanced');
  expect(page.url()).not.toContain('class_weights');
  await page.locator('#strategy-gradual').check();
  expect(await field(page, 'Epochs until the next block').isVisible()).toBe(true);
  expect(troubles).toEqual([]);
  await context.close();
});
