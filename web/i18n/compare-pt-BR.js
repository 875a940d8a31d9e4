// Palavras da comparação e da curva de aprendizado, em português. Mesmas chaves de compare-en.js.

export default {
  'strategies.head': 'Só o classificador',
  'strategies.last': {
    one: '{count} bloco do topo',
    other: '{count} blocos do topo',
  },
  'strategies.gradual': 'Aos poucos, de cima para baixo',
  'strategies.full': 'O modelo inteiro',
  'strategies.lora': 'LoRA de posto {count}',
  'strategies.prefix': {
    one: 'Prefixo de {count} vetor',
    other: 'Prefixo de {count} vetores',
  },
  'strategies.prompt': {
    one: 'Prompt de {count} vetor',
    other: 'Prompt de {count} vetores',
  },

  'compare.title': 'Comparar estratégias',
  'compare.about':
    'Quanto custa cada jeito de treinar, e quanto rende, nos seus próprios textos? Várias ' +
    'rodadas de cada um, testadas nas mesmas linhas.',
  'compare.strategies': 'Estratégias',
  'compare.seeds': 'Rodadas de cada uma',
  'compare.seedsHelp':
    'Cada rodada sorteia outros pesos iniciais e outra ordem dos textos. As linhas de teste são ' +
    'sempre as mesmas.',
  'compare.beside':
    'Cada estratégia treina com as opções de costume dela. Ao lado aparece sempre o que elas ' +
    'precisam superar: só os n-gramas, a classe mais frequente e a primeira estratégia com pesos ' +
    'aleatórios, que mostra o que o pré-treino trouxe.',
  'compare.start': 'Comparar',
  'compare.stop': 'Parar e guardar o que já está pronto',
  'compare.waitData': 'Antes, escolha os dados e as colunas na etapa 1.',
  'compare.waitTraining': 'Espere o treino da etapa 2 terminar.',
  'compare.progress': 'Andamento da comparação',
  'compare.begins': 'Preparando os textos',
  'compare.at': '{at} de {of}: {name}, rodada {run} de {runs}',
  'compare.epoch': 'época {epoch} de {epochs}',
  'compare.done': 'Pronto.',
  'compare.stopping': 'Parando…',
  'compare.stopped': 'Parado. O que já estava pronto continua abaixo.',
  'compare.failed': 'Encerrado por um erro. O que já estava pronto continua abaixo.',
  'compare.table': 'Estratégias e o que elas precisam superar',
  'compare.by.name': 'Estratégia',
  'compare.by.accuracy': 'Acurácia',
  'compare.by.macro_f1': 'Macro-F1',
  'compare.by.seconds': 'Segundos',
  'compare.by.trained': 'Parâmetros treinados',
  'compare.by.saved': 'Para salvar',
  'compare.by.forgets': 'Perplexidade depois',
  'compare.interval': '{low} a {high}',
  'compare.tested': {
    one:
      'Testado em {count} texto. ± é a variação entre rodadas; abaixo, onde o valor ficaria em ' +
      'outros textos de teste do mesmo tipo, com 95% de certeza.',
    other:
      'Testado em {count} textos. ± é a variação entre rodadas; abaixo, onde o valor ficaria em ' +
      'outros textos de teste do mesmo tipo, com 95% de certeza.',
  },
  'compare.before':
    'A perplexidade diz quão bem o modelo ainda prevê frases do dia a dia: {perplexity} antes ' +
    'do treino; um valor maior mostra que ele esqueceu.',
  'compare.ngrams': 'Só os n-gramas',
  'compare.majority': 'A classe mais frequente',
  'compare.random': '{name}, com pesos aleatórios',
  'compare.failedRun': 'A rodada com a semente {seed} falhou:',
  'compare.quality': 'Qualidade e tempo',
  'compare.qualityLabel':
    'Acurácia de cada estratégia em relação aos segundos; os números estão também na tabela',
  'compare.secondsAxis': 'Tempo de uma rodada',
  'compare.choose':
    'Marque linhas da tabela para ver as curvas delas juntas. Com duas, um teste diz se a ' +
    'diferença pode ser sorte.',
  'compare.pair': {
    one:
      '{a} e {b}: só uma das duas acerta {count} texto; a primeira, {first}; a segunda, {second}.',
    other:
      '{a} e {b}: só uma das duas acerta {count} textos; a primeira, {first}; a segunda, {second}.',
  },
  'compare.pairSame': '{a} e {b} acertam os mesmos textos.',
  'compare.p': 'Teste de McNemar: p = {p}.',
  'compare.pTiny': 'Teste de McNemar: p < 0,001.',
  'compare.differ': 'Dificilmente é sorte.',
  'compare.mayBeLuck': 'Pode muito bem ser sorte.',
  'compare.validCurves': 'Acurácia de validação, época a época',
  'compare.trainCurves': 'Perda no treino, época a época',
  'compare.curvesLabel': 'Curvas das estratégias escolhidas, umas sobre as outras',
  'compare.matrixOf': '{name}, primeira rodada',
  'matrix.closed': 'Escolha uma célula (clique ou setas do teclado) para ouvir o número dela.',

  'curve.title': 'Mais rótulos ajudariam?',
  'curve.about':
    'A curva de aprendizado treina uma estratégia com {first} rótulos de cada classe, depois com ' +
    'o dobro, e assim por diante até usar todos; o teste é sempre nas mesmas linhas.',
  'curve.start': 'Desenhar a curva',
  'curve.label':
    'Acurácia em relação ao número de linhas rotuladas; os números estão também na tabela',
  'curve.rows': 'Linhas rotuladas',
  'curve.labels': 'Rótulos de cada classe',
  'curve.all': 'todos',
  'curve.atRows': {
    one: '{count} linha rotulada',
    other: '{count} linhas rotuladas',
  },
  'curve.gain':
    'De {from} para {to} linhas rotuladas, a acurácia mudou {gain} pontos (com 95% de certeza, ' +
    'entre {low} e {high}).',
  'curve.helps': 'Mais rótulos provavelmente ajudariam.',
  'curve.unclear':
    'Com estes textos de teste não dá para saber se mais rótulos ajudariam: rotule mais textos ' +
    'para testar, ou faça mais rodadas.',
  'curve.little': 'O dobro de rótulos provavelmente traria pouco.',
};
