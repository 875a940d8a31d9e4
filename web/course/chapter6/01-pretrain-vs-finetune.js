// The same fine-tuning from pretrained and from random weights, update by update.

import { fixed, number, percent, t } from '../../i18n/index.js';
import { h } from '../../ui/dom.js';
import { drawProgress, heading, labelled, phaseWords, select } from './classifier.js';

const ID = '6-01-pretrain-vs-finetune';
const STRATEGIES = ['head', 'last:1', 'full'];
const LANES = [
  { key: 'pretrained', tone: 'accent' },
  { key: 'random', tone: 'valid', random: 1 },
];
const SLICE_MS = 60;
/** The head alone takes little time and small steps. */
const EPOCHS = { head: 50, 'last:1': 8, full: 8 };

/** Means of neighbours, so that the course of a curve shows; the last point may be of fewer. */
export function smoothed(losses, window) {
  const points = [];
  for (let i = 0; i < losses.length; i += window) {
    const some = losses.slice(i, i + window);
    points.push([Math.min(i + window, losses.length),
      some.reduce((sum, loss) => sum + loss, 0) / some.length]);
  }
  return points;
}

/** What always answering the largest class of the training rows would get right. */
export function baseline({ tested }, classes) {
  const counts = classes.map((label) => tested.filter((row) => row.label === label).length);
  return Math.max(...counts) / tested.length;
}

