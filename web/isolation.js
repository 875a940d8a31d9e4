// Threads need a page that is cross-origin isolated, which takes two headers that GitHub Pages does
// not send: the service worker (web/sw.js) adds them, and keeps the page's files for visits without
// a network. On the first visit the page comes without it, so it is loaded once more, but only
// while the reader has not begun: who was quicker stays, on one thread until the next visit.

import { builds } from 'virtual:afina-builds';

/** The reader waits no longer than this for the service worker, on the first visit. */
const PATIENCE = 3000;
const FLAG = 'afina-reloaded';
const isFirst = !navigator.serviceWorker?.controller;
const TOUCHES = ['pointerdown', 'keydown', 'dragenter', 'paste', 'change'];

/** Resolves once the reader has begun to do something. */
const touched = () => new Promise((resolve) => {
  for (const type of TOUCHES) addEventListener(type, resolve, { capture: true, once: true });
});

const after = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Storage may be refused; then there is no reload, which could be without end. */
function mayReload() {
  try {
    const may = !sessionStorage.getItem(FLAG);
    sessionStorage.setItem(FLAG, '1');
    return may;
  } catch {
    return false;
  }
}

function forgetReload() {
  try {
    sessionStorage.removeItem(FLAG);
  } catch {
    // Nothing was kept.
  }
}

/** Resolves once another service worker answers for this page than at first. */
const changed = () => new Promise((resolve) => {
  navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true });
});

/** Resolves if the service worker cannot be had, for want of one of its files. */
const refused = (worker) => new Promise((resolve) => {
  worker.addEventListener('statechange', () => worker.state === 'redundant' && resolve('refused'));
});

/** Resolves to true where the page is to be loaded again, with what has been installed. */
async function installed() {
  const change = changed();
  const { installing, waiting } = await navigator.serviceWorker.register('sw.js');
  // A version that waits has all its files: nothing runs yet, so it may take over.
  waiting?.postMessage({ takeOver: true });
  if (waiting) await change;
  else if (installing && !navigator.serviceWorker.controller) {
    if (await Promise.race([change, refused(installing)]) === 'refused') return false;
  } else if (crossOriginIsolated) return false;
  return true;
}

/** What the page fetched before the service worker answered for it is kept as well. */
async function keepFetched() {
  const { active } = await navigator.serviceWorker.ready;
  const keep = performance.getEntriesByType('resource').map(({ name }) => name);
  if (isFirst) keep.push(new URL(builds.threads, document.baseURI).href);
  active.postMessage({ keep });
}

/**
 * Resolves when the engine may start. Before that the page may be loaded anew, once.
 * @returns {Promise<void>}
 */
export async function settle() {
  if (!import.meta.env.PROD || !navigator.serviceWorker) return;
  const install = installed().catch(() => false); // a browser that keeps nothing
  const again = await Promise.race([install, touched(), after(PATIENCE)]);
  if (again === true && mayReload()) {
    location.reload();
    await new Promise(() => {});
  }
  if (crossOriginIsolated) forgetReload();
}

/** To be called when all that the page needs has been fetched. */
export const keepFiles = () => {
  if (import.meta.env.PROD && navigator.serviceWorker) keepFetched().catch(() => {});
};
