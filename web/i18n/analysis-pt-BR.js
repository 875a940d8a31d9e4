// Rever dados e probabilidades, e quais palavras decidiram, em português; incluído em pt-BR.js.

export default {
  'explain.title': 'Quais palavras decidiram',
  'explain.for': 'Para a classe',
  'explain.predicted': 'que o modelo escolheu',
  'explain.method': 'Como se mede',
  'explain.gradient': 'gradiente (na hora)',
  'explain.leave': 'tirando a palavra (exato)',
  'explain.of': 'Para “{label}”.',
  'explain.progress': '{done} de {total} palavras tiradas até agora.',
  'explain.truncated': 'De um texto tão longo, a rede lê só o começo.',
  'explain.asTable': 'Em tabela',
  'explain.table': 'O que cada palavra fez',
  'explain.word': 'Palavra',
  'explain.network': 'Rede (gradiente)',
  'explain.ngrams': 'N-gramas',
  'explain.left': 'Sem ela',
  'explain.help':
    'Linha cheia: a palavra fala a favor da classe. Linha tracejada: contra. Quanto mais grossa, ' +
    'mais pesa. Gradiente: como a resposta começaria a mudar com a palavra. Tirando: o texto sem ' +
    'a palavra, classificado de novo. Os números são logits.',

  'audit.title': 'Rever os dados',
  'audit.about':
    'Rótulos de que o modelo duvida, textos repetidos e textos que também estão no teste.',
  'audit.how':
    'Cinco classificadores são treinados, cada um sem um quinto das linhas, que depois ele ' +
    'julga: assim, cada linha é julgada por quem não a viu. Onde ele tem certeza de outra ' +
    'classe, olhe.',
  'audit.start': 'Procurar problemas',
  'audit.stop': 'Parar',
  'audit.waiting': 'Abra antes uma tabela no passo 1. Durante um treino, espere ele terminar.',
  'audit.running': 'Julgando as linhas…',
  'audit.progress': 'Linhas julgadas',
  'audit.done': 'Pronto.',
  'audit.stopped': 'Parado.',
  'audit.labels': 'Rótulos para rever',
  'audit.likely': {
    one: 'Em {count} de {of} linhas o modelo tem certeza de outra classe.',
    other: 'Em {count} de {of} linhas o modelo tem certeza de outra classe.',
  },
  'audit.doDoubt':
    'Alguns desses rótulos estão errados; outros só confundem o modelo, e quanto menos linhas ' +
    'ele viu, mais. As mais suspeitas primeiro: leia e decida.',
  'audit.isLikely': 'Certo de outra classe',
  'audit.row.train': 'Linha {row}',
  'audit.row.test': 'Linha {row} do arquivo de teste',
  'audit.says': 'Rótulo: {label} ({p}); o modelo diz {suggested} ({q}).',
  'audit.more': { one: 'Mostrar mais {count}', other: 'Mostrar mais ({count})' },
  'audit.duplicates': 'Textos quase iguais',
  'audit.groups': {
    one: '{count} grupo, {rows} linhas.',
    other: '{count} grupos, {rows} linhas.',
  },
  'audit.notComplete': 'Há tantos parecidos que não deu para comparar todos.',
  'audit.move':
    'No teste e no treino: deixe um dos lados de fora, senão o teste diz mais do que deve.',
  'audit.relabel': 'Com rótulos diferentes: um deles está errado.',
  'audit.remove': 'O mesmo rótulo: um basta, deixe os outros de fora.',
  'audit.equal': 'O mesmo texto.',
  'audit.alike': 'Parecidos em {share}.',
  'audit.rowsMore': { one: 'e mais {count} linha', other: 'e mais {count} linhas' },

  'calibration.title': 'Quanta certeza ele tem mesmo?',
  'calibration.about':
    'Se 90% de certeza quer dizer acertar nove em dez, e quando o modelo deve dizer “não sei”.',
  'calibration.waiting': 'Treine antes um modelo com textos de teste.',
  'calibration.ece':
    'Em média, o que o modelo diz e quanto ele acerta ficam a {ece} de distância (ECE).',
  'calibration.temperature':
    'Os textos de validação deram uma temperatura de {T}, que divide todos os logits: isso levou ' +
    'a distância de {before} para {after}. O modelo salvo já a contém.',
  'calibration.factors':
    'Os fatores da rede e dos n-gramas, achados nos textos de validação, já contêm a ' +
    'temperatura: levaram a distância de {before} para {after}. O modelo salvo já os contém.',
  'calibration.none':
    'Não havia textos de validação para corrigir as probabilidades; elas ficaram como no treino.',
  'calibration.diagram': 'Quanto as respostas acertam, conforme a certeza do modelo',
  'calibration.reading':
    'Da esquerda para a direita: a certeza do modelo. A barra: quanto ele acertou com ela. O ' +
    'ponto: o que ele disse. Barras abaixo dos pontos: certeza demais. Barras claras: poucos ' +
    'textos.',
  'calibration.asTable': 'Em tabela',
  'calibration.confidence': 'Certeza',
  'calibration.right': 'Acertos',
  'calibration.count': 'Textos',
  'calibration.threshold': 'Responder só com certeza',
  'calibration.thresholdHelp':
    'Abaixo desta probabilidade, o passo 4 diz “não sei”. Medido nos textos de teste.',
  'calibration.from': 'Responde a partir de',
  'calibration.answers':
    'A partir de {threshold}: {share} dos textos têm resposta, {accuracy} delas certas.',
  'calibration.nobody': 'A partir de {threshold}: nenhum texto tem resposta.',
  'calibration.recommend': '{accuracy} de acerto (responde {share})',
  'calibration.never': '{accuracy} de acerto: nunca alcançado',
  'calibration.always': 'Responder sempre',
  'calibration.dontKnow': 'Não sei',
  'calibration.unsure': 'Não sei: nenhuma classe chega a {threshold}.',
};
