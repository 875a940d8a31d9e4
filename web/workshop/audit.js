// A tool of the workshop: labels that are probably wrong, and rows that say nearly the same.

import './analysis.css';
import { number, percent, t } from '../i18n/index.js';
import { fill, h } from '../ui/dom.js';
import { failureBox, failureOf } from '../ui/failure.js';
import { labelEditor } from '../ui/label-editor.js';

const FOLDS = 5;
const SEED = 1;
/** Found rows, or groups, shown at a time. */
const PAGE = 10;
const ROWS_OF_A_GROUP = 6;

export function build(app) {
  const failure = failureBox();
  const found = h('div', { class: 'audit-found' });
  const words = h('p', { class: 'hint', role: 'status' });
  const progress = h('progress', { max: 1, value: 0, hidden: true,
    'aria-label': t('audit.progress') });
  const start = h('button', { type: 'button', class: 'primary', onclick: look }, t('audit.start'));
  const stop = h('button', { type: 'button', hidden: true, onclick: () => ending?.abort() },
    t('audit.stop'));
  let ending = null;

  const ready = () => app.state.inspection && app.state.model.info && !app.isTraining();

  app.store.watch(['inspection', 'model', 'training'], () => {
    start.disabled = !ready() || Boolean(ending);
    if (!ending) words.textContent = ready() ? '' : t('audit.waiting');
  });

  async function look() {
    ending = new AbortController();
    failure.show(null);
    start.disabled = true;
    progress.hidden = stop.hidden = false;
    progress.value = 0;
    words.textContent = t('audit.running');
    try {
      const onProgress = (done) => (progress.value = done);
      const audit = await app.engine.audit({ folds: FOLDS, seed: SEED }, onProgress,
        ending.signal);
      words.textContent = t(audit ? 'audit.done' : 'audit.stopped');
      if (audit) fill(found, doubtful(app, audit.labels), duplicates(app, audit.duplicates));
    } catch (error) {
      words.textContent = '';
      failure.show(failureOf(error));
    }
    ending = null;
    progress.hidden = stop.hidden = true;
    start.disabled = !ready();
  }

  return [
    h('p', { class: 'hint' }, t('audit.how')),
    h('div', { class: 'audit-actions' }, start, stop),
    progress, words, failure.element, found,
  ];
}

/** Items a page at a time: all that were asked for so far stay. */
function growing(items, draw) {
  const list = h('ol', { class: 'texts' });
  const more = h('button', { type: 'button', onclick: show });
  let shown = 0;
  function show() {
    const some = items.slice(shown, shown + PAGE);
    list.append(...some.map(draw));
    shown += some.length;
    more.hidden = shown >= items.length;
    more.textContent = t('audit.more', { count: items.length - shown });
  }
  show();
  return [list, more];
}

function doubtful(app, { rows, likely, items }) {
  const classes = [...new Set(items.flatMap(({ label, suggested }) => [label, suggested]))].sort();
  return h('section', { 'aria-label': t('audit.labels') },
    h('h3', {}, t('audit.labels')),
    h('p', {}, t('audit.likely', { count: likely, of: number(rows) }), ' ', t('audit.doDoubt')),
    items.length > 0 && growing(items, (item) => doubtfulItem(app, item, classes)));
}

function doubtfulItem(app, item, classes) {
  const { text, row, source, label, suggested } = item;
  return h('li', { class: item.likely ? 'likely' : null },
    h('p', { class: 'row-text', dir: 'auto' }, text),
    h('p', { class: 'hint' }, t(`audit.row.${source}`, { row: String(row) }),
      item.likely && h('strong', {}, ` ${t('audit.isLikely')}`)),
    h('p', { dir: 'auto' }, t('audit.says', {
      label, suggested, p: percent(item.p_label), q: percent(item.p_suggested) })),
    labelEditor(app, { ...item, predicted: suggested }, classes));
}

function duplicates(app, { complete, rows, groups, items }) {
  return h('section', { 'aria-label': t('audit.duplicates') },
    h('h3', {}, t('audit.duplicates')),
    h('p', {}, t('audit.groups', { count: groups, rows: number(rows) }),
      !complete && ` ${t('audit.notComplete')}`),
    items.length > 0 && growing(items, (group) => groupItem(app, group)));
}

function groupItem(app, { action, similarity, count, rows }) {
  const labels = [...new Set(rows.map(({ label }) => label))].sort();
  const more = count - Math.min(rows.length, ROWS_OF_A_GROUP);
  return h('li', {},
    h('p', {}, h('strong', {}, t(`audit.${action}`)), ' ',
      t(similarity < 1 ? 'audit.alike' : 'audit.equal', { share: percent(similarity) })),
    rows.slice(0, ROWS_OF_A_GROUP).map((row) => h('div', { class: 'audit-row' },
      h('p', { class: 'row-text', dir: 'auto' }, row.text),
      h('p', { class: 'hint' }, t(`audit.row.${row.source}`, { row: String(row.row) })),
      labelEditor(app, row, labels))),
    more > 0 && h('p', { class: 'hint' }, t('audit.rowsMore', { count: more })));
}
