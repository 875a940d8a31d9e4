// bench.html: one button, and bars. The measuring is the engine's (src/bench/benchmark.h).

import { wrap } from 'comlink';
import { policedWorker } from '../engine/policed_worker.js';
import { speaker } from '../i18n/bench.js';
import { keepFiles, settle } from '../isolation.js';
import { bar, fill, h, saveBlob } from '../ui/dom.js';
import { startTheme } from '../ui/theme.js';
import url from './bench-worker.js?worker&url';
import { readSetup } from './setup.js';

const setup = readSetup(location.hash, navigator.languages);
const { say, percent, number } = speaker(setup.lang);
const settled = settle();

/** One worker for all runs: its compiled code stays warm, as a page's does. */
let remote = null;
function engine() {
  const name = ['afina', setup.threads, setup.numerics].filter(Boolean).join(' ');
  remote ??= wrap(policedWorker(new URL(url, document.baseURI), { name }));
  return remote;
}

/** @returns {Promise<object>} the document of afina_bench_report */
async function measure(options, onProgress) {
  await settled;
  const worker = engine();
  await worker.start(options);
  for (let done = 0; done < 1;) {
    done = await worker.step();
    onProgress(done);
  }
  return worker.report();
}

const row = (name, share, shown, detail) => h('tr', {},
  h('th', { scope: 'row' }, name),
  h('td', { class: 'wide' }, bar(share)),
  h('td', { class: 'number' }, shown),
  h('td', { class: 'detail' }, detail));

const section = (title, rows) => rows.length > 0 && h('section', {},
  h('h2', {}, title), h('table', {}, h('tbody', {}, rows)));

const detail = ({ ms, gflops }) => say('detail', { ms, gflops });
const shareRow = (name, item) => row(name, item.ratio, percent(item.ratio), detail(item));

function results(found) {
  const { products, passes, epochs, peak } = found;
  const slowest = Math.max(...epochs.map(({ ms }) => ms));
  return [
    h('p', { class: 'machine' }, say('machine', { count: found.threads, numerics: found.numerics }),
      ' · ', say('peak', { gflops: peak.gflops })),
    section(say('passes'), passes.map((item) => shareRow(
      say(item.pass, { texts: item.texts, tokens: item.tokens / item.texts }), item))),
    section(say('epochs', { count: epochs[0]?.texts ?? 0 }), epochs.map((item) => row(
      say(item.epoch, { strategy: item.strategy }), item.ms / slowest, number(item.ms),
      percent(item.ratio)))),
    section(say('products'), products.map((item) => shareRow(
      `${item.product}, ${item.layer}: ${item.rows} × ${item.inputs} × ${item.outputs}`, item))),
  ];
}

function page() {
  const model = h('select', { id: 'config' },
    ['ref-small', 'mini', 'base', ...(setup.config === 'tiny' ? ['tiny'] : [])].map(
      (name) => h('option', { value: name, selected: name === setup.config }, name)));
  const rounds = h('input', {
    id: 'rounds', type: 'number', min: 1, max: 100, value: setup.rounds });
  const run = h('button', { id: 'run', type: 'button', class: 'primary' }, say('run'));
  const status = h('p', { id: 'status', role: 'status' });
  const progress = h('progress', { max: 1, 'aria-label': say('run'), hidden: true });
  const found = h('div', { id: 'found' });

  run.addEventListener('click', async () => {
    const { part, texts } = setup;
    const options = { config: model.value, rounds: Number(rounds.value) || 3, part, texts };
    run.disabled = true;
    progress.hidden = false;
    progress.removeAttribute('value');
    fill(status, say('loading'));
    fill(found);
    try {
      const result = await measure(options, (done) => {
        progress.value = done;
        fill(status, say('running', { done: percent(done) }));
      });
      const blob = new Blob([`${JSON.stringify(result, null, 1)}\n`], { type: 'application/json' });
      const save = h('button', { id: 'download', type: 'button',
        onclick: () => saveBlob(blob, `afina-bench-${result.config.name}.json`) }, say('download'));
      fill(found, results(result), save);
      fill(status);
      keepFiles();
    } catch (error) {
      remote = null;
      fill(status, say('failed', { why: error?.message ?? error }));
    }
    fill(run, say('again'));
    progress.hidden = true;
    run.disabled = false;
  });

  document.documentElement.lang = setup.lang;
  document.title = `Afina: ${say('title')}`;
  fill(document.querySelector('#bench'),
    h('p', {}, h('a', { href: `./#lang=${setup.lang}` }, say('back'))),
    h('h1', {}, say('title')),
    h('p', { class: 'lead' }, say('lead')),
    h('p', { class: 'controls' },
      h('label', {}, say('model'), ' ', model), h('label', {}, say('rounds'), ' ', rounds), run),
    status, progress, found);
}

startTheme(() => {});
page();
