// The page's state, and who draws what from it. Drawing happens at most once per animation frame
// per watcher, and stops where a frame has had enough of it.

/** Milliseconds of drawing in a frame: what is more goes on in the next. */
const SLICE = 8;

/**
 * @param {object} initial
 * @param {(draw: () => void) => void} schedule   requestAnimationFrame in the page, anything in a
 *   test
 * @param {() => number} clock   milliseconds
 */
export function createStore(initial, schedule = (draw) => requestAnimationFrame(draw),
  clock = () => performance.now()) {
  const state = { ...initial };
  const due = new Set();
  let watchers = new Set();
  let drawing = null;
  let pending = false;

  function drop(watcher) {
    watcher.inner.forEach(drop);
    watcher.inner.clear();
    watchers.delete(watcher);
    due.delete(watcher);
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

  function later() {
    if (pending) return;
    pending = true;
    schedule(draw);
  }

  function draw() {
    pending = false;
    const end = clock() + SLICE;
    for (const watcher of [...watchers]) {
      if (!due.has(watcher)) continue;
      if (clock() >= end) return later();
      due.delete(watcher);
      run(watcher);
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
      for (const watcher of watchers) {
        if (watcher.wanted.some((key) => key in patch)) due.add(watcher);
      }
      later();
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
      due.clear();
    },
  };
}
