// The words of diagram 5-03, and of what goes wrong with texts and checkpoints.

export const words = {
  en: {
    'failure.TEXT_UNUSABLE': 'This text cannot be trained on.',
    'failure.NO_CHECKPOINTS':
      'This browser keeps no files for this page, as in a private window: checkpoints can be ' +
      'downloaded, but not kept here.',
    'failure.CHECKPOINTS_FULL':
      'There is no room left for this checkpoint. The one before is whole; delete others, or ' +
      'download and delete them.',
    'failure.CHECKPOINTS_FAILED': 'The browser could not keep or read the checkpoint.',
    'failure.CHECKPOINT_ZIP': 'This is no checkpoint: the zip cannot be unpacked.',
    'failure.CHECKPOINT_FILE': 'This is no whole checkpoint: {file} is missing.',
    'failure.CHECKPOINT_DAMAGED': 'This checkpoint is damaged.',
    '5-03-loop-treinamento.title': 'The training loop',
    '5-03-loop-treinamento.about':
      'A batch goes through the model, the loss says how wrong it was, the gradients say which ' +
      'way, and every weight takes a small step. Then the next batch.',
    '5-03-loop-treinamento.task':
      'Paste a text of your own and train on it until the training loss is half of what it was.',
    '5-03-loop-treinamento.model': 'Model',
    '5-03-loop-treinamento.model.nano': 'Nano, from random weights',
    '5-03-loop-treinamento.model.shipped': 'The page’s model, continued',
    '5-03-loop-treinamento.text': 'Text to learn from',
    '5-03-loop-treinamento.open': 'open a text file…',
    '5-03-loop-treinamento.options': 'Sizes and options',
    '5-03-loop-treinamento.option.layers': 'Blocks',
    '5-03-loop-treinamento.option.width': 'Width',
    '5-03-loop-treinamento.option.vocabulary': 'Vocabulary',
    '5-03-loop-treinamento.option.context': 'Context (tokens)',
    '5-03-loop-treinamento.option.batch': 'Windows in a batch',
    '5-03-loop-treinamento.option.updates': 'Updates',
    '5-03-loop-treinamento.option.lr': 'Learning rate',
    '5-03-loop-treinamento.option.seed': 'Seed',
    '5-03-loop-treinamento.begin': 'Begin training',
    '5-03-loop-treinamento.kept':
      'Kept here: “{name}”, stopped at update {step} of {steps}, {when}.',
    '5-03-loop-treinamento.resume': 'Go on from there',
    '5-03-loop-treinamento.ourText': 'The cat and the boat',
    '5-03-loop-treinamento.batch': 'Batch',
    '5-03-loop-treinamento.batchDetail': '{batch} × {context} tokens',
    '5-03-loop-treinamento.forward': 'Forward',
    '5-03-loop-treinamento.forwardDetail': 'logits [{rows}, {V}]',
    '5-03-loop-treinamento.loss': 'Loss',
    '5-03-loop-treinamento.backward': 'Backward',
    '5-03-loop-treinamento.norm': 'norm {norm}',
    '5-03-loop-treinamento.update': 'Update',
    '5-03-loop-treinamento.rate': 'rate {rate}',
    '5-03-loop-treinamento.again': 'and again',
    '5-03-loop-treinamento.notYet': 'No run yet: begin one above, or press Play.',
    '5-03-loop-treinamento.step': 'update {step} of {steps}',
    '5-03-loop-treinamento.epoch': 'epoch {epoch}',
    '5-03-loop-treinamento.seen': '{tokens} tokens seen',
    '5-03-loop-treinamento.speed': '{speed} tokens a second',
    '5-03-loop-treinamento.left': 'about {time} left',
    '5-03-loop-treinamento.trainLoss': 'training loss',
    '5-03-loop-treinamento.heldOutLoss': 'held-out loss',
    '5-03-loop-treinamento.perplexity': 'perplexity on held-out text',
    '5-03-loop-treinamento.saved': 'checkpoint',
    '5-03-loop-treinamento.savedStep': 'update {step}, {size}',
    '5-03-loop-treinamento.sample': 'Written after {step} updates',
    '5-03-loop-treinamento.updates': 'updates',
    '5-03-loop-treinamento.short':
      'This text is very short. A few paragraphs are the least from which something can be ' +
      'learned.',
    '5-03-loop-treinamento.ready':
      'Press Play: windows of the text are drawn at random, and the model learns to predict each ' +
      'token from those before it. Next does a single update.',
    '5-03-loop-treinamento.begun':
      'The model is ready: {parameters} parameters, and {tokens} tokens to learn from.',
    '5-03-loop-treinamento.stepWords':
      'After {step} updates the loss of a batch has come from {first} to {loss}.',
    '5-03-loop-treinamento.doneWords':
      'The run is done: after {step} updates the loss of a batch has come from {first} to {loss}.',
    '5-03-loop-treinamento.memorises':
      'On held-out text it is rising again: the model learns this text by heart.',
    '5-03-loop-treinamento.otherNumerics':
      'This browser adds up in another way than the one where the run began: it goes on, but not ' +
      'to the same bits.',
  },
  'pt-BR': {
    'failure.TEXT_UNUSABLE': 'Não dá para treinar com este texto.',
    'failure.NO_CHECKPOINTS':
      'Este navegador não guarda arquivos para esta página, como em uma janela anônima: os ' +
      'checkpoints podem ser baixados, mas não ficam guardados aqui.',
    'failure.CHECKPOINTS_FULL':
      'Não há mais espaço para este checkpoint. O anterior está inteiro; apague outros, ou baixe ' +
      'e apague.',
    'failure.CHECKPOINTS_FAILED': 'O navegador não conseguiu guardar ou ler o checkpoint.',
    'failure.CHECKPOINT_ZIP': 'Isto não é um checkpoint: não foi possível abrir o zip.',
    'failure.CHECKPOINT_FILE': 'Este checkpoint não está completo: falta {file}.',
    'failure.CHECKPOINT_DAMAGED': 'Este checkpoint está danificado.',
    '5-03-loop-treinamento.title': 'O loop de treinamento',
    '5-03-loop-treinamento.about':
      'Um lote passa pelo modelo, a perda diz o quanto ele errou, os gradientes dizem para que ' +
      'lado, e cada peso dá um passo pequeno. Depois vem o próximo lote.',
    '5-03-loop-treinamento.task':
      'Cole um texto seu e treine com ele até a perda de treino cair à metade da inicial.',
    '5-03-loop-treinamento.model': 'Modelo',
    '5-03-loop-treinamento.model.nano': 'Nano, com pesos aleatórios',
    '5-03-loop-treinamento.model.shipped': 'O modelo da página, continuado',
    '5-03-loop-treinamento.text': 'Texto para aprender',
    '5-03-loop-treinamento.open': 'abrir um arquivo de texto…',
    '5-03-loop-treinamento.options': 'Tamanhos e opções',
    '5-03-loop-treinamento.option.layers': 'Blocos',
    '5-03-loop-treinamento.option.width': 'Largura',
    '5-03-loop-treinamento.option.vocabulary': 'Vocabulário',
    '5-03-loop-treinamento.option.context': 'Contexto (tokens)',
    '5-03-loop-treinamento.option.batch': 'Janelas por lote',
    '5-03-loop-treinamento.option.updates': 'Atualizações',
    '5-03-loop-treinamento.option.lr': 'Taxa de aprendizado',
    '5-03-loop-treinamento.option.seed': 'Semente',
    '5-03-loop-treinamento.begin': 'Começar a treinar',
    '5-03-loop-treinamento.kept':
      'Guardado aqui: “{name}”, parado na atualização {step} de {steps}, {when}.',
    '5-03-loop-treinamento.resume': 'Continuar daí',
    '5-03-loop-treinamento.ourText': 'A gata e o barco',
    '5-03-loop-treinamento.batch': 'Lote',
    '5-03-loop-treinamento.batchDetail': '{batch} × {context} tokens',
    '5-03-loop-treinamento.forward': 'Forward',
    '5-03-loop-treinamento.forwardDetail': 'logits [{rows}, {V}]',
    '5-03-loop-treinamento.loss': 'Perda',
    '5-03-loop-treinamento.backward': 'Backward',
    '5-03-loop-treinamento.norm': 'norma {norm}',
    '5-03-loop-treinamento.update': 'Atualização',
    '5-03-loop-treinamento.rate': 'taxa {rate}',
    '5-03-loop-treinamento.again': 'e de novo',
    '5-03-loop-treinamento.notYet':
      'Nada treinado ainda: comece acima, ou clique em Reproduzir.',
    '5-03-loop-treinamento.step': 'atualização {step} de {steps}',
    '5-03-loop-treinamento.epoch': 'época {epoch}',
    '5-03-loop-treinamento.seen': '{tokens} tokens vistos',
    '5-03-loop-treinamento.speed': '{speed} tokens por segundo',
    '5-03-loop-treinamento.left': 'faltam cerca de {time}',
    '5-03-loop-treinamento.trainLoss': 'perda de treino',
    '5-03-loop-treinamento.heldOutLoss': 'perda no texto reservado',
    '5-03-loop-treinamento.perplexity': 'perplexidade no texto reservado',
    '5-03-loop-treinamento.saved': 'checkpoint',
    '5-03-loop-treinamento.savedStep': 'atualização {step}, {size}',
    '5-03-loop-treinamento.sample': 'Escrito após {step} atualizações',
    '5-03-loop-treinamento.updates': 'atualizações',
    '5-03-loop-treinamento.short':
      'Este texto é muito curto. Para aprender alguma coisa são precisos pelo menos alguns ' +
      'parágrafos.',
    '5-03-loop-treinamento.ready':
      'Clique em Reproduzir: janelas do texto são sorteadas, e o modelo aprende a prever cada ' +
      'token a partir dos anteriores. Avançar faz uma única atualização.',
    '5-03-loop-treinamento.begun':
      'O modelo está pronto: {parameters} parâmetros, e {tokens} tokens para aprender.',
    '5-03-loop-treinamento.stepWords':
      'Depois de {step} atualizações, a perda de um lote foi de {first} para {loss}.',
    '5-03-loop-treinamento.doneWords':
      'O treino terminou: depois de {step} atualizações, a perda de um lote foi de {first} para ' +
      '{loss}.',
    '5-03-loop-treinamento.memorises':
      'No texto reservado ela voltou a subir: o modelo está decorando este texto.',
    '5-03-loop-treinamento.otherNumerics':
      'Este navegador soma de outra forma que aquele em que o treino começou: ele continua, mas ' +
      'não chega aos mesmos bits.',
  },
};
