// Rows keep their part when labels change.

import { expect, test } from 'vitest';
import { PARTS } from '../engine/bridge.js';
import { keepParts } from '../engine/kept_parts.js';

const row = (number, text, label, source = 'train') => ({ number, text, label, source });
const originals = [
  row(1, 'one', 'a'), row(2, 'two', 'b'), row(3, 'three', 'a'), row(4, 'four', 'b'),
  row(5, 'five', ''), row(6, ' three ', ''),
];
const parts = '112300';
const told = (corrected) => {
  const partOf = keepParts(originals, parts, corrected);
  return corrected.map((each) => partOf(each));
};
const { train, valid, test: tests } = PARTS;

test('a label that changes moves no row', () => {
  const corrected = originals.map((each) => ({ ...each, label: each.label === 'a' ? 'b' : 'a' }));
  expect(told(corrected).slice(0, 4)).toEqual([train, train, valid, tests]);
});

test('a row that had no label trains, unless its text is tested or validates', () => {
  const corrected = originals.map((each) => ({ ...each, label: each.label || 'b' }));
  expect(told(corrected)).toEqual([train, train, valid, tests, train, valid]);
});

test('rows that are left out move no other', () => {
  expect(told(originals.filter(({ number }) => number !== 3 && number !== 5)))
    .toEqual([train, train, tests, valid]);
  // ... but for the last row that a class was learned from
  expect(told(originals.filter(({ number }) => number !== 2)))
    .toEqual([train, valid, train, train, valid]);
});

test('a class that nothing would be learned of gets its first row, with all of its text', () => {
  const corrected = originals.map((each) =>
    (each.text.trim() === 'three' || each.number === 4 ? { ...each, label: 'new' } : each));
  expect(told(corrected)).toEqual([train, train, train, tests, train, train]);
});

test('rows of a test file test, whatever is written there', () => {
  const file = [row(1, 'one', '', 'test'), row(2, 'nine', 'c', 'test')];
  const partOf = keepParts([...originals, ...file], `${parts}03`, [
    ...originals, { ...file[0], label: 'a' }, file[1]]);
  expect(file.map((each) => partOf(each))).toEqual([tests, tests]);
});
