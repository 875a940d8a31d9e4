// Decoding: one prompt gone on with in four ways at once, and what each cuts from the candidates
// before it takes the next token.

import { fixed, number, percent, t } from '../../i18n/index.js';
import { h, newId } from '../../ui/dom.js';
import { visible } from '../draw.js';

const ID = '5-04-decoding-strategies';
const say = (key, values) => t(`${ID}.${key}`, values);
const LENGTH = 24;
/** How many the worker tells of, and how many have a bar. */
const CANDIDATES = 100;
const SHOWN = 8;
const ROW = 19;
/** What the task asks for: cold, hot, and so many tokens of each. */
const COLD = 0.3;
const HOT = 1.5;
const ENOUGH = 8;

/** What is set by a slider: its limits and what it begins with. */
const KNOBS = {
  temperature: { min: 0.1, max: 2, step: 0.1, value: 0.7 },
  top_k: { min: 1, max: 50, step: 1, value: 10 },
  top_p: { min: 0.05, max: 0.99, step: 0.01, value: 0.8 },
};
const LANES = {
  greedy: () => ({ greedy: true }),
  temperature: ({ temperature }) => ({ temperature }),
  top_k: ({ top_k }) => ({ temperature: 1, top_k }),
  top_p: ({ top_p }) => ({ temperature: 1, top_p }),
};

