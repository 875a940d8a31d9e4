// What the page works out from report.json: intervals, the baseline, the shares of a confusion
// matrix.

const sum = (values) => values.reduce((total, value) => total + value, 0);

/** Below this many test texts the page says that the numbers are rough. */
export const SMALL_TEST = 100;

/** How many test texts a report's matrix holds. */
export const testSize = (confusion) => sum(confusion.flat());

/**
 * Wilson's interval for a share seen in `total` trials, at 95%.
 * E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
 */
export function wilson(share, total) {
  if (total === 0) return [0, 1];
  const z = 1.959964;
  const denominator = 1 + (z * z) / total;
  const center = (share + (z * z) / (2 * total)) / denominator;
  const half =
    (z / denominator) * Math.sqrt((share * (1 - share)) / total + (z * z) / (4 * total * total));
  return [Math.max(0, center - half), Math.min(1, center + half)];
}

/** Always answering the most frequent class of the test texts: the least that a model must beat. */
export function majorityBaseline(confusion) {
  const support = confusion.map(sum);
  const total = sum(support);
  const most = support.indexOf(Math.max(...support));
  const accuracy = total === 0 ? 0 : support[most] / total;
  const present = support.filter((count) => count > 0).length || 1;
  return { index: most, accuracy, macroF1: (2 * accuracy) / (1 + accuracy) / present };
}

/**
 * What the network adds to the n-grams alone: how many more test texts are right with both
 * (negative: fewer), and whether so few may be luck.
 */
export function networkGain(both, alone, total) {
  const [low, high] = wilson(both, total);
  const count = Math.round((both - alone) * total);
  return { count, mayBeLuck: count !== 0 && low <= alone && alone <= high };
}

/**
 * The matrix as counts, as shares of each row (of a true class) or of each column (of a predicted
 * class).
 * @param {number[][]} confusion   [actual][predicted]
 * @param {'count'|'row'|'column'} view
 */
export function matrixView(confusion, view) {
  if (view === 'count') return confusion;
  const rowSums = confusion.map(sum);
  const columnSums = confusion.map((_, column) => sum(confusion.map((row) => row[column])));
  return confusion.map((row, i) =>
    row.map((count, j) => {
      const whole = view === 'row' ? rowSums[i] : columnSums[j];
      return whole === 0 ? 0 : count / whole;
    }),
  );
}

/** The largest off-diagonal cells: what the model mixes up. */
export function worstConfusions(confusion, most = 3) {
  return confusion
    .flatMap((row, actual) => row.map((count, predicted) => ({ actual, predicted, count })))
    .filter(({ actual, predicted, count }) => actual !== predicted && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, most);
}
