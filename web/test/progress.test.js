// What is done of the course is kept, whatever the browser's storage holds or refuses.

import { describe, expect, it } from 'vitest';
import { createProgress } from '../course/progress.js';

function storageOf(text = null) {
  let kept = text;
  return { getItem: () => kept, setItem: (_, value) => (kept = value) };
}

describe('the progress', () => {
  it('is there at the next visit, until it is cleared', () => {
    const storage = storageOf();
    const first = createProgress(storage);
    expect(first.add('5-01')).toBe(true);
    expect(first.add('5-01')).toBe(false);
    first.visit('5-02');
    const next = createProgress(storage);
    expect([next.has('5-01'), next.has('5-02'), next.last()]).toEqual([true, false, '5-02']);
    next.clear();
    const last = createProgress(storage);
    expect([last.has('5-01'), last.last()]).toEqual([false, undefined]);
  });

  it('of two open pages is that of both', () => {
    const storage = storageOf();
    const [one, other] = [createProgress(storage), createProgress(storage)];
    one.add('5-01');
    other.add('5-02');
    const next = createProgress(storage);
    expect([next.has('5-01'), next.has('5-02')]).toEqual([true, true]);
  });

  it.each(['', '[]', '{"done":3}', '{"done":[1,null]}', 'null', '"x"'])(
    'begins anew where storage holds %s', (text) => {
      const progress = createProgress(storageOf(text));
      expect(progress.has('5-01')).toBe(false);
      expect(progress.add('5-01')).toBe(true);
      expect(progress.has('5-01')).toBe(true);
    });

  it('lasts as long as the page where storage is refused', () => {
    const refuse = () => {
      throw new Error('refused');
    };
    for (const storage of [{ getItem: refuse, setItem: refuse }, null]) {
      const progress = createProgress(storage);
      progress.add('5-01');
      progress.visit('5-02');
      expect([progress.has('5-01'), progress.last()]).toEqual([true, '5-02']);
    }
  });
});
