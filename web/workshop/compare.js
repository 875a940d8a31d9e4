// Strategies side by side on the reader's own rows, with what they must be better than; and the
// learning curve of one of them. The session of step 2 is not touched.

import './compare.css';
import { number, t } from '../i18n/index.js';
import { h, icon, saveBlob } from '../ui/dom.js';
import { failureBox } from '../ui/failure.js';
import { STRATEGIES, strategyWords } from '../ui/strategies.js';
import { curvePanel } from './compare-curve.js';
import { chosenPanel } from './compare-chosen.js';
import { qualityPanel } from './compare-quality.js';
import { isRunning, runPlan, stopPlan } from './compare-run.js';
import { comparisonTable, entryName } from './compare-table.js';

/** What is ticked at first. */
const USUAL = ['head', 'last:1', 'full'];
/** Of the options of step 2, those that say what is trained on; the others fit one strategy. */
const SHARED = ['valid_share', 'test_share', 'ngrams', 'cache_mb', 'seed'];

/** Kept beside the page's state: in another language the card is built anew from it. */
function choices(app) {
  app.state.comparing ??= { strategies: [...USUAL], seeds: 3, curve: 'head' };
  return app.state.comparing;
}

const sharedOptions = ({ setup }) =>
  Object.fromEntries(
    SHARED.filter((name) => setup[name] !== undefined).map((name) => [name, setup[name]]),
  );

function seedsFrom(first, count) {
  return Array.from({ length: count }, (_, i) => (first + i) % 2 ** 32);
}

const startable = ({ state, isTraining }) =>
  Boolean(state.inspection) && !state.inspecting && !isTraining() && state.model.status === 'ready';

export const isComparing = ({ comparison, learningCurve }) =>
  [comparison, learningCurve].some(isRunning);

export function build(app) {
  return [strategiesPart(app), curvePart(app)];
}

function plan(app, more) {
  const options = sharedOptions(app.state);
  return { options, seeds: seedsFrom(options.seed ?? 1, choices(app).seeds), ...more };
}

function strategiesPart(app) {
  const start = h(
    'button',
    {
      type: 'button',
      class: 'primary',
      id: 'compare-start',
      onclick: () => {
        const { strategies } = choices(app);
        runPlan(app, 'comparison', plan(app, { strategies }));
      },
    },
    icon('play'),
    t('compare.start'),
  );
  const download = h(
    'button',
    {
      type: 'button',
      onclick: () =>
        saveBlob(
          new Blob([app.state.comparison.text], { type: 'application/json' }),
          'comparison.json',
        ),
    },
    icon('download'),
    'comparison.json',
  );
  app.store.watch(['comparison'], ({ comparison }) => (download.hidden = !comparison?.text));
  return h(
    'div',
    { class: 'compare-part' },
    h('div', { class: 'compare-setup' }, strategyBoxes(app), seedsField(app, start)),
    h('p', { class: 'hint' }, t('compare.beside')),
    actions(app, start, 'comparison', () => choices(app).strategies.length > 0),
    progressOf(app, 'comparison'),
    comparisonTable(app),
    qualityPanel(app),
    chosenPanel(app),
    h('div', { class: 'actions' }, download),
  );
}

function strategyBoxes(app) {
  const boxes = STRATEGIES.map((name) => {
    const box = h('input', {
      type: 'checkbox',
      value: name,
      checked: choices(app).strategies.includes(name),
      onchange: () => {
        const set = new Set(choices(app).strategies);
        if (box.checked) set.add(name);
        else set.delete(name);
        choices(app).strategies = STRATEGIES.filter((each) => set.has(each));
        app.store.set({ comparing: choices(app) });
      },
    });
    return h('label', { class: 'compare-choice' }, box, strategyWords(name));
  });
  return h(
    'fieldset',
    { class: 'compare-strategies' },
    h('legend', {}, t('compare.strategies')),
    boxes,
  );
}

