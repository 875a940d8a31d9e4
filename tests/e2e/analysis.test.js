// Looking again: which words did it, the data looked at again, calibration.

import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as harness from './harness.js';

let site;
let page;
let troubles;
beforeAll(async () => {
  site = await harness.start();
  ({ page, troubles } = await site.open({
    lang: 'pt-BR', hash: '#strategy=head&epochs=3&seed=5', width: 390 }));
});
afterAll(() => site.close());

it('marks the words of what is typed', async () => {
  const sample = await readFile(harness.at('web/samples/mensagens-de-alunos.csv'), 'utf8');
  await harness.upload(page, 'turma.csv', sample.split('\n').slice(0, 121).join('\n'));
  await harness.train(page);
  await page.locator('#step-classify textarea').fill('Não consegui abrir a atividade 3!');
  await page.locator('#step-classify .did-4').first().waitFor();
  expect(await page.locator('#step-classify .did').count()).toBe(7);
});

it('shows the calibration', async () => {
  await page.locator('#workshop-calibration summary').first().click();
  await page.locator('#workshop-calibration svg').waitFor();
  expect(await page.locator('#workshop-calibration svg .right').count()).toBeGreaterThan(0);
});

it('looks at the data again', async () => {
  await page.locator('#workshop-audit summary').first().click();
  await page.locator('#workshop-audit button.primary').click();
  await page.locator('#workshop-audit li').first().waitFor();
  expect(troubles).toEqual([]);
});

it('keeps from which probability on it answers, for the next visit too', async () => {
  await page.locator('#workshop-calibration input[type=range]').fill('100');
  await harness.eventually(() => page.url()).toContain('threshold=1');
  const unsure = page.locator('#step-classify', { hasText: 'Não sei: nenhuma classe' });
  await unsure.waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Usar' }).click();
  await page.locator('#step-classify textarea').fill('Não consegui abrir a atividade 3!');
  await unsure.waitFor();
  expect(troubles).toEqual([]);
});
