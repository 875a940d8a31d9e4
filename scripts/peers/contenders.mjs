// Who is measured by scripts/bench: each has a name and measures itself once, in seconds:
// { forward, step, step128 } of ref-small on 8 texts of 32 (128) tokens.

import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { serve } from '../serve.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const build = process.env.AFINA_BUILD ?? join(root, 'build');
const peers = join(root, 'build/peers');
const run = promisify(execFile);
const LONG = 1_800_000;
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** What the document of a benchmark says of the passes. */
const secondsOf = ({ passes: [forward, step, step128] }) => ({
  forward: forward.ms / 1000, step: step.ms / 1000, step128: step128.ms / 1000,
});

/** A page of ours and the browser that it and the peers run in. */
export async function openBrowser() {
  const { chromium } = createRequire(join(root, 'web/package.json'))('playwright-core');
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  const servers = await Promise.all([
    serve(join(build, 'web')), serve(peers, { headers: ISOLATED })]);
  const [ours, theirs] = servers.map((server) => `http://127.0.0.1:${server.address().port}/`);
  return {
    browser, ours, theirs, version: browser.version(),
    close: () => Promise.all([browser.close(), ...servers.map((each) => each.close())]),
  };
}

async function newPage(site, url) {
  const page = await (await site.browser.newContext()).newPage();
  page.setDefaultTimeout(LONG);
  await page.goto(url);
  return page;
}

/** bench.html, once; its document. */
async function benchPage(page) {
  await page.locator('#run:enabled').click();
  await page.locator('#download').waitFor();
  const [file] = await Promise.all([
    page.waitForEvent('download'), page.locator('#download').click()]);
  return JSON.parse(await readFile(await file.path(), 'utf8'));
}

/** The whole benchmark in the page. */
export async function wholeBench(site, options) {
  const page = await newPage(site, `${site.ours}bench.html#${new URLSearchParams(options)}`);
  await page.waitForFunction(() => crossOriginIsolated);
  const document = await benchPage(page);
  await page.context().close();
  return document;
}

async function ourPage(site, threads, numerics) {
  const hash = `part=passes&rounds=1&threads=${threads}&numerics=${numerics}`;
  const page = await newPage(site, `${site.ours}bench.html#${hash}`);
  await page.waitForFunction(() => crossOriginIsolated);
  return async () => {
    const document = await benchPage(page);
    if (document.threads !== threads || document.numerics !== numerics) {
      throw new Error(`the page runs ${document.numerics} on ${document.threads} threads`);
    }
    return secondsOf(document);
  };
}

const afina = join(build, 'release/afina');
export async function native(...options) {
  const { stdout } = await run(afina, ['bench', '--json', ...options], { timeout: LONG });
  return JSON.parse(stdout);
}

async function peerPage(site, name, threads) {
  const page = await newPage(site, `${site.theirs}peers.html`);
  await page.waitForFunction(() => globalThis.startPeer);
  await page.evaluate(([what, count]) => globalThis.startPeer(what, count), [name, threads]);
  return () => page.evaluate(() => globalThis.runPeer());
}

/** PyTorch as a process that answers a line with a line. */
export function startTorch() {
  const script = join(root, 'scripts/peers/peer_torch.py');
  const child = spawn(process.env.BENCH_PYTHON ?? 'python3', [script, 'serve'],
    { stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value } = await lines.next();
      if (!value) throw new Error('PyTorch is not there');
      return JSON.parse(value);
    },
    close: () => child.stdin.end(),
  };
}

