// The built page in the system's Chromium, served the way GitHub Pages does: under a sub-path and
// without headers of ours. Whatever the page asks of another address or writes to the console as
// an error is collected, and a test that used the page fails on it.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import AxeBuilder from '@axe-core/playwright';
import { chromium } from 'playwright-core';
import { expect, vi } from 'vitest';
import { serve } from '../../scripts/serve.mjs';

export const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
/** A path in the folder of builds. */
export const built = (path) => join(process.env.AFINA_BUILD ?? at('build'), path);

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/google-chrome', '/usr/bin/chromium-browser'];
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Longer than any training in these tests takes on a busy machine with two cores. */
export const LONG = 300_000;
vi.setConfig({ testTimeout: 2 * LONG, hookTimeout: LONG });

/** Polls until it holds, as long as a busy machine may need. */
export const eventually = (look) => expect.poll(look, { timeout: LONG, interval: 100 });

/**
 * Starts server and browser.
 * @returns {Promise<{base: string, open: typeof open, close: () => Promise<void>}>}
 */
export async function start({ prefix = '/afina', folder = built('web') } = {}) {
  const server = await serve(folder, { prefix });
  const base = `http://127.0.0.1:${server.address().port}${prefix}/`;
  const executablePath = BROWSERS.find((path) => existsSync(path));
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  return {
    base,
    open: (options) => open(browser, base, options),
    async close() {
      await browser.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * A page in a fresh context, with what it did wrong in `troubles`.
 * @param {{lang?: string, dark?: boolean, width?: number, hash?: string, wait?: boolean,
 *          isolated?: boolean, before?: () => void}} [options]   not isolated: in a browser without
 *   service workers; before: runs in each page of the context, ahead of the page's own scripts
 */
async function open(browser, base, options = {}) {
  const { lang = 'en', dark = false, width = 1280, hash = '', wait = true } = options;
  const { isolated = true, before = () => {} } = options;
  const context = await browser.newContext({
    locale: lang,
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    serviceWorkers: isolated ? 'allow' : 'block',
    viewport: { width, height: 900 },
  });
  await context.addInitScript(before);
  const page = await context.newPage();
  page.setDefaultTimeout(LONG);
  const troubles = [];
  page.on('console', (message) => {
    if (message.type() === 'error')
      troubles.push(`console: ${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => troubles.push(`exception: ${error.stack}`));
  page.on('request', (request) => {
    const url = request.url();
    const own = url.startsWith(base) || url.startsWith('blob:') || url.startsWith('data:');
    if (!own) troubles.push(`request: ${url}`);
  });
  page.on('dialog', (dialog) => dialog.accept());
  await page.goto(base + hash);
  if (wait) await page.locator('.model-name').waitFor();
  return { page, context, troubles };
}

export async function upload(page, name, content, input = '#data-file') {
  const buffer = Buffer.isBuffer(content) ? content : Buffer.from(content);
  await page.setInputFiles(input, { name, mimeType: 'text/csv', buffer });
}

/** Waits until the columns have been looked at, presses Train and waits for the result. */
export async function train(page) {
  await page.locator('#train-start:enabled').click();
  await page.locator('#train-start:visible').waitFor();
  expect(await page.locator('.live .failure:visible').count()).toBe(0);
  await page.locator('#step-evaluate .downloads').waitFor();
}

/** What a click downloads. */
export async function download(page, selector) {
  const folder = await mkdtemp(join(tmpdir(), 'afina-'));
  const [file] = await Promise.all([page.waitForEvent('download'), page.locator(selector).click()]);
  const path = join(folder, 'file');
  await file.saveAs(path);
  const bytes = await readFile(path);
  await rm(folder, { recursive: true });
  return { name: file.suggestedFilename(), bytes };
}

/** The report of the command line's training on a class diary (class_diary.js). */
export async function trainNatively({ name, bytes }, options) {
  const folder = await mkdtemp(join(tmpdir(), 'afina-'));
  const [csv, json] = [join(folder, name), join(folder, 'report.json')];
  await writeFile(csv, bytes);
  const columns = ['--text-column', 'comentário', '--label-column', 'situação'];
  const files = ['--model', at('models/afina-mini'), '--train', csv, '--report', json];
  const all = ['finetune', ...files, ...columns, ...options];
  await promisify(execFile)(built('release/afina'), all, { timeout: LONG });
  const report = JSON.parse(await readFile(json, 'utf8'));
  await rm(folder, { recursive: true });
  return report;
}

/** A report without what may differ between two runs. */
export function lasting({ seconds: _, ...report }) {
  return { ...report, epochs: report.epochs.map(({ seconds: __, ...epoch }) => epoch) };
}

/** The files of a zip, by name; unpacked by the library that the page packs with. */
export const unzip = (bytes) => createRequire(at('web/package.json'))('fflate').unzipSync(bytes);

/** Fails on what axe-core calls serious or critical. */
export async function expectAccessible(page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const grave = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
  const told = grave.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
  expect(told).toEqual([]);
}
