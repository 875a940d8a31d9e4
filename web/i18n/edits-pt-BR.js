// Correção de rótulos, em português; entra em pt-BR.js.

export default {
  'edits.title': 'Suas correções',
  'edits.count': { one: '{count} linha corrigida', other: '{count} linhas corrigidas' },
  'edits.undo': 'Desfazer',
  'edits.redo': 'Refazer',
  'edits.clear': 'Voltar aos rótulos do arquivo',
  'edits.retrain': 'Treinar de novo com elas',
  'edits.retrain.help':
    'Com as mesmas opções. Cada linha fica onde os rótulos do arquivo a puseram, no treino ou no ' +
    'teste, para que os números possam ser comparados; uma linha que não tinha rótulo vai para o ' +
    'treino, e a primeira de uma classe nova também.',
  'edits.retraining': 'Treinando de novo: {percent}%',
  'edits.list': 'Quais linhas',
  'edits.row': 'Linha',
  'edits.was': 'Rótulo no arquivo',
  'edits.now': 'Rótulo agora',
  'edits.takeBackRow': 'Retirar a correção da linha {row}',
  'edits.more': { one: 'e mais {count}', other: 'e mais {count}' },
  'edits.leftOut': 'deixada de fora',
  'edits.noLabel': 'nenhum',
  'edits.download': 'Baixar o CSV corrigido',
  'edits.downloadOf': 'Baixar {name} corrigido',
  'edits.mark': 'Com uma coluna que diz quais linhas mudaram',
  'edits.downloadHelp':
    'O seu próprio arquivo: só os rótulos corrigidos mudam, e as linhas que você deixou de fora ' +
    'saem.',
  'edits.suffix': 'corrigido',
  'edits.label': 'Rótulo da linha {row}',
  'edits.labelShort': 'Rótulo',
  'edits.other': 'Outro rótulo…',
  'edits.newLabel': 'Novo rótulo da linha {row}',
  'edits.use': 'Usar',
  'edits.cancel': 'Cancelar',
  'edits.itIs': 'É “{label}”',
  'edits.leaveOut': 'Deixar esta linha de fora',
  'edits.putBack': 'Trazer de volta',
  'edits.changed': 'Corrigida: no arquivo é “{from}”, agora é “{label}”.',
  'edits.labeled': 'Rotulada: no arquivo não há rótulo, agora é “{label}”.',
  'edits.isLeftOut': 'Deixada de fora: não entra no treino nem no teste.',
  'edits.matrixIsOld': 'A matriz mostra as correções depois do próximo treino.',

  'work.title': 'Continuar de onde você parou?',
  'work.about': '{name} ainda está neste navegador, como você deixou em {when}.',
  'work.corrections': {
    one: 'Com {count} linha corrigida.',
    other: 'Com {count} linhas corrigidas.',
  },
  'work.continue': 'Continuar com {name}',
  'work.forget': 'Apagar',
  'work.held': {
    one: 'Em outra visita você corrigiu {count} linha deste mesmo arquivo.',
    other: 'Em outra visita você corrigiu {count} linhas deste mesmo arquivo.',
  },
  'work.apply': 'Usar as correções',
  'work.leave': 'Começar sem elas',
  'work.kept':
    'Esta tabela e as suas correções ficam guardadas neste navegador, só neste computador, até ' +
    'você apagar. Nada é enviado a lugar nenhum.',
  'work.delete': 'Apagar deste navegador',
  'work.notKept':
    'Este navegador não guarda as suas correções: baixe o CSV corrigido antes de fechar a página.',

  'changes.title': 'O que as correções mudaram',
  'changes.both': {
    one: 'No {count} texto que os dois treinos testaram, pelo rótulo de agora:',
    other: 'Nos {count} textos que os dois treinos testaram, pelos rótulos de agora:',
  },
  'changes.before': 'Antes',
  'changes.now': 'Agora',
  'changes.moves': '{fixed} passaram a certos, {broken} passaram a errados.',
  'changes.same': 'Nenhuma resposta passou de certa a errada nem de errada a certa.',
  'changes.luck': 'Tão poucos podem ser acaso.',
  'changes.measure': {
    one: 'Você corrigiu o rótulo de {count} destes textos de teste; com isso a própria medida ' +
      'mudou: pelo rótulo de então, o treino anterior tinha {share}.',
    other:
      'Você corrigiu os rótulos de {count} destes textos de teste; com isso a própria medida ' +
      'mudou: pelos rótulos de então, o treino anterior tinha {share}.',
  },
  'changes.others': {
    one: '{count} texto de teste está em só um dos dois treinos e não conta aqui.',
    other: '{count} textos de teste estão em só um dos dois treinos e não contam aqui.',
  },
  'changes.source': {
    one: 'Com {count} linha corrigida; cada linha ficou na sua parte.',
    other: 'Com {count} linhas corrigidas; cada linha ficou na sua parte.',
  },
  'changes.anew': {
    one: 'Com {count} linha corrigida; os rótulos do arquivo eram poucos demais para manter cada ' +
      'linha na sua parte, por isso os textos de teste não são os de antes.',
    other: 'Com {count} linhas corrigidas; os rótulos do arquivo eram poucos demais para manter ' +
      'cada linha na sua parte, por isso os textos de teste não são os de antes.',
  },
};
