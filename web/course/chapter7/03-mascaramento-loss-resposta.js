// Masking the loss: a held-out row's tokens with their losses, which of them count, and what
// training on the responses alone does beside training on every token.

import { fixed, number, t } from '../../i18n/index.js';
import { h } from '../../ui/dom.js';
import { createInstructions } from '../instructions.js';

const ID = '7-03-mascaramento-loss-resposta';
const say = (key, values) => t(`${ID}.${key}`, values);
const [LOSSES, MASK, TRAINING, AFTER] = Array(4).keys();
const STAGES = ['losses', 'mask', 'training', 'after'];
export const MASKS = ['response', 'all'];
const STRATEGY = 'lora:8';
const EPOCHS = 6;
const TEMPLATE = 'alpaca';
const SLICE = 120;
/** Loss at which a chip's colour is full. */
const FULL = 8;
const TONES = { response: 'accent', all: 'valid' };

/** The runs of the rows at hand, by mask; they outlive the diagram, as does the worker. */
const shared = { key: '', runs: {} };
/** A run's model in the worker. */
const modelOf = (mask) => `masked-${mask}`;

const isKnown = (token) => token.loss !== null;
const mean = (tokens) => (tokens.length
  ? tokens.reduce((sum, { loss }) => sum + loss, 0) / tokens.length : null);

/** What a row's losses come to: of its response, of what stands before it, of all. */
function summed({ tokens }) {
  const known = tokens.filter(isKnown);
  return { response: mean(known.filter(({ counted }) => counted)),
    context: mean(known.filter(({ counted }) => !counted)), all: mean(known) };
}

