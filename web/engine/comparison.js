// A comparison in the worker: slices of work, and comparison.json whenever another run is done.

/**
 * @param {object} bridge
 * @param {number} model       handle; must outlive the comparison
 * @param {import('./session.js').Prepared} rows   its own: freed with it
 * @param {object} plan        see afina_comparison_create in src/afina.h
 */
export function createComparison(bridge, model, rows, plan) {
  const handle = bridge.createComparison(model, rows.data, plan);
  const seconds = () => performance.now() / 1000;
  let last = { entry: 0, entries: 0, run: 0, runs: 0, fraction: 0, done: false };
  let reported = '';

  return {
    /** @returns {import('./types.js').ComparisonProgress} */
    run(budget) {
      const begin = performance.now();
      do {
        // Only between two sessions is there one to begin.
        last = bridge.stepComparison(handle, !last.epochs, seconds());
      } while (!last.done && performance.now() - begin < budget);
      const at = `${last.entry} ${last.run} ${last.done}`;
      if (at === reported) return last;
      reported = at;
      return { ...last, report: bridge.comparisonReport(handle) };
    },

    free() {
      bridge.freeComparison(handle);
      bridge.freeDataset(rows.data);
    },
  };
}
