// What there is to look at again in the labeled rows, in slices: near duplicates at once, then the
// folds that tell which labels are probably wrong.

/**
 * @param {object} bridge
 * @param {number} model          handle
 * @param {import('./session.js').Prepared} prepared
 * @param {{folds: number, seed: number}} options
 */
function createAudit(bridge, model, prepared, { folds: k, seed }) {
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

/**
 * The one audit that the service may have under way.
 * @param {() => Promise<{bridge: object, model: number, prepared: object}>} begin
 * @param {(audit: object|null) => object} needed   fails where there is none
 */
export function createAudits(begin, needed) {
  let audit = null;

  function drop() {
    audit?.free();
    audit = null;
  }

  return {
    drop,
    async start(options) {
      const { bridge, model, prepared } = await begin();
      drop();
      audit = createAudit(bridge, model, prepared, options);
    },
    /** Slices until the fraction is 1; the last one brings what was found. */
    run(budget) {
      const fraction = needed(audit).run(budget);
      if (fraction < 1) return { fraction };
      const found = audit.take();
      drop();
      return { fraction, found };
    },
  };
}
