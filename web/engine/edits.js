// What a user changed in a table, as a log of events that only grows: a change, an undo and a redo
// are events alike. So each is stored by one write, nothing is ever overwritten, and what was
// undone can be had again after a reload. Rows are told by their number in the file, never by a
// place in some list.

import { keptLabel } from './labels.js';

/**
 * @typedef {object} Change
 * @property {number} row           in the user's file; 1 is the first below the header
 * @property {string} from          the label that the file gives it
 * @property {string|null} label    the right one; null: the row is to be left out
 */
/**
 * @typedef {object} Event
 * @property {'change'|'clear'|'undo'|'redo'} kind   clear: back to the file's own labels, which can
 *           be undone as well
 * @property {number} at            milliseconds, as Date.now()
 * @property {Change[]} [changes]   of one step: undone together
 */
/** @typedef {{label: string|null, from: string, at: number}} Edit   what became of a row */

/** @param {Event[]} events   of the log so far, the oldest first */
export function createLog(events = []) {
  let done = [];
  let undone = [];
  /** @type {Map<number, Edit>} */
  let edits = new Map();

  function take({ kind, changes, at }) {
    if (kind === 'clear') edits = new Map();
    for (const { row, from, label } of changes ?? []) {
      // A row that has its own label again is not changed.
      if (label !== null && keptLabel(label) === keptLabel(from)) edits.delete(row);
      else edits.set(row, { label: label === null ? null : keptLabel(label), from, at });
    }
  }

  function apply(event) {
    if (event.kind === 'undo') {
      if (done.length === 0) return;
      undone.push(done.pop());
      edits = new Map();
      done.forEach(take);
    } else if (event.kind === 'redo') {
      if (undone.length === 0) return;
      done.push(undone.pop());
      take(done.at(-1));
    } else {
      done.push(event);
      undone = [];
      take(event);
    }
  }
  events.forEach(apply);

  return {
    apply,
    /** What is different from the file now, by row; not to be changed. */
    edits: () => edits,
    count: () => edits.size,
    /** When the step was made that undo (redo) would take; 0: there is none. */
    undoable: () => done.at(-1)?.at ?? 0,
    redoable: () => undone.at(-1)?.at ?? 0,
    /** The step that undo would take, for who wants to go back to its row. */
    last: () => done.at(-1) ?? null,
    /** [row, label or null] of each changed row, by row: what the engine is told. */
    corrections: () => [...edits].map(([row, { label }]) => [row, label]).sort(([a], [b]) => a - b),
  };
}
