// The blocks as a stack: which of them train, what that costs, measured on this machine, and how
// gradual unfreezing opens them.

import { bytes, compact, fixed, number, percent, t } from '../../i18n/index.js';
import { h } from '../../ui/dom.js';
import { heading, phaseWords } from './classifier.js';

const ID = '6-03-freeze-vs-unfreeze';
const TRAINING = `${ID}-gradual`;
const SLICE_MS = 60;
/** Of gradual unfreezing, between two openings. */
const EPOCHS_EACH = 2;
const ROW = 44;
const say = (key, values) => t(`${ID}.${key}`, values);

/** Seconds of a whole run: frozen blocks once for every row, then each row of each epoch. */
export const expected = ({ usable, train, options }, { once, each }) => usable * once
  + train * options.epochs * each;

export function create(frame) {
  let closed = false;
  /** What tuneCosts says of the open rows. */
  let costs = null;
  let parameters = 0;
  let chosen = 0;
  /** @type {Map<string, object>} what tuneMeasure says, by strategy */
  const measured = new Map();
  let measuring = null;
  let clicked = false;
  let ran = false;
  /** @type {{epochs: object[], losses: number[], progress: object, description: object,
   *          finished?: object}|null} */
  let run = null;

  const playButton = h('button', { type: 'button', class: 'small', onclick: () => (run && !run.ended
    ? endRun() : startRun().catch(frame.fail)) }, say('gradual'));

  async function open() {
    await frame.model();
    await frame.rows();
    endRun();
    measured.clear();
    costs = null;
    costs = await frame.ask('tuneCosts', 'shipped', { strategy: 'last:1', ngrams: false, seed: 1 });
    parameters = costs.parts.reduce((sum, part) => sum + part.parameters, 0);
  }

  async function enter(stage) {
    if (!costs) await open();
    chosen = stage;
    const { strategy } = costs.choices[stage];
    if (run && !run.ended) return;
    run = null;
    if (!measured.has(strategy)) {
      measuring = strategy;
      frame.redraw();
      try {
        const found = await frame.ask('tuneMeasure', 'shipped', { ...costs.options, strategy });
        measured.set(strategy, found);
      } finally {
        measuring = null;
      }
    }
  }

  function endRun() {
    if (!run) return;
    run = null;
    playButton.textContent = say('gradual');
    frame.ask('tuneEnd', TRAINING).catch(() => {});
    frame.redraw();
  }

  async function startRun() {
    const mine = { epochs: [], losses: [], progress: { phase: 'prepare', fraction: 0 } };
    run = mine;
    playButton.textContent = say('stop');
    frame.redraw();
    const epochs = EPOCHS_EACH * (costs.layers + 2);
    mine.description = await frame.ask('tuneStart', TRAINING, { options: { strategy: 'gradual',
      gradual_epochs: EPOCHS_EACH, epochs, readout: costs.options.readout, ngrams: false, seed: 1,
      patience: 0 } });
    while (!closed && run === mine && !mine.finished) {
      const news = await frame.ask('tuneRun', TRAINING, SLICE_MS);
      mine.progress = news;
      mine.losses.push(...news.losses.map(({ loss }) => loss));
      mine.epochs.push(...news.epochsDone);
      mine.finished = news.finished;
      frame.redraw();
    }
    if (!mine.finished || closed) return;
    mine.ended = ran = true;
    playButton.textContent = say('gradual');
    await frame.ask('tuneEnd', TRAINING);
  }

  /** The first block that trains now, and whether the embeddings do. */
  function state() {
    if (run?.description) {
      const epoch = Math.max(1, run.progress.epoch || 1);
      const opened = Math.floor((epoch - 1) / EPOCHS_EACH);
      return { block: Math.max(0, costs.layers - opened), all: false };
    }
    const { first_block: block, strategy } = costs.choices[chosen];
    return { block, all: strategy === 'full' };
  }

  /** Freezing a block freezes those below it; opening one opens those above it. */
  function toggle(part, layer) {
    clicked = true;
    endRun();
    const { block, all } = state();
    const last = costs.choices.length - 1;
    if (part === 'embeddings') frame.go(all ? last - 1 : last);
    else if (part === 'block') frame.go(layer >= block ? costs.layers - layer - 1
      : costs.layers - layer);
  }

  const trains = (part, { block, all }) => part.name === 'head' || all
    || (part.name === 'block' && part.layer >= block)
    || (part.name === 'final_norm' && block < costs.layers);

  function drawStack(p, x, y, w) {
    const now = state();
    const parts = [...costs.parts].reverse();
    heading(p, y + 12, say('stack'), x, w);
    let top = y + 24;
    for (const part of parts) {
      const open_ = trains(part, now);
      const label = say(`part.${part.name}`, { layer: (part.layer ?? 0) + 1 });
      p.box(x, top, w, ROW - 6, { label, tone: open_ ? 'accent' : 'plain', dashed: !open_,
        detail: say(open_ ? 'trains' : 'frozen', { parameters: number(part.parameters) }) });
      if (part.name === 'block' || part.name === 'embeddings') {
        p.target(x, top, w, ROW - 6, say(open_ ? 'freeze' : 'open', { label }),
          () => toggle(part.name, part.layer));
      }
      top += ROW;
    }
    p.arrow([[x + w / 2, top + 18], [x + w / 2, top]]);
    p.text(x + w / 2, top + 32, say('text', { length: costs.length }),
      { anchor: 'middle', tone: 'soft', size: 12, width: w });
    return top + 42;
  }

  function row(p, x, y, w, label, value, share, tone = 'accent') {
    const names = Math.min(190, w * 0.46);
    p.text(x, y + 12, label, { width: names - 8 });
    p.bar(x + names, y + 3, w - names - 108, 10, share, { tone });
    p.text(x + w, y + 12, value, { anchor: 'end', weight: 600, width: 104 });
    return y + 24;
  }

  function drawCosts(p, x, y, w) {
    const choice = costs.choices[chosen];
    const most = costs.choices.at(-1);
    const { memory } = choice;
    const heaviest = Math.max(...costs.choices.map((each) => each.memory.total));
    let at = y + 6 + heading(p, y + 12, say('costs'), x, w);
    at = row(p, x, at, w, say('trained'), compact(choice.trained_parameters),
      choice.trained_parameters / parameters);
    const total = most.forward + most.backward;
    at = row(p, x, at, w, say('forward'), compact(choice.forward), choice.forward / total, 'train');
    at = row(p, x, at, w, say('backward'), compact(choice.backward), choice.backward / total);
    at = row(p, x, at, w, say('once'), compact(choice.once), choice.once / total, 'line');
    at += 6 + heading(p, at + 16, say('memory', { total: bytes(memory.total) }), x, w);
    for (const key of ['weights', 'gradients', 'moments', 'activations', 'cache', 'texts']) {
      at = row(p, x, at, w, say(`memory.${key}`), bytes(memory[key]), memory[key] / heaviest,
        key === 'weights' ? 'train' : 'accent');
    }
    return drawSeconds(p, x, at + 2, w);
  }

  function drawSeconds(p, x, y, w) {
    const { strategy } = costs.choices[chosen];
    const found = measured.get(strategy);
    if (!found) {
      p.text(x, y + 16, measuring ? say('measuring') : '', { tone: 'soft', width: w });
      return y + 26;
    }
    const seconds = expected(costs, found);
    let at = y + heading(p, y + 16, say('seconds', { seconds: fixed(seconds, 1) }), x, w);
    at += p.paragraph(x, at + 16, say('measured', { texts: found.texts, updates: found.updates,
      once: fixed(found.once * 1000, 1), each: fixed(found.each * 1000, 1), usable: costs.usable,
      train: costs.train, epochs: costs.options.epochs }), { width: w, size: 12, tone: 'soft' });
    return at + 10;
  }

  function drawRun(p, x, y, w) {
    const { progress, epochs, finished, description } = run;
    let at = y + heading(p, y + 12, say('gradualTitle'), x, w);
    p.text(x, at + 12, phaseWords(progress), { tone: 'soft', width: w });
    p.bar(x, at + 20, w, 6, progress.fraction);
    const points = epochs.map((each) => [each.epoch, each.train_loss]);
    p.curves(x, at + 36, w, 210, [{ points, tone: 'accent' }], {
      yLabel: say('loss'), yLeast: 0, format: (value) => number(value, 2),
      xLabel: say('epochs'), xMost: description?.options.epochs ?? 1 });
    at += 254;
    let block = costs.layers;
    for (const each of epochs) {
      if (each.first_block >= block) continue;
      block = each.first_block;
      p.text(x, at + 10, say('opened', { epoch: each.epoch, layer: block + 1,
        loss: fixed(each.train_loss) }), { size: 12, width: w });
      at += 17;
    }
    if (finished) {
      const { accuracy, rows } = finished.report.test ?? {};
      at += 6 + heading(p, at + 14, rows ? say('tested', { accuracy: percent(accuracy), rows })
        : t('c6.untested'), x, w);
    }
    return at + 6;
  }

  return {
    get stages() { return costs ? costs.choices.length : 6; },
    controls: [playButton, frame.rowsControl()],
    open,
    enter,
    draw(stage, p) {
      if (!costs) return 40;
      const w = p.narrow ? p.width : Math.min(300, p.width * 0.34);
      const end = drawStack(p, 0, 0, w);
      const [x, y, room] = p.narrow ? [0, end + 12, p.width] : [w + 30, 0, p.width - w - 30];
      return Math.max(end, run ? drawRun(p, x, y, room) : drawCosts(p, x, y, room)) + 4;
    },
    says() {
      if (!costs) return '';
      if (run) return say('says.gradual', { epochs: run.description?.options.epochs ?? '' });
      const choice = costs.choices[chosen];
      const values = { trained: number(choice.trained_parameters),
        share: percent(choice.trained_parameters / parameters),
        open: costs.layers - choice.first_block, layers: costs.layers,
        memory: bytes(choice.memory.total) };
      const kind = choice.strategy === 'head' || choice.strategy === 'full' ? choice.strategy
        : 'last';
      return say(`says.${kind}`, values);
    },
    done: () => clicked && ran,
    close() {
      closed = true;
      if (run) frame.ask('tuneEnd', TRAINING).catch(() => {});
    },
  };
}
