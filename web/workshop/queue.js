// The card "queue": texts without a label, those first of which the model is unsure, labeled with
// one key or one tap each, while the model is trained again beside it.

import { number, percent, t } from '../i18n/index.js';
import { fill, h, icon, newId } from '../ui/dom.js';
import { failureBox } from '../ui/failure.js';
import { knownLabels, newLabel } from '../ui/label-editor.js';
import { queueCurve } from './queue-curve.js';
import { createQueue } from './queue-model.js';
import './queue.css';

/** As many classes as there are digits have a key. */
const KEYS = 9;
const EVERY = [5, 10, 25, 50, 0];
const ORDERS = ['margin', 'entropy', 'file'];

export function build(app) {
  let draw = () => {};
  const model = createQueue(app, () => draw());
  const { queue } = model;
  const asking = askingPart(app, model);
  const words = h('p', { class: 'waiting', role: 'status' });
  const failure = failureBox();
  const numbers = h('div', { class: 'queue-side' }, settings(app, model), progressPart(app, model));
  const parts = h('div', { class: 'two wide-left queue' }, asking.element, numbers);

  draw = () => {
    const waiting = whyWaiting(app.state, queue);
    words.hidden = !waiting;
    fill(words, waiting ? t(waiting) : '');
    parts.hidden = Boolean(waiting);
    failure.show(queue.failure);
    asking.draw();
    for (const part of numbers.children) part.draw?.();
  };
  let result = app.state.result;
  app.store.watch(['inspection', 'columns', 'table'], () => void model.load());
  app.store.watch(['edits'], () => model.edited());
  app.store.watch(['result'], (state) => {
    if (state.result === result) return;
    result = state.result;
    void model.retrained();
  });
  app.store.watch(['training'], () => draw());
  return [words, failure.element, parts];
}

/** Why there is nothing to label; null: there is. */
function whyWaiting({ table, inspection }, queue) {
  if (!table) return 'queue.noTable';
  if (!inspection) return 'queue.noColumns';
  if (!queue.place) return 'queue.loading';
  return queue.rows.length === 0 ? 'queue.noRows' : null;
}

/** The text and the classes: the keys work wherever the focus is in here. */
function askingPart(app, model) {
  const { queue } = model;
  const id = newId('queue');
  const text = h('p', { class: 'queue-text', id, dir: 'auto', 'aria-live': 'polite' });
  const where = h('p', { class: 'hint' });
  const answers = h('div', { class: 'queue-answers', role: 'group', 'aria-labelledby': id });
  const fresh = newLabel('', (label) => {
    model.label(label);
    element.focus();
  }, () => {
    fresh.element.hidden = true;
    element.focus();
  });
  const tool = (name, onclick) => h('button',
    { type: 'button', class: 'small', 'data-queue': name, onclick },
    t(`queue.${name}`), ' ', h('kbd', { 'aria-hidden': 'true' }, name === 'skip' ? 's' : 'u'));
  const [skip, undo] = [tool('skip', model.skip), tool('undo', model.undo)];
  const more = h('button', { type: 'button', class: 'small', 'data-queue': 'new', onclick: () => {
    fresh.element.hidden = false;
    fresh.focus();
  } }, t('edits.other'));
  const tools = h('div', { class: 'edits-actions' }, skip, undo, more, fresh.element);
  const hint = h('p', { class: 'hint', id: `${id}-keys` }, t('queue.keys'));
  const element = h('div', { class: 'queue-asking', tabindex: '0', role: 'group',
    'aria-label': t('queue.asking'), 'aria-describedby': `${id}-keys` },
  where, text, answers, tools, hint);
  let classes = [];
  let buttons = [];

  element.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches('input')) return;
    const act = keyAction(event.key, { model, classes, buttons, element });
    if (!act) return;
    event.preventDefault();
    if (!event.repeat) act();
  });

  function drawAnswers() {
    const labels = knownLabels(app.state, queue.classes);
    if (labels.join('\n') !== classes.join('\n')) {
      classes = labels;
      buttons = classes.map((label, i) => answerButton(label, i, () => model.label(label)));
      fill(answers, buttons);
    }
    const shares = queue.current && queue.probabilities.get(queue.current.row);
    buttons.forEach((button, i) => {
      const at = queue.classes.indexOf(classes[i]);
      button.disabled = !queue.current;
      button.share(shares && at >= 0 ? shares[at] : null);
    });
  }

  return {
    element,
    draw() {
      const { current } = queue;
      const words = current ? current.text : t(model.left() ? 'queue.choosing' : 'queue.done');
      if (text.textContent !== words) text.textContent = words;
      where.textContent = current ? t('cell.row', { row: String(current.row) }) : '';
      drawAnswers();
      skip.disabled = more.disabled = !current;
      undo.disabled = !model.canUndo();
    },
  };
}

