// What the reader has done of the course, kept in this browser.

const KEY = 'afina-course';

export function createProgress(storage = globalThis.localStorage) {
  let done = new Set();
  try {
    done = new Set(JSON.parse(storage.getItem(KEY) ?? '[]'));
  } catch {
    // Storage is refused, or holds something else: the course begins anew.
  }
  const write = () => {
    try {
      storage.setItem(KEY, JSON.stringify([...done]));
    } catch {
      // It lasts as long as the page.
    }
  };
  return {
    has: (id) => done.has(id),
    /** @returns {boolean} whether it is new */
    add(id) {
      if (done.has(id)) return false;
      done.add(id);
      write();
      return true;
    },
    clear() {
      done.clear();
      write();
    },
  };
}
