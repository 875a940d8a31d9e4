// The curves, drawn by Chart.js, which is fetched when the first curve is needed (or when the page
// has time).

import { fixed, number, percent, t } from '../i18n/index.js';
import { h } from './dom.js';

/** At most this many points on a curve: more cannot be told apart. */
const POINTS = 400;
/** Milliseconds between two drawings of a curve. */
const REDRAW = 150;

let library = null;

export function loadCharts() {
  if (!library) {
    library = import('./chart-library.js').then(({ Chart }) => Chart);
    library.catch(() => (library = null));
  }
  return library;
}

/**
 * A curve with fewer points: each is the mean of the steps that it stands for.
 * @param {{step: number, loss: number}[]} losses
 * @returns {{x: number, y: number}[]}   x in steps
 */
export function thin(losses, most = POINTS) {
  const size = Math.max(1, Math.ceil(losses.length / most));
  const points = [];
  for (let from = 0; from < losses.length; from += size) {
    const part = losses.slice(from, from + size);
    const sum = part.reduce((total, { loss }) => total + loss, 0);
    points.push({ x: part.at(-1).step, y: sum / part.length });
  }
  return points;
}

/**
 * Where blocks began to learn too: behind an epoch, and the block's number, counted from 1.
 * @param {{epoch: number, first_block: number}[]} epochs
 * @returns {{x: number, block: number}[]}
 */
export const openings = (epochs) =>
  epochs.flatMap(({ first_block }, i) =>
    i > 0 && first_block < epochs[i - 1].first_block
      ? [{ x: epochs[i - 1].epoch, block: first_block + 1 }]
      : [],
  );

/** Draws them as dashed lines with the block's number at the top. */
const openingMarks = {
  id: 'openings',
  afterDatasetsDraw({ ctx, chartArea, scales }, _, { at = [], color, font }) {
    ctx.save();
    Object.assign(ctx, { strokeStyle: color, fillStyle: color, lineWidth: 1, font });
    ctx.setLineDash([4, 4]);
    for (const { x, words } of at) {
      const left = scales.x.getPixelForValue(x);
      ctx.beginPath();
      ctx.moveTo(left, chartArea.top);
      ctx.lineTo(left, chartArea.bottom);
      ctx.stroke();
      ctx.fillText(words, left + 3, chartArea.top + 10);
    }
    ctx.restore();
  },
};

const marks = (epochs, colors) => ({
  at: openings(epochs).map(({ x, block }) => ({ x, words: t('chart.opening', { block }) })),
  color: colors.soft,
  font: `11px ${colors.font}`,
});

/** The page's colours of the theme that is on. */
export function palette() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: read('ink'),
    soft: read('ink-soft'),
    line: read('line'),
    card: read('card'),
    train: read('train'),
    valid: read('valid'),
    font: getComputedStyle(document.body).fontFamily,
  };
}

/** Charts that were drawn; those of a page that was built anew are let go. */
const charts = new Set();

function letGo() {
  for (const chart of charts) {
    if (chart.canvas?.isConnected) continue;
    charts.delete(chart);
    chart.destroy();
  }
}

/**
 * A chart that exists once Chart.js has come, and draws the latest data that it was given, a few
 * times a second at most: a drawing costs what some steps of training cost.
 */
export function lineChart(label, configure) {
  const canvas = h('canvas', { role: 'img', 'aria-label': label });
  const element = h('div', { class: 'chart' }, canvas);
  let chart = null;
  let latest = null;
  let waiting = false;

  async function update() {
    // Without the library there is still the table: the next drawing asks again.
    const Chart = await loadCharts().catch(() => null);
    waiting = false;
    if (!Chart || !canvas.isConnected) return;
    const { data, options } = configure(latest, palette());
    if (!chart) {
      letGo();
      chart = new Chart(canvas, { type: 'line', data: { datasets: [] }, options,
        plugins: [openingMarks] });
      charts.add(chart);
      return draw(latest); // in another task: both together would hold the page up
    }
    const { datasets } = chart.data;
    if (datasets.length === data.datasets.length)
      datasets.forEach((set, index) => Object.assign(set, data.datasets[index]));
    else chart.data = data;
    chart.options = options;
    chart.update('none');
  }

  function draw(data) {
    latest = data;
    if (waiting) return;
    waiting = true;
    setTimeout(update, chart ? REDRAW : 0);
  }

  return { element, canvas, draw };
}

