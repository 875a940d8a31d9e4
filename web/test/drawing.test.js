// Curves and matrix before they reach the canvas.

import { describe, expect, it } from 'vitest';
import { openings, thin } from '../ui/charts.js';
import { cellAt, matrixLayout } from '../ui/matrix-draw.js';
import { move } from '../ui/matrix.js';

const losses = (count) => Array.from({ length: count }, (_, i) => ({ step: i + 1, loss: i }));
const pen = { measureText: (text) => ({ width: text.length * 7 }) };

describe('a long curve', () => {
  it('is drawn as it is while it is short', () => {
    expect(thin(losses(3), 10)).toEqual([
      { x: 1, y: 0 },
      { x: 2, y: 1 },
      { x: 3, y: 2 },
    ]);
  });

  it('keeps its mean and its last step when it is thinned', () => {
    const points = thin(losses(1000), 100);
    expect(points).toHaveLength(100);
    expect(points.at(-1)).toEqual({ x: 1000, y: 994.5 });
    expect(points.reduce((sum, { y }) => sum + y, 0) / 100).toBe(499.5);
    expect(thin(losses(1001), 100).length).toBeLessThanOrEqual(100);
    expect(thin([], 100)).toEqual([]);
  });
});

describe('blocks that open', () => {
  const epochs = (...blocks) => blocks.map((first_block, i) => ({ epoch: i + 1, first_block }));

  it('are marked behind the epoch before', () => {
    expect(openings(epochs(4, 4, 3, 2, 2))).toEqual([
      { x: 2, block: 4 },
      { x: 3, block: 3 },
    ]);
  });

  it('are none where all train from the start', () => {
    expect(openings(epochs(0, 0))).toEqual([]);
    expect(openings([])).toEqual([]);
  });
});

describe('the matrix', () => {
  const layout = matrixLayout(pen, ['ham', 'spam'], 400, 'serif');

  it('finds the cell under a point', () => {
    const { left, top, cell } = layout;
    expect(cellAt(layout, left + 1, top + 1)).toEqual({ actual: 0, predicted: 0 });
    const low = cellAt(layout, left + cell + 1, top + 2 * cell - 1);
    expect(low).toEqual({ actual: 1, predicted: 1 });
    expect(cellAt(layout, left - 1, top + 1)).toBeNull();
    expect(cellAt(layout, left + 2 * cell, top + 1)).toBeNull();
  });

  it('fits its width, and scrolls rather than shrink to nothing', () => {
    const names = ['reclamação', 'sugestão', 'dúvida', 'elogio', 'falta'];
    for (const width of [300, 326, 500, 900]) {
      expect(matrixLayout(pen, names, width, 'serif').width).toBeLessThanOrEqual(width);
    }
    const many = Array.from({ length: 77 }, (_, i) => `class ${i}`);
    expect(matrixLayout(pen, many, 400, 'serif').cell).toBeGreaterThan(12);
  });

  it('moves by arrow keys and stays inside', () => {
    expect(move(null, 'ArrowDown', 2)).toEqual({ actual: 0, predicted: 0 });
    const corner = { actual: 1, predicted: 1 };
    expect(move(corner, 'ArrowRight', 2)).toEqual(corner);
    expect(move(corner, 'ArrowUp', 2)).toEqual({ actual: 0, predicted: 1 });
    expect(move(corner, 'Tab', 2)).toBeNull();
    expect(move(corner, 'Enter', 2)).toBe(corner);
    expect(move(null, 'Enter', 2)).toBeNull();
  });
});
