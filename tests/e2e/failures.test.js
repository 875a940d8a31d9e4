// What goes wrong gets a sentence in the reader's language, and takes nothing away.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classDiary } from './class_diary.js';
import * as harness from './harness.js';

let site;
beforeAll(async () => {
  site = await harness.start();
});
afterAll(() => site.close());

const failure = (page, step = 'data') => page.locator(`#step-${step} .failure`);

describe('a bad file', () => {
  const files = [
    ['empty.csv', '', 'Este arquivo não tem linhas.'],
    ['one.csv', 'texto\nsó isto\n', 'Só uma coluna foi encontrada.'],
    ['open.csv', 'texto,classe\na,"b\nc,d\n', 'Uma aspa que abre na linha 1 nunca fecha.'],
    ['sheet.xlsx', Buffer.from('504b03040000', 'hex'), 'Este é um arquivo de planilha.'],
  ];

  it('leaves the table before it, and says so', async () => {
    const { page, context, troubles } = await site.open({ lang: 'pt-BR' });
    const { name, bytes } = classDiary();
    await harness.upload(page, name, bytes);
    await page.locator('#train-start:enabled').waitFor();
    for (const [bad, content, sentence] of files) {
      await harness.upload(page, bad, content);
      await harness.eventually(() => failure(page).innerText()).toContain(sentence);
      expect(await failure(page).innerText()).toContain(`${name} continua carregado`);
      expect(await page.locator('.file-facts h3').innerText()).toBe(name);
      expect(await page.locator('#train-start').isEnabled()).toBe(true);
    }
    await harness.expectAccessible(page);
    await harness.upload(page, name, bytes);
    await harness.eventually(() => failure(page).isVisible()).toBe(false);
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('for testing is put away again', async () => {
    const { page, context, troubles } = await site.open();
    const { name, bytes } = classDiary();
    await harness.upload(page, name, bytes);
    await page.locator('#train-start:enabled').waitFor();
    await harness.upload(page, 'test.csv', 'other,columns\na,b\n', '#test-file');
    await harness
      .eventually(() => failure(page).innerText())
      .toContain('has no column “comentário”');
    await page.locator('#train-start:enabled').waitFor();
    expect(await page.locator('.test-file button').count()).toBe(0);
    expect(troubles).toEqual([]);
    await context.close();
  });
});

describe('a training', () => {
  it('that is stopped keeps its best epoch and ends with a result', async () => {
    const hash = '#strategy=full&epochs=500&seed=1';
    const { page, context, troubles } = await site.open({ hash });
    const { name, bytes } = classDiary();
    await harness.upload(page, name, bytes);
    await page.locator('#train-start:enabled').click();
    await page.locator('.live tbody tr').first().waitFor({ state: 'attached' });
    expect(await page.title()).toMatch(/^\d+% /);
    await page.locator('#train-stop').click();
    await page.locator('[data-metric=accuracy]').waitFor();
    expect(await page.locator('.live tbody tr').count()).toBeLessThan(100);
    expect(await page.title()).not.toMatch(/%/);
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('that cannot start says why and leaves the result before it', async () => {
    const hash = '#strategy=head&epochs=1&seed=1';
    const { page, context, troubles } = await site.open({ hash });
    const { name, bytes } = classDiary();
    await harness.upload(page, name, bytes);
    await harness.train(page);
    const before = await page.locator('[data-metric=accuracy]').innerText();
    await harness.upload(page, 'same.csv', 'text,label\na,x\nb,x\nc,x\n');
    await page.locator('#train-start:enabled').click();
    await harness
      .eventually(() => failure(page, 'train').innerText())
      .toContain('cannot be trained');
    expect(await page.locator('[data-metric=accuracy]').innerText()).toBe(before);
    expect(await page.locator('.origin').innerText()).toContain(name);
    await page.locator('#step-classify textarea').fill('A aula foi ótima');
    await page.locator('.probability').first().waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });
});

describe('the weights', () => {
  it('that do not come can be asked for again, and the page is of use meanwhile', async () => {
    const { page, context } = await site.open({ wait: false, isolated: false, hash: '#lang=en' });
    await page.route('**/model.safetensors', (route) => route.abort());
    await page.reload();
    await page.locator('.model .failure').waitFor();
    await harness.upload(page, 'small.csv', 'text,label\na,x\nb,y\n');
    await page.locator('.preview').waitFor();
    expect(await page.locator('.data-report').innerText()).toContain('as soon as the model');
    await page.unroute('**/model.safetensors');
    await page.locator('.model .failure button').click();
    await page.locator('.model-name').waitFor();
    await page.locator('.balance').waitFor();
    await context.close();
  });
});
