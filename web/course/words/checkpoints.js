// The words of diagram 5-05.

export const words = {
  en: {
    '5-05-checkpoints.title': 'Checkpoints',
    '5-05-checkpoints.about':
      'A checkpoint holds all that a run needs to go on as if it had never stopped: not only the ' +
      'weights.',
    '5-05-checkpoints.task':
      'Step to the end: the run goes on from its checkpoint, and the two ways are compared.',
    '5-05-checkpoints.kept': 'Checkpoints kept in this browser',
    '5-05-checkpoints.none': 'None yet.',
    '5-05-checkpoints.space': 'This page keeps {used} here, of the {quota} that it may.',
    '5-05-checkpoints.keepNow': 'Keep one now',
    '5-05-checkpoints.load': 'load one from a zip…',
    '5-05-checkpoints.resumeRun': 'Go on',
    '5-05-checkpoints.rename': 'Rename',
    '5-05-checkpoints.download': 'Download',
    '5-05-checkpoints.remove': 'Delete',
    '5-05-checkpoints.keep': 'Keep',
    '5-05-checkpoints.done': 'Done',
    '5-05-checkpoints.sure': 'Delete “{name}” for good?',
    '5-05-checkpoints.unnamed': 'Without a name',
    '5-05-checkpoints.entry': 'update {step} of {steps} · loss {loss} · {size} · {when}',
    '5-05-checkpoints.quick': 'A quick run',
    '5-05-checkpoints.folder': 'The checkpoint after update {step}',
    '5-05-checkpoints.file.config': 'the model’s shape',
    '5-05-checkpoints.file.tokenizer': 'how text becomes tokens',
    '5-05-checkpoints.file.state': 'everything that changes with an update',
    '5-05-checkpoints.file.text': 'what is learned from',
    '5-05-checkpoints.file.options': 'learning rate, batch, seed, the losses so far',
    '5-05-checkpoints.state': 'In state.safetensors ({size})',
    '5-05-checkpoints.weights': 'Weights',
    '5-05-checkpoints.weightsDetail': '{count} tensors, {numbers} numbers: the model itself',
    '5-05-checkpoints.momentum': 'First moments',
    '5-05-checkpoints.momentum.muon': 'where each weight was heading (Muon’s momentum among them)',
    '5-05-checkpoints.momentum.adamw': 'where each weight was heading: the mean of its gradients',
    '5-05-checkpoints.squares': 'Second moments',
    '5-05-checkpoints.squaresDetail': 'how large each weight’s gradients have been',
    '5-05-checkpoints.counters': 'Counters',
    '5-05-checkpoints.countersDetail':
      '{steps} updates, {tokens} tokens: where the learning rate is',
    '5-05-checkpoints.generator': 'Random generator: which windows come next',
    '5-05-checkpoints.at': 'update {step}',
    '5-05-checkpoints.checkpoint': 'checkpoint',
    '5-05-checkpoints.straight': 'never stopped',
    '5-05-checkpoints.again': 'stopped, read back, gone on',
    '5-05-checkpoints.same': 'the same, bit for bit',
    '5-05-checkpoints.other': 'not the same',
    '5-05-checkpoints.says.holds':
      'The state is {times} times the size of the weights: without the moments and the generator ' +
      'a run would begin to wander when it goes on.',
    '5-05-checkpoints.says.save':
      'It is kept by itself while a run goes on: first the files, whole, then a note that names ' +
      'them. Close the tab at any time: the note names files that are whole.',
    '5-05-checkpoints.says.saveNowhere':
      'Where the browser keeps files, a run is saved by itself; here it can be downloaded.',
    '5-05-checkpoints.says.goOn':
      'From update {from} the run goes on for {updates} updates without a stop. The SHA-256 of ' +
      'its whole state then begins with {hash}.',
    '5-05-checkpoints.says.resume':
      'Now the run is thrown away, the checkpoint of update {from} is read back, and the same ' +
      '{updates} updates are done again.',
    '5-05-checkpoints.says.compare':
      'Both ways lead to the same bits: every weight, every moment, the generator. Download a ' +
      'checkpoint, and someone else goes on from it.',
    '5-05-checkpoints.says.different': 'The two ways have not led to the same bits.',
  },
  'pt-BR': {
    '5-05-checkpoints.title': 'Checkpoints',
    '5-05-checkpoints.about':
      'Um checkpoint guarda tudo o que um treino precisa para continuar como se nunca tivesse ' +
      'parado: não só os pesos.',
    '5-05-checkpoints.task':
      'Avance até o fim: o treino continua a partir do checkpoint, e os dois caminhos são ' +
      'comparados.',
    '5-05-checkpoints.kept': 'Checkpoints guardados neste navegador',
    '5-05-checkpoints.none': 'Nenhum ainda.',
    '5-05-checkpoints.space': 'Esta página guarda {used} aqui, de {quota} que ela pode usar.',
    '5-05-checkpoints.keepNow': 'Guardar um agora',
    '5-05-checkpoints.load': 'carregar um de um zip…',
    '5-05-checkpoints.resumeRun': 'Continuar',
    '5-05-checkpoints.rename': 'Renomear',
    '5-05-checkpoints.download': 'Baixar',
    '5-05-checkpoints.remove': 'Apagar',
    '5-05-checkpoints.keep': 'Manter',
    '5-05-checkpoints.done': 'Pronto',
    '5-05-checkpoints.sure': 'Apagar “{name}” de vez?',
    '5-05-checkpoints.unnamed': 'Sem nome',
    '5-05-checkpoints.entry': 'atualização {step} de {steps} · perda {loss} · {size} · {when}',
    '5-05-checkpoints.quick': 'Um treino rápido',
    '5-05-checkpoints.folder': 'O checkpoint depois da atualização {step}',
    '5-05-checkpoints.file.config': 'a forma do modelo',
    '5-05-checkpoints.file.tokenizer': 'como o texto vira tokens',
    '5-05-checkpoints.file.state': 'tudo o que muda a cada atualização',
    '5-05-checkpoints.file.text': 'de onde se aprende',
    '5-05-checkpoints.file.options': 'taxa de aprendizado, lote, semente, as perdas até aqui',
    '5-05-checkpoints.state': 'Em state.safetensors ({size})',
    '5-05-checkpoints.weights': 'Pesos',
    '5-05-checkpoints.weightsDetail': '{count} tensores, {numbers} números: o modelo em si',
    '5-05-checkpoints.momentum': 'Primeiros momentos',
    '5-05-checkpoints.momentum.muon': 'para onde cada peso ia (entre eles, o momento do Muon)',
    '5-05-checkpoints.momentum.adamw': 'para onde cada peso ia: a média dos seus gradientes',
    '5-05-checkpoints.squares': 'Segundos momentos',
    '5-05-checkpoints.squaresDetail': 'o tamanho que os gradientes de cada peso têm tido',
    '5-05-checkpoints.counters': 'Contadores',
    '5-05-checkpoints.countersDetail':
      '{steps} atualizações, {tokens} tokens: em que ponto está a taxa de aprendizado',
    '5-05-checkpoints.generator': 'Gerador aleatório: quais janelas vêm a seguir',
    '5-05-checkpoints.at': 'atualização {step}',
    '5-05-checkpoints.checkpoint': 'checkpoint',
    '5-05-checkpoints.straight': 'sem parar',
    '5-05-checkpoints.again': 'parado, lido de volta, continuado',
    '5-05-checkpoints.same': 'iguais, bit a bit',
    '5-05-checkpoints.other': 'diferentes',
    '5-05-checkpoints.says.holds':
      'O estado tem {times} vezes o tamanho dos pesos: sem os momentos e o gerador, o treino ' +
      'tomaria outro rumo ao continuar.',
    '5-05-checkpoints.says.save':
      'Ele é guardado sozinho durante o treino: primeiro os arquivos, inteiros, depois uma nota ' +
      'que diz quais são. Feche a aba a qualquer momento: a nota aponta para arquivos inteiros.',
    '5-05-checkpoints.says.saveNowhere':
      'Onde o navegador guarda arquivos, o treino é salvo sozinho; aqui ele pode ser baixado.',
    '5-05-checkpoints.says.goOn':
      'A partir da atualização {from}, o treino segue por {updates} atualizações sem parar. O ' +
      'SHA-256 de todo o estado então começa com {hash}.',
    '5-05-checkpoints.says.resume':
      'Agora o treino é jogado fora, o checkpoint da atualização {from} é lido de volta, e as ' +
      'mesmas {updates} atualizações são refeitas.',
    '5-05-checkpoints.says.compare':
      'Os dois caminhos levam aos mesmos bits: cada peso, cada momento, o gerador. Baixe um ' +
      'checkpoint, e outra pessoa continua a partir dele.',
    '5-05-checkpoints.says.different': 'Os dois caminhos não levaram aos mesmos bits.',
  },
};
