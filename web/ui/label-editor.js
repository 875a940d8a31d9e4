// The controls beside a text with which its label is corrected: among the classes, or a new one;
// or the row is left out.

import { isLabel, keptLabel } from '../engine/labels.js';
import { t } from '../i18n/index.js';
import { fill, h, newId } from './dom.js';

/** The value of the option that asks for a label that nobody has used yet. No label is empty. */
const NEW = '';

/** All labels that there are to choose from: the classes, and those that corrections brought. */
export function knownLabels({ edits, inspection }, classes = []) {
  const counted = (inspection?.classes ?? []).map(({ label }) => label);
  const given = [edits.train, edits.test].filter((each) => each && !each.held)
    .flatMap(({ log }) => [...log.edits().values()].map(({ label }) => label))
    .filter((label) => label !== null);
  return [...new Set([...classes, ...counted, ...given])].sort();
}

/**
 * @param {object} app
 * @param {{source: 'train'|'test', row: number, original: string, predicted?: string}} row
 * @param {string[]} classes   of the model
 */
export function labelEditor(app, row, classes) {
  const { source, row: number, original } = row;
  const set = (label) => app.correct([{ source, row: number, from: original, label }]);
  const id = newId('label');
  const select = h('select', { id, class: 'label-choice' });
  const fresh = newLabel(number, set, () => {
    fresh.element.hidden = true;
    select.value = current();
    select.focus();
  });
  const quick = h('button', { type: 'button', class: 'small' });
  const leave = h('button', { type: 'button', class: 'small' });
  const back = h('button', { type: 'button', class: 'small', onclick: () => set(original) });
  const said = h('p', { class: 'hint edit-said', role: 'status' });
  const edit = () => app.editOf(source, number);
  const current = () => edit()?.label ?? original;

  select.addEventListener('change', () => {
    fresh.element.hidden = select.value !== NEW;
    if (select.value === NEW) fresh.focus();
    else set(select.value);
  });
  quick.addEventListener('click', () => set(row.predicted));
  leave.addEventListener('click', () => set(null));
  fill(leave, t('edits.leaveOut'));

  app.store.watch(['edits', 'inspection'], (state) => {
    const changed = edit();
    const isOut = changed?.label === null;
    const labels = knownLabels(state, [...classes, original].filter(Boolean));
    if (fresh.element.hidden) {
      fill(
        select,
        labels.map((label) => h('option', { value: label }, label)),
        h('option', { value: NEW }, t('edits.other')),
      );
      select.value = current();
    }
    select.disabled = isOut;
    leave.hidden = isOut;
    back.hidden = !changed;
    fill(back, t(isOut ? 'edits.putBack' : 'edits.undo'));
    quick.hidden = isOut || !row.predicted || row.predicted === current();
    fill(quick, t('edits.itIs', { label: row.predicted }));
    said.textContent = changed ? becameOf(changed) : '';
  });
  return h(
    'div',
    { class: 'label-editor' },
    h('label', { for: id, class: 'hint' }, t('edits.labelShort')),
    h('span', { class: 'visually-hidden' }, t('edits.label', { row: String(number) })),
    select,
    fresh.element,
    quick,
    leave,
    back,
    said,
  );
}

function becameOf({ label, from }) {
  if (label === null) return t('edits.isLeftOut');
  if (keptLabel(from) === '') return t('edits.labeled', { label });
  return t('edits.changed', { from, label });
}

/** A field for a label that is not in the list. */
export function newLabel(number, onLabel, onCancel) {
  const input = h('input', {
    type: 'text',
    dir: 'auto',
    'aria-label': t('edits.newLabel', { row: String(number) }),
    onkeydown: (event) => {
      if (event.key === 'Escape') onCancel();
      if (event.key !== 'Enter') return;
      event.preventDefault();
      use();
    },
  });
  const button = h('button', { type: 'button', class: 'small', onclick: use }, t('edits.use'));
  const cancel = { type: 'button', class: 'small', onclick: onCancel };
  function use() {
    const valid = isLabel(input.value);
    input.setAttribute('aria-invalid', String(!valid));
    if (!valid) return void input.focus();
    element.hidden = true;
    onLabel(keptLabel(input.value));
    input.value = '';
  }
  const element = h('span', { class: 'new-label', hidden: true }, input, button,
    h('button', cancel, t('edits.cancel')));
  return { element, focus: () => input.focus() };
}
