// Supervised fine-tuning from end to end, a small run of its own: rows, tokens, the pretrained
// weights and what of them trains, training with the mask, the tuned model.

import { bytes, duration, fixed, number, percent, t } from '../../i18n/index.js';
import { h } from '../../ui/dom.js';
import { cards, way } from '../cards.js';
import { createInstructions } from '../instructions.js';
import { createTuning, DEFAULT_STRATEGY, exampleOf, STRATEGIES, streamAnswer, TEMPLATE }
  from '../tuning.js';
import { createTunedFiles } from '../tuned_files.js';

const NAMES = ['data', 'tokens', 'weights', 'training', 'tuned'];
const [DATA, TOKENS, WEIGHTS, TRAINING, TUNED] = NAMES.keys();
const SHOWN_ROWS = 3;
const SHOWN_TOKENS = 90;
const say = (key, values) => t(`7-04-pipeline-sft.${key}`, values);
const strategyName = (strategy) => t(`tuning.strategy.${strategy.split(':')[0]}`);

export function create(frame) {
  const instructions = createInstructions(frame);
  const tuning = createTuning(frame);
  let rows = null;
  let strategy = STRATEGIES.includes(frame.get('strategy')) ? frame.get('strategy')
    : DEFAULT_STRATEGY;
  let example = null;
  let measuring = null;
  let running = false;
  let told = null;
  let answers = {};
  let closed = false;

  const select = h('select', { 'data-field': 'strategy', onchange: () => choose(select.value) },
    STRATEGIES.map((each) => h('option', { value: each }, strategyName(each))));
  select.value = strategy;
  const stop = h('button', { type: 'button', class: 'small', hidden: true,
    onclick: () => tuning.stop() }, t('tuning.stop'));
  const files = createTunedFiles(frame, tuning, () => {
    answers = {};
    frame.reopen();
  });

  function choose(chosen) {
    strategy = chosen;
    tuning.leave();
    select.value = chosen;
    frame.set({ strategy: chosen });
    answers = {};
    frame.reopen();
  }

  const run = () => rows && tuning.of(rows, strategy);
  const cost = (each) => rows && tuning.costs(rows)[STRATEGIES.indexOf(each)];

  async function measure() {
    for (const each of STRATEGIES) {
      if (closed) return;
      measuring = each;
      frame.redraw();
      await tuning.cost(rows, each);
    }
    measuring = null;
  }

  async function train() {
    running = true;
    stop.hidden = false;
    try {
      return await tuning.run(rows, strategy);
    } finally {
      running = false;
      stop.hidden = true;
      files.show();
    }
  }

  async function answer() {
    for (const model of ['shipped', 'tuned']) {
      if (answers[model] || closed) continue;
      answers[model] = '';
      await streamAnswer(frame, { model, example: { ...rows.test[0], response: '' } }, (text) => {
        answers[model] = text;
        frame.redraw();
      }, () => !closed);
    }
  }

  /* ---- the picture, stage by stage; each draws below y and gives its height ---- */

  function figures(picture, y, pairs) {
    const columns = picture.narrow ? 2 : Math.min(pairs.length, 5);
    const each = picture.width / columns;
    pairs.forEach(([name, value], i) => {
      const [x, top] = [(i % columns) * each, y + Math.floor(i / columns) * 48];
      picture.text(x, top + 18, value, { size: 18, weight: 600, width: each - 8 });
      picture.text(x, top + 35, name, { size: 11.5, tone: 'soft', width: each - 8 });
    });
    return Math.ceil(pairs.length / columns) * 48;
  }

  const rowCard = (row) => ({ title: say('row', { row: row.row }), most: 3, parts: [
    { name: say('instruction'), text: row.instruction },
    ...(row.input ? [{ name: say('input'), text: row.input }] : []),
    { name: say('response'), text: row.response, tone: 'accent' }] });

  const drawn = {
    [DATA](picture, y) {
      if (!rows) return 0;
      const high = figures(picture, y, [[say('rowsAll'), number(rows.rows.length)],
        [say('rowsTrain'), number(rows.train.length)],
        [say('rowsHeld'), number(rows.test.length)]]);
      return high + cards(picture, y + high + 8, rows.train.slice(0, SHOWN_ROWS).map(rowCard)) + 8;
    },

    [TOKENS](picture, y) {
      if (!example || !told) return 0;
      const high = figures(picture, y, [[say('tokensAll'), number(told.tokens.all)],
        [say('tokensCounted'), number(told.tokens.counted)],
        [say('tokensContext'), number(told.tokens.all - told.tokens.counted)],
        [say('share'), percent(told.tokens.counted / told.tokens.all, 0)]]);
      picture.text(0, y + high + 16, say('exampleTokens', { count: example.tokens.length }),
        { size: 12, tone: 'soft', width: picture.width });
      const shown = example.tokens.slice(0, SHOWN_TOKENS);
      const { height } = picture.tokens(0, y + high + 26, picture.width, shown,
        { tone: (token) => (token.counted ? 'accent' : 'plain') });
      return high + 26 + height;
    },

    [WEIGHTS]: drawCosts,

    [TRAINING](picture, y) {
      const now = run();
      if (!now) return 0;
      const done = now.progress?.step ?? 0;
      const high = figures(picture, y, [
        [say('update'), `${number(done)} / ${number(now.told.updates)}`],
        [say('trained'), number(now.told.trained_parameters)],
        [say('rate'), fixed(now.progress?.learning_rate, 5)],
        [say('seconds'), duration(now.seconds)],
        [say('speed'), number(Math.round(now.progress?.tokens_per_second ?? 0))]]);
      picture.bar(0, y + high, picture.width, 6, done / now.told.updates);
      const left = { name: t('tuning.train'), points: now.losses, tone: 'train' };
      const right = { name: t('tuning.held'), points: now.held, tone: 'valid', dashed: true };
      picture.curves(0, y + high + 20, picture.width, 230, [left, right],
        { xLabel: t('tuning.update'), yLabel: t('tuning.loss'), xMost: now.told.updates,
          format: (loss) => fixed(loss, 2) });
      return high + 254;
    },

    [TUNED](picture, y) {
      const now = run();
      let high = 0;
      if (now) {
        const known = cost(strategy);
        high = figures(picture, y, [[say('before'), fixed(now.held[0]?.[1], 3)],
          [say('after'), fixed(now.held.at(-1)?.[1], 3)],
          [say('seconds'), duration(now.seconds)],
          [say('expected'), known ? duration(known.seconds) : '–'],
          [say('saved'), known ? bytes(known.saved) : '–']]) + 8;
      }
      const row = rows.test[0];
      high += cards(picture, y + high, [{ ...rowCard(row), title: say('heldRow') }]) + 14;
      return high + cards(picture, y + high, ['shipped', 'tuned'].map((model) => ({
        title: say(model), tone: model === 'tuned' ? 'soft' : 'plain',
        parts: [{ text: answers[model] || '…' }] })));
    },
  };

  const shape = (each) => {
    const found = cost(each);
    if (!found) return measuring === each ? [say('measuring'), '', '', ''] : ['–', '–', '–', '–'];
    return [number(found.told.trained_parameters), bytes(found.memory), bytes(found.saved),
      duration(found.seconds)];
  };

  /** What each choice takes; a line can be picked. */
  function drawCosts(picture, y) {
    const heads = ['parameters', 'memory', 'saved', 'seconds'].map((key) => say(key));
    const high = picture.narrow ? 96 : 50;
    const first = picture.narrow ? 0 : 170;
    const columns = picture.narrow ? 2 : 4;
    const each = (picture.width - first - 20) / columns;
    let at = y;
    if (!picture.narrow) {
      heads.forEach((head, i) => picture.text(first + 10 + i * each, at + 12, head,
        { size: 11.5, tone: 'soft', width: each - 8 }));
      at += 22;
    }
    for (const kind of STRATEGIES) {
      const mine = kind === strategy;
      picture.add('rect', { x: 1, y: at, width: picture.width - 2, height: high - 8, rx: 8,
        class: `box tone-${mine ? 'soft' : 'plain'}` });
      picture.text(12, at + (picture.narrow ? 18 : 26), strategyName(kind),
        { weight: 600, width: (picture.narrow ? picture.width : first) - 20 });
      shape(kind).forEach((value, i) => {
        const x = picture.narrow ? 12 + (i % 2) * each : first + 10 + i * each;
        const top = at + (picture.narrow ? 36 + Math.floor(i / 2) * 30 : 26);
        if (picture.narrow) {
          picture.text(x, top, heads[i], { size: 10.5, tone: 'soft', width: each - 6 });
        }
        picture.text(x, top + (picture.narrow ? 14 : 0), value, { width: each - 6 });
      });
      picture.target(1, at, picture.width - 2, high - 8,
        say(mine ? 'chosen' : 'choose', { name: strategyName(kind) }), () => choose(kind));
      at += high;
    }
    return at - y;
  }

  function says(stage) {
    const now = run();
    if (running && now) {
      return say('saysRunning', { done: now.progress?.step ?? 0, all: now.told.updates });
    }
    if (measuring) return say('saysMeasuring', { name: strategyName(measuring) });
    if (stage === WEIGHTS) return say(cost(strategy) ? 'saysWeights' : 'saysNotMeasured');
    if (stage === TRAINING && now && !now.done) return say('saysStopped');
    if (stage === TRAINING && now) {
      return say('saysTraining', { seconds: duration(now.seconds) });
    }
    return say(`says${NAMES[stage][0].toUpperCase()}${NAMES[stage].slice(1)}`);
  }

  return {
    stages: NAMES.length,
    controls: [instructions.control(() => {
      [told, example, answers] = [null, null, {}];
      tuning.leave();
      frame.reopen();
    }), h('label', {}, say('strategy'), select), stop, files.element],
    async open() {
      await frame.model();
      await files.check();
      rows = await instructions.get();
    },
    async enter(stage) {
      if (stage === TOKENS) {
        example = await frame.ask('formatExample', exampleOf(rows.train[0]), TEMPLATE);
        told = run()?.told ?? (await tuning.cost(rows, strategy)).told;
      }
      if (stage === WEIGHTS) await measure();
      if (stage === TRAINING) await train();
      if (stage === TUNED && (tuning.opened() || await train())) await answer();
    },
    draw: (stage, picture) => {
      const top = way(picture, 0, NAMES.map((name) => say(name)), stage) + 22;
      return top + drawn[stage](picture, top) + 6;
    },
    says,
    done: () => Boolean(run()?.done && answers.tuned),
    close() {
      closed = true;
      tuning.close();
    },
  };
}
