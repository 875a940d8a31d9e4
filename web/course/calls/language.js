// The language model's calls; src/wasm_language.c is the other side.

const encoder = new TextEncoder();

export const languageCalls = (module, { attempt, lend, reply, runtime }) => ({
  /** @returns {{loss: number, perplexity: number, bitsPerByte: number, tokens: number}} */
  perplexity: (model, text) => lend([encoder.encode(text), new Float64Array(5)],
    (at, size, numbers) => {
      attempt(() => module._afina_wasm_perplexity(reply, runtime, model, at, size, numbers));
      const [loss, perplexity, bitsPerByte, tokens] =
        new Float64Array(module.HEAPU8.buffer, numbers, 5);
      return { loss, perplexity, bitsPerByte, tokens };
    }),
});
