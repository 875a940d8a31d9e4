// Como o treino trata blocos, classes e rótulos, em português do Brasil.

export default {
  'strategy.gradual': 'Aos poucos, de cima para baixo',
  'strategy.gradual.help':
    'Primeiro a camada de classificação, depois mais um bloco por vez; quanto mais embaixo, ' +
    'menores os passos. A tabela de palavras fica como está.',
  'option.gradual_epochs': 'Épocas até o próximo bloco',
  'option.gradual_epochs.help':
    'Só no modo “aos poucos”: quanto dura cada etapa; a última fica com o resto.',
  'option.layer_decay': 'Passos dos blocos de baixo',
  'option.layer_decay.help':
    'A taxa de aprendizado de cada bloco como parte da do bloco acima. 1: todas iguais; 0,38: ' +
    'como no ULMFiT.',
  'option.class_weights': 'Pesos das classes',
  'option.class_weights.help':
    'Para classes de tamanhos muito diferentes. Equilibrados: os textos das classes pequenas ' +
    'contam mais.',
  'weights.none': 'Todos os textos contam igual',
  'weights.balanced': 'Equilibrados',
  'option.sampling': 'Textos de uma época',
  'option.sampling.help':
    'O outro jeito de ajudar classes pequenas: sortear o mesmo número de textos de cada classe, ' +
    'alguns mais de uma vez. Só um dos dois de cada vez.',
  'sampling.shuffle': 'Cada texto uma vez',
  'sampling.balanced': 'Cada classe o mesmo tanto',
  'option.label_smoothing': 'Suavização dos rótulos (%)',
  'option.label_smoothing.help':
    'Esta parte de cada rótulo se espalha por todas as classes: o modelo fica menos seguro de si.',
  'option.dropout': 'Dropout (%)',
  'option.dropout.help':
    'Esta parte dos valores é apagada ao acaso enquanto o que aprende é treinado, para que não ' +
    'dependa de poucos deles.',
  'option.optimizer': 'Como a camada de classificação é ajustada',
  'option.optimizer.help':
    'De uma vez: o único melhor ponto para todos os textos, sem nada a escolher. Em passos: lote ' +
    'por lote, na taxa de aprendizado; vale sozinho quando você define essa taxa ou o lote.',
  'optimizer.adamw': 'Em passos (AdamW)',
  'optimizer.lbfgs': 'De uma vez (L-BFGS)',
  'option.ridge': 'Contenção',
  'option.ridge.help':
    'Só no ajuste de uma vez: com que força os pesos grandes são contidos (ridge).',
  'chart.openings':
    'Linhas tracejadas: dali em diante mais um bloco aprendeu, contados de baixo para cima.',
  'chart.opening': 'bloco {block}',
  'live.learned': 'Aprendeu a partir de',
  'live.headOnly': 'camada de classificação',
};
