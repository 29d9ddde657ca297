/**
 * Files of a bundle: fetched in parallel, resumed and retried, checked against their sha256 before anything uses them, and kept
 * in the browser's cache under that sha256. Damage in the cache heals by fetching again.
 */

import { EngineError } from './protocol.js';

/** @typedef {{file: string, bytes: number, sha256: string}} FileSpec  an entry of the bundle's manifest */
/** @typedef {{number: number, bytes: Uint8Array<ArrayBuffer>}} Arrival  a file by its place in the list asked for */

const CACHE = 'deltapage-files';
const PARALLEL = 4; // shards on their way at a time; as many may wait in memory for the GPU
const ATTEMPTS = 5;
const BACKOFF = 300; // ms before the second attempt, doubled before each further one

export class Files {
  #base;
  #signal;
  #onBytes;
  #cache;
  /** False once the browser refused to keep a file: the next visit downloads it again. */
  kept = true;

  /**
   * @param {string} base  URL of the bundle's folder, with a trailing slash
   * @param {object} [options]
   * @param {AbortSignal} [options.signal]
   * @param {(bytes: number) => void} [options.onBytes]  bytes that arrived, negative when some have to come again
   */
  constructor(base, { signal, onBytes = () => {} } = {}) {
    this.#base = base;
    this.#signal = signal;
    this.#onBytes = onBytes;
    // Absent on insecure origins, refused in some private windows.
    this.#cache = globalThis.caches ? caches.open(CACHE).catch(() => null) : Promise.resolve(null);
  }

  /** The manifest's bytes, always asked of the server; it is what names and hashes everything else. */
  async manifest() {
    const failure = (/** @type {string} */ why) => new EngineError('BundleError', `There is no model at ${this.#base} (${why}). ` +
      'Check the address and the connection, then load again.');
    const response = await fetch(`${this.#base}manifest.json`, { cache: 'no-cache', signal: this.#signal }).catch((error) => {
      this.#signal?.throwIfAborted();
      throw failure(error.message);
    });
    if (!response.ok) throw failure(`manifest.json: status ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  }

  /**
   * One file, verified.
   * @param {FileSpec} spec
   * @returns {Promise<Uint8Array<ArrayBuffer>>}
   */
  async get(spec) {
    const known = await this.#recall(spec);
    if (known) return known;
    const bytes = await new Download(this.#base, spec, this.#onBytes, this.#signal).verified();
    await this.#keep(spec, bytes);
    return bytes;
  }

  /**
   * Whether the browser keeps a file already; damage shows only when it is used.
   * @param {FileSpec} spec
   */
  async keeps(spec) {
    const cache = await this.#cache;
    return Boolean(await cache?.match(cacheKey(spec)).catch(() => undefined));
  }

  /**
   * Files in the order in which they arrive, a few at a time; fetching starts at the call and pauses while nobody takes them.
   * @param {FileSpec[]} specs
   * @returns {AsyncGenerator<Arrival, void, void>}
   */
  stream(specs) {
    let next = 0;
    /** @type {Map<number, Promise<Arrival>>} */
    const coming = new Map();
    const start = () => {
      const number = next++;
      const arrival = this.get(specs[number]).then((bytes) => ({ number, bytes }));
      arrival.catch(() => {}); // reported where it is taken
      coming.set(number, arrival);
    };
    while (next < Math.min(PARALLEL, specs.length)) start();
    return (async function* arrivals() {
      while (coming.size) {
        const arrival = await Promise.race(coming.values());
        coming.delete(arrival.number);
        yield arrival;
        if (next < specs.length) start();
      }
    })();
  }

  /** @param {FileSpec} spec */
  async #recall(spec) {
    const cache = await this.#cache;
    const response = await cache?.match(cacheKey(spec)).catch(() => undefined);
    if (!cache || !response) return null;
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (await sha256(bytes) !== spec.sha256) {
      await cache.delete(cacheKey(spec));
      return null;
    }
    this.#onBytes(bytes.length);
    return bytes;
  }

  /**
   * @param {FileSpec} spec
   * @param {Uint8Array<ArrayBuffer>} bytes
   */
  async #keep(spec, bytes) {
    try {
      const cache = await this.#cache;
      if (cache) await cache.put(cacheKey(spec), new Response(bytes));
      else this.kept = false;
    } catch {
      this.kept = false; // no room on the disk, or storage is switched off: the model runs all the same
    }
  }
}

/** One file on its way: what has arrived stays over broken connections. */
class Download {
  #url;
  #spec;
  #onBytes;
  #signal;
  #bytes;
  #have = 0;

  /**
   * @param {string} base
   * @param {FileSpec} spec
   * @param {(bytes: number) => void} onBytes
   * @param {AbortSignal} [signal]
   */
  constructor(base, spec, onBytes, signal) {
    this.#url = base + spec.file.split('/').map(encodeURIComponent).join('/');
    this.#spec = spec;
    this.#onBytes = onBytes;
    this.#signal = signal;
    this.#bytes = new Uint8Array(spec.bytes);
  }

  /** @returns {Promise<Uint8Array<ArrayBuffer>>} */
  async verified() {
    let damaged = 0;
    let reason = '';
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (attempt) await new Promise((resolve) => { setTimeout(resolve, BACKOFF * 2 ** (attempt - 1)); });
      this.#signal?.throwIfAborted();
      try {
        await this.#receive(damaged ? 'reload' : 'default');
      } catch (error) {
        this.#signal?.throwIfAborted();
        if (error instanceof EngineError) throw error;
        reason = /** @type {Error} */ (error).message;
        continue;
      }
      if (await sha256(this.#bytes) === this.#spec.sha256) return this.#bytes;
      this.#restart();
      if (++damaged === 2) {
        throw new EngineError('BundleError', `The model's file ${this.#spec.file} arrived damaged twice: its sha256 is not the one in the ` +
          'manifest. Load again; if it stays, the copy on the server is damaged and has to be uploaded anew.');
      }
    }
    throw new EngineError('DownloadError', `The model's file ${this.#spec.file} could not be fetched in ${ATTEMPTS} attempts (${reason}). ` +
      'Check the connection and load again: files that arrived are kept.');
  }

  /**
   * Ask for what is missing and take it in.
   * @param {RequestCache} cache
   */
  async #receive(cache) {
    /** @type {Record<string, string>} */
    const headers = this.#have ? { Range: `bytes=${this.#have}-` } : {};
    const response = await fetch(this.#url, { headers, cache, signal: this.#signal });
    const { status, body } = response;
    if (status >= 400 && status < 500 && ![408, 416, 429].includes(status)) {
      throw new EngineError('MissingFileError', `The server does not give out ${this.#spec.file} (status ${status}), which the model ` +
        'needs. Check that the whole bundle was uploaded, then load again.');
    }
    if (status === 200 || status === 416) this.#restart(); // the whole file comes, or no such range exists
    if (!response.ok || !body) throw new Error(`status ${status}`);
    const reader = body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const room = part.value.subarray(0, this.#spec.bytes - this.#have); // whatever follows is not this file's
      this.#bytes.set(room, this.#have);
      this.#have += room.length;
      this.#onBytes(room.length);
    }
    if (this.#have < this.#spec.bytes) throw new Error(`the connection ended after ${this.#have} of ${this.#spec.bytes} bytes`);
  }

  #restart() {
    this.#onBytes(-this.#have);
    this.#have = 0;
  }
}

/** @param {FileSpec} spec */
function cacheKey({ sha256: digest }) {
  return `${globalThis.origin}/deltapage/sha256/${digest}`;
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
