// The page's state, and who draws what from it. Drawing happens at most once per animation frame
// per watcher.

/**
 * @param {object} initial
 * @param {(draw: () => void) => void} schedule   requestAnimationFrame in the page, anything in a
 *   test
 */
export function createStore(initial, schedule = (draw) => requestAnimationFrame(draw)) {
  const state = { ...initial };
  const dirty = new Set();
  let watchers = new Set();
  let drawing = null;
  let pending = false;

  function drop(watcher) {
    watcher.inner.forEach(drop);
    watcher.inner.clear();
    watchers.delete(watcher);
  }

  /** What a watcher's drawing watches belongs to it: the next drawing replaces it. */
  function run(watcher) {
    watcher.inner.forEach(drop);
    watcher.inner.clear();
    const outer = drawing;
    drawing = watcher;
    try {
      watcher.update(state);
    } finally {
      drawing = outer;
    }
  }

  function draw() {
    pending = false;
    const keys = new Set(dirty);
    dirty.clear();
    for (const watcher of [...watchers]) {
      const wanted = watcher.wanted.some((key) => keys.has(key));
      if (wanted && watchers.has(watcher)) run(watcher);
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
      if (pending) return;
      pending = true;
      schedule(draw);
    },
    /** Draws now, and after every change of one of the fields. */
    watch(wanted, update) {
      const watcher = { wanted, update, inner: new Set() };
      watchers.add(watcher);
      drawing?.inner.add(watcher);
      run(watcher);
    },
    /** Forgets all watchers: the page is about to be built anew (in another language). */
    unwatchAll() {
      watchers = new Set();
    },
  };
}
