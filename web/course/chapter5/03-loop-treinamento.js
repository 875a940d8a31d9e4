// The training loop, and the place where one pretrains: a batch, forward, loss, backward, update,
// again and again, with the loss falling.

import { bytes, compact, duration, fixed, moment, number, t } from '../../i18n/index.js';
import { fill, h, icon, newId } from '../../ui/dom.js';
import { loadStories, pretrainingOf } from '../pretraining.js';

const ID = '5-03-loop-treinamento';
const say = (key, values) => t(`${ID}.${key}`, values);

/** Milliseconds of updates between two pictures, and between two samples. */
const SLICE = 150;
const SAMPLE_EVERY = 4000;
const PROMPT_LETTERS = 24;
/** Text that goes into the address. */
const LINKED = 1500;
const FEWEST_BYTES = 300;
const OPTIONS = {
  layers: { value: 2, low: 1, high: 8, nano: true },
  width: { value: 64, low: 16, high: 256, step: 16, nano: true },
  vocabulary: { value: 512, low: 257, high: 4096, nano: true },
  context: { value: 64, low: 16, high: 256 },
  batch: { value: 8, low: 1, high: 64 },
  updates: { value: 120, low: 1, high: 5000 },
  lr: { value: 0.005, low: 0, high: 1, step: 'any' },
  seed: { value: 1, low: 0, high: 4294967295 },
};
/** A larger model, which knows something already, takes smaller steps. */
const SHIPPED = { context: 64, batch: 4, updates: 40, lr: 0.001 };
const HEADS = 4;