/** @param {object} frame   of frame.js */
export function create(frame) {
  const instructions = createInstructions(frame);
  let rows = null;
  let at = 0;
  /** Losses of the row: of the model as it was, and by mask after its training. */
  let before = null;
  let after = {};
  let running = null;
  let closed = false;
  let stopped = false;

  const mask = () => (MASKS.includes(frame.get('mask')) ? frame.get('mask') : MASKS[0]);
  const example = () => {
    const { instruction, input, response, language = rows.language } = rows.test[at];
    return { instruction, input, response, language };
  };
  const form = () => ({ template: TEMPLATE, language: '' });

  const select = h('select', { 'data-field': 'mask', onchange: () => {
    frame.set({ mask: select.value });
    frame.reopen();
  } }, MASKS.map((each) => h('option', { value: each }, say(`mask.${each}`))));
  const rowSelect = h('select', { 'data-field': 'row', onchange: () => {
    frame.set({ row: rowSelect.value });
    frame.reopen();
  } });
  const stop = h('button', { type: 'button', class: 'small', hidden: true,
    onclick: () => {
      stopped = true;
    } }, say('stop'));
  const controls = [instructions.control(() => {
    frame.set({ row: undefined });
    frame.reopen();
  }), h('label', {}, say('row'), rowSelect), h('label', {}, say('counts'), select), stop];

  async function open() {
    await frame.model();
    rows = await instructions.get();
    if (shared.key !== rows.key) {
      for (const each of Object.keys(shared.runs)) await frame.ask('instructEnd', modelOf(each));
      Object.assign(shared, { key: rows.key, runs: {} });
    }
    const asked = rows.test.findIndex(({ row }) => String(row) === frame.get('row'));
    at = Math.max(asked, 0);
    rowSelect.replaceChildren(...rows.test.map(({ row, instruction }) => h('option',
      { value: String(row) }, `${row}: ${instruction.slice(0, 40)}`)));
    rowSelect.value = String(rows.test[at].row);
    select.value = mask();
    before = await frame.ask('exampleLosses', 'shipped', example(), form());
    after = {};
    await measure();
  }

  /** The row after each training that there has been. */
  async function measure() {
    for (const each of MASKS) {
      if (!shared.runs[each]?.done || after[each]) continue;
      after[each] = await frame.ask('exampleLosses', modelOf(each), example(), form());
    }
  }

  async function begin(each) {
    const told = await frame.ask('instructStart', {
      rows: rows.train.map((row) => ({ ...row, row: undefined })),
      test: rows.test.map((row) => ({ ...row, row: undefined })),
      options: { strategy: STRATEGY, epochs: EPOCHS, mask: each, template: TEMPLATE,
        language: rows.language } }, modelOf(each));
    shared.runs[each] = { told, held: [], update: 0, done: false };
  }

  /** Goes on with the run of this mask, or begins it. */
  async function train(each) {
    if (shared.runs[each]?.done) return;
    [running, stopped, stop.hidden] = [each, false, false];
    try {
      if (!shared.runs[each]) await begin(each);
      const run = shared.runs[each];
      while (!run.done && !closed && !stopped) {
        const { step, held_out, done } = await frame.ask('instructRun', SLICE, modelOf(each));
        run.update = step;
        run.held.push(...held_out.map(({ step: update, loss }) => [update, loss]));
        run.done = done;
        frame.redraw();
      }
    } catch (error) {
      delete shared.runs[each];
      throw error;
    } finally {
      [running, stop.hidden] = [null, true];
    }
    await measure();
  }

  async function enter(stage) {
    if (stage >= TRAINING) await train(mask());
  }

  /* ---- the picture ---- */

  /** Chips of tokens; what does not count is pale once there is a mask. */
  function chips(picture, y, told, { masked, words }) {
    const { width } = picture;
    const counts = (token) => !masked || mask() === 'all' || token.counted;
    picture.text(0, y + 14, words, { weight: 600, width });
    const { height } = picture.tokens(1, y + 26, width - 2, told.tokens, {
      tone: (token) => (!isKnown(token) ? 'plain' : counts(token)
        ? (token.counted ? 'accent' : 'bad') : 'plain'),
      strength: (token) => (isKnown(token) && counts(token)
        ? Math.max(0.08, token.loss / FULL) : 0.5),
      detail: (token) => (isKnown(token) ? fixed(token.loss, 2) : '–'),
    });
    return 26 + height + 18;
  }

  /** The loss that training has: a mean over what counts. */
  function formula(picture, y) {
    const known = before.tokens.filter(isKnown);
    const counted = mask() === 'all' ? known : known.filter((token) => token.counted);
    const sum = counted.reduce((total, { loss }) => total + loss, 0);
    const words = say('formula', { sum: fixed(sum, 2), count: number(counted.length),
      mean: fixed(sum / counted.length, 2) });
    picture.box(1, y, Math.min(picture.width - 2, 560), 40, { tone: 'soft', label: words });
    const left = known.length - counted.length;
    const height = picture.paragraph(0, y + 62, left
      ? say('leftOut', { count: left, loss: fixed(mean(known.filter(({ counted: c }) => !c)), 2) })
      : say('noneLeftOut'), { width: picture.width, size: 12, tone: 'soft' });
    return 62 + height;
  }

  const curveOf = (each) => ({ name: say(`mask.${each}`), tone: TONES[each],
    points: shared.runs[each]?.held ?? [], dashed: each !== mask() });

  function drawTraining(picture, y) {
    const run = shared.runs[mask()];
    if (!run) return 0;
    const { told } = run;
    const high = picture.paragraph(0, y + 14, say('counting', { all: number(told.tokens.all),
      counted: number(told.tokens.counted), rows: number(told.rows.train) }),
    { width: picture.width });
    const top = y + 14 + high;
    picture.bar(0, top, picture.width, 6, run.update / told.updates, { tone: TONES[mask()] });
    picture.text(0, top + 34, say('curve'), { weight: 600, width: picture.width });
    picture.curves(0, top + 44, picture.width, 230, MASKS.filter((each) => shared.runs[each])
      .map(curveOf), { xLabel: say('updates'), xMost: told.updates,
      format: (value) => number(value, 1) });
    return 14 + high + 44 + 230;
  }

  /** Means of the row before and after, as bars. */
  function drawMeans(picture, y) {
    const { width } = picture;
    const models = [['before', before], ...MASKS.filter((each) => after[each])
      .map((each) => [each, after[each]])];
    const sums = models.map(([name, told]) => [name, summed(told)]);
    const most = Math.max(...sums.flatMap(([, { response, context }]) => [response, context]));
    const name = Math.min(170, width * 0.4);
    let top = y;
    for (const part of ['response', 'context']) {
      picture.text(0, top + 14, say(`part.${part}`), { weight: 600, width });
      top += 24;
      for (const [model, told] of sums) {
        picture.text(0, top + 12, say(model === 'before' ? 'before' : `trained.${model}`),
          { size: 12, width: name - 8 });
        picture.bar(name, top + 1, width - name - 60, 13, told[part] / most,
          { tone: TONES[model] ?? 'train' });
        picture.text(width, top + 12, fixed(told[part], 2), { size: 12, anchor: 'end' });
        top += 22;
      }
      top += 10;
    }
    return top - y;
  }

  const drawn = {
    [LOSSES]: (picture, y) => chips(picture, y, before, { words: say('untrained') }),
    [MASK](picture, y) {
      const high = chips(picture, y, before, { masked: true, words: say('masked') });
      return high + formula(picture, y + high);
    },
    [TRAINING]: drawTraining,
    [AFTER](picture, y) {
      const told = after[mask()];
      if (!told) return drawTraining(picture, y);
      const high = chips(picture, y, told, { masked: true,
        words: say('now', { mask: say(`mask.${mask()}`) }) });
      return high + drawMeans(picture, y + high);
    },
  };

  function saysTraining() {
    const run = shared.runs[mask()];
    if (!run) return '';
    const [first, now] = [run.held[0]?.[1], run.held.at(-1)?.[1]];
    if (now === undefined) return say('says.begin');
    return say(running ? 'says.running' : 'says.training', { update: number(run.update),
      updates: number(run.told.updates), first: fixed(first, 2), now: fixed(now, 2) });
  }

  function says(stage) {
    if (!before) return '';
    const was = summed(before);
    if (stage === TRAINING || (stage === AFTER && !after[mask()])) return saysTraining();
    if (stage === AFTER) {
      const is = summed(after[mask()]);
      return say('says.after', { response: fixed(was.response, 2), responseNow:
        fixed(is.response, 2), context: fixed(was.context, 2), contextNow: fixed(is.context, 2) });
    }
    const counted = before.tokens.filter((token) => token.counted).length;
    return say(`says.${stage === MASK ? `mask.${mask()}` : STAGES[stage]}`, {
      all: number(before.tokens.length), counted: number(counted) });
  }

  return {
    stages: STAGES.length, controls, open, enter, says,
    draw: (stage, picture) => (before ? drawn[stage](picture, 2) + 8 : 40),
    done: () => MASKS.every((each) => shared.runs[each]?.done),
    close: () => {
      closed = true;
    },
  };
}
