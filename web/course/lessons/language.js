// The language model: how well it predicts a text.

/** @param {import('../service.js').Context} context */
export function createLanguage({ bridge, model }) {
  return {
    perplexity: async (name, text) => (await bridge()).perplexity(model(name), text),
  };
}
