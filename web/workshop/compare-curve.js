// The learning curve: accuracy with more and more labels, the n-grams beside it, and whether more
// labels would help.

import { fixed, number, percent, t } from '../i18n/index.js';
import { axis, commonOptions, lineChart } from '../ui/charts.js';
import { fill, h, icon, saveBlob, table } from '../ui/dom.js';
import { strategyWords } from '../ui/strategies.js';
import { colorOf, legendOf, shareAxis, withInterval } from './compare-quality.js';
import { hasRun } from './compare-table.js';

const points = (report, which) =>
  report.curve.points
    .map((point) => report.entries[point[which]])
    .filter(hasRun)
    .map(({ rows, accuracy: { mean, low, high } }) => ({ x: rows, y: mean, low, high }));

export function curvePanel(app) {
  const chart = drawing();
  const verdict = h('p', { class: 'note', role: 'status' });
  const numbers = h('div', {
    class: 'scroll',
    tabindex: '0',
    role: 'region',
    'aria-label': t('curve.title'),
  });
  const download = h(
    'button',
    {
      type: 'button',
      onclick: () =>
        saveBlob(
          new Blob([app.state.learningCurve.text], { type: 'application/json' }),
          'learning-curve.json',
        ),
    },
    icon('download'),
    'learning-curve.json',
  );
  const place = h(
    'div',
    { class: 'compare-part' },
    verdict,
    chart.element,
    numbers,
    h('div', { class: 'actions' }, download),
  );
  app.store.watch(['learningCurve', 'theme'], ({ learningCurve }) => {
    const report = learningCurve?.report;
    place.hidden = !report?.entries.some(hasRun);
    if (place.hidden) return;
    verdict.hidden = !report.curve.gain;
    if (report.curve.gain) verdict.textContent = gainWords(report);
    chart.draw(report);
    fill(numbers, numbersOf(report));
  });
  return place;
}

/** An honest answer: what the last doubling brought, and how sure that is. */
function gainWords({ curve: { gain }, entries }) {
  const { mean, low, high } = gain.accuracy;
  const signed = (value) => (value > 0 ? '+' : '') + fixed(value * 100, 1);
  const values = {
    from: entries[gain.from].rows,
    to: entries[gain.to].rows,
    gain: signed(mean),
    low: signed(low),
    high: signed(high),
  };
  return `${t('curve.gain', values)} ${t(`curve.${gain.verdict}`)}`;
}

function drawing() {
  return lineChart(t('curve.label'), (report, colors) => {
    const [first] = report.entries;
    const datasets = [
      ...withInterval(points(report, 'entry'), {
        label: strategyWords(first.name),
        color: colorOf(0),
        joined: true,
      }),
      ...withInterval(points(report, 'baseline'), {
        label: t('compare.ngrams'),
        color: colorOf(7),
        joined: true,
      }),
    ];
    const x = axis(colors, {
      min: 0,
      title: { display: true, text: t('curve.rows'), color: colors.soft },
      ticks: { callback: (value) => number(value) },
    });
    const options = legendOf(
      commonOptions(colors, [], x, shareAxis(colors, t('metric.accuracy')), {
        title: ([item]) => t('curve.atRows', { count: item.parsed.x }),
        label: (item) => `${item.dataset.label}: ${percent(item.parsed.y)}`,
      }),
    );
    return { data: { datasets }, options };
  });
}

function numbersOf({ curve, entries }) {
  const cell = (entry) => {
    const { mean, low, high } = entry.accuracy;
    return hasRun(entry) ? `${percent(mean)} (${percent(low, 0)}–${percent(high, 0)})` : '…';
  };
  const rows = curve.points.map(({ entry, baseline }) => [
    entries[entry].labels_per_class ? number(entries[entry].labels_per_class) : t('curve.all'),
    entries[entry].rows ? number(entries[entry].rows) : '…',
    cell(entries[entry]),
    cell(entries[baseline]),
  ]);
  const head = [
    t('curve.labels'),
    t('curve.rows'),
    strategyWords(entries[0].name),
    t('compare.ngrams'),
  ];
  return table({ caption: t('curve.title'), head, rows, numeric: [1, 2, 3] });
}
