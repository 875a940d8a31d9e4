// What the service worker keeps of the page, and how a new version of it comes to the reader.

import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as harness from './harness.js';

let site;
let folder;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'afina-'));
  await cp(harness.built('web'), folder, { recursive: true });
  site = await harness.start({ folder });
});
afterAll(async () => {
  await site.close();
  await rm(folder, { recursive: true });
});

/** What sw.js says of a file. */
const version64 = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

/** Puts another version of a file on the server, as a deployment does. */
async function deploy(name, change) {
  const [file, worker] = [join(folder, name), join(folder, 'sw.js')];
  const [before, script] = [await readFile(file, 'utf8'), await readFile(worker, 'utf8')];
  await writeFile(file, change(before));
  await writeFile(worker, script.replace(version64(before), version64(change(before))));
}

const version = (page) => page.evaluate(
  () => document.querySelector('meta[name=version]')?.content ?? 'first');
const isWaiting = (page) => page.evaluate(
  async () => Boolean((await navigator.serviceWorker.getRegistration()).waiting));
const keptPages = (page) => page.evaluate(async () => {
  const keys = await (await caches.open('afina')).keys();
  return keys.filter(({ url }) => url.includes('index.html')).length;
});

async function visit(page) {
  await page.goto('about:blank');
  await page.goto(site.base);
  await page.locator('.model-name').waitFor();
}

it('a new version is fetched while the old one runs, and shown at the next visit', async () => {
  const { page, context, troubles } = await site.open();
  expect(await version(page)).toBe('first');
  const mark = '<meta name="version" content="2" />';
  await deploy('index.html', (text) => text.replace('<title>', `${mark}$&`));
  // The browser looks for it at a time of its own; here it is told when.
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update());
  await harness.eventually(() => isWaiting(page)).toBe(true);
  expect(await version(page)).toBe('first');
  await visit(page);
  expect(await version(page)).toBe('2');
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await harness.eventually(() => keptPages(page)).toBe(1);
  await visit(page);
  expect(await version(page)).toBe('2');
  expect(troubles).toEqual([]);
  await context.close();
});

it('what is not of its version is not kept', async () => {
  const { page, context } = await site.open();
  const sample = 'samples/support-messages.csv';
  const before = await readFile(join(folder, sample));
  await writeFile(join(folder, sample), 'text,label\na,x\nb,y\n');
  await page.evaluate(async () => {
    const cache = await caches.open('afina');
    for (const key of await cache.keys()) if (/support/.test(key.url)) await cache.delete(key);
  });
  const fetched = await page.evaluate(async (url) => (await fetch(url)).text(), sample);
  expect(fetched).toContain('a,x');
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
  expect(await page.evaluate(async () => (await (await caches.open('afina')).keys())
    .filter(({ url }) => /support/.test(url)).length)).toBe(0);
  await writeFile(join(folder, sample), before);
  await context.close();
});

it('is at most 250 KB, compressed, with either build of the engine, before charts and tools come',
  async () => {
    const written = await readFile(join(folder, 'sw.js'), 'utf8');
    const { shell } = JSON.parse(/^self\.afina = (.*);$/m.exec(written)[1]);
    const compressed = async (name) =>
      gzipSync(await readFile(join(folder, name)), { level: 9 }).length;
    let page = await compressed('sw.js');
    for (const name of shell.filter((each) => /\.(js|css|html)$/.test(each)))
      page += await compressed(name);
    const builds = new Map();
    for (const each of await readdir(join(folder, 'wasm'), { recursive: true })) {
      if (!/\.(mjs|js|wasm)$/.test(each)) continue;
      const build = dirname(each);
      builds.set(build, (builds.get(build) ?? 0) + await compressed(join('wasm', each)));
    }
    expect(builds.size).toBe(2);
    for (const build of builds.values()) expect(page + build).toBeLessThan(250_000);
  });
