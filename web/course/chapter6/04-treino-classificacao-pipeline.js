// From a labeled text to updated weights, in seven steps: one row of the reader's among others, and
// what one update makes of it.

import { fixed, number, percent, t } from '../../i18n/index.js';
import { h } from '../../ui/dom.js';
import { heading, labelled, select } from './classifier.js';

const ID = '6-04-treino-classificacao-pipeline';
const TRAINING = ID;
const [ROW, TOKENS, FORWARD, HEAD, LOSS, BACKWARD, UPDATE] = [0, 1, 2, 3, 4, 5, 6];
const STRATEGIES = ['head', 'last:1', 'last:2', 'full'];
/** Texts of the batch that the row is learned in. */
const BATCH = 8;
const EPOCHS = 60;
/** Rows that can be chosen, and how much of each is shown. */
const OFFERED = 100;
const SHOWN = 70;
const say = (key, values) => t(`${ID}.${key}`, values);
const strongest = (values) => values.indexOf(Math.max(...values));
const cut = (text) => (text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);

export function create(frame) {
  let strategy = STRATEGIES.includes(frame.get('strategy')) ? frame.get('strategy') : 'last:1';
  let wanted = Number(frame.get('row')) || undefined;
  /** The row that is followed: {row, text, label}. */
  let row = null;
  let session = null;
  /** The row in the classifier before the update, the update, and what all have been. */
  let look = null;
  let update = null;
  const history = [];
  let updates = 0;

  const rowSelect = h('select', { onchange: () => {
    wanted = Number(rowSelect.value);
    frame.set({ row: String(wanted) });
    frame.reopen();
  } });
  const again = h('button', { type: 'button', class: 'small', onclick: () => frame.go(0)
    .then(another).catch(frame.fail) }, say('again'));

  async function open() {
    await frame.model();
    const rows = await frame.rows();
    const offered = rows.rows.slice(0, OFFERED);
    row = offered.find((each) => each.row === wanted) ?? offered[0];
    rowSelect.replaceChildren(...offered.map((each) => h('option', { value: each.row,
      selected: each === row }, `${each.row}: ${cut(each.text)}`)));
    session = look = update = null;
    history.length = updates = 0;
    again.disabled = false;
    session = await frame.ask('tuneStart', TRAINING, { rows: BATCH, row: row?.row, watch: true,
      options: { strategy, batch: BATCH, epochs: EPOCHS, valid_share: 0, test_share: 0, patience: 0,
        optimizer: 'adamw', ngrams: false, seed: 1 } });
    await lookAgain();
  }

  async function lookAgain() {
    update = null;
    look = await frame.ask('lookInside', { training: TRAINING }, row.text, row.label);
  }

  /** The weights of the last update are those that the next one begins with. */
  async function another() {
    if (!update) await learn();
    await lookAgain();
    again.disabled = updates >= EPOCHS;
    frame.redraw();
  }

  async function learn() {
    if (updates >= EPOCHS) return;
    await frame.ask('tuneUpdate', TRAINING);
    update = await frame.ask('tuneWatched', TRAINING);
    updates++;
    history.push(own().before.loss);
  }

  const own = () => update.rows.find(({ number: each }) => each === row.row);

  async function enter(stage) {
    if (!look) await open();
    if (stage >= BACKWARD && !update) await learn();
  }

  // ---- the seven steps, each a box with what is in it ----

  /** @returns {number} where its content begins */
  function step(p, i, y, stage) {
    const now = i === stage;
    p.box(0, y, 28, 28, { label: String(i + 1), tone: now ? 'accent' : i < stage ? 'soft' : 'plain',
      radius: 14 });
    const head = heading(p, y + 18, say(`step.${i}`), 38);
    return y + 14 + head;
  }

  const left = 38;

  function drawRow(p, y) {
    const text = p.paragraph(left, y + 14, `“${row.text}”`, { width: p.width - left });
    p.text(left, y + text + 18, say('label', { row: row.row, label: row.label }),
      { weight: 600, tone: 'accent', width: p.width - left });
    return y + text + 26;
  }

  function drawTokens(p, y) {
    const all = look.tokens.length > 40 ? [...look.tokens.slice(0, 40), { text: '…' }]
      : look.tokens;
    return y + 4 + p.tokens(left, y + 4, p.width - left, all).height;
  }

  /** The length of each token's vector, block by block from the bottom to the top. */
  function drawForward(p, y) {
    const { shape: [levels, T], data } = look.values.lengths;
    const rows = Array.from({ length: levels }, (_, i) => [...data.slice(i * T, (i + 1) * T)]);
    const names = p.narrow ? 86 : 110;
    rows.reverse().forEach((values, i) => {
      const level = levels - 1 - i;
      p.text(left, y + 16 + i * 20, level ? say('block', { layer: level }) : say('embeddings'),
        { size: 12, width: names - 6 });
      const w = Math.min(p.width - left - names - 60, T * 26);
      p.heat(left + names, y + 4 + i * 20, w, 15, [values], { most: Math.max(...values) });
      p.text(left + names + w + 8, y + 16 + i * 20, fixed(Math.max(...values), 1),
        { size: 11.5, tone: 'soft' });
    });
    const under = p.paragraph(left, y + 18 + levels * 20, say('lengths'),
      { size: 12, tone: 'soft', width: p.width - left });
    return y + 8 + levels * 20 + under;
  }

  function drawHead(p, y) {
    const names = p.narrow ? 96 : 130;
    const w = Math.min(440, p.width - left - names - 130);
    const at = look.label;
    look.classes.forEach((label, k) => {
      const top = y + k * 22;
      p.text(left, top + 14, label, { width: names - 8, weight: k === at ? 600 : 400,
        tone: k === at ? 'accent' : 'ink' });
      p.bar(left + names, top + 5, w, 10, look.network_probabilities[k],
        { tone: k === at ? 'good' : 'line' });
      p.text(left + names + w + 8, top + 14, `${fixed(look.logits.network[k], 2)} → `
        + percent(look.network_probabilities[k]), { size: 12, width: 122 });
    });
    return y + look.classes.length * 22 + 2;
  }

  function drawLoss(p, y) {
    const share = look.network_probabilities[look.label];
    return y + 6 + p.paragraph(left, y + 14, say('loss', { label: row.label,
      share: fixed(share, 4), loss: fixed(look.loss) }), { width: p.width - left, weight: 600 });
  }

  function drawBackward(p, y) {
    const words = look.classes.map((label, k) => `${label} ${look.gradient[k] < 0 ? '' : '+'}`
      + fixed(look.gradient[k], 3)).join('   ');
    const height = p.paragraph(left, y + 14, say('gradient', { gradient: words }),
      { width: p.width - left });
    return y + height + drawParts(p, y + height + 4, 'gradient', 'train') + 4;
  }

  /** Lengths of gradients or updates, part by part from the top: where it goes, and where it ends.
   */
  function drawParts(p, y, key, tone) {
    const parts = [...update.parts].reverse();
    const most = Math.max(...parts.map((part) => part[key] ?? 0));
    const names = p.narrow ? 120 : 150;
    const w = Math.min(440, p.width - left - names - 110);
    parts.forEach((part, i) => {
      const top = y + i * 20;
      const name = part.name === 'block' ? say('block', { layer: part.layer + 1 })
        : say(`part.${part.name}`);
      p.text(left, top + 13, name, { size: 12, width: names - 6 });
      p.bar(left + names, top + 5, w, 8, part[key] === null ? 0 : part[key] / most, { tone });
      p.text(left + names + w + 8, top + 13, part[key] === null ? say('frozen')
        : number(part[key], 5), { size: 12, tone: part[key] === null ? 'soft' : 'ink',
        width: 102 });
    });
    return parts.length * 20 + 2;
  }

  function drawUpdate(p, y) {
    let at = y + drawParts(p, y, 'update', 'accent') + 2;
    const { before, after, label } = own();
    const k = update.classes.indexOf(label);
    at += p.paragraph(left, at + 16, say('after', { before: fixed(before.loss),
      after: fixed(after.loss), shareBefore: percent(before.probabilities[k]),
      shareAfter: percent(after.probabilities[k]) }), { width: p.width - left, weight: 600 }) + 4;
    if (history.length > 1) {
      p.curves(left, at + 8, Math.min(420, p.width - left), 140, [{ tone: 'accent',
        points: [...history, after.loss].map((loss, i) => [i, loss]) }], { yLeast: 0,
        xLabel: say('updates'), yLabel: say('lossOfRow'), format: (v) => number(v, 2) });
      at += 156;
    }
    return at + 4;
  }

  const drawers = [drawRow, drawTokens, drawForward, drawHead, drawLoss, drawBackward, drawUpdate];

  return {
    stages: 7,
    controls: [
      labelled(say('row'), rowSelect, 'wide'),
      labelled(say('strategy'), select(
        Object.fromEntries(STRATEGIES.map((each) => [each, say(`strategy.${each}`)])), strategy,
        (value) => {
          strategy = value;
          frame.set({ strategy });
          frame.reopen();
        })),
      again,
      frame.rowsControl(),
    ],
    open,
    enter,
    draw(stage, p) {
      if (!look) return 40;
      let y = 2;
      for (let i = ROW; i <= stage; i++) {
        if (i >= BACKWARD && !update) break;
        const begin = y;
        y = Math.max(drawers[i](p, step(p, i, y, stage)), y + 34) + 6;
        if (i < stage) p.arrow([[14, begin + 32], [14, y - 4]]);
      }
      return y + 4;
    },
    says(stage) {
      if (!look) return '';
      const values = { row: row.row, label: row.label, count: look.tokens.length,
        layers: look.layers, channels: look.channels, classes: look.classes.length,
        batch: session.rows, answer: look.classes[strongest(look.network_probabilities)],
        share: percent(look.network_probabilities[look.label]), loss: fixed(look.loss),
        update: updates };
      if (stage < BACKWARD || !update) return say(`says.${Math.min(stage, LOSS)}`, values);
      const { clipped, gradient_norm: norm, learning_rate: rate } = update;
      const mean = (key) => update.rows.reduce((sum, each) => sum + each[key].loss, 0)
        / update.rows.length;
      return say(`says.${stage}`, { ...values, norm: fixed(norm, 3), rate: number(rate, 6),
        clipped: fixed(clipped, 3), trained: number(session.trained_parameters),
        before: fixed(mean('before')), after: fixed(mean('after')) });
    },
    done: () => updates >= 2 && Boolean(update),
    close() {
      frame.ask('tuneEnd', TRAINING).catch(() => {});
    },
  };
}
