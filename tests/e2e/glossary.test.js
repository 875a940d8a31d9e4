// The glossary: any term opens it, in the course and on the main page, by mouse and by keyboard.

import { afterAll, beforeAll, expect, it } from 'vitest';
import * as harness from './harness.js';

let site;
beforeAll(async () => (site = await harness.start()));
afterAll(() => site.close());

/** Until the service worker has the page, which it then opens anew. */
async function openCourse(hash, options) {
  const opened = await site.open({ wait: false, hash: `course.html${hash}`, ...options });
  await opened.page.waitForFunction(() => crossOriginIsolated);
  await opened.page.locator('#main h1').waitFor();
  return opened;
}

const focused = (page) => page.evaluate(() => document.activeElement.textContent);

it('a term opens beside its text, is closed, and gives the focus back', async () => {
  const { page, context, troubles } = await openCourse('');
  const term = page.locator('.course-home .term', { hasText: 'loss' }).first();
  const card = page.getByRole('dialog', { name: 'Loss' });
  await term.click();
  await card.waitFor();
  expect(await focused(page)).toBe('Loss');
  await page.keyboard.press('Escape');
  await card.waitFor({ state: 'hidden' });
  expect(await focused(page)).toBe('loss');
  await page.keyboard.press('Enter');
  await card.waitFor();
  // A term in what one says opens in its place.
  await card.locator('.term').first().click();
  await harness.eventually(() => page.locator('.term-card h2').textContent()).not.toBe('Loss');
  await page.getByRole('button', { name: 'Close' }).click();
  await page.locator('.term-card').waitFor({ state: 'hidden' });
  expect(await focused(page)).toBe('loss');
  await term.click();
  await card.waitFor();
  await page.mouse.click(5, 500);
  await card.waitFor({ state: 'hidden' });
  expect(troubles).toEqual([]);
  await context.close();
});

it('leads to the diagram in which a term is seen', async () => {
  const { page, context, troubles } = await openCourse('#show=glossary&q=perplexi');
  const entry = page.locator('#term-perplexity');
  await entry.waitFor();
  await entry.locator('a').click();
  await page.locator('.diagram').waitFor();
  expect(page.url()).toContain('show=5-02-cross-entropy');
  expect(troubles).toEqual([]);
  await context.close();
});

it('is looked through in any language, and its address keeps what is looked for', async () => {
  const { page, context, troubles } = await openCourse(
    '#show=glossary', { lang: 'pt-BR' });
  const entries = page.locator('.glossary dt');
  const all = await entries.count();
  expect(all).toBeGreaterThanOrEqual(45);
  const search = page.getByLabel('Procure um termo');
  await search.fill('ENTROPIA cruzada');
  expect(await entries.first().textContent()).toBe('Entropia cruzada');
  expect(await entries.count()).toBeLessThan(all / 4);
  await search.fill('learning rate');
  expect(await entries.allTextContents()).toContain('Taxa de aprendizado');
  await page.reload();
  expect(await entries.allTextContents()).toContain('Taxa de aprendizado');
  await search.fill('xyzzy');
  expect(await entries.count()).toBe(0);
  expect(await page.locator('.glossary-search .hint').textContent()).toBe(
    'Nenhum termo tem essas palavras.');
  expect(troubles).toEqual([]);
  await context.close();
});

it('opens from the main page too, and still without a network', async () => {
  const { page, context, troubles } = await site.open({ lang: 'pt-BR', hash: '#sample=pt' });
  await page.locator('#train-start:enabled').waitFor();
  await page.locator('#step-train .more-strategies summary').click();
  const term = page.locator('#strategy-head-help .term', { hasText: 'GPT' });
  await term.waitFor();
  // The code of all that comes late is here with the glossary's.
  await page.evaluate(() => navigator.serviceWorker.ready);
  await context.setOffline(true);
  await term.click();
  const card = page.getByRole('dialog', { name: 'GPT' });
  await card.waitFor();
  await harness.expectAccessible(page);
  expect(await card.locator('a').first().getAttribute('href')).toContain('course.html#lang=pt-BR');
  await page.keyboard.press('Escape');
  await card.waitFor({ state: 'hidden' });
  expect(await focused(page)).toBe('GPT');
  // What only a label has is led to where it is explained.
  await page.locator('#strategy-lora-help .term', { hasText: 'LoRA' }).click();
  await page.getByRole('dialog', { name: 'LoRA' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'English' }).click();
  await page.locator('#strategy-last-help .term', { hasText: 'blocks' }).click();
  await page.getByRole('dialog', { name: 'Block' }).waitFor();
  expect(troubles).toEqual([]);
  await context.close();
});
