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

/** Runs in a worker, before it has fetched the WASM module: keeps hold of the module's memory. */
function holdMemory() {
  self.memories = [];
  const { instantiate, instantiateStreaming, Memory } = WebAssembly;
  const held = async (result) => {
    const { exports } = (await result).instance ?? {};
    self.memories.push(...Object.values(exports ?? {}).filter((each) => each instanceof Memory));
    return result;
  };
  WebAssembly.instantiate = (...args) => held(instantiate(...args));
  WebAssembly.instantiateStreaming = (...args) => held(instantiateStreaming(...args));
  WebAssembly.Memory = function HeldMemory(...args) {
    const memory = new Memory(...args);
    self.memories.push(memory);
    return memory;
  };
  WebAssembly.Memory.prototype = Memory.prototype;
}

/** Megabytes of WASM memory, which never shrinks: the most that there have been so far. */
async function wasmMegabytes(page) {
  const sizes = await Promise.all(page.workers().map((worker) => worker.evaluate(
    () => (self.memories ?? []).map(({ buffer }) => buffer.byteLength / 2 ** 20)).catch(() => [])));
  return Math.round(Math.max(0, ...sizes.flat()));
}

/** Runs in the page, ahead of its scripts. */
function watchTasks() {
  globalThis.longTasks = [];
  new PerformanceObserver((list) => globalThis.longTasks.push(
    ...list.getEntries().map(({ duration }) => Math.round(duration))))
    .observe({ type: 'longtask', buffered: true });
}

async function open(site, hash) {
  const context = await site.browser.newContext();
  await context.addInitScript(watchTasks);
  const page = await context.newPage();
  page.on('worker', (worker) => worker.evaluate(holdMemory).catch(() => {}));
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

/**
 * Tasks of the page's main thread and of its worker, from a trace: how many were over 50 ms, and
 * the longest, by their own time (cpu) and by the clock (wall), which counts what else the machine
 * does.
 */
function tasksOf(trace) {
  const { traceEvents } = JSON.parse(trace);
  const threads = new Map(traceEvents.filter(({ name }) => name === 'thread_name')
    .map(({ pid, tid, args }) => [`${pid}:${tid}`, args.name]));
  const result = {};
  for (const [key, pattern] of [['main', /^CrRendererMain$/], ['worker', /^DedicatedWorker/]]) {
    const tasks = traceEvents.filter(({ name, ph, pid, tid }) => ph === 'X'
      && /RunTask$/.test(name) && pattern.test(threads.get(`${pid}:${tid}`) ?? ''));
    const of = (field) => {
      const times = tasks.map((task) => (task[field] ?? 0) / 1000);
      const longest = Math.round(times.reduce((most, each) => Math.max(most, each), 0));
      return { over50: times.filter((each) => each > 50).length, longest };
    };
    result[key] = { cpu: of('tdur'), wall: of('dur') };
  }
  return result;
}

async function benchRows(site, rows, strategy) {
  const { context, page } = await open(site, `#strategy=${strategy}&epochs=1&seed=1`);
  const path = await tableFile(rows);
  const stages = {};
  const stage = async (name, work) => {
    await site.browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
    const since = performance.now();
    await work();
    const seconds = (performance.now() - since) / 1000;
    stages[name] = {
      seconds,
      ...tasksOf(await site.browser.stopTracing()),
      longTasks: await page.evaluate(() => globalThis.longTasks.splice(0)),
      wasmMegabytes: await wasmMegabytes(page),
    };
  };
  await stage('open and inspect', async () => {
    await upload(page, path);
    await page.locator('#train-start:enabled').waitFor();
  });
  await stage('train', () => train(page));
  await stage('predictions', async () => {
    await page.locator('canvas.matrix').scrollIntoViewIfNeeded();
    await page.locator('.confusion summary').click();
    await Promise.all([
      page.waitForEvent('download'), page.locator('[data-download=predictions]').click()]);
  });
  await context.close();
  return { rows, stages };
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
