// A delta: LoRA's options, what the page saves of a training, and the same file put on its base in
// another visit, and refused on another.

import { afterAll, beforeAll, expect, it } from 'vitest';
import * as harness from './harness.js';

let site;
beforeAll(async () => {
  site = await harness.start();
});
afterAll(() => site.close());

const field = (page, label) => page.getByLabel(label, { exact: true });
const text = 'I was charged twice';

async function probabilities(page) {
  await page.locator('#step-classify textarea').fill(text);
  await page.locator('.probability').first().waitFor();
  return page.locator('.probability').allInnerTexts();
}

it('is saved, opens on its base, and on no other model', async () => {
  const hash = '#sample=en&strategy=lora:2&lora_targets=attn&lora_blocks=1&epochs=2&seed=1';
  const { page, context, troubles } = await site.open({ hash });
  await page.locator('#train-start:enabled').waitFor();
  expect(await field(page, 'Where LoRA learns').inputValue()).toBe('attn');
  expect(await field(page, 'Blocks with LoRA').inputValue()).toBe('1');
  await field(page, 'LoRA’s weight (alpha)').fill('3');
  await field(page, 'LoRA’s weight (alpha)').blur();
  await harness.train(page);
  const report = JSON.parse((await harness.download(page, '[data-download=report]')).bytes);
  expect(report).toMatchObject({
    options: { strategy: 'lora:2', lora_alpha: 3, lora_targets: 'attn', lora_blocks: 1 },
  });
  const button = page.locator('[data-download=delta]');
  expect(await button.innerText()).toMatch(/[kM]B\); needs the same base/);
  const { name, bytes } = await harness.download(page, '[data-download=delta]');
  expect(name).toBe('delta.safetensors');
  expect(bytes.includes('afina.base_sha256')).toBe(true);
  const answer = await probabilities(page);
  await page.locator('#strategy-head').check();
  expect(await field(page, 'Where LoRA learns').isVisible()).toBe(false);
  await harness.expectAccessible(page);
  expect(troubles).toEqual([]);
  await context.close();

  const next = await site.open({ width: 390, dark: true });
  await harness.upload(next.page, 'mine.delta', bytes, '#model-files');
  await next.page.getByText('Step 4 classifies with the delta mine.delta').waitFor();
  expect(await probabilities(next.page)).toEqual(answer);
  await harness.expectAccessible(next.page);
  await next.page.locator('[data-model=base]').click();
  await next.page.locator('.model-name strong', { hasText: /^afina-base$/ }).waitFor();
  await harness.upload(next.page, 'mine.delta', bytes, '#model-files');
  await next.page.getByText('This delta was made from another model.').waitFor();
  expect(next.troubles).toEqual([]);
  await next.context.close();
});

it('is not offered where all of the model trained', async () => {
  const { page, context, troubles } = await site.open({
    hash: '#sample=en&strategy=full&epochs=1&seed=1',
  });
  await page.locator('#train-start:enabled').waitFor();
  await harness.train(page);
  await page.locator('[data-download=model]').waitFor();
  expect(await page.locator('[data-download=delta]').count()).toBe(0);
  expect(troubles).toEqual([]);
  await context.close();
});
