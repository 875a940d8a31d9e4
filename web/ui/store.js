// The page's state, and who draws what from it. Drawing happens at most once per animation frame
// per watcher.

/**
 * @param {object} initial
 * @param {(draw: () => void) => void} schedule   requestAnimationFrame in the page, anything in a
 * test
 */
export function createStore(initial, schedule = (draw) => requestAnimationFrame(draw)) {
  const state = { ...initial };
  const dirty = new Set();
  let watchers = [];
  let pending = false;

  function draw() {
    pending = false;
    const keys = new Set(dirty);
    dirty.clear();
    for (const { wanted, update } of [...watchers]) {
      if (wanted.some((key) => keys.has(key))) update(state);
    }
  }

  return {
    state,
    /**
     * Changes fields; those who watch them draw at the next frame. A field may be set to itself to
     * say it changed.
     */
    set(patch) {
      Object.assign(state, patch);
      for (const key of Object.keys(patch)) dirty.add(key);
      if (!pending) {
        pending = true;
        schedule(draw);
      }
    },
    /** Draws now, and after every change of one of the fields. */
    watch(wanted, update) {
      watchers.push({ wanted, update });
      update(state);
    },
    /** Forgets all watchers: the page is about to be built anew (in another language). */
    unwatchAll() {
      watchers = [];
    },
  };
}
