// The log of what a user changed: any number of steps back and forth, the same after a reload.

import { describe, expect, it } from 'vitest';
import { createLog } from '../engine/edits.js';
import { isLabel, keptLabel } from '../engine/labels.js';

let now = 0;
const change = (...changes) => ({
  kind: 'change',
  at: ++now,
  changes: changes.map(([row, from, label]) => ({ row, from, label })),
});
const event = (kind) => ({ kind, at: ++now });
const told = (log) => log.corrections();

describe('a log of changes', () => {
  it('is empty at first, and takes undo and redo of nothing', () => {
    const log = createLog([event('undo'), event('redo')]);
    expect([told(log), log.count(), log.undoable(), log.redoable()]).toEqual([[], 0, 0, 0]);
  });

  it('keeps the last label of each row, trimmed, and rows that are left out', () => {
    const log = createLog();
    log.apply(change([7, 'spam', 'ham']));
    log.apply(change([3, 'ham', null]));
    log.apply(change([7, 'spam', ' news ']));
    expect(told(log)).toEqual([[3, null], [7, 'news']]);
    expect(log.edits().get(7)).toMatchObject({ from: 'spam', label: 'news' });
  });

  it('knows a row with its own label again as not changed', () => {
    const log = createLog([change([7, ' spam', 'ham'])]);
    log.apply(change([7, ' spam', 'spam ']));
    expect(log.count()).toBe(0);
    log.apply(event('undo'));
    expect(told(log)).toEqual([[7, 'ham']]);
  });

  it('undoes and redoes any number of steps, each as one', () => {
    const log = createLog();
    const steps = [change([1, 'a', 'b']), change([2, 'a', 'b'], [3, 'a', null]), event('clear'),
      change([1, 'a', 'c'])];
    const states = [told(log)];
    for (const step of steps) {
      log.apply(step);
      states.push(told(log));
    }
    expect(states).toEqual([[], [[1, 'b']], [[1, 'b'], [2, 'b'], [3, null]], [], [[1, 'c']]]);
    for (const state of states.slice(0, -1).reverse()) {
      log.apply(event('undo'));
      expect(told(log)).toEqual(state);
    }
    expect(log.undoable()).toBe(0);
    for (const state of states.slice(1)) {
      expect(log.redoable()).toBeGreaterThan(0);
      log.apply(event('redo'));
      expect(told(log)).toEqual(state);
    }
    expect(log.redoable()).toBe(0);
  });

  it('forgets what was undone when something else is changed', () => {
    const log = createLog([change([1, 'a', 'b']), event('undo'), change([2, 'a', 'b'])]);
    expect(log.redoable()).toBe(0);
    expect(told(log)).toEqual([[2, 'b']]);
  });

  it('is the same after a reload at any moment', () => {
    const kinds = ['change', 'change', 'change', 'undo', 'redo', 'clear'];
    let state = 5;
    const draw = (below) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const log = createLog();
    const stored = [];
    for (let i = 0; i < 120; i++) {
      const kind = kinds[draw(kinds.length)];
      const next = kind === 'change' ? change([draw(9), 'a', ['b', 'c', null, 'a'][draw(4)]])
        : event(kind);
      stored.push(structuredClone(next));
      log.apply(next);
      const again = createLog(stored);
      expect(told(again)).toEqual(told(log));
      expect([again.undoable(), again.redoable()]).toEqual([log.undoable(), log.redoable()]);
    }
    expect(log.last()?.at ?? 0).toBe(log.undoable());
  });
});

describe('a label', () => {
  it('is what C would keep of it', () => {
    expect(keptLabel(' \u00a0\tÉ bom\r\n')).toBe('É bom');
    expect(keptLabel('a\0b')).toBe('a\ufffdb');
  });

  it('is neither empty nor longer than C takes', () => {
    expect([' \u00a0\n', '', 'x', 'é'.repeat(500), 'é'.repeat(501)].map(isLabel))
      .toEqual([false, false, true, true, false]);
  });
});
