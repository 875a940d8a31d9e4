// What the corrections changed against the training before, and how far the two can be compared.

import { percent, t } from '../i18n/index.js';
import { bar, h } from './dom.js';
import { compareRuns, evenOdds } from './run-changes.js';

/** More often than this chance alone does as much. */
const LUCK = 0.05;

/** What draws the changes between two runs, as often as the page is built. */
export function drawChanges(before, after) {
  const changes = compareRuns(before, after);
  return () => (changes.both > 0 ? box(changes) : null);
}

/** @param {ReturnType<typeof import('./run-changes.js').compareRuns>} changes */
function box(changes) {
  const { both, relabeled, rightThen, rightBefore, rightNow, fixed, broken } = changes;
  const others = changes.gone + changes.added;
  const line = (words, right, name) =>
    h(
      'div',
      { class: 'compare-row' },
      h('span', {}, words),
      bar(right / both, name === 'before' ? 'quiet' : ''),
      h('span', { class: 'number', 'data-changes': name }, percent(right / both)),
    );
  const moved = fixed + broken > 0;
  return h(
    'div',
    { class: 'honest changes' },
    h(
      'div',
      { class: 'compare' },
      h('h3', { id: 'changes-title', tabindex: '-1' }, t('changes.title')),
      h('p', { class: 'hint' }, t('changes.both', { count: both })),
      line(t('changes.before'), rightBefore, 'before'),
      line(t('changes.now'), rightNow, 'now'),
    ),
    h(
      'div',
      {},
      h('p', {}, moved ? t('changes.moves', { fixed, broken }) : t('changes.same'),
        moved && evenOdds(fixed, broken) > LUCK ? ` ${t('changes.luck')}` : null),
      relabeled > 0
        ? h('p', { class: 'note' },
          t('changes.measure', { count: relabeled, share: percent(rightThen / both) }))
        : null,
      others > 0 ? h('p', { class: 'hint' }, t('changes.others', { count: others })) : null,
    ),
  );
}
