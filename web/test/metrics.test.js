// What the page works out beside the report: intervals, the baseline, the views of the matrix.

import { describe, expect, it } from 'vitest';
import {
  majorityBaseline,
  matrixView,
  networkGain,
  testSize,
  wilson,
  worstConfusions,
} from '../ui/metrics.js';

const confusion = [
  [8, 2, 0],
  [1, 3, 1],
  [0, 0, 0],
];

describe('the numbers beside the report', () => {
  it('counts the test texts', () => {
    expect(testSize(confusion)).toBe(15);
  });

  it("gives Wilson's interval", () => {
    // 81 of 263, worked by hand with z = 1.959964: center .3107, half width .0555.
    const [low, high] = wilson(81 / 263, 263);
    expect(low).toBeCloseTo(0.2553, 3);
    expect(high).toBeCloseTo(0.3662, 3);
    expect(wilson(1, 10)[1]).toBeCloseTo(1, 12);
    expect(wilson(0, 10)[0]).toBeCloseTo(0, 12);
    expect(wilson(0, 0)).toEqual([0, 1]);
  });

  it('answers the most frequent class as baseline', () => {
    const baseline = majorityBaseline(confusion);
    expect(baseline.index).toBe(0);
    expect(baseline.accuracy).toBeCloseTo(10 / 15, 12);
    // F1 of that class is 2 * 10 / (15 + 10); the mean is over the two classes that occur.
    expect(baseline.macroF1).toBeCloseTo(20 / 25 / 2, 12);
  });

  it('says what the network adds to the n-grams, and when that may be luck', () => {
    expect(networkGain(45 / 50, 30 / 50, 50)).toEqual({ count: 15, mayBeLuck: false });
    expect(networkGain(41 / 50, 40 / 50, 50)).toEqual({ count: 1, mayBeLuck: true });
    expect(networkGain(40 / 50, 41 / 50, 50)).toEqual({ count: -1, mayBeLuck: true });
    expect(networkGain(300 / 1000, 400 / 1000, 1000)).toEqual({ count: -100, mayBeLuck: false });
    expect(networkGain(7 / 9, 7 / 9, 9)).toEqual({ count: 0, mayBeLuck: false });
  });

  it('shows shares of rows and columns, zero where there is nothing', () => {
    expect(matrixView(confusion, 'count')).toBe(confusion);
    expect(matrixView(confusion, 'row')).toEqual([
      [0.8, 0.2, 0],
      [0.2, 0.6, 0.2],
      [0, 0, 0],
    ]);
    expect(matrixView(confusion, 'column')[0]).toEqual([8 / 9, 2 / 5, 0]);
  });

  it('finds the worst mistakes, largest first', () => {
    expect(worstConfusions(confusion, 2)).toEqual([
      { actual: 0, predicted: 1, count: 2 },
      { actual: 1, predicted: 0, count: 1 },
    ]);
    expect(worstConfusions([[3]])).toEqual([]);
  });
});
