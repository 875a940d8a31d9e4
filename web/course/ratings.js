// How answers are judged: by the reader, kept in this browser by rows, row and criterion; and by
// scores.

const KEY = 'afina-course-ratings';
const MOST = 1000;
export const CRITERIA = ['follows', 'right', 'clear'];
export const SIDES = ['base', 'tie', 'tuned'];

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** What the two models' scores are over all rows: means, the perplexity's geometric. */
export function summary(scores) {
  return { exact: mean(scores.map(({ exact }) => Number(exact))),
    f1: mean(scores.map(({ f1 }) => f1)),
    perplexity: Math.exp(mean(scores.map((score) => Math.log(score.response_perplexity)))) };
}

const isRating = (each) => typeof each?.key === 'string' && Number.isInteger(each.row)
  && CRITERIA.every((name) => SIDES.includes(each[name]));

export function createRatings(storage = globalThis.localStorage) {
  let all = [];
  try {
    const kept = JSON.parse(storage.getItem(KEY) ?? '[]');
    all = Array.isArray(kept) ? kept.filter(isRating) : [];
  } catch {
    // Storage is refused, or holds something else: nothing has been judged.
  }
  function write() {
    try {
      storage.setItem(KEY, JSON.stringify(all));
    } catch {
      // They last as long as the page.
    }
  }
  return {
    of: (key) => all.filter((each) => each.key === key),
    /** A row that is judged again has its new judgment. */
    add(rating) {
      all = [...all.filter(({ key, row }) => key !== rating.key || row !== rating.row), rating]
        .slice(-MOST);
      write();
    },
    clear(key) {
      all = all.filter((each) => each.key !== key);
      write();
    },
    /** {follows: {base, tie, tuned}, ...} */
    tally(key) {
      const mine = all.filter((each) => each.key === key);
      return Object.fromEntries(CRITERIA.map((name) => [name, Object.fromEntries(
        SIDES.map((side) => [side, mine.filter((each) => each[name] === side).length]))]));
    },
  };
}
