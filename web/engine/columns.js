// Names of a table's columns, and the guess which of them holds the texts and which the labels.

/** Rows that the guess looks at. */
const SAMPLE = 1000;

const TEXT_NAMES = ['text', 'texto', 'mensagem', 'message', 'mensaje', 'comentario', 'comment',
  'sentence', 'frase', 'review', 'avaliacao', 'resenha', 'descricao', 'description', 'conteudo',
  'content', 'tweet', 'titulo', 'title',
  'headline', 'manchete', 'pergunta', 'question', 'resposta', 'body', 'sms', 'v2'];
const LABEL_NAMES = ['label', 'rotulo', 'classe', 'class', 'categoria', 'category', 'sentimento',
  'sentiment', 'target', 'etiqueta', 'tag', 'intent', 'intencao', 'topic', 'topico', 'assunto',
  'tema', 'tipo', 'type', 'emocao', 'emotion',
  'polaridade', 'polarity', 'nota', 'y', 'v1'];

/** Distinct, non-empty names for `cells`, the header row. */
export function columnNames(cells) {
  const taken = new Set();
  return cells.map((cell, i) => {
    const wanted = cell.trim() || `column ${i + 1}`;
    let name = wanted;
    for (let n = 2; taken.has(name); n++) name = `${wanted} (${n})`;
    taken.add(name);
    return name;
  });
}

const plain = (name) => name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
  .replace(/[\s_-]+/g, ' ').trim();

/**
 * The place of a name in a list of known ones, first by the whole name, then by any word of it; -1:
 * none.
 */
function known(name, list) {
  const whole = list.indexOf(plain(name));
  if (whole >= 0) return whole;
  const words = plain(name).split(' ');
  const part = list.findIndex((each) => each.length > 2 && words.includes(each));
  return part < 0 ? -1 : part + list.length;
}

function statistics(rows, column) {
  const cells = rows.map((row) => row[column] ?? '').filter((cell) => cell.trim() !== '');
  const length = cells.reduce((sum, cell) => sum + cell.length, 0) / Math.max(cells.length, 1);
  return { filled: cells.length, distinct: new Set(cells).size, length };
}

/**
 * @param {string[]} columns
 * @param {string[][]} rows
 * @returns {{text: number, label: number}} different columns where there are two
 */
export function guessColumns(columns, rows) {
  const sample = rows.slice(0, SAMPLE);
  const all = columns.map((name, index) => ({ index, name, ...statistics(sample, index) }));
  const byName = (list, but) => all.filter((each) => each.index !== but && each.filled > 0)
    .map((each) => ({ ...each, place: known(each.name, list) })).filter((each) => each.place >= 0)
    .sort((a, b) => a.place - b.place)[0]?.index;
  const longest = (but) => all.filter((each) => each.index !== but)
    .sort((a, b) => b.length - a.length)[0]?.index;

  let label = byName(LABEL_NAMES);
  const text = byName(TEXT_NAMES, label) ?? longest(label) ?? 0;
  label ??= fewestValues(all.filter((each) => each.index !== text));
  label ??= text === 0 ? Math.min(1, all.length - 1) : 0;
  return { text, label };
}

/**
 * The column with the fewest values that could be classes: two or more, each standing in several
 * rows.
 */
function fewestValues(candidates) {
  return candidates.filter(({ distinct, filled }) => distinct >= 2 && distinct <= filled / 2)
    .sort((a, b) => a.distinct - b.distinct || a.length - b.length)[0]?.index;
}