export function create(frame) {
  let closed = false;
  let strategy = STRATEGIES.includes(frame.get('strategy')) ? frame.get('strategy') : 'last:1';
  let seed = Number(frame.get('seed')) || 1;
  /** @type {{lane: object, description: object, losses: number[], epochs: object[],
   *          progress: object, finished?: object}[]} */
  let runners = [];
  let everDone = false;

  const seedInput = h('input', { type: 'number', min: 1, max: 9999, step: 1, value: seed,
    onchange: () => {
      seed = Math.max(1, Math.floor(Number(seedInput.value)) || 1);
      frame.set({ seed });
      frame.reopen();
    } });

  const named = ({ key }) => `${ID}-${key}`;

  async function open() {
    await frame.model();
    await frame.rows();
    runners = [];
    const options = { strategy, seed, epochs: EPOCHS[strategy], valid_share: 0.2, patience: 0,
      optimizer: 'adamw', ngrams: false };
    for (const lane of LANES) {
      const description = await frame.ask('tuneStart', named(lane), { options,
        random: lane.random && seed });
      runners.push({ lane, description, losses: [], epochs: [], progress: {
        phase: 'prepare', fraction: 0 } });
    }
  }

  /** A slice of one runner's work, or one update of it where the reader goes step by step. */
  async function advance(runner) {
    do {
      const news = await frame.ask('tuneRun', named(runner.lane), frame.isPlaying() ? SLICE_MS : 0);
      runner.progress = news;
      runner.losses.push(...news.losses.map(({ loss }) => loss));
      runner.epochs.push(...news.epochsDone);
      runner.finished = news.finished ?? runner.finished;
    } while (!closed && !runner.finished && !runner.losses.length && !frame.isPlaying());
  }

  async function enter() {
    const left = runners.filter((runner) => !runner.finished);
    for (const runner of left) await advance(runner);
    if (runners.length && runners.every((runner) => runner.finished)) {
      everDone = true;
      frame.pause();
    }
  }

  const accuracies = () => runners.map(({ finished }) => finished.report.test?.accuracy);

  function drawLane(p, runner, y, width) {
    const { lane, finished, progress } = runner;
    const w = p.narrow ? width : 190;
    p.box(0, y, w, 46, { label: t(`${ID}.${lane.key}`), detail: t(`${ID}.${lane.key}.from`),
      tone: lane.key === 'random' ? 'valid' : 'soft' });
    const x = p.narrow ? 0 : w + 34;
    const top = p.narrow ? y + 58 : y;
    if (!p.narrow) p.arrow([[w + 4, y + 23], [w + 28, y + 23]]);
    const room = width - x;
    if (!finished) {
      return Math.max(drawProgress(p, x, top + 4, room, progress) + top, y + 46);
    }
    const { accuracy, rows } = finished.report.test ?? {};
    if (!rows) {
      p.text(x, top + 28, t('c6.untested'), { width: room });
      return y + 46;
    }
    p.text(x, top + 16, t(`${ID}.tested`, { accuracy: percent(accuracy), rows }),
      { weight: 600, width: room });
    p.bar(x, top + 26, room, 12, accuracy, { tone: lane.tone });
    return Math.max(top + 46, y + 46);
  }

  const isRunning = () => runners.some(({ losses }) => losses.length);

  function drawCurves(p, y) {
    const updates = Math.max(...runners.map(({ description, losses }) => Math.max(losses.length,
      Math.ceil(description.split.train / description.options.batch) * EPOCHS[strategy])));
    const window = Math.max(1, Math.round(updates / 60));
    const wide = p.narrow ? p.width : (p.width - 24) / 2;
    heading(p, y + 12, t(`${ID}.loss`), 0, wide);
    p.curves(0, y + 22, wide, 210, runners.map(({ lane, losses }) => ({
      name: t(`${ID}.${lane.key}`), tone: lane.tone, points: smoothed(losses, window) })),
    { xLabel: t(`${ID}.updates`), xMost: updates, yLeast: 0,
      format: (value) => number(value, 2) });
    const [x, top] = p.narrow ? [0, y + 248] : [wide + 24, y];
    heading(p, top + 12, t(`${ID}.valid`), x, wide);
    p.curves(x, top + 22, wide, 210, runners.map(({ lane, epochs }) => ({
      name: t(`${ID}.${lane.key}`), tone: lane.tone,
      points: epochs.map((e) => [e.epoch, e.valid_accuracy]) })),
    { xLabel: t(`${ID}.epochs`), xMost: EPOCHS[strategy], yLeast: 0, yMost: 1,
      format: (value) => percent(value, 0) });
    return top + 240;
  }

  return {
    stages: Infinity,
    controls: [
      labelled(t(`${ID}.strategy`), select(
        Object.fromEntries(STRATEGIES.map((each) => [each, t(`${ID}.strategy.${each}`)])),
        strategy, (value) => {
          strategy = value;
          frame.set({ strategy });
          frame.reopen();
        })),
      labelled(t(`${ID}.seed`), seedInput),
      h('button', { type: 'button', class: 'small', onclick: () => frame.reopen() },
        t(`${ID}.again`)),
      frame.rowsControl(),
    ],
    open,
    enter: async (stage) => {
      if (runners.length < LANES.length && !closed) await open();
      if (stage > 0) await enter();
    },
    draw(stage, p) {
      if (runners.length < LANES.length) return 40;
      let y = 4;
      for (const runner of runners) y = drawLane(p, runner, y, p.width) + 16;
      return isRunning() ? drawCurves(p, y + 4) : y;
    },
    says() {
      if (runners.length < LANES.length) return '';
      const [{ description, progress, losses }] = runners;
      const values = { rows: number(description.split.train), tested: description.split.test,
        epochs: EPOCHS[strategy], valid: description.split.valid,
        trained: number(description.trained_parameters) };
      if (runners.every(({ finished }) => finished)) {
        const [a, b] = accuracies();
        if (!runners[0].finished.tested.length) return t('c6.untested');
        const share = baseline(runners[0].finished, description.classes);
        return t(`${ID}.says.${a > b ? 'won' : a < b ? 'lost' : 'even'}`, { ...values,
          a: percent(a), b: percent(b), baseline: percent(share), points: fixed(100 * Math.abs(
            a - b), 1) });
      }
      if (!losses.length) return t(`${ID}.says.start`, values);
      return t(`${ID}.says.running`, { phase: phaseWords(progress),
        a: fixed(losses.at(-1)), b: fixed(runners[1].losses.at(-1)) });
    },
    done: () => everDone,
    close() {
      closed = true;
      for (const lane of LANES) frame.ask('tuneEnd', named(lane)).catch(() => {});
    },
  };
}
