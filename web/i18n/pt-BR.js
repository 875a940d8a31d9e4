// A página em português do Brasil. As mesmas chaves de en.js; um teste compara as duas.

import analysis from './analysis-pt-BR.js';
import compare from './compare-pt-BR.js';
import edits from './edits-pt-BR.js';
import failures from './failures-pt-BR.js';
import options from './options-pt-BR.js';
import queue from './queue-pt-BR.js';
import recipe from './recipe-pt-BR.js';
import strategies from './strategies-pt-BR.js';

export default {
  'app.title': 'Afina: afine um pequeno GPT com os seus textos',
  'app.titleTraining': '{percent}% · Afina treinando',
  'app.headline': 'Afine um pequeno GPT com os seus próprios textos',
  'app.sentence':
    'Traga uma planilha de textos rotulados, treine um classificador e veja onde ele acerta e ' +
    'onde erra. Tudo dentro desta página.',

  'header.language': 'Idioma',
  'header.toDark': 'Mudar para o tema escuro',
  'header.toLight': 'Mudar para o tema claro',
  'header.skip': 'Ir direto para os dados',
  'header.steps': 'Etapas',
  'header.course': 'Curso',
  'header.readme': 'Sobre',

  'privacy.title': 'Seus dados nunca saem deste computador',
  'privacy.how':
    'O modelo roda neste navegador. Não existe servidor para onde enviar nada, e uma regra ' +
    'desta página (a Content-Security-Policy) faz o navegador recusar qualquer pedido a outro ' +
    'endereço.',
  'privacy.check':
    'Faça o teste: depois que o modelo carregar, desligue a internet. Tudo continua funcionando.',

  'model.title': 'O modelo',
  'model.choice':
    'O afina-base conhece mais palavras e exige cerca de três vezes e meia o trabalho.',
  'model.loading': 'Carregando os pesos…',
  'model.loadingBytes': 'Carregando os pesos: {loaded} de {total}. Você já pode escolher os dados.',
  'model.opening': 'Abrindo o modelo…',
  'model.open': 'Abrir outro modelo (zip ou os três arquivos) ou um delta',
  'model.delta': {
    one: 'O passo 4 classifica com o delta {name}: {count} classe.',
    other: 'O passo 4 classifica com o delta {name}: {count} classes.',
  },
  'model.isReady': 'está pronto para aprender.',
  'model.isClassifier': {
    one: 'está pronto: conhece {count} classe.',
    other: 'está pronto: conhece {count} classes.',
  },
  'model.parameters': 'Parâmetros',
  'model.blocks': 'Blocos do transformer',
  'model.blocksValue': '{layers}, de largura {width}, com {heads} cabeças',
  'model.context': 'Lê até',
  'model.contextValue': { one: '{count} token', other: '{count} tokens' },
  'model.vocabulary': 'Vocabulário',
  'model.vocabularyValue': { one: '{count} token', other: '{count} tokens' },
  'model.threads': 'Trabalha com',
  'model.threadsValue': {
    one: '{count} núcleo do processador',
    other: '{count} núcleos do processador',
  },
  'model.numerics': 'Multiplica e soma',
  'numerics.plain': 'em duas etapas (plain)',
  'numerics.fused': 'em uma só etapa (fused)',

  'action.retry': 'Tentar de novo',
  'action.dismiss': 'Dispensar esta mensagem',
  'action.close': 'Fechar',

  'data.nav': 'Dados',
  'data.title': 'Seus dados',
  'data.about': 'Uma tabela com um texto por linha e uma coluna que diz a classe de cada texto.',
  'data.drop': 'Solte um arquivo CSV aqui',
  'data.dropHint':
    'Vírgula, ponto e vírgula ou tabulação; UTF-8 ou a codificação de planilhas antigas. A ' +
    'página reconhece sozinha.',
  'data.choose': 'Escolher arquivo',
  'data.samples': 'Sem arquivo à mão? Experimente um dos nossos:',
  'data.opening': 'Lendo {name}…',
  'data.kept': 'Nada se perdeu: {name} continua carregado.',
  'data.rows': { one: '{count} linha', other: '{count} linhas' },
  'data.columns': { one: '{count} coluna', other: '{count} colunas' },
  'data.delimiter': 'separadas por {delimiter}',
  'data.warnings': {
    one: '{count} linha não está bem em ordem',
    other: '{count} linhas não estão bem em ordem',
  },
  'data.warningRow': 'Linha {row}:',
  'data.textColumn': 'Coluna com o texto',
  'data.labelColumn': 'Coluna com a classe',
  'data.textChip': 'texto',
  'data.labelChip': 'classe',
  'data.preview': 'As primeiras linhas da tabela',
  'data.testTitle': 'Arquivo separado para o teste (opcional)',
  'data.testHint':
    'Sem ele, uma parte das linhas fica reservada para o teste. O arquivo de teste tem as ' +
    'mesmas duas colunas.',
  'data.testChoose': 'Escolher o arquivo de teste',
  'data.testRemove': 'Tirar o arquivo de teste',
  'data.testLoaded': {
    one: 'O teste usa {name} ({count} linha).',
    other: 'O teste usa {name} ({count} linhas).',
  },
  'data.inspecting': 'Contando as classes e procurando problemas…',
  'data.waiting': 'As classes serão contadas assim que o modelo carregar.',
  'data.balance': 'Textos por classe',
  'data.usable': {
    one: '{count} texto aproveitável; número de classes: {classes}.',
    other: '{count} textos aproveitáveis em {classes} classes.',
  },
  'data.class': 'Classe',
  'data.count': 'Textos',
  'data.share': 'Parte',
  'data.moreClasses': { one: 'Mais {count} classe', other: 'Mais {count} classes' },
  'data.tokens':
    'Metade dos textos tem até {median} tokens; o mais longo tem {max}. O modelo lê os ' +
    'primeiros {context} de cada texto.',
  'data.problems': 'Vale a pena conferir',
  'data.noProblems': 'Nenhuma linha vazia, repetida ou contraditória.',
  'data.inRows': 'Linhas: {rows}.',
  'data.moreRows': 'e mais {count}',

  'warning.CELLS_FEW': 'tem menos células do que o cabeçalho.',
  'warning.CELLS_MANY': 'tem mais células do que o cabeçalho.',
  'warning.QUOTE': 'tem aspas no meio de uma célula entre aspas.',

  'delimiter.comma': 'vírgula',
  'delimiter.semicolon': 'ponto e vírgula',
  'delimiter.tab': 'tabulação',
  'delimiter.pipe': 'barra vertical',

  'sample.pt.title': 'Mensagens de alunos',
  'sample.pt.about': 'Em português, 5 classes: dúvida, reclamação, elogio, falta, sugestão',
  'sample.en.title': 'Mensagens a um suporte',
  'sample.en.about': 'Em inglês, 4 classes: cobrança, acesso, problema técnico, certificado',

  'issue.empty_text': {
    one: '{count} linha não tem texto e fica de fora.',
    other: '{count} linhas não têm texto e ficam de fora.',
  },
  'issue.empty_label': {
    one: '{count} linha não tem classe e fica de fora.',
    other: '{count} linhas não têm classe e ficam de fora.',
  },
  'issue.duplicates': {
    one: '{count} linha repete o texto e a classe de uma linha anterior.',
    other: '{count} linhas repetem o texto e a classe de uma linha anterior.',
  },
  'issue.conflicts': {
    one: '{count} linha tem um texto que também aparece em outra classe.',
    other: '{count} linhas têm um texto que também aparece em outra classe.',
  },
  'issue.leaked': {
    one:
      '{count} linha de treino também está no arquivo de teste: o teste vai parecer melhor do ' +
      'que é.',
    other:
      '{count} linhas de treino também estão no arquivo de teste: o teste vai parecer melhor do' +
      ' que é.',
  },
  'issue.invalid_utf8': {
    one: '{count} linha tem caracteres que não puderam ser lidos.',
    other: '{count} linhas têm caracteres que não puderam ser lidos.',
  },
  'issue.too_long': {
    one: '{count} texto é mais longo do que o modelo consegue ler: só o começo conta.',
    other: '{count} textos são mais longos do que o modelo consegue ler: só o começo conta.',
  },

  'train.nav': 'Treinar',
  'train.title': 'Treino',
  'train.about':
    'As escolhas abaixo são boas para estes dados. Mude por curiosidade ou simplesmente comece.',
  'train.waitingData': 'Primeiro escolha os dados.',
  'train.waitingColumns': 'Esperando a conferência das colunas.',
  'train.blocks': 'Quantos dos últimos blocos aprendem',
  'train.advanced': 'Mais opções',
  'train.reset': 'Voltar aos valores recomendados',
  'train.automatic': 'automático',
  'train.badNumber': 'Use um número de {min} a {max}.',
  'train.start': 'Treinar',
  'train.again': 'Treinar de novo',
  'train.stop': 'Parar e ficar com a melhor época',
  'train.keepsResult': 'O resultado anterior fica até este terminar.',

  ...options,
  ...strategies,

  'live.empty': 'As curvas serão desenhadas aqui enquanto o modelo aprende.',
  'live.progress': 'Andamento do treino',
  'live.prepare': 'Preparando os textos…',
  'live.ngrams': 'Contando palavras e pedaços de palavras…',
  'live.cache': 'Passando cada texto uma vez pelos blocos congelados…',
  'live.train': 'Época {epoch} de {epochs}: aprendendo',
  'live.validate': 'Época {epoch} de {epochs}: validando',
  'live.test': 'Testando com os textos guardados…',
  'live.stopping': 'Parando; a melhor época será mantida…',
  'live.done': { one: 'Pronto depois de {count} época', other: 'Pronto depois de {count} épocas' },
  'live.failed': 'O treino parou antes do fim',
  'live.kept': 'Nada se perdeu: o resultado anterior continua abaixo.',
  'live.cutShort': 'Terminou antes da hora; a melhor época até ali foi mantida.',
  'live.accuracyNow': 'Acurácia de validação: {share}',
  'live.trained': 'Parâmetros que aprendem',
  'live.split': 'Treino / validação / teste',
  'live.speed': 'Textos por segundo',
  'live.left': 'Tempo restante',
  'live.loss': 'Perda agora',
  'live.best': 'Melhor época',
  'live.bestValue': '{epoch} ({share})',
  'live.bestEpoch': '{epoch} (melhor)',
  'live.epoch': 'Época',
  'live.table': 'As curvas em forma de tabela',

  'chart.loss': 'Perda',
  'chart.lossLabel':
    'Curva da perda de treino e de validação. A tabela abaixo tem os mesmos números.',
  'chart.accuracy': 'Acurácia de validação',
  'chart.accuracyLabel': 'Curva da acurácia de validação. A tabela abaixo tem os mesmos números.',
  'chart.train': 'perda de treino',
  'chart.valid': 'perda de validação',
  'chart.validAccuracy': 'acurácia de validação',
  'chart.best': 'melhor época',
  'chart.noValidation':
    'Nenhum texto foi separado para validação: a curva mostra a perda nos textos de treino, e ' +
    'fica o modelo da última época.',
  'chart.atEpoch': 'época {epoch}',

  'evaluate.nav': 'Avaliar',
  'evaluate.title': 'Avaliação',
  'evaluate.about': 'Como o modelo se sai com textos que não viu enquanto aprendia.',
  'evaluate.waiting': 'Os números e a matriz de confusão aparecem aqui depois de um treino.',
  'evaluate.noTest':
    'Não havia textos para o teste. Reserve uma parte para o teste, ou junte um arquivo de ' +
    'teste, e treine de novo.',
  'evaluate.fromSplit': {
    one: '{model}, treinado com {name}, testado com {count} linha reservada dele.',
    other: '{model}, treinado com {name}, testado com {count} linhas reservadas dele.',
  },
  'evaluate.fromTestFile': '{model}, treinado com {name}, testado com {test}.',
  'evaluate.how':
    'O que aprendeu: {strategy}. Leitura: {readout}. Ao lado do GPT: {ngrams}. Épocas: no máximo ' +
    '{epochs}; taxa de aprendizado {lr}, lote {batch}, semente {seed}.',
  'evaluate.howAtOnce':
    'O que aprendeu: {strategy}, ajustada a todos os textos de uma vez. Leitura: {readout}. Ao ' +
    'lado do GPT: {ngrams}. Épocas: no máximo {epochs}; semente {seed}.',
  'evaluate.small': {
    one: 'Com só {count} texto de teste, estes números não dizem quase nada.',
    other:
      'Com só {count} textos de teste, estes números são aproximados: outro sorteio do teste ' +
      'poderia dar números bem diferentes.',
  },
  'evaluate.size': { one: 'Medido em {count} texto.', other: 'Medido em {count} textos.' },
  'evaluate.mixUps': 'Erros mais frequentes (verdadeira → prevista): {pairs}.',
  'evaluate.mixUp': '“{actual}” → “{predicted}” ({count})',
  'evaluate.noMistakes': 'Nenhum erro nos textos de teste.',

  'metric.accuracy': 'Acurácia',
  'metric.interval': 'em textos novos, provavelmente entre {low} e {high}',
  'metric.macro_f1': 'Macro-F1',
  'metric.macro_f1.about': 'todas as classes valem o mesmo',
  'metric.weighted_f1': 'F1 ponderada',
  'metric.weighted_f1.about': 'classes valem pelo seu tamanho',
  'metric.log_loss': 'Log-loss',
  'metric.log_loss.about': 'castiga erros cheios de certeza; 0 é perfeito',
  'metric.ece': 'Erro de calibração (ECE)',
  'metric.ece.about': 'distância entre a certeza declarada e o acerto',

  'baseline.model': 'Este modelo',
  'baseline.majority': 'Sempre a classe mais comum',
  'baseline.better': 'O modelo é claramente melhor do que responder sempre “{label}”.',
  'baseline.maybe':
    'O modelo é um pouco melhor do que responder sempre “{label}”, mas pode ser sorte.',
  'baseline.worse':
    'O modelo não é melhor do que responder sempre “{label}”. Mais textos ou mais épocas podem ' +
    'ajudar.',

  'parts.title': 'O que cada parte acerta',
  'parts.part': 'Parte',
  'parts.network': 'Só o GPT',
  'parts.ngrams': 'Só a contagem de palavras',
  'parts.both': 'Os dois juntos',
  'parts.about':
    'A contagem de palavras sozinha (TF-IDF com regressão logística) é a medida usual de ' +
    'comparação para classificar textos.',
  'parts.more': {
    one: 'Com o GPT ao lado dela, acerta-se mais {count} texto de teste.',
    other: 'Com o GPT ao lado dela, acertam-se mais {count} textos de teste.',
  },
  'parts.same':
    'Aqui o GPT não acrescenta nada a ela: sem ele acertam-se tantos textos de teste quanto ' +
    'com ele.',
  'parts.fewer': {
    one: 'Aqui ela se sai melhor sem o GPT: acerta-se mais {count} texto de teste.',
    other: 'Aqui ela se sai melhor sem o GPT: acertam-se mais {count} textos de teste.',
  },
  'parts.luck': 'Uma diferença tão pequena pode ser sorte.',

  'class.title': 'Classe por classe',
  'class.class': 'Classe',
  'class.precision': 'Precisão',
  'class.recall': 'Revocação',
  'class.f1': 'F1',
  'class.support': 'Textos',
  'class.help': 'Como ler esta tabela',
  'class.helpText':
    'Precisão: dos textos que receberam esta classe, a parte que é mesmo dela. Revocação: dos ' +
    'textos desta classe, a parte que foi encontrada. F1 só é alta quando as duas são.',

  'matrix.title': 'Matriz de confusão',
  'matrix.role': 'matriz de confusão',
  'matrix.label': 'Matriz de confusão: classes verdadeiras nas linhas, previstas nas colunas',
  'matrix.hint': 'Escolha uma célula (clique, ou setas e Enter) para ler os textos dela.',
  'matrix.views': 'O que as células mostram',
  'matrix.count': 'Contagem',
  'matrix.count.help': 'O número de textos',
  'matrix.row': '% da linha',
  'matrix.row.help': 'Dos textos de uma classe verdadeira, a parte que recebeu cada classe',
  'matrix.column': '% da coluna',
  'matrix.column.help': 'Dos textos que receberam uma classe, a parte de cada classe verdadeira',
  'matrix.actual': 'classe verdadeira',
  'matrix.predicted': 'classe prevista',
  'matrix.corner': 'verdadeira ↓ prevista →',
  'matrix.cell': {
    one: 'verdadeira {actual}, prevista {predicted}: {count} texto',
    other: 'verdadeira {actual}, prevista {predicted}: {count} textos',
  },
  'matrix.table': 'A matriz em forma de tabela',

  'cell.title': {
    one: '{count} texto de “{actual}” previsto como “{predicted}”',
    other: '{count} textos de “{actual}” previstos como “{predicted}”',
  },
  'cell.row': 'linha {row}',
  'cell.previous': 'Anteriores',
  'cell.next': 'Próximos',
  'cell.range': '{from} a {to} de {total}',

  'download.title': 'Leve com você',
  'download.preparing': 'Preparando o arquivo…',
  'download.model': 'O modelo (zip)',
  'download.model.help': 'Abre de novo aqui, na linha de comando e em outras ferramentas',
  'download.delta': 'Delta (safetensors)',
  'download.delta.help': 'Só o que treinou ({size}); precisa da mesma base',
  'download.report': 'Relatório (JSON)',
  'download.report.help': 'Todos os números, opções e curvas',
  'download.predictions': 'Previsões (CSV)',
  'download.predictions.help': 'Cada texto de teste com as suas probabilidades',
  'download.picture': 'PNG',
  'download.picture.help': 'Salvar este gráfico como imagem',

  'classify.nav': 'Classificar',
  'classify.title': 'Classificar',
  'classify.about': 'Ponha o modelo para trabalhar com textos novos.',
  'classify.waiting': 'Depois de um treino, digite qualquer texto aqui e veja o modelo decidir.',
  'classify.text': 'Texto',
  'classify.placeholder': 'Digite ou cole um texto…',
  'classify.many': 'Vários textos, um por linha',
  'classify.empty': 'A probabilidade de cada classe aparece aqui enquanto você digita.',
  'classify.probabilities': 'Probabilidade de cada classe',
  'classify.spoken': '{label}, {share}',
  'classify.answers': 'A classe de cada texto',
  'classify.answer': 'Classe',
  'classify.probability': 'Probabilidade',
  'classify.onlyFirst':
    'Só as primeiras {count} linhas foram classificadas. Para mais, use um CSV.',
  'classify.fileTitle': 'Uma tabela inteira',
  'classify.fileHint':
    'Escolha um CSV com uma coluna de textos. Você recebe a mesma tabela de volta, com a classe' +
    ' prevista e as probabilidades.',
  'classify.file': 'Escolher um CSV para classificar',
  'classify.fileProgress': 'Textos classificados',
  'classify.fileRunning': 'Classificando {name}…',
  'classify.fileDone': 'Pronto: {name} foi baixado.',

  'workshop.failed': 'Não foi possível carregar esta ferramenta: {detail}',
  ...analysis,
  ...compare,
  ...edits,
  ...failures,
  ...queue,

  'saved.title': 'Guardado neste navegador',
  'saved.about': {
    one: 'Um classificador de {count} classe, treinado com {name} ({when}).',
    other: 'Um classificador de {count} classes, treinado com {name} ({when}).',
  },
  'saved.open': 'Usar',
  'saved.forget': 'Apagar',
  'saved.kept': 'O modelo também fica guardado neste navegador: fechar a página não o perde.',
  'footer.words':
    'O Afina é software livre: um GPT escrito em C que roda no seu computador, nesta página e ' +
    'na linha de comando, com o mesmo resultado até o último bit.',
  'footer.bench': 'Quão rápido é este navegador? Meça',
  ...recipe,
};