export function axis(colors, more) {
  const ticks = { color: colors.soft, maxRotation: 0, ...more.ticks };
  return {
    type: 'linear',
    border: { color: colors.line },
    grid: { color: colors.line },
    ...more,
    ticks,
  };
}

/** @param {object[]} epochs   at whose openings of blocks a line is drawn; [] for none */
export function commonOptions(colors, epochs, x, y, tooltip) {
  return {
    animation: false,
    parsing: false,
    normalized: true,
    responsive: true,
    maintainAspectRatio: false,
    layout: { padding: { top: 8, right: 12 } },
    color: colors.ink,
    font: { family: colors.font },
    interaction: { mode: 'nearest', axis: 'x', intersect: false },
    scales: { x, y },
    plugins: {
      legend: {
        position: 'bottom',
        labels: { color: colors.ink, usePointStyle: true, boxWidth: 8, boxHeight: 8 },
      },
      tooltip: { callbacks: tooltip },
      openings: marks(epochs, colors),
    },
  };
}

const epochAxis = (colors, last) =>
  axis(colors, {
    min: 0,
    max: last,
    title: { display: true, text: t('live.epoch'), color: colors.soft },
    ticks: { precision: 0, callback: (value) => number(value) },
  });

/** A point an epoch, and a ring around the best one's. */
function points(colors, epochs, best, key) {
  const at = (rows) => rows.map((row) => ({ x: row.epoch, y: row[key] }));
  const common = { borderColor: colors.valid, borderWidth: 2, clip: false };
  return [
    {
      ...common,
      label: t(key === 'valid_loss' ? 'chart.valid' : 'chart.validAccuracy'),
      data: at(epochs),
      backgroundColor: colors.valid,
      pointRadius: 3,
    },
    {
      ...common,
      label: t('chart.best'),
      data: at(epochs.filter(({ epoch }) => epoch === best)),
      backgroundColor: 'transparent',
      pointRadius: 8,
      pointHoverRadius: 8,
      showLine: false,
    },
  ];
}

/** Training loss a step, validation loss (where there is one) an epoch; x in epochs. */
export function lossChart() {
  return lineChart(t('chart.lossLabel'), (state, colors) => {
    const { losses, epochs, steps, best, last, validated } = state;
    const line = thin(losses).map(({ x, y }) => ({ x: x / steps, y }));
    const train = {
      label: t('chart.train'),
      data: line,
      borderColor: colors.train,
      backgroundColor: colors.train,
      borderWidth: 1.5,
      pointRadius: 0,
      clip: false,
    };
    const y = axis(colors, { min: 0, ticks: { callback: (value) => number(value, 2) } });
    const options = commonOptions(colors, epochs, epochAxis(colors, last), y, {
      title: ([item]) => t('chart.atEpoch', { epoch: number(item.parsed.x, 1) }),
      label: (item) => `${item.dataset.label}: ${fixed(item.parsed.y)}`,
    });
    const valid = validated ? points(colors, epochs, best, 'valid_loss') : [];
    return { data: { datasets: [train, ...valid] }, options };
  });
}

export function accuracyChart() {
  return lineChart(t('chart.accuracyLabel'), ({ epochs, best, last }, colors) => {
    const y = axis(colors, {
      min: 0,
      max: 1,
      ticks: { stepSize: 0.25, callback: (value) => percent(value, 0) },
    });
    const options = commonOptions(colors, epochs, epochAxis(colors, last), y, {
      title: ([item]) => t('chart.atEpoch', { epoch: number(item.parsed.x, 1) }),
      label: (item) => percent(item.parsed.y),
    });
    return { data: { datasets: points(colors, epochs, best, 'valid_accuracy') }, options };
  });
}
