// The confusion matrix: a canvas for the eye and the mouse, arrow keys on it for the keyboard, the
// same numbers as a table for everyone, and the texts of a cell on request.

import { number, percent, t } from '../i18n/index.js';
import { fill, h, newId, table } from './dom.js';
import { pictureButton } from './downloads.js';
import { cellAt, drawMatrix, matrixLayout } from './matrix-draw.js';
import { matrixView } from './metrics.js';

/** The colours of the matrix in the theme that is on. */
export function matrixColors() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: read('ink'),
    soft: read('ink-soft'),
    card: read('card'),
    empty: read('cell-empty'),
    right: read('cell-right'),
    wrong: read('cell-wrong'),
    light: '#ffffff',
    dark: '#16191c',
    focus: read('focus'),
    font: getComputedStyle(document.body).fontFamily,
  };
}

/**
 * @param {object} app   where it has no openCell, the cells do not open
 * @param {string[]} classes
 * @param {number[][]} confusion
 */
export function matrixPanel(app, classes, confusion) {
  const keys = newId('matrix-keys');
  const view = { kind: 'count', selected: null };
  const canvas = h('canvas', {
    class: 'matrix',
    tabindex: '0',
    role: 'application',
    'aria-roledescription': t('matrix.role'),
    'aria-label': t('matrix.label'),
    'aria-describedby': keys,
  });
  const holder = h('div', { class: 'matrix-holder' }, canvas);
  const spoken = h('p', { class: 'visually-hidden', role: 'status' });
  const tablePlace = h('div', {
    class: 'scroll',
    tabindex: '0',
    role: 'region',
    'aria-label': t('matrix.table'),
  });
  let layout = null;

  function draw() {
    const width = holder.clientWidth;
    if (width === 0) return;
    const colors = matrixColors();
    const context = canvas.getContext('2d');
    layout = matrixLayout(context, classes, width, colors.font);
    const scale = devicePixelRatio || 1;
    canvas.width = Math.round(layout.width * scale);
    canvas.height = Math.round(layout.height * scale);
    canvas.style.width = `${layout.width}px`;
    canvas.style.height = `${layout.height}px`;
    context.scale(scale, scale);
    drawMatrix(context, {
      classes,
      values: matrixView(confusion, view.kind),
      view: view.kind,
      layout,
      colors,
      words: { actual: t('matrix.actual'), predicted: t('matrix.predicted') },
      selected: view.selected,
    });
  }

  function select(cell, open) {
    view.selected = cell;
    draw();
    const { actual, predicted } = cell;
    spoken.textContent = t('matrix.cell', {
      actual: classes[actual],
      predicted: classes[predicted],
      count: confusion[actual][predicted],
    });
    if (open && confusion[actual][predicted] > 0) app.openCell?.(actual, predicted, 0);
  }

  canvas.addEventListener('click', (event) => {
    const cell = layout && cellAt(layout, event.offsetX, event.offsetY);
    if (cell) select(cell, true);
  });
  canvas.addEventListener('mousemove', (event) => {
    const cell = layout && cellAt(layout, event.offsetX, event.offsetY);
    const opens = cell && app.openCell && confusion[cell.actual][cell.predicted] > 0;
    canvas.style.cursor = opens ? 'pointer' : 'default';
    canvas.title = cell
      ? t('matrix.cell', {
          actual: classes[cell.actual],
          predicted: classes[cell.predicted],
          count: confusion[cell.actual][cell.predicted],
        })
      : '';
  });
  canvas.addEventListener('keydown', (event) => {
    const next = move(view.selected, event.key, classes.length);
    if (!next) return;
    event.preventDefault();
    showCell(holder, layout, next);
    select(next, event.key === 'Enter' || event.key === ' ');
  });

  const views = viewSwitch((kind) => {
    view.kind = kind;
    draw();
    fill(tablePlace, matrixTable(app, classes, confusion, kind));
  });
  fill(tablePlace, matrixTable(app, classes, confusion, view.kind));
  new ResizeObserver(draw).observe(holder);
  app.store.watch(['theme'], draw);

  return h(
    'div',
    { class: 'confusion' },
    h(
      'div',
      { class: 'confusion-head' },
      h('h3', {}, t('matrix.title')),
      pictureButton('confusion-matrix.png', () => canvas),
    ),
    h('p', { class: 'hint', id: keys }, t(app.openCell ? 'matrix.hint' : 'matrix.closed')),
    views,
    holder,
    spoken,
    h('details', {}, h('summary', {}, t('matrix.table')), tablePlace),
  );
}

/** Scrolls a matrix that is larger than its place. */
function showCell(holder, { left, top, cell }, { actual, predicted }) {
  const [x, y] = [left + predicted * cell, top + actual * cell];
  holder.scrollTo(x - holder.clientWidth / 2, y - holder.clientHeight / 2);
}

/** The cell that a key leads to, or null for other keys. */
export function move(selected, key, count) {
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  if (key === 'Enter' || key === ' ') return selected;
  if (!Object.hasOwn(steps, key)) return null;
  if (!selected) return { actual: 0, predicted: 0 };
  const clamp = (value) => Math.max(0, Math.min(count - 1, value));
  return {
    actual: clamp(selected.actual + steps[key][0]),
    predicted: clamp(selected.predicted + steps[key][1]),
  };
}

function viewSwitch(onChange) {
  const kinds = ['count', 'row', 'column'];
  const buttons = kinds.map((kind, index) =>
    h(
      'button',
      {
        type: 'button',
        'aria-pressed': String(index === 0),
        'data-view': kind,
        title: t(`matrix.${kind}.help`),
        onclick: () => {
          for (const button of buttons)
            button.setAttribute('aria-pressed', String(button.dataset.view === kind));
          onChange(kind);
        },
      },
      t(`matrix.${kind}`),
    ),
  );
  return h('div', { class: 'switch', role: 'group', 'aria-label': t('matrix.views') }, buttons);
}

/** The same matrix as HTML; each number opens its texts. */
function matrixTable(app, classes, confusion, view) {
  const values = matrixView(confusion, view);
  const cell = (actual, predicted) => {
    const value = values[actual][predicted];
    const text = view === 'count' ? number(value) : percent(value, 0);
    const count = confusion[actual][predicted];
    if (count === 0 || !app.openCell) return text;
    const place = { actual: classes[actual], predicted: classes[predicted], count };
    const label = `${text}. ${t('matrix.cell', place)}`;
    const onclick = () => app.openCell(actual, predicted, 0);
    return h('button', { type: 'button', class: 'link', 'aria-label': label, onclick }, text);
  };
  const rows = classes.map((label, actual) => [
    h('span', { dir: 'auto' }, label),
    ...classes.map((_, predicted) => cell(actual, predicted)),
  ]);
  const numeric = classes.map((_, index) => index + 1);
  return table({
    caption: t('matrix.label'),
    rows,
    numeric,
    head: [t('matrix.corner'), ...classes.map((label) => h('span', { dir: 'auto' }, label))],
  });
}
