// The course's page: its frame, its path and its glossary. What the diagrams say is held against
// the command line in course_diagrams.test.js.

import { afterAll, beforeAll, expect, it } from 'vitest';
import * as harness from './harness.js';

const SHOWN = '5-02-cross-entropy';
const SENTENCE = 'Grandmother keeps forty umbrellas beside the piano.';
/** One of its tokens. */
const TOKEN = '·keep';
/** Something expected, and something that is not. */
const TASK_DONE = 'The United States of America xylophone zq';

let site;
beforeAll(async () => (site = await harness.start()));
afterAll(() => site.close());

/** Until the service worker has the page, which it then opens anew. */
async function open(hash, options = {}) {
  const opened = await site.open({ wait: false, hash: `course.html${hash}`, ...options });
  await opened.page.waitForFunction(() => crossOriginIsolated);
  await opened.page.locator('#main h1').waitFor();
  return opened;
}

async function openDiagram(more = '', options = {}) {
  const opened = await open(`#show=${SHOWN}${more}`, options);
  await drawn(opened.page);
  return opened;
}

/** The picture is there and nothing is under way. */
async function drawn(page) {
  await page.locator('.picture .target').first().waitFor();
  await page.locator('.player button:enabled').first().waitFor();
}

const stageOf = (page) => page.locator('.stage-number').textContent();
const says = (page) => page.locator('.says').textContent();
const title = (page) => page.locator('#main h1').textContent();
const words = (page) => page.locator('.picture').evaluate(
  (picture) => [...picture.querySelectorAll('text')].map((each) => each.textContent));
const widerBy = (page) => page.evaluate(
  () => document.documentElement.scrollWidth - innerWidth);

async function type(page, text) {
  const before = await words(page);
  await page.locator('.controls input[type=text]').fill(text);
  await harness.eventually(() => words(page)).not.toEqual(before);
}

it('steps, plays and pauses', async () => {
  const { page, context, troubles } = await openDiagram();
  const count = Number(/of (\d+)/.exec(await stageOf(page))[1]);
  expect(count).toBeGreaterThan(4);
  const next = page.getByRole('button', { name: 'Next', exact: true });
  const back = page.getByRole('button', { name: 'Back', exact: true });
  expect(await back.isDisabled()).toBe(true);
  await next.click();
  await harness.eventually(() => stageOf(page)).toBe(`Step 2 of ${count}`);
  const second = await says(page);
  await page.keyboard.press('ArrowRight');
  await harness.eventually(() => stageOf(page)).toBe(`Step 3 of ${count}`);
  expect(await says(page)).not.toBe(second);
  await page.keyboard.press('ArrowLeft');
  await harness.eventually(() => stageOf(page)).toBe(`Step 2 of ${count}`);
  expect(await says(page)).toBe(second);
  await page.getByRole('button', { name: 'Play' }).click();
  await harness.eventually(() => stageOf(page)).toBe(`Step 4 of ${count}`);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('button', { name: 'Play' }).waitFor();
  const paused = await stageOf(page);
  await page.waitForTimeout(2500);
  expect(await stageOf(page)).toBe(paused);
  await page.getByRole('button', { name: 'To the start' }).click();
  await harness.eventually(() => stageOf(page)).toBe(`Step 1 of ${count}`);
  expect(troubles).toEqual([]);
  await context.close();
});

it('a token of the picture is picked with the mouse and with the keyboard', async () => {
  const { page, context, troubles } = await openDiagram();
  const targets = page.locator('.picture .target');
  await targets.nth(3).click();
  await harness.eventually(() => stageOf(page)).toContain('Step 4 of');
  await targets.nth(1).focus();
  await page.keyboard.press('Enter');
  await harness.eventually(() => stageOf(page)).toContain('Step 2 of');
  // Drawn anew, the picture leaves the focus where it was.
  await harness.eventually(() => page.evaluate(
    () => document.activeElement.getAttribute('aria-label'))).toContain('Token 2:');
  expect(troubles).toEqual([]);
  await context.close();
});

it('an address shows the same picture again', async () => {
  const { page, context, troubles } = await openDiagram();
  await type(page, SENTENCE);
  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await harness.eventually(() => stageOf(page)).toContain('Step 2 of');
  const expected = [await words(page), await says(page), await stageOf(page)];
  expect(expected[0].join(' ')).toContain(TOKEN);
  const again = await open(new URL(page.url()).hash);
  await drawn(again.page);
  await harness.eventually(
    async () => [await words(again.page), await says(again.page), await stageOf(again.page)])
    .toEqual(expected);
  expect([...troubles, ...again.troubles]).toEqual([]);
  await again.context.close();
  await context.close();
});

it('the browser goes back and forward through the course', async () => {
  const { page, context, troubles } = await open('');
  const home = await title(page);
  await page.locator('.overview a').first().click();
  await page.locator('.diagram').waitFor();
  const first = await title(page);
  await page.locator('.course-path a', { hasText: 'Glossary' }).click();
  await page.locator('.glossary').waitFor();
  await page.goBack();
  await harness.eventually(() => title(page)).toBe(first);
  await page.goBack();
  await harness.eventually(() => title(page)).toBe(home);
  await page.goForward();
  await harness.eventually(() => title(page)).toBe(first);
  expect(troubles).toEqual([]);
  await context.close();
});

