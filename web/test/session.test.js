// A session in the worker over a C library of the test's own: what happens when a step fails.

import { expect, test, vi } from 'vitest';
import { EngineError } from '../engine/failure.js';
import { createSession } from '../engine/session.js';

const diverged = { code: 'AFINA_E_DIVERGED', detail: 'epoch 2, batch 1: no number' };

/** Gives the steps in turn; one that is a failure is thrown. */
function fakeBridge(steps) {
  const calls = [];
  const last = { epoch: 0, train_loss: 0, valid_loss: NaN, valid_accuracy: NaN, seconds: 0 };
  return {
    calls,
    createSession: () => 1,
    describeSession: () => ({ classes: ['a', 'b'] }),
    freeSession: () => calls.push('free'),
    stop: () => calls.push('stop'),
    step() {
      const step = steps.shift();
      if (step.code) throw new EngineError(step);
      return { phase: 'train', epoch: 1, epochs: 3, step: 0, steps: 1, fraction: 0.5, texts: 0,
        loss: NaN, bestEpoch: 0, last, ...step };
    },
  };
}

const start = (steps) => {
  const bridge = fakeBridge(steps);
  return { bridge, session: createSession(bridge, 1, { data: 1 }, {}) };
};

test('a failure before the first epoch is the caller\'s', () => {
  const { session } = start([{ loss: 2 }, diverged]);
  session.run(0);
  expect(() => session.run(0)).toThrow('no number');
});

test('a failure after an epoch worth keeping ends training and tests that epoch', () => {
  const epoch = { epoch: 1, train_loss: 0.5, valid_loss: 0.6, valid_accuracy: 0.7, seconds: 1 };
  const { bridge, session } = start([
    { loss: 0.5, bestEpoch: 1, last: epoch },
    diverged,
    { phase: 'test', bestEpoch: 1, last: epoch },
    { phase: 'done', bestEpoch: 1, fraction: 1, last: epoch }]);
  expect(session.run(0)).toMatchObject({ losses: [{ step: 1, loss: 0.5 }], epochsDone: [epoch] });
  expect(session.run(0)).toMatchObject({ cutShort: diverged, losses: [], epochsDone: [] });
  expect(bridge.calls).toEqual(['stop']);
  expect(session.run(1000)).toMatchObject({ phase: 'done', cutShort: diverged, fraction: 1 });
  expect(session.isDone()).toBe(true);
});

test('a crash is never taken for the end of training', () => {
  const crash = { code: 'CRASH', detail: 'unreachable' };
  const { session } = start([{ bestEpoch: 1 }, crash]);
  session.run(0);
  expect(() => session.run(0)).toThrow('unreachable');
});

test('without validation rows the numbers that are not there are null', () => {
  const last = { epoch: 1, train_loss: 0.5, valid_loss: NaN, valid_accuracy: NaN, seconds: 1 };
  const { session } = start([{ last }]);
  expect(session.run(0).epochsDone).toEqual([{ ...last, valid_loss: null, valid_accuracy: null }]);
});

test('the speed is that of the training, whatever comes behind it', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const { bridge, session } = start([
    { phase: 'ngrams', fraction: 0.02 },
    { phase: 'train', fraction: 0.1 },
    { phase: 'validate', texts: 300, fraction: 0.9 },
    { phase: 'ngrams', texts: 300, fraction: 0.95 },
    { phase: 'done', texts: 300, fraction: 1 }]);
  const { step } = bridge;
  bridge.step = () => {
    vi.advanceTimersByTime(3000);
    return step();
  };
  expect(session.run(0)).toMatchObject({ phase: 'ngrams', examplesPerSecond: 0, secondsLeft: -1 });
  expect(session.run(0)).toMatchObject({ phase: 'train', examplesPerSecond: 0 });
  expect(session.run(0)).toMatchObject({ phase: 'validate', examplesPerSecond: 100 });
  expect(session.run(0)).toMatchObject({ phase: 'ngrams', examplesPerSecond: 100 });
  expect(session.run(0)).toMatchObject({ phase: 'done', examplesPerSecond: 100, secondsLeft: 0 });
  vi.useRealTimers();
});
