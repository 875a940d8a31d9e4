// Two trainings on the same table, compared where they can be: on the rows that both tested.

/**
 * @param {import('../engine/types.js').Row[]} before
 * @param {import('../engine/types.js').Row[]} after
 * @returns {object}   counts: `both` rows tested by both, of which `relabeled` have another label
 *   now; right answers before by the labels of then (`rightThen`) and by those of now
 *   (`rightBefore`), and now (`rightNow`); `fixed` and `broken` by the labels of now; rows that
 *   only one of them tested (`gone`, `added`)
 */
export function compareRuns(before, after) {
  const key = ({ source, row }) => `${source} ${row}`;
  const then = new Map(before.map((row) => [key(row), row]));
  const pairs = after.filter((now) => then.has(key(now)))
    .map((now) => ({ now, old: then.get(key(now)) }));
  const count = (is) => pairs.filter(is).length;
  const wasRight = ({ now, old }) => old.predicted === now.label;
  const isRight = ({ now }) => now.predicted === now.label;
  return {
    both: pairs.length,
    relabeled: count(({ now, old }) => now.label !== old.label),
    rightThen: count(({ old }) => old.predicted === old.label),
    rightBefore: count(wasRight),
    rightNow: count(isRight),
    fixed: count((pair) => isRight(pair) && !wasRight(pair)),
    broken: count((pair) => wasRight(pair) && !isRight(pair)),
    gone: before.length - pairs.length,
    added: after.length - pairs.length,
  };
}

/**
 * How often chance alone would divide `one + other` rows at least so unevenly: McNemar's test in
 * its exact form, two-sided. Q. McNemar, "Note on the sampling error of the difference between
 * correlated proportions or percentages", 1947.
 */
export function evenOdds(one, other) {
  const total = one + other;
  const fewer = Math.min(one, other);
  let term = -total * Math.LN2; // the logarithm of a probability
  let sum = 0;
  for (let k = 0; k <= fewer; k++) {
    sum += Math.exp(term);
    term += Math.log((total - k) / (k + 1));
  }
  return Math.min(1, 2 * sum);
}
