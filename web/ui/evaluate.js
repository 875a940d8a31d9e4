// Step 3: how good the model is on texts that it has not seen, against the least that one should
// ask for.

import { fixed, list, number, percent, t } from '../i18n/index.js';
import { cellList } from './cell-list.js';
import { bar, fill, h, table } from './dom.js';
import { downloads } from './downloads.js';
import { editsBar } from './edits-bar.js';
import { matrixPanel } from './matrix.js';
import {
  majorityBaseline,
  networkGain,
  SMALL_TEST,
  testSize,
  wilson,
  worstConfusions,
} from './metrics.js';
import { stepSection } from './step.js';
import { terms } from './terms.js';

/** With more classes than this the matrix takes the whole width. */
const MANY = 12;

export function evaluateStep(app) {
  const { section, content } = stepSection('evaluate', 3);
  app.store.watch(['result'], ({ result }) => {
    section.classList.toggle('later', !result);
    if (!result) return void fill(content, h('p', { class: 'waiting' }, t('evaluate.waiting')));
    const { test } = result.report;
    const measured = test && test.confusion ? testSize(test.confusion) : 0;
    fill(
      content,
      origin(result),
      measured > 0
        ? measuredParts(app, result, measured)
        : h('p', { class: 'note' }, t('evaluate.noTest')),
      downloads(app, measured > 0),
    );
  });
  return section;
}

function measuredParts(app, { report, session, changes }, measured) {
  const { test } = report;
  return [
    changes?.(),
    cards(test, measured),
    honestWords(test, measured, session.classes),
    report.ngrams && eachPart(test, report.ngrams, measured),
    h(
      'div',
      { class: session.classes.length > MANY ? 'two stacked' : 'two' },
      matrixPanel(app, session.classes, test.confusion),
      h('div', {}, perClass(test), mixUps(test.confusion, session.classes)),
    ),
    cellList(app, session.classes),
    editsBar(app),
  ];
}

/** Which model, data and test texts: results outlive what they came from. */
function origin({ source, report, session }) {
  const words = source.testName
    ? t('evaluate.fromTestFile', { ...source, test: source.testName })
    : t('evaluate.fromSplit', { ...source, count: session.split.test });
  const { optimizer, ...options } = report.options ?? session.options;
  const { strategy, epochs, lr, batch, readout, ngrams } = options;
  const how = t(optimizer === 'lbfgs' ? 'evaluate.howAtOnce' : 'evaluate.how', {
    strategy: strategyName(strategy),
    readout: t(`readout.${readout}`),
    ngrams: t(`ngrams.${ngrams}`),
    epochs,
    lr: number(lr, 8),
    batch,
    seed: report.seed ?? 0,
  });
  const count = source.corrected;
  const kept = session.keepsParts ? 'changes.source' : 'changes.anew';
  const corrected = count > 0 ? ` ${t(kept, { count })}` : null;
  return h('p', { class: 'hint origin' }, h('span', { dir: 'auto' }, words), ' ', how, corrected);
}

function strategyName(strategy) {
  const [kind, size] = strategy.split(':');
  return size ? `${t(`strategy.${kind}`)} ${size}` : t(`strategy.${kind}`);
}

function cards(test, measured) {
  const [low, high] = wilson(test.accuracy, measured);
  const metric = (name, value, about) =>
    h(
      'div',
      { class: 'metric' },
      h('dt', {}, terms(t(`metric.${name}`))),
      h(
        'dd',
        {},
        h('span', { class: 'metric-value', 'data-metric': name }, value),
        h('span', { class: 'hint' }, about),
      ),
    );
  return h(
    'dl',
    { class: 'metrics' },
    metric(
      'accuracy',
      percent(test.accuracy),
      t('metric.interval', { low: percent(low, 0), high: percent(high, 0) }),
    ),
    metric('macro_f1', fixed(test.macro_f1), t('metric.macro_f1.about')),
    metric('weighted_f1', fixed(test.weighted_f1), t('metric.weighted_f1.about')),
    metric('log_loss', fixed(test.log_loss), t('metric.log_loss.about')),
    metric('ece', percent(test.ece), t('metric.ece.about')),
  );
}

/** Against the baseline, and how far to trust the numbers. */
function honestWords(test, measured, classes) {
  const baseline = majorityBaseline(test.confusion);
  const [low] = wilson(test.accuracy, measured);
  const verdict =
    low > baseline.accuracy ? 'better' : test.accuracy > baseline.accuracy ? 'maybe' : 'worse';
  const compare = (words, share, className) =>
    h(
      'div',
      { class: 'compare-row' },
      h('span', {}, words),
      bar(share, className),
      h('span', { class: 'number' }, percent(share)),
    );
  return h(
    'div',
    { class: 'honest' },
    h(
      'div',
      { class: 'compare' },
      compare(t('baseline.model'), test.accuracy, ''),
      compare(t('baseline.majority'), baseline.accuracy, 'quiet'),
    ),
    h(
      'p',
      {},
      t(`baseline.${verdict}`, { label: classes[baseline.index] }),
      ' ',
      measured < SMALL_TEST
        ? t('evaluate.small', { count: measured })
        : t('evaluate.size', { count: measured }),
    ),
  );
}

/** The network and the n-grams, alone and together: the n-grams alone are the baseline. */
function eachPart(test, { network_alone: network, ngrams_alone: ngrams }, measured) {
  const rows = Object.entries({ network, ngrams, both: test }).map(([name, part]) => [
    t(`parts.${name}`),
    percent(part.accuracy),
    fixed(part.macro_f1),
  ]);
  const head = [t('parts.part'), t('metric.accuracy'), t('metric.macro_f1')];
  const { count, mayBeLuck } = networkGain(test.accuracy, ngrams.accuracy, measured);
  const verdict = count > 0 ? 'more' : count < 0 ? 'fewer' : 'same';
  return h(
    'div',
    { class: 'honest parts' },
    h(
      'div',
      {},
      h('h3', {}, t('parts.title')),
      table({ caption: t('parts.title'), head, rows, numeric: [1, 2] }),
    ),
    h(
      'p',
      {},
      t('parts.about'),
      ' ',
      t(`parts.${verdict}`, { count: Math.abs(count) }),
      mayBeLuck ? ` ${t('parts.luck')}` : null,
    ),
  );
}

function perClass({ per_class: rows }) {
  const head = ['class', 'precision', 'recall', 'f1', 'support']
    .map((name) => terms(t(`class.${name}`)));
  const body = rows.map((row) => [
    h('span', { class: 'clip', dir: 'auto', title: row.label }, row.label),
    fixed(row.precision, 2),
    fixed(row.recall, 2),
    fixed(row.f1, 2),
    number(row.support),
  ]);
  return h(
    'div',
    { class: 'per-class' },
    h('h3', {}, t('class.title')),
    h(
      'div',
      { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': t('class.title') },
      table({ caption: t('class.title'), head, rows: body, numeric: [1, 2, 3, 4] }),
    ),
    h(
      'details',
      {},
      h('summary', {}, t('class.help')),
      h('p', { class: 'hint' }, terms(t('class.helpText'))),
    ),
  );
}

function mixUps(confusion, classes) {
  const worst = worstConfusions(confusion);
  if (worst.length === 0) return h('p', { class: 'hint' }, t('evaluate.noMistakes'));
  const pairs = worst.map(({ actual, predicted, count }) =>
    t('evaluate.mixUp', { actual: classes[actual], predicted: classes[predicted], count }),
  );
  return h('p', { class: 'hint', dir: 'auto' }, t('evaluate.mixUps', { pairs: list(pairs) }));
}
