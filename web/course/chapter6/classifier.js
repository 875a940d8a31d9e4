// What the diagrams of chapter 6 share: a classifier of the open rows, and inputs.

import { t } from '../../i18n/index.js';
import { h, newId } from '../../ui/dom.js';

const SLICE_MS = 60;

/** @returns {HTMLElement} a label over an input or select that has no id yet */
export function labelled(text, input, className) {
  input.id ||= newId('input');
  return h('label', { for: input.id, class: className }, text, input);
}

/** @param {Record<string, string>} choices   words by value */
export const select = (choices, chosen, onchange) => h('select', {
  onchange: ({ target }) => onchange(target.value) },
Object.entries(choices).map(
  ([value, words]) => h('option', { value, selected: value === chosen }, words)));

/** Calls back when nothing more has been typed for a moment. */
export function whenQuiet(work, pause = 250) {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...args), pause);
  };
}

/**
 * Trains in slices, as long as nobody has said stop.
 * @param {object} frame
 * @param {string} name   of the training
 * @param {{goesOn?: () => boolean, note?: (progress: object) => void}} [options]
 * @returns {Promise<object|null>} what it leaves; null where it was given up
 */
export async function trainToEnd(frame, name, { goesOn = () => true, note = () => {} } = {}) {
  while (goesOn()) {
    const progress = await frame.ask('tuneRun', name, SLICE_MS);
    if (!goesOn()) break;
    note(progress);
    if (progress.finished) return progress.finished;
  }
  return null;
}

/** The phase that a training is in, in words. */
export const phaseWords = ({ phase, epoch, epochs }) => (phase === 'train' || phase === 'validate'
  ? t('c6.epoch', { epoch, epochs }) : t(`c6.phase.${phase}`));

/**
 * A classifier of the open rows for as long as a diagram is shown, trained anew when rows or
 * options change.
 */
export function createClassifier(frame, name) {
  let closed = false;
  let turn = 0;
  /** @type {object|null} */
  let state = null;

  return {
    /** {description, finished} or, while it trains, {progress}; null before. */
    get state() { return state; },
    get closed() { return closed; },
    async train(options, rows) {
      const mine = ++turn;
      const goesOn = () => !closed && mine === turn;
      state = { progress: { phase: 'prepare', fraction: 0 } };
      frame.redraw();
      const description = await frame.ask('tuneStart', name, { options, keep: 'classifier' })
        .catch((error) => {
          state = null;
          throw error;
        });
      const finished = await trainToEnd(frame, name, { goesOn, note: (progress) => {
        state = { progress };
        frame.redraw();
      } });
      if (!finished) return null;
      await frame.ask('tuneEnd', name);
      state = { description, finished, rows };
      return state;
    },
    close() {
      closed = true;
      // The worker may be gone, and the training with it.
      frame.ask('tuneEnd', name).catch(() => {});
    },
  };
}

/** Draws how far a training is. @returns {number} the height that it takes */
export function drawProgress(picture, x, y, w, progress) {
  picture.text(x, y + 12, phaseWords(progress), { tone: 'soft', width: w });
  picture.bar(x, y + 20, w, 6, progress.fraction);
  return 34;
}

/** A line of bold words, or more where there is no room. @returns {number} their height */
export const heading = (picture, y, words, x = 0, width = picture.width - x) => picture
  .paragraph(x, y, words, { width, weight: 600 });
