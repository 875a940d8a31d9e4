// Checkpoints: what one holds, read from the file itself; that a run which goes on from it is the
// run that never stopped; and the ones that are kept here.

import { bytes, compact, fixed, moment, number, t } from '../../i18n/index.js';
import { fill, h, icon, newId, saveBlob } from '../../ui/dom.js';
import { FILES } from '../checkpoints.js';
import { pretrainingOf } from '../pretraining.js';
import { readHeader, sha256 } from '../safetensors.js';

const ID = '5-05-checkpoints';
const say = (key, values) => t(`${ID}.${key}`, values);

const SMALL = 11.5;
const QUICK_STEPS = 8;
/** Updates that are done twice to show that they are the same. */
const TWICE = 3;
const STAGES = ['holds', 'save', 'goOn', 'resume', 'compare'];

/** @param {object} frame   of frame.js */
export function create(frame) {
  const run = pretrainingOf(frame);
  /** {step, files, header: readHeader's, sizes} of the checkpoint that is looked at. */
  let held = null;
  /** {updates, step, straight, resumed}: hashes of the states, one with and one without a stop. */
  let proof = null;
  let proven = false;
  let entries = [];
  let bringBack = null;

  // ---- the ones that are kept ----

  const list = h('ul', { class: 'checkpoint-list' });
  const room = h('p', { class: 'hint', role: 'status' });
  const fileId = newId('zip');
  const file = h('input', { type: 'file', id: fileId, class: 'visually-hidden',
    accept: '.zip,application/zip', onchange: () => {
      const [chosen] = file.files;
      file.value = '';
      if (chosen) attempt(() => run.checkpoints.load(chosen));
    } });
  const keep = h('button', { type: 'button', class: 'small', onclick: () => attempt(run.save) },
    say('keepNow'));
  const controls = [h('section', { class: 'whole checkpoints' },
    h('h2', { class: 'small-title' }, say('kept')), list, room,
    h('div', { class: 'controls' }, keep, file,
      h('label', { for: fileId, class: 'link' }, say('load'))))];

  async function attempt(work) {
    try {
      await work();
      await showList();
    } catch (error) {
      frame.fail(error);
    }
    frame.redraw();
  }

  async function showList() {
    if (!(await run.checkpoints.available())) {
      fill(room, t('failure.NO_CHECKPOINTS'));
      keep.disabled = true;
      return;
    }
    const [found, space] = await Promise.all([run.checkpoints.list(), run.checkpoints.space()]);
    entries = found;
    fill(list, entries.map(item));
    keep.disabled = !run.state;
    fill(room, entries.length ? '' : `${say('none')} `,
      say('space', { used: bytes(space.usage), quota: bytes(space.quota) }));
  }

  function item(entry) {
    const line = h('li', {});
    const act = (key, work, extra = {}) => h('button', { type: 'button', class: 'small', ...extra,
      'aria-label': `${say(key)}: ${entry.name}`, onclick: work }, extra.glyph
      ? icon(extra.glyph) : null, say(key));
    const rename = () => {
      const input = h('input', { type: 'text', value: entry.name, maxlength: 80,
        'aria-label': say('rename') });
      const done = () => attempt(() => run.checkpoints.rename(entry.id, input.value));
      input.addEventListener('keydown', (event) => event.key === 'Enter' && done());
      fill(line, input, act('done', done));
      input.select();
    };
    const sure = () => fill(line, h('span', { class: 'name' }, say('sure', { name: entry.name })),
      act('remove', () => attempt(async () => {
        await run.checkpoints.remove(entry.id);
        if (run.state?.entry?.id === entry.id) Object.assign(run.state,
          { entry: null, savedStep: -1 });
      })), act('keep', showList));
    fill(line, h('span', { class: 'name' },
      h('strong', { dir: 'auto' }, entry.name || say('unnamed')),
      h('span', { class: 'hint' }, say('entry', { step: entry.step, steps: entry.steps,
        loss: fixed(entry.loss, 2), size: bytes(entry.size), when: moment(entry.saved) }))),
    act('resumeRun', () => attempt(async () => {
      bringBack = null;
      await run.resume(entry.id);
      await look();
    })),
    act('rename', rename),
    act('download', () => attempt(async () => saveBlob(await run.checkpoints.zip(entry.id),
      `afina-checkpoint-${entry.step}.zip`)), { glyph: 'download' }),
    act('remove', sure));
    return line;
  }

  // ---- the checkpoint that is looked at ----

  async function look() {
    const { files } = await frame.ask('pretrainCheckpoint');
    held = { step: run.state.step, files, header: await readHeader(files.state) };
    proof = null;
  }

  async function open() {
    run.onTrouble = frame.fail;
    run.onSaved = () => showList().catch(frame.fail);
    bringBack = await run.look(say('quick'), QUICK_STEPS) ?? bringBack;
    await look();
    await showList();
  }

  /** So many updates from where the run stands; the state's hash then. */
  async function goOn(updates) {
    for (let n = 0; n < updates && !run.state.done; n++) await run.slice(0);
    const { files } = await frame.ask('pretrainCheckpoint');
    return sha256(files.state);
  }

  async function enter(stage) {
    if (STAGES[stage] === 'goOn' && !proof) {
      // Of a run that is done nothing more could be shown: one of ours takes its place here.
      const { done } = run.state;
      if (done) bringBack = await run.look(say('quick'), QUICK_STEPS) ?? bringBack;
      if (done || run.state.step !== held.step) await look();
      const straight = await goOn(TWICE);
      proof = { from: held.step, step: run.state.step, straight };
    }
    if (STAGES[stage] === 'resume' && !proof?.resumed) {
      if (!proof) await enter(STAGES.indexOf('goOn'));
      const about = await frame.ask('pretrainResume', held.files);
      Object.assign(run.state, { ...about, losses: [...about.losses],
        held_out: [...about.held_out] });
      proof.resumed = await goOn(proof.step - proof.from);
      proven = proof.resumed === proof.straight;
    }
    if (STAGES[stage] === 'compare' && !proof?.resumed) await enter(STAGES.indexOf('resume'));
  }

  // ---- the picture ----

  const sum = (tensors) => tensors.reduce((total, each) => total + each.bytes, 0);

  /** The state's parts: what the file holds, in bytes. */
  function parts() {
    const { tensors } = held.header;
    const named = (name) => tensors.filter((each) => each.name === name);
    const weights = tensors.filter(({ name }) => !name.startsWith('adamw.'));
    return [
      { key: 'weights', size: sum(weights), tone: 'train',
        detail: say('weightsDetail', {
          count: weights.length, numbers: compact(sum(weights) / 4) }) },
      { key: 'momentum', size: sum(named('adamw.m')), tone: 'valid',
        detail: say(`momentum.${held.header.metadata.optimizer === 'muon' ? 'muon' : 'adamw'}`) },
      { key: 'squares', size: sum(named('adamw.v')), tone: 'accent', detail: say('squaresDetail') },
    ];
  }

  const hex = (key) => held.header.metadata[key] ?? '';
  const counter = (key) => Number.parseInt(hex(key), 16);

  function drawState(picture, x, y, width) {
    const all = parts();
    const total = sum(held.header.tensors);
    picture.text(x, y + 12, say('state', { size: bytes(held.files.state.size) }),
      { weight: 600, width });
    let at = y + 24;
    for (const { key, size, tone, detail } of all) {
      picture.add('rect', { x, y: at, width, height: 46, rx: 6, class: 'ground' });
      picture.add('rect', { x, y: at, width: (size / total) * width, height: 46, rx: 6,
        class: `fill-${tone}`, 'fill-opacity': 0.3 });
      picture.text(x + 10, at + 19, say(key), { weight: 600, width: width - 90 });
      picture.text(x + width - 8, at + 19, bytes(size), { anchor: 'end' });
      picture.text(x + 10, at + 37, detail, { size: SMALL, tone: 'soft', width: width - 18 });
      at += 52;
    }
    const rng = [0, 1, 2, 3].map((i) => hex(`rng_${i}`));
    for (const [key, value] of [
      ['counters', say('countersDetail', { steps: counter('steps'), tokens: counter('tokens') })],
      ['generator', rng.join(' ')]]) {
      picture.add('rect', { x, y: at, width, height: 46, rx: 6, class: 'ground' });
      picture.text(x + 10, at + 19, say(key), { weight: 600, width: width - 18 });
      picture.text(x + 10, at + 37, value, { size: SMALL, tone: 'soft', width: width - 18,
        mono: key === 'generator' });
      at += 52;
    }
    return at - y;
  }

  function drawFiles(picture, x, y, width) {
    picture.text(x, y + 12, say('folder', { step: held.step }), { weight: 600, width });
    let at = y + 24;
    for (const key of ['config', 'tokenizer', 'state', 'text', 'options']) {
      const tone = key === 'state' ? 'soft' : 'plain';
      picture.add('rect', { x, y: at, width, height: 46, rx: 6, class: `box tone-${tone}` });
      picture.text(x + 10, at + 19, FILES[key], { weight: 600, mono: true, size: 12.5,
        width: width - 80 });
      picture.text(x + width - 8, at + 19, bytes(held.files[key].size),
        { anchor: 'end', size: 12 });
      picture.text(x + 10, at + 37, say(`file.${key}`), { size: SMALL, tone: 'soft',
        width: width - 18 });
      at += 52;
    }
    return at - y;
  }

  function drawHolds(picture, y) {
    if (picture.narrow) {
      const first = drawFiles(picture, 0, y, picture.width);
      return first + 12 + drawState(picture, 0, y + first + 12, picture.width);
    }
    const left = Math.floor(picture.width * 0.4);
    const [a, b] = [drawFiles(picture, 0, y, left),
      drawState(picture, left + 48, y, picture.width - left - 48)];
    const from = y + 24 + 2 * 52 + 23;
    picture.arrow([[left + 4, from], [left + 44, from]]);
    return Math.max(a, b);
  }

  /** Two ways from one checkpoint to the same update. */
  function drawWays(picture, y, stage) {
    const reached = STAGES[stage];
    const w = picture.narrow ? 92 : 150;
    const middle = y + 92;
    const right = picture.width - w;
    const between = (w + right) / 2;
    const step = proof?.step ?? held.step + TWICE;
    picture.box(0, middle - 26, w, 52, { label: say('at', { step: held.step }),
      detail: say('checkpoint'), tone: 'soft' });
    const way = (dy, key, hash, shown, tone) => {
      const level = middle + dy;
      const dashed = !shown;
      picture.arrow([[w / 2, middle + Math.sign(dy) * 28], [w / 2, level], [right - 4, level]],
        { tone: shown ? tone : 'line', dashed });
      picture.text(between, level - 8, say(key), { anchor: 'middle', size: 12,
        tone: shown ? tone : 'soft', width: right - w });
      picture.box(right, level - 24, w, 48, { label: say('at', { step }),
        detail: hash && shown ? `${hash.slice(0, picture.narrow ? 8 : 14)}…` : '…',
        tone: shown ? tone : 'plain', dashed });
    };
    const first = ['goOn', 'resume', 'compare'].includes(reached);
    const second = ['resume', 'compare'].includes(reached);
    way(-66, 'straight', proof?.straight, first, 'train');
    way(66, 'again', proof?.resumed, second, 'valid');
    if (reached === 'compare' && proof?.resumed) {
      picture.text(picture.width, middle + 5, proven ? say('same') : say('other'),
        { anchor: 'end', weight: 600, tone: proven ? 'good' : 'bad' });
    }
    return 190;
  }

  function draw(stage, picture) {
    if (!held) return 20;
    if (stage < 2) return drawHolds(picture, 0) + 8;
    return drawWays(picture, 0, stage) + 8;
  }

  function says(stage) {
    if (!held) return '';
    const name = STAGES[stage];
    if (name === 'holds') return say('says.holds', { times: number(
      sum(held.header.tensors) / parts()[0].size, 1) });
    if (name === 'save') return run.state.entry ? say('says.save') : say('says.saveNowhere');
    const words = { from: held.step, updates: (proof?.step ?? held.step) - held.step,
      hash: proof?.straight?.slice(0, 16) ?? '' };
    if (name === 'compare' && !proven) return say('says.different');
    return say(`says.${name}`, words);
  }

  return {
    stages: STAGES.length, controls, open, enter, draw, says, done: () => proven,
    close: () => {
      bringBack?.();
      run.onTrouble = () => {};
      run.onSaved = () => {};
    },
  };
}