it('a picture is saved under its name, as SVG and as PNG', async () => {
  const { page, context, troubles } = await openDiagram();
  await type(page, SENTENCE);
  const button = (name) => `.player-tools button:has-text("${name}")`;
  const svg = await harness.download(page, button('SVG'));
  expect(svg.name).toBe('02-cross-entropy.svg');
  const text = svg.bytes.toString();
  for (const part of ['<svg xmlns="http://www.w3.org/2000/svg"', TOKEN, 'fill="rgb('])
    expect(text).toContain(part);
  expect(text).not.toMatch(/class=|var\(|tabindex/);
  const seen = await page.evaluate(async (source) => {
    const image = new Image();
    image.src = URL.createObjectURL(new Blob([source], { type: 'image/svg+xml' }));
    await image.decode();
    return [image.width, image.height];
  }, text);
  expect(seen[0]).toBe(1060 + 48);
  const png = await harness.download(page, button('PNG'));
  expect(png.name).toBe('02-cross-entropy.png');
  expect([...png.bytes.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
  expect([png.bytes.readUInt32BE(16), png.bytes.readUInt32BE(20)])
    .toEqual(seen.map((side) => 2 * side));
  const colours = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const drawing = new OffscreenCanvas(image.width, image.height).getContext('2d');
    drawing.drawImage(image, 0, 0);
    const { data } = drawing.getImageData(0, 0, image.width, image.height);
    return new Set(new Uint32Array(data.buffer)).size;
  }, png.bytes.toString('base64'));
  expect(colours).toBeGreaterThan(20);
  expect(troubles).toEqual([]);
  await context.close();
});

it.each([['en', 'pt-BR', 'Português'], ['pt-BR', 'en', 'English']])(
  'in %s it can be used by everyone, and changes to %s', async (lang, other, button) => {
    const { page, context, troubles } = await open('', { lang });
    await harness.expectAccessible(page);
    await page.locator('.course-home .primary').click();
    await page.locator('.diagram').waitFor();
    await page.goto(`${site.base}course.html#show=${SHOWN}&lang=${lang}`);
    await drawn(page);
    await harness.expectAccessible(page);
    await page.locator('.diagram-head .term').first().click();
    await harness.expectAccessible(page);
    await page.keyboard.press('Escape');
    const before = [await title(page), await says(page)];
    await page.getByRole('button', { name: button }).click();
    await drawn(page);
    expect(await page.evaluate(() => document.documentElement.lang)).toBe(other);
    const after = [await title(page), await says(page)];
    expect(after[0]).not.toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
    await page.goto(`${site.base}course.html#show=glossary&lang=${other}`);
    await page.locator('.glossary').waitFor();
    await harness.expectAccessible(page);
    expect(troubles).toEqual([]);
    await context.close();
  });

it('once a diagram has been shown, the others need no network', async () => {
  const { page, context, troubles } = await openDiagram();
  const keeps = () => page.evaluate(async () => (await (await caches.open('afina')).keys())
    .some(({ url }) => url.includes('04-decoding')));
  await harness.eventually(keeps).toBe(true);
  await context.setOffline(true);
  await page.locator('.course-path a', { hasText: 'four strategies' }).click();
  await page.locator('#diagram-5-04-decoding-strategies .player button:enabled').first().waitFor();
  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await harness.eventually(() => stageOf(page)).toBe('Step 2 of 25');
  expect(troubles).toEqual([]);
  await context.close();
});

it('fits a phone, dark', async () => {
  const { page, context, troubles } = await open('', { width: 390, dark: true, lang: 'pt-BR' });
  expect(await widerBy(page)).toBeLessThanOrEqual(0);
  await harness.expectAccessible(page);
  await page.goto(`${site.base}course.html#show=${SHOWN}`);
  await drawn(page);
  expect(await widerBy(page)).toBeLessThanOrEqual(0);
  await harness.expectAccessible(page);
  await page.locator('.diagram-head .term').first().click();
  const card = await page.locator('.term-card').boundingBox();
  expect(card.x).toBeGreaterThanOrEqual(0);
  expect(card.x + card.width).toBeLessThanOrEqual(390);
  expect(card.y + card.height).toBeLessThanOrEqual(900);
  await page.keyboard.press('Escape');
  await page.goto(`${site.base}course.html#show=glossary`);
  await page.locator('.glossary').waitFor();
  expect(await widerBy(page)).toBeLessThanOrEqual(0);
  expect(troubles).toEqual([]);
  await context.close();
});

it('a thing to do is checked, kept for the next visit, and forgotten when asked to', async () => {
  const { page, context, troubles } = await openDiagram();
  const done = page.locator('.task-done');
  expect(await done.isVisible()).toBe(false);
  await type(page, TASK_DONE);
  await done.waitFor();
  await page.goto('about:blank');
  await page.goto(`${site.base}course.html`);
  const marks = page.locator('.overview .step-mark.done');
  expect(await marks.count()).toBe(1);
  expect(await page.locator('.course-done').textContent()).toMatch(/^1 of \d+ diagrams? done$/);
  // It goes on with one that is not done.
  await page.locator('.course-begin .primary').click();
  await page.locator('.diagram').waitFor();
  expect(page.url()).not.toContain(SHOWN);
  await page.goBack();
  await page.getByRole('button', { name: 'Begin the course anew' }).click();
  await harness.eventually(() => marks.count()).toBe(0);
  await page.reload();
  expect(await page.locator('.course-done').textContent()).toMatch(/^0 of /);
  expect(troubles).toEqual([]);
  await context.close();
});
