// A label that changes must not move rows between training, validation and test: accuracies before
// and after would then tell of other texts. So the parts are dealt by the labels that the file has,
// and only what those do not decide is decided here.

import { PARTS } from './bridge.js';
import { keptLabel, trimmed } from './labels.js';

const keyOf = ({ source, number }) => `${source} ${number}`;

/**
 * @param {import('./session.js').PreparedRow[]} originals   with the labels of the files
 * @param {string} parts   a digit for each of them (src/afina.h, afina_session_plan)
 * @param {import('./session.js').PreparedRow[]} corrected   with the labels that hold now
 * @returns {(row: import('./session.js').PreparedRow) => number}   the part of a corrected row
 */
export function keepParts(originals, parts, corrected) {
  const chosen = new Map();
  /** Rows of equal text share a part: none may be learned and tested. */
  const ofText = new Map();
  originals.forEach((row, i) => {
    const part = Number(parts[i]);
    if (part === 0) return;
    chosen.set(keyOf(row), part);
    if (row.source === 'train') ofText.set(trimmed(row.text), part);
  });
  const pool = corrected.filter(({ source }) => source === 'train');
  for (const row of corrected) {
    const part = chosen.get(keyOf(row)) ?? (row.source === 'test' ? PARTS.test
      : ofText.get(trimmed(row.text)) ?? PARTS.train);
    chosen.set(keyOf(row), part);
  }
  for (const text of texts(untrained(pool, (row) => chosen.get(keyOf(row))))) {
    for (const row of pool) if (trimmed(row.text) === text) chosen.set(keyOf(row), PARTS.train);
  }
  return (row) => chosen.get(keyOf(row)) ?? PARTS.train;
}

const texts = (rows) => rows.map(({ text }) => trimmed(text));

/** Of each class without a row to train on, as one that has just been named may be, the first. */
function untrained(pool, partOf) {
  const first = new Map();
  const trained = new Set();
  for (const row of pool) {
    const label = keptLabel(row.label);
    if (label === '' || trimmed(row.text) === '') continue;
    if (partOf(row) === PARTS.train) trained.add(label);
    else if (!first.has(label)) first.set(label, row);
  }
  return [...first].filter(([label]) => !trained.has(label)).map(([, row]) => row);
}
