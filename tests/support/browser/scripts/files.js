/** How a bundle's files arrive, and what of them lies in the browser's cache. */
({
  /** The sizes of a bundle's shards by number, how many bytes were counted, and whether all were kept; or the error. */
  async fetch({ base, specs }) {
    const { arrivals } = await import('/files/file-source.js');
    const { HostedFiles } = await import('/files/hosted-files.js');
    let counted = 0;
    const files = new HostedFiles(base, { onBytes: (bytes) => { counted += bytes; } });
    const sizes = {};
    try {
      for await (const { number, bytes } of arrivals(files, specs)) sizes[number] = bytes.length;
    } catch ({ name, message }) {
      return { name, message };
    }
    return { sizes: Object.entries(sizes).sort().map(([, size]) => size), counted, kept: files.cached };
  },

  /** Fetch the same files twice at the same time, as two tabs do. */
  fetchTwice(asked) {
    return Promise.all([this.fetch(asked), this.fetch(asked)]);
  },

  /** Begin to fetch shards over a connection that stalls after 400,000 bytes; return when two parts of them are kept. */
  async fetchStalling(asked) {
    const { fetch } = globalThis;
    let now = 0;
    performance.now = () => now += 6000; // every second look is late enough to keep a part
    globalThis.fetch = async (url) => {
      const bytes = new Uint8Array(await (await fetch(url, { cache: 'no-store' })).arrayBuffer());
      let sent = 0;
      return new Response(new ReadableStream({
        pull: (controller) => sent < 4 ? controller.enqueue(bytes.subarray(sent++ * 1e5, sent * 1e5)) : new Promise(() => {}),
      }, { highWaterMark: 0 }));
    };
    void this.fetch(asked);
    for (let look = 0; look < 2400 && (await this.kept()).length < 2; look++) {
      await new Promise((resolve) => { setTimeout(resolve, 25); });
    }
  },

  /** Load a model and cancel that when so many bytes have come: the error's name. */
  async cancelLoad({ base, after }) {
    const cancel = new AbortController();
    const { Engine } = await import('/deltapage.js');
    const onProgress = ({ phase, loaded }) => { if (phase === 'download' && loaded >= after) cancel.abort(); };
    return Engine.load(base, { onProgress, signal: cancel.signal }).then(() => 'loaded', ({ name }) => name);
  },

  /** From now on the server answers one request, and the others with 404. */
  answerOnce() {
    const { fetch } = globalThis;
    let asked = 0;
    globalThis.fetch = async (...request) => asked++ ? new Response('', { status: 404 }) : fetch(...request);
  },

  /** From now on no request names a range. */
  withoutRanges() {
    const { fetch } = globalThis;
    globalThis.fetch = (url) => fetch(url, { cache: 'no-store' });
  },

  /** The last part of every address in the cache. */
  async kept() {
    const requests = await (await caches.open('deltapage-files')).keys();
    return requests.map(({ url }) => url.split('/').pop());
  },

  /** Replace what the cache has of a file by zeros; whether it had it. */
  async spoil({ name, bytes }) {
    const cache = await caches.open('deltapage-files');
    const key = `${origin}/deltapage/sha256/${name}`;
    if (!await cache.match(key)) return false;
    await cache.put(key, new Response(new Uint8Array(bytes)));
    return true;
  },

  /** Put a file of a model where a download would put it. */
  async keep(sha256) {
    const cache = await caches.open('deltapage-files');
    await cache.put(`${origin}/deltapage/sha256/${sha256}`, new Response('x'));
  },

  /** A bundle's files as an `<input webkitdirectory>` gives them, from a folder called `mine`. */
  picked: ({ base, names, spoilt = '' }) => Promise.all(names.map(async (name) => {
    const bytes = new Uint8Array(await (await fetch(base + name)).arrayBuffer());
    if (name === spoilt) bytes[bytes.length >> 1] ^= 1;
    const file = new File([bytes], name.split('/').pop());
    Object.defineProperty(file, 'webkitRelativePath', { value: `mine/${name}` });
    return file;
  })),

  /** Load an engine from picked files, ask it, and unload it. */
  async askPicked(asked) {
    const { Engine } = await import('/deltapage.js');
    const loaded = await Engine.load(await this.picked(asked));
    const answer = await loaded.completions.create({ prompt: [5, 6, 7], max_tokens: 4, return_token_ids: true });
    await loaded.unload();
    return [loaded.info, answer.choices[0].token_ids];
  },

  /** How many bytes of shards a picked folder gives; or the error. */
  async readPicked({ specs, base, names, spoilt }) {
    const { arrivals } = await import('/files/file-source.js');
    const { FolderFiles, pickedFolder } = await import('/files/folder-files.js');
    const folder = pickedFolder(await this.picked({ base, names, spoilt }));
    try {
      const source = new FolderFiles(folder);
      await source.manifest();
      let bytes = 0;
      for await (const arrival of arrivals(source, specs)) bytes += arrival.bytes.length;
      return bytes;
    } catch ({ name, message }) {
      return { name, message };
    }
  },

  /** Give the chat element all files of a bundle, as if they had been picked. */
  async giveToElement(base) {
    const manifest = await (await fetch(`${base}manifest.json`)).json();
    const names = ['manifest.json', ...[...manifest.shards, ...manifest.kernels, ...manifest.files].map(({ file }) => file)];
    document.querySelector('delta-chat').bundle = await this.picked({ base, names });
  },
});
