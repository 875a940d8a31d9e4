// The language model's calls; src/wasm_language.c is the other side.

const UPDATE_NUMBERS = 8;
const encoder = new TextEncoder();

export const languageCalls = (module, { attempt, bytes, guard, handle, json, lend, reply,
  runtime }) => ({
  /** @returns {{loss: number, perplexity: number, bitsPerByte: number, tokens: number}} */
  perplexity: (model, text) => lend([encoder.encode(text), new Float64Array(5)],
    (at, size, numbers) => {
      attempt(() => module._afina_wasm_perplexity(reply, runtime, model, at, size, numbers));
      const [loss, perplexity, bitsPerByte, tokens] =
        new Float64Array(module.HEAPU8.buffer, numbers, 5);
      return { loss, perplexity, bitsPerByte, tokens };
    }),
  /** afina_look's document: start and end count bytes. */
  look: (model, text, candidates) => lend([encoder.encode(text)], (at, size) => json(
    () => module._afina_wasm_look(reply, runtime, model, at, size, candidates))),
  /** @param {Uint8Array} text   @param {object} sizes   options of afina_model_create */
  createModel: (text, sizes) => lend([text, encoder.encode(JSON.stringify(sizes))],
    (...places) => handle(() => module._afina_wasm_model_create(reply, ...places))),

  createGenerator: (model, prompt, { greedy, temperature, top_k, top_p, seed, max_tokens }) =>
    lend([encoder.encode(prompt)], (at, size) => handle(
      () => module._afina_wasm_generator_create(reply, runtime, model, at, size, greedy ? 1 : 0,
        temperature, top_k, top_p, seed, max_tokens))),
  freeGenerator: (generator) => guard(() => module._afina_wasm_generator_free(generator)),
  /** The next token, as afina_generator_json tells it. */
  nextToken: (generator, candidates) => json(
    () => module._afina_wasm_generator_next(reply, generator, candidates)),

  /** @param {Uint8Array} text */
  createPretraining: (model, text, options) => lend(
    [text, encoder.encode(JSON.stringify(options))], (...places) => handle(
      () => module._afina_wasm_pretraining_create(reply, runtime, model, ...places))),
  /** @param {Uint8Array} state   what pretrainingState gave */
  resumePretraining: (model, text, options, state) => lend(
    [text, encoder.encode(JSON.stringify(options)), state], (...places) => handle(
      () => module._afina_wasm_pretraining_resume(reply, runtime, model, ...places))),
  freePretraining: (run) => guard(() => module._afina_wasm_pretraining_free(run)),
  /** One update; `measure`: none, but the held-out loss now. held_out is null where unmeasured. */
  stepPretraining: (run, measure) => lend([new Float64Array(UPDATE_NUMBERS)], (numbers) => {
    attempt(() => module._afina_wasm_pretraining_step(reply, run, measure ? 1 : 0, numbers));
    const [step, steps, tokens, loss, learning_rate, gradient_norm, held_out, done] =
      new Float64Array(module.HEAPU8.buffer, numbers, UPDATE_NUMBERS);
    return { step, steps, tokens, loss, learning_rate, gradient_norm,
      held_out: held_out < 0 ? null : held_out, done: done !== 0 };
  }),
  describePretraining: (run) => json(() => module._afina_wasm_pretraining_describe(reply, run)),
  pretrainingBatch: (run) => json(() => module._afina_wasm_pretraining_batch(reply, run)),
  pretrainingState: (run) => bytes(() => module._afina_wasm_pretraining_checkpoint(reply, run)),
  pretrainedModel: (run) => handle(() => module._afina_wasm_pretraining_model(reply, run)),
});
