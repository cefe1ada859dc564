// The service worker: keeps the page, so that it opens with no network and with the server gone. Each version keeps its
// own files and throws those of older ones away; a new version waits until the reader asks for it. Trust files are not its
// business (src/trust), and nothing that is checked ever comes by here.

/** What is used of a service worker's scope: its types and those of a page do not go together in one program. */
interface Worker {
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(name: 'install' | 'activate', listener: (event: { waitUntil(done: Promise<void>): void }) => void): void;
  addEventListener(name: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(
    name: 'fetch',
    listener: (event: { readonly request: Request; respondWith(answer: Promise<Response>): void }) => void,
  ): void;
}

const worker = globalThis as unknown as Worker;
const CACHE = `testamur-verify-${__VERSION__}`;
/** Large decoders: kept too, but the page is ready without them. */
const LATER = /(?:\.wasm|pdf)/;

worker.addEventListener('install', (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll(__PRECACHE__.filter((path) => !LATER.test(path)).map(fresh));
  })());
});

worker.addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith('testamur-verify-') && name !== CACHE) await caches.delete(name);
    }
    await worker.clients.claim();
    const cache = await caches.open(CACHE);
    // Without a network later ones are fetched, and kept, when they are first asked for.
    await Promise.allSettled(__PRECACHE__.filter((path) => LATER.test(path)).map((path) => cache.add(fresh(path))));
  })());
});

worker.addEventListener('message', (event) => {
  if (event.data === 'skip-waiting') void worker.skipWaiting();
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const scope = new URL(worker.registration.scope);
  if (request.method !== 'GET' || url.origin !== scope.origin || !url.pathname.startsWith(scope.pathname)) return;
  const path = url.pathname.slice(scope.pathname.length);
  const name = path === '' ? 'index.html' : path;
  if (!known(name)) return;
  event.respondWith((async () => {
    const cache = await caches.open(CACHE);
    const kept = await cache.match(new URL(name, scope).href, { ignoreVary: true, ignoreSearch: true });
    if (kept) return kept;
    const answer = await fetch(request);
    if (answer.ok) await cache.put(new URL(name, scope).href, answer.clone());
    return answer;
  })());
});

function known(name: string): boolean {
  return name === 'index.html' || __PRECACHE__.some((path) => path.replace(/^\.?\//, '') === name);
}

/** Past the browser's own cache: a version must not be put together from two. */
function fresh(path: string): Request {
  return new Request(new URL(path, worker.registration.scope), { cache: 'no-cache' });
}
