// Cross-entropy: a sentence of the reader's, what the model expected at each of its tokens, and
// what the one that came cost.

import { fixed, number, percent, t } from '../../i18n/index.js';
import { h } from '../../ui/dom.js';
import { visible } from '../draw.js';

const ID = '5-02-cross-entropy';
const say = (key, values) => t(`${ID}.${key}`, values);
const CANDIDATES = 8;
/** Loss at which a chip's colour is full: a token held for less likely than 1 in 3000. */
const FULL = 8;
/** What the task asks for. */
const SURE = 0.5;
const SURPRISED = 10;
const TYPING = 400;
const ROW = 21;

/** Two digits of a probability, however small it is: 12.3%, 0.0012%. */
const share = (p) => percent(p, Math.max(1, Math.min(8, 1 - Math.floor(Math.log10(p * 100)))));

/** @param {object} frame   of frame.js */
export function create(frame) {
  /** What the worker says of the sentence: {tokens, loss, perplexity, bits_per_byte, truncated}. */
  let looked = null;
  let typing = 0;
  const found = { sure: false, surprised: false };
  const text = () => frame.get('text') ?? say('example');

  const input = h('input', { type: 'text', value: text(), maxlength: 600, spellcheck: 'false',
    oninput: () => {
      clearTimeout(typing);
      typing = setTimeout(() => {
        frame.set({ text: input.value });
        frame.reopen();
      }, TYPING);
    } });
  const controls = [h('label', { class: 'wide' }, say('sentence'), input)];

  async function open() {
    await frame.model();
    const asked = text();
    looked = asked.trim() ? await frame.ask('look', 'shipped', asked) : null;
    if (!looked || asked === say('example')) return;
    for (const { loss, probability } of looked.tokens) {
      found.sure ||= probability > SURE;
      found.surprised ||= loss > SURPRISED;
    }
  }

  const tokens = () => looked?.tokens ?? [];
  const isWhole = (stage) => stage >= tokens().length;
  /** The loss up to a token, in all and on average. */
  function upTo(stage) {
    const seen = tokens().slice(0, stage + 1);
    const sum = seen.reduce((total, { loss }) => total + loss, 0);
    return { sum, count: seen.length, mean: sum / seen.length };
  }

  const what = (token) => visible(token.text) || '∅';

  function drawSentence(picture, stage) {
    const { narrow, width } = picture;
    picture.text(0, 14, say('tokens'), { weight: 600 });
    picture.text(narrow ? 0 : width, narrow ? 32 : 14, say('legend'),
      { size: 11.5, tone: 'soft', anchor: narrow ? 'start' : 'end' });
    const y = narrow ? 44 : 26;
    const { height } = picture.tokens(0, y, picture.width, tokens(), {
      tone: (_, i) => (i <= stage ? 'bad' : 'plain'),
      strength: ({ loss }, i) => (i <= stage ? loss / FULL : 1),
      detail: ({ loss }, i) => (i <= stage ? fixed(loss, 2) : ' '),
      picked: stage, pick: (i) => frame.go(i),
      name: (token, i) => say('pick', { number: i + 1, token: token.text }),
    });
    return y + height + 24;
  }

  /** The candidates' bars, the true token among them or below. @returns {number} its height */
  function drawCandidates(picture, x, y, width, stage) {
    const token = tokens()[stage];
    const rows = token.top.slice(0, CANDIDATES).map((each, i) => ({ ...each, rank: i + 1 }));
    const isIn = rows.some(({ id }) => id === token.id);
    if (!isIn) rows.push({ ...token, apart: true });
    picture.text(x, y + 12, say(stage ? 'expected' : 'expectedFirst'),
      { weight: 600, width });
    const left = Math.min(120, width * 0.34);
    const most = Math.max(...rows.map(({ probability }) => probability));
    let at = y + 28;
    for (const row of rows) {
      const own = row.id === token.id;
      if (row.apart) {
        picture.text(x + left - 8, at + 8, '⋮', { anchor: 'end', tone: 'soft' });
        at += ROW - 4;
      }
      if (own) picture.add('rect', { x, y: at - 4, width, height: ROW, rx: 5,
        class: 'chip tone-good' });
      picture.text(x + left - 8, at + 11, what(row),
        { anchor: 'end', width: left - 14, weight: own ? 600 : 400 });
      picture.bar(x + left, at, width - left - 84, 12, row.probability / most,
        { tone: own ? 'good' : 'accent', ground: false });
      picture.text(x + width - 6, at + 11, share(row.probability),
        { anchor: 'end', size: 12, weight: own ? 600 : 400 });
      at += ROW;
    }
    picture.text(x, at + 14, say('rank', { rank: token.rank, token: what(token) }),
      { size: 11.5, tone: 'soft', width });
    return at + 22 - y;
  }

  /** -ln p as a curve, and where this token stands on it. @returns {number} its height */
  function drawLoss(picture, x, y, width, stage) {
    const { probability, loss, ...token } = tokens()[stage];
    picture.text(x, y + 12, say('cost'), { weight: 600 });
    const line = Array.from({ length: 60 }, (_, i) => {
      const p = Math.exp(-FULL * 1.5 * (1 - i / 59));
      return [p, -Math.log(p)];
    });
    picture.curves(x, y + 20, width, 150, [
      { name: say('curve'), points: line, tone: 'line' },
      { name: what(token), points: [[probability, loss]], tone: 'bad' },
    ], { yLeast: 0, yMost: Math.max(FULL * 1.5, loss), xLabel: say('p'),
      format: (value) => number(value, 1) });
    picture.box(x, y + 178, width, 40, { tone: 'bad', label: say('formula', {
      p: number(probability, Math.max(3, 2 - Math.floor(Math.log10(probability)))),
      loss: fixed(loss, 2) }) });
    return 226;
  }

  /** Each token's loss as a column, and the mean of those seen. @returns {number} its height */
  function drawSum(picture, y, stage) {
    const { sum, count, mean } = upTo(stage);
    const [height, base] = [80, y + 116];
    const most = Math.max(FULL, ...tokens().map(({ loss }) => loss));
    const step = Math.min(44, (picture.width - 8) / tokens().length);
    picture.text(0, y + 12, say('sum'), { weight: 600, width: picture.width });
    tokens().slice(0, count).forEach((token, i) => {
      const tall = (token.loss / most) * height;
      picture.add('rect', { x: i * step, y: base - tall, width: Math.max(1, step - 4),
        height: tall, rx: 2, class: `fill-${i === stage ? 'bad' : 'train'}` });
      if (step > 30) picture.text(i * step + (step - 4) / 2, base + 14, what(token),
        { anchor: 'middle', size: 10.5, tone: 'soft', width: step - 2 });
    });
    const end = count * step;
    const level = base - (mean / most) * height;
    picture.add('path', { d: `M0 ${base}H${tokens().length * step}`, class: 'axis' });
    picture.add('path', { d: `M0 ${level}H${end}`, class: 'curve stroke-accent dashed' });
    const words = say('mean', { sum: fixed(sum, 2), count, mean: fixed(mean, 2),
      perplexity: number(Math.exp(mean), 1) });
    return 142 + picture.paragraph(0, base + 38, words, { width: picture.width, weight: 600 });
  }

  function draw(stage, picture) {
    if (!tokens().length) {
      picture.text(0, 24, say('empty'), { tone: 'soft' });
      return 40;
    }
    let y = drawSentence(picture, stage);
    if (!isWhole(stage)) {
      const { narrow, width } = picture;
      const left = narrow ? width : Math.floor(width * 0.54);
      const high = drawCandidates(picture, 0, y, left, stage);
      const right = narrow
        ? drawLoss(picture, 0, y + high + 16, width, stage) + high + 16
        : drawLoss(picture, left + 40, y, width - left - 40, stage);
      y += Math.max(high, right) + 16;
    }
    return y + drawSum(picture, y, Math.min(stage, tokens().length - 1)) + 8;
  }

  function says(stage) {
    if (!tokens().length) return '';
    if (isWhole(stage)) {
      const whole = { count: tokens().length, loss: fixed(looked.loss, 2),
        perplexity: number(looked.perplexity, 1), bits: fixed(looked.bits_per_byte, 2) };
      return `${say('whole', whole)}${looked.truncated ? ` ${say('truncated')}` : ''}`;
    }
    const { probability, loss, ...token } = tokens()[stage];
    const before = tokens().slice(0, stage).map((each) => each.text).join('');
    return say(stage ? 'step' : 'stepFirst', { before: before.slice(-60), token: what(token),
      p: share(probability), loss: fixed(loss, 2) });
  }

  return {
    get stages() {
      return tokens().length + 1;
    },
    controls, open, draw, says,
    done: () => found.sure && found.surprised,
    close: () => clearTimeout(typing),
  };
}
