// The run as it happens: how far it is, the curves, and the same numbers as a table.

import { duration, fixed, number, percent, t } from '../i18n/index.js';
import { accuracyChart, lossChart, openings } from './charts.js';
import { fill, h, table } from './dom.js';
import { pictureButton } from './downloads.js';
import { failureBox, failureSentence } from './failure.js';

export function trainLive(app) {
  const failure = failureBox(() => {
    app.state.training.failure = null;
    app.store.set({ training: app.state.training });
  });
  const empty = h('p', { class: 'live-empty hint' }, t('live.empty'));
  const run = h('div', { class: 'run' }, head(app), curves(app), epochTable(app));
  app.store.watch(['training'], ({ training }) => {
    empty.hidden = Boolean(training);
    run.hidden = !training;
    const kept = app.state.result && training?.failure ? h('p', {}, t('live.kept')) : null;
    failure.show(training?.failure ?? null, kept);
  });
  const early = h('p', { class: 'note' });
  app.store.watch(['training'], ({ training }) => {
    const cutShort = training?.progress?.cutShort;
    early.hidden = !cutShort;
    if (cutShort) fill(early, t('live.cutShort'), ' ', failureSentence(cutShort));
  });
  return h('div', { class: 'live' }, failure.element, empty, early, run);
}

/** The phase in words, the bar, and the numbers of the moment. */
function head(app) {
  const phase = h('p', { class: 'phase' });
  const progress = h('progress', { max: 1, value: 0, 'aria-label': t('live.progress') });
  const numbers = h('dl', { class: 'facts live-numbers' });
  const spoken = h('p', { class: 'visually-hidden', role: 'status' });
  let said = '';
  app.store.watch(['training'], ({ training }) => {
    if (!training) return;
    const words = phaseWords(training);
    phase.textContent = words;
    progress.value = training.status === 'done' ? 1 : (training.progress?.fraction ?? 0);
    progress.hidden = training.status === 'failed';
    fill(
      numbers,
      facts(training).map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
    );
    // A screen reader hears a new phase or epoch, not every step.
    if (words !== said) {
      said = words;
      spoken.textContent = words + lastEpochWords(training);
    }
  });
  return h('div', {}, phase, progress, numbers, spoken);
}

function phaseWords({ status, progress, epochs }) {
  if (status === 'failed') return t('live.failed');
  if (status === 'done') return t('live.done', { count: epochs.length });
  if (status === 'stopping') return t('live.stopping');
  if (!progress) return t('live.prepare');
  return t(`live.${progress.phase}`, { epoch: progress.epoch, epochs: progress.epochs });
}

function lastEpochWords({ epochs }) {
  const last = epochs.at(-1);
  return Number.isFinite(last?.valid_accuracy)
    ? `. ${t('live.accuracyNow', { share: percent(last.valid_accuracy) })}`
    : '';
}

function facts({ status, progress, epochs, session, losses }) {
  const rows = [];
  const best = isValidated(session) && epochs.find(({ epoch }) => epoch === progress?.bestEpoch);
  if (session) rows.push([t('live.trained'), number(session.trained_parameters)]);
  if (session)
    rows.push([
      t('live.split'),
      ['train', 'valid', 'test'].map((part) => number(session.split[part])).join(' / '),
    ]);
  if (status === 'running' || status === 'stopping') {
    if (progress?.examplesPerSecond > 0)
      rows.push([t('live.speed'), number(progress.examplesPerSecond, 0)]);
    if (progress?.secondsLeft >= 0) rows.push([t('live.left'), duration(progress.secondsLeft)]);
  }
  if (losses.length && status !== 'done') rows.push([t('live.loss'), fixed(losses.at(-1).loss)]);
  if (best)
    rows.push([
      t('live.best'),
      t('live.bestValue', { epoch: best.epoch, share: percent(best.valid_accuracy) }),
    ]);
  return rows;
}

/** Without texts for validation there is no accuracy, and no best epoch but the last. */
const isValidated = (session) => (session?.split.valid ?? 0) > 0;

/** The step on the axis in epochs, so that both curves share it. */
export function stepsPerEpoch({ split, options }) {
  if (options.optimizer === 'lbfgs') return 1; // an epoch is one look at all texts
  return Math.max(1, Math.ceil(split.train / Math.max(1, options.batch)));
}

function curves(app) {
  const loss = lossChart();
  const accuracy = accuracyChart();
  const accuracyFigure = figure(t('chart.accuracy'), accuracy, 'accuracy.png');
  const unvalidated = h('p', { class: 'hint unvalidated' }, t('chart.noValidation'));
  const opened = h('p', { class: 'hint', hidden: true }, t('chart.openings'));
  app.store.watch(['training', 'theme'], ({ training }) => {
    if (!training?.session) return;
    const validated = isValidated(training.session);
    accuracyFigure.hidden = !validated;
    unvalidated.hidden = validated;
    opened.hidden = openings(training.epochs).length === 0;
    const best = validated ? (training.progress?.bestEpoch ?? 0) : 0;
    const steps = stepsPerEpoch(training.session);
    const running = app.isTraining();
    const last = running ? training.session.options.epochs : Math.max(1, training.epochs.length);
    loss.draw({ losses: training.losses, epochs: training.epochs, steps, best, last, validated });
    if (validated) accuracy.draw({ epochs: training.epochs, best, last });
  });
  return h(
    'div',
    { class: 'curves' },
    figure(t('chart.loss'), loss, 'loss.png'),
    accuracyFigure,
    opened,
    unvalidated,
  );
}

const figure = (title, { element, canvas }, file) =>
  h(
    'figure',
    {},
    h(
      'figcaption',
      {},
      h('h3', {}, title),
      pictureButton(file, () => canvas),
    ),
    element,
  );

/** Gradual training begins with the head alone: its first block is one more than there are. */
const learned = ({ first_block }, epochs) =>
  first_block === epochs[0].first_block
    ? t('live.headOnly')
    : t('chart.opening', { block: first_block + 1 });

function epochTable(app) {
  const place = h('div', {
    class: 'scroll',
    tabindex: '0',
    role: 'region',
    'aria-label': t('live.table'),
  });
  const fold = h('details', {}, h('summary', {}, t('live.table')), place);
  let drawn = null;
  app.store.watch(['training'], ({ training }) => {
    const { epochs = [], progress, session } = training ?? {};
    const validated = isValidated(session);
    fold.hidden = epochs.length === 0;
    const gradual = session?.options.strategy === 'gradual';
    const version = `${epochs.length} ${progress?.bestEpoch} ${validated} ${gradual}`;
    if (drawn === version && epochs.length) return;
    drawn = version;
    const rows = epochs.map((row) => [
      validated && row.epoch === progress?.bestEpoch
        ? t('live.bestEpoch', { epoch: row.epoch })
        : number(row.epoch),
      ...(gradual ? [learned(row, epochs)] : []),
      fixed(row.train_loss),
      ...(validated ? [fixed(row.valid_loss), percent(row.valid_accuracy)] : []),
    ]);
    fill(
      place,
      table({
        caption: t('live.table'),
        rows,
        numeric: (validated ? [1, 2, 3] : [1]).map((column) => column + (gradual ? 1 : 0)),
        head: [
          t('live.epoch'),
          ...(gradual ? [t('live.learned')] : []),
          t('chart.train'),
          ...(validated ? [t('chart.valid'), t('chart.accuracy')] : []),
        ],
      }),
    );
  });
  return fold;
}
