// The words of diagram 5-01.

export const words = {
  en: {
    '5-01-pipeline-treinamento.title': 'From text to updated weights',
    '5-01-pipeline-treinamento.about':
      'Pretraining is one small step, done over and over: predict the next token, measure the ' +
      'error, move every weight a little.',
    '5-01-pipeline-treinamento.task':
      'Follow one batch to its update, then take three more: does the loss fall?',
    '5-01-pipeline-treinamento.window': 'Window',
    '5-01-pipeline-treinamento.again': 'Take the next batch',
    '5-01-pipeline-treinamento.quick': 'A quick run',
    '5-01-pipeline-treinamento.stage.text': 'Text',
    '5-01-pipeline-treinamento.stage.tokens': 'Tokens',
    '5-01-pipeline-treinamento.stage.forward': 'Forward',
    '5-01-pipeline-treinamento.stage.loss': 'Loss',
    '5-01-pipeline-treinamento.stage.backward': 'Backward',
    '5-01-pipeline-treinamento.stage.update': 'Update',
    '5-01-pipeline-treinamento.textFigures':
      '{train} tokens to learn from, {held} held out. This batch: {batch} windows of {context} ' +
      'tokens, drawn at random.',
    '5-01-pipeline-treinamento.windowOf': 'Window {window} of {windows}',
    '5-01-pipeline-treinamento.tokensFigures':
      'Ids [{batch}, {context}], each one of {V} tokens; what is to be predicted is the same ' +
      'text, one token further on.',
    '5-01-pipeline-treinamento.lossFigures':
      'The mean over this window: {window}. Over all {count} predictions of the batch: {loss}.',
    '5-01-pipeline-treinamento.given': 'given',
    '5-01-pipeline-treinamento.embeddings': 'Embeddings: the token’s and the position’s',
    '5-01-pipeline-treinamento.block': 'Block {number}',
    '5-01-pipeline-treinamento.tied': 'wte once more, turned over {shape}',
    '5-01-pipeline-treinamento.activations': '{shape}',
    '5-01-pipeline-treinamento.gradientOf': 'gradient {shape}',
    '5-01-pipeline-treinamento.lossIs': 'loss {loss}',
    '5-01-pipeline-treinamento.updateFigures':
      '{optimizer} moves all {parameters} parameters: learning rate {rate}, gradient norm {norm}.',
    '5-01-pipeline-treinamento.changes': 'How far this update has moved each matrix',
    '5-01-pipeline-treinamento.says.text':
      'Update {step} begins with text: windows drawn at random from what is to be learned.',
    '5-01-pipeline-treinamento.says.tokens':
      'The tokenizer cuts each window into tokens; the model sees only their numbers.',
    '5-01-pipeline-treinamento.says.forward':
      'Forward: every number is a product with these matrices. At the end each place has a score ' +
      'for every token of the vocabulary.',
    '5-01-pipeline-treinamento.says.loss':
      'Cross-entropy: what each token cost, given those before it. The mean, {loss}, is the ' +
      'loss.',
    '5-01-pipeline-treinamento.says.backward':
      'Backward: from the loss {loss} back through the same matrices. For each weight the ' +
      'gradient says how the loss would change with it.',
    '5-01-pipeline-treinamento.says.update':
      'Every weight takes a small step against its gradient. The first batch of this run cost ' +
      '{first}, this one {loss}; then the next comes.',
  },
  'pt-BR': {
    '5-01-pipeline-treinamento.title': 'Do texto aos pesos atualizados',
    '5-01-pipeline-treinamento.about':
      'O pré-treinamento é um passo pequeno, repetido muitas vezes: prever o próximo token, ' +
      'medir o erro, mover cada peso um pouco.',
    '5-01-pipeline-treinamento.task':
      'Siga um lote até a sua atualização e depois pegue mais três: a perda cai?',
    '5-01-pipeline-treinamento.window': 'Janela',
    '5-01-pipeline-treinamento.again': 'Pegar o próximo lote',
    '5-01-pipeline-treinamento.quick': 'Um treino rápido',
    '5-01-pipeline-treinamento.stage.text': 'Texto',
    '5-01-pipeline-treinamento.stage.tokens': 'Tokens',
    '5-01-pipeline-treinamento.stage.forward': 'Forward',
    '5-01-pipeline-treinamento.stage.loss': 'Perda',
    '5-01-pipeline-treinamento.stage.backward': 'Backward',
    '5-01-pipeline-treinamento.stage.update': 'Atualização',
    '5-01-pipeline-treinamento.textFigures':
      '{train} tokens para aprender, {held} reservados. Este lote: {batch} janelas de {context} ' +
      'tokens, sorteadas.',
    '5-01-pipeline-treinamento.windowOf': 'Janela {window} de {windows}',
    '5-01-pipeline-treinamento.tokensFigures':
      'Ids [{batch}, {context}], cada um de {V} tokens; o que se deve prever é o mesmo texto, um ' +
      'token adiante.',
    '5-01-pipeline-treinamento.lossFigures':
      'A média desta janela: {window}. De todas as {count} previsões do lote: {loss}.',
    '5-01-pipeline-treinamento.given': 'dado',
    '5-01-pipeline-treinamento.embeddings': 'Embeddings: do token e da posição',
    '5-01-pipeline-treinamento.block': 'Bloco {number}',
    '5-01-pipeline-treinamento.tied': 'wte mais uma vez, transposta {shape}',
    '5-01-pipeline-treinamento.activations': '{shape}',
    '5-01-pipeline-treinamento.gradientOf': 'gradiente {shape}',
    '5-01-pipeline-treinamento.lossIs': 'perda {loss}',
    '5-01-pipeline-treinamento.updateFigures':
      '{optimizer} move todos os {parameters} parâmetros: taxa de aprendizado {rate}, norma do ' +
      'gradiente {norm}.',
    '5-01-pipeline-treinamento.changes': 'Quanto esta atualização moveu cada matriz',
    '5-01-pipeline-treinamento.says.text':
      'A atualização {step} começa com texto: janelas sorteadas do que se quer aprender.',
    '5-01-pipeline-treinamento.says.tokens':
      'O tokenizador corta cada janela em tokens; o modelo só vê os números deles.',
    '5-01-pipeline-treinamento.says.forward':
      'Forward: cada número é um produto com estas matrizes. No fim, cada posição tem uma nota ' +
      'para cada token do vocabulário.',
    '5-01-pipeline-treinamento.says.loss':
      'Entropia cruzada: quanto custou cada token, dados os anteriores. A média, {loss}, é a ' +
      'perda.',
    '5-01-pipeline-treinamento.says.backward':
      'Backward: da perda {loss} de volta pelas mesmas matrizes. Para cada peso, o gradiente diz ' +
      'como a perda mudaria com ele.',
    '5-01-pipeline-treinamento.says.update':
      'Cada peso dá um passo pequeno contra o seu gradiente. O primeiro lote deste treino custou ' +
      '{first}, este {loss}; e vem o próximo.',
  },
};
