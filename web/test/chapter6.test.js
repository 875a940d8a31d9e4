// What chapter 6 computes itself: matrices by threshold, their metrics, curves, expected seconds.

import { describe, expect, it } from 'vitest';
import { baseline, smoothed } from '../course/chapter6/01-pretrain-vs-finetune.js';
import { telling, tokenValue } from '../course/chapter6/02-classification-head.js';
import { expected } from '../course/chapter6/03-freeze-vs-unfreeze.js';
import { confusionOf, scores, totals } from '../course/chapter6/05-metricas-confusion-matrix.js';

const classes = ['a', 'b', 'c'];
const tested = [
  { label: 'a', probabilities: [0.6, 0.3, 0.1] },
  { label: 'a', probabilities: [0.2, 0.5, 0.3] },
  { label: 'b', probabilities: [0.4, 0.35, 0.25] },
  { label: 'b', probabilities: [0.1, 0.8, 0.1] },
  { label: 'c', probabilities: [0.1, 0.2, 0.7] },
];

describe('a confusion matrix', () => {
  it('counts the strongest class, row true, column answered', () => {
    expect(confusionOf(tested, classes)).toEqual([[1, 1, 0], [1, 1, 0], [0, 0, 1]]);
  });

  it('follows a threshold: from there on the class, below it the strongest other', () => {
    const at = (threshold) => confusionOf(tested, classes, { of: 1, threshold });
    expect(at(0)).toEqual([[0, 2, 0], [0, 2, 0], [0, 1, 0]]);
    expect(at(0.35)).toEqual([[1, 1, 0], [0, 2, 0], [0, 0, 1]]);
    expect(at(0.9)).toEqual([[1, 0, 1], [2, 0, 0], [0, 0, 1]]);
    expect(at(1.01).flat().reduce((sum, count) => sum + count)).toBe(5);
  });

  it('gives precision, recall and F1, and 0 where there is nothing to divide by', () => {
    const matrix = [[3, 1, 0], [2, 4, 0], [0, 0, 0]];
    expect(scores(matrix, 0)).toEqual(
      { hits: 3, answered: 5, support: 4, precision: 0.6, recall: 0.75, f1: 6 / 9 });
    expect(scores(matrix, 2)).toMatchObject({ precision: 0, recall: 0, f1: 0 });
    expect(totals(matrix)).toEqual({ count: 10, right: 7, accuracy: 0.7,
      macro: (6 / 9 + 8 / 11) / 2 }); // a class that never occurs does not count
  });
});

describe('the race', () => {
  it('shows means of neighbours, each at the last of them', () => {
    expect(smoothed([4, 2, 3, 1, 8], 2)).toEqual([[2, 3], [4, 2], [5, 8]]);
    expect(smoothed([4, 2], 1)).toEqual([[1, 4], [2, 2]]);
  });

  it('knows what always the same answer would get right', () => {
    expect(baseline({ tested }, classes)).toBe(0.4);
  });
});

describe('what is read', () => {
  // Two tokens of two channels, read as vectors and words: [4] by two classes.
  const values = {
    last_block: { data: [1, 2, 3, 4] }, normalised: { data: [5, 6, 7, 8] },
    embeddings: { data: [9, 10, 11, 12] },
    read: { shape: [4], data: [1, -3, 2, 1] }, head: { data: [0, 0, 0, 0, 1, 1, 1, 3] },
  };

  it('names the places that count most, as many of each part, in their order', () => {
    expect(telling({ channels: 2, values }, 1, 2)).toEqual([1, 3]);
    expect(telling({ channels: 2, values }, 1, 4)).toEqual([0, 1, 2, 3]);
  });

  it('is what a token brings: its vector, or behind it its embedding', () => {
    const told = { channels: 2, values, readout: 'words' };
    expect([0, 1, 2, 3].map((w) => tokenValue(told, 1, w))).toEqual([3, 4, 11, 12]);
    expect(tokenValue({ ...told, readout: 'last' }, 1, 0)).toBe(7);
  });
});

it('expects frozen work once a row, the rest each epoch', () => {
  const costs = { usable: 100, train: 80, options: { epochs: 5 } };
  expect(expected(costs, { once: 0.01, each: 0.002 })).toBeCloseTo(1 + 0.8, 12);
});
