// Are the tuned model's answers better? The reader judges pairs without knowing whose they are;
// numbers are computed beside, each with what it misses.

import { fixed, number, percent, t } from '../../i18n/index.js';
import { h, newId } from '../../ui/dom.js';
import { card, cardHeight, cards, way } from '../cards.js';
import { createInstructions } from '../instructions.js';
import { createRatings, CRITERIA, SIDES, summary } from '../ratings.js';
import { createTuning, DEFAULT_STRATEGY, exampleOf, SAMPLING, TEMPLATE } from '../tuning.js';
import { createTunedFiles } from '../tuned_files.js';

const NAMES = ['question', 'blind', 'tally', 'metrics'];
const [QUESTION, BLIND, TALLY, METRICS] = NAMES.keys();
const MODELS = { base: 'shipped', tuned: 'tuned' };
const say = (key, values) => t(`7-05-avaliacao-respostas.${key}`, values);

export function create(frame) {
  const instructions = createInstructions(frame);
  const tuning = createTuning(frame);
  const ratings = createRatings();
  let rows = null;
  let at = 0;
  let sides = null;
  let revealed = false;
  let stageNow = 0;
  let closed = false;
  let tunes = false;
  /** By the row's number: {base, tuned}, each what scoreAnswers gives. */
  let scores = new Map();

  const row = () => rows?.test[at % rows.test.length];
  const key = () => {
    const by = tuning.opened() ?? tuning.of(rows)?.strategy ?? DEFAULT_STRATEGY;
    return `${rows.key} ${by}`;
  };
  const pair = () => row() && scores.get(row().row);
  const isScored = (each) => ['base', 'tuned'].every((side) => scores.get(each.row)?.[side]);

  /* ---- what is asked above the picture ---- */

  const criteria = CRITERIA.map((name) => {
    const group = newId('criterion');
    const choices = ['a', 'tie', 'b'].map((value) => h('label', { class: 'choice' },
      h('input', { type: 'radio', name: group, value, onchange: showControls }),
      say(`choice.${value}`)));
    const element = h('fieldset', { class: 'criterion', 'data-criterion': name },
      h('legend', {}, say(`criterion.${name}`)), choices);
    const inputs = [...element.querySelectorAll('input')];
    return { name, element, inputs,
      value: () => inputs.find((input) => input.checked)?.value };
  });
  const button = (name, words, onclick) => h('button', { type: 'button', class: 'small',
    'data-do': name, onclick }, words);
  const reveal = button('reveal', say('reveal'), judge);
  const another = button('next', say('nextPair'), nextPair);
  const clear = button('clear', say('clear'), () => {
    ratings.clear(key());
    frame.redraw();
  });
  const judging = h('div', { class: 'judging', role: 'group', 'aria-label': say('judging') },
    criteria.map(({ element }) => element), reveal, another);
  const stop = h('button', { type: 'button', class: 'small', hidden: true,
    onclick: () => tuning.stop() }, t('tuning.stop'));
  const files = createTunedFiles(frame, tuning, anew);

  function showControls() {
    judging.hidden = stageNow !== BLIND || !rows || !sides || !isScored(row());
    clear.hidden = stageNow !== TALLY || !rows || ratings.of(key()).length === 0;
    reveal.disabled = revealed || criteria.some((each) => !each.value());
    another.disabled = !revealed;
    for (const { inputs } of criteria) for (const input of inputs) input.disabled = revealed;
  }

  function judge() {
    const chosen = Object.fromEntries(criteria.map(({ name, value }) => [name,
      value() === 'tie' ? 'tie' : sides[value()]]));
    ratings.add({ key: key(), row: row().row, ...chosen });
    revealed = true;
    frame.redraw();
    another.disabled = false;
    another.focus();
  }

  function deal() {
    const baseFirst = crypto.getRandomValues(new Uint8Array(1))[0] < 128;
    sides = baseFirst ? { a: 'base', b: 'tuned' } : { a: 'tuned', b: 'base' };
    revealed = false;
    for (const { inputs } of criteria) for (const input of inputs) input.checked = false;
  }

  function nextPair() {
    at++;
    [sides, revealed] = [null, false];
    frame.reopen();
    frame.redraw();
  }

  function anew() {
    [scores, sides, revealed, at] = [new Map(), null, false, 0];
    frame.reopen();
  }

  /* ---- what the models answer ---- */

  async function tune() {
    if (tuning.opened()) return true;
    tunes = true;
    stop.hidden = false;
    try {
      return await tuning.run(rows);
    } finally {
      tunes = false;
      stop.hidden = true;
      files.show();
    }
  }

  async function score(each) {
    const [mine, found] = [scores, {}];
    if (isScored(each) || closed) return;
    for (const [side, model] of Object.entries(MODELS)) {
      [found[side]] = await frame.ask('scoreAnswers', model, [exampleOf(each)], TEMPLATE, SAMPLING);
    }
    mine.set(each.row, found);
    frame.redraw();
  }

  async function enter(stage) {
    stageNow = stage;
    showControls();
    if (stage === QUESTION) return;
    if (!await tune() || closed) return;
    if (stage === BLIND) {
      await score(row());
      if (!sides) deal();
    }
    if (stage === METRICS) for (const each of rows.test) await score(each);
    showControls();
  }

  /* ---- the picture ---- */

  const questionCard = () => ({ title: say('heldRow', { row: row().row, at: (at % rows.test.length)
    + 1, rows: rows.test.length }), parts: [
    { name: say('instruction'), text: row().instruction },
    ...(row().input ? [{ name: say('input'), text: row().input }] : []),
    { name: say('expected'), text: row().response, tone: 'accent' }] });

  const drawn = {
    [QUESTION](picture, y) {
      if (!rows) return 0;
      let high = cards(picture, y, [questionCard()]) + 16;
      high += cards(picture, y + high, CRITERIA.map((name) => ({ title: say(`criterion.${name}`),
        parts: [{ text: say(`about.${name}`), tone: 'soft' }] })));
      return high;
    },

    [BLIND](picture, y) {
      if (!rows) return 0;
      const shown = questionCard();
      card(picture, 0, y, picture.width, shown);
      const high = cardHeight(picture.width, shown) + 16;
      if (!sides || !pair()) return high;
      return high + cards(picture, y + high, ['a', 'b'].map((letter) => {
        const side = sides[letter];
        return { title: revealed ? say('isOf', { letter: letter.toUpperCase(), model: say(side) })
          : say('answerOf', { letter: letter.toUpperCase() }),
        tone: revealed && side === 'tuned' ? 'soft' : 'plain',
        parts: [{ text: pair()[side].answer || say('nothing') }] };
      }));
    },

    [TALLY](picture, y) {
      if (!rows) return 0;
      const judged = ratings.of(key()).length;
      const tally = ratings.tally(key());
      picture.text(0, y + 14, say('judged', { count: judged, of: rows.test.length }),
        { weight: 600, width: picture.width });
      let top = y + 34;
      const first = picture.narrow ? 0 : 180;
      for (const name of CRITERIA) {
        if (picture.narrow) top += 20;
        picture.text(0, top + (picture.narrow ? -4 : 16), say(`criterion.${name}`),
          { width: (picture.narrow ? picture.width : first) - 12 });
        const w = picture.width - first;
        let x = first;
        picture.bar(first, top, w, 24, 0);
        for (const side of SIDES) {
          const count = tally[name][side];
          const share = judged ? (count / judged) * w : 0;
          if (!count) continue;
          picture.add('rect', { x, y: top, width: share - 2, height: 24, rx: 4,
            class: `chip tone-${{ base: 'valid', tie: 'plain', tuned: 'soft' }[side]}` });
          picture.text(x + share / 2, top + 16, `${say(`short.${side}`)} ${number(count)}`,
            { anchor: 'middle', size: 12, width: share - 8 });
          x += share;
        }
        top += 36;
      }
      return top - y;
    },

    [METRICS]: drawMetrics,
  };

  const MEASURES = {
    exact: (value) => percent(value, 0), f1: (value) => percent(value, 0),
    perplexity: (value) => fixed(value, 1),
  };

  function drawMetrics(picture, y) {
    const scored = rows ? rows.test.filter(isScored) : [];
    if (!scored.length) return 0;
    const of = (side) => summary(scored.map((each) => scores.get(each.row)[side]));
    const [base, tuned] = [of('base'), of('tuned')];
    const told = Object.entries(MEASURES).map(([name, write]) => ({
      title: say(`metric.${name}`), parts: [
        { name: say('base'), text: write(base[name]) },
        { name: say('tuned'), text: write(tuned[name]), tone: 'accent' },
        { name: say('misses'), text: say(`misses.${name}`), tone: 'soft' }] }));
    let high = cards(picture, y, told) + 20;
    high += drawRows(picture, y + high, scored);
    return high;
  }

  /** Row by row: F1 of both beside what the reader said. */
  function drawRows(picture, y, scored) {
    const judged = new Map(ratings.of(key()).map((each) => [each.row, each.right]));
    const places = picture.narrow ? [0, 90, 170, 250] : [0, 90, 190, 290];
    ['rowHead', 'base', 'tuned', 'yours'].forEach((head, i) => picture.text(places[i], y + 12,
      say(i === 1 || i === 2 ? `f1Of.${head}` : head), { size: 11.5, tone: 'soft',
        width: (places[i + 1] ?? picture.width) - places[i] - 8 }));
    scored.forEach((each, i) => {
      const top = y + 32 + i * 20;
      const { base, tuned } = scores.get(each.row);
      const mine = judged.get(each.row);
      const higher = tuned.f1 > base.f1 ? 'tuned' : tuned.f1 < base.f1 ? 'base' : 'tie';
      const differs = mine && mine !== higher;
      [number(each.row), percent(base.f1, 0), percent(tuned.f1, 0), mine ? say(`short.${mine}`)
        : '–'].forEach((value, k) => picture.text(places[k], top, value,
        { size: 12.5, tone: k === 3 && differs ? 'bad' : 'ink', weight: k === 3 && differs
          ? 600 : 400, width: (places[k + 1] ?? picture.width) - places[k] - 8 }));
      if (!picture.narrow) {
        picture.text(380, top, each.input || each.instruction, { size: 12, tone: 'soft',
          width: picture.width - 384 });
      }
    });
    return 32 + scored.length * 20;
  }

  function says(stage) {
    const now = rows && tuning.of(rows);
    if (tunes && now) {
      return say('saysTuning', { done: now.progress?.step ?? 0, all: now.told.updates });
    }
    if (stage === BLIND && revealed) {
      return say('saysRevealed', { a: say(sides.a), b: say(sides.b) });
    }
    if (stage === METRICS && rows) {
      return say('saysMetrics', { done: rows.test.filter(isScored).length,
        all: rows.test.length });
    }
    return say(`says.${NAMES[stage]}`);
  }

  return {
    stages: NAMES.length,
    controls: [instructions.control(() => {
      tuning.leave();
      anew();
    }), files.element, stop, judging, clear],
    async open() {
      await frame.model();
      await files.check();
      rows = await instructions.get();
    },
    enter,
    draw(stage, picture) {
      showControls();
      const top = way(picture, 0, NAMES.map((name) => say(`stage.${name}`)), stage) + 20;
      return top + drawn[stage](picture, top) + 6;
    },
    says,
    done: () => Boolean(rows && ratings.of(key()).length >= Math.min(3, rows.test.length)
      && rows.test.every(isScored)),
    close() {
      closed = true;
      tuning.close();
    },
  };
}
