// A fila de textos sem rótulo, em português; entra em pt-BR.js.

export default {
  'queue.title': 'Rotular os textos que mais ajudam',
  'queue.about':
    'As linhas da sua tabela que não têm rótulo, uma de cada vez, começando por aquelas em que o ' +
    'modelo tem dúvida.',
  'queue.noTable': 'Abra antes uma tabela: linhas com texto e rótulo vazio esperam aqui.',
  'queue.noColumns': 'Escolha antes as colunas da sua tabela.',
  'queue.loading': 'Procurando linhas sem rótulo…',
  'queue.noRows':
    'Todas as linhas desta tabela têm rótulo. Acrescente linhas com texto e deixe o rótulo vazio ' +
    'para responder a elas aqui.',
  'queue.asking': 'Um texto para rotular',
  'queue.keys':
    'Teclas: 1 a 9 para uma classe, s pula, u volta, r treina; as setas escolhem uma classe ' +
    '(esquerda, direita), pulam (para baixo) ou voltam (para cima).',
  'queue.skip': 'Pular',
  'queue.undo': 'Voltar',
  'queue.choosing': 'Escolhendo um texto…',
  'queue.done':
    'Agora todas as linhas têm rótulo. Baixe o CSV corrigido lá em cima, junto dos seus dados.',
  'queue.order': 'Perguntar primeiro',
  'queue.order.margin': 'textos entre duas classes (menor margem)',
  'queue.order.entropy': 'textos entre muitas classes (maior entropia)',
  'queue.order.file': 'textos na ordem do arquivo',
  'queue.every': 'Treinar de novo',
  'queue.everyCount': { one: 'a cada {count} rótulo', other: 'a cada {count} rótulos' },
  'queue.never': 'só quando eu pedir',
  'queue.train': 'Treinar agora',
  'queue.progress': 'Linhas rotuladas',
  'queue.labeled': { one: '{count} rotulada,', other: '{count} rotuladas,' },
  'queue.left': { one: 'falta {count}.', other: 'faltam {count}.' },
  'queue.noModel':
    'Nenhum modelo aprendeu com esta tabela ainda: os textos são escolhidos para serem ' +
    'diferentes entre si. Rotule alguns de cada classe e depois treine.',
  'queue.reading': 'O modelo está lendo: {done} de {total}.',
  'queue.pool': {
    one: 'O modelo leu {count} dos {left} que faltam.',
    other: 'O modelo leu {count}, espalhados pelos {left} que faltam.',
  },
  'queue.accuracy': {
    one: 'Acurácia até agora: {share} em {count} texto de teste (textos novos: {low} a {high}).',
    other: 'Acurácia até agora: {share} em {count} textos de teste (textos novos: {low} a {high}).',
  },
  'queue.curve': 'Acurácia depois de cada treino',
  'queue.table': 'Como tabela',
  'queue.labels': 'Linhas com rótulo',
  'queue.honest':
    'Os rótulos novos vão para o treino; os textos de teste continuam os mesmos, e por isso os ' +
    'pontos podem ser comparados. Um teste pequeno varia por acaso.',
};
