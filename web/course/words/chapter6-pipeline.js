// The words of the way from a labeled text to updated weights.

const ID = '6-04-treino-classificacao-pipeline';

export const words = {
  en: {
    [`${ID}.title`]: 'From a labeled text to updated weights',
    [`${ID}.about`]:
      'One update of fine-tuning in seven steps, followed with one of your rows. It is learned ' +
      'together with seven others, a batch.',
    [`${ID}.task`]: 'Follow your row to the seventh step, twice.',
    [`${ID}.row`]: 'The row to follow',
    [`${ID}.strategy`]: 'What trains',
    [`${ID}.strategy.head`]: 'the head alone',
    [`${ID}.strategy.last:1`]: 'the last block and the head',
    [`${ID}.strategy.last:2`]: 'the last two blocks and the head',
    [`${ID}.strategy.full`]: 'everything',
    [`${ID}.again`]: 'Next update, from step 1',
    [`${ID}.step.0`]: 'A labeled text',
    [`${ID}.step.1`]: 'Tokens',
    [`${ID}.step.2`]: 'Forward, through the blocks',
    [`${ID}.step.3`]: 'The head answers: logit → probability',
    [`${ID}.step.4`]: 'Loss: how wrong was that?',
    [`${ID}.step.5`]: 'Backward: who is to blame?',
    [`${ID}.step.6`]: 'Update: AdamW moves the weights',
    [`${ID}.label`]: 'row {row}, label: {label}',
    [`${ID}.block`]: 'Block {layer}',
    [`${ID}.embeddings`]: 'Embeddings',
    [`${ID}.lengths`]:
      'A square for each token: how long its vector is where it leaves the block, the longest ' +
      'beside it.',
    [`${ID}.loss`]: '−ln of the probability of “{label}”: −ln {share} = {loss}',
    [`${ID}.gradient`]: 'In the logits, probability less what should be: {gradient}',
    [`${ID}.part.embeddings`]: 'Embeddings',
    [`${ID}.part.final_norm`]: 'Final normalisation',
    [`${ID}.part.adapters`]: 'Adapters',
    [`${ID}.part.head`]: 'Head',
    [`${ID}.frozen`]: 'frozen',
    [`${ID}.after`]:
      'The row’s loss goes from {before} to {after}, its label’s probability from ' +
      '{shareBefore} to {shareAfter}.',
    [`${ID}.updates`]: 'updates',
    [`${ID}.lossOfRow`]: 'the row’s loss',
    [`${ID}.says.0`]: 'Somebody has read the text of row {row} and said what it is: “{label}”.',
    [`${ID}.says.1`]: 'The text becomes {count} tokens; the model reads their numbers, not words.',
    [`${ID}.says.2`]:
      'Each token becomes a vector of {channels} numbers, and each of {layers} blocks adds what ' +
      'it finds by looking at the tokens before it.',
    [`${ID}.says.3`]:
      'The head makes a number for each of {classes} classes, softmax makes probabilities. It ' +
      'would answer “{answer}” now; “{label}” has {share}.',
    [`${ID}.says.4`]:
      'The loss is small where the label was held for probable, large where it was not. Here: ' +
      '{loss} nats.',
    [`${ID}.says.5`]:
      'From the loss of all {batch} rows the gradient of every weight that trains is found, from ' +
      'the head downwards. Bars: the length of the gradient in each part, {norm} in all. Below ' +
      'the lowest part that trains nothing is computed.',
    [`${ID}.says.6`]:
      'Update {update}, learning rate {rate}: {trained} weights have moved a little against ' +
      'their gradients. The mean loss of the {batch} rows goes from {before} to {after}.',
  },
  'pt-BR': {
    [`${ID}.title`]: 'Do texto rotulado aos pesos atualizados',
    [`${ID}.about`]:
      'Uma atualização do fine-tuning em sete passos, acompanhada com uma das suas linhas. Ela é ' +
      'aprendida junto com outras sete, um lote.',
    [`${ID}.task`]: 'Acompanhe a sua linha até o sétimo passo, duas vezes.',
    [`${ID}.row`]: 'A linha a acompanhar',
    [`${ID}.strategy`]: 'O que treina',
    [`${ID}.strategy.head`]: 'só a cabeça',
    [`${ID}.strategy.last:1`]: 'o último bloco e a cabeça',
    [`${ID}.strategy.last:2`]: 'os dois últimos blocos e a cabeça',
    [`${ID}.strategy.full`]: 'tudo',
    [`${ID}.again`]: 'Próxima atualização, do passo 1',
    [`${ID}.step.0`]: 'Um texto rotulado',
    [`${ID}.step.1`]: 'Tokens',
    [`${ID}.step.2`]: 'Ida, pelos blocos',
    [`${ID}.step.3`]: 'A cabeça responde: logit → probabilidade',
    [`${ID}.step.4`]: 'Perda: quão errado foi isso?',
    [`${ID}.step.5`]: 'Volta: de quem é a culpa?',
    [`${ID}.step.6`]: 'Atualização: o AdamW move os pesos',
    [`${ID}.label`]: 'linha {row}, rótulo: {label}',
    [`${ID}.block`]: 'Bloco {layer}',
    [`${ID}.embeddings`]: 'Embeddings',
    [`${ID}.lengths`]:
      'Um quadrado para cada token: o comprimento do seu vetor ao sair do bloco; ao lado, o maior.',
    [`${ID}.loss`]: '−ln da probabilidade de “{label}”: −ln {share} = {loss}',
    [`${ID}.gradient`]: 'Nos logits, a probabilidade menos o que deveria ser: {gradient}',
    [`${ID}.part.embeddings`]: 'Embeddings',
    [`${ID}.part.final_norm`]: 'Normalização final',
    [`${ID}.part.adapters`]: 'Adaptadores',
    [`${ID}.part.head`]: 'Cabeça',
    [`${ID}.frozen`]: 'congelado',
    [`${ID}.after`]:
      'A perda da linha vai de {before} a {after}; a probabilidade do rótulo dela, de ' +
      '{shareBefore} a {shareAfter}.',
    [`${ID}.updates`]: 'atualizações',
    [`${ID}.lossOfRow`]: 'a perda da linha',
    [`${ID}.says.0`]: 'Alguém leu o texto da linha {row} e disse o que ele é: “{label}”.',
    [`${ID}.says.1`]: 'O texto vira {count} tokens; o modelo lê os números deles, não as palavras.',
    [`${ID}.says.2`]:
      'Cada token vira um vetor de {channels} números, e cada um dos {layers} blocos soma a ele ' +
      'o que encontra ao olhar para os tokens anteriores.',
    [`${ID}.says.3`]:
      'A cabeça faz um número para cada uma das {classes} classes, e a softmax faz deles ' +
      'probabilidades. Agora ela responderia “{answer}”; “{label}” tem {share}.',
    [`${ID}.says.4`]:
      'A perda é pequena quando o rótulo era tido como provável e grande quando não era. Aqui: ' +
      '{loss} nats.',
    [`${ID}.says.5`]:
      'A partir da perda das {batch} linhas calcula-se o gradiente de cada peso que treina, da ' +
      'cabeça para baixo. Barras: o comprimento do gradiente em cada parte, {norm} ao todo. ' +
      'Abaixo da parte mais baixa que treina nada se calcula.',
    [`${ID}.says.6`]:
      'Atualização {update}, taxa de aprendizado {rate}: {trained} pesos se moveram um pouco ' +
      'contra os seus gradientes. A perda média das {batch} linhas vai de {before} a {after}.',
  },
};
