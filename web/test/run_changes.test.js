// What changed between two trainings.

import { expect, test } from 'vitest';
import { packTested } from '../engine/tested.js';
import { compareRuns, evenOdds } from '../ui/run-changes.js';

const row = (number, label, predicted, source = 'train') =>
  ({ source, row: number, text: '', label, original: label, predicted, probabilities: [1, 0] });
const compare = (...runs) => compareRuns(...runs.map((rows) => packTested(rows, ['a', 'b'])));

test('only rows that both tested are compared, by the labels of now', () => {
  const before = [row(1, 'a', 'a'), row(2, 'a', 'b'), row(3, 'b', 'b'), row(9, 'a', 'a')];
  const after = [row(1, 'a', 'b'), row(2, 'b', 'b'), row(3, 'b', 'b'), row(9, 'a', 'a', 'test')];
  expect(compare(before, after)).toEqual({
    both: 3, relabeled: 1, rightThen: 2, rightBefore: 3, rightNow: 2, fixed: 0, broken: 1,
    gone: 1, added: 1,
  });
});

test('nothing in common is nothing', () => {
  expect(compare([row(1, 'a', 'a')], [])).toMatchObject({ both: 0, gone: 1, fixed: 0 });
});

test.each([
  // twice the sum of comb(n, i) / 2**n, in fractions
  [0, 0, 1], [0, 1, 1], [1, 1, 1], [0, 5, 0.0625], [8, 1, 0.0390625], [3, 7, 0.34375],
  [40, 60, 0.05688793364098086], [1500, 1400, 0.06598734966518381],
])('McNemar of %i against %i', (one, other, p) => {
  expect(evenOdds(one, other)).toBeCloseTo(p, 8);
});
