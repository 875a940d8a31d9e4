// What was tested, packed into a few arrays: however many rows there are, they pass from the worker
// to the page at once, and the page takes out those that it shows.

/**
 * @typedef {object} Tested
 * @property {string[]} names           the classes, then other labels that there were
 * @property {Uint8Array} bytes         of all texts, in UTF-8, one behind the other
 * @property {Uint32Array} ends         of each text
 * @property {Uint32Array} facts        of each row: FACTS numbers
 * @property {Float32Array} probabilities   [rows, classes]
 */

/** Row number, whether it is from the test table, and places in `names`. */
const [ROW, TEST, LABEL, ORIGINAL, PREDICTED, FACTS] = [0, 1, 2, 3, 4, 5];

/**
 * @param {import('./types.js').Row[]} rows
 * @param {string[]} classes
 * @returns {Tested}
 */
export function packTested(rows, classes) {
  const places = new Map(classes.map((name, place) => [name, place]));
  const place = (name) => places.get(name) ?? (places.set(name, places.size), places.size - 1);
  const encoder = new TextEncoder();
  const texts = rows.map(({ text }) => encoder.encode(text));
  let end = 0;
  const ends = Uint32Array.from(texts, ({ length }) => (end += length));
  const bytes = new Uint8Array(end);
  texts.forEach((each, i) => bytes.set(each, ends[i] - each.length));
  const facts = new Uint32Array(rows.length * FACTS);
  const probabilities = new Float32Array(rows.length * classes.length);
  rows.forEach(({ row, source, label, original, predicted, probabilities: shares }, i) => {
    facts.set([row, Number(source === 'test'), ...[label, original, predicted].map(place)],
      i * FACTS);
    probabilities.set(shares, i * classes.length);
  });
  return { names: [...places.keys()], bytes, ends, facts, probabilities };
}

/** How many rows. */
export const countOf = ({ ends }) => ends.length;

const fact = ({ facts }, i, which) => facts[i * FACTS + which];

/** All but the text and the probabilities of row i, and a number that tells it from all others. */
export const answerOf = (tested, i) => ({
  key: 2 * fact(tested, i, ROW) + fact(tested, i, TEST),
  label: tested.names[fact(tested, i, LABEL)],
  predicted: tested.names[fact(tested, i, PREDICTED)],
});

/** @returns {import('./types.js').Row}   row i */
export function rowOf(tested, i) {
  const { names, bytes, ends, probabilities } = tested;
  const width = probabilities.length / ends.length;
  return {
    source: fact(tested, i, TEST) ? 'test' : 'train',
    row: fact(tested, i, ROW),
    text: new TextDecoder('utf-8', { ignoreBOM: true })
      .decode(bytes.subarray(ends[i - 1] ?? 0, ends[i])),
    label: names[fact(tested, i, LABEL)],
    original: names[fact(tested, i, ORIGINAL)],
    predicted: names[fact(tested, i, PREDICTED)],
    probabilities: Array.from(probabilities.subarray(i * width, (i + 1) * width)),
  };
}

/** All rows, where they are few. */
export const rowsOf = (tested) => Array.from(tested.ends, (_, i) => rowOf(tested, i));

/** Rows of a cell of the confusion matrix, those first of which the model was surest. */
export function cellOf(tested, actual, predicted) {
  const { ends, probabilities } = tested;
  const width = probabilities.length / ends.length;
  const sure = (i) => probabilities[i * width + predicted];
  const rows = [];
  for (let i = 0; i < ends.length; i++) {
    if (fact(tested, i, LABEL) === actual && fact(tested, i, PREDICTED) === predicted) rows.push(i);
  }
  return rows.sort((a, b) => sure(b) - sure(a));
}
