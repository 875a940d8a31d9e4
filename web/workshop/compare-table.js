// The table of a comparison: a line for each strategy and baseline, to be sorted by any column and
// chosen for a closer look.

import { bytes, compact, fixed, number, percent, t } from '../i18n/index.js';
import { fill, h } from '../ui/dom.js';
import { strategyWords } from '../ui/strategies.js';

export function entryName(entry) {
  if (entry.kind !== 'network') return t(`compare.${entry.kind}`);
  const name = strategyWords(entry.name);
  return entry.random ? t('compare.random', { name }) : name;
}

export const hasRun = (entry) => entry.accuracy.mean !== null;

/** What the columns are sorted by, and how a cell is written. */
const COLUMNS = [
  { key: 'name', value: entryName, text: null },
  { key: 'accuracy', value: (e) => e.accuracy.mean, text: (e) => score(e.accuracy, percent) },
  { key: 'macro_f1', value: (e) => e.macro_f1.mean, text: (e) => score(e.macro_f1, fixed) },
  {
    key: 'seconds',
    value: (e) => e.seconds.mean,
    text: (e) => number(e.seconds.mean, e.seconds.mean < 10 ? 1 : 0),
  },
  {
    key: 'trained',
    value: (e) => e.trained_parameters,
    text: (e) => compact(e.trained_parameters),
  },
  { key: 'saved', value: (e) => e.saved?.bytes, text: (e) => bytes(e.saved.bytes) },
  { key: 'forgets', value: (e) => e.after?.perplexity, text: forgets },
];

/** "84.2% ± 0.4" and below it the interval. */
function score({ mean, deviation, low, high }, write) {
  const spread = deviation === null ? '' : ` ± ${spreadOf(deviation, write)}`;
  return [
    h('span', { class: 'compare-score' }, `${write(mean)}${spread}`),
    h('span', { class: 'hint' }, t('compare.interval', { low: write(low), high: write(high) })),
  ];
}

const spreadOf = (deviation, write) =>
  write === percent ? fixed(deviation * 100, 1) : write(deviation);

function forgets({ after }) {
  return after ? number(after.perplexity, 1) : '–';
}

function failures(entry) {
  const failed = entry.runs.filter(({ failure }) => failure);
  return failed.map(({ seed, failure }) =>
    h(
      'p',
      { class: 'field-error', lang: 'en' },
      t('compare.failedRun', { seed: String(seed) }),
      ' ',
      failure.message,
    ),
  );
}

export function comparisonTable(app) {
  const view = (app.state.comparisonView ??= { by: null, down: true, chosen: [] });
  const place = h('div', {
    class: 'scroll compare-table',
    tabindex: '0',
    role: 'region',
    'aria-label': t('compare.table'),
    hidden: true,
  });
  const about = h('p', { class: 'hint' });

  const sortBy = (key) => {
    view.down = view.by === key ? !view.down : key !== 'name' && key !== 'seconds';
    view.by = key;
    app.store.set({ comparisonView: view });
  };

  function choose(index, isChosen) {
    view.chosen = view.chosen.filter((each) => each !== index);
    if (isChosen) view.chosen.push(index);
    app.store.set({ comparisonView: view });
  }

  app.store.watch(['comparison', 'comparisonView'], ({ comparison }) => {
    const report = comparison?.report;
    place.hidden = about.hidden = !report;
    if (!report) return;
    const before = report.forgetting?.before;
    about.textContent = [
      t('compare.tested', { count: report.data.tested }),
      before ? t('compare.before', { perplexity: number(before.perplexity, 1) }) : '',
    ].join(' ');
    const focused = place.contains(document.activeElement)
      ? document.activeElement.dataset.keep : null;
    fill(place, draw(report, view, sortBy, choose));
    if (focused) place.querySelector(`[data-keep="${focused}"]`)?.focus();
  });
  return h('div', {}, place, about);
}

function draw(report, view, sortBy, choose) {
  const column = COLUMNS.find(({ key }) => key === view.by);
  const order = report.entries.map((entry, index) => ({ entry, index }));
  if (column) {
    const rank = ({ entry }) => (hasRun(entry) || view.by === 'name' ? column.value(entry) : null);
    order.sort((a, b) => compareValues(rank(a), rank(b), view.down));
  }
  const head = COLUMNS.map(({ key }, i) => {
    const sorted = view.by === key ? (view.down ? 'descending' : 'ascending') : null;
    const attributes = { scope: 'col', 'aria-sort': sorted, class: i > 0 ? 'number' : null };
    const button = { type: 'button', class: 'link', 'data-by': key, 'data-keep': `by-${key}` };
    const mark = sorted ? h('span', { 'aria-hidden': 'true' }, view.down ? ' ↓' : ' ↑') : null;
    const onclick = () => sortBy(key);
    return h('th', attributes, h('button', { ...button, onclick }, t(`compare.by.${key}`), mark));
  });
  return h(
    'table',
    {},
    h('caption', { class: 'visually-hidden' }, t('compare.table')),
    h('thead', {}, h('tr', {}, head)),
    h('tbody', {}, order.map(({ entry, index }) => line(entry, index, view, choose))),
  );
}

/** What is not known comes last. */
function compareValues(a, b, down) {
  const missing = (value) => value === null || value === undefined;
  if (missing(a) || missing(b)) return Number(missing(a)) - Number(missing(b));
  const order = typeof a === 'string' ? a.localeCompare(b) : a - b;
  return down ? -order : order;
}

function line(entry, index, view, choose) {
  const ran = hasRun(entry);
  const box = h('input', {
    type: 'checkbox',
    'data-keep': `row-${index}`,
    checked: view.chosen.includes(index),
    disabled: !ran,
    onchange: (event) => choose(index, event.target.checked),
  });
  const name = h('label', { class: 'compare-name' }, box, entryName(entry));
  const cells = COLUMNS.slice(1).map(({ text }) =>
    h('td', { class: 'number' }, ran ? text(entry) : entry.runs.length > 0 ? '–' : '…'),
  );
  const place = {
    'data-entry': entry.name,
    'data-random': String(entry.random),
    class: view.chosen.includes(index) ? 'chosen' : null,
    onclick: ({ target }) => !target.closest('label, input') && box.click(),
  };
  return h('tr', place, h('th', { scope: 'row' }, name, failures(entry)), cells);
}
