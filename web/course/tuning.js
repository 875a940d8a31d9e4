// The tuning that chapter 7's diagrams share: one run in the worker, what it has told so far, and
// the model that comes of it. It outlives the diagram that began it.

/** Milliseconds of the worker's work between two looks at it. */
const SLICE = 120;
/** What can be chosen: all weights, or adapters beside them. */
export const STRATEGIES = ['full', 'lora:8', 'prefix:16', 'prompt:16'];
export const DEFAULT_STRATEGY = 'lora:8';
/** The model's own where it was tuned with one, else the first. */
export const TEMPLATE = '';
/** How models answer, so that the same question gives the same answer again. */
export const SAMPLING = { greedy: true, max_tokens: 48, seed: 1, candidates: 0 };

/**
 * @typedef {object} Tuning
 * @property {import('./instructions.js').Instructions} rows
 * @property {object} told       what instructStart gave: options, trained_parameters, tokens, ...
 * @property {[number, number][]} losses    [update, loss of its batch]
 * @property {[number, number][]} held      [update, held-out loss]
 * @property {object} progress   instructRun's last answer
 * @property {number} seconds    that it has worked
 * @property {boolean} done
 */

/** Of the page: what the worker holds. */
const shared = { tuning: null, opened: null, costs: new Map() };

const now = () => performance.now() / 1000;
/** What the worker is told of a row. */
export const exampleOf = ({ instruction, input, response, language }) => (
  { instruction, input, response, language });

/** What the worker is told of a run. */
const requestOf = (rows, strategy) => ({
  rows: rows.train.map(exampleOf), test: rows.test.map(exampleOf),
  options: { strategy, language: rows.language } });

function take(tuning, progress) {
  for (const { step, loss } of progress.losses ?? []) tuning.losses.push([step, loss]);
  for (const { step, loss } of progress.held_out ?? []) tuning.held.push([step, loss]);
  tuning.progress = progress;
  tuning.done = Boolean(progress.done);
}

async function begin(frame, rows, strategy) {
  const told = await frame.ask('instructStart', requestOf(rows, strategy));
  return { rows, strategy, told, losses: [], held: [], progress: null, seconds: 0, done: false };
}

/** One slice of work, its time counted. */
async function slice(frame, tuning, budget) {
  const from = now();
  take(tuning, await frame.ask('instructRun', budget));
  tuning.seconds += now() - from;
}

/** @param {object} frame   of frame.js */
export function createTuning(frame) {
  let closed = false;
  let stopped = false;

  /** What died in the worker is forgotten; the failure goes on. */
  async function guarded(work) {
    try {
      return await work();
    } catch (error) {
      if (['CRASH', 'AFINA_E_STATE'].includes(error.failure?.code)) shared.tuning = null;
      throw error;
    }
  }

  /** Without a strategy: with any. */
  const fits = (rows, strategy) => shared.tuning?.rows.key === rows.key
    && shared.tuning.strategy === (strategy ?? shared.tuning.strategy);

  return {
    /** @returns {Tuning|null} of these rows and this strategy, or of any */
    of: (rows, strategy) => (fits(rows, strategy) ? shared.tuning : null),
    /** A tuned model from a file: what it is called. */
    opened: () => shared.opened,
    hasModel: () => Boolean(shared.opened || shared.tuning?.done),

    /** Goes on with the run of these rows, or begins it; true when it is done. */
    run: (rows, strategy) => guarded(async () => {
      stopped = false;
      if (!fits(rows, strategy)) {
        shared.tuning = null;
        shared.tuning = await begin(frame, rows, strategy ?? DEFAULT_STRATEGY);
        shared.opened = null;
      }
      const { tuning } = shared;
      while (!tuning.done && !stopped && !closed) {
        await slice(frame, tuning, SLICE);
        frame.redraw();
      }
      return tuning.done;
    }),
    stop: () => {
      stopped = true;
    },
    close: () => {
      closed = true;
    },
    /** The worker has it no more. */
    forget: () => {
      shared.tuning = null;
      shared.opened = null;
    },
    setOpened: (name) => {
      shared.tuning = null;
      shared.opened = name;
    },
    /** Other rows are to tune, or in another way: what runs stops, what was opened is left. */
    leave: () => {
      stopped = true;
      shared.opened = null;
    },

    /**
     * What a strategy would take for these rows, from a few real updates on this machine; the run
     * that there is stays.
     * @returns {Promise<{told: object, memory: number, saved: number, seconds: number}>}
     */
    async cost(rows, strategy) {
      const key = `${rows.key} ${strategy}`;
      if (!shared.costs.has(key)) {
        shared.costs.set(key, await frame.ask('measureTuning', requestOf(rows, strategy)));
      }
      return shared.costs.get(key);
    },
    costs: (rows) => STRATEGIES.map((strategy) => shared.costs.get(`${rows.key} ${strategy}`)),
  };
}

/**
 * A model's answer as it is written.
 * @param {(text: string) => void} onText   told of what there is so far
 * @param {() => boolean} goesOn
 * @returns {Promise<string>}
 */
export async function streamAnswer(frame, { model, example, sampling = SAMPLING },
  onText, goesOn = () => true) {
  const handle = await frame.ask('answerStart', model, exampleOf(example), TEMPLATE, sampling);
  let text = '';
  try {
    for (;;) {
      const next = await frame.ask('generateNext', handle);
      text += next.text ?? '';
      onText(text);
      if (next.done || !goesOn()) return text;
    }
  } finally {
    await frame.ask('generateEnd', handle);
  }
}
