// State and its watchers: once per frame, only for what changed, and nothing left behind.

import { describe, expect, it, vi } from 'vitest';
import { latestOnly } from '../ui/classify.js';
import { createStore } from '../ui/store.js';

function storeWithFrames() {
  const frames = [];
  const store = createStore({ a: 1, b: 1 }, (draw) => frames.push(draw));
  const frame = () => frames.splice(0).forEach((draw) => draw());
  return { store, frames, frame };
}

describe('the store', () => {
  it('draws at once, then once per frame, and only where a watched field changed', () => {
    const { store, frames, frame } = storeWithFrames();
    const draw = vi.fn();
    store.watch(['a'], draw);
    expect(draw).toHaveBeenCalledTimes(1);
    store.set({ a: 2 });
    store.set({ a: 3 });
    expect(frames).toHaveLength(1);
    expect(draw).toHaveBeenCalledTimes(1);
    frame();
    expect(draw).toHaveBeenCalledTimes(2);
    store.set({ b: 2 });
    frame();
    expect(draw).toHaveBeenCalledTimes(2);
  });

  it('forgets what a drawing watched when it is drawn again', () => {
    const { store, frame } = storeWithFrames();
    const inner = vi.fn();
    store.watch(['a'], () => store.watch(['b'], inner));
    for (let i = 0; i < 5; i++) {
      store.set({ a: i });
      frame();
    }
    inner.mockClear();
    store.set({ b: 9 });
    frame();
    expect(inner).toHaveBeenCalledTimes(1);
  });

  it('draws an inner watcher once when outer and inner change together', () => {
    const { store, frame } = storeWithFrames();
    const inner = vi.fn();
    store.watch(['a'], () => store.watch(['b'], inner));
    inner.mockClear();
    store.set({ a: 2, b: 2 });
    frame();
    expect(inner).toHaveBeenCalledTimes(1);
  });

  it('goes on in the next frame where one has drawn long enough', () => {
    const frames = [];
    let now = 0;
    const store = createStore({ a: 1 }, (draw) => frames.push(draw), () => now);
    const frame = () => frames.splice(0).forEach((draw) => draw());
    const drawn = [];
    for (const name of ['x', 'y', 'z']) {
      store.watch(['a'], () => {
        drawn.push(name);
        now += 5;
      });
    }
    drawn.length = 0;
    store.set({ a: 2 });
    frame();
    expect(drawn).toEqual(['x', 'y']);
    store.set({ a: 3 }); // what waits is drawn once, in its place
    frame();
    expect(drawn).toEqual(['x', 'y', 'x', 'y']);
    frame();
    expect(drawn).toEqual(['x', 'y', 'x', 'y', 'z']);
    frame();
    expect(drawn).toHaveLength(5);
  });

  it('forgets all watchers at once', () => {
    const { store, frame } = storeWithFrames();
    const draw = vi.fn();
    store.watch(['a'], draw);
    store.unwatchAll();
    store.set({ a: 2 });
    frame();
    expect(draw).toHaveBeenCalledTimes(1);
  });
});

describe('the latest only', () => {
  it('asks for the newest input, one at a time, and drops those between', async () => {
    const asked = [];
    const open = [];
    const ask = latestOnly((input) => {
      asked.push(input);
      return new Promise((resolve) => open.push(resolve));
    });
    const done = ask('a');
    ask('ab');
    ask('abc');
    expect(asked).toEqual(['a']);
    open.shift()();
    await Promise.resolve();
    expect(asked).toEqual(['a', 'abc']);
    open.shift()();
    await done;
    ask('abcd');
    expect(asked).toEqual(['a', 'abc', 'abcd']);
  });
});
