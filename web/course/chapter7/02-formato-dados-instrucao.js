// The format of instruction data: a row's instruction, optional input and response, the template
// that makes one text of them, its tokens, and what is left of it when the model is asked.

import { number, t } from '../../i18n/index.js';
import { h } from '../../ui/dom.js';
import { clipped, visible, wrapped } from '../draw.js';
import { createInstructions } from '../instructions.js';

const ID = '7-02-formato-dados-instrucao';
const say = (key, values) => t(`${ID}.${key}`, values);
const [DATA, TEMPLATE, TEXT, TOKENS, ASKED] = Array(5).keys();
const STAGES = ['data', 'template', 'text', 'tokens', 'asked'];
export const TEMPLATES = ['alpaca', 'plain', 'chat'];
const KINDS = ['instruction', 'input', 'response'];
const TONES = { template: 'plain', instruction: 'train', input: 'note', response: 'good' };
const LINE = 18;
const MOST_LINES = 7;
const PAD = 12;

/** @param {object} frame   of frame.js */
export function create(frame) {
  const instructions = createInstructions(frame);
  let rows = null;
  let at = 0;
  /** By template, what the worker says of the row in it. */
  let told = {};
  let base = null;
  const seen = { templates: new Set(), inputs: new Set() };

  const template = () => (TEMPLATES.includes(frame.get('template')) ? frame.get('template')
    : TEMPLATES[0]);
  const form = () => told[template()];
  const row = () => rows?.rows[at];

  const number_ = h('input', { type: 'number', min: 1, step: 1, 'data-field': 'row',
    onchange: () => {
      frame.set({ row: number_.value });
      frame.reopen();
    } });
  const select = h('select', { 'data-field': 'template', onchange: () => {
    frame.set({ template: select.value });
    frame.reopen();
  } }, TEMPLATES.map((each) => h('option', { value: each }, say(`templates.${each}`))));
  const controls = [instructions.control(() => {
    frame.set({ row: undefined });
    frame.reopen();
  }), h('label', {}, say('row'), number_), h('label', {}, say('choose'), select)];

  async function open() {
    base = await frame.model();
    rows = await instructions.get();
    const asked = Math.round(Number(frame.get('row')));
    at = Math.min(Math.max(asked || 1, 1), rows.rows.length) - 1;
    number_.max = rows.rows.length;
    number_.value = at + 1;
    select.value = template();
    const { instruction, input, response, language = rows.language } = row();
    const found = {};
    for (const each of TEMPLATES) {
      found[each] = await frame.ask('formatExample', { instruction, input, response },
        { template: each, language });
    }
    told = found;
    seen.templates.add(template());
    seen.inputs.add(Boolean(input));
  }

  /* ---- the picture ---- */

  const linesOf = (text, width) => {
    const all = String(text).split('\n').flatMap((line) => wrapped(line, width));
    const shown = all.slice(0, MOST_LINES).map((line) => clipped(line, width));
    if (all.length > MOST_LINES) {
      shown[MOST_LINES - 1] = clipped(`${shown[MOST_LINES - 1]} ……`, width);
    }
    return shown;
  };

  /** A text in a box of its part's tone; `dashed` where it is only a place. */
  function slot(picture, x, y, width, { kind, text, dashed }) {
    const lines = linesOf(text, width - 2 * PAD);
    const height = lines.length * LINE + 14;
    picture.add('rect', { x, y, width, height, rx: 8,
      class: `box tone-${dashed ? 'plain' : TONES[kind]}${dashed ? ' dashed' : ''}` });
    lines.forEach((line, i) => picture.text(x + PAD, y + 20 + i * LINE, line,
      { tone: dashed ? 'soft' : 'ink' }));
    return height;
  }

  /** The row as its file has it. @returns {{height: number, places: object}} */
  function drawRow(picture, x, y, width) {
    const places = {};
    let top = y;
    picture.text(x, top + 14, say('inFile', { row: at + 1, name: rows.title }),
      { weight: 600, width });
    top += 28;
    for (const kind of KINDS) {
      picture.text(x, top + 11, say(`kind.${kind}`), { size: 11.5, tone: 'soft', width });
      top += 18;
      const text = row()[kind];
      const height = slot(picture, x, top, width,
        text ? { kind, text } : { kind, text: say('none'), dashed: true });
      if (text) places[kind] = { y: top + height / 2 };
      top += height + 12;
    }
    return { height: top - y, places };
  }

  /** The template with its places, empty or filled; of the prompt alone, with a place to write. */
  function drawText(picture, x, y, width, { filled, prompt }) {
    const { text, parts } = form();
    const places = {};
    let top = y;
    picture.text(x, top + 14, say(prompt ? 'prompt' : filled ? 'joined' : 'empty',
      { template: say(`templates.${template()}`) }), { weight: 600, width });
    top += 28;
    for (const { kind, start, end } of parts) {
      const own = text.slice(start, end);
      if (kind === 'template') {
        picture.text(x + 2, top + 13, visible(own), { mono: true, size: 12, width: width - 4 });
        top += 22;
        continue;
      }
      const written = prompt && kind === 'response';
      const height = slot(picture, x, top, width, written ? { kind, text: say('writes'),
        dashed: true } : filled ? { kind, text: own }
        : { kind, text: say(`kind.${kind}`), dashed: true });
      places[kind] = { y: top + height / 2 };
      top += height + 10;
    }
    if (!prompt) {
      picture.text(x + 2, top + 12, '<|endoftext|>', { mono: true, size: 12, width: width - 4 });
      top += 22;
    }
    return { height: top - y, places };
  }

  /** Row and text side by side, an arrow from each part to its place. */
  function drawBoth(picture, y, options) {
    const { width, narrow } = picture;
    if (narrow) {
      const above = drawRow(picture, 1, y, width - 2);
      return above.height + 12
        + drawText(picture, 1, y + above.height + 12, width - 2, options).height;
    }
    const each = (width - 72) / 2;
    const left = drawRow(picture, 1, y, each);
    const right = drawText(picture, each + 71, y, each, options);
    for (const kind of KINDS) {
      const [from, to] = [left.places[kind], right.places[kind]];
      if (!from || !to) continue;
      picture.arrow([[each + 6, from.y], [each + 34, from.y], [each + 34, to.y],
        [each + 66, to.y]], { tone: 'line' });
    }
    return Math.max(left.height, right.height);
  }

  function legend(picture, y) {
    let x = 0;
    let top = y;
    for (const kind of ['template', ...KINDS]) {
      const words = say(`kind.${kind}`);
      const length = words.length * 7 + 34;
      if (x + length > picture.width) [x, top] = [0, top + 22];
      picture.add('rect', { x: x + 1, y: top, width: 14, height: 14, rx: 4,
        class: `chip tone-${TONES[kind]}` });
      picture.text(x + 20, top + 11, words, { size: 11.5, tone: 'soft' });
      x += length;
    }
    return top - y + 26;
  }

  const kindAt = (place) => form().parts.find(({ start, end }) => place >= start && place < end)
    ?.kind ?? 'response';

  function drawTokens(picture, y) {
    const { tokens } = form();
    let top = y;
    picture.text(0, top + 14, say('tokensOf', { count: tokens.length }),
      { weight: 600, width: picture.width });
    top += 26 + legend(picture, top + 26);
    const { height } = picture.tokens(1, top, picture.width - 2, tokens,
      { tone: (token) => TONES[kindAt(token.start)] });
    top += height + 22;
    picture.text(0, top + 12, say('lengths'), { weight: 600, width: picture.width });
    top += 24;
    const most = Math.max(...TEMPLATES.map((each) => told[each].tokens.length));
    const name = Math.min(190, picture.width * 0.36);
    for (const each of TEMPLATES) {
      const all = told[each].tokens;
      const counted = all.filter((token) => token.counted).length;
      picture.text(0, top + 13, say(`templates.${each}`),
        { size: 12, width: name - 8, weight: each === template() ? 600 : 400 });
      const room = picture.width - name - 90;
      picture.bar(name, top + 2, room, 14, all.length / most, { tone: 'train' });
      picture.bar(name + room * ((all.length - counted) / most), top + 2, room, 14,
        counted / most, { tone: 'good', ground: false });
      picture.text(picture.width, top + 13, say('split', {
        all: number(all.length), counted: number(counted) }), { size: 12, anchor: 'end' });
      top += 24;
    }
    return top - y;
  }

  const drawn = {
    [DATA]: (picture, y) => drawRow(picture, 1, y, Math.min(picture.width - 2, 640)).height,
    [TEMPLATE]: (picture, y) => drawBoth(picture, y, { filled: false }),
    [TEXT]: (picture, y) => drawBoth(picture, y, { filled: true }),
    [TOKENS]: drawTokens,
    [ASKED]: (picture, y) => drawText(picture, 1, y, Math.min(picture.width - 2, 640),
      { filled: true, prompt: true }).height,
  };

  function says(stage) {
    if (!form()) return '';
    const { tokens, truncated } = form();
    const counted = tokens.filter((token) => token.counted).length;
    const words = say(`says.${STAGES[stage]}`, { rows: number(rows.rows.length),
      all: number(tokens.length), counted: number(counted),
      prompt: number(tokens.length - counted), template: say(`templates.${template()}`) });
    return truncated ? `${words} ${say('truncated', { context: number(base.context) })}` : words;
  }

  return {
    stages: STAGES.length, controls, open, says,
    draw: (stage, picture) => (form() ? drawn[stage](picture, 2) + 8 : 40),
    done: () => seen.templates.size > 1 && seen.inputs.size > 1,
  };
}
