// The language model: how well it predicts a text, what it writes. Pretraining is beside it.

import { fail } from '../../engine/failure.js';
import { inCharacters } from './places.js';
import { aboutText, createPretraining } from './pretraining.js';

/** As many as a diagram can show. */
const CANDIDATES = 20;

const SAMPLING = { greedy: false, temperature: 0.8, top_k: 0, top_p: 1, seed: 1, max_tokens: 60 };

/** @param {import('../service.js').Context} context */
export function createLanguage(context) {
  const { bridge, model, keepModel, hold } = context;
  const generators = new Map();
  let last = 0;
  const { fresh, ...pretraining } = createPretraining(context);

  const find = (handle) => generators.get(handle)
    ?? fail('AFINA_E_STATE', 'This text has been written to its end.');

  return {
    ...pretraining,
    perplexity: async (name, text) => {
      await fresh(name);
      const own = await bridge();
      return aboutText(() => own.perplexity(model(name), text));
    },

    /**
     * Of each token of the text's first window: what the model expected in its place.
     *
     * @returns {Promise<{tokens: {id: number, text: string, start: number, end: number,
     *   loss: number, probability: number, rank: number,
     *   top: {id: number, text: string, probability: number}[]}[], loss: number,
     *   perplexity: number, bits_per_byte: number, truncated: boolean}>}   start, end: of the
     *   string; rank: 1 for the most probable
     */
    async look(name, text, candidates = CANDIDATES) {
      await fresh(name);
      const own = await bridge();
      const found = aboutText(() => own.look(model(name), text, candidates));
      return { ...found, tokens: inCharacters(text, found.tokens) };
    },

    /** A small model with random weights, 'nano', whose tokenizer is learned on the text. */
    async createNano({ text, ...sizes }) {
      const own = await bridge();
      const bytes = new TextEncoder().encode(text);
      return keepModel('nano', aboutText(() => own.createModel(bytes, sizes)));
    },

    /** @returns {Promise<number>} what generateNext and generateEnd take */
    async generateStart(name, prompt, { candidates = CANDIDATES, ...options } = {}) {
      await fresh(name);
      const own = await bridge();
      const held = await hold(name);
      let generator;
      try {
        generator = own.createGenerator(held.handle, prompt, { ...SAMPLING, ...options });
      } catch (error) {
        held.release();
        throw error;
      }
      generators.set(++last, { generator, held, candidates });
      return last;
    },

    /**
     * @returns {Promise<{done: boolean, id?: number, text: string, candidates: {id: number,
     *   text: string, probability: number, share: number, kept: boolean}[]}>}   done: nothing was
     *   written: the end-of-text token was drawn, whose candidates these are, or all max_tokens
     *   had been
     */
    async generateNext(handle) {
      const { generator, candidates } = find(handle);
      return (await bridge()).nextToken(generator, candidates);
    },

    async generateEnd(handle) {
      const ended = generators.get(handle);
      if (!ended) return;
      generators.delete(handle);
      (await bridge()).freeGenerator(ended.generator);
      ended.held.release();
    },
  };
}
