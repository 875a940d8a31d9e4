// The words of instruction tuning as the reader works with it: chapter 7's overview and pipeline.

const shared = {
  en: {
    'tuning.stop': 'Stop the tuning',
    'tuning.loss': 'loss',
    'tuning.update': 'update',
    'tuning.train': 'training',
    'tuning.held': 'held out',
    'tuning.strategy.full': 'All weights',
    'tuning.strategy.lora': 'LoRA, rank 8',
    'tuning.strategy.prefix': 'Prefix of 16',
    'tuning.strategy.prompt': 'Prompt of 16',
    'tuned.title': 'The tuned model as a file',
    'tuned.delta': 'Delta',
    'tuned.folder': 'Model (zip)',
    'tuned.open': 'open a tuned model…',
    'tuned.shipped': 'Use the tuned model that came with the page',
    'tuned.change': 'Change to {model}, which has a tuned one ready',
    'tuned.saved': '{name}: {size}',
  },
  'pt-BR': {
    'tuning.stop': 'Parar o ajuste',
    'tuning.loss': 'perda',
    'tuning.update': 'atualização',
    'tuning.train': 'treino',
    'tuning.held': 'reservadas',
    'tuning.strategy.full': 'Todos os pesos',
    'tuning.strategy.lora': 'LoRA, posto 8',
    'tuning.strategy.prefix': 'Prefixo de 16',
    'tuning.strategy.prompt': 'Prompt de 16',
    'tuned.title': 'O modelo ajustado em arquivo',
    'tuned.delta': 'Delta',
    'tuned.folder': 'Modelo (zip)',
    'tuned.open': 'abrir um modelo ajustado…',
    'tuned.shipped': 'Usar o modelo ajustado que veio com a página',
    'tuned.change': 'Mudar para {model}, que já tem um ajustado',
    'tuned.saved': '{name}: {size}',
  },
};

const overview = {
  en: {
    'title': 'Instruction tuning at a glance',
    'about': 'A pretrained model only continues texts. Tuned on instructions and their ' +
      'responses, the same model answers. Here both get the same question.',
    'task': 'Ask something of your own, tune the model and compare the two answers.',
    'question': 'Your instruction',
    'input': 'Input (may be empty)',
    'another': 'Another held-out row',
    'same': 'The same question for both',
    'instruction': 'instruction',
    'inputPart': 'input',
    'base': 'Base model',
    'baseDetail': 'pretrained only',
    'tuning': 'Tuning',
    'rows': { one: '{count} row', other: '{count} rows' },
    'assistant': 'Assistant',
    'updates': '{done} of {all} updates',
    'notYet': 'not tuned yet',
    'fromFile': 'opened from a file',
    'answer': 'answer',
    'soon': 'Answers first.',
    'later': 'Answers once it has been tuned.',
    'nothing': '(it ended the text without a word)',
    'says0': 'The base model has learned which token comes next in ordinary texts. It goes on ' +
      'with the question as with any text: nothing has told it that an answer is wanted.',
    'says1': 'Tuned for {seconds} on {rows} rows, {parameters} parameters trained. On ' +
      'responses that it has not seen the loss went from {before} to {after}.',
    'says2': 'The same question, the same template, the most probable token each time: what ' +
      'differs are the weights alone. Loss on held-out responses: {before} before, {after} ' +
      'after.',
    'saysNow': 'Tuning: update {done} of {all}. Only the tokens of the responses count.',
    'saysStopped': 'The tuning stands still. Next goes on with it.',
    'saysOpened': 'The assistant is the model of {name}, which you opened.',
  },
  'pt-BR': {
    'title': 'Instruction tuning: visão geral',
    'about': 'Um modelo pré-treinado só continua textos. Ajustado com instruções e respostas, ' +
      'o mesmo modelo responde. Aqui os dois recebem a mesma pergunta.',
    'task': 'Pergunte algo seu, ajuste o modelo e compare as duas respostas.',
    'question': 'Sua instrução',
    'input': 'Entrada (pode ficar vazia)',
    'another': 'Outra linha reservada',
    'same': 'A mesma pergunta para os dois',
    'instruction': 'instrução',
    'inputPart': 'entrada',
    'base': 'Modelo base',
    'baseDetail': 'só pré-treinado',
    'tuning': 'Ajuste',
    'rows': { one: '{count} linha', other: '{count} linhas' },
    'assistant': 'Assistente',
    'updates': '{done} de {all} atualizações',
    'notYet': 'ainda sem ajuste',
    'fromFile': 'aberto de um arquivo',
    'answer': 'resposta',
    'soon': 'Responde primeiro.',
    'later': 'Responde depois de ajustado.',
    'nothing': '(terminou o texto sem dizer nada)',
    'says0': 'O modelo base aprendeu qual token costuma vir a seguir em textos comuns. Ele ' +
      'continua a pergunta como qualquer texto: nada lhe disse que se espera uma resposta.',
    'says1': 'Ajuste de {seconds} com {rows} linhas, {parameters} parâmetros treinados. Nas ' +
      'respostas que ele não viu, a perda foi de {before} para {after}.',
    'says2': 'A mesma pergunta, o mesmo template, sempre o token mais provável: só os pesos ' +
      'mudaram. Perda nas respostas reservadas: {before} antes, {after} depois.',
    'saysNow': 'Ajustando: atualização {done} de {all}. Só contam os tokens das respostas.',
    'saysStopped': 'O ajuste está parado. Avançar continua de onde parou.',
    'saysOpened': 'O assistente é o modelo de {name}, que você abriu.',
  },
};

