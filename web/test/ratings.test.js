// Judgments that are kept, and what is summed up of scores.

import { expect, test } from 'vitest';
import { createRatings, summary } from '../course/ratings.js';

function storage() {
  const kept = new Map();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, text) => kept.set(key, text) };
}
const rating = (key, row, side) => ({ key, row, follows: side, right: side, clear: 'tie' });

test('judgments are kept, counted by rows, and replaced where a row is judged again', () => {
  const own = storage();
  const first = createRatings(own);
  first.add(rating('a', 1, 'base'));
  first.add(rating('a', 2, 'tuned'));
  first.add(rating('b', 1, 'tuned'));
  first.add(rating('a', 1, 'tuned'));
  const again = createRatings(own);
  expect(again.tally('a')).toEqual({ follows: { base: 0, tie: 0, tuned: 2 },
    right: { base: 0, tie: 0, tuned: 2 }, clear: { base: 0, tie: 2, tuned: 0 } });
  again.clear('a');
  expect(createRatings(own).of('a')).toEqual([]);
  expect(createRatings(own).of('b')).toEqual([rating('b', 1, 'tuned')]);
});

test('what stands in the storage and is no judgment is left out', () => {
  const own = storage();
  for (const text of ['', '{', '{}', '[3,null,{"key":"a","row":1}]']) {
    own.setItem('afina-course-ratings', text);
    expect(createRatings(own).of('a')).toEqual([]);
  }
  const refused = { getItem() { throw new Error(); }, setItem() { throw new Error(); } };
  const ratings = createRatings(refused);
  ratings.add(rating('a', 1, 'base'));
  expect(ratings.tally('a').right.base).toBe(1);
});

test('scores are summed up: means, and of perplexities the geometric one', () => {
  const found = summary([{ exact: true, f1: 1, response_perplexity: 2 },
    { exact: false, f1: 0.5, response_perplexity: 8 }]);
  expect(found.exact).toBe(0.5);
  expect(found.f1).toBe(0.75);
  expect(found.perplexity).toBeCloseTo(4, 12);
});
