// The page's two models: by the address and by the control, what each leaves to the browser, and
// what stays of one when the other takes over.

import { afterAll, beforeAll, expect, it } from 'vitest';
import * as harness from './harness.js';

let site;
beforeAll(async () => {
  site = await harness.start();
});
afterAll(() => site.close());

const named = (page, name) =>
  page.locator('.model-name strong', { hasText: new RegExp(`^${name}$`) }).waitFor();
const pressed = (page) =>
  page.locator('[data-model][aria-pressed=true]').evaluateAll((all) => all.map((b) => b.innerText));
const reported = async (page) =>
  JSON.parse((await harness.download(page, '[data-download=report]')).bytes);
const keptOf = (page, model) =>
  page.evaluate(async (folder) => {
    const keys = await (await caches.open('afina')).keys();
    return keys.filter(({ url }) => url.includes(folder)).length;
  }, `models/afina-${model}/`);

it('begins with the model of the address, and comes back to the other', async () => {
  const hash = '#model=base&sample=en&strategy=head&epochs=2&seed=1';
  const { page, context, troubles } = await site.open({ hash });
  await named(page, 'afina-base');
  expect((await pressed(page)).join()).toMatch(/^afina-base\s+1\d(\.\d)? MB$/);
  await harness.train(page);
  const large = await reported(page);
  expect(large.model.width).toBe(384);
  expect(await page.locator('.origin').innerText()).toContain('afina-base, trained on');
  await page.locator('#step-classify textarea').fill('I was charged twice');
  await page.locator('.probability').first().waitFor();
  expect(await keptOf(page, 'mini')).toBe(0);

  const report = await page.locator('.data-report').innerText();
  await page.locator('[data-model=mini]').click();
  await named(page, 'afina-mini');
  expect(page.url()).not.toContain('model=');
  await harness.eventually(() => page.locator('.data-report').innerText()).not.toBe(report);
  // What was trained stays, with the name of what it began as.
  expect(await page.locator('.origin').innerText()).toContain('afina-base, trained on');
  await page.locator('#step-classify textarea').fill('I was charged three times');
  await page.locator('.probability').first().waitFor();
  await harness.train(page);
  expect((await reported(page)).model.width).toBe(192);
  expect(troubles).toEqual([]);
  await context.close();
});

it('takes the other by the control, keeps what came, and works with it offline', async () => {
  const { page, context, troubles } = await site.open({
    lang: 'pt-BR',
    hash: '#sample=pt&strategy=head&epochs=400&seed=1', // long enough to be seen
  });
  await page.locator('#train-start:enabled').waitFor();
  expect((await pressed(page)).join()).toMatch(/^afina-mini/);
  await harness.eventually(() => keptOf(page, 'mini')).toBe(3);
  expect(await keptOf(page, 'base')).toBe(0);
  await page.locator('[data-model=base]').click();
  await named(page, 'afina-base');
  expect(page.url()).toContain('model=base');
  await harness.eventually(() => keptOf(page, 'base')).toBe(3);

  await context.setOffline(true);
  await page.reload();
  await named(page, 'afina-base');
  await page.locator('#train-start:enabled').click();
  await page.locator('[data-model=mini]:disabled').waitFor();
  await page.locator('#step-evaluate .downloads').waitFor();
  expect((await reported(page)).model.width).toBe(384);
  expect(await page.locator('[data-model=mini]').isEnabled()).toBe(true);
  expect(troubles).toEqual([]);
  await context.close();
});

it('that does not come leaves the one in use, and says why', async () => {
  const { page, context } = await site.open({ isolated: false, hash: '#sample=en' });
  await page.locator('#train-start:enabled').waitFor();
  await page.route('**/afina-base/*', (route) => route.abort());
  await page.locator('[data-model=base]').click();
  await page.locator('.model .failure').waitFor();
  await page.locator('#train-start:enabled').waitFor();
  expect((await pressed(page)).join()).toMatch(/^afina-mini/);
  expect(page.url()).not.toContain('model=');
  await harness.expectAccessible(page);
  await page.unroute('**/afina-base/*');
  await page.locator('[data-model=base]').click();
  await named(page, 'afina-base');
  expect(await page.locator('.model .failure').isVisible()).toBe(false);
  await context.close();
});