const pipeline = {
  en: {
    'title': 'Supervised fine-tuning from end to end',
    'about': 'From rows to a tuned model, with the counts of a real run: data, tokens, ' +
      'pretrained weights, training with the mask, the result.',
    'task': 'Compare what the strategies cost, choose one, and run it to the end.',
    'strategy': 'What trains',
    'data': 'Data',
    'tokens': 'Tokens',
    'weights': 'Weights',
    'training': 'Training',
    'tuned': 'Tuned model',
    'row': 'Row {row}',
    'heldRow': 'A held-out row',
    'instruction': 'instruction',
    'input': 'input',
    'response': 'response',
    'rowsAll': 'rows',
    'rowsTrain': 'to train on',
    'rowsHeld': 'held out',
    'tokensAll': 'tokens to predict',
    'tokensCounted': 'count: responses',
    'tokensContext': 'context only',
    'share': 'of the tokens count',
    'exampleTokens': { one: 'The first row: {count} token, marked where it counts',
      other: 'The first row: {count} tokens, those that count are marked' },
    'parameters': 'trained parameters',
    'memory': 'memory',
    'saved': 'saved as a delta',
    'seconds': 'time',
    'expected': 'time expected',
    'update': 'updates',
    'trained': 'trained parameters',
    'rate': 'learning rate',
    'speed': 'counted tokens/s',
    'before': 'held-out loss before',
    'after': 'held-out loss after',
    'shipped': 'Base model',
    'measuring': 'measuring…',
    'choose': 'Choose: {name}',
    'chosen': 'Chosen: {name}',
    'saysData': 'Each row says what is asked and what a good answer is. Some rows are held ' +
      'out: the model never trains on them, so that they can tell whether it has learned.',
    'saysTokens': 'The template joins the three parts. Instruction and input are read as ' +
      'context; only the tokens of the response count in the loss.',
    'saysWeights': 'Measured on this machine with a few real updates of your rows. Pick a ' +
      'line: the file holds what trained, all weights or the few numbers of an adapter beside ' +
      'frozen ones.',
    'saysNotMeasured': 'The costs have not been measured for these rows yet.',
    'saysMeasuring': 'A few real updates to measure the cost: {name}.',
    'saysRunning': 'Update {done} of {all}. The solid curve is each batch, the dashed one the ' +
      'held-out responses.',
    'saysStopped': 'The training stands still. Go back and forth, or press Next, and it goes on.',
    'saysTraining': 'Trained in {seconds}. Where the held-out curve stops falling while the ' +
      'other still falls, the model begins to learn the rows by heart.',
    'saysTuned': 'The result is a model like the one before, with other numbers in it. It can ' +
      'be saved as a delta, which needs the same base, or as a whole folder.',
  },
  'pt-BR': {
    'title': 'Fine-tuning supervisionado de ponta a ponta',
    'about': 'Das linhas ao modelo ajustado, com as contagens de um treino de verdade: dados, ' +
      'tokens, pesos pré-treinados, treino com máscara, resultado.',
    'task': 'Compare o custo das estratégias, escolha uma e leve o treino até o fim.',
    'strategy': 'O que treina',
    'data': 'Dados',
    'tokens': 'Tokens',
    'weights': 'Pesos',
    'training': 'Treino',
    'tuned': 'Modelo ajustado',
    'row': 'Linha {row}',
    'heldRow': 'Uma linha reservada',
    'instruction': 'instrução',
    'input': 'entrada',
    'response': 'resposta',
    'rowsAll': 'linhas',
    'rowsTrain': 'para treinar',
    'rowsHeld': 'reservadas',
    'tokensAll': 'tokens a prever',
    'tokensCounted': 'contam: respostas',
    'tokensContext': 'só contexto',
    'share': 'dos tokens contam',
    'exampleTokens': { one: 'A primeira linha: {count} token, marcado onde conta',
      other: 'A primeira linha: {count} tokens, com destaque nos que contam' },
    'parameters': 'parâmetros treinados',
    'memory': 'memória',
    'saved': 'salvo como delta',
    'seconds': 'tempo',
    'expected': 'tempo previsto',
    'update': 'atualizações',
    'trained': 'parâmetros treinados',
    'rate': 'taxa de aprendizado',
    'speed': 'tokens contados/s',
    'before': 'perda reservada, antes',
    'after': 'perda reservada, depois',
    'shipped': 'Modelo base',
    'measuring': 'medindo…',
    'choose': 'Escolher: {name}',
    'chosen': 'Escolhido: {name}',
    'saysData': 'Cada linha diz o que se pede e o que é uma boa resposta. Algumas linhas ficam ' +
      'reservadas: o modelo nunca treina com elas, e por isso elas mostram se ele aprendeu.',
    'saysTokens': 'O template junta as três partes. Instrução e entrada são lidas como ' +
      'contexto; na perda só contam os tokens da resposta.',
    'saysWeights': 'Medido nesta máquina com algumas atualizações de verdade das suas linhas. ' +
      'Escolha uma: o arquivo guarda o que treinou, todos os pesos ou os poucos números de um ' +
      'adaptador ao lado dos congelados.',
    'saysNotMeasured': 'O custo ainda não foi medido para estas linhas.',
    'saysMeasuring': 'Algumas atualizações de verdade para medir o custo: {name}.',
    'saysRunning': 'Atualização {done} de {all}. A curva contínua é cada lote; a tracejada, as ' +
      'respostas reservadas.',
    'saysStopped': 'O treino está parado. Volte e avance, ou aperte Avançar, e ele continua.',
    'saysTraining': 'Treinado em {seconds}. Onde a curva das reservadas para de cair e a outra ' +
      'continua, o modelo começa a decorar as linhas.',
    'saysTuned': 'O resultado é um modelo igual ao de antes, com outros números dentro. Pode ' +
      'ser salvo como delta, que precisa da mesma base, ou como pasta inteira.',
  },
};

const under = (id, words) => Object.fromEntries(
  Object.entries(words).map(([key, text]) => [`${id}.${key}`, text]));

const all = (tag) => ({ ...shared[tag],
  ...under('7-01-instruction-tuning-visao-geral', overview[tag]),
  ...under('7-04-pipeline-sft', pipeline[tag]) });

export const words = { en: all('en'), 'pt-BR': all('pt-BR') };
