// The pretraining run that chapter 5's diagrams share: one at a time in the worker, kept by itself
// in the browser's file system while it goes on.

import { currentLanguage } from '../i18n/index.js';
import { createCheckpoints } from './checkpoints.js';
import './pretraining.css';

const stories = import.meta.glob('./data/story-*.txt', { query: '?raw', import: 'default' });

/** Our own texts by language, for a reader who has none at hand. */
export async function loadStories() {
  const load = (language) => stories[`./data/story-${language}.txt`]();
  const [pt, en] = await Promise.all(['pt', 'en'].map(load));
  return { mine: currentLanguage() === 'pt-BR' ? pt : en,
    isOurs: (text) => [pt, en].some((each) => each.trim() === text.trim()) };
}

/** Milliseconds until the first saving, and between two, which also take no more than a twentieth
 * of the time. */
const SAVE_FIRST = 1500;
const SAVE_EVERY = 8000;
const SAVE_SHARE = 20;
/** So long after the last update a run that rests is saved. */
const SAVE_AT_REST = 700;
const SAMPLE_TOKENS = 48;
/** A run of ours, where there is none to look at: it takes a second or two. */
const QUICK = { width: 32, layers: 2, heads: 4, context: 32, vocabulary: 384 };
const QUICK_OPTIONS = { context: 32, batch: 4, tokens: 60 * 4 * 32, lr: 0.005 };

const runs = new WeakMap();

/** @param {{ask: Function, model: Function}} frame   of frame.js */
export function pretrainingOf(frame) {
  if (!runs.has(frame.ask)) runs.set(frame.ask, createRun(frame.ask));
  return runs.get(frame.ask);
}

function createRun(ask) {
  const checkpoints = createCheckpoints();
  const run = {
    checkpoints,
    /**
     * What pretrainStart told, and with each slice what is new: {name, created, options,
     * parameters, tensors, tokens, step, steps, tokens_done, losses, held_out, learning_rate,
     * gradient_norm, tokens_per_second, done, entry, savedStep}; null: no run.
     */
    state: null,
    /** {step, text} that the model wrote last. */
    sample: null,
    /** What a saving at rest met with. */
    onTrouble: () => {},
    onSaved: () => {},
    start, resume, slice, write, save, look, batch: () => ask('pretrainBatch'),
  };
  let savedAt = 0;
  let saveTook = 0;
  let resting = 0;
  let keeps = null;
  /** A run that is being brought back: nothing else is asked before it is. */
  let returning = Promise.resolve();

  function take(about, more) {
    run.state = { learning_rate: 0, gradient_norm: 0, tokens_per_second: 0, savedStep: -1,
      entry: null, created: Date.now(), ...about, ...more,
      losses: [...about.losses], held_out: [...about.held_out] };
    run.sample = null;
    savedAt = performance.now();
  }

  /** @param {{model: 'nano'|'shipped', name: string, text: string, sizes: object,
   *           options: object}} asked */
  async function start({ model, name, text, sizes, options }) {
    clearTimeout(resting);
    await returning;
    if (model === 'nano') await ask('createNano', { text, ...sizes });
    take(await ask('pretrainStart', { model, text, options }), { name, model, text });
  }

  async function resume(id) {
    clearTimeout(resting);
    await returning;
    const { entry, files } = await checkpoints.files(id);
    const about = await ask('pretrainResume', files);
    take(about, { name: entry.name, model: about.base, created: entry.created, entry,
      text: await files.text.text(), savedStep: about.step, began: entry.numerics });
  }

  /** Updates for so many milliseconds; at least one. */
  async function slice(budget) {
    clearTimeout(resting);
    await returning;
    const { losses, held_out, tokens, ...now } = await ask('pretrainRun', budget);
    run.state.losses.push(...losses);
    run.state.held_out.push(...held_out);
    Object.assign(run.state, now, { tokens_done: tokens });
    const since = performance.now() - savedAt;
    const due = run.state.savedStep < 0 ? SAVE_FIRST : Math.max(SAVE_EVERY, SAVE_SHARE * saveTook);
    if (now.done || since > due) await save();
    else resting = setTimeout(() => save().catch(run.onTrouble), SAVE_AT_REST);
  }

  async function write(prompt, seed = 1) {
    const { step } = run.state;
    const handle = await ask('generateStart', 'pretrained', prompt,
      { max_tokens: SAMPLE_TOKENS, temperature: 0.7, seed, candidates: 0 });
    let text = '';
    for (let done = false; !done;) {
      const token = await ask('generateNext', handle);
      text += token.text;
      done = token.done;
    }
    await ask('generateEnd', handle);
    run.sample = { step, prompt, text };
  }

  /** Once the run has moved; where there is no place for it, nothing. */
  async function save() {
    keeps ??= checkpoints.available();
    const { state } = run;
    if (!state || state.savedStep === state.step || !(await keeps)) return;
    const begun = performance.now();
    const { step, steps, losses, held_out, name, created, numerics } = state;
    const { files } = await ask('pretrainCheckpoint');
    const loss = held_out.at(-1)?.loss ?? losses.at(-1)?.loss;
    const entry = await checkpoints.save(state.entry?.id ?? null,
      { name, created, step, steps, loss, numerics }, files);
    Object.assign(state, { entry, savedStep: step });
    savedAt = performance.now();
    saveTook = savedAt - begun;
    run.onSaved(entry);
  }

  /** Makes room for another run; what it gives brings this one back. */
  async function aside() {
    clearTimeout(resting);
    const { state, sample } = run;
    const { files } = await ask('pretrainCheckpoint');
    return () => {
      clearTimeout(resting);
      Object.assign(run, { state, sample });
      returning = ask('pretrainResume', files).then(() => {}, () => {
        run.state = null;
      });
    };
  }

  /**
   * A run that can go on: the one at work, else the last one kept, else one of ours, so named, of
   * so many updates.
   *
   * @returns {Promise<(() => void)|null>} what brings back a run that is done
   */
  async function look(name, updates) {
    await returning;
    if (run.state && !run.state.done) return null;
    if (!run.state && await checkpoints.available()) {
      const [last] = await checkpoints.list();
      if (last?.step < last?.steps) {
        await resume(last.id);
        return null;
      }
    }
    const bringBack = run.state ? await aside() : null;
    await start({ model: 'nano', name, text: (await loadStories()).mine, sizes: QUICK,
      options: QUICK_OPTIONS });
    while (run.state.step < updates) await slice(0);
    return bringBack;
  }

  return run;
}
