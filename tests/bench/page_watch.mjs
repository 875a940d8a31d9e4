// What a page and its engine are busy with, seen without a trace: the browser's own long tasks, a
// timer in page and worker that is late when they are busy, and the memory of their process.
import { readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';

/** Milliseconds between two looks at the clock. */
const BEAT = 4;
/** Milliseconds between two looks at the main thread. */
const LOOK = 2;

/** Runs in the page, ahead of its scripts: long tasks, and what ran in frames that took long. */
function watchPage() {
  globalThis.longTasks = [];
  new PerformanceObserver((list) => globalThis.longTasks.push(
    ...list.getEntries().map(({ duration }) => Math.round(duration))))
    .observe({ type: 'longtask', buffered: true });
  globalThis.longFrames = [];
  new PerformanceObserver((list) => {
    for (const { duration, scripts } of list.getEntries()) {
      const ran = scripts.map((each) => `${each.invoker} ${each.sourceFunctionName} `
        + `${Math.round(each.duration)} ms`);
      globalThis.longFrames.push(`${Math.round(duration)} ms: ${ran.join('; ')}`);
    }
  }).observe({ type: 'long-animation-frame', buffered: true });
}

/** Runs in page or worker: the most milliseconds that a timer was late. */
export function beat(every) {
  if (globalThis.beats) return;
  globalThis.beats = { longest: 0, over50: 0 };
  let last = performance.now();
  setInterval(() => {
    const now = performance.now();
    const late = now - last - every;
    last = now;
    globalThis.beats.longest = Math.max(globalThis.beats.longest, late);
    if (late > 50) globalThis.beats.over50++;
  }, every);
}

/** Runs in a worker ahead of its own script: keeps hold of the WASM module's memory. */
function holdMemory() {
  globalThis.memories = [];
  const { Memory } = WebAssembly;
  const hold = (memory) => globalThis.memories.push(memory);
  WebAssembly.Memory = function HeldMemory(...args) {
    const memory = new Memory(...args);
    hold(memory);
    return memory;
  };
  WebAssembly.Memory.prototype = Memory.prototype;
  for (const name of ['instantiate', 'instantiateStreaming']) {
    const real = WebAssembly[name];
    WebAssembly[name] = async (...args) => {
      const result = await real(...args);
      Object.values((result.instance ?? result).exports)
        .filter((each) => each instanceof Memory).forEach(hold);
      return result;
    };
  }
}

/** What the page makes its workers of begins with this. */
const prelude = `{
  const { Blob: Real } = globalThis;
  globalThis.Blob = class Blob extends Real {
    constructor(parts = [], options = {}) {
      const script = /javascript/.test(options.type ?? '');
      super(script ? [${JSON.stringify(`(${holdMemory})();`)}, ...parts] : parts, options);
    }
  };
}`;

/** Ahead of the scripts of all pages of the context. */
export async function watchContext(context) {
  await context.addInitScript(watchPage);
  await context.addInitScript(prelude);
}

/** The engine's worker. Those that only run threads sleep, and would never answer. */
const engines = new WeakMap();

export function watchWorkers(page) {
  page.on('worker', async (worker) => {
    const name = await worker.evaluate(() => globalThis.name).catch(() => '');
    if (!name.startsWith('afina')) return;
    await worker.evaluate(beat, BEAT);
    engines.set(page, worker);
  });
}

/** Runs in the page: a task of so many milliseconds. */
const burn = (milliseconds) => new Promise((resolve) => {
  setTimeout(() => {
    const begin = performance.now();
    while (performance.now() - begin < milliseconds);
    setTimeout(resolve, 50);
  }, 50);
});

/** An observer that says nothing may be one that does not work: here it has something to say. */
async function proveObserver(page) {
  await page.evaluate(burn, 80);
  const seen = await page.evaluate(() => globalThis.longTasks.splice(0));
  const { longest } = await page.evaluate(() => globalThis.beats);
  if (!seen.some((each) => each >= 75)) throw new Error('long tasks are not observed');
  if (longest < 70) throw new Error('the timer does not notice a busy thread');
}

const readWorker = () => {
  const sizes = globalThis.memories.map(({ buffer }) => buffer.byteLength / 2 ** 20);
  const { longest, over50 } = globalThis.beats ?? {};
  if (globalThis.beats) Object.assign(globalThis.beats, { longest: 0, over50: 0 });
  return { megabytes: Math.round(Math.max(0, ...sizes)), longest: Math.round(longest), over50 };
};

const readPage = () => {
  const { longest, over50 } = globalThis.beats;
  Object.assign(globalThis.beats, { longest: 0, over50: 0 });
  return {
    longTasks: globalThis.longTasks.splice(0), longFrames: globalThis.longFrames.splice(0),
    longest: Math.round(longest), over50,
  };
};

/** The page's process: of all renderers the one in which the engine's worker runs. */
async function processOf(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  for (const { id } of processInfo.filter(({ type }) => type === 'renderer')) {
    const threads = await readdir(`/proc/${id}/task`);
    const names = await Promise.all(threads.map(
      (thread) => readFile(`/proc/${id}/task/${thread}/comm`, 'utf8').catch(() => '')));
    if (names.some((name) => name.startsWith('DedicatedWorker'))) return id;
  }
  throw new Error('no process has the worker');
}

/**
 * The main thread as Linux counts it: milliseconds that it ran, that it waited for a core while
 * others had it, and how often it went to sleep by itself, having nothing left to do.
 */
function mainThread(pid) {
  const read = (name) => readFileSync(`/proc/${pid}/task/${pid}/${name}`, 'utf8');
  const [ran, waited] = read('schedstat').split(' ').map((each) => Number(each) / 1e6);
  const [, slept] = /^voluntary_ctxt_switches:\s+(\d+)/m.exec(read('status'));
  return { ran, waited, slept: Number(slept) };
}

/**
 * Looks at the main thread every few milliseconds. Between two sleeps lies one task, or several:
 * the most that it ran there is no less than what the longest task took, whatever else the machine
 * did meanwhile.
 */
function sample(pid) {
  const begin = mainThread(pid);
  let [last, from, longest] = [begin, begin.ran, 0];
  const look = () => {
    const now = mainThread(pid);
    longest = Math.max(longest, now.ran - from);
    if (now.slept !== last.slept) from = last.ran;
    last = now;
  };
  const timer = setInterval(look, LOOK);
  return () => {
    clearInterval(timer);
    look();
    const seconds = (field) => Number(((last[field] - begin[field]) / 1000).toFixed(3));
    return { longestRun: Math.round(longest), ran: seconds('ran'), waited: seconds('waited') };
  };
}

async function peakMegabytes(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)[1]) / 1024);
}

