// From a text's tokens to its probabilities: the vectors, the one that is read, the head's product,
// the logits.

import { fixed, number, percent, t } from '../../i18n/index.js';
import { h } from '../../ui/dom.js';
import { createClassifier, drawProgress, heading, labelled, select, whenQuiet }
  from './classifier.js';

const ID = '6-02-classification-head';
const READOUTS = ['words', 'mean', 'last', 'special'];
const TOKENS = 0;
const VECTORS = 1;
const READ = 2;
const PRODUCT = 3;
const LOGITS = 4;
const PROBABILITIES = 5;
/** Tokens that are shown: the first and the last ones of a long text. */
const SHOWN = 16;
const ROW = 22;

const strongest = (values) => values.indexOf(Math.max(...values));

/**
 * The places of what counts most for a class, in their own order; as many of each part that is
 * read.
 */
export function telling(told, k, count) {
  const { read, head } = told.values;
  const W = read.shape[0];
  const C = told.channels;
  const effect = (w) => Math.abs(read.data[w] * head.data[k * W + w]);
  const strongestOf = (from) => Array.from({ length: C }, (_, i) => from + i)
    .sort((a, b) => effect(b) - effect(a)).slice(0, (count * C) / W).sort((a, b) => a - b);
  return Array.from({ length: W / C }, (_, part) => strongestOf(part * C)).flat();
}

/** What a token brings to place w of what is read. */
export function tokenValue(told, token, w) {
  const { last_block: out, normalised, embeddings } = told.values;
  const C = told.channels;
  if (told.readout === 'last' || told.readout === 'special') return normalised.data[token * C + w];
  return w < C ? out.data[token * C + w] : embeddings.data[token * C + w - C];
}

/** The size that nine in ten stay below: single outliers would leave the rest pale. */
function scale(rows) {
  const sizes = rows.flat().map(Math.abs).sort((a, b) => a - b);
  return sizes[Math.floor(sizes.length * 0.9)] || 1;
}

