// The cards below the four steps: tools for those who want more. The code of each is fetched when
// its card is first opened.

import { t } from '../i18n/index.js';
import { fill, h } from './dom.js';

/** Each card's id and its code. */
const CARDS = [
  ['compare', () => import('../workshop/compare.js')],
  ['queue', () => import('../workshop/queue.js')],
  ['audit', () => import('../workshop/audit.js')],
  ['calibration', () => import('../workshop/calibration.js')],
];

/** Fetches the code of all cards, which the browser keeps: from then on they need no network. */
export const loadWorkshop = () => Promise.allSettled(CARDS.map(([, load]) => load()));

export const workshopSections = (app) =>
  CARDS.map(([id, load]) => workshopSection(app, id, load));

/**
 * @param {object} app
 * @param {string} id   of the words `${id}.title`, `${id}.about`
 * @param {() => Promise<{build: (app: object) => (Node|Node[])}>} load
 */
function workshopSection(app, id, load) {
  const content = h('div', { class: 'step-content' });
  const details = h(
    'details',
    { class: 'step card workshop', id: `workshop-${id}`, ontoggle: open },
    h(
      'summary',
      { class: 'step-head' },
      h(
        'div',
        {},
        h('h2', { id: `${id}-title`, tabindex: '-1' }, t(`${id}.title`)),
        h('p', { class: 'hint' }, t(`${id}.about`)),
      ),
    ),
    content,
  );
  let opened = false;

  async function open() {
    app.state.workshop[id] = details.open;
    if (!details.open || opened) return;
    opened = true;
    try {
      const { build } = await load();
      fill(content, build(app));
    } catch (error) {
      opened = false;
      const words = t('workshop.failed', { detail: error?.message ?? String(error) });
      fill(content, h('p', { class: 'failure', role: 'alert' }, words));
    }
  }

  // In another language the page is built anew: what was open stays open.
  details.open = Boolean(app.state.workshop[id]);
  return details;
}
