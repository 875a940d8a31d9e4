// Which text to ask about next: one of which the model is unsure, and not like those just asked.

/**
 * How unsure a model is that answers with these probabilities, from 0 to 1. Margin: how little
 * the second class is behind the first. Entropy: how even all of them are.
 */
export const uncertainty = {
  margin(shares) {
    const [first = 1, second = 0] = [...shares].sort((a, b) => b - a);
    return 1 - (first - second);
  },
  entropy(shares) {
    if (shares.length < 2) return 0;
    const bits = shares.map((share) => (share > 0 ? -share * Math.log(share) : 0));
    return bits.reduce((sum, each) => sum + each, 0) / Math.log(shares.length);
  },
};

/** The distinct words of a text, for likeness(). */
export const wordsOf = (text) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));

/** Jaccard's index of two texts' words: what they share of what they have, 0 to 1. */
export function likeness(a, b) {
  let shared = 0;
  for (const word of a) if (b.has(word)) shared++;
  const all = a.size + b.size - shared;
  return all === 0 ? 1 : shared / all;
}

/** Of those most uncertain, so many are looked at for one that is unlike the last ones. */
const LOOKED_AT = 50;

/**
 * The row to ask about next: of those of which the model is least sure the one for which
 * uncertainty, less what it shares with the texts `shown` last, is the largest ("maximal marginal
 * relevance", Carbonell and Goldstein, 1998, with the two as factors). Rows that the model has not
 * read yet come after all others; without a model the first ones in the file are looked at.
 *
 * @template {{row: number, text: string}} T
 * @param {T[]} rows
 * @param {Map<number, number[]>} probabilities   by row
 * @param {'margin'|'entropy'|'file'} how   'file': the first one in the file
 * @param {Set<string>[]} shown   words of the texts asked about last
 * @returns {T|null}
 */
export function pickNext(rows, probabilities, how, shown) {
  if (rows.length === 0) return null;
  if (how === 'file') return rows[0];
  const known = rows.filter(({ row }) => probabilities.has(row));
  const scored = (known.length > 0 ? known : rows).map((each) => {
    const shares = probabilities.get(each.row);
    return { each, unsure: shares ? uncertainty[how](shares) : 1 };
  });
  scored.sort((a, b) => b.unsure - a.unsure || a.each.row - b.each.row);
  let best = null;
  for (const { each, unsure } of scored.slice(0, LOOKED_AT)) {
    const words = wordsOf(each.text);
    const like = shown.reduce((most, other) => Math.max(most, likeness(words, other)), 0);
    const score = unsure * (1 - like);
    if (!best || score > best.score) best = { each, score };
  }
  return best.each;
}

/** At most `count` of a list, evenly spread over it. */
export function spread(list, count) {
  if (list.length <= count) return list;
  return Array.from({ length: count }, (_, i) => list[Math.floor((i * list.length) / count)]);
}
