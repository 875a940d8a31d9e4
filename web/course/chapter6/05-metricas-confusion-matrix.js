// Accuracy, precision, recall and F1 as they are read off the confusion matrix, with a threshold
// that can be moved.

import { fixed, number, percent, t } from '../../i18n/index.js';
import { h } from '../../ui/dom.js';
import { createClassifier, drawProgress, heading, labelled } from './classifier.js';

const ID = '6-05-metricas-confusion-matrix';
const [MATRIX, ACCURACY, PRECISION, RECALL, F1, MACRO] = [0, 1, 2, 3, 4, 5];
const DOTS = 12;

const strongest = (values) => values.indexOf(Math.max(...values));

/**
 * Rows true, columns answered. A threshold on a class: texts get it from this probability on, and
 * otherwise their strongest other one.
 * @param {{label: string, probabilities: number[]}[]} tested
 */
export function confusionOf(tested, classes, { of, threshold } = {}) {
  const matrix = classes.map(() => classes.map(() => 0));
  for (const { label, probabilities } of tested) {
    const others = probabilities.map((p, k) => (k === of ? -1 : p));
    const answer = threshold === undefined ? strongest(probabilities)
      : probabilities[of] >= threshold ? of : strongest(others);
    matrix[classes.indexOf(label)][answer]++;
  }
  return matrix;
}

/** Of one class, as src/train/metrics.h defines them: 0 where there is nothing to divide by. */
export function scores(matrix, k) {
  const sum = (values) => values.reduce((total, value) => total + value, 0);
  const hits = matrix[k][k];
  const [answered, support] = [sum(matrix.map((row) => row[k])), sum(matrix[k])];
  const share = (a, b) => (b ? a / b : 0);
  return { hits, answered, support, precision: share(hits, answered), recall: share(hits, support),
    f1: share(2 * hits, answered + support) };
}

export function totals(matrix) {
  const count = matrix.flat().reduce((total, value) => total + value, 0);
  const right = matrix.reduce((total, row, k) => total + row[k], 0);
  const each = matrix.map((_, k) => scores(matrix, k));
  const occur = each.filter(({ answered, support }) => answered + support);
  return { count, right, accuracy: right / count,
    macro: occur.reduce((total, { f1 }) => total + f1, 0) / occur.length };
}

