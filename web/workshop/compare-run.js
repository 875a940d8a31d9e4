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
    // The engine runs one at a time: until this one has ended there, no other may begin.
    await app.engine.endComparison();
    show({ status: work.progress?.done ? 'done' : 'stopped' });
  } catch (error) {
    await app.engine.endComparison().catch(() => {}); // what failed may have taken it along
    show({ status: 'failed', failure: failureOf(error) });
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

/** Until the engine has ended it. */
export const isRunning = (work) => ['running', 'stopping'].includes(work?.status);

export function stopPlan(app, key) {
  const work = app.state[key];
  if (work?.status !== 'running') return;
  app.store.set({ [key]: Object.assign(work, { status: 'stopping' }) });
}