/** @param {object} frame   of frame.js */
export function create(frame) {
  const run = pretrainingOf(frame);
  let sampled = 0;
  let own = frame.get('text') ?? run.state?.text ?? null;
  let ours = { mine: '', isOurs: () => false };

  const model = () => (frame.get('from') === 'shipped' ? 'shipped' : 'nano');
  const usual = (key) => (model() === 'shipped' ? SHIPPED[key] : undefined) ?? OPTIONS[key].value;
  const option = (key) => {
    const { low, high } = OPTIONS[key];
    const given = Number(frame.get(key) ?? usual(key));
    return Number.isFinite(given) && given >= low && given <= high ? given : usual(key);
  };

  // ---- controls ----

  const area = h('textarea', { rows: 5, spellcheck: 'false', dir: 'auto', oninput: () => {
    own = area.value;
    frame.set({ text: own.length <= LINKED ? own : undefined });
  } });
  const fileId = newId('text');
  const file = h('input', { type: 'file', id: fileId, class: 'visually-hidden',
    accept: '.txt,.md,text/plain', onchange: async () => {
      const [chosen] = file.files;
      file.value = '';
      if (!chosen) return;
      try {
        own = area.value = await chosen.text();
        frame.set({ text: undefined });
      } catch (error) {
        frame.fail(error);
      }
    } });
  const which = h('select', { onchange: () => {
    frame.set({ from: which.value, ...Object.fromEntries(Object.keys(SHIPPED).map(
      (key) => [key, undefined])) });
    showOptions();
  } }, ['nano', 'shipped'].map((name) => h('option', { value: name }, say(`model.${name}`))));
  which.value = model();
  const numberInput = (key, { low, high, step = 1 }) => h('input', { type: 'number', min: low,
    max: high, step, class: 'short',
    onchange: () => frame.set({ [key]: inputs[key].value || undefined }) });
  const inputs = Object.fromEntries(Object.entries(OPTIONS).map(
    ([key, limits]) => [key, numberInput(key, limits)]));
  const labels = Object.entries(inputs).map(
    ([key, input]) => [key, h('label', {}, say(`option.${key}`), input)]);
  function showOptions() {
    for (const [key, label] of labels) {
      inputs[key].value = String(option(key));
      label.hidden = Boolean(OPTIONS[key].nano) && model() === 'shipped';
    }
  }
  const begin = h('button', { type: 'button', class: 'primary', onclick: () => {
    run.state = null;
    frame.play();
  } }, icon('play'), say('begin'));
  const kept = h('div', { class: 'kept-runs' });
  const controls = [
    h('div', { class: 'whole' }, h('label', {}, say('text'), area), file,
      h('label', { for: fileId, class: 'link' }, say('open'))),
    h('label', {}, say('model'), which), begin,
    h('details', { class: 'whole' }, h('summary', {}, say('options')),
      h('div', { class: 'controls' }, labels.map(([, label]) => label))),
    kept,
  ];

  // ---- the run ----

  async function beginRun() {
    const text = area.value;
    if (model() === 'shipped') await frame.model();
    const updates = option('updates');
    const context = option('context');
    const batch = option('batch');
    await run.start({ model: model(), text, name: nameOf(text),
      sizes: { layers: option('layers'), width: option('width'), heads: HEADS, context,
        vocabulary: option('vocabulary'), seed: option('seed') },
      options: { context, batch, lr: option('lr'), seed: option('seed'),
        tokens: updates * batch * context } });
    sampled = performance.now();
    fill(kept);
  }

  const nameOf = (text) => (ours.isOurs(text) ? say('ourText')
    : text.trim().split(/\s+/).slice(0, 6).join(' ').slice(0, 50));
  const promptOf = ({ text }) => {
    const start = text.trim().slice(0, PROMPT_LETTERS);
    return start.slice(0, Math.max(start.lastIndexOf(' '), 1));
  };

  async function showKept() {
    fill(kept);
    if (run.state || !(await run.checkpoints.available())) return;
    const [entry] = await run.checkpoints.list();
    if (!entry) return;
    fill(kept, h('p', {}, say('kept', { name: entry.name, step: entry.step, steps: entry.steps,
      when: moment(entry.saved) }), ' ', h('button', { type: 'button', onclick: async () => {
      try {
        await run.resume(entry.id);
        own = area.value = run.state.text;
        fill(kept);
        frame.redraw();
      } catch (error) {
        frame.fail(error);
      }
    } }, say('resume'))));
  }

  async function open() {
    ours = await loadStories();
    area.value = own ?? ours.mine;
    showOptions();
    run.onTrouble = frame.fail;
    run.onSaved = () => frame.redraw();
    await showKept().catch(frame.fail);
  }

  async function enter(stage) {
    if (stage === 0) return;
    if (!run.state) {
      await beginRun();
      return;
    }
    if (run.state.done) {
      frame.pause();
      return;
    }
    await run.slice(frame.isPlaying() ? SLICE : 0);
    const now = performance.now();
    if (run.state.done || !frame.isPlaying() || now - sampled > SAMPLE_EVERY) {
      await run.write(promptOf(run.state));
      sampled = performance.now();
    }
    if (run.state.done) frame.pause();
  }

  // ---- the picture ----

  const planned = () => ({ batch: option('batch'), context: option('context') });
  const last = () => run.state?.losses.at(-1)?.loss;

  function drawLoop(picture) {
    const { batch, context } = run.state?.options ?? planned();
    const { state } = run;
    const V = state?.tensors[0].shape[0];
    const boxes = [
      ['batch', say('batchDetail', { batch, context }), 'plain'],
      ['forward', V ? say('forwardDetail', { rows: batch * context, V }) : '', 'soft'],
      ['loss', Number.isFinite(last()) ? fixed(last(), 3) : '', 'bad'],
      ['backward', state?.gradient_norm ? say('norm', { norm: fixed(state.gradient_norm, 2) }) : '',
        'soft'],
      ['update', state?.learning_rate ? say('rate', { rate: number(state.learning_rate, 5) }) : '',
        'good'],
    ];
    if (picture.narrow) {
      const [w, high, gap] = [picture.width - 34, 44, 18];
      boxes.forEach(([key, detail, tone], i) => {
        const y = 4 + i * (high + gap);
        picture.box(30, y, w, high, { label: say(key), detail, tone });
        if (i) picture.arrow([[30 + w / 2, y - gap], [30 + w / 2, y - 2]]);
      });
      const bottom = 4 + 4 * (high + gap) + high / 2;
      picture.arrow([[30, bottom], [10, bottom], [10, 4 + high / 2], [28, 4 + high / 2]],
        { tone: 'accent' });
      return 5 * (high + gap) + 8;
    }
    const [gap, high] = [30, 58];
    const w = (picture.width - 4 * gap) / 5;
    boxes.forEach(([key, detail, tone], i) => {
      const x = i * (w + gap);
      picture.box(x, 4, w, high, { label: say(key), detail, tone });
      if (i) picture.arrow([[x - gap + 2, 4 + high / 2], [x - 2, 4 + high / 2]]);
    });
    const [from, to] = [picture.width - w / 2, w / 2];
    picture.arrow([[from, high + 6], [from, high + 34], [to, high + 34], [to, high + 8]],
      { tone: 'accent' });
    picture.text(picture.width / 2, high + 28, say('again'),
      { anchor: 'middle', size: 12, tone: 'accent' });
    return high + 48;
  }

  function drawProgress(picture, y) {
    const { step, steps, tokens_done: seen, tokens, tokens_per_second: speed } = run.state;
    picture.bar(0, y, picture.width, 8, step / steps);
    const parts = [say('step', { step, steps }), say('epoch', { epoch: fixed(
      seen / tokens.train, 1) }), say('seen', { tokens: compact(seen) })];
    if (speed > 0) {
      parts.push(say('speed', { speed: compact(Math.round(speed)) }));
      const { batch, context } = run.state.options;
      if (!run.state.done) parts.push(say('left', { time: duration(
        (steps - step) * batch * context / speed) }));
    }
    return 16 + picture.paragraph(0, y + 26, parts.join(' · '),
      { width: picture.width, size: 12, tone: 'soft' });
  }

  const points = (list) => list.map(({ step, loss }) => [step, loss]);

  function drawRight(picture, x, y, width) {
    const held = run.state.held_out.at(-1)?.loss;
    let at = y + 14;
    const line = (label, value, tone) => {
      picture.text(x, at, label, { size: 12, tone: 'soft' });
      picture.text(x + width, at, value, { anchor: 'end', weight: 600, tone });
      at += 20;
    };
    line(say('trainLoss'), fixed(last(), 3), 'train');
    if (held !== undefined) {
      line(say('heldOutLoss'), fixed(held, 3), 'valid');
      line(say('perplexity'), number(Math.exp(held), 1));
    }
    if (run.state.entry) line(say('saved'), say('savedStep', { step: run.state.entry.step,
      size: bytes(run.state.entry.size) }));
    if (run.sample) {
      at += 8;
      picture.text(x, at, say('sample', { step: run.sample.step }), { weight: 600, width });
      at += 20;
      at += picture.paragraph(x, at, run.sample.prompt + run.sample.text,
        { width, size: 12.5 });
    }
    return at - y;
  }

  function draw(stage, picture) {
    let y = drawLoop(picture) + 12;
    if (!run.state) {
      return y + 14 + picture.paragraph(0, y + 14, say('notYet'),
        { width: picture.width, tone: 'soft' });
    }
    y += drawProgress(picture, y) + 8;
    const wide = picture.narrow ? picture.width : Math.floor(picture.width * 0.6);
    picture.curves(0, y, wide, 230, [
      { name: say('trainLoss'), points: points(run.state.losses), tone: 'train' },
      { name: say('heldOutLoss'), points: points(run.state.held_out), tone: 'valid' },
    ], { xLabel: say('updates'), yLeast: 0, xMost: run.state.steps,
      format: (value) => number(value, 1) });
    const right = picture.narrow
      ? 250 + drawRight(picture, 0, y + 246, picture.width)
      : drawRight(picture, wide + 28, y, picture.width - wide - 28);
    return y + Math.max(246, right) + 8;
  }

  function says() {
    const { state } = run;
    if (!state) return area.value.length < FEWEST_BYTES ? say('short') : say('ready');
    if (!state.losses.length) return say('begun', { parameters: compact(state.parameters),
      tokens: compact(state.tokens.train) });
    const least = Math.min(...state.held_out.map(({ loss }) => loss));
    const held = state.held_out.at(-1)?.loss;
    const worse = held > least * 1.05 && state.held_out.length > 3;
    const words = { step: state.step, loss: fixed(last(), 2), first: fixed(
      state.losses[0].loss, 2) };
    return [say(state.done ? 'doneWords' : 'stepWords', words),
      worse ? say('memorises') : '',
      state.began && state.began !== state.numerics ? say('otherNumerics') : '']
      .filter(Boolean).join(' ');
  }

  return {
    stages: Infinity, controls, open, enter, draw, says,
    done: () => {
      const { losses = [], text = '' } = run.state ?? {};
      return losses.length > 1 && !ours.isOurs(text) && last() < losses[0].loss / 2;
    },
    close: () => {
      run.onTrouble = () => {};
      run.onSaved = () => {};
    },
  };
}
