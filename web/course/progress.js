// What the reader has done of the course and where they were last, kept in this browser.

const KEY = 'afina-course';

/** @returns {{done: string[], last?: string}} */
function read(storage) {
  try {
    const { done, last } = JSON.parse(storage.getItem(KEY));
    return { done: done.filter((id) => typeof id === 'string'), last };
  } catch {
    // Storage is refused, empty, or holds something else: the course begins anew.
    return { done: [] };
  }
}

/** A browser that keeps nothing of this page refuses it already when it is looked at. */
function ownStorage() {
  try {
    return globalThis.localStorage;
  } catch {
    return null;
  }
}

export function createProgress(storage = ownStorage()) {
  let now = read(storage);
  /** Another page of the course may have written since: what is done there stays done. */
  function change(patch) {
    const done = new Set([...read(storage).done, ...now.done, ...(patch.done ?? [])]);
    write({ ...now, ...patch, done: [...done] });
  }
  function write(next) {
    now = next;
    try {
      storage.setItem(KEY, JSON.stringify(now));
    } catch {
      // It lasts as long as the page.
    }
  }
  return {
    has: (id) => now.done.includes(id),
    last: () => now.last,
    /** @returns {boolean} whether it is new */
    add(id) {
      if (now.done.includes(id)) return false;
      change({ done: [id] });
      return true;
    },
    visit(id) {
      if (now.last !== id) change({ last: id });
    },
    clear: () => write({ done: [] }),
  };
}
