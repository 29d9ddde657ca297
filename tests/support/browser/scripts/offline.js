/** The service worker and what it keeps. */
({
  /** Keep the page for later, and wait until its worker has taken over. */
  async keep() {
    const { keepOffline } = await import('/offline.js');
    await keepOffline();
    return this.active();
  },

  /** Ask for the page to be kept; whether that succeeded. */
  async tryToKeep() {
    const { keepOffline } = await import('/offline.js');
    return keepOffline().then(() => true, () => false);
  },

  async active() {
    const { active } = await navigator.serviceWorker.ready;
    while (active.state !== 'activated') await new Promise((resolve) => { active.addEventListener('statechange', resolve, { once: true }); });
    return active.scriptURL;
  },

  versions: async () => (await caches.keys()).filter((name) => name.startsWith('deltapage-page-')),

  /** Whether no version is on its way. */
  async settled() {
    return !(await navigator.serviceWorker.getRegistration()).installing;
  },

  async waiting() {
    return Boolean((await navigator.serviceWorker.getRegistration()).waiting);
  },

  /** Whether this version is kept, and no other. */
  async isOnly(version) {
    return (await this.versions()).join() === version;
  },

  /** Whether a file that the page fetches holds a word. */
  holds: async ({ path, word }) => (await (await fetch(path)).text()).includes(word),

  /** Whether the kept version has a file. */
  async has(path) {
    const [name] = await this.versions();
    return Boolean(name && await (await caches.open(name)).match(path));
  },

  /** Take a file out of the kept version; whether it was there. */
  async lose(path) {
    const [name] = await this.versions();
    return (await caches.open(name)).delete(path);
  },

  /** Load the model of the page's element. */
  async loadModel() {
    globalThis.info = (await document.querySelector('delta-chat').load()).info;
  },
});
