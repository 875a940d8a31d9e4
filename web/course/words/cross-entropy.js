// The words of diagram 5-02.

export const words = {
  en: {
    '5-02-cross-entropy.title': 'What a token costs: cross-entropy',
    '5-02-cross-entropy.about':
      'At each place of your sentence the model gives every token a probability. The loss is how ' +
      'surprised it was by the one that came.',
    '5-02-cross-entropy.task':
      'In sentences of your own, find a token that the model was more than 50% sure of, and one ' +
      'that costs more than 10.',
    '5-02-cross-entropy.example': 'The students asked the teacher a question.',
    '5-02-cross-entropy.sentence': 'Your sentence',
    '5-02-cross-entropy.empty': 'Type a sentence.',
    '5-02-cross-entropy.tokens': 'Your sentence as tokens',
    '5-02-cross-entropy.legend': 'redder: more surprising',
    '5-02-cross-entropy.pick': 'Token {number}: {token}',
    '5-02-cross-entropy.expectedFirst': 'What the model expects at the start',
    '5-02-cross-entropy.expected': 'What the model expects next',
    '5-02-cross-entropy.rank': '“{token}” came: number {rank} of its candidates.',
    '5-02-cross-entropy.cost': 'What it costs',
    '5-02-cross-entropy.curve': '−ln p',
    '5-02-cross-entropy.p': 'probability p of the token that came',
    '5-02-cross-entropy.formula': 'loss = −ln {p} = {loss}',
    '5-02-cross-entropy.sum': 'Each token’s loss; dashed: the mean',
    '5-02-cross-entropy.mean': {
      one: '{sum} ÷ {count} token = {mean}; perplexity = e^{mean} = {perplexity}',
      other: '{sum} ÷ {count} tokens = {mean}; perplexity = e^{mean} = {perplexity}' },
    '5-02-cross-entropy.stepFirst':
      'At the start of a text the model gave “{token}” a probability of {p}. That costs {loss}.',
    '5-02-cross-entropy.step':
      'After “{before}” the model gave “{token}” a probability of {p}. That costs {loss}.',
    '5-02-cross-entropy.whole': {
      one: 'The whole sentence: loss {loss}, the mean over {count} token. Its perplexity is ' +
        '{perplexity}: as unsure as between that many equally likely tokens. Bits per byte: ' +
        '{bits}.',
      other: 'The whole sentence: loss {loss}, the mean over {count} tokens. Its perplexity is ' +
        '{perplexity}: as unsure as between that many equally likely tokens. Bits per byte: ' +
        '{bits}.' },
    '5-02-cross-entropy.truncated': 'Only the beginning fits into the model’s context window.',
  },
  'pt-BR': {
    '5-02-cross-entropy.title': 'Quanto custa um token: entropia cruzada',
    '5-02-cross-entropy.about':
      'Em cada ponto da sua frase, o modelo dá uma probabilidade a cada token. A perda mede o ' +
      'tamanho da surpresa com o que de fato veio.',
    '5-02-cross-entropy.task':
      'Em frases suas, encontre um token de que o modelo tinha mais de 50% de certeza e outro ' +
      'que custe mais de 10.',
    '5-02-cross-entropy.example': 'Os alunos fizeram uma pergunta à professora.',
    '5-02-cross-entropy.sentence': 'Sua frase',
    '5-02-cross-entropy.empty': 'Digite uma frase.',
    '5-02-cross-entropy.tokens': 'Sua frase em tokens',
    '5-02-cross-entropy.legend': 'mais vermelho: mais surpresa',
    '5-02-cross-entropy.pick': 'Token {number}: {token}',
    '5-02-cross-entropy.expectedFirst': 'O que o modelo espera no começo',
    '5-02-cross-entropy.expected': 'O que o modelo espera em seguida',
    '5-02-cross-entropy.rank': 'Veio “{token}”: o número {rank} entre os candidatos.',
    '5-02-cross-entropy.cost': 'Quanto custa',
    '5-02-cross-entropy.curve': '−ln p',
    '5-02-cross-entropy.p': 'probabilidade p do token que veio',
    '5-02-cross-entropy.formula': 'perda = −ln {p} = {loss}',
    '5-02-cross-entropy.sum': 'Perda de cada token; tracejado: a média',
    '5-02-cross-entropy.mean': {
      one: '{sum} ÷ {count} token = {mean}; perplexidade = e^{mean} = {perplexity}',
      other: '{sum} ÷ {count} tokens = {mean}; perplexidade = e^{mean} = {perplexity}' },
    '5-02-cross-entropy.stepFirst':
      'No começo de um texto, o modelo deu a “{token}” probabilidade de {p}. Isso custa {loss}.',
    '5-02-cross-entropy.step':
      'Depois de “{before}”, o modelo deu a “{token}” probabilidade de {p}. Isso custa {loss}.',
    '5-02-cross-entropy.whole': {
      one: 'A frase inteira: perda {loss}, a média de {count} token. A perplexidade é ' +
        '{perplexity}: a mesma dúvida de escolher entre tantos tokens igualmente prováveis. ' +
        'Bits por byte: {bits}.',
      other: 'A frase inteira: perda {loss}, a média de {count} tokens. A perplexidade é ' +
        '{perplexity}: a mesma dúvida de escolher entre tantos tokens igualmente prováveis. ' +
        'Bits por byte: {bits}.' },
    '5-02-cross-entropy.truncated': 'Só o começo cabe na janela de contexto do modelo.',
  },
};
