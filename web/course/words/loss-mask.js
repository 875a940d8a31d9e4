// The words of diagram 7-03.

const ID = '7-03-mascaramento-loss-resposta';

const en = {
  title: 'Masking: only the response counts',
  about: 'In instruction tuning the model reads the whole text, but its loss is taken on the '
    + 'response alone. The question is context; nobody wants the model to write questions.',
  task: 'Train with the loss on the response, then with the loss on every token, and compare.',
  row: 'Held-out row',
  counts: 'What counts',
  stop: 'Stop the training',
  'mask.response': 'the response alone',
  'mask.all': 'every token',
  untrained: 'Each token and its loss, before any tuning',
  masked: 'What counts is in colour',
  now: 'The same row after training on {mask}',
  formula: 'loss = {sum} ÷ {count} = {mean}',
  leftOut: { one: '{count} token is context only. Its loss is {loss}, and training never sees it.',
    other: '{count} tokens are context only. Their mean loss is {loss}, and training never sees '
      + 'it.' },
  noneLeftOut: 'Nothing is left out: the model also learns to write the template and the question.',
  counting: '{rows} rows with {all} tokens; {counted} of them count.',
  curve: 'Loss of the held-out rows’ responses',
  updates: 'updates',
  'part.response': 'Mean loss of the response',
  'part.context': 'Mean loss of template and question',
  before: 'before',
  'trained.response': 'after: response alone',
  'trained.all': 'after: every token',
  'says.losses': 'A held-out row of {all} tokens as the base model reads it: the number under each '
    + 'is its loss. The first has none, as nothing stands before it.',
  'says.mask.response': 'With the mask, the {counted} tokens of the response and the end of text '
    + 'count. The others are read, but the model is not asked to predict them.',
  'says.mask.all': 'Without the mask, all tokens count alike, those of template and question too.',
  'says.begin': 'The held-out rows are measured first.',
  'says.running': 'Update {update} of {updates}. Held-out responses: {first} at first, {now} now.',
  'says.training': 'After {update} of {updates} updates the held-out responses have gone from '
    + '{first} to {now}.',
  'says.after': 'This row: its response went from {response} to {responseNow}, template and '
    + 'question from {context} to {contextNow}.',
};

const pt = {
  title: 'A máscara: só a resposta conta',
  about: 'No ajuste por instruções, o modelo lê o texto todo, mas a perda é medida só na resposta. '
    + 'A pergunta é contexto; ninguém quer que o modelo escreva perguntas.',
  task: 'Treine com a perda na resposta, depois com a perda em todos os tokens, e compare.',
  row: 'Linha reservada',
  counts: 'O que conta',
  stop: 'Parar o treino',
  'mask.response': 'só a resposta',
  'mask.all': 'todos os tokens',
  untrained: 'Cada token e a sua perda, antes de qualquer ajuste',
  masked: 'O que conta está colorido',
  now: 'A mesma linha depois do treino com {mask}',
  formula: 'perda = {sum} ÷ {count} = {mean}',
  leftOut: { one: '{count} token é só contexto. A perda dele é {loss}, e o treino não a vê.',
    other: '{count} tokens são só contexto. A perda média deles é {loss}, e o treino não a vê.' },
  noneLeftOut: 'Nada fica de fora: o modelo também aprende a escrever o template e a pergunta.',
  counting: '{rows} linhas com {all} tokens; {counted} deles contam.',
  curve: 'Perda das respostas das linhas reservadas',
  updates: 'atualizações',
  'part.response': 'Perda média da resposta',
  'part.context': 'Perda média do template e da pergunta',
  before: 'antes',
  'trained.response': 'depois: só a resposta',
  'trained.all': 'depois: todos os tokens',
  'says.losses': 'Uma linha reservada, de {all} tokens, como o modelo base a lê: o número embaixo '
    + 'de cada um é a sua perda. O primeiro não tem, porque não há nada antes dele.',
  'says.mask.response': 'Com a máscara, contam os {counted} tokens da resposta e do fim de texto. '
    + 'Os outros são lidos, mas o modelo não precisa prevê-los.',
  'says.mask.all': 'Sem a máscara, todos os tokens contam igual, também os do template e da '
    + 'pergunta.',
  'says.begin': 'Primeiro são medidas as linhas reservadas.',
  'says.running': 'Atualização {update} de {updates}. Respostas reservadas: {first} no começo, '
    + '{now} agora.',
  'says.training': 'Depois de {update} de {updates} atualizações, as respostas reservadas foram de '
    + '{first} para {now}.',
  'says.after': 'Nesta linha, a resposta foi de {response} para {responseNow}; o template e a '
    + 'pergunta, de {context} para {contextNow}.',
};

const named = (words) => Object.fromEntries(
  Object.entries(words).map(([key, text]) => [`${ID}.${key}`, text]));

export const words = { en: named(en), 'pt-BR': named(pt) };
