/** One file on its way from the network: what has arrived outlives broken connections and, of a large file, the visit. */

import { EngineError } from '../common/errors.js';
import { sha256 } from '../common/sha256.js';

/** @typedef {import('./file-cache.js').FileCache} FileCache */
/** @typedef {import('./file-source.js').FileSpec} FileSpec */

const ATTEMPTS = 5;
const BACKOFF = 300; // ms before the second attempt, doubled before each further one
const LARGE = 2 ** 20; // bytes from which a file is cached in parts while it arrives
const CACHE_EVERY = 10_000; // ms between two parts: a fast download writes none

export class Download {
  #url;
  #spec;
  #cache;
  #onBytes;
  #bytes;
  #have = 0;
  #cached = 0; // of those, bytes that are in the cache
  #cachedAt = performance.now();
  /** @type {Promise<unknown>} */
  #caching = Promise.resolve();

  /**
   * @param {string} base  URL of the bundle's folder, with a trailing slash
   * @param {FileSpec} spec
   * @param {FileCache} cache
   * @param {(bytes: number) => void} onBytes  bytes that arrived, negative when some have to come again
   */
  constructor(base, spec, cache, onBytes) {
    this.#url = base + spec.file.split('/').map(encodeURIComponent).join('/');
    this.#spec = spec;
    this.#cache = cache;
    this.#onBytes = onBytes;
    this.#bytes = new Uint8Array(spec.bytes);
  }

  /**
   * The whole file, verified.
   * @returns {Promise<Uint8Array<ArrayBuffer>>}
   */
  async verified() {
    if (this.#spec.bytes >= LARGE) this.#arrived(this.#cached = await this.#cache.getParts(this.#spec, this.#bytes));
    let damaged = 0;
    let reason = '';
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (attempt) await new Promise((resolve) => { setTimeout(resolve, BACKOFF * 2 ** (attempt - 1)); });
      try {
        if (this.#have < this.#spec.bytes) await this.#receive();
      } catch (error) {
        this.#cachePart();
        await this.#caching;
        if (error instanceof EngineError) throw error;
        reason = /** @type {Error} */ (error).message;
        continue;
      }
      const whole = await sha256(this.#bytes) === this.#spec.sha256;
      this.#dropParts();
      await this.#caching;
      if (whole) return this.#bytes;
      this.#restart();
      if (++damaged === 2) {
        throw new EngineError('BundleError', `The model's file ${this.#spec.file} arrived damaged twice: its sha256 is not the one in the ` +
          'manifest. Load again; if it stays, the copy on the server is damaged and has to be uploaded anew.');
      }
    }
    throw new EngineError('DownloadError', `The model's file ${this.#spec.file} could not be fetched in ${ATTEMPTS} attempts (${reason}). ` +
      'Check the connection and load again: what has arrived is kept.');
  }

  /** Ask for what is missing and take it in. The browser's own cache would hold a second copy of what is kept, so it has none. */
  async #receive() {
    /** @type {Record<string, string>} */
    const headers = this.#have ? { Range: `bytes=${this.#have}-` } : {};
    const response = await fetch(this.#url, { headers, cache: 'no-store' });
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
      this.#arrived(room.length);
      if (performance.now() - this.#cachedAt >= CACHE_EVERY) this.#cachePart();
    }
    if (this.#have < this.#spec.bytes) throw new Error(`the connection ended after ${this.#have} of ${this.#spec.bytes} bytes`);
  }

  /** @param {number} bytes */
  #arrived(bytes) {
    this.#have += bytes;
    this.#onBytes(bytes);
  }

  /** Cache what has arrived since the last part. */
  #cachePart() {
    this.#cachedAt = performance.now();
    if (this.#spec.bytes < LARGE || this.#cached === this.#have) return;
    const from = this.#cached;
    const part = this.#bytes.subarray(from, this.#cached = this.#have);
    this.#caching = this.#caching.then(() => this.#cache.putPart(this.#spec, from, part));
  }

  #dropParts() {
    if (!this.#cached) return;
    this.#cached = 0;
    this.#caching = this.#caching.then(() => this.#cache.delete(this.#spec));
  }

  #restart() {
    this.#arrived(-this.#have);
    this.#dropParts();
  }
}
