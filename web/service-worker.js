/**
 * The page without a network: keeps every file that `offline.json` names and answers with those, whole versions at a time.
 *
 * A worker belongs to one version, which its own URL names (web/offline.js). It installs when all files of that version have
 * arrived and have the hashes of the list, and takes over when the last page of the version before it has closed or is reloaded.
 * Models are kept by files/file-cache.js; of them only the list is here, asked of the network first.
 */

/**
 * @typedef {object} Scope  what is used of a ServiceWorkerGlobalScope, which TypeScript's DOM library leaves out
 * @property {ServiceWorkerRegistration} registration
 * @property {{matchAll: (options: {type: 'window'}) => Promise<{id: string}[]>}} clients
 * @property {() => Promise<void>} skipWaiting
 * @property {(kind: string, listener: (event: any) => void) => void} addEventListener
 */
const worker = /** @type {Scope} */ (/** @type {unknown} */ (self));
const PAGES = 'deltapage-page-';
const CACHE = PAGES + new URL(location.href).searchParams.get('version');
const LISTS = 'deltapage-lists';
const SCOPE = new URL('./', location.href).href;
const LIST = `${SCOPE}offline.json`;
const SILENCE = 8000; // ms after which the list that is kept answers
const PATIENCE = 5; // pages of nothing in a row, before the old version is shown all the same
let nothing = ''; // the client that shows the last one
let nothings = 0;

worker.addEventListener('install', (event) => event.waitUntil(install()));
worker.addEventListener('activate', (event) => event.waitUntil(dropEarlier()));
worker.addEventListener('message', ({ data }) => { if (data === 'take over') worker.skipWaiting(); });
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || !request.url.startsWith(SCOPE) || request.headers.has('range')) return;
  const name = nameOf(request.url);
  if (name === 'bundles.json') event.respondWith(latestList(request));
  else if (request.mode === 'navigate') event.respondWith(navigate(event));
  else if (!name.startsWith('bundles/') && name !== 'offline.json') event.respondWith(kept(request));
});

async function install() {
  /** @type {{version: string, files: Record<string, string>}} */
  const { version, files } = await (await fetch(LIST, { cache: 'no-cache' })).json();
  if (PAGES + version !== CACHE) throw new Error(`the site has moved on to version ${version}`); // its own worker will be asked for
  const cache = await caches.open(CACHE);
  await Promise.all(Object.entries(files).map(async ([name, digest]) => {
    const url = addressOf(name);
    if (await cache.match(url)) return; // from an attempt that broke off
    const response = await fetch(url, { cache: 'no-cache' }); // what the browser has already costs no more than a question
    const bytes = await response.arrayBuffer();
    if (!response.ok || await sha256(bytes) !== digest) throw new Error(`${name} is not the file of version ${version}`);
    await cache.put(url, new Response(bytes, { headers: response.headers })); // a redirected response could not answer a navigation
  }));
  await cache.put(LIST, new Response(JSON.stringify({ version, files }))); // last: what it names is here
  await latestList(new Request(`${SCOPE}bundles.json`)).catch(() => {}); // asked for before a worker can be in charge
}

/** Caches are listed oldest first; a later one belongs to a worker that is being installed. */
async function dropEarlier() {
  const names = (await caches.keys()).filter((name) => name.startsWith(PAGES));
  await Promise.all(names.slice(0, names.indexOf(CACHE)).map((name) => caches.delete(name)));
}

/**
 * A page. When it alone is open, a reload is the moment for the new version: the worker that waits takes over, and the page asks
 * again. Whether it is alone shows only after a page of nothing has taken the place of the one that is reloaded; that asks, too.
 * @param {{request: Request, resultingClientId: string, waitUntil: (done: Promise<void>) => void}} event
 */
async function navigate(event) {
  const { request } = event;
  const { waiting } = worker.registration;
  if (waiting) {
    const open = (await worker.clients.matchAll({ type: 'window' })).map(({ id }) => id);
    const prepared = open.includes(nothing);
    const alone = prepared && open.length === 1;
    if (alone) waiting.postMessage('take over');
    if ((alone || !prepared) && nothings++ < PATIENCE) {
      nothing = event.resultingClientId;
      return new Response('', { headers: { Refresh: '0' } });
    }
  }
  nothings = 0;
  if (!await whole()) { // the browser has cleared some of it: rather the network than a page of two versions
    const response = await fetch(request).catch(() => null);
    if (response) {
      await caches.delete(CACHE);
      event.waitUntil(install().catch(() => {})); // another version's worker will be asked for by the page
      return response;
    }
  }
  return kept(request);
}

/** Whether every file of this version is here. */
async function whole() {
  const cache = await caches.open(CACHE);
  const list = await cache.match(LIST);
  if (!list) return false;
  const here = new Set((await cache.keys()).map(({ url }) => url));
  return Object.keys((await list.json()).files).every((name) => here.has(addressOf(name)));
}

/** @param {Request} request */
async function kept(request) {
  const cache = await caches.open(CACHE);
  return await cache.match(SCOPE + nameOf(request.url), { ignoreVary: true }) ?? fetch(request);
}

/**
 * The list of models: the server's, where it gives one; else the last that it gave, and not the page of a network's login.
 * @param {Request} request
 */
async function latestList(request) {
  const cache = await caches.open(LISTS);
  const last = await cache.match(request.url, { ignoreVary: true });
  try {
    const response = await fetch(request, last && { signal: AbortSignal.timeout(SILENCE) });
    const listed = response.ok && await response.clone().json().then(isList, () => false);
    if (listed) await cache.put(request.url, response.clone()).catch(() => {}); // a full disk is no reason to fail
    return listed ? response : last ?? response;
  } catch (error) {
    if (last) return last;
    throw error;
  }
}

/** @param {any} list */
function isList(list) {
  return Array.isArray(list) && list.every((each) => (
    ['url', 'model', 'recipe'].every((key) => typeof each?.[key] === 'string') && Number.isFinite(each.bytes)
  ));
}

/**
 * A URL's path below the site's root; the page itself is ''.
 * @param {string} url
 */
function nameOf(url) {
  const { origin, pathname } = new URL(url);
  const name = (origin + pathname).slice(SCOPE.length);
  return name === 'index.html' ? '' : name;
}

/**
 * Where a file is kept, by its name in the list.
 * @param {string} name
 */
function addressOf(name) {
  return SCOPE + (name === 'index.html' ? '' : name);
}

/** @param {ArrayBuffer} bytes */
async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
