// Training: the page pulls slices of work until it is done; to stop is to ask for the end. The
// previous result stays until the new one is there.

import { t } from '../i18n/index.js';
import { failureOf } from './failure.js';
import { optionsOf } from './setup.js';

/** Milliseconds of work a request: short enough that the worker answers typing at once. */
const SLICE = 40;
/** Milliseconds between two showings of where it is: drawing takes from the cores that train. */
const SHOW = 200;

export function trainActions(app) {
  const { store } = app;
  let stopAsked = false;

  async function train() {
    const { model, setup, table, testTable, sample } = app.state;
    stopAsked = false;
    const started = Date.now();
    const training = {
      status: 'running',
      progress: null,
      losses: [],
      epochs: [],
      session: null,
      failure: null,
    };
    const update = (patch) => store.set({ training: Object.assign(training, patch) });
    update({});
    try {
      update({ session: await app.engine.startSession(optionsOf(setup)) });
      await pull(training, update).finally(() => {
        document.title = t('app.title');
      });
      const report = await app.engine.report();
      const testName = testTable?.name ?? null;
      const source = { model: model.info.name, name: table.name, sample, testName };
      const result = { report, session: training.session, source };
      store.set({
        result,
        modelSaved: false,
        cell: null,
        classifier: { classes: training.session.classes, from: 'training' },
      });
      update({ status: 'done' });
      const saved = await app.findSaved();
      if (saved?.savedAt >= started) store.set({ modelSaved: true });
    } catch (error) {
      update({ status: 'failed', failure: failureOf(error) });
    }
  }

  /**
   * Runs slices until the engine says done. One is asked for ahead, so that the engine goes on
   * while the page draws; the last of these finds nothing left to do.
   */
  async function pull(training, update) {
    const ask = () => {
      const reply = app.engine.run(SLICE);
      reply.catch(() => {}); // told where it is awaited
      return reply;
    };
    let ahead = ask();
    let shown = 0;
    for (;;) {
      const reply = ahead;
      ahead = ask();
      if (stopAsked) {
        stopAsked = false;
        await app.engine.stop();
      }
      const progress = await reply;
      training.losses.push(...progress.losses);
      training.epochs.push(...progress.epochsDone);
      const isDone = progress.phase === 'done';
      if (!isDone && performance.now() - shown < SHOW) continue;
      shown = performance.now();
      update({ progress });
      if (isDone) return;
      document.title = t('app.titleTraining', { percent: Math.floor(progress.fraction * 100) });
    }
  }

  function stopTraining() {
    if (app.state.training?.status !== 'running') return;
    stopAsked = true;
    store.set({ training: Object.assign(app.state.training, { status: 'stopping' }) });
  }

  const isTraining = () => ['running', 'stopping'].includes(app.state.training?.status);

  /** The tab asks before it closes on work that would be lost. */
  addEventListener('beforeunload', (event) => {
    const { result, modelSaved } = app.state;
    if (isTraining() || (result && !modelSaved)) event.preventDefault();
  });

  return { train, stopTraining, isTraining };
}
