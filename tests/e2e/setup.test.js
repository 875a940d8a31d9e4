// The address holds the setup, the page works without a network once it is there, and the reader's
// language and theme are followed.

import { afterAll, beforeAll, expect, it } from 'vitest';
import * as harness from './harness.js';

let site;
beforeAll(async () => {
  site = await harness.start();
});
afterAll(() => site.close());

const field = (page, label) => page.getByLabel(label, { exact: true });

it('restores the setup of the address and writes changes into it', async () => {
  const hash =
    '#lang=pt-BR&sample=en&strategy=last:2&readout=mean&epochs=4&lr=0.002&batch=32&seed=9' +
    '&ngrams=false&valid_share=0.15&test_share=0.25';
  const { page, context, troubles } = await site.open({ lang: 'en', hash });
  await page.locator('#train-start:enabled').waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('pt-BR');
  expect(await page.locator('.file-facts h3').innerText()).toBe('support-messages.csv');
  expect(await page.locator('#strategy-last').isChecked()).toBe(true);
  expect(await page.locator('#strategy-last-size').inputValue()).toBe('2');
  const shown = {
    'Onde a resposta é lida': 'mean',
    'Ao lado do GPT': 'false',
    Épocas: '4',
    'Taxa de aprendizado': '0.002',
    Lote: '32',
    Semente: '9',
    'Para validação (%)': '15',
    'Para teste (%)': '25',
  };
  for (const [label, value] of Object.entries(shown)) {
    expect(await field(page, label).inputValue()).toBe(value);
  }
  await field(page, 'Semente').fill('12');
  await field(page, 'Semente').press('Tab');
  await page.locator('#strategy-full').check();
  await page.locator('[data-language=en]').click();
  expect(await page.locator('h1').innerText()).toContain('Fine-tune');
  expect(page.url()).toContain('seed=12');
  expect(page.url()).toContain('strategy=full');
  expect(page.url()).toContain('lang=en');
  await page.reload();
  await page.locator('#train-start:enabled').waitFor();
  expect(await field(page, 'Seed').inputValue()).toBe('12');
  expect(await page.evaluate(() => history.length)).toBeLessThanOrEqual(2);
  expect(troubles).toEqual([]);
  await context.close();
});

it('refuses a number that makes no sense, and says which would', async () => {
  const { page, context } = await site.open({ hash: '#sample=en&seed=1' });
  await page.locator('#train-start:enabled').waitFor();
  await field(page, 'Epochs').fill('0');
  await field(page, 'Epochs').press('Tab');
  expect(await page.locator('.field-error:visible').innerText()).toContain('from 1 to 1,000');
  expect(page.url()).not.toContain('epochs');
  await context.close();
});

/** What the page fetches for later has arrived: both samples and the charts. */
function everythingCame() {
  const files = performance
    .getEntriesByType('resource')
    .filter(({ responseEnd }) => responseEnd > 0);
  const count = (pattern) => files.filter(({ name }) => pattern.test(name)).length;
  return count(/samples\/.*csv/) === 2 && count(/chart-library/) > 0;
}

it('works without a network once it has loaded', async () => {
  const { page, context, troubles } = await site.open({ hash: '#strategy=head&epochs=2&seed=1' });
  await page.waitForFunction(everythingCame);
  await context.setOffline(true);
  await page.locator('[data-sample=pt]').click();
  await harness.train(page);
  await page.locator('#step-classify textarea').fill('Quando é a prova?');
  await page.locator('.probability').first().waitFor();
  expect(
    await page
      .locator('.chart canvas')
      .first()
      .evaluate((c) => c.width),
  ).toBeGreaterThan(300);
  expect(troubles).toEqual([]);
  await context.close();
});

it('keeps the trained model for the next visit', async () => {
  const { page, context, troubles } = await site.open({
    hash: '#sample=en&strategy=head&epochs=1',
  });
  await harness.train(page);
  await page.locator('.downloads .link').waitFor();
  await page.goto('about:blank');
  await page.goto(site.base);
  await page.locator('.saved button').first().click();
  await page.locator('#step-classify textarea').fill('I was charged twice');
  await page.locator('.probability').first().waitFor();
  expect(await page.locator('.probability').count()).toBe(4);
  expect(troubles).toEqual([]);
  await context.close();
});

it.each([
  { lang: 'pt-PT', dark: true, width: 390 },
  { lang: 'fr-FR', dark: false, width: 390 },
])('follows the reader: %j', async ({ lang, dark, width }) => {
  const hash = '#sample=pt&strategy=head&epochs=1&seed=1';
  const { page, context, troubles } = await site.open({ lang, dark, width, hash });
  expect(await page.locator('html').getAttribute('data-theme')).toBe(dark ? 'dark' : 'light');
  const expected = lang.startsWith('pt') ? 'pt-BR' : 'en';
  expect(await page.locator('html').getAttribute('lang')).toBe(expected);
  await harness.train(page);
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(sideways).toBeLessThanOrEqual(width);
  await harness.expectAccessible(page);
  await page.locator('.tools .icon-only').click();
  expect(await page.locator('html').getAttribute('data-theme')).toBe(dark ? 'light' : 'dark');
  await harness.expectAccessible(page);
  expect(troubles).toEqual([]);
  await context.close();
});