/** The page's JavaScript heap, once what nobody holds any more is gone. */
async function heapMegabytes(cdp) {
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = await cdp.send('Runtime.getHeapUsage');
  return Math.round(usedSize / 2 ** 20);
}

/**
 * @returns {Promise<(name: string, work: () => Promise<void>) => Promise<object>>}   what happened
 *   in page, worker and process during some work: long tasks in milliseconds by the clock; how late
 *   a timer was at most; the most milliseconds that the main thread ran without a pause; seconds by
 *   the clock, and those that the main thread ran, and waited for a core; the most memory of the
 *   process, the page's heap behind it, and the worker's WASM memory
 */
export async function watcher(browser, page) {
  await page.evaluate(beat, BEAT);
  await proveObserver(page);
  const pid = await processOf(browser);
  const cdp = await page.context().newCDPSession(page);
  return async (work) => {
    await cdp.send('HeapProfiler.collectGarbage');
    await page.evaluate(readPage);
    await engines.get(page).evaluate(readWorker);
    await writeFile(`/proc/${pid}/clear_refs`, '5');
    const sampled = sample(pid);
    const since = performance.now();
    await work();
    const seconds = (performance.now() - since) / 1000;
    const main = sampled();
    const peak = await peakMegabytes(pid);
    const worker = await engines.get(page).evaluate(readWorker);
    const told = await page.evaluate(readPage);
    return {
      seconds: Number(seconds.toFixed(2)),
      page: { ...told, ...main, heapMegabytes: await heapMegabytes(cdp) },
      worker, peakMegabytes: peak,
    };
  };
}