export function create(frame) {
  const classifier = createClassifier(frame, ID);
  const seen = new Set();
  let told = null;
  let text = frame.get('text');
  let readout = READOUTS.includes(frame.get('readout')) ? frame.get('readout') : READOUTS[0];
  let ngrams = frame.get('ngrams') === 'true';
  let asked = 0;

  const input = h('input', { type: 'text', maxlength: 500, oninput: () => {
    text = input.value;
    frame.set({ text });
    lookSoon();
  } });
  const lookSoon = whenQuiet(() => look().catch(frame.fail));
  const retrain = (values) => {
    frame.set(values);
    frame.reopen();
  };
  const box = h('input', { type: 'checkbox', checked: ngrams, onchange: () => {
    ngrams = box.checked;
    retrain({ ngrams });
  } });

  async function look() {
    if (!classifier.state?.finished) return;
    const mine = ++asked;
    const found = await frame.ask('lookInside', { model: 'classifier' }, text);
    if (mine !== asked) return;
    told = found;
    seen.add(told.classes[strongest(told.probabilities)]);
    frame.redraw();
  }

  async function open() {
    told = null;
    seen.clear();
    await frame.model();
    const rows = await frame.rows();
    text ??= rows.rows[0]?.text ?? '';
    input.value = text;
    const options = { strategy: 'head', readout, ngrams, seed: 1 };
    if (await classifier.train(options, rows)) await look();
  }

  /** Tokens that are shown, by their places; null stands for those between. */
  function shownTokens() {
    const all = told.tokens.map((_, i) => i);
    return all.length <= SHOWN ? all
      : [...all.slice(0, SHOWN / 2), null, ...all.slice(-SHOWN / 2 + 1)];
  }

  /** Vectors and embeddings are of other sizes: each part is shown on a scale of its own. */
  function inParts(values) {
    const columns = values.find((row) => row.length).length;
    const count = told.width / told.channels;
    return Array.from({ length: count }, (_, i) => {
      const [from, to] = [(i * columns) / count, ((i + 1) * columns) / count];
      return { from, to, most: scale(values.map((row) => row.slice(from, to))) };
    });
  }

  const isRead = (i) => told.readout === 'mean' || told.readout === 'words'
    || i === told.tokens.length - 1;

  /** @returns {number} where the next part begins */
  function drawTokens(p, stage, layout) {
    const { left, strip, places } = layout;
    const shown = shownTokens();
    const values = shown.map((i) => (i === null ? [] : places.map((w) => tokenValue(told, i, w))));
    const parts = inParts(values);
    let y = 8 + heading(p, 12, t(stage === TOKENS ? 'c6.head.tokens' : 'c6.head.vectors', {
      count: told.tokens.length, shown: places.length, width: told.width }));
    shown.forEach((i, at) => {
      if (i === null) p.text(4, y + 13, '⋮', { tone: 'soft' });
      else {
        const marked = stage >= READ && isRead(i);
        const tone = () => (marked ? 'soft' : 'plain');
        p.tokens(0, y - 2, left - 12, [told.tokens[i]], { tone });
        if (stage === TOKENS) p.text(left, y + 13, String(told.tokens[i].id), { tone: 'soft' });
        else {
          parts.forEach(({ from, to, most }) => p.heat(left + (from * strip) / places.length, y + 1,
            ((to - from) * strip) / places.length, ROW - 6, [values[at].slice(from, to)],
            { most }));
          if (marked) p.add('rect', { x: left - 3, y: y - 1, width: strip + 6, height: ROW - 3,
            rx: 4, class: 'box stroke-accent', fill: 'none' });
        }
      }
      y += ROW + 4;
    });
    return y + 6;
  }

  function drawRead(p, y, { left, strip, places }) {
    const { read } = told.values;
    const values = places.map((w) => read.data[w]);
    p.arrow([[left + strip / 2, y - 6], [left + strip / 2, y + 18]], { tone: 'accent' });
    p.text(0, y + 36, t('c6.head.read'), { weight: 600, width: left - 8 });
    p.heat(left, y + 24, strip, 18, [values], { most: scale([values]) });
    return y + 56 + p.paragraph(left, y + 58, t(`c6.head.reads.${told.readout}`),
      { width: strip, size: 12, tone: 'soft' });
  }

  function drawClasses(p, top, stage, { left, strip, places }) {
    const { read, head } = told.values;
    const W = read.shape[0];
    const { network, ngrams: added, sum } = told.logits;
    const chosen = strongest(told.probabilities);
    const effects = told.classes.map((_, k) => places.map(
      (w) => read.data[w] * head.data[k * W + w]));
    const most = scale(effects);
    const highest = Math.max(...sum.map(Math.abs), ...network.map(Math.abs), 1e-9);
    let y = top + 10 + heading(p, top + 12,
      t('c6.head.product', { shown: places.length, width: W }));
    told.classes.forEach((label, k) => {
      const tone = stage >= PROBABILITIES && k === chosen ? 'accent' : 'ink';
      p.text(0, y + 13, label, { width: left - 8, weight: k === chosen ? 600 : 400, tone });
      p.heat(left, y, strip, 16, [effects[k]], { most });
      if (stage >= LOGITS) {
        const parts = added
          ? t('c6.head.sum', { network: fixed(network[k], 2), ngrams: fixed(added[k], 2),
            sum: fixed(sum[k], 2) })
          : t('c6.head.logit', { logit: fixed(sum[k], 2) });
        const w = strip / 2 - 8;
        const length = (Math.abs(sum[k]) / highest) * (w / 2);
        p.add('rect', { x: left, y: y + 21, width: w, height: 8, class: 'ground' });
        p.add('rect', { x: sum[k] < 0 ? left + w / 2 - length : left + w / 2, y: y + 21,
          width: length, height: 8, class: `fill-${sum[k] < 0 ? 'valid' : 'accent'}` });
        p.text(left + w + 8, y + 29, parts, { size: 12, tone: 'soft', width: strip / 2 });
      }
      if (stage >= PROBABILITIES) {
        const w = strip / 2 - 8;
        p.bar(left, y + 34, w, 8, told.probabilities[k], { tone: k === chosen ? 'good' : 'line' });
        p.text(left + w + 8, y + 42, percent(told.probabilities[k]), { size: 12,
          weight: k === chosen ? 600 : 400 });
      }
      y += stage >= PROBABILITIES ? 54 : stage >= LOGITS ? 40 : 24;
    });
    return y;
  }

  return {
    stages: 6,
    controls: [
      labelled(t('c6.text'), input, 'wide'),
      labelled(t('c6.head.readout'), select(
        Object.fromEntries(READOUTS.map((each) => [each, t(`c6.readout.${each}`)])), readout,
        (value) => {
          readout = value;
          retrain({ readout });
        })),
      h('label', { class: 'check' }, box, ' ', t('c6.ngrams')),
      frame.rowsControl(),
    ],
    open,
    enter: async () => {
      if (!told && !classifier.closed) await open();
    },
    draw(stage, p) {
      if (!told) {
        const progress = classifier.state?.progress;
        return progress ? 10 + drawProgress(p, 0, 4, p.width, progress) : 10;
      }
      const left = p.narrow ? 104 : 170;
      const strip = p.width - left - 6;
      const places = telling(told, strongest(told.probabilities), p.narrow ? 24 : 48);
      const layout = { left, strip, places };
      let y = drawTokens(p, stage, layout);
      if (stage >= READ) y = drawRead(p, y, layout);
      if (stage >= PRODUCT) y = drawClasses(p, y + 8, stage, layout);
      return y + 8;
    },
    says(stage) {
      if (!told) return classifier.state ? t('c6.training') : '';
      const k = strongest(told.probabilities);
      const values = {
        count: told.tokens.length, channels: told.channels, width: told.width,
        classes: told.classes.length, weights: told.classes.length * told.width,
        label: told.classes[k], share: percent(told.probabilities[k]),
        logit: fixed(told.logits.sum[k], 2), layers: told.layers,
        rows: number(classifier.state.description.split.train),
      };
      const key = ['tokens', 'vectors', `read.${told.readout}`, 'product', 'logits',
        'probabilities'][stage];
      return t(`${ID}.says.${key}`, values);
    },
    done: () => seen.size > 1,
    close: classifier.close,
  };
}