export function create(frame) {
  const classifier = createClassifier(frame, ID);
  let chosen = Math.max(0, Number(frame.get('class')) || 0);
  let threshold = frame.get('threshold') ? Number(frame.get('threshold')) : undefined;
  const moved = { threshold: false, class: false };

  const slider = h('input', { type: 'range', min: 0, max: 1, step: 0.01, value: 0.5,
    oninput: () => setThreshold(Number(slider.value)) });
  const sliderLabel = labelled('', slider, 'wide');
  const words = h('span', {});
  sliderLabel.prepend(words);
  const reset = h('button', { type: 'button', class: 'small', onclick: () => {
    setThreshold(undefined);
  } }, t(`${ID}.reset`));

  function setThreshold(value) {
    threshold = value;
    moved.threshold ||= value !== undefined;
    frame.set({ threshold: value === undefined ? undefined : String(value) });
    showControls();
    frame.redraw();
  }

  function choose(k) {
    moved.class ||= k !== chosen;
    chosen = k;
    threshold = undefined;
    frame.set({ class: String(k), threshold: undefined });
    showControls();
    frame.redraw();
  }

  const told = () => classifier.state?.finished;
  const label = () => told().classes[chosen];

  function showControls() {
    sliderLabel.hidden = reset.hidden = !told();
    if (!told()) return;
    slider.value = String(threshold ?? 0.5);
    words.textContent = threshold === undefined ? t(`${ID}.noThreshold`, { label: label() })
      : t(`${ID}.threshold`, { label: label(), share: percent(threshold, 0) });
  }

  async function open() {
    await frame.model();
    const rows = await frame.rows();
    await classifier.train({ strategy: 'head', seed: 1 }, rows);
    if (told()) chosen = Math.min(chosen, told().classes.length - 1);
    showControls();
  }

  const matrixNow = () => confusionOf(told().tested, told().classes, { of: chosen, threshold });

  /** What of the matrix a stage looks at. */
  function toneOf(stage, row, column) {
    if (stage === ACCURACY) return row === column ? 'good' : 'plain';
    const [own, other] = [row === chosen, column === chosen];
    if (own && other && stage !== MACRO) return 'good';
    if (stage === PRECISION) return other ? 'bad' : 'plain';
    if (stage === RECALL) return own ? 'bad' : 'plain';
    if (stage === F1) return own || other ? 'bad' : 'plain';
    return row === column ? 'soft' : 'plain';
  }

  function drawMatrix(p, stage, x, y, width) {
    const { classes } = told();
    const matrix = matrixNow();
    const names = Math.min(110, width * 0.3);
    const size = Math.min(56, (width - names) / classes.length);
    p.text(x + names + (size * classes.length) / 2, y + 12, t(`${ID}.answered`),
      { anchor: 'middle', tone: 'soft', size: 12 });
    classes.forEach((name, k) => {
      const own = k === chosen;
      const style = { size: 11.5, weight: own ? 600 : 400, tone: own ? 'accent' : 'ink' };
      p.text(x + names + (k + 0.5) * size, y + 30, name,
        { ...style, anchor: 'middle', width: size - 4 });
      p.text(x + names - 8, y + 38 + (k + 0.5) * size + 4, name,
        { ...style, anchor: 'end', width: names - 8 });
    });
    matrix.forEach((row, i) => row.forEach((count, j) => {
      const [left, top] = [x + names + j * size, y + 38 + i * size];
      p.box(left + 1, top + 1, size - 2, size - 2,
        { label: String(count), tone: toneOf(stage, i, j), radius: 4 });
    }));
    classes.forEach((name, k) => p.target(x, y + 38 + k * size, names + size * classes.length,
      size, t(`${ID}.choose`, { label: name }), () => choose(k)));
    return y + 46 + size * classes.length;
  }

  /** A fraction as it is written, with what it comes to. */
  function formula(p, x, y, w, name, over, under, value) {
    p.text(x, y + 22, name, { weight: 600, width: 84 });
    const line = Math.min(250, w - 164);
    p.text(x + 88 + line / 2, y + 13, over, { anchor: 'middle', size: 12, width: line });
    p.add('path', { d: `M${x + 88} ${y + 18}h${line}`, class: 'axis' });
    p.text(x + 88 + line / 2, y + 32, under, { anchor: 'middle', size: 12, width: line });
    p.text(x + 96 + line, y + 22, `= ${value}`, { weight: 600 });
    return y + 46;
  }

  function drawFormulas(p, stage, x, y, w) {
    const matrix = matrixNow();
    const { hits, answered, support, precision, recall, f1 } = scores(matrix, chosen);
    const { count, right, accuracy, macro } = totals(matrix);
    const of = (key, values) => t(`${ID}.of.${key}`, values);
    let at = y + 2 + heading(p, y + 12, t(`${ID}.ofClass`, { label: label() }), x, w);
    if (stage >= ACCURACY) {
      at = formula(p, x, at, w, t(`${ID}.accuracy`), of('right', { right }), of('all', { count }),
        percent(accuracy));
    }
    if (stage >= PRECISION) {
      at = formula(p, x, at, w, t(`${ID}.precision`), of('hits', { hits }),
        of('answered', { answered }), percent(precision));
    }
    if (stage >= RECALL) {
      at = formula(p, x, at, w, t(`${ID}.recall`), of('hits', { hits }),
        of('support', { support }), percent(recall));
    }
    if (stage >= F1) {
      at = formula(p, x, at, w, 'F1', `2 × ${hits}`, `${answered} + ${support}`, fixed(f1));
    }
    if (stage >= MACRO) {
      const each = matrix.map((_, k) => scores(matrix, k));
      const sum = each.map((own) => fixed(own.f1, 2)).join(' + ');
      at = formula(p, x, at, w, t(`${ID}.macro`), sum, String(each.length), fixed(macro));
    }
    return at;
  }

  /** Each tested text at its probability of the class: its own ones above the line. */
  function drawStrip(p, y) {
    const [left, w] = [8, p.width - 16];
    const { tested } = told();
    const line = y + 58 + heading(p, y + 12, t(`${ID}.strip`, { label: label() }));
    const piles = new Map();
    const dots = tested.map(({ label: own, probabilities }) => {
      const is = own === label();
      const slot = Math.min(Math.floor(probabilities[chosen] * (w / DOTS)),
        Math.floor(w / DOTS) - 1);
      const height = piles.get(`${is}${slot}`) ?? 0;
      piles.set(`${is}${slot}`, height + 1);
      return { is, slot, height };
    });
    const step = Math.min(10, 40 / Math.max(...piles.values()));
    for (const { is, slot, height } of dots) {
      p.add('circle', { cx: left + slot * DOTS + DOTS / 2,
        cy: line + (is ? -1 : 1) * (7 + height * step), r: 4,
        class: `fill-${is ? 'accent' : 'valid'}` });
    }
    p.add('path', { d: `M${left} ${line}h${w}`, class: 'axis' });
    const legend = p.paragraph(left, line + 62, t(`${ID}.legend`, { label: label() }),
      { size: 12, tone: 'soft', width: w });
    if (threshold !== undefined) {
      const x = left + threshold * w;
      p.add('path', { d: `M${x} ${line - 46}V${line + 46}`, class: 'curve stroke-bad' });
      p.text(Math.min(x + 6, left + w - 40), line - 40, percent(threshold, 0),
        { size: 12, weight: 600, tone: 'bad' });
    }
    drag(p, left, line, w);
    return line + 54 + legend;
  }

  function drag(p, left, line, w) {
    const area = p.add('rect', { x: left, y: line - 46, width: w, height: 92, class: 'target',
      'data-tool': true });
    const at = (event) => {
      const box = p.root.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * p.width;
      setThreshold(Math.round(Math.max(0, Math.min(1, (x - left) / w)) * 100) / 100);
    };
    // The picture is drawn anew while the pointer moves: the listeners are the window's.
    area.addEventListener('pointerdown', (event) => {
      event.preventDefault();
      at(event);
      const stop = new AbortController();
      addEventListener('pointermove', at, { signal: stop.signal });
      addEventListener('pointerup', () => stop.abort(), { signal: stop.signal });
    });
  }

  showControls();
  return {
    stages: 6,
    controls: [sliderLabel, reset, frame.rowsControl()],
    open,
    enter: async () => {
      if (!told() && !classifier.closed) await open();
    },
    draw(stage, p) {
      if (!told()) {
        const progress = classifier.state?.progress;
        return progress ? 10 + drawProgress(p, 0, 4, p.width, progress) : 10;
      }
      if (!told().tested.length) return 16 + heading(p, 14, t('c6.untested'));
      const wide = p.narrow ? p.width : Math.min(430, p.width * 0.52);
      let y = drawMatrix(p, stage, 0, 0, wide);
      const right = p.narrow ? drawFormulas(p, stage, 0, y, p.width)
        : drawFormulas(p, stage, wide + 24, 24, p.width - wide - 24);
      y = Math.max(y, right);
      return drawStrip(p, y + 10);
    },
    says(stage) {
      if (!told()) return classifier.state ? t('c6.training') : '';
      if (!told().tested.length) return t('c6.untested');
      const matrix = matrixNow();
      const { hits, answered, support, precision, recall, f1 } = scores(matrix, chosen);
      const { count, right, accuracy, macro } = totals(matrix);
      const key = ['matrix', 'accuracy', 'precision', 'recall', 'f1', 'macro'][stage];
      return t(`${ID}.says.${key}`, { label: label(), hits, answered, support, right,
        tested: number(count), classes: told().classes.length, accuracy: percent(accuracy),
        missed: support - hits, wrong: answered - hits, precision: percent(precision),
        recall: percent(recall), f1: fixed(f1), macro: fixed(macro) });
    },
    done: () => moved.threshold && moved.class,
    close: classifier.close,
  };
}
