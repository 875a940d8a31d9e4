// Which part of the model learns: the strategies, of which some take a number, that of the last
// blocks, LoRA's rank or how many vectors are put before a text.

import { t } from '../i18n/index.js';
import { h } from './dom.js';
import { terms } from './terms.js';

/** The strategies at first sight, and those that are folded away. */
const shown = ['head', 'last', 'gradual', 'full'];
const folded = ['lora', 'prefix', 'prompt'];

/** A strategy's number: where it starts, its limit and its name for a screen reader. */
const sizes = {
  last: { value: 2, max: 99, name: 'train.blocks' },
  lora: { value: 8, max: 999, name: 'train.rank' },
  prefix: { value: 8, max: 999, name: 'train.vectors' },
  prompt: { value: 8, max: 999, name: 'train.vectors' },
};

/** The fieldset; `current` says what would be used now, such as "last:2". */
export function strategyChoice(app, current) {
  const choices = [...shown, ...folded].map((kind) => choice(app, kind));
  const elements = choices.map(({ element }) => element);
  const more = h(
    'details',
    { class: 'more-strategies' },
    h('summary', {}, t('strategy.more')),
    elements.slice(shown.length),
  );
  const fieldset = h(
    'fieldset',
    {},
    h('legend', {}, t('option.strategy')),
    elements.slice(0, shown.length),
    more,
  );
  app.store.watch(['setup', 'inspection', 'training', 'model'], ({ model }) => {
    const [kind, size] = String(current() ?? '').split(':');
    for (const { kind: own, radio, number } of choices) {
      radio.checked = own === kind;
      if (own === kind && size) number.value = size;
      if (own === 'last' && model.info) number.max = String(model.info.layers);
    }
    if (folded.includes(kind)) more.open = true;
    fieldset.disabled = app.isTraining();
  });
  return fieldset;
}

function choice(app, kind) {
  const { [kind]: size } = sizes;
  const number = size && h('input', {
    type: 'number',
    id: `strategy-${kind}-size`,
    min: '1',
    max: String(size.max),
    step: '1',
    value: String(size.value),
    'aria-label': t(size.name),
    onchange: () => choose(),
  });
  const choose = () => {
    const count = number && Math.max(1, Math.round(Number(number.value)) || 1);
    app.changeSetup({ strategy: number ? `${kind}:${Math.min(count, number.max)}` : kind });
  };
  const radio = h('input', {
    type: 'radio',
    name: 'strategy',
    value: kind,
    id: `strategy-${kind}`,
    'aria-describedby': `strategy-${kind}-help`,
    onchange: choose,
  });
  const label = h('label', { for: `strategy-${kind}` }, t(`strategy.${kind}`));
  const title = h('div', { class: 'choice-title' }, label, number ?? null);
  const help = h('p', { class: 'hint', id: `strategy-${kind}-help` },
    terms(t(`strategy.${kind}.help`), t(`strategy.${kind}`)));
  const element = h('div', { class: 'choice' }, radio, h('div', {}, title, help));
  return { kind, radio, number, element };
}
