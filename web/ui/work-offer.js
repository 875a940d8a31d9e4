// What an earlier visit left: the table that was open then, and corrections of the file that is
// opened now.

import { moment, t } from '../i18n/index.js';
import { fill, h } from './dom.js';

const button = (words, onclick, name, className = '') =>
  h('button', { type: 'button', class: className, onclick, 'data-work': name }, words);

/** "Continue with FILE", until a table is open. */
export function workOffer(app) {
  const box = h('section', { class: 'note work-offer', 'aria-label': t('work.title') });
  app.store.watch(['work', 'table', 'opening'], ({ work, table, opening }) => {
    box.hidden = !work || Boolean(table) || Boolean(opening);
    if (box.hidden) return void fill(box);
    const { name } = work.table;
    const corrections = work.count > 0 ? t('work.corrections', { count: work.count }) : '';
    fill(
      box,
      h('h3', {}, t('work.title')),
      h('p', { dir: 'auto' }, t('work.about', { name, when: moment(work.savedAt) }), ' ',
        h('strong', {}, corrections)),
      h(
        'div',
        { class: 'edits-actions' },
        button(t('work.continue', { name }), app.continueWork, 'continue', 'primary'),
        button(t('work.forget'), app.forgetWork, 'forget'),
      ),
      h('p', { class: 'hint' }, t('work.kept')),
    );
  });
  return box;
}

/** The corrections that an earlier visit made in the very file that is open now. */
export function heldOffer(app) {
  const box = h('div', { class: 'note work-offer', role: 'status' });
  app.store.watch(['edits'], ({ edits }) => {
    const held = [edits.train, edits.test].filter((each) => each?.held);
    box.hidden = held.length === 0;
    if (box.hidden) return void fill(box);
    const count = held.reduce((sum, { log }) => sum + log.count(), 0);
    fill(
      box,
      h('p', {}, t('work.held', { count })),
      h(
        'div',
        { class: 'edits-actions' },
        button(t('work.apply'), app.applyHeld, 'apply', 'primary'),
        button(t('work.leave'), app.clearEdits, 'leave'),
      ),
    );
  });
  return box;
}

/** That the open table and the corrections are kept, and how to end that; or that they are not. */
export function keptNote(app) {
  const words = h('p', { class: 'kept' });
  app.store.watch(['edits'], ({ edits: { kept, stored } }) => {
    const lost = !stored && app.countEdits() > 0;
    words.hidden = !kept && !lost;
    words.classList.toggle('note', lost);
    words.classList.toggle('hint', !lost);
    const forget = { type: 'button', class: 'link', onclick: app.forgetWork };
    fill(words, lost ? t('work.notKept') : [t('work.kept'), ' ',
      h('button', forget, t('work.delete'))]);
  });
  return words;
}
