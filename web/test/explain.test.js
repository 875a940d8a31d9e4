// What each word did, as the page draws it: pieces of a text by bytes, and how strongly they count.

import { expect, test } from 'vitest';
import { effectOf, pieces, strengthOf } from '../ui/explain.js';

const word = (start, end) => ({ start, end, gradient: 0.5, ngrams: -0.2, leave_one_out: null });

test('a text is cut at bytes of UTF-8', () => {
  const words = [word(1, 5), word(6, 8), word(8, 12)];
  const cut = pieces(' não é😀!', words.map((each) => each));
  expect(cut.map(({ text }) => text)).toEqual([' ', 'não', ' ', 'é', '😀', '!']);
  expect(cut.map((piece) => words.indexOf(piece.word))).toEqual([-1, 0, -1, 1, 2, -1]);
  expect(pieces('', [])).toEqual([]);
});

test('gradient and n-grams count together, a word that was not left out is not known', () => {
  expect(effectOf(word(0, 1), 'gradient')).toBeCloseTo(0.3);
  expect(effectOf(word(0, 1), 'leave')).toBe(null);
  expect(effectOf({ ...word(0, 1), leave_one_out: -2 }, 'leave')).toBe(-2);
});

test('strength is beside the strongest', () => {
  expect([2, -2, 1, 0.1, 0].map((effect) => strengthOf(effect, 2))).toEqual([4, 4, 2, 0, 0]);
  expect(strengthOf(0, 0)).toBe(0);
});
