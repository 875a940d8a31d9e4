// Step 2: how to train, and the run itself. What the reader leaves alone is the default
// for the data.

import { t } from '../i18n/index.js';
import { fill, h, icon, newId } from './dom.js';
import { memoryParts, memoryWarning } from './memory.js';
import { optionNames, readField } from './setup.js';
import { stepSection } from './step.js';
import { strategyChoice } from './strategy.js';
import { terms } from './terms.js';
import { trainLive } from './train-live.js';

/** The numbers, their unit on the page (a share is shown in percent) and the input's limits. */
const numbers = {
  epochs: { min: 1, max: 1000, step: 1 },
  lr: { min: 0.000001, max: 1, step: 'any' },
  batch: { min: 1, max: 4096, step: 1 },
  valid_share: { min: 0, max: 90, step: 'any', scale: 100 },
  test_share: { min: 0, max: 90, step: 'any', scale: 100 },
  label_smoothing: { min: 0, max: 90, step: 'any', scale: 100 },
  dropout: { min: 0, max: 90, step: 'any', scale: 100 },
  layer_decay: { min: 0.01, max: 1, step: 'any' },
  gradual_epochs: { min: 1, max: 1000, step: 1 },
  ridge: { min: 0.001, max: 1e9, step: 'any' },
  lora_alpha: { min: 0.01, max: 1e6, step: 'any' },
  lora_blocks: { min: 0, max: 99, step: 1 },
  cache_mb: { min: 0, max: 4095, step: 'any' },
  seed: { min: 0, max: Number.MAX_SAFE_INTEGER, step: 1 },
};

export function trainStep(app) {
  const { section, content } = stepSection('train', 2);
  const waiting = h('p', { class: 'waiting' });
  const form = h(
    'form',
    {
      class: 'options',
      onsubmit: (event) => {
        event.preventDefault();
        if (!startable(app)) return;
        app.train();
      },
    },
    strategyChoice(app, () => current(app, 'strategy')),
    advanced(app),
    memoryWarning(app),
    actions(app),
  );
  const panel = h('div', { class: 'two' }, form, trainLive(app));
  fill(content, waiting, panel);
  app.store.watch(['inspection', 'training', 'table', 'inspecting'], (state) => {
    const ready = Boolean(state.inspection || state.training);
    waiting.hidden = ready;
    panel.hidden = !ready;
    waiting.textContent = t(state.table ? 'train.waitingColumns' : 'train.waitingData');
    section.classList.toggle('later', !ready);
  });
  return section;
}

/** Not while another model is on its way: it may be the one that is wanted. */
const startable = ({ state, isTraining }) =>
  Boolean(state.inspection) &&
  !state.inspecting &&
  !isTraining() &&
  state.model.status === 'ready' &&
  !state.model.opening;

/** Options whose default depends on the strategy. */
const following = [
  ...['readout', 'epochs', 'lr', 'batch', 'layer_decay', 'gradual_epochs', 'optimizer'],
  ...['lora_alpha', 'lora_targets', 'lora_blocks'],
];
/** Options that are seen with one strategy only. */
const onlyWith = {
  gradual_epochs: 'gradual',
  optimizer: 'head',
  ridge: 'head',
  lora_targets: 'lora',
  lora_alpha: 'lora',
  lora_blocks: 'lora',
};
/** Of these two only one may be balanced. */
const either = { class_weights: 'sampling', sampling: 'class_weights' };

/**
 * What the engine would use for an option now, or undefined where that depends on a choice it has
 * not seen.
 */
function defaultOf(app, name) {
  const defaults = app.state.inspection?.defaults;
  if (!defaults) return undefined;
  const { strategy } = app.state.setup;
  const followsStrategy = following.includes(name);
  if (followsStrategy && strategy !== undefined && strategy !== defaults.strategy) return undefined;
  // Who tells a rate or a batch gets the optimizer that has them.
  const { lr, batch, optimizer } = app.state.setup;
  if (name === 'optimizer' && (lr || batch)) return 'adamw';
  if (name === 'epochs' && (lr || batch || optimizer)) return undefined;
  return defaults[name];
}

const current = (app, name) => app.state.setup[name] ?? defaultOf(app, name);