/** @returns {Promise<Map<string, () => Promise<object>>>} those that could be started */
export async function startAll(site, torch, say) {
  const narrow = ['--part', 'passes', '--rounds', '1', '--threads', '1', '--numerics', 'plain',
    '--narrow'];
  const starts = {
    'native narrow 1': async () => async () => secondsOf(await native(...narrow)),
    'WASM plain 1': () => ourPage(site, 1, 'plain'),
    'WASM fused 1': () => ourPage(site, 1, 'fused'),
    'WASM plain 2': () => ourPage(site, 2, 'plain'),
    'WASM fused 2': () => ourPage(site, 2, 'fused'),
  };
  for (const threads of [1, 2]) {
    if (existsSync(join(peers, 'node_modules/onnxruntime-web'))
      && existsSync(join(peers, 'ref-small.onnx'))) {
      starts[`onnxruntime-web ${threads}`] = () => peerPage(site, 'onnx', threads);
    }
    if (existsSync(join(peers, 'node_modules/@tensorflow/tfjs-backend-wasm'))) {
      starts[`tfjs ${threads}`] = () => peerPage(site, 'tfjs', threads);
    }
    starts[`torch ${threads}`] = async () => {
      await torch.ask({ what: 'steps', threads });
      return () => torch.ask({ what: 'steps', threads });
    };
  }
  const started = new Map();
  for (const [name, start] of Object.entries(starts)) {
    try {
      started.set(name, await start());
    } catch (error) {
      say(`${name} is left out: ${error.message.split('\n')[0]}`);
    }
  }
  return started;
}

const inNode = async (...args) => JSON.parse((await run(process.execPath, [
  '--no-warnings', join(root, 'scripts/peers/in_node.mjs'), ...args], {
  timeout: LONG, env: { ...process.env, AFINA_BUILD: build }, maxBuffer: 2 ** 24,
})).stdout.trim().split('\n').at(-1));

/** The whole benchmark in Node, by the processor's time. */
export const wholeInNode = (rounds) => inNode('afina', 'fused', JSON.stringify({ rounds }));

/** As startAll, one thread, by the processor's time, WASM in Node. */
export function allInNode(torch) {
  const passes = JSON.stringify({ part: 'passes', rounds: 1 });
  const narrow = ['--part', 'passes', '--rounds', '1', '--threads', '1', '--numerics', 'plain',
    '--narrow', '--cpu-time'];
  return new Map(Object.entries({
    'native narrow 1': async () => secondsOf(await native(...narrow)),
    'WASM plain 1': async () => secondsOf(await inNode('afina', 'plain', passes)),
    'WASM fused 1': async () => secondsOf(await inNode('afina', 'fused', passes)),
    'onnxruntime-web 1': () => inNode('onnx'),
    'tfjs 1': () => inNode('tfjs'),
    'torch 1': () => torch.ask({ what: 'steps', threads: 1, cpu: true }),
  }));
}

/** Tokens of each text of a table's first rows, as the page's model counts them. */
async function tokenCounts(texts) {
  const model = join(root, 'models/afina-mini');
  const counts = [];
  for (const text of texts) {
    const { stdout } = await run(afina, ['tokenize', '--model', model, '--', text]);
    counts.push(JSON.parse(stdout).length);
  }
  return counts;
}

/** A thousand rows, last:1, five epochs: seconds in the page, and of PyTorch on such lengths. */
export async function tuneRows(site, torch, csv) {
  const { parse, unparse } = createRequire(join(root, 'web/package.json'))('papaparse');
  const { data, meta } = parse(await readFile(csv, 'utf8'), { header: true, skipEmptyLines: true });
  const texts = data.slice(0, 1000).map((row) => row[meta.fields.includes('text') ? 'text'
    : meta.fields[0]]);
  const buffer = Buffer.from(unparse(data.slice(0, 1000)));
  const options = 'strategy=last:1&readout=last&epochs=5&batch=16&seed=1';
  const page = await newPage(site, `${site.ours}#${options}`);
  await page.locator('.model-name').waitFor();
  await page.setInputFiles('#data-file', { name: 'rows.csv', mimeType: 'text/csv', buffer });
  await page.locator('#train-start:enabled').click();
  await page.locator('#step-evaluate .downloads').waitFor();
  const [file] = await Promise.all([
    page.waitForEvent('download'), page.locator('[data-download=report]').click()]);
  const report = JSON.parse(await readFile(await file.path(), 'utf8'));
  await page.context().close();
  if (report.epochs.length !== 5) throw new Error(`${report.epochs.length} epochs, not 5`);
  const { threads } = report.seconds;
  const lengths = await tokenCounts(texts);
  const { seconds } = await torch.ask({ what: 'tune', lengths, epochs: 5, batch: 16, threads });
  return { page: report.seconds.total, torch: seconds, threads };
}
