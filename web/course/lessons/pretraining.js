// Pretraining in slices that the page asks for, and what of it can be kept: a checkpoint is the
// model's config and tokenizer, the state, the text and the options, as `afina nano` writes them.

import { bytesOf, fail } from '../../engine/failure.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A text that is too short is no table without columns: its failure has words of its own. */
export function aboutText(work) {
  try {
    return work();
  } catch (error) {
    if (error.failure?.code === 'AFINA_E_DATA') fail('TEXT_UNUSABLE', error.failure.detail);
    throw error;
  }
}

/** @param {import('../service.js').Context} context */
export function createPretraining({ bridge, hold, keepModel }) {
  /** handle, text (bytes), base (name of the model it began from), losses, held_out, at */
  let run = null;

  const need = () => run ?? fail('AFINA_E_STATE', 'No pretraining has begun.');
  const now = () => performance.now();

  async function open(handle, own, kept) {
    await drop();
    run = { handle, losses: [], held_out: [], ...kept };
    run.at = own.stepPretraining(handle, true);
    if (run.at.step === 0 && run.at.held_out !== null && run.held_out.length === 0) {
      run.held_out.push({ step: 0, loss: run.at.held_out });
    }
    return { ...own.describePretraining(handle), ...told() };
  }

  /** All that has been measured: of a run that was taken up, also before that. */
  const told = () => ({ base: run.base, step: run.at.step, steps: run.at.steps,
    tokens_done: run.at.tokens, done: run.at.done, losses: run.losses, held_out: run.held_out });

  async function drop() {
    if (!run) return;
    (await bridge()).freePretraining(run.handle);
    run = null;
  }

  /** 'pretrained' is the run's model as it is now. */
  async function fresh(name) {
    if (name !== 'pretrained' || !run || run.taken === run.at.step) return;
    await keepModel('pretrained', (await bridge()).pretrainedModel(run.handle));
    run.taken = run.at.step;
  }

  return {
    fresh,

    /** @param {{model: string, text: string, options?: object}} asked */
    async pretrainStart({ model, text, options = {} }) {
      const own = await bridge();
      const bytes = encoder.encode(text);
      const held = await hold(model);
      try {
        const handle = aboutText(() => own.createPretraining(held.handle, bytes, options));
        return await open(handle, own, { text: bytes, base: model });
      } finally {
        held.release();
      }
    },

    /**
     * Updates for so many milliseconds, one at least.
     *
     * @returns {Promise<{step: number, steps: number, tokens: number,
     *   losses: {step: number, loss: number}[], held_out: {step: number, loss: number}[],
     *   learning_rate: number, gradient_norm: number, tokens_per_second: number,
     *   done: boolean}>}   losses: those of this slice
     */
    async pretrainRun(budget) {
      const { handle, at: before, losses, held_out } = need();
      const own = await bridge();
      const [first, measured] = [losses.length, held_out.length];
      const start = now();
      do {
        const at = own.stepPretraining(handle, false);
        if (at.step === run.at.step) break;
        run.at = at;
        losses.push({ step: at.step, loss: at.loss });
        if (at.held_out !== null) held_out.push({ step: at.step, loss: at.held_out });
      } while (!run.at.done && now() - start < budget);
      const seconds = (now() - start) / 1000;
      const { loss: _, held_out: __, ...at } = run.at;
      return { ...at, losses: losses.slice(first), held_out: held_out.slice(measured),
        tokens_per_second: seconds > 0 ? (at.tokens - before.tokens) / seconds : 0 };
    },

    /** The last update's windows, each token with its loss before it. */
    pretrainBatch: async () => (await bridge()).pretrainingBatch(need().handle),

    /** The run's model as it is now, under the name 'pretrained'. */
    async pretrainModel() {
      need();
      await fresh('pretrained');
    },

    /** All that it takes to go on anywhere. @returns {Promise<{files: Record<string, Blob>}>} */
    async pretrainCheckpoint() {
      const own = await bridge();
      const { handle, text, base, losses, held_out } = need();
      const { options, numerics } = own.describePretraining(handle);
      const model = own.pretrainedModel(handle);
      try {
        const noted = JSON.stringify({ options, numerics, base, losses, held_out });
        return { files: {
          config: new Blob([own.saveModel(model, 'config')]),
          tokenizer: new Blob([own.saveModel(model, 'tokenizer')]),
          state: new Blob([own.pretrainingState(handle)]),
          text: new Blob([text]),
          options: new Blob([noted], { type: 'application/json' }),
        } };
      } finally {
        own.freeModel(model);
      }
    },

    /** Goes on from a checkpoint's files; gives what pretrainStart gives, and what was measured. */
    async pretrainResume(files) {
      const own = await bridge();
      const names = ['config', 'tokenizer', 'state', 'text', 'options'];
      const missing = names.find((name) => !files[name]);
      if (missing) fail('CHECKPOINT_FILE', `The checkpoint has no ${missing}.`, { file: missing });
      const [config, tokenizer, state, text, noted] =
        await Promise.all(names.map((name) => bytesOf(files[name])));
      const { options, base, losses, held_out } = readNoted(decoder.decode(noted));
      const model = own.loadModel({ config, tokenizer, weights: state });
      try {
        const handle = aboutText(() => own.resumePretraining(model, text, options, state));
        return await open(handle, own, { text, base, losses, held_out });
      } finally {
        own.freeModel(model);
      }
    },

    pretrainEnd: drop,
  };
}

const measured = (list) => Array.isArray(list) && list.every(
  (each) => Number.isFinite(each?.step) && Number.isFinite(each?.loss));

/** options.json: what a checkpoint says of itself; hostile, as the file may come from anywhere. */
function readNoted(text) {
  const damaged = () => fail('CHECKPOINT_DAMAGED', 'The options of the checkpoint are damaged.');
  let noted;
  try {
    noted = JSON.parse(text);
  } catch {
    damaged();
  }
  const { options, base = '', losses = [], held_out = [] } = noted ?? {};
  if (typeof options !== 'object' || options === null || !measured(losses) || !measured(held_out)) {
    damaged();
  }
  return { options, base: String(base), losses, held_out };
}