function advanced(app) {
  const fields = [
    selectField(app, 'readout', ['', 'last', 'mean', 'special', 'words']),
    selectField(app, 'ngrams', [true, false]),
    selectField(app, 'class_weights', ['none', 'balanced'], (value) => t(`weights.${value}`)),
    selectField(app, 'sampling', ['shuffle', 'balanced'], (value) => t(`sampling.${value}`)),
    selectField(app, 'optimizer', ['adamw', 'lbfgs'], (value) => t(`optimizer.${value}`)),
    selectField(app, 'lora_targets', ['all', 'attn', 'mlp'], (value) => t(`lora.${value}`)),
    ...Object.keys(numbers).map((name) => numberField(app, name)),
  ];
  const none = Object.fromEntries(optionNames.map((name) => [name, undefined]));
  const clear = { type: 'button', onclick: () => app.changeSetup(none) };
  const reset = h('button', clear, t('train.reset'));
  const set = h(
    'fieldset',
    { class: 'advanced' },
    h('legend', { class: 'visually-hidden' }, t('train.advanced')),
    h('div', { class: 'fields' }, fields),
    memoryParts(app),
    reset,
  );
  const fold = h('details', {}, h('summary', {}, t('train.advanced')), set);
  fold.open = optionNames.some(
    (name) => name !== 'strategy' && app.state.setup[name] !== undefined,
  );
  app.store.watch(['training', 'setup'], ({ setup }) => {
    set.disabled = app.isTraining();
    reset.hidden = optionNames.every((name) => setup[name] === undefined);
  });
  return fold;
}

function field(app, name, id, ...controls) {
  const label = h('label', { for: id }, t(`option.${name}`));
  const help = h('p', { class: 'hint', id: `${id}-help` },
    terms(t(`option.${name}.help`), t(`option.${name}`)));
  const element = h('div', { class: 'field' }, label, controls, help);
  if (onlyWith[name])
    app.store.watch(['setup', 'inspection'], () => {
      const [kind] = String(current(app, 'strategy')).split(':');
      element.hidden = kind !== onlyWith[name];
    });
  return element;
}

function selectField(app, name, values, say = (value) => t(`${name}.${value}`)) {
  const id = newId(name);
  const control = h(
    'select',
    {
      id,
      'aria-describedby': `${id}-help`,
      onchange: () => {
        const value = readField(name, control.value);
        const other = value === 'balanced' && either[name] ? { [either[name]]: undefined } : {};
        app.changeSetup({ ...other, [name]: value });
      },
    },
    values.map((value) => {
      const words = value === '' ? t('train.automatic') : say(value);
      return h('option', { value: String(value) }, words);
    }),
  );
  app.store.watch(
    ['setup', 'inspection'],
    () => (control.value = String(current(app, name) ?? values[0])),
  );
  return field(app, name, id, control);
}

function numberField(app, name) {
  const { scale = 1, ...limits } = numbers[name];
  const id = newId(name);
  const error = h(
    'p',
    { class: 'field-error', id: `${id}-error`, hidden: true },
    t('train.badNumber', { min: limits.min, max: name === 'seed' ? '2⁵³' : limits.max }),
  );
  const input = h('input', {
    type: 'number',
    id,
    min: limits.min,
    max: limits.max,
    step: limits.step,
    inputmode: 'decimal',
    'aria-describedby': `${id}-help ${id}-error`,
  });
  input.addEventListener('change', () => {
    const text = input.value.trim();
    const value = text === '' ? undefined : readField(name, Number(text) / scale);
    const wrong = input.validity.badInput || (text !== '' && value === undefined);
    error.hidden = !wrong;
    input.setAttribute('aria-invalid', String(wrong));
    if (!wrong) app.changeSetup({ [name]: value });
  });
  app.store.watch(['setup', 'inspection'], () => {
    if (input.getAttribute('aria-invalid') === 'true') return;
    const value = current(app, name);
    input.value = value === undefined ? '' : String(Number((value * scale).toPrecision(6)));
    input.placeholder = t('train.automatic');
  });
  return field(app, name, id, input, error);
}

function actions(app) {
  const start = h('button', { type: 'submit', class: 'primary', id: 'train-start' });
  const stop = h(
    'button',
    { type: 'button', class: 'stop', id: 'train-stop', onclick: app.stopTraining },
    icon('stop'),
    t('train.stop'),
  );
  const watched = ['training', 'inspection', 'inspecting', 'result', 'model'];
  app.store.watch(watched, ({ training, result }) => {
    fill(start, icon('play'), t(result ? 'train.again' : 'train.start'));
    const focused = document.activeElement === start;
    start.hidden = app.isTraining();
    start.disabled = !startable(app);
    stop.hidden = !app.isTraining();
    stop.disabled = training?.status === 'stopping';
    if (focused && start.hidden) stop.focus();
  });
  const kept = h('p', { class: 'hint' }, t('train.keepsResult'));
  app.store.watch(
    ['training', 'result'],
    ({ result }) => (kept.hidden = !(result && app.isTraining())),
  );
  return h('div', { class: 'actions' }, start, stop, kept);
}
