// The words of chapter 6 that its diagrams share, and those of the classification head.

const ID = '6-02-classification-head';

export const words = {
  en: {
    'c6.text': 'Your text',
    'c6.ngrams': 'n-grams beside the network',
    'c6.training': 'A classifier is being tuned on the rows, in this page.',
    'c6.epoch': 'Training: epoch {epoch} of {epochs}',
    'c6.phase.prepare': 'Texts become tokens',
    'c6.phase.ngrams': 'The n-grams learn',
    'c6.phase.cache': 'Frozen blocks run, once for each text',
    'c6.phase.test': 'Testing',
    'c6.phase.done': 'Done',
    'c6.untested': 'Too few rows: none was left to test on.',
    'c6.readout.words': 'mean of vectors and of words',
    'c6.readout.mean': 'mean of the vectors',
    'c6.readout.last': 'the last token',
    'c6.readout.special': 'an extra end token',
    'c6.head.readout': 'What the head reads',
    'c6.head.tokens': '{count} tokens, each with its number in the vocabulary',
    'c6.head.vectors':
      'What each token’s place holds at the top ({shown} of {width} numbers: those that count ' +
      'most)',
    'c6.head.read': 'What is read',
    'c6.head.reads.words':
      'The mean of all tokens’ vectors, normalised, and beside it the mean of their embeddings.',
    'c6.head.reads.mean': 'The mean of all tokens’ vectors, normalised.',
    'c6.head.reads.last': 'The last token’s vector: it alone has seen the whole text.',
    'c6.head.reads.special': 'The vector of the end token: it has seen the whole text.',
    'c6.head.product': 'Times the head’s weights, class by class ({shown} of {width} products)',
    'c6.head.sum': '{network} + n-grams {ngrams} = {sum}',
    'c6.head.logit': 'logit {logit}',
    [`${ID}.title`]: 'The classification head',
    [`${ID}.about`]:
      'The language model turns every token of a text into a vector. A small matrix on top, the ' +
      'head, turns what is read of them into one number a class.',
    [`${ID}.task`]: 'Type a text that gets another class than the first one.',
    [`${ID}.says.tokens`]:
      'The text is cut into {count} tokens: pieces that the model knows, each with a number.',
    [`${ID}.says.vectors`]:
      'Through {layers} blocks each token becomes a vector of {channels} numbers that also knows ' +
      'of the tokens before it. Strong colour: a large number; orange: a negative one.',
    [`${ID}.says.read.words`]:
      'One vector must stand for the whole text. Here two means do, one beside the other: of the ' +
      'vectors at the top, and of the tokens’ embeddings. Together {width} numbers.',
    [`${ID}.says.read.mean`]:
      'One vector must stand for the whole text. Here it is the mean of all {count}: {width} ' +
      'numbers.',
    [`${ID}.says.read.last`]:
      'One vector must stand for the whole text. Here it is the last token’s, the only one that ' +
      'has seen all {count}: {width} numbers.',
    [`${ID}.says.read.special`]:
      'One vector must stand for the whole text. Here an end token was put behind it, and its ' +
      'vector is read: {width} numbers.',
    [`${ID}.says.product`]:
      'The head has {width} weights for each of {classes} classes, {weights} in all; they were ' +
      'learned from {rows} rows. Each weight is multiplied with the number above it.',
    [`${ID}.says.logits`]:
      'Added up, the products of a class are its logit: any number, and the highest wins. ' +
      '“{label}” has {logit}.',
    [`${ID}.says.probabilities`]:
      'Softmax makes probabilities of the logits: e to each, divided by the sum of all. ' +
      '“{label}” gets {share}.',
  },
  'pt-BR': {
    'c6.text': 'Seu texto',
    'c6.ngrams': 'n-gramas ao lado da rede',
    'c6.training': 'Um classificador está sendo ajustado com as linhas, nesta página.',
    'c6.epoch': 'Treino: época {epoch} de {epochs}',
    'c6.phase.prepare': 'Os textos viram tokens',
    'c6.phase.ngrams': 'Os n-gramas aprendem',
    'c6.phase.cache': 'Os blocos congelados rodam, uma vez para cada texto',
    'c6.phase.test': 'Testando',
    'c6.phase.done': 'Pronto',
    'c6.untested': 'São poucas linhas: não sobrou nenhuma para testar.',
    'c6.readout.words': 'média dos vetores e das palavras',
    'c6.readout.mean': 'média dos vetores',
    'c6.readout.last': 'o último token',
    'c6.readout.special': 'um token final a mais',
    'c6.head.readout': 'O que a cabeça lê',
    'c6.head.tokens': '{count} tokens, cada um com seu número no vocabulário',
    'c6.head.vectors':
      'O que há no topo, no lugar de cada token ({shown} de {width} números: os que mais contam)',
    'c6.head.read': 'O que é lido',
    'c6.head.reads.words':
      'A média dos vetores de todos os tokens, normalizada, e ao lado a média dos embeddings.',
    'c6.head.reads.mean': 'A média dos vetores de todos os tokens, normalizada.',
    'c6.head.reads.last': 'O vetor do último token: só ele viu o texto inteiro.',
    'c6.head.reads.special': 'O vetor do token final: ele viu o texto inteiro.',
    'c6.head.product':
      'Vezes os pesos da cabeça, classe por classe ({shown} de {width} produtos)',
    'c6.head.sum': '{network} + n-gramas {ngrams} = {sum}',
    'c6.head.logit': 'logit {logit}',
    [`${ID}.title`]: 'A cabeça de classificação',
    [`${ID}.about`]:
      'O modelo de linguagem transforma cada token do texto em um vetor. Uma pequena matriz no ' +
      'topo, a cabeça, transforma o que é lido deles em um número por classe.',
    [`${ID}.task`]: 'Digite um texto que receba outra classe que a do primeiro.',
    [`${ID}.says.tokens`]:
      'O texto é cortado em {count} tokens: pedaços que o modelo conhece, cada um com um número.',
    [`${ID}.says.vectors`]:
      'Ao passar por {layers} blocos, cada token vira um vetor de {channels} números que também ' +
      'sabe dos tokens anteriores. Cor forte: número grande; laranja: negativo.',
    [`${ID}.says.read.words`]:
      'Um só vetor precisa representar o texto inteiro. Aqui são duas médias, lado a lado: a dos ' +
      'vetores do topo e a dos embeddings dos tokens. Ao todo, {width} números.',
    [`${ID}.says.read.mean`]:
      'Um só vetor precisa representar o texto inteiro. Aqui é a média dos {count}: {width} ' +
      'números.',
    [`${ID}.says.read.last`]:
      'Um só vetor precisa representar o texto inteiro. Aqui é o do último token, o único que ' +
      'viu todos os {count}: {width} números.',
    [`${ID}.says.read.special`]:
      'Um só vetor precisa representar o texto inteiro. Aqui um token final foi posto depois ' +
      'dele, e é o seu vetor que se lê: {width} números.',
    [`${ID}.says.product`]:
      'A cabeça tem {width} pesos para cada uma das {classes} classes, {weights} ao todo; eles ' +
      'foram aprendidos com {rows} linhas. Cada peso multiplica o número acima dele.',
    [`${ID}.says.logits`]:
      'Somados, os produtos de uma classe são o seu logit: um número qualquer, e o maior vence. ' +
      '“{label}” tem {logit}.',
    [`${ID}.says.probabilities`]:
      'A softmax faz dos logits probabilidades: e elevado a cada um, dividido pela soma de ' +
      'todos. “{label}” fica com {share}.',
  },
};
