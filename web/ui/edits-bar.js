// How many corrections there are, back and forth among them, training with them, and the corrected
// file. Stands beside the data and below the matrix.

import { keptLabel } from '../engine/labels.js';
import { t } from '../i18n/index.js';
import { fill, h, icon, newId, table as htmlTable } from './dom.js';
import { failureOf } from './failure.js';

/** Rows listed: those that were changed last. */
const LISTED = 100;

const action = (words, onclick, more = {}) =>
  h('button', { type: 'button', class: 'small', onclick, ...more }, words);

/**
 * @param {object} app
 * @param {{full?: boolean}} [options]   full: with the list, the downloads and what is kept
 */
export function editsBar(app, { full = false } = {}) {
  const count = h('strong', { role: 'status' });
  const undo = action(t('edits.undo'), app.undo, { 'data-edits': 'undo' });
  const redo = action(t('edits.redo'), app.redo, { 'data-edits': 'redo' });
  const again = action('', app.retrain, { 'data-edits': 'retrain' });
  const help = h('p', { class: 'hint' }, t('edits.retrain.help'));
  const older = h('p', { class: 'hint' }, t('edits.matrixIsOld'));
  const more = full ? editsMore(app) : older;
  const title = h('h3', { class: 'visually-hidden' }, t('edits.title'));
  const box = h('div', { class: 'edits-bar' }, title, h('div', { class: 'edits-actions' },
    count, undo, redo, again), help, more);

  app.store.watch(['edits', 'training', 'result', 'inspecting', 'columns'], (state) => {
    const { training, result } = state;
    const total = app.countEdits();
    box.hidden = total === 0 && !app.canUndo() && !app.canRedo();
    count.textContent = t('edits.count', { count: total });
    keepFocus([undo, redo], () => {
      undo.disabled = !app.canUndo();
      redo.disabled = !app.canRedo();
    });
    again.hidden = help.hidden = !app.isOfTable(state);
    const isOld = JSON.stringify(result?.source.corrections) !== JSON.stringify(app.corrections());
    older.hidden = !isOld;
    again.classList.toggle('primary', isOld);
    again.disabled = app.isTraining();
    const fraction = training?.progress?.fraction ?? 0;
    fill(again, icon('play'), app.isTraining()
      ? t('edits.retraining', { percent: Math.floor(fraction * 100) }) : t('edits.retrain'));
  });
  return box;
}

/** A button that is pressed until it is disabled hands the focus to the other. */
function keepFocus(buttons, change) {
  const focused = buttons.find((button) => button === document.activeElement);
  change();
  if (focused?.disabled) buttons.find((button) => !button.disabled)?.focus();
}

/** The list and the corrected file. */
function editsMore(app) {
  const list = h('div', {});
  const rows = h('details', {}, h('summary', {}, t('edits.list')), list);
  const clear = action(t('edits.clear'), app.clearEdits, { 'data-edits': 'clear' });
  app.store.watch(['edits', 'table', 'testTable'], (state) => {
    fill(list, editedRows(app, state));
    clear.disabled = app.countEdits() === 0;
  });
  return [rows, downloads(app), clear];
}

/** What changed in each file, the newest first. */
function editedRows(app, { edits, table, testTable }) {
  return Object.entries({ train: table, test: testTable }).map(([source, file]) => {
    if (!file || !edits[source] || edits[source].held) return null;
    const all = [...edits[source].log.edits()].sort(([, a], [, b]) => b.at - a.at);
    if (all.length === 0) return null;
    const lines = all.slice(0, LISTED).map(([row, edit]) => [
      String(row),
      h('span', { class: 'clip', dir: 'auto' }, keptLabel(edit.from) || t('edits.noLabel')),
      h('span', { class: 'clip', dir: 'auto' }, edit.label ?? t('edits.leftOut')),
      takeBack(app, source, row, edit.from),
    ]);
    const words = h('span', { class: 'visually-hidden' }, t('edits.undo'));
    const head = [t('edits.row'), t('edits.was'), t('edits.now'), words];
    const region = { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': file.name };
    const over = all.length - LISTED;
    return [
      h('p', { class: 'hint', dir: 'auto' }, file.name),
      h('div', region, htmlTable({ caption: file.name, head, rows: lines })),
      over > 0 ? h('p', { class: 'hint' }, t('edits.more', { count: over })) : null,
    ];
  });
}

function takeBack(app, source, row, from) {
  const label = t('edits.takeBackRow', { row: String(row) });
  const onclick = () => app.correct([{ source, row, from, label: from }]);
  return h('button', { type: 'button', class: 'link', 'aria-label': label, onclick },
    t('edits.undo'));
}

function downloads(app) {
  const id = newId('mark');
  const mark = h('input', { type: 'checkbox', id });
  const buttons = h('div', { class: 'edits-actions' });
  app.store.watch(['edits', 'table', 'testTable'], ({ edits, table, testTable }) => {
    const files = Object.entries({ train: table, test: testTable })
      .filter(([source, file]) => file && edits[source] && !edits[source].held);
    const several = files.length > 1;
    fill(buttons, files.map(([source, { name }]) => {
      const words = several ? t('edits.downloadOf', { name }) : t('edits.download');
      const onclick = () => {
        app.downloadCorrected(source, mark.checked)
          .catch((error) => app.store.set({ dataFailure: failureOf(error) }));
      };
      const more = { 'data-download': `corrected-${source}` };
      return action([icon('download'), words], onclick, more);
    }));
  });
  return h(
    'div',
    { class: 'corrected-file' },
    buttons,
    h('div', { class: 'check' }, mark, h('label', { for: id }, t('edits.mark'))),
    h('p', { class: 'hint' }, t('edits.downloadHelp')),
  );
}
