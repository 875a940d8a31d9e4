// Training: the page pulls slices of work until it is done; to stop is to ask for the end. The
// previous result stays until the new one is there.

import { t } from '../i18n/index.js';
import { h } from './dom.js';
import { failureOf } from './failure.js';
import { optionsOf } from './setup.js';

/** Milliseconds of work a request: short enough that the worker answers typing at once. */
const SLICE = 40;
/** Milliseconds between two showings of where it is: drawing takes from the cores that train. */
const SHOW = 200;

/** What corrections changed is looked at by few: the code comes behind the page's own. */
export const loadChanges = () => import('./changes-box.js');

export function trainActions(app) {
  const { store } = app;
  let stopAsked = false;

  /** @param {object} [options]   of a run before; without them those of the setup */
  async function train(options) {
    await app.settleEdits();
    if (isTraining() || !app.state.inspection) return;
    const { model, setup } = app.state;
    stopAsked = false;
    const started = Date.now();
    const data = dataNow();
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
      const before = await app.engine.tested();
      update({ session: await app.engine.startSession(options ?? optionsOf(setup)) });
      await pull(training, update).finally(() => {
        document.title = t('app.title');
      });
      const report = await app.engine.report();
      const changes = await changesSince(before, data).catch(cannotCompare);
      const source = { model: model.info.name, ...data };
      const result = { report, session: training.session, source, changes };
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

  /** What is trained on: file, columns and corrections. */
  function dataNow() {
    const { table: { name }, testTable, sample } = app.state;
    const [corrections, corrected] = [app.corrections(), app.countEdits()];
    const testName = testTable?.name ?? null;
    return { name, sample, testName, place: app.place(), corrections, corrected };
  }

  /** What draws what corrections changed, where the run before was on this table without them. */
  async function changesSince(before, { place, corrections }) {
    const last = app.state.result?.source;
    if (!before || last?.place !== place) return null;
    if (JSON.stringify(last.corrections) === JSON.stringify(corrections)) return null;
    const [{ drawChanges }, now] = await Promise.all([loadChanges(), app.engine.tested()]);
    return drawChanges(before, now);
  }

  /** The result is there all the same: what stands in the comparison's place says why it is not. */
  function cannotCompare(error) {
    const { detail } = failureOf(error);
    return () => h('p', { class: 'hint changes' }, t('workshop.failed', { detail }));
  }

  /** The same options once more, on the rows as they are corrected now. */
  const retrain = () => train(app.state.result?.session.options);

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

  return { train, retrain, stopTraining, isTraining };
}
