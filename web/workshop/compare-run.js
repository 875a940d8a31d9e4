// A comparison runs in the worker: the page pulls slices until it is done. To stop is to ask no
// more; what is done stays.

import { failureOf } from '../ui/failure.js';

/** Milliseconds of work a request. */
const SLICE = 60;
/** Milliseconds between two showings of where it is. */
const SHOW = 200;

/** @param {'comparison'|'learningCurve'} key   where the state keeps it */
export async function runPlan(app, key, plan) {
  const work = { status: 'running', progress: null, report: null, text: null, failure: null };
  const show = (patch) => app.store.set({ [key]: Object.assign(work, patch) });
  show({});
  try {
    await app.engine.startComparison(plan);
    await pull(app, work, show);
    show({ status: work.progress?.done ? 'done' : 'stopped' });
    await app.engine.endComparison();
  } catch (error) {
    show({ status: 'failed', failure: failureOf(error) });
    app.engine.endComparison().catch(() => {}); // what failed may have taken the engine with it
  }
}

async function pull(app, work, show) {
  let shown = 0;
  while (work.status === 'running') {
    const { report, ...progress } = await app.engine.runComparison(SLICE);
    if (report) Object.assign(work, { text: report, report: JSON.parse(report) });
    const isOver = progress.done || work.status !== 'running';
    if (!report && !isOver && performance.now() - shown < SHOW) continue;
    shown = performance.now();
    show({ progress });
    if (progress.done) return;
  }
}

export function stopPlan(app, key) {
  const work = app.state[key];
  if (work?.status !== 'running') return;
  app.store.set({ [key]: Object.assign(work, { status: 'stopped' }) });
}
