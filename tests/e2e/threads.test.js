// The service worker: threads on a plain static server, visits without a network, and the same bits
// whatever the number of threads.

import { readFile, readdir } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { classDiary } from './class_diary.js';
import * as harness from './harness.js';

let site;
beforeAll(async () => {
  site = await harness.start();
});
afterAll(() => site.close());

const cores = (page) => page.evaluate(() => navigator.hardwareConcurrency);
const isolated = (page) => page.evaluate(() => crossOriginIsolated);
const arrived = (page) =>
  page.evaluate(() => performance.getEntriesByType('navigation')[0].type);
/** What the page says: "Works on 2 processor cores". */
async function shown(page) {
  const facts = await page.locator('.model .facts').innerText();
  const [, en, pt] = /(\d+) processor core|(\d+) núcleo/.exec(facts);
  return Number(en ?? pt);
}

it.each(['en', 'pt-BR'])('is isolated from the first visit on, and says it in %s', async (lang) => {
  const { page, context, troubles } = await site.open({ lang });
  expect(await isolated(page)).toBe(true);
  expect(await arrived(page)).toBe('reload');
  expect(await shown(page)).toBe(Math.min(16, await cores(page)));
  await page.goto('about:blank');
  await page.goto(site.base);
  await page.locator('.model-name').waitFor();
  expect(await isolated(page)).toBe(true);
  expect(await arrived(page)).toBe('navigate');
  expect(troubles).toEqual([]);
  await context.close();
});

it('works on one core where there are no service workers', async () => {
  const { page, context, troubles } = await site.open({ isolated: false });
  expect(await isolated(page)).toBe(false);
  expect(await shown(page)).toBe(1);
  expect(troubles).toEqual([]);
  await context.close();
});

/** As a reader would who begins before the page has settled. */
const beginAtOnce = () => {
  if (location.protocol !== 'http:' || sessionStorage.getItem('began')) return;
  sessionStorage.setItem('began', '1');
  addEventListener('DOMContentLoaded', () => dispatchEvent(new Event('change')));
};

it('is not loaded again once the reader has begun; the next visit is isolated', async () => {
  const { page, context, troubles } = await site.open({ before: beginAtOnce });
  expect(await arrived(page)).toBe('navigate');
  expect(await shown(page)).toBe(1);
  const { name, bytes } = classDiary();
  await harness.upload(page, name, bytes);
  await page.locator('#train-start:enabled').waitFor();
  await page.evaluate(() => navigator.serviceWorker.ready);
  expect(await arrived(page)).toBe('navigate');
  await page.reload();
  await page.locator('.model-name').waitFor();
  expect(await isolated(page)).toBe(true);
  expect(await shown(page)).toBe(Math.min(16, await cores(page)));
  expect(troubles).toEqual([]);
  await context.close();
});

/** The names of all files that index.html leads to, by the names that stand in them. */
async function ledTo(assets) {
  const found = new Set();
  const open = [harness.built('web/index.html')];
  for (let path = open.pop(); path; path = open.pop()) {
    const text = await readFile(path, 'utf8');
    for (const asset of assets) {
      if (found.has(asset) || !text.includes(basename(asset))) continue;
      found.add(asset);
      if (/\.(js|css)$/.test(asset)) open.push(asset);
    }
  }
  return found;
}

/**
 * What a visit without a network needs: all files but those of the WASM build without threads,
 * those of bench.html and course.html alone, and the model that was not asked for.
 */
async function needed() {
  const all = await readdir(harness.built('web'), { recursive: true, withFileTypes: true });
  const paths = all.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  const builds = paths.filter((path) => path.endsWith('afina.mjs'));
  const scripts = await Promise.all(builds.map((path) => readFile(path, 'utf8')));
  const threads = builds.find((_, i) => scripts[i].includes('PThread')).replace('afina.mjs', '');
  const within = (path) => relative(harness.built('web'), path);
  const led = await ledTo(paths.filter((path) => within(path).startsWith('assets/')));
  const isNeeded = (path) => {
    if (path.includes('/wasm/')) return path.startsWith(threads);
    if (within(path).startsWith('assets/')) return led.has(path);
    return !/^(sw\.js|(bench|course)\b)/.test(within(path)) && !path.includes('/afina-base/');
  };
  const found = paths.filter(isNeeded).map(within);
  expect(found.filter((name) => name.startsWith('assets/')).length).toBeGreaterThan(8);
  return found;
}

/** Those of the files that the service worker does not keep. */
const missing = (page, files) => page.evaluate(async (names) => {
  const requests = await (await caches.open('afina')).keys();
  const kept = new Set(requests.map(({ url }) => url.replace(/^.*\/afina\/|\?.*$/g, '')));
  return names.filter((name) => !kept.has(name));
}, files);

it.each([
  { visit: 'isolated', before: () => {} },
  { visit: 'begun at once', before: beginAtOnce },
])('after a first visit that was $visit, the second needs no network', async ({ before }) => {
  const { page, context, troubles } = await site.open({ before });
  const files = await needed();
  await harness.eventually(() => missing(page, files)).toEqual([]);
  await page.goto('about:blank');
  await context.setOffline(true);
  await page.goto(`${site.base}#sample=pt&strategy=head&epochs=2&seed=1`);
  await harness.train(page);
  expect(await isolated(page)).toBe(true);
  await page.locator('.chart canvas').first().waitFor();
  await page.locator('#step-classify textarea').fill('Quando é a prova?');
  await page.locator('.probability').first().waitFor();
  expect(troubles).toEqual([]);
  await context.close();
});

/** The report of a training in the page, on so many threads. */
async function trainOn(threads, setup, { name, bytes }) {
  const hash = `#${setup}&threads=${threads}`;
  const { page, context, troubles } = await site.open({ hash });
  expect(await shown(page)).toBe(threads);
  await harness.upload(page, name, bytes);
  await harness.train(page);
  const report = JSON.parse((await harness.download(page, '[data-download=report]')).bytes);
  expect(report.seconds.threads).toBe(threads);
  expect(troubles).toEqual([]);
  await context.close();
  return report;
}

it('gives the same bits on one, two and three threads, in the page and natively', async () => {
  const diary = classDiary();
  const options = ['--strategy', 'full', '--epochs', '2', '--seed', '4'];
  const reports = [];
  for (const threads of [1, 2, 3]) {
    const all = [...options, '--threads', String(threads)];
    reports.push(await harness.trainNatively(diary, all));
    expect(reports.at(-1).seconds.threads).toBe(threads);
  }
  for (const threads of [1, 2, 3]) {
    reports.push(await trainOn(threads, 'strategy=full&epochs=2&seed=4', diary));
  }
  expect(reports[0].weights_sha256).toMatch(/^[0-9a-f]{64}$/);
  const [first] = reports.map(harness.lasting);
  for (const report of reports) expect(harness.lasting(report)).toEqual(first);
});
