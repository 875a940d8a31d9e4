// What the built page does in Chromium: training on one thread and on several, in turns, and how
// long its main thread and its worker are busy at a time with a table of many rows, and how much
// memory the WASM module has come to.
//
//   node tests/bench/page.mjs [threads|rows] [ROUNDS | ROWS [STRATEGY]]     JSON on standard output
//
// AFINA_BUILD: the folder of builds (build); the page is in its folder web.
import { createRequire } from 'node:module';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve } from '../../scripts/serve.mjs';
import { benchRows } from './page_rows.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { chromium } = createRequire(join(root, 'web/package.json'))('playwright-core');
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
const WORDS = ['the', 'class', 'was', 'good', 'and', 'I', 'want', 'more', 'of', 'it'];

/** The path of a table; texts of 13 to 29 words, about 24 tokens at the median, of two classes. */
async function tableFile(rows) {
  let state = 1;
  const draw = (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 16) % n;
  };
  const lines = Array.from({ length: rows }, (_, i) => {
    const text = Array.from({ length: 12 + draw(17) }, () => WORDS[draw(WORDS.length)]);
    return `${i},${text.join(' ')} ${i % 2 ? 'yes' : 'no'},${i % 2 ? 'yes' : 'no'}`;
  });
  const path = join(await mkdtemp(join(tmpdir(), 'afina-')), 'rows.csv');
  await writeFile(path, `id,text,label\n${lines.join('\n')}\n`);
  return path;
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function open(site, hash) {
  const context = await site.browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(3_600_000);
  await page.goto(site.base + hash);
  await page.locator('.model-name').waitFor();
  return { context, page };
}

/** By its path: a buffer would go through the page's main thread. */
const upload = (page, path) => page.setInputFiles('#data-file', path);

async function train(page) {
  await page.locator('#train-start:enabled').click();
  await page.locator('#step-evaluate .downloads').waitFor();
  const [file] = await Promise.all([
    page.waitForEvent('download'), page.locator('[data-download=report]').click()]);
  return JSON.parse(await readFile(await file.path()));
}

/** Seconds of a training on so many threads. */
async function trainOn(site, threads, path, strategy) {
  const hash = `#strategy=${strategy}&epochs=3&batch=16&seed=1&threads=${threads}`;
  const { context, page } = await open(site, hash);
  await upload(page, path);
  const report = await train(page);
  await context.close();
  if (report.seconds.threads !== threads) throw new Error(`not on ${threads} threads`);
  return report.seconds.train;
}

async function benchThreads(site, rounds) {
  const path = await tableFile(300);
  const result = {};
  for (const strategy of ['full', 'last:1']) {
    const seconds = { 1: [], 2: [] };
    for (let i = 0; i < rounds; i++) {
      for (const threads of [1, 2]) {
        seconds[threads].push(await trainOn(site, threads, path, strategy));
      }
    }
    const ratio = median(seconds[1].map((one, i) => one / seconds[2][i]));
    result[strategy] = { seconds, ratio };
  }
  return result;
}

async function main([what = 'threads', count, strategy = 'head']) {
  const server = await serve(join(process.env.AFINA_BUILD ?? join(root, 'build'), 'web'));
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  const site = { browser, base: `http://127.0.0.1:${server.address().port}/` };
  const result = what === 'rows' ? await benchRows(site, Number(count ?? 50_000), strategy)
    : await benchThreads(site, Number(count ?? 3));
  console.log(JSON.stringify(result, null, 1));
  await browser.close();
  server.close();
}

await main(process.argv.slice(2));
