// Quality against time: a point for each line of the table, with its interval.

import { duration, number, percent, t } from '../i18n/index.js';
import { axis, commonOptions, lineChart } from '../ui/charts.js';
import { h } from '../ui/dom.js';
import { entryName, hasRun } from './compare-table.js';

/** Told apart in both themes; the same line has the same colour in every drawing. */
const COLORS = [
  ...['#3b78c3', '#c9631f', '#2f9461', '#9359c4'],
  ...['#b08a1e', '#c04a78', '#2e98a6', '#7d7d7d'],
];
export const colorOf = (index) => COLORS[index % COLORS.length];

/** Of points with an interval: a line upright through each, then the points themselves. */
export function withInterval(points, more) {
  const bars = points.flatMap(({ x, low, high }) => [
    { x, y: low },
    { x, y: high },
    { x: NaN, y: NaN },
  ]);
  const common = { borderColor: more.color, backgroundColor: more.color, clip: false };
  return [
    {
      ...common,
      label: more.label,
      data: points.map(({ x, y }) => ({ x, y })),
      borderWidth: more.joined ? 2 : 0,
      showLine: Boolean(more.joined),
      pointRadius: 5,
      pointHoverRadius: 7,
    },
    { ...common, label: '', data: bars, borderWidth: 2, pointRadius: 0, pointHitRadius: 0 },
  ];
}

/** Without those that only draw an interval. */
export const legendOf = (options) => {
  options.plugins.legend.labels.filter = ({ text }) => text !== '';
  options.plugins.tooltip.filter = ({ dataset }) => dataset.label !== '';
  return options;
};

export const shareAxis = (colors, title) =>
  axis(colors, {
    title: { display: true, text: title, color: colors.soft },
    ticks: { callback: (value) => percent(value, 0) },
    grace: '5%',
  });

export function qualityPanel(app) {
  const chart = lineChart(t('compare.qualityLabel'), ({ entries }, colors) => {
    const datasets = entries.flatMap((entry, index) => {
      if (!hasRun(entry)) return [];
      const { mean: y, low, high } = entry.accuracy;
      const point = { x: entry.seconds.mean, y, low, high };
      return withInterval([point], { label: entryName(entry), color: colorOf(index) });
    });
    const x = axis(colors, {
      min: 0,
      title: { display: true, text: t('compare.secondsAxis'), color: colors.soft },
      ticks: { callback: (value) => (value < 10 ? `${number(value, 1)} s` : duration(value)) },
    });
    const options = legendOf(
      commonOptions(colors, [], x, shareAxis(colors, t('metric.accuracy')), {
        title: ([item]) => item.dataset.label,
        label: (item) => `${percent(item.parsed.y)}, ${duration(item.parsed.x)}`,
      }),
    );
    return { data: { datasets }, options };
  });
  const place = h('div', {}, h('h3', {}, t('compare.quality')), chart.element);
  app.store.watch(['comparison', 'theme'], ({ comparison }) => {
    const entries = comparison?.report?.entries ?? [];
    place.hidden = !entries.some(hasRun);
    if (!place.hidden) chart.draw({ entries });
  });
  return place;
}
