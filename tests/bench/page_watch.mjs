// What a page and its engine are busy with, seen without a trace: the browser's own long tasks, a
// timer in page and worker that is late when they are busy, and the memory of their process.
import { readFile, writeFile } from 'node:fs/promises';

/** Milliseconds between two looks at the clock. */
const BEAT = 4;

/** Runs in the page, ahead of its scripts: long tasks, and what ran in frames that took long. */
export function watchPage() {
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

export function watchWorkers(page) {
  page.on('worker', (worker) => worker.evaluate(holdMemory)
    .then(() => worker.evaluate(beat, BEAT)).catch(() => {}));
}

/** An observer that says nothing may be one that does not work: here it has something to say. */
async function proveObserver(page) {
  await page.evaluate((every) => new Promise((resolve) => {
    setTimeout(() => {
      const begin = performance.now();
      while (performance.now() - begin < 80);
      setTimeout(resolve, 10 * every);
    }, 100);
  }), BEAT);
  const seen = await page.evaluate(() => globalThis.longTasks.splice(0));
  const { longest } = await page.evaluate(() => globalThis.beats);
  if (!seen.some((each) => each >= 75)) throw new Error('long tasks are not observed');
  if (longest < 70) throw new Error('the timer does not notice a busy thread');
}

/** In the worker that has WASM memory, if any. */
async function inWorker(page, read) {
  const replies = await Promise.all(page.workers().map(
    (worker) => worker.evaluate(read).catch(() => null)));
  return replies.filter(Boolean).sort((a, b) => b.megabytes - a.megabytes)[0] ?? null;
}

const readWorker = () => {
  const sizes = (self.memories ?? []).map(({ buffer }) => buffer.byteLength / 2 ** 20);
  const { longest, over50 } = self.beats ?? {};
  if (self.beats) Object.assign(self.beats, { longest: 0, over50: 0 });
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

/** The renderer's process, of which Linux tells the main thread's time and the most memory. */
async function processOf(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const renderers = processInfo.filter(({ type }) => type === 'renderer');
  return renderers.sort((a, b) => b.cpuTime - a.cpuTime)[0].id;
}

/** Seconds that the main thread ran, and that it waited for a core. */
async function mainThread(pid) {
  const [ran, waited] = (await readFile(`/proc/${pid}/task/${pid}/schedstat`, 'utf8')).split(' ');
  return { ran: Number(ran) / 1e9, waited: Number(waited) / 1e9 };
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
 *   in page, worker and process during some work: long tasks in milliseconds; how late a timer was
 *   at most; seconds by the clock, and those that the main thread ran, and waited for a core; the
 *   most memory of the process, the page's heap behind it, and the worker's WASM memory
 */
export async function watcher(browser, page) {
  await page.evaluate(beat, BEAT);
  await proveObserver(page);
  const pid = await processOf(browser);
  const cdp = await page.context().newCDPSession(page);
  return async (work) => {
    await cdp.send('HeapProfiler.collectGarbage');
    await page.evaluate(readPage);
    await inWorker(page, readWorker);
    await writeFile(`/proc/${pid}/clear_refs`, '5');
    const before = await mainThread(pid);
    const since = performance.now();
    await work();
    const seconds = (performance.now() - since) / 1000;
    const after = await mainThread(pid);
    const peak = await peakMegabytes(pid);
    const worker = await inWorker(page, readWorker);
    const told = await page.evaluate(readPage);
    return {
      seconds: Number(seconds.toFixed(2)),
      page: { ...told, ran: Number((after.ran - before.ran).toFixed(3)),
        waited: Number((after.waited - before.waited).toFixed(3)),
        heapMegabytes: await heapMegabytes(cdp) },
      worker, peakMegabytes: peak,
    };
  };
}
