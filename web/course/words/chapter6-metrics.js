// The words of the confusion matrix.

const ID = '6-05-metricas-confusion-matrix';

export const words = {
  en: {
    [`${ID}.title`]: 'Confusion matrix and metrics',
    [`${ID}.about`]:
      'What a classifier answered on rows that it has not seen, counted by true and answered ' +
      'class. Every metric is a fraction of these counts.',
    [`${ID}.task`]: 'Click a class, then move its threshold: what happens to precision and recall?',
    [`${ID}.noThreshold`]: 'Threshold of “{label}”: none, the most probable class wins',
    [`${ID}.threshold`]: 'Threshold of “{label}”: from {share} on',
    [`${ID}.reset`]: 'No threshold',
    [`${ID}.answered`]: 'answered (down: true)',
    [`${ID}.choose`]: 'Look at “{label}”',
    [`${ID}.ofClass`]: 'Seen from the class “{label}”',
    [`${ID}.accuracy`]: 'Accuracy',
    [`${ID}.precision`]: 'Precision',
    [`${ID}.recall`]: 'Recall',
    [`${ID}.macro`]: 'Macro F1',
    [`${ID}.of.right`]: '{right} on the diagonal',
    [`${ID}.of.all`]: '{count} tested',
    [`${ID}.of.hits`]: '{hits} hits',
    [`${ID}.of.answered`]: '{answered} in its column',
    [`${ID}.of.support`]: '{support} in its row',
    [`${ID}.strip`]: 'Each tested text, by the probability of “{label}”',
    [`${ID}.legend`]: 'Above the line: texts that are “{label}”; below: all others.',
    [`${ID}.says.matrix`]:
      '{tested} rows were kept from training and then classified. A row of the matrix is what ' +
      'they are, a column what was answered; right answers lie on the diagonal.',
    [`${ID}.says.accuracy`]:
      'Accuracy: {right} of {tested} lie on the diagonal, {accuracy}. Whether small classes are ' +
      'found at all, it does not say.',
    [`${ID}.says.precision`]:
      'Precision of “{label}”: it was answered {answered} times, {hits} of them rightly: ' +
      '{precision}. {wrong} were false alarms.',
    [`${ID}.says.recall`]:
      'Recall of “{label}”: {support} texts are of this class, {hits} of them were found: ' +
      '{recall}. {missed} were missed.',
    [`${ID}.says.f1`]:
      'F1 holds precision and recall together and is high only where both are: {f1} for “{label}”.',
    [`${ID}.says.macro`]:
      'Macro F1 is the mean over the {classes} classes, small or large: {macro}.',
  },
  'pt-BR': {
    [`${ID}.title`]: 'Matriz de confusão e métricas',
    [`${ID}.about`]:
      'O que o classificador respondeu em linhas que não viu, contado por classe verdadeira e ' +
      'classe respondida. Toda métrica é uma fração dessas contagens.',
    [`${ID}.task`]:
      'Clique em uma classe e mova o limiar dela: o que acontece com a precisão e a revocação?',
    [`${ID}.noThreshold`]: 'Limiar de “{label}”: nenhum, vence a classe mais provável',
    [`${ID}.threshold`]: 'Limiar de “{label}”: a partir de {share}',
    [`${ID}.reset`]: 'Sem limiar',
    [`${ID}.answered`]: 'respondida (linhas: verdadeira)',
    [`${ID}.choose`]: 'Olhar para “{label}”',
    [`${ID}.ofClass`]: 'Do ponto de vista da classe “{label}”',
    [`${ID}.accuracy`]: 'Acurácia',
    [`${ID}.precision`]: 'Precisão',
    [`${ID}.recall`]: 'Revocação',
    [`${ID}.macro`]: 'F1 macro',
    [`${ID}.of.right`]: '{right} na diagonal',
    [`${ID}.of.all`]: '{count} testadas',
    [`${ID}.of.hits`]: '{hits} acertos',
    [`${ID}.of.answered`]: '{answered} na coluna dela',
    [`${ID}.of.support`]: '{support} na linha dela',
    [`${ID}.strip`]: 'Cada texto testado, pela probabilidade de “{label}”',
    [`${ID}.legend`]: 'Acima da linha: textos que são “{label}”; abaixo: todos os outros.',
    [`${ID}.says.matrix`]:
      '{tested} linhas ficaram fora do treino e depois foram classificadas. Cada linha da matriz ' +
      'é o que elas são; cada coluna, o que foi respondido. Os acertos ficam na diagonal.',
    [`${ID}.says.accuracy`]:
      'Acurácia: {right} de {tested} estão na diagonal, {accuracy}. Se as classes pequenas ' +
      'chegam a ser encontradas, ela não diz.',
    [`${ID}.says.precision`]:
      'Precisão de “{label}”: foi respondida {answered} vezes, {hits} delas com razão: ' +
      '{precision}. {wrong} foram alarmes falsos.',
    [`${ID}.says.recall`]:
      'Revocação de “{label}”: {support} textos são dessa classe e {hits} foram encontrados: ' +
      '{recall}. {missed} escaparam.',
    [`${ID}.says.f1`]:
      'O F1 junta precisão e revocação e só é alto onde as duas são altas: {f1} para “{label}”.',
    [`${ID}.says.macro`]:
      'O F1 macro é a média das {classes} classes, pequenas ou grandes: {macro}.',
  },
};
