// The queue of rows without a label: what it asks, what it stores, what its keys do.

import { describe, expect, it, vi } from 'vitest';
import { createLog } from '../engine/edits.js';
import { createQueue } from '../workshop/queue-model.js';
import { likeness, pickNext, spread, uncertainty, wordsOf } from '../workshop/queue-order.js';

describe('uncertainty', () => {
  it.each([
    ['margin', [1, 0, 0], 0],
    ['margin', [0.2, 0.5, 0.3], 0.8],
    ['margin', [0.5, 0.5], 1],
    ['entropy', [1, 0, 0], 0],
    ['entropy', [0.5, 0.5], 1],
    ['entropy', [0.25, 0.25, 0.25, 0.25], 1],
    ['entropy', [0.5, 0.5, 0, 0], 0.5],
    ['entropy', [1], 0],
  ])('%s of %j is %d', (how, shares, expected) => {
    expect(uncertainty[how](shares)).toBeCloseTo(expected, 12);
  });
});

describe('the next text', () => {
  const rows = [[1, 'the bill is wrong'], [2, 'the bill is too high'], [3, 'my password expired']]
    .map(([row, text]) => ({ row, text }));
  const probabilities = new Map([[1, [0.5, 0.5]], [2, [0.55, 0.45]], [3, [0.7, 0.3]]]);

  it('is the one of which the model is least sure', () => {
    expect(pickNext(rows, probabilities, 'margin', []).row).toBe(1);
    expect(pickNext([], probabilities, 'margin', [])).toBe(null);
    expect(pickNext(rows, new Map([...probabilities, [3, [0.5, 0.5]]]), 'entropy', []).row).toBe(1);
  });

  it('is not like those just asked about', () => {
    const shown = [wordsOf(rows[0].text)];
    expect(pickNext(rows.slice(1), probabilities, 'margin', shown).row).toBe(3);
  });

  it('is the first in the file where that is asked, and unlike the last without a model', () => {
    expect(pickNext(rows, probabilities, 'file', []).row).toBe(1);
    expect(pickNext(rows.slice(1), new Map(), 'margin', [wordsOf(rows[0].text)]).row).toBe(3);
  });

  it('is one that the model has read, if it has read any', () => {
    expect(pickNext(rows, new Map([[2, [1, 0]]]), 'margin', []).row).toBe(2);
  });

  it('knows how much two texts share', () => {
    expect(likeness(wordsOf('Água fria, água.'), wordsOf('ÁGUA quente'))).toBeCloseTo(1 / 3, 12);
    expect(likeness(wordsOf('!?'), wordsOf(''))).toBe(1);
  });

  it('comes from rows spread over all of them', () => {
    expect(spread([1, 2, 3], 3)).toEqual([1, 2, 3]);
    expect(spread([...Array(10).keys()], 4)).toEqual([0, 2, 5, 7]);
  });
});

/** A page with five rows without a label, and a model of two classes. */
function page({ trained = true } = {}) {
  const log = createLog();
  const result = {
    session: { split: { train: 8, valid: 0, test: 2 } },
    report: { test: { accuracy: 0.5, confusion: [[1, 0], [1, 0]] } },
  };
  let at = 0;
  const shares = new Map([['a', [0.9, 0.1]], ['b', [0.5, 0.5]], ['c', [0.6, 0.4]],
    ['d', [0.8, 0.2]], ['e', [0.7, 0.3]]]);
  const app = {
    state: {
      table: { sha256: 'abc', name: 'x.csv' },
      columns: { text: 0, label: 1 },
      inspection: { classes: [{ label: 'ham' }, { label: 'spam' }] },
      edits: { train: { log, held: false } },
      classifier: trained ? { from: 'training' } : null,
      result: trained ? result : null,
      training: null,
    },
    engine: {
      unlabeled: async () => ({
        total: 5, rows: [...shares.keys()].map((text, i) => ({ row: i + 1, text })) }),
      classify: vi.fn(async (texts) => ({
        classes: ['ham', 'spam'], probabilities: texts.map((text) => shares.get(text)) })),
    },
    editOf: (_, row) => log.edits().get(row) ?? null,
    correct: async (changes) => log.apply({ kind: 'change', at: ++at, changes }),
    undo: vi.fn(async () => log.apply({ kind: 'undo', at: ++at })),
    isTraining: () => false,
    isOfTable: (state) => Boolean(state.result),
    train: vi.fn(async () => {}),
  };
  return { app, log, result };
}

async function opened(options) {
  const { app, ...rest } = page(options);
  const model = createQueue(app, () => {});
  await model.load();
  return { app, model, queue: model.queue, ...rest };
}

describe('the queue', () => {
  it('asks by uncertainty, stores each answer, and ends', async () => {
    const { model, queue, log } = await opened();
    const asked = [];
    while (queue.current) {
      asked.push(queue.current.text);
      await model.label('spam');
    }
    expect(asked).toEqual(['b', 'c', 'e', 'd', 'a']);
    expect(log.corrections()).toEqual([1, 2, 3, 4, 5].map((row) => [row, 'spam']));
    expect(model.left()).toBe(0);
  });

  it('skips to the end, goes back over skips and labels, and takes the label away', async () => {
    const { app, model, queue, log } = await opened();
    await model.skip();
    await model.label('ham');
    expect(queue.current.text).toBe('e');
    await model.undo();
    expect([queue.current.text, log.count()]).toEqual(['c', 0]);
    expect(app.undo).toHaveBeenCalledTimes(1);
    await model.undo();
    expect([queue.current.text, model.canUndo()]).toEqual(['b', false]);
    for (let i = 0; i < 5; i++) await model.skip();
    expect(queue.current.text).toBe('b');
  });

  it('takes back its own label where something else was changed since', async () => {
    const { app, model, queue, log } = await opened();
    await model.label('ham');
    await app.correct([{ source: 'train', row: 99, from: 'ham', label: 'spam' }]);
    await model.undo();
    expect(queue.current.text).toBe('b');
    expect(log.corrections()).toEqual([[99, 'spam']]);
  });

  it('trains after so many labels, not before, and asks the new model', async () => {
    const { app, model, queue } = await opened();
    model.trainEvery(2);
    await model.label('ham');
    expect(app.train).not.toHaveBeenCalled();
    await model.label('ham');
    expect(app.train).toHaveBeenCalledTimes(1);
    expect(queue.sinceTraining).toBe(0);
    app.engine.classify.mockClear();
    app.state.result = { ...app.state.result };
    await model.retrained();
    expect(app.engine.classify).toHaveBeenCalledTimes(1);
    expect(queue.history.map(({ labels, accuracy, tested }) => [labels, accuracy, tested]))
      .toEqual([[10, 0.5, 2], [10, 0.5, 2]]);
  });

  it('moves on when its row is labeled elsewhere, and asks again when that is undone', async () => {
    const { app, model, queue } = await opened();
    await app.correct([{ source: 'train', row: 2, from: '', label: 'ham' }]);
    model.edited();
    expect(queue.current.text).toBe('c');
    expect(model.left()).toBe(4);
    await app.undo();
    model.edited();
    expect(model.left()).toBe(5);
  });

  it('works without a model', async () => {
    const { app, model, queue } = await opened({ trained: false });
    expect(app.engine.classify).not.toHaveBeenCalled();
    expect([queue.reading, queue.history, queue.current.text]).toEqual([null, [], 'a']);
    await model.label('new');
    expect(queue.current.text).toBe('b');
  });
});
