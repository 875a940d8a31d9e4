// The service worker. It adds the headers that make the page cross-origin isolated, which threads
// need and GitHub Pages does not send, and the page's policy for workers; and it keeps the page's
// files, by what they contain, so that a later visit needs no network and downloads no weights
// again. It asks for nothing but those files, which vite.config.js writes above this line:
//
//   self.afina = { policy, shell: ['index.html', ...], files: { 'index.html': '01234567', ... } }
//
// A file's version is the beginning of its SHA-256: eight bytes, in hexadecimal digits.

const { policy, shell, files } = self.afina;
const CACHE = 'afina';
const { scope } = self.registration;

const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': policy,
};

const own = (name) => Object.hasOwn(files, name);
/** Where a file is kept: another version of it has another place. */
const place = (name) => `${scope}${name}?${files[name]}`;

/** The name that a URL has among the page's files, or null. */
function nameOf(url) {
  if (!url.startsWith(scope)) return null;
  return decodeURI(url.slice(scope.length).replace(/[?#].*$/, '')) || 'index.html';
}

async function hash(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Keeps a response if it is the version that this service worker is of. */
async function store(name, response) {
  const bytes = await response.arrayBuffer();
  const found = await hash(bytes);
  if (!found.startsWith(files[name])) throw new Error(`${name} is of another version`);
  const headers = {
    'Content-Type': response.headers.get('Content-Type') ?? 'application/octet-stream',
    'Content-Length': String(bytes.byteLength),
  };
  const cache = await caches.open(CACHE);
  await cache.put(place(name), new Response(bytes, { headers }));
}

/** Fetches a file that is not kept yet, past caches that may hold an older version. */
async function keep(name) {
  if (await caches.match(place(name))) return;
  const response = await fetch(scope + name, { cache: 'no-cache' });
  if (!response.ok) throw new Error(`${name}: the server answered ${response.status}`);
  await store(name, response);
}

function withHeaders(response) {
  const { body, status, statusText } = response;
  const headers = new Headers(response.headers);
  Object.entries(HEADERS).forEach(([name, value]) => headers.set(name, value));
  return new Response(body, { status, statusText, headers });
}

/** What is kept, else what the server has; that is kept too if it is of this version. */
async function answer(name, event) {
  const kept = own(name) ? await caches.match(place(name))
    : await caches.match(scope + name, { ignoreSearch: true });
  if (kept) return withHeaders(kept);
  const response = await fetch(event.request);
  if (own(name) && response.ok) {
    event.waitUntil(store(name, response.clone()).catch(() => {}));
  }
  return withHeaders(response);
}

/** Drops what older versions left, unless a page of theirs may be open or a newer one comes. */
async function prune() {
  if (self.registration.installing || self.registration.waiting) return;
  const pages = await self.clients.matchAll({ includeUncontrolled: true });
  if (pages.length > 1) return;
  const places = new Set(Object.keys(files).map(place));
  const cache = await caches.open(CACHE);
  for (const { url } of await cache.keys()) if (!places.has(url)) await cache.delete(url);
}

self.addEventListener('install', (event) => {
  if (!self.registration.active) self.skipWaiting();
  event.waitUntil(Promise.all(shell.map(keep)));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener('fetch', (event) => {
  const name = event.request.method === 'GET' ? nameOf(event.request.url) : null;
  if (name !== null && name !== 'sw.js') event.respondWith(answer(name, event));
});

/** { takeOver } from a page that is about to be loaded anew; { keep: [URL of a file or folder] } */
self.addEventListener('message', (event) => {
  if (event.data.takeOver) self.skipWaiting();
  const wanted = (event.data.keep ?? []).map(nameOf).filter((name) => name !== null);
  const names = Object.keys(files).filter((name) => wanted.some(
    (each) => each === name || (each.endsWith('/') && name.startsWith(each))));
  // Not while this worker is activated: a page that is opened then would wait for it.
  event.waitUntil(Promise.allSettled([...names.map(keep), prune()]));
});