/** @param {object} frame   of frame.js */
export function create(frame) {
  /** By lane: {setting, handle, steps}; a step is a reply of generateNext. */
  const lanes = new Map();
  const tried = { cold: false, hot: false };

  const prompt = () => frame.get('prompt') ?? say('example');
  const seed = () => {
    const told = Number(frame.get('seed') ?? 1);
    return Number.isInteger(told) && told >= 0 && told < 2 ** 31 ? told : 1;
  };
  function knob(name) {
    const { min, max, value } = KNOBS[name];
    const told = Number(frame.get(name) ?? value);
    return told >= min && told <= max ? told : value;
  }
  const knobs = () => Object.fromEntries(Object.keys(KNOBS).map((name) => [name, knob(name)]));

  function change(values) {
    frame.set(values);
    frame.reopen();
  }

  function slider(name) {
    const { min, max, step } = KNOBS[name];
    const shown = h('output', { class: 'hint' }, number(knob(name), 2));
    const input = h('input', { type: 'range', min, max, step, value: knob(name),
      id: newId(name), oninput: () => (shown.textContent = number(Number(input.value), 2)),
      onchange: () => change({ [name]: input.value }) });
    return h('label', { for: input.id }, h('span', {}, say(name), ' ', shown), input);
  }

  const field = (type, key, value, more) => h('label',
    type === 'text' ? { class: 'wide whole' } : {},
    say(key), h('input', { type, value, ...more,
      onchange: (event) => change({ [key]: event.target.value }) }));

  const controls = [
    field('text', 'prompt', prompt(), { maxlength: 400, spellcheck: 'false' }),
    ...Object.keys(KNOBS).map(slider),
    field('number', 'seed', seed(), { min: 0, max: 2 ** 31 - 1, step: 1 }),
  ];

  async function end(name) {
    const lane = lanes.get(name);
    lanes.delete(name);
    if (lane) await frame.ask('generateEnd', lane.handle);
  }

  /** Lanes whose setting is another begin anew; the others stay as they are. */
  async function open() {
    await frame.model();
    for (const [name, make] of Object.entries(LANES)) {
      const options = { ...make(knobs()), seed: seed(), max_tokens: LENGTH,
        candidates: CANDIDATES };
      const setting = JSON.stringify([prompt(), options]);
      if (lanes.get(name)?.setting === setting) continue;
      await end(name);
      const handle = await frame.ask('generateStart', 'shipped', prompt(), options);
      lanes.set(name, { setting, handle, steps: [] });
    }
  }

  /** One more than is shown: at the start its candidates are seen before one of them is taken. */
  async function enter(stage) {
    for (const lane of lanes.values()) {
      while (lane.steps.length < Math.max(1, stage) && !lane.steps.at(-1)?.done) {
        lane.steps.push(await frame.ask('generateNext', lane.handle));
      }
    }
    const { temperature } = knobs();
    if (stage < ENOUGH) return;
    tried.cold ||= temperature <= COLD;
    tried.hot ||= temperature >= HOT;
  }

  const stepOf = (lane, stage) => lane.steps[Math.min(Math.max(0, stage - 1),
    lane.steps.length - 1)];
  const ended = (lane, stage) => lane.steps.slice(0, stage).some(({ done }) => done);
  const written = (lane, stage) => lane.steps.slice(0, stage).filter(({ done }) => !done);
  const what = ({ text }) => visible(text) || '∅';

  /** How many stay in the draw, as far as the worker tells. */
  function kept({ candidates }) {
    const count = candidates.filter((each) => each.kept).length;
    const all = count === candidates.length;
    return say(all ? 'keptAll' : 'kept', { count });
  }

  function drawCandidates(picture, x, y, width, { id, candidates }, taken) {
    const rows = candidates.slice(0, SHOWN);
    if (taken && !rows.some((row) => row.id === id)) {
      const own = candidates.find((row) => row.id === id);
      if (own) rows[rows.length - 1] = own;
    }
    const left = Math.min(92, width * 0.38);
    const most = Math.max(...rows.flatMap((row) => [row.probability, row.share]), 1e-9);
    const room = width - left - 42;
    rows.forEach((row, i) => {
      const at = y + i * ROW;
      const own = taken && row.id === id;
      if (own) picture.add('rect', { x, y: at - 3, width, height: ROW, rx: 5,
        class: 'chip tone-good' });
      picture.text(x + left - 6, at + 11, what(row), { anchor: 'end', width: left - 10, size: 12,
        tone: row.kept ? 'ink' : 'soft', weight: own ? 600 : 400 });
      picture.bar(x + left, at + 1, room, 11, row.probability / most,
        { tone: 'line', ground: false });
      if (row.kept) picture.bar(x + left, at + 3, room, 7, row.share / most,
        { tone: own ? 'good' : 'accent', ground: false });
      const chance = row.kept ? percent(row.share, row.share < 0.01 ? 1 : 0) : say('cut');
      picture.text(x + width - 4, at + 11, chance,
        { anchor: 'end', size: 11, tone: row.kept ? 'ink' : 'soft' });
    });
    return SHOWN * ROW;
  }

  function drawLane(picture, x, y, width, name, stage) {
    const lane = lanes.get(name);
    if (!lane?.steps.length) return 0;
    const step = stepOf(lane, stage);
    const settings = knobs();
    picture.box(x, y, width, 44, { tone: 'soft', label: say(`lane.${name}`),
      detail: say(`lane.${name}.how`, { value: number(settings[name] ?? 0, 2) }) });
    let at = y + 62;
    const taken = stage > 0 && !step.done;
    at += drawCandidates(picture, x, at, width, step, taken) + 8;
    picture.text(x, at + 8, kept(step), { size: 11.5, tone: 'soft', width });
    at += 24;
    const all = written(lane, stage);
    const { height } = picture.tokens(x, at, width, all, {
      tone: (_, i) => (i === all.length - 1 ? 'good' : 'plain') });
    at += height + 6;
    if (ended(lane, stage)) {
      picture.text(x, at + 12, say('ended'), { size: 11.5, tone: 'soft' });
      at += 18;
    }
    return at - y;
  }

  function draw(stage, picture) {
    const { width } = picture;
    picture.text(0, 14, say('before'), { weight: 600 });
    let y = 22 + picture.paragraph(0, 36, `“${prompt()}”`, { width });
    y += 18;
    const columns = width >= 760 ? 4 : width >= 520 ? 2 : 1;
    const gap = columns === 4 ? 18 : 24;
    const each = (width - gap * (columns - 1)) / columns;
    const names = Object.keys(LANES);
    for (let from = 0; from < names.length; from += columns) {
      const row = names.slice(from, from + columns).map((name, i) => drawLane(
        picture, i * (each + gap), y, each, name, stage));
      y += Math.max(...row) + 20;
    }
    return y + drawLegend(picture, y);
  }

  /** @returns {number} its height */
  function drawLegend(picture, y) {
    const entries = [['probability', 'line', 11], ['share', 'accent', 7], ['scale']];
    const step = picture.narrow ? [0, 20] : [240, 0];
    entries.forEach(([key, tone, height], i) => {
      const [x, top] = [i * step[0], y + i * step[1]];
      if (tone) picture.bar(x, top + 7.5 - height / 2, 26, height, 1, { tone, ground: false });
      picture.text(x + (tone ? 32 : 0), top + 12, say(`legend.${key}`),
        { size: 11.5, tone: 'soft' });
    });
    return 20 + 2 * step[1] + 4;
  }

  function says(stage) {
    if (lanes.size < Object.keys(LANES).length) return '';
    if (stage === 0) return say('start');
    const taken = Object.fromEntries([...lanes].map(([name, lane]) => {
      const step = stepOf(lane, stage);
      return [name, ended(lane, stage) ? say('nothing') : `“${what(step)}”`];
    }));
    const first = stepOf(lanes.get('greedy'), stage).candidates[0];
    return say('step', { stage, ...taken,
      p: first ? percent(first.probability) : fixed(Number.NaN) });
  }

  return {
    stages: LENGTH + 1,
    pause: 600,
    controls, open, enter, draw, says,
    done: () => tried.cold && tried.hot,
    close() {
      for (const name of Object.keys(LANES)) end(name).catch(() => {});
    },
  };
}