function seedsField(app) {
  const input = h('input', {
    type: 'number',
    id: 'compare-seeds',
    min: '1',
    max: '10',
    step: '1',
    value: String(choices(app).seeds),
    'aria-describedby': 'compare-seeds-help',
    onchange: () => {
      choices(app).seeds = Math.min(10, Math.max(1, Math.round(Number(input.value)) || 1));
      input.value = String(choices(app).seeds);
    },
  });
  return h(
    'div',
    { class: 'field' },
    h('label', { for: 'compare-seeds' }, t('compare.seeds')),
    input,
    h('p', { class: 'hint', id: 'compare-seeds-help' }, t('compare.seedsHelp')),
  );
}

/** Start, and stop while it runs. */
function actions(app, start, key, isReady = () => true) {
  const stop = h(
    'button',
    { type: 'button', class: 'stop', onclick: () => stopPlan(app, key) },
    icon('stop'),
    t('compare.stop'),
  );
  const why = h('p', { class: 'hint' });
  const watched = ['inspection', 'inspecting', 'training', 'model', 'comparison', 'learningCurve'];
  app.store.watch([...watched, 'comparing'], (state) => {
    const focused = [start, stop].includes(document.activeElement);
    const running = isRunning(state[key]);
    stop.disabled = state[key]?.status === 'stopping';
    start.hidden = running;
    stop.hidden = !running;
    start.disabled = !startable(app) || isComparing(state) || !isReady();
    why.hidden = running || startable(app);
    why.textContent = t(app.isTraining() ? 'compare.waitTraining' : 'compare.waitData');
    if (focused) (running ? stop : start).focus();
  });
  return h('div', { class: 'actions' }, start, stop, why);
}

function progressOf(app, key) {
  const bar = h('progress', { max: 1, value: 0, 'aria-label': t('compare.progress') });
  const words = h('p', { class: 'phase' });
  const spoken = h('p', { class: 'visually-hidden', role: 'status' });
  const failure = failureBox(() => {
    const dismissed = { ...app.state[key], failure: null };
    app.store.set({ [key]: dismissed });
  });
  const place = h('div', { class: 'compare-progress' }, words, bar, spoken, failure.element);
  app.store.watch([key], ({ [key]: work }) => {
    place.hidden = !work;
    failure.show(work?.failure ?? null);
    if (!work) return;
    bar.value = work.progress?.fraction ?? 0;
    bar.hidden = !isRunning(work);
    const said = whatNow(work);
    if (spoken.textContent !== said) spoken.textContent = said;
    const { epoch = 0, epochs = 0 } = work.progress ?? {};
    const within = work.status === 'running' && epoch > 0;
    words.textContent = within ? `${said}, ${t('compare.epoch', { epoch, epochs })}` : said;
  });
  return place;
}

function whatNow({ status, progress, report }) {
  if (status !== 'running') return t(`compare.${status}`);
  const entry = report?.entries[progress?.entry];
  if (!entry) return t('compare.begins');
  return t('compare.at', {
    name: entryName(entry),
    at: progress.entry + 1,
    of: progress.entries,
    run: progress.run + 1,
    runs: progress.runs,
  });
}

function curvePart(app) {
  const select = h(
    'select',
    { id: 'curve-strategy', onchange: () => (choices(app).curve = select.value) },
    STRATEGIES.map((name) => h('option', { value: name }, strategyWords(name))),
  );
  select.value = choices(app).curve;
  const start = h(
    'button',
    {
      type: 'button',
      id: 'curve-start',
      onclick: () => runPlan(app, 'learningCurve', plan(app, { curve: select.value })),
    },
    icon('play'),
    t('curve.start'),
  );
  return h(
    'div',
    { class: 'compare-part' },
    h('h3', {}, t('curve.title')),
    h('p', { class: 'hint' }, t('curve.about', { first: number(8) })),
    h(
      'div',
      { class: 'field' },
      h('label', { for: 'curve-strategy' }, t('option.strategy')),
      select,
    ),
    actions(app, start, 'learningCurve'),
    progressOf(app, 'learningCurve'),
    curvePanel(app),
  );
}
