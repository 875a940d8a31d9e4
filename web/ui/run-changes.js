// Two trainings on the same table, compared where they can be: on the rows that both tested.

import { answerOf, countOf } from '../engine/tested.js';

/**
 * @param {import('../engine/tested.js').Tested} before
 * @param {import('../engine/tested.js').Tested} after
 * @returns {object}   counts: `both` rows tested by both, of which `relabeled` have another label
 *   now; right answers before by the labels of then (`rightThen`) and by those of now
 *   (`rightBefore`), and now (`rightNow`); `fixed` and `broken` by the labels of now; rows that
 *   only one of them tested (`gone`, `added`)
 */
export function compareRuns(before, after) {
  const then = new Map();
  for (let i = 0; i < countOf(before); i++) {
    const old = answerOf(before, i);
    then.set(old.key, old);
  }
  const changes = { both: 0, relabeled: 0, rightThen: 0, rightBefore: 0, rightNow: 0, fixed: 0,
    broken: 0 };
  for (let i = 0; i < countOf(after); i++) {
    const now = answerOf(after, i);
    const old = then.get(now.key);
    if (!old) continue;
    const [wasRight, isRight] = [old.predicted === now.label, now.predicted === now.label];
    changes.both++;
    changes.relabeled += now.label !== old.label;
    changes.rightThen += old.predicted === old.label;
    changes.rightBefore += wasRight;
    changes.rightNow += isRight;
    changes.fixed += isRight && !wasRight;
    changes.broken += wasRight && !isRight;
  }
  const { both } = changes;
  return { ...changes, gone: countOf(before) - both, added: countOf(after) - both };
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
