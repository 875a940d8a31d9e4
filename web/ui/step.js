// The frame that all four steps share.

import { t } from '../i18n/index.js';
import { h } from './dom.js';
import { terms } from './terms.js';

/** A numbered card with a title and one line of what it is for. */
export function stepSection(id, index) {
  const content = h('div', { class: 'step-content' });
  const section = h(
    'section',
    { class: 'step card', id: `step-${id}`, 'aria-labelledby': `${id}-title` },
    h(
      'div',
      { class: 'step-head' },
      h('span', { class: 'step-number', 'aria-hidden': 'true' }, String(index)),
      h(
        'div',
        {},
        h('h2', { id: `${id}-title`, tabindex: '-1' }, t(`${id}.title`)),
        h('p', { class: 'hint' }, terms(t(`${id}.about`))),
      ),
    ),
    content,
  );
  return { section, content };
}
