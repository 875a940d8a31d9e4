// The texts of one cell of the confusion matrix, the most confident first, a page at a time.

import { number, percent, t } from '../i18n/index.js';
import { bar, fill, h, icon } from './dom.js';
import { explainer } from './explain.js';
import { failureBox, failureOf } from './failure.js';
import { labelEditor } from './label-editor.js';

const PAGE = 6;
/** A row shows its three largest probabilities: more would not be read. */
const BARS = 3;

export function cellActions(app) {
  const { store } = app;
  let asked = 0;

  async function openCell(actual, predicted, from) {
    const question = ++asked;
    try {
      const { total, rows } = await app.engine.cell(actual, predicted, from, PAGE);
      if (question === asked) store.set({ cell: { actual, predicted, from, total, rows } });
    } catch (error) {
      if (question === asked) store.set({ cell: { actual, predicted, failure: failureOf(error) } });
    }
  }

  return { openCell };
}

export function cellList(app, classes) {
  const failure = failureBox();
  const title = h('h4', { tabindex: '-1' });
  const body = h('div', {});
  const place = h(
    'div',
    { class: 'cell-list', hidden: true },
    h(
      'div',
      { class: 'cell-head' },
      title,
      h(
        'button',
        {
          type: 'button',
          class: 'plain icon-only',
          'aria-label': t('action.close'),
          onclick: () => app.store.set({ cell: null }),
        },
        icon('close'),
      ),
    ),
    failure.element,
    body,
  );
  let shown = null;
  app.store.watch(['cell', 'table', 'testTable', 'columns'], ({ cell }) => {
    place.hidden = !cell;
    failure.show(cell?.failure ?? null);
    if (!cell || cell.failure) return void fill(body);
    const { actual, predicted } = cell;
    title.textContent = t('cell.title', {
      actual: classes[actual],
      predicted: classes[predicted],
      count: cell.total,
    });
    fill(
      body,
      h(
        'ol',
        { class: 'texts' },
        cell.rows.map((row) => textItem(app, row, classes)),
      ),
      pager(app, cell),
    );
    if (shown !== cell) title.focus({ preventScroll: true });
    shown = cell;
  });
  return place;
}

function textItem(app, row, classes) {
  const ranked = row.probabilities
    .map((share, index) => ({ share, label: classes[index] }))
    .sort((a, b) => b.share - a.share)
    .slice(0, BARS);
  return h(
    'li',
    {},
    h('p', { class: 'row-text', dir: 'auto' }, row.text),
    h('p', { class: 'hint' }, t('cell.row', { row: row.row })),
    h(
      'div',
      { class: 'mini-bars' },
      ranked.map(({ share, label }) =>
        h(
          'div',
          { class: 'mini-bar' },
          h('span', { class: 'clip', dir: 'auto' }, label),
          bar(share),
          h('span', { class: 'number' }, percent(share)),
        ),
      ),
    ),
    app.isOfTable(app.state) ? labelEditor(app, row, classes) : null,
    whichWords(app, row, classes),
  );
}

/** Which words did it, when it is opened. */
function whichWords(app, { text }, classes) {
  const place = h('div', {});
  const open = ({ target }) => {
    if (!target.open || place.firstChild || target !== details) return;
    const words = explainer(app, classes);
    fill(place, words.element);
    words.ask(text);
  };
  const details = h('details', { ontoggle: open }, h('summary', {}, t('explain.title')), place);
  return details;
}

function pager(app, { actual, predicted, from, total }) {
  if (total <= PAGE) return null;
  const go = (start) => () => app.openCell(actual, predicted, start);
  return h(
    'div',
    { class: 'pager' },
    h(
      'button',
      { type: 'button', disabled: from === 0, onclick: go(Math.max(0, from - PAGE)) },
      t('cell.previous'),
    ),
    h(
      'span',
      {},
      t('cell.range', { from: number(from + 1), to: number(Math.min(total, from + PAGE)), total }),
    ),
    h(
      'button',
      { type: 'button', disabled: from + PAGE >= total, onclick: go(from + PAGE) },
      t('cell.next'),
    ),
  );
}
