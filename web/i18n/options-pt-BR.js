// As opções do treino e o que elas ocupam de memória, em português do Brasil.

export default {
  'option.strategy': 'Quanto do modelo aprende',
  'strategy.head': 'Só a camada de classificação',
  'strategy.head.help': 'A mais rápida: o GPT fica como está e só uma camada no topo aprende.',
  'strategy.last': 'Os últimos blocos:',
  'strategy.last.help':
    'Um meio-termo: os primeiros blocos ficam como estão, os últimos se adaptam.',
  'strategy.full': 'O modelo inteiro',
  'strategy.full.help':
    'A mais lenta. Vale tentar sem a contagem de palavras; ao lado dela, raramente ganha.',
  'option.readout': 'Onde a resposta é lida',
  'option.readout.help':
    'Qual dos vetores do modelo representa o texto inteiro. “Palavras e contexto” também lê as ' +
    'palavras por si sós, o que pode ajudar quando há poucos rótulos.',
  'readout.last': 'No último token',
  'readout.mean': 'Média de todos os tokens',
  'readout.special': 'Em um token final especial',
  'readout.words': 'Palavras e contexto',
  'option.ngrams': 'Ao lado do GPT',
  'option.ngrams.help':
    'As palavras e os pedaços de palavras de um texto também dizem algo sobre a classe, muitas ' +
    'vezes bastante. Isso se aprende depressa, à parte do GPT, e se soma à resposta dele.',
  'ngrams.true': 'Contagem de palavras',
  'ngrams.false': 'Nada',
  'option.epochs': 'Épocas',
  'option.epochs.help': 'Quantas vezes, no máximo, o modelo percorre todos os textos de treino.',
  'option.lr': 'Taxa de aprendizado',
  'option.lr.help': 'O tamanho de cada passo. Grande demais, tropeça; pequeno demais, se arrasta.',
  'option.batch': 'Lote',
  'option.batch.help': 'Quantos textos são vistos antes de cada passo.',
  'option.valid_share': 'Para validação (%)',
  'option.valid_share.help': 'Textos que escolhem a melhor época; o modelo não aprende com eles.',
  'option.test_share': 'Para teste (%)',
  'option.test_share.help': 'Textos guardados até o fim. Não se usa quando há um arquivo de teste.',
  'option.seed': 'Semente',
  'option.seed.help': 'Mesmos dados, opções e semente: exatamente o mesmo resultado.',
  'option.cache_mb': 'Memória para resultados guardados (MB)',
  'option.cache_mb.help':
    'O que os blocos que não aprendem dão para cada texto fica guardado, para ser calculado uma ' +
    'vez só. Acima deste limite é arredondado para metade do tamanho; acima disso, nada se guarda.',
  'memory.parts':
    'Ocupa cerca de {total} MB de memória: pesos {weights}, aprendizado {learning}, um lote ' +
    '{activations}, n-gramas {ngrams}.',
  'memory.f32': 'Disso, {size} MB guardam o que se calcula uma vez por texto.',
  'memory.f16':
    'Disso, {size} MB guardam o que se calcula uma vez por texto, arredondado para metade do ' +
    'tamanho (F16).',
  'memory.tooMuch': 'Este treino ocupa {total} MB de memória; esta página pode ter {available} MB.',
  'memory.last': 'Só com o último bloco, ocupa {size} MB.',
  'memory.head': 'Só com a camada de classificação, ocupa {size} MB.',
  'memory.smaller': 'Caberiam menos textos, textos mais curtos ou um modelo menor.',
};
