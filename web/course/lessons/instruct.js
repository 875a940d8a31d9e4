// Instruction tuning: rows as the model sees them, a run in slices that the page asks for, and what
// models answer.

import { loadDelta, readDelta } from '../../engine/delta.js';
import { bytesOf, fail } from '../../engine/failure.js';
import { packModel, readModelFiles } from '../../engine/model_files.js';
import { inCharacters } from './places.js';

const FILES = ['config', 'weights', 'tokenizer'];
const decoder = new TextDecoder();
const seconds = () => performance.now() / 1000;
const asBlob = (value) => new Blob([value], { type: 'application/octet-stream' });
const jsonBlob = (value) => new Blob([JSON.stringify(value)], { type: 'application/json' });

/** A template by its name, as {template, language}; '' is the model's own. */
const formOf = (template) => (typeof template === 'object' && template ? template
  : { template: template ?? '', language: '' });

/**
 * @typedef {{instruction: string, input?: string, response?: string, language?: 'en'|'pt'}} Row
 */

/**
 * @param {import('../service.js').Context} context
 * @param {object} writing   generateStart, generateNext and generateEnd of language.js
 */
export function createInstruct({ bridge, model, keepModel }, writing) {
  /** By the name that their models get: handle, rows (handle), given, base, losses, held_out, at,
   * taken. */
  const runs = new Map();

  const find = (name = 'tuned') => runs.get(name)
    ?? fail('AFINA_E_STATE', 'No instruction tuning has begun.');

  async function drop(name = 'tuned') {
    const run = runs.get(name);
    if (!run) return;
    runs.delete(name);
    const own = await bridge();
    own.freeInstruct(run.handle);
    own.freeInstructions(run.rows);
  }

  /** A run's model is the run's as it is now. */
  async function fresh(name) {
    const run = runs.get(name);
    if (!run || run.taken === run.at.step) return;
    await keepModel(name, (await bridge()).instructModel(run.handle));
    run.taken = run.at.step;
  }

  /** Opens a run that `make` makes of the rows. */
  async function open(name, { rows: given, test = [] }, kept, make) {
    const own = await bridge();
    const rows = own.createInstructions();
    try {
      own.addInstructions(rows, 'train', given);
      if (test.length) own.addInstructions(rows, 'valid', test);
      const handle = make(own, rows);
      await drop(name);
      runs.set(name, { handle, rows, given: { rows: given, test }, losses: [], held_out: [],
        at: { step: 0, tokens: 0, epochs_done: 0, done: false }, ...kept });
    } catch (error) {
      own.freeInstructions(rows);
      throw error;
    }
    const run = find(name);
    return { ...own.describeInstruct(run.handle), base: run.base, losses: run.losses,
      held_out: run.held_out };
  }

  /** One unit of work, and what it measured. */
  function step(own, run) {
    const at = own.stepInstruct(run.handle, seconds());
    if (at.step > run.at.step) run.losses.push({ step: at.step, loss: at.loss });
    if (at.epochs_done > run.at.epochs_done && at.valid_loss !== null) {
      run.held_out.push({ step: at.step, loss: at.valid_loss });
    }
    run.at = at;
  }

  /** @param {object} sampling   of generateStart */
  async function answerStart(name, row, template, sampling) {
    await fresh(name);
    const prompt = (await bridge()).instructionPrompt(model(name), row, formOf(template));
    return writing.generateStart(name, prompt, sampling);
  }

  async function answer(name, row, template, sampling) {
    const handle = await answerStart(name, row, template, { ...sampling, candidates: 0 });
    let text = '';
    try {
      for (;;) {
        const next = await writing.generateNext(handle);
        text += next.text;
        if (next.done) return text.trim();
      }
    } finally {
      await writing.generateEnd(handle);
    }
  }

  return {
    /**
     * @param {Row} row   without a response: what a model is given to answer
     * @param {string|{template: string, language: string}} [template]
     * @returns {Promise<{text: string, prompt_bytes: number, parts: {kind: string, start: number,
     *   end: number}[], tokens: {id: number, text: string, start: number, end: number,
     *   counted: boolean}[], template: string, language: string, truncated: boolean}>}
     */
    async formatExample(row, template, name = 'shipped') {
      const told = (await bridge()).formatInstruction(model(name), row, formOf(template));
      return { ...told, parts: inCharacters(told.text, told.parts),
        tokens: inCharacters(told.text, told.tokens) };
    },

    /**
     * Of each token of a row, how well a model predicts it; null for the first, and for what lies
     * beyond the context.
     */
    async exampleLosses(name, row, template) {
      await fresh(name);
      const own = await bridge();
      const { text } = own.formatInstruction(model(name), row, formOf(template));
      const told = own.instructLosses(model(name), row, formOf(template));
      return { ...told, tokens: inCharacters(text, told.tokens) };
    },

    /**
     * @param {{rows: Row[], test?: Row[], options?: object, model?: string}} asked   test: held out
     * @param {string} [name]   of the tuned model, and so of the run; one that has it is ended
     * @returns {Promise<object>}   afina_instruct_describe's document
     */
    instructStart: ({ rows, test, options = {}, model: base = 'shipped' }, name = 'tuned') => open(
      name, { rows, test }, { base },
      (own, handle) => own.createInstruct(model(base), handle, options)),

    /**
     * Works for so many milliseconds, one part of a batch at least.
     *
     * @returns {Promise<{phase: string, epoch: number, epochs: number, step: number, steps: number,
     *   fraction: number, tokens: number, losses: {step: number, loss: number}[],
     *   held_out: {step: number, loss: number}[], learning_rate: number|null,
     *   gradient_norm: number|null, train_loss: number|null, valid_loss: number|null,
     *   tokens_per_second: number, done: boolean}>}   step: updates done; tokens: that counted;
     *   losses, held_out: those of this slice
     */
    async instructRun(budget, name = 'tuned') {
      const run = find(name);
      const { losses, held_out, at: before } = run;
      const own = await bridge();
      const [first, measured, start] = [losses.length, held_out.length, seconds()];
      do step(own, run); while (!run.at.done && seconds() - start < budget / 1000);
      const spent = seconds() - start;
      if (run.at.done) await fresh(name);
      const { loss: _, ...at } = run.at;
      return { ...at, losses: losses.slice(first), held_out: held_out.slice(measured),
        tokens_per_second: spent > 0 ? (at.tokens - before.tokens) / spent : 0 };
    },

    /** The run's model as it is now, under its name. */
    async instructModel(name = 'tuned') {
      find(name);
      await fresh(name);
    },
    instructReport: async (name) => (await bridge()).reportInstruct(find(name).handle),
    instructEnd: drop,

    /** All that it takes to go on, beside the model that it began from. */
    async instructCheckpoint(name) {
      const { handle, given, base, losses, held_out } = find(name);
      const own = await bridge();
      const { options } = own.describeInstruct(handle);
      return { files: { state: asBlob(own.instructState(handle)), rows: jsonBlob(given),
        options: jsonBlob({ options, base, losses, held_out }) } };
    },

    /** Goes on from a checkpoint's files; gives what instructStart gives. */
    async instructResume(files, name = 'tuned') {
      const names = ['state', 'rows', 'options'];
      const missing = names.find((each) => !files[each]);
      if (missing) fail('CHECKPOINT_FILE', `The checkpoint has no ${missing}.`, { file: missing });
      const [state, rows, noted] = await Promise.all(names.map((each) => bytesOf(files[each])));
      const { base, losses, held_out } = readNoted(rows, noted);
      const told = await open(name, JSON.parse(decoder.decode(rows)), { base, losses, held_out },
        (own, handle) => own.resumeInstruct(model(base), handle, state));
      const step = losses.at(-1)?.step ?? 0;
      Object.assign(find(name).at, { step, epochs_done: held_out.length });
      return told;
    },

    answerStart,

    /**
     * What a model answers, beside what it should: a few rows at a time, as each takes a while.
     *
     * @returns {Promise<{answer: string, exact: boolean, f1: number, precision: number,
     *   recall: number, response_loss: number, response_perplexity: number}[]>}
     */
    async scoreAnswers(name, rows, template, sampling) {
      const scores = [];
      for (const row of rows) {
        const text = await answer(name, row, template, sampling);
        const own = await bridge();
        const { response_loss, response_perplexity } =
          own.instructLosses(model(name), row, formOf(template));
        scores.push({ answer: text, ...own.scoreAnswer(text, row.response), response_loss,
          response_perplexity });
      }
      return scores;
    },

    /** Bytes of the file that 'delta' saves. */
    tunedSize: async () => (
      { saved: (await bridge()).instructDelta(find().handle, false).length }),

    /** @param {'delta'|'folder'} kind @returns {Promise<Blob>} */
    async saveTuned(kind) {
      const own = await bridge();
      if (kind === 'delta') return asBlob(own.instructDelta(find().handle, false));
      const run = runs.get('tuned');
      await fresh('tuned');
      const files = Object.fromEntries(
        FILES.map((file) => [file, asBlob(own.saveModel(model('tuned'), file))]));
      return packModel(files, JSON.stringify(run ? own.reportInstruct(run.handle) : {}));
    },

    /** A tuned model from files: a delta of the shipped one, or a model's folder or zip. */
    async openTuned(files) {
      const own = await bridge();
      const delta = await readDelta(files);
      const handle = delta ? loadDelta(own, model('shipped'), delta)
        : own.loadModel(await readModelFiles(files));
      if (own.describeModel(handle).classes.length) {
        own.freeModel(handle);
        fail('AFINA_E_UNSUPPORTED', 'This is a classifier; it answers no instructions.');
      }
      await drop();
      return keepModel('tuned', handle);
    },
  };
}

const isMeasured = (list) => Array.isArray(list) && list.every(
  (each) => Number.isFinite(each?.step) && Number.isFinite(each?.loss));

/** What a checkpoint says of itself; hostile, as the files may come from anywhere. */
function readNoted(rows, noted) {
  const damaged = () => fail('CHECKPOINT_DAMAGED', 'The options of the checkpoint are damaged.');
  let given;
  let told;
  try {
    given = JSON.parse(decoder.decode(rows));
    told = JSON.parse(decoder.decode(noted));
  } catch {
    damaged();
  }
  const { base = 'shipped', losses = [], held_out = [] } = told ?? {};
  if (!Array.isArray(given?.rows) || !Array.isArray(given.test ?? []) || !isMeasured(losses)
    || !isMeasured(held_out)) {
    damaged();
  }
  return { base: String(base), losses, held_out };
}
