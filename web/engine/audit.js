// What there is to look at again in the labeled rows, in slices: near duplicates at once, then the
// folds that tell which labels are probably wrong.

/**
 * @param {object} bridge
 * @param {number} model          handle
 * @param {import('./session.js').Prepared} prepared
 * @param {{folds: number, seed: number}} options
 */
export function createAudit(bridge, model, prepared, { folds: k, seed }) {
  const duplicates = bridge.nearDuplicates(prepared.data);
  let folds = bridge.createFolds(model, prepared.data, k, seed, { strategy: 'head', seed });
  let fraction = 0;

  /** What the page knows of a row: the one of the user's file. */
  function rowOf({ index, ...found }) {
    const { source, number: row, text, original } = prepared.rows[index];
    return { ...found, source, row, text, original };
  }

  function free() {
    if (folds) bridge.freeFolds(folds);
    folds = null;
  }

  return {
    prepared,
    free,
    run(budget) {
      const end = performance.now() + budget;
      while (fraction < 1 && performance.now() < end) {
        fraction = bridge.stepFolds(folds, performance.now() / 1000);
      }
      return fraction;
    },
    take() {
      const labels = bridge.doubtfulLabels(folds, prepared.data);
      free();
      return {
        labels: { ...labels, items: labels.items.map(rowOf) },
        duplicates: {
          ...duplicates,
          items: duplicates.items.map((group) => ({ ...group, rows: group.rows.map(rowOf) })),
        },
      };
    },
  };
}
