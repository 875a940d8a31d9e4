// What the training that is set up would take of memory, told before it begins.

import { number, t } from '../i18n/index.js';
import { fill, h } from './dom.js';
import { optionsOf } from './setup.js';

const MEGABYTE = 2 ** 20;
const keeps = { f32: 'memory.f32', f16: 'memory.f16' };
const instead = { 'last:1': 'memory.last', head: 'memory.head' };
const megabytes = (bytes) => number(bytes / MEGABYTE, bytes < 10 * MEGABYTE ? 1 : 0);

/** Asks the engine whenever data or options have changed; only the last answer counts. */
function ask(app) {
  let asked = 0;
  app.store.watch(['inspection', 'inspecting', 'setup'], async ({ inspection, inspecting }) => {
    const question = ++asked;
    if (!inspection || inspecting) return;
    // What cannot be trained on, or is no option, is told where it is chosen.
    const need = await app.engine.measureMemory(optionsOf(app.state.setup)).catch(() => null);
    if (question === asked) app.store.set({ memory: need });
  });
}

const isTooMuch = (memory) => memory?.available != null && memory.total > memory.available;

/** "Takes 96 MB of memory: weights 20, ..." */
export function memoryParts(app) {
  ask(app);
  const line = h('p', { class: 'hint memory' });
  app.store.watch(['memory'], ({ memory }) => {
    line.hidden = !memory;
    if (!memory) return;
    const { weights, gradients, moments, activations, cache, ngrams } = memory;
    const kept = cache ? t(keeps[memory.cache_kind], { size: megabytes(cache) }) : '';
    const parts = t('memory.parts', {
      total: megabytes(memory.total),
      weights: megabytes(weights),
      learning: megabytes(gradients + moments),
      activations: megabytes(activations),
      ngrams: megabytes(ngrams),
    });
    line.textContent = [parts, kept].filter(Boolean).join(' ');
  });
  return line;
}

/** That it does not fit, and what would. */
export function memoryWarning(app) {
  const note = h('p', { class: 'note', role: 'status' });
  app.store.watch(['memory'], ({ memory }) => {
    note.hidden = !isTooMuch(memory);
    if (note.hidden) return;
    const fitting = ['last:1', 'head'].filter((name) => memory[name] <= memory.available);
    fill(
      note,
      t('memory.tooMuch', {
        total: megabytes(memory.total),
        available: megabytes(memory.available),
      }),
      ' ',
      fitting.length === 0
        ? t('memory.smaller')
        : fitting
            .map((name) => t(instead[name], { size: megabytes(memory[name]) }))
            .join(' '),
    );
  });
  return note;
}
