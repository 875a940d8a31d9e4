// What C found in the chosen columns: the balance of the classes, the lengths, and the rows worth a
// look.

import { number, percent, t } from '../i18n/index.js';
import { bar, fill, h, icon, table } from './dom.js';

const CLASSES_SHOWN = 12;
const ROWS_SHOWN = 12;
/** In the order in which they matter to the reader. */
const issueKinds = [
  'leaked',
  'conflicts',
  'duplicates',
  'empty_text',
  'empty_label',
  'invalid_utf8',
  'too_long',
];

export function dataReport(app) {
  const place = h('div', { class: 'data-report' });
  app.store.watch(['inspection', 'inspecting', 'model'], ({ inspection, inspecting, model }) => {
    place.classList.toggle('stale', inspecting && Boolean(inspection));
    if (inspection) fill(place, balance(inspection), lengths(inspection), problems(inspection));
    else if (inspecting)
      fill(place, h('p', { class: 'busy' }, t(model.info ? 'data.inspecting' : 'data.waiting')));
    else fill(place);
  });
  return place;
}

function balance({ classes, usable }) {
  const most = Math.max(...classes.map(({ count }) => count));
  const rows = classes.map(({ label, count }) => [
    h('span', { class: 'clip', dir: 'auto', title: label }, label),
    h('span', { class: 'bar-cell' }, bar(count / most)),
    number(count),
    percent(count / usable, 0),
  ]);
  const head = [
    t('data.class'),
    h('span', { class: 'visually-hidden' }, t('data.share')),
    t('data.count'),
    t('data.share'),
  ];
  const build = (part) => table({ caption: t('data.balance'), head, rows: part, numeric: [2, 3] });
  return h(
    'div',
    { class: 'balance' },
    h('h3', {}, t('data.balance')),
    h('p', { class: 'hint' }, t('data.usable', { count: usable, classes: classes.length })),
    h('div', { class: 'bars' }, build(rows.slice(0, CLASSES_SHOWN))),
    rows.length > CLASSES_SHOWN
      ? h(
          'details',
          {},
          h('summary', {}, t('data.moreClasses', { count: rows.length - CLASSES_SHOWN })),
          h('div', { class: 'bars' }, build(rows.slice(CLASSES_SHOWN))),
        )
      : null,
  );
}

function lengths({ tokens }) {
  return h('p', { class: 'hint' }, t('data.tokens', { ...tokens }));
}

function problems({ issues }) {
  const found = issueKinds.filter((kind) => issues[kind]?.count > 0);
  if (found.length === 0) {
    return h('p', { class: 'all-good' }, icon('check'), t('data.noProblems'));
  }
  return h(
    'div',
    { class: 'problems' },
    h('h3', {}, t('data.problems')),
    h(
      'ul',
      {},
      found.map((kind) => problem(kind, issues[kind])),
    ),
  );
}

function problem(kind, { count, rows }) {
  const sentence = t(`issue.${kind}`, { count });
  const shown =
    rows.join(', ') +
    (count > rows.length ? ` ${t('data.moreRows', { count: count - rows.length })}` : '');
  if (rows.length === 0) return h('li', {}, sentence);
  const where = t('data.inRows', { rows: shown });
  if (rows.length <= ROWS_SHOWN)
    return h('li', {}, sentence, ' ', h('span', { class: 'hint' }, where));
  return h(
    'li',
    {},
    h('details', {}, h('summary', {}, sentence), h('p', { class: 'hint' }, where)),
  );
}
