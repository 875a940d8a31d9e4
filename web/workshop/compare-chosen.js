// A closer look at the chosen lines: their curves over each other, McNemar's test of two in words,
// and the matrix of the one chosen last.

import { number, percent, t } from '../i18n/index.js';
import { axis, commonOptions, lineChart } from '../ui/charts.js';
import { fill, h } from '../ui/dom.js';
import { matrixPanel } from '../ui/matrix.js';
import { colorOf } from './compare-quality.js';
import { entryName, hasRun } from './compare-table.js';

/** Below it a difference is hardly chance. */
const SURE = 0.05;

const goodRun = (entry) => entry.runs.find(({ failure }) => !failure);

export function chosenPanel(app) {
  const curves = overlay();
  const pair = h('p', { class: 'note', role: 'status' });
  const matrix = h('div');
  const hint = h('p', { class: 'hint' }, t('compare.choose'));
  const place = h('div', { class: 'compare-chosen' }, hint, pair, curves.element, matrix);
  let shown = null;
  app.store.watch(['comparison', 'comparisonView', 'theme'], ({ comparison, comparisonView }) => {
    const report = comparison?.report;
    place.hidden = !report?.entries.some(hasRun);
    if (place.hidden) return;
    const known = (i) => report.entries[i] && hasRun(report.entries[i]);
    const chosen = comparisonView.chosen.filter(known);
    hint.hidden = chosen.length > 1;
    pair.hidden = chosen.length !== 2;
    if (!pair.hidden) pair.textContent = pairWords(report, ...chosen);
    curves.draw(report, chosen);
    const last = chosen.at(-1);
    const key = last === undefined ? '' : goodRun(report.entries[last]).predictions_sha256;
    if (key === shown) return;
    shown = key;
    fill(matrix, last === undefined ? null : matrixOf(app, report, last));
  });
  return place;
}

function matrixOf(app, report, index) {
  const entry = report.entries[index];
  const name = entryName(entry);
  return [
    h('p', {}, h('strong', {}, t('compare.matrixOf', { name }))),
    matrixPanel({ store: app.store }, report.data.classes, goodRun(entry).test.confusion),
  ];
}

/** "Of 120 texts only A is right about 9, only B about 5: p = 0.42 …" */
function pairWords(report, a, b) {
  const [first, second] = [Math.min(a, b), Math.max(a, b)];
  const found = report.pairs?.find((each) => each.first === first && each.second === second);
  if (!found) return '';
  const { first_only, second_only, p } = found;
  const names = { a: entryName(report.entries[first]), b: entryName(report.entries[second]) };
  const count = first_only + second_only;
  const words = t('compare.pair', { ...names, count, first: first_only, second: second_only });
  if (count === 0) return t('compare.pairSame', names);
  const value = p < 0.001 ? t('compare.pTiny') : t('compare.p', { p: number(p, p < 0.1 ? 3 : 2) });
  return `${words} ${value} ${t(p < SURE ? 'compare.differ' : 'compare.mayBeLuck')}`;
}

/** The chosen lines' first runs: what they reached in each epoch. */
function overlay() {
  const chart = lineChart(t('compare.curvesLabel'), ({ lines, validated }, colors) => {
    const datasets = lines.map(({ label, color, points }) => ({
      label,
      data: points,
      borderColor: color,
      backgroundColor: color,
      borderWidth: 2,
      pointRadius: points.length > 30 ? 0 : 2,
      clip: false,
    }));
    const x = axis(colors, {
      min: 0,
      title: { display: true, text: t('live.epoch'), color: colors.soft },
      ticks: { precision: 0 },
    });
    const y = axis(colors, {
      ...(validated ? {} : { min: 0 }),
      ticks: { callback: (value) => (validated ? percent(value, 0) : number(value, 2)) },
    });
    const options = commonOptions(colors, [], x, y, {
      title: ([item]) => t('chart.atEpoch', { epoch: number(item.parsed.x) }),
      label: (item) =>
        `${item.dataset.label}: ` +
        (validated ? percent(item.parsed.y) : number(item.parsed.y, 3)),
    });
    return { data: { datasets }, options };
  });
  const title = h('h3');
  const element = h('div', { hidden: true }, title, chart.element);
  return {
    element,
    draw(report, chosen) {
      const trained = chosen.filter((i) => goodRun(report.entries[i]).epochs?.length > 0);
      element.hidden = trained.length === 0;
      if (element.hidden) return;
      const validated = trained.every((i) =>
        goodRun(report.entries[i]).epochs.every(({ valid_accuracy }) => valid_accuracy !== null),
      );
      title.textContent = t(validated ? 'compare.validCurves' : 'compare.trainCurves');
      const lines = trained.map((i) => ({
        label: entryName(report.entries[i]),
        color: colorOf(i),
        points: goodRun(report.entries[i]).epochs.map((each) => ({
          x: each.epoch,
          y: validated ? each.valid_accuracy : each.train_loss,
        })),
      }));
      chart.draw({ lines, validated });
    },
  };
}
