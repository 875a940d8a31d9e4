// One update from end to end: text, tokens, forward, cross-entropy, backward, update, of a run that
// goes on, with its own tensors.

import { compact, fixed, number, percent, t } from '../../i18n/index.js';
import { h } from '../../ui/dom.js';
import { cards, way } from '../cards.js';
import { pretrainingOf } from '../pretraining.js';
import { changesBetween } from '../safetensors.js';

const ID = '5-01-pipeline-treinamento';
const say = (key, values) => t(`${ID}.${key}`, values);

const STAGES = ['text', 'tokens', 'forward', 'loss', 'backward', 'update'];
const [TEXT, TOKENS, FORWARD, LOSS, BACKWARD, UPDATE] = STAGES.keys();
const WINDOWS_SHOWN = 3;
const FULL = 8;
/** Updates of a run of ours before the one that is followed: some weights begin as zeros. */
const BEFORE = 8;
/** Of a larger model the weights are not compared: that would take longer than the update. */
const COMPARED = 1_000_000;
/** What the task asks for. */
const UPDATES = 4;

/** @param {object} frame   of frame.js */
export function create(frame) {
  const run = pretrainingOf(frame);
  let bringBack = null;
  /** Of the update that is shown: {batch, changes: changesBetween's or null, step, tokens}. */
  let shown = null;
  let updates = 0;
  let seenUpdate = false;
  const wanted = () => Math.max(0, (Number(frame.get('window')) || 1) - 1);

  const select = h('select', { onchange: () => {
    frame.set({ window: select.value });
    frame.redraw();
  } });
  const again = h('button', { type: 'button', disabled: true, onclick: () => frame.go(TEXT)
    .then(another).catch(frame.fail) }, say('again'));
  const controls = [h('label', {}, say('window'), select), again];

  const stateOf = async () => (run.state.parameters <= COMPARED
    ? (await frame.ask('pretrainCheckpoint')).files.state : null);

  /** One update, and all that there is to see of it. */
  async function follow() {
    if (run.state.done) bringBack = await run.look(say('quick'), BEFORE) ?? bringBack;
    const before = await stateOf();
    await run.slice(0);
    const batch = await run.batch();
    const changes = before && await changesBetween(before, await stateOf());
    shown = { batch, changes, step: run.state.step };
    updates++;
    select.replaceChildren(...batch.windows.map((_, i) => h('option', { value: i + 1,
      selected: i === wanted() }, String(i + 1))));
  }

  async function another() {
    again.disabled = true;
    await follow();
    again.disabled = false;
    frame.redraw();
  }

  async function open() {
    run.onTrouble = frame.fail;
    bringBack = await run.look(say('quick'), BEFORE) ?? bringBack;
    if (!shown) await follow();
    again.disabled = false;
  }

  async function enter(stage) {
    seenUpdate ||= stage === UPDATE;
  }

  // ---- the picture, stage by stage; each draws below y and gives its height ----

  const window_ = () => shown.batch.windows[Math.min(wanted(), shown.batch.windows.length - 1)];
  const textOf = ({ tokens }) => tokens.map(({ text }) => text).join('');
  const size = (name) => run.state.tensors.find((each) => each.name.endsWith(name)).shape;
  const lossOf = ({ tokens }) => {
    const counted = tokens.filter(({ loss }) => loss !== null);
    return counted.reduce((sum, { loss }) => sum + loss, 0) / counted.length;
  };

  function drawText(picture, y) {
    const { windows, batch, context } = shown.batch;
    const { train, held_out: held } = run.state.tokens;
    const high = picture.paragraph(0, y + 12, say('textFigures', { train: compact(train),
      held: compact(held), batch, context }), { width: picture.width, tone: 'soft' });
    const first = Math.min(wanted(), Math.max(0, windows.length - WINDOWS_SHOWN));
    return high + 12 + cards(picture, y + high + 12, windows.slice(first, first + WINDOWS_SHOWN)
      .map((each, i) => ({ title: say('windowOf', { window: first + i + 1, windows: batch }),
        most: 9, tone: first + i === wanted() ? 'soft' : 'plain',
        parts: [{ text: textOf(each) }] })));
  }

  function drawTokens(picture, y) {
    const { batch, context } = shown.batch;
    const high = picture.paragraph(0, y + 12, say('tokensFigures', { batch, context,
      V: size('wte.weight')[0] }), { width: picture.width, tone: 'soft' });
    const { height } = picture.tokens(0, y + high + 8, picture.width, window_().tokens,
      { detail: ({ id }) => String(id) });
    return high + 8 + height;
  }

  function drawLoss(picture, y) {
    const high = picture.paragraph(0, y + 12, say('lossFigures', {
      window: fixed(lossOf(window_()), 3), count: shown.batch.batch * shown.batch.context,
      loss: fixed(run.state.losses.find(({ step }) => step === shown.step)?.loss, 3) }),
    { width: picture.width, tone: 'soft' });
    const { height } = picture.tokens(0, y + high + 8, picture.width, window_().tokens, {
      tone: ({ loss }) => (loss === null ? 'plain' : 'bad'),
      strength: ({ loss }) => (loss === null ? 1 : loss / FULL),
      detail: ({ loss }) => (loss === null ? say('given') : fixed(loss, 2)) });
    return high + 8 + height;
  }

  /** What the batch runs through, from the tokens to the logits. */
  function layers() {
    const { batch, context } = shown.batch;
    const rows = batch * context;
    const [[V, C], places] = [size('wte.weight'), size('wpe.weight')];
    const shape = (sizes) => `[${sizes.map((each) => number(each)).join(', ')}]`;
    const blocks = run.state.tensors.filter(({ name }) => name.endsWith('ln_1.weight')).length;
    const inBlock = ['attn.c_attn', 'attn.c_proj', 'mlp.c_fc', 'mlp.c_proj'].map(
      (name) => `${name} ${shape(size(`h.0.${name}.weight`))}`);
    return [
      { label: say('embeddings'), out: shape([rows, C]), tone: 'train',
        detail: [`wte ${shape([V, C])}`, `wpe ${shape(places)}`] },
      ...Array.from({ length: blocks }, (_, i) => ({ label: say('block', { number: i + 1 }),
        out: shape([rows, C]), tone: 'soft', detail: inBlock })),
      { label: 'LayerNorm', out: shape([rows, C]), tone: 'soft', detail: [
        `ln_f ${shape(size('ln_f.weight'))}`] },
      { label: 'logits', out: shape([rows, V]), tone: 'valid', detail: [
        say('tied', { shape: shape([C, V]) })] },
    ];
  }

  /** Boxes from the top down, what flows between them beside the arrows. */
  function drawLayers(picture, y, backward) {
    const all = layers();
    const high = picture.narrow ? 58 : 46;
    const gap = 26;
    const width = Math.min(picture.width, 660);
    const left = (picture.width - width) / 2;
    const middle = picture.width / 2;
    let at = y + 8;
    all.forEach(({ label, detail, out, tone }, i) => {
      picture.box(left, at, width, high, { tone: backward ? 'plain' : tone });
      picture.text(left + 14, at + 19, label, { weight: 600, width: width - 26 });
      const lines = picture.narrow ? [detail.slice(0, 2), detail.slice(2)] : [detail];
      lines.forEach((line, n) => picture.text(left + 14, at + 36 + 15 * n, line.join(' · '),
        { size: 11.5, tone: 'soft', width: width - 26 }));
      const [top, bottom] = [at + high + 2, at + high + gap - 2];
      const last = i === all.length - 1;
      const flow = [[middle, top], [middle, last ? bottom + 4 : bottom]];
      picture.arrow(backward ? flow.reverse() : flow, { tone: backward ? 'bad' : 'line' });
      picture.text(middle + 12, at + high + 17, say(backward ? 'gradientOf' : 'activations',
        { shape: out }), { size: 11.5, tone: backward ? 'bad' : 'soft' });
      at += high + gap;
    });
    picture.text(middle, at + 18, say('lossIs', { loss: fixed(
      run.state.losses.find(({ step }) => step === shown.step)?.loss, 3) }),
    { anchor: 'middle', weight: 600, tone: 'bad' });
    return at + 30 - y;
  }

  function drawUpdate(picture, y) {
    const { options, learning_rate: rate, gradient_norm: norm, parameters } = run.state;
    const high = picture.paragraph(0, y + 12, say('updateFigures', { parameters: compact(
      parameters), optimizer: options.optimizer === 'muon' ? 'Muon' : 'AdamW',
    rate: number(rate, 6), norm: fixed(norm, 3) }), { width: picture.width, tone: 'soft' });
    if (!shown.changes) return high;
    const rows = shown.changes.filter(({ shape }) => shape.length > 1);
    const most = Math.max(...rows.map(({ change }) => change), 1e-12);
    const left = Math.min(190, picture.width * 0.42);
    let at = y + high + 14;
    picture.text(0, at + 10, say('changes'), { weight: 600, width: picture.width });
    at += 20;
    for (const { name, shape, change } of rows) {
      picture.text(0, at + 11, name.replace('transformer.', '').replace('.weight', ''),
        { size: 12, width: left - 8, mono: true });
      picture.bar(left, at, picture.width - left - 128, 13, change / most, { tone: 'good' });
      picture.text(picture.width - 52, at + 11, `[${shape.join(', ')}]`,
        { anchor: 'end', size: 11, tone: 'soft' });
      picture.text(picture.width, at + 11, percent(change, 1), { anchor: 'end', size: 12 });
      at += 21;
    }
    return at - y;
  }

  function draw(stage, picture) {
    const top = way(picture, 0, STAGES.map((name) => say(`stage.${name}`)), stage) + 16;
    if (!shown) return top;
    const drawn = { [TEXT]: drawText, [TOKENS]: drawTokens, [LOSS]: drawLoss, [UPDATE]: drawUpdate,
      [FORWARD]: (to, y) => drawLayers(to, y, false),
      [BACKWARD]: (to, y) => drawLayers(to, y, true) }[stage];
    return top + drawn(picture, top) + 10;
  }

  function says(stage) {
    if (!shown) return '';
    const { losses } = run.state;
    const at = losses.findIndex(({ step }) => step === shown.step);
    return say(`says.${STAGES[stage]}`, { step: shown.step, loss: fixed(losses[at]?.loss, 2),
      first: fixed(losses[0]?.loss, 2) });
  }

  return {
    stages: STAGES.length, controls, open, enter, draw, says,
    done: () => seenUpdate && updates >= UPDATES,
    close: () => {
      bringBack?.();
      run.onTrouble = () => {};
    },
  };
}
