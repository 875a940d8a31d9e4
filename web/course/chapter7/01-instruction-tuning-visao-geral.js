// Base model, tuning, assistant: the same question answered before and after a tuning that the
// reader starts here.

import { duration, fixed, number, t } from '../../i18n/index.js';
import { h } from '../../ui/dom.js';
import { card, cardHeight } from '../cards.js';
import { createInstructions } from '../instructions.js';
import { createTuning, streamAnswer } from '../tuning.js';
import { createTunedFiles } from '../tuned_files.js';

const GAP = 34;
const HEAD = 46;
const CURVE = 170;
const say = (key, values) => t(`7-01-instruction-tuning-visao-geral.${key}`, values);

export function create(frame) {
  const instructions = createInstructions(frame);
  const tuning = createTuning(frame);
  let rows = null;
  let next = 0;
  let closed = false;
  let answers = {};
  let working = null;

  const field = (name, words) => {
    const input = h('input', { type: 'text', 'data-field': name, value: frame.get(name) ?? '',
      dir: 'auto', autocomplete: 'off', onchange: () => {
        frame.set({ [name]: input.value });
        ask();
      } });
    return { input, label: h('label', { class: 'wide' }, words, input) };
  };
  const question = field('ask', say('question'));
  const input = field('input', say('input'));
  const another = h('button', { type: 'button', class: 'small', onclick: () => {
    next++;
    takeRow();
    ask();
  } }, say('another'));
  const stop = h('button', { type: 'button', class: 'small', hidden: true,
    onclick: () => tuning.stop() }, t('tuning.stop'));
  const files = createTunedFiles(frame, tuning, () => ask());

  function takeRow() {
    if (!rows) return;
    const row = rows.test[next % rows.test.length];
    [question.input.value, input.input.value] = [row.instruction, row.input];
    frame.set({ ask: row.instruction, input: row.input || undefined });
  }

  function ask() {
    answers = {}; // what is being written stops
    frame.reopen();
  }

  const example = () => ({ instruction: question.input.value.trim(),
    input: input.input.value.trim(), response: '', language: rows?.language });

  async function answer(model) {
    if (answers[model]?.done || !example().instruction) return;
    const mine = answers;
    mine[model] = { text: '', done: false };
    const text = await streamAnswer(frame, { model, example: example() },
      (now) => {
        mine[model].text = now;
        frame.redraw();
      }, () => !closed && mine === answers);
    mine[model] = { text, done: true };
  }

  async function tune() {
    if (tuning.opened()) return true;
    working = 'tune';
    stop.hidden = false;
    try {
      return await tuning.run(rows);
    } finally {
      working = null;
      stop.hidden = true;
      files.show();
    }
  }

  const run = () => (tuning.opened() ? null : rows && tuning.of(rows));

  /* ---- the picture ---- */

  const titles = () => [say('base'), say('tuning'), say('assistant')];

  function details() {
    const [now, opened] = [run(), tuning.opened()];
    const tuned = opened ? say('fromFile') : now
      ? say('updates', { done: now.progress?.step ?? 0, all: now.told.updates })
      : say('notYet');
    const learned = rows ? say('rows', { count: rows.train.length }) : '';
    return [say('baseDetail'), opened ?? learned, tuned];
  }

  const answerCard = (model, when) => {
    const found = answers[model];
    const text = found?.text || (found?.done ? say('nothing') : when);
    return { parts: [{ name: say('answer'), text, tone: found?.text ? 'ink' : 'soft' }],
      tone: model === 'tuned' ? 'soft' : 'plain', dashed: !found };
  };

  const series = () => {
    const now = run();
    return [{ name: t('tuning.train'), points: now?.losses ?? [], tone: 'train' },
      { name: t('tuning.held'), points: now?.held ?? [], tone: 'valid', dashed: true }];
  };

  function column(picture, x, y, w, i, stage) {
    picture.box(x, y, w, HEAD, { label: titles()[i], detail: details()[i],
      tone: i === stage ? 'accent' : i < stage ? 'soft' : 'plain' });
    const top = y + HEAD + 12;
    if (i === 1 && tuning.opened()) return HEAD;
    if (i === 1) {
      picture.curves(x, top, w, CURVE, series(), { yLabel: t('tuning.loss'),
        xLabel: t('tuning.update'), xMost: run()?.told.updates, format: (loss) => fixed(loss, 2) });
      return HEAD + 12 + CURVE;
    }
    const shown = answerCard(i ? 'tuned' : 'shipped', say(i ? 'later' : 'soon'));
    const least = picture.narrow ? 0 : CURVE;
    return HEAD + 12 + card(picture, x, top, w, shown, least);
  }

  function draw(stage, picture) {
    const { width, narrow } = picture;
    const asked = example();
    const shown = { title: say('same'), parts: [
      { name: say('instruction'), text: asked.instruction || '…' },
      ...(asked.input ? [{ name: say('inputPart'), text: asked.input }] : [])] };
    const top = cardHeight(width, shown);
    card(picture, 0, 0, width, shown);
    let y = top + GAP;
    if (narrow) {
      for (const i of [0, 1, 2]) {
        picture.arrow([[width / 2, y - GAP + 6], [width / 2, y - 6]]);
        y += column(picture, 0, y, width, i, stage) + GAP;
      }
      return y - GAP + 4;
    }
    const each = (width - 2 * GAP) / 3;
    const middles = [0, 1, 2].map((i) => i * (each + GAP) + each / 2);
    for (const i of [0, 2]) picture.arrow([[middles[i], top + 4], [middles[i], y - 4]]);
    for (const i of [1, 2]) {
      picture.arrow([[i * (each + GAP) - GAP + 4, y + HEAD / 2],
        [i * (each + GAP) - 4, y + HEAD / 2]]);
    }
    return Math.max(...[0, 1, 2].map(
      (i) => y + column(picture, i * (each + GAP), y, each, i, stage))) + 4;
  }

  function says(stage) {
    const now = run();
    if (working === 'tune' && now) {
      return say('saysNow', { done: now.progress?.step ?? 0, all: now.told.updates });
    }
    if (stage === 1 && now && !now.done) return say('saysStopped');
    if (stage === 0) return say('says0');
    if (tuning.opened()) return say('saysOpened', { name: tuning.opened() });
    if (!now) return '';
    const values = { seconds: duration(now.seconds), rows: now.rows.train.length,
      before: fixed(now.held[0]?.[1], 2), after: fixed(now.held.at(-1)?.[1], 2),
      parameters: number(now.told.trained_parameters) };
    return say(`says${stage}`, values);
  }

  return {
    stages: 3,
    controls: [instructions.control(() => {
      next = 0;
      tuning.leave();
      [question.input.value, input.input.value] = ['', ''];
      ask();
    }), question.label, input.label, another, stop, files.element],
    async open() {
      await frame.model();
      rows = await instructions.get();
      if (!question.input.value.trim()) takeRow();
      await files.check();
    },
    async enter(stage) {
      if (stage === 1) await tune();
      await answer('shipped');
      if (stage === 2 && await tune()) await answer('tuned');
    },
    draw,
    says,
    done: () => Boolean(answers.shipped?.done && answers.tuned?.done),
    close() {
      closed = true;
      tuning.close();
    },
  };
}