function answerButton(label, index, onclick) {
  const share = h('span', { class: 'hint number' });
  const key = index < KEYS ? String(index + 1) : null;
  const names = { class: 'queue-answer', 'aria-keyshortcuts': key, 'data-label': label };
  const button = h(
    'button',
    { type: 'button', ...names, onclick },
    key ? h('kbd', { 'aria-hidden': 'true' }, key) : null,
    h('span', { class: 'clip', dir: 'auto' }, label),
    share,
  );
  button.share = (value) => (share.textContent = value === null ? '' : percent(value, 0));
  return button;
}

/** What a key does, or null for other keys. */
export function keyAction(key, { model, classes, buttons, element }) {
  const digit = /^[1-9]$/.test(key) ? Number(key) - 1 : -1;
  if (digit >= 0 && digit < classes.length) return () => model.label(classes[digit]);
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
  if (step && buttons.length > 0) {
    const at = buttons.indexOf(element.ownerDocument.activeElement);
    const to = at < 0 ? (step > 0 ? 0 : -1) : (at + step) % buttons.length;
    return () => buttons.at(to).focus();
  }
  const actions = { s: model.skip, ArrowDown: model.skip, u: model.undo, ArrowUp: model.undo,
    r: model.train };
  return Object.hasOwn(actions, key.length === 1 ? key.toLowerCase() : key)
    ? actions[key.length === 1 ? key.toLowerCase() : key] : null;
}

function choice(name, values, words, onChange) {
  const id = newId(name);
  const control = h('select', { id, 'data-queue': name,
    onchange: () => onChange(values[control.selectedIndex]) },
  values.map((value) => h('option', {}, words(value))));
  return h('div', { class: 'field' }, h('label', { for: id }, t(`queue.${name}`)), control);
}

function settings(app, model) {
  const { queue } = model;
  const every = choice('every', EVERY,
    (count) => (count ? t('queue.everyCount', { count }) : t('queue.never')), model.trainEvery);
  every.querySelector('select').selectedIndex = EVERY.indexOf(queue.every);
  const order = choice('order', ORDERS, (how) => t(`queue.order.${how}`), model.order);
  const now = h('button', { type: 'button', 'data-queue': 'train', onclick: () => model.train() });
  const element = h('div', { class: 'queue-settings' }, order, every, now);
  element.draw = () => {
    const fraction = app.state.training?.progress?.fraction ?? 0;
    now.disabled = app.isTraining();
    fill(now, icon('play'), app.isTraining()
      ? t('edits.retraining', { percent: Math.floor(fraction * 100) }) : t('queue.train'),
    ' ', h('kbd', { 'aria-hidden': 'true' }, 'r'));
  };
  return element;
}

/** How far one is, and what it has given. */
function progressPart(app, model) {
  const { queue } = model;
  const done = h('p', { role: 'status' });
  const bar = h('progress', { max: 1, 'aria-label': t('queue.progress') });
  const reading = h('p', { class: 'hint' });
  const curve = h('div', {});
  const element = h('div', { class: 'queue-progress' }, done, bar, reading, curve);
  let drawn = -1;
  element.draw = () => {
    const left = model.left();
    const all = queue.rows.length;
    const words = [t('queue.labeled', { count: all - left }), t('queue.left', { count: left })];
    if (done.textContent !== words.join(' ')) done.textContent = words.join(' ');
    bar.value = all > 0 ? (all - left) / all : 0;
    const { reading: now } = queue;
    reading.textContent = !now ? t('queue.noModel')
      : now.done < now.total ? t('queue.reading', { done: now.done, total: now.total })
        : left > now.total ? t('queue.pool', { count: now.total, left: number(left) }) : '';
    if (queue.history.length === drawn) return;
    drawn = queue.history.length;
    fill(curve, queueCurve(queue.history));
  };
  return element;
}
