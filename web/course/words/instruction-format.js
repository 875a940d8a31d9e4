// The words of diagram 7-02.

const ID = '7-02-formato-dados-instrucao';

const en = {
  title: 'The format of instruction data',
  about: 'Each row has an instruction, perhaps an input, and a response. A template joins them '
    + 'into one text, and that is all that the model ever sees.',
  task: 'Look at a row with an input and at one without, each time in another template. Which '
    + 'template takes the fewest tokens?',
  row: 'Row',
  choose: 'Template',
  'templates.alpaca': 'headings (Alpaca)',
  'templates.plain': 'short headings',
  'templates.chat': 'two speakers',
  'kind.template': 'template',
  'kind.instruction': 'instruction',
  'kind.input': 'input',
  'kind.response': 'response',
  inFile: 'Row {row} of “{name}”',
  none: 'none: the template leaves it out',
  empty: 'The template, with its places: {template}',
  joined: 'One text: {template}',
  prompt: 'What the model is given: {template}',
  writes: 'here the model writes, until <|endoftext|>',
  tokensOf: { one: 'The text as {count} token', other: 'The text as {count} tokens' },
  lengths: 'The same row in each template: tokens in all, and of the response (green)',
  split: '{all} · {counted}',
  truncated: 'It is longer than the model’s context of {context} tokens: its end is cut.',
  'says.data': 'One of {rows} rows. What is asked stands in the instruction, what it is about in '
    + 'the input, and what the model should say in the response.',
  'says.template': 'The template has a place for each. Its headings tell the model where one ends '
    + 'and the next begins; ⏎ is a line break.',
  'says.text': 'Filled in, it is one text like any other. The end-of-text token behind the '
    + 'response teaches the model to stop.',
  'says.tokens': '{all} tokens, of which {counted} are the response and the end of text. These '
    + 'count in training; the other {prompt} are read as context.',
  'says.asked': 'When somebody asks, the same template is filled up to the response’s heading: '
    + '{prompt} tokens. The model goes on from there.',
};

const pt = {
  title: 'O formato dos dados de instrução',
  about: 'Cada linha tem uma instrução, talvez uma entrada, e uma resposta. Um modelo de texto (o '
    + 'template) junta tudo em um texto só, e é só isso que o modelo vê.',
  task: 'Veja uma linha com entrada e outra sem entrada, cada vez em um template diferente. Qual '
    + 'template gasta menos tokens?',
  row: 'Linha',
  choose: 'Template',
  'templates.alpaca': 'títulos (Alpaca)',
  'templates.plain': 'títulos curtos',
  'templates.chat': 'duas vozes',
  'kind.template': 'template',
  'kind.instruction': 'instrução',
  'kind.input': 'entrada',
  'kind.response': 'resposta',
  inFile: 'Linha {row} de “{name}”',
  none: 'não há: o template pula esta parte',
  empty: 'O template, com os seus lugares: {template}',
  joined: 'Um texto só: {template}',
  prompt: 'O que o modelo recebe: {template}',
  writes: 'aqui o modelo escreve, até <|endoftext|>',
  tokensOf: { one: 'O texto em {count} token', other: 'O texto em {count} tokens' },
  lengths: 'A mesma linha em cada template: tokens ao todo e da resposta (verde)',
  split: '{all} · {counted}',
  truncated: 'É mais longo que o contexto do modelo, de {context} tokens: o fim é cortado.',
  'says.data': 'Uma de {rows} linhas. O pedido está na instrução, aquilo de que ele trata está na '
    + 'entrada, e o que o modelo deve dizer está na resposta.',
  'says.template': 'O template tem um lugar para cada parte. Os títulos mostram ao modelo onde uma '
    + 'termina e a outra começa; ⏎ é uma quebra de linha.',
  'says.text': 'Preenchido, é um texto como qualquer outro. O token de fim de texto, depois da '
    + 'resposta, ensina o modelo a parar.',
  'says.tokens': '{all} tokens, dos quais {counted} são a resposta e o fim de texto. Esses contam '
    + 'no treino; os outros {prompt} são lidos como contexto.',
  'says.asked': 'Quando alguém pergunta, o mesmo template é preenchido até o título da resposta: '
    + '{prompt} tokens. O modelo continua a partir daí.',
};

const named = (words) => Object.fromEntries(
  Object.entries(words).map(([key, text]) => [`${ID}.${key}`, text]));

export const words = { en: named(en), 'pt-BR': named(pt) };
