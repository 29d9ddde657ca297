/** The browser's caches in memory, as far as web/files/ and web/service-worker.js use them. */

const addressOf = (request) => typeof request === 'string' ? request : request.url;

class FakeCache {
  #entries = new Map(); // address -> [bytes, headers]

  async match(request, { ignoreSearch = false } = {}) {
    const found = this.#found(addressOf(request), ignoreSearch)[0];
    if (!found) return undefined;
    const [bytes, headers] = this.#entries.get(found);
    return new Response(bytes, { headers });
  }

  async put(request, response) {
    this.#entries.set(addressOf(request), [new Uint8Array(await response.arrayBuffer()), response.headers]);
  }

  async delete(request, { ignoreSearch = false } = {}) {
    return this.#found(addressOf(request), ignoreSearch).map((url) => this.#entries.delete(url)).length > 0;
  }

  async keys(request, { ignoreSearch = false } = {}) {
    const urls = request ? this.#found(addressOf(request), ignoreSearch) : [...this.#entries.keys()];
    return urls.map((url) => ({ url }));
  }

  #found(address, ignoreSearch) {
    return [...this.#entries.keys()].filter((url) => url === address || ignoreSearch && url.split('?')[0] === address.split('?')[0]);
  }
}

/** A CacheStorage that is empty. */
export function fakeCaches() {
  const caches = new Map();
  return {
    open: async (name) => {
      if (!caches.has(name)) caches.set(name, new FakeCache());
      return caches.get(name);
    },
    keys: async () => [...caches.keys()],
    delete: async (name) => caches.delete(name),
  };
}
