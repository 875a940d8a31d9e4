// The course's diagrams in their order: each one's code comes when it is first shown.

/** By chapter: the file's name, which is also that of the saved picture. */
const CHAPTERS = {
  5: ['01-pipeline-treinamento', '02-cross-entropy', '03-loop-treinamento',
    '04-decoding-strategies', '05-checkpoints'],
  6: ['01-pretrain-vs-finetune', '02-classification-head', '03-freeze-vs-unfreeze',
    '04-treino-classificacao-pipeline', '05-metricas-confusion-matrix'],
  7: ['01-instruction-tuning-visao-geral', '02-formato-dados-instrucao',
    '03-mascaramento-loss-resposta', '04-pipeline-sft', '05-avaliacao-respostas'],
};
/** What one takes before a class, with its thing to do: our estimate, for planning a lesson. */
const MINUTES = {
  '5-01': 12, '5-02': 10, '5-03': 12, '5-04': 12, '5-05': 8,
  '6-01': 10, '6-02': 8, '6-03': 10, '6-04': 12, '6-05': 12,
  '7-01': 10, '7-02': 8, '7-03': 12, '7-04': 12, '7-05': 12,
};
const modules = import.meta.glob('./chapter?/*.js');

/**
 * {id: '5-02-cross-entropy', chapter: '5', name: '02-cross-entropy', minutes, load} of those that
 * there are.
 */
export const diagrams = Object.entries(CHAPTERS).flatMap(([chapter, names]) => names
  .map((name) => ({ id: `${chapter}-${name}`, chapter, name,
    minutes: MINUTES[`${chapter}-${name.slice(0, 2)}`],
    load: modules[`./chapter${chapter}/${name}.js`] }))
  .filter(({ load }) => load));

export const chapters = Object.keys(CHAPTERS);
export const findDiagram = (id) => diagrams.find((each) => each.id === id);
