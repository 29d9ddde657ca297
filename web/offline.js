/**
 * Makes the chat page work without a network, once a model has been loaded on it: until then a visitor is given nothing but the
 * page. Import it on pages of the site itself; a page that embeds the element from elsewhere has its own say in this.
 */

const BASE = new URL('./', import.meta.url).href;

/**
 * Keep the version of the site that the server has now. Pages that are open go on with theirs.
 * @returns {Promise<ServiceWorkerRegistration>}
 */
export async function keepOffline() {
  const response = await fetch(`${BASE}offline.json`, { cache: 'no-cache' });
  if (!response.ok) throw new Error(`${BASE}offline.json cannot be read (status ${response.status}): host the folder that \`build.py site\` writes.`);
  const { version } = await response.json();
  return navigator.serviceWorker.register(`${BASE}service-worker.js?version=${version}`, { scope: BASE, updateViaCache: 'none' });
}

const quietly = () => { keepOffline().catch(() => {}); }; // without a network, or where storage is off, the page works as it is

if (navigator.serviceWorker?.controller) quietly();
else if (navigator.serviceWorker) document.addEventListener('delta-ready', quietly, { once: true });
