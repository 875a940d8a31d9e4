// The words of diagram 5-04.

const own = (texts) => Object.fromEntries(
  Object.entries(texts).map(([key, text]) => [`5-04-decoding-strategies.${key}`, text]));

export const words = {
  en: own({
    title: 'Choosing the next token: four strategies',
    about: 'The model gives probabilities; how a token is taken from them is another matter. ' +
      'The same prompt, gone on with in four ways at once.',
    task: 'Go 8 tokens far with a temperature of at most 0.3, and again with one of at least ' +
      '1.5. What changes?',
    example: 'The teacher opened the door and',
    prompt: 'Prompt',
    temperature: 'Temperature',
    top_k: 'k of top-k',
    top_p: 'p of top-p',
    seed: 'Seed',
    before: 'The prompt that all four go on with',
    'lane.greedy': 'Greedy',
    'lane.greedy.how': 'always the likeliest',
    'lane.temperature': 'Temperature',
    'lane.temperature.how': 'all logits divided by {value}',
    'lane.top_k': 'Top-k',
    'lane.top_k.how': 'among the {value} likeliest',
    'lane.top_p': 'Top-p',
    'lane.top_p.how': 'the first that add up to {value}',
    cut: 'cut',
    kept: {
      one: '{count} token stays', other: '{count} tokens stay' },
    keptAll: {
      one: '{count} token stays', other: 'more than {count} tokens stay' },
    ended: 'End of text.',
    nothing: 'nothing more',
    'legend.probability': 'the model’s probability',
    'legend.share': 'its chance in this draw',
    'legend.scale': 'each strategy on its own scale',
    start: 'The same candidates for all four. What differs is which of them stay, and how much ' +
      'chance each gets.',
    step: 'Token {stage}: greedy takes {greedy} ({p}); drawn with a temperature: {temperature}; ' +
      'top-k: {top_k}; top-p: {top_p}.',
  }),
  'pt-BR': own({
    title: 'Escolher o próximo token: quatro estratégias',
    about: 'O modelo dá probabilidades; como tirar delas um token é outra história. O mesmo ' +
      'prompt, continuado de quatro jeitos ao mesmo tempo.',
    task: 'Avance 8 tokens com temperatura de no máximo 0,3 e, de novo, com uma de pelo menos ' +
      '1,5. O que muda?',
    example: 'A professora abriu a porta e',
    prompt: 'Prompt',
    temperature: 'Temperatura',
    top_k: 'k do top-k',
    top_p: 'p do top-p',
    seed: 'Semente',
    before: 'O prompt que as quatro continuam',
    'lane.greedy': 'Gulosa (greedy)',
    'lane.greedy.how': 'sempre o mais provável',
    'lane.temperature': 'Temperatura',
    'lane.temperature.how': 'logits divididos por {value}',
    'lane.top_k': 'Top-k',
    'lane.top_k.how': 'entre os {value} mais prováveis',
    'lane.top_p': 'Top-p',
    'lane.top_p.how': 'os primeiros que somam {value}',
    cut: 'fora',
    kept: {
      one: '{count} token fica', other: '{count} tokens ficam' },
    keptAll: {
      one: '{count} token fica', other: 'mais de {count} tokens ficam' },
    ended: 'Fim do texto.',
    nothing: 'mais nada',
    'legend.probability': 'probabilidade dada pelo modelo',
    'legend.share': 'chance neste sorteio',
    'legend.scale': 'cada estratégia em sua escala',
    start: 'Os candidatos são os mesmos para as quatro. O que muda é quais ficam e quanta chance ' +
      'cada um tem.',
    step: 'Token {stage}: a gulosa pega {greedy} ({p}); sorteado com temperatura: ' +
      '{temperature}; com top-k: {top_k}; com top-p: {top_p}.',
  }),
};
