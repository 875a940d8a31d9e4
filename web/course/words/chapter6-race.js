// The words of the race between pretrained and random weights.

const ID = '6-01-pretrain-vs-finetune';

export const words = {
  en: {
    [`${ID}.title`]: 'Pretraining and fine-tuning',
    [`${ID}.about`]:
      'The same model, the same labeled rows, the same fine-tuning: once from the pretrained ' +
      'weights, once from random ones. The difference is what pretraining bought.',
    [`${ID}.task`]: 'Let the race run to its end.',
    [`${ID}.pretrained`]: 'Pretrained',
    [`${ID}.pretrained.from`]: 'has read much text',
    [`${ID}.random`]: 'Random',
    [`${ID}.random.from`]: 'has read nothing',
    [`${ID}.strategy`]: 'What trains',
    [`${ID}.strategy.head`]: 'the head alone',
    [`${ID}.strategy.last:1`]: 'the last block and the head',
    [`${ID}.strategy.full`]: 'everything',
    [`${ID}.seed`]: 'Seed',
    [`${ID}.again`]: 'Race again',
    [`${ID}.tested`]: '{accuracy} right on {rows} rows that it has not seen',
    [`${ID}.loss`]: 'Training loss',
    [`${ID}.valid`]: 'Right on rows held back for validation',
    [`${ID}.updates`]: 'updates',
    [`${ID}.epochs`]: 'epochs',
    [`${ID}.says.start`]:
      'Both learn from the same {rows} rows for {epochs} epochs; {trained} weights change. ' +
      '{valid} rows are held back to watch them, {tested} for the test. Press Play.',
    [`${ID}.says.running`]:
      '{phase}. Loss now: pretrained {a}, random {b}. A loss that falls says that they learn ' +
      'these rows; whether they learn anything beyond them, the other chart says.',
    [`${ID}.says.won`]:
      'On {tested} rows that neither has seen, the pretrained weights get {a} right, the random ' +
      'ones {b}: {points} points were bought by reading text beforehand. Always answering the ' +
      'most frequent class would get {baseline}.',
    [`${ID}.says.lost`]:
      'Here the random weights got more right: {b}, the pretrained ones {a}, on {tested} rows. ' +
      'With so few rows chance counts: race again with another seed. Always answering the most ' +
      'frequent class would get {baseline}.',
    [`${ID}.says.even`]:
      'Both get {a} right on {tested} rows. With so few rows chance counts: race again with ' +
      'another seed. Always answering the most frequent class would get {baseline}.',
  },
  'pt-BR': {
    [`${ID}.title`]: 'Pré-treino e fine-tuning',
    [`${ID}.about`]:
      'O mesmo modelo, as mesmas linhas rotuladas, o mesmo fine-tuning: uma vez a partir dos ' +
      'pesos pré-treinados, outra a partir de pesos aleatórios. A diferença é o que o ' +
      'pré-treino trouxe.',
    [`${ID}.task`]: 'Deixe a corrida chegar ao fim.',
    [`${ID}.pretrained`]: 'Pré-treinado',
    [`${ID}.pretrained.from`]: 'já leu muito texto',
    [`${ID}.random`]: 'Aleatório',
    [`${ID}.random.from`]: 'não leu nada',
    [`${ID}.strategy`]: 'O que treina',
    [`${ID}.strategy.head`]: 'só a cabeça',
    [`${ID}.strategy.last:1`]: 'o último bloco e a cabeça',
    [`${ID}.strategy.full`]: 'tudo',
    [`${ID}.seed`]: 'Semente',
    [`${ID}.again`]: 'Correr de novo',
    [`${ID}.tested`]: '{accuracy} de acertos em {rows} linhas que ele não viu',
    [`${ID}.loss`]: 'Perda no treino',
    [`${ID}.valid`]: 'Acertos nas linhas reservadas para validação',
    [`${ID}.updates`]: 'atualizações',
    [`${ID}.epochs`]: 'épocas',
    [`${ID}.says.start`]:
      'Os dois aprendem com as mesmas {rows} linhas por {epochs} épocas; {trained} pesos mudam. ' +
      '{valid} linhas ficam reservadas para acompanhá-los e {tested} para o teste. Clique em ' +
      'Reproduzir.',
    [`${ID}.says.running`]:
      '{phase}. Perda agora: pré-treinado {a}, aleatório {b}. Perda que cai diz que eles ' +
      'aprendem estas linhas; se aprendem algo além delas, vê-se no outro gráfico.',
    [`${ID}.says.won`]:
      'Em {tested} linhas que nenhum dos dois viu, os pesos pré-treinados acertam {a} e os ' +
      'aleatórios, {b}: são {points} pontos que a leitura prévia trouxe. Responder sempre a ' +
      'classe mais frequente acertaria {baseline}.',
    [`${ID}.says.lost`]:
      'Aqui os pesos aleatórios acertaram mais: {b}, contra {a} dos pré-treinados, em {tested} ' +
      'linhas. Com tão poucas linhas o acaso pesa: corra de novo com outra semente. Responder ' +
      'sempre a classe mais frequente acertaria {baseline}.',
    [`${ID}.says.even`]:
      'Os dois acertam {a} em {tested} linhas. Com tão poucas linhas o acaso pesa: corra de novo ' +
      'com outra semente. Responder sempre a classe mais frequente acertaria {baseline}.',
  },
};
