// A tool of the workshop: do the probabilities mean what they say, and from which one on should the
// classifier answer at all?

import './analysis.css';
import { fixed, number, percent, t } from '../i18n/index.js';
import { fill, h, newId, table } from '../ui/dom.js';

const SVG = 'http://www.w3.org/2000/svg';
/** The diagram's own units. */
const SIZE = 300;

export function build(app) {
  const content = h('div', { class: 'calibration' });
  app.store.watch(['result'], ({ result }) => {
    const calibration = result?.report.calibration;
    fill(content, calibration
      ? [verdict(calibration), diagram(calibration), thresholds(app, calibration)]
      : h('p', { class: 'waiting' }, t('calibration.waiting')));
  });
  return content;
}

function verdict({ by, temperature, ece, ece_before: before }) {
  const values = { before: percent(before ?? 0), after: percent(ece) };
  return h('div', {},
    h('p', {}, t('calibration.ece', { ece: percent(ece) })),
    h('p', { class: 'hint' }, by === 'temperature'
      ? t('calibration.temperature', { ...values, T: fixed(temperature ?? 0, 2) })
      : t(`calibration.${by ?? 'none'}`, values)));
}

function shape(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

/** How often answers of about each confidence are right: on the diagonal all is as it says. */
function diagram({ bins }) {
  const svg = shape('svg', { viewBox: `-2 -2 ${SIZE + 4} ${SIZE + 4}`, class: 'reliability',
    role: 'img', 'aria-label': t('calibration.diagram') });
  svg.append(shape('rect', { x: 0, y: 0, width: SIZE, height: SIZE, class: 'frame' }));
  const width = SIZE / bins.count.length;
  const most = Math.max(...bins.count);
  bins.count.forEach((count, index) => {
    if (count === 0) return;
    const height = SIZE * bins.accuracy[index];
    svg.append(shape('rect', { x: index * width + 1, y: SIZE - height, width: width - 2, height,
      class: 'right', 'fill-opacity': 0.35 + (0.65 * count) / most }));
    svg.append(shape('circle', { cx: SIZE * bins.confidence[index],
      cy: SIZE - SIZE * bins.confidence[index], r: 4, class: 'says' }));
  });
  svg.append(shape('line', { x1: 0, y1: SIZE, x2: SIZE, y2: 0, class: 'ideal' }));
  const rows = bins.count.map((count, index) => [count, index]).filter(([count]) => count > 0)
    .map(([count, index]) => [
      percent(bins.confidence[index]), percent(bins.accuracy[index]), number(count)]);
  return h('figure', {}, svg,
    h('figcaption', { class: 'hint' }, t('calibration.reading')),
    h('details', {}, h('summary', {}, t('calibration.asTable')), table({
      caption: t('calibration.diagram'), rows, numeric: [0, 1, 2],
      head: [t('calibration.confidence'), t('calibration.right'), t('calibration.count')] })));
}

function thresholds(app, { curve, recommended }) {
  const id = newId('threshold');
  const words = h('output', { for: id, class: 'threshold-words' });
  const slider = h('input', { type: 'range', id, min: '0', max: '100', step: '1',
    value: String(Math.round(app.state.threshold * 100)),
    oninput: () => set(Number(slider.value)), onchange: keep });

  /** In the address, for the next visit. */
  function keep() {
    app.changeSetup({ threshold: app.state.threshold || undefined });
  }

  function choose(place) {
    set(place);
    keep();
  }

  function set(place) {
    slider.value = String(place);
    app.store.set({ threshold: place / 100 });
    const accuracy = curve.accuracy[place];
    words.textContent = accuracy === null
      ? t('calibration.nobody', { threshold: percent(place / 100) })
      : t('calibration.answers', { threshold: percent(place / 100),
        share: percent(curve.coverage[place]), accuracy: percent(accuracy) });
  }

  set(Math.round(app.state.threshold * 100));
  return h('div', { class: 'thresholds' },
    h('h3', {}, t('calibration.threshold')),
    h('p', { class: 'hint' }, t('calibration.thresholdHelp')),
    h('label', { for: id }, t('calibration.from')), slider, words,
    h('div', { class: 'audit-actions' },
      recommended.map(({ accuracy, threshold, coverage }) => threshold === null
        ? h('p', { class: 'hint' }, t('calibration.never', { accuracy: percent(accuracy) }))
        : h('button', { type: 'button', onclick: () => choose(Math.round(threshold * 100)) },
          t('calibration.recommend', { accuracy: percent(accuracy), share: percent(coverage) }))),
      h('button', { type: 'button', onclick: () => choose(0) }, t('calibration.always'))));
}
