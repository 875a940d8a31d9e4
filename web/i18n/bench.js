// The words of bench.html, apart from the page's, which would be much to load for these.

export const words = {
  en: {
    title: 'How fast is this browser?',
    lead:
      'Afina measures its inner loop on this machine, then everything it does as a share of ' +
      'that: each matrix product, the model forward, a training step, an epoch. It takes about ' +
      'a minute.',
    back: 'Back to Afina',
    model: 'Model',
    rounds: 'Rounds',
    run: 'Measure',
    again: 'Measure again',
    running: 'Measuring: {done}',
    loading: 'Loading the engine…',
    failed: 'The measurement failed: {why}',
    download: 'Download as JSON',
    machine: {
      one: '{count} thread, numerics {numerics}',
      other: '{count} threads, numerics {numerics}',
    },
    peak: 'Peak of the inner loop: {gflops} billion operations a second (GFLOP/s)',
    products: 'Matrix products, share of the peak',
    passes: 'The whole model, share of the peak',
    epochs: 'An epoch of {count} texts, milliseconds',
    forward: 'forward, {texts} × {tokens} tokens',
    step: 'training step, {texts} × {tokens} tokens',
    first: '{strategy}: the first, which fills the cache',
    later: '{strategy}: each later one, with the cache',
    each: '{strategy}: without a cache',
    detail: '{ms} ms, {gflops} GFLOP/s',
  },
  'pt-BR': {
    title: 'Quão rápido é este navegador?',
    lead:
      'O Afina mede seu laço mais interno nesta máquina e, depois, tudo o que faz como parte ' +
      'disso: cada produto de matrizes, o modelo inteiro, um passo de treino, uma época. Leva ' +
      'cerca de um minuto.',
    back: 'Voltar ao Afina',
    model: 'Modelo',
    rounds: 'Rodadas',
    run: 'Medir',
    again: 'Medir de novo',
    running: 'Medindo: {done}',
    loading: 'Carregando o motor…',
    failed: 'A medição falhou: {why}',
    download: 'Baixar como JSON',
    machine: {
      one: '{count} thread, numérica {numerics}',
      other: '{count} threads, numérica {numerics}',
    },
    peak: 'Pico do laço interno: {gflops} bilhões de operações por segundo (GFLOP/s)',
    products: 'Produtos de matrizes, parte do pico',
    passes: 'O modelo inteiro, parte do pico',
    epochs: 'Uma época de {count} textos, milissegundos',
    forward: 'ida, {texts} × {tokens} tokens',
    step: 'passo de treino, {texts} × {tokens} tokens',
    first: '{strategy}: a primeira, que enche o cache',
    later: '{strategy}: cada uma das seguintes, com o cache',
    each: '{strategy}: sem cache',
    detail: '{ms} ms, {gflops} GFLOP/s',
  },
};

/** The text of a key in a language, its {places} filled; numbers as the language writes them. */
export function speaker(lang) {
  const format = new Intl.NumberFormat(lang, { maximumSignificantDigits: 3 });
  const plural = new Intl.PluralRules(lang);
  const percent = new Intl.NumberFormat(lang, { style: 'percent', maximumFractionDigits: 0 });
  const say = (key, values = {}) => {
    const found = words[lang][key];
    const text = found[plural.select(values.count ?? 0)] ?? found.other ?? found;
    return text.replace(/\{(\w+)\}/g, (_, name) => {
      const value = values[name];
      return typeof value === 'number' ? format.format(value) : String(value);
    });
  };
  return {
    say,
    percent: (share) => percent.format(share),
    number: (value) => format.format(value),
  };
}
