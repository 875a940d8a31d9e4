// Accuracy on the test texts after each training, against how many rows had a label then.

import { number, percent, t } from '../i18n/index.js';
import { h, table } from '../ui/dom.js';
import { wilson } from '../ui/metrics.js';

const SVG = 'http://www.w3.org/2000/svg';
const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT] = [320, 150, 44, 26, 10, 12];

function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** @param {{labels: number, accuracy: number, tested: number}[]} history */
export function queueCurve(history) {
  if (history.length === 0) return null;
  const last = history.at(-1);
  const [low, high] = wilson(last.accuracy, last.tested);
  const words = t('queue.accuracy', {
    share: percent(last.accuracy), count: last.tested, low: percent(low, 0), high: percent(high, 0),
  });
  const rows = history.map(({ labels, accuracy }) => [number(labels), percent(accuracy)]);
  const head = [t('queue.labels'), t('metric.accuracy')];
  return [
    h('p', {}, words),
    history.length > 1 ? picture(history) : null,
    h('details', {}, h('summary', {}, t('queue.table')),
      table({ caption: t('queue.curve'), head, rows, numeric: [0, 1] })),
    h('p', { class: 'hint' }, t('queue.honest')),
  ];
}

function picture(history) {
  const all = history.map(({ accuracy }) => accuracy);
  // At least a tenth is shown, so that noise does not look like a cliff.
  const top = Math.min(1, Math.max(...all, Math.min(...all) + 0.1));
  const base = Math.max(0, Math.min(...all, top - 0.1));
  const labels = history.map((each) => each.labels);
  const [first, most] = [Math.min(...labels), Math.max(...labels)];
  const [wide, high] = [WIDTH - LEFT - RIGHT, HEIGHT - BOTTOM - TOP];
  const x = (value) => LEFT + ((value - first) / Math.max(most - first, 1)) * wide;
  const y = (value) => HEIGHT - BOTTOM - ((value - base) / (top - base)) * high;
  const points = history.map((each) => [x(each.labels).toFixed(1), y(each.accuracy).toFixed(1)]);
  const grid = [base, (base + top) / 2, top].flatMap((value) => [
    svg('line', { class: 'grid', x1: LEFT, x2: WIDTH - RIGHT, y1: y(value), y2: y(value) }),
    svg('text', { x: LEFT - 6, y: y(value) + 4, 'text-anchor': 'end' }, percent(value, 0)),
  ]);
  const ends = [[first, 'start'], [most, 'end']].map(([value, anchor]) =>
    svg('text', { x: x(value), y: HEIGHT - 8, 'text-anchor': anchor }, number(value)));
  const path = points.map((point) => point.join()).join(' ');
  const line = svg('polyline', { class: 'line', points: path });
  const dots = points.map(([cx, cy]) => svg('circle', { class: 'dot', cx, cy, r: 3.5 }));
  return svg('svg', { class: 'queue-curve', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img',
    'aria-label': t('queue.curve') }, ...grid, ...ends, line, ...dots);
}
