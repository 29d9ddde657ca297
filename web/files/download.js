/** One file on its way from the network: what has arrived outlives broken connections and, of a large file, the visit. */

import { EngineError } from '../common/errors.js';
import { sha256 } from '../common/sha256.js';
import { Patience } from './patience.js';
import { receive, Refusal } from './request.js';

/** @typedef {import('./file-cache.js').FileCache} FileCache */
/** @typedef {import('./file-source.js').FileSpec} FileSpec */

const LARGE = 2 ** 20; // bytes from which a file is cached in parts while it arrives
const CACHE_EVERY = 10_000; // ms between two parts: a fast download writes none
/** Times that a file may arrive with other bytes than the manifest says: in one response, and in several, any of which may be the wrong one. */
const DAMAGES = { whole: 2, spliced: 4 };

export class Download {
  #url;
  #spec;
  #cache;
  #onBytes;
  #signal;
  #bytes;
  #have = 0;
  #farthest = 0; // that an attempt came since the last damage
  #responses = 0; // from which those that are here came
  #cached = 0; // of those that are here, bytes that are in the cache
  #cachedAt = performance.now();
  /** @type {Promise<unknown>} */
  #caching = Promise.resolve();

  /**
   * @param {string} base  URL of the bundle's folder, with a trailing slash
   * @param {FileSpec} spec
   * @param {FileCache} cache
   * @param {object} [options]
   * @param {(bytes: number) => void} [options.onBytes]  bytes that arrived, negative when some have to come again
   * @param {AbortSignal} [options.signal]  ends it; what has arrived of a large file is kept
   */
  constructor(base, spec, cache, { onBytes = () => {}, signal } = {}) {
    this.#url = base + spec.file.split('/').map(encodeURIComponent).join('/');
    this.#spec = spec;
    this.#cache = cache;
    this.#onBytes = onBytes;
    this.#signal = signal;
    this.#bytes = new Uint8Array(spec.bytes);
  }

  /**
   * The whole file, verified.
   * @returns {Promise<Uint8Array<ArrayBuffer>>}
   * @throws {unknown} MissingFileError, DownloadError or BundleError; the signal's reason
   */
  async verified() {
    if (this.#spec.bytes >= LARGE) this.#arrived(this.#cached = await this.#cache.getParts(this.#spec, this.#bytes));
    if (this.#have) this.#responses = 1; // of another visit
    const left = { ...DAMAGES };
    for (;;) {
      await this.#complete();
      const whole = await sha256(this.#bytes) === this.#spec.sha256;
      this.#dropParts();
      await this.#caching;
      if (whole) return this.#bytes;
      const kind = this.#responses > 1 ? 'spliced' : 'whole';
      if (--left[kind] === 0) {
        throw new EngineError('BundleError', `The model's file ${this.#spec.file} arrived damaged ${kind === 'whole' ? 'twice' : 'again and again'}: ` +
          'its sha256 is not the one in the manifest. Load again; if it stays, the copy on the server is damaged and has to be uploaded anew.');
      }
      this.#restart();
      this.#farthest = 0;
    }
  }

  /** Ask for what is missing until everything is here. */
  async #complete() {
    const patience = new Patience();
    while (this.#have < this.#spec.bytes) {
      const before = this.#farthest;
      try {
        await this.#receive();
      } catch (error) {
        this.#cachePart();
        if (error instanceof Refusal && error.status === 416) this.#restart(); // no such range exists
        if (this.#farthest > before) patience.restored();
        try {
          this.#signal?.throwIfAborted();
          await patience.bear(error, this.#signal);
        } catch (last) {
          await this.#caching;
          throw this.#signal?.aborted ? last : this.#failure(/** @type {Error} */ (last));
        }
      }
    }
  }

  /** Ask for what is missing and take it in. The browser's own cache would hold a second copy of what is kept, so it has none. */
  async #receive() {
    /** @type {Record<string, string>} */
    const headers = this.#have ? { Range: `bytes=${this.#have}-` } : {};
    await receive(this.#url, { headers, cache: 'no-store' }, {
      signal: this.#signal,
      begun: ({ status, headers: answered }) => {
        if (status === 200) this.#restart(); // the whole file comes
        const from = /^bytes (\d+)-/.exec(answered.get('content-range') ?? '')?.[1] ?? this.#have;
        if (Number(from) !== this.#have) throw new Error(`the bytes from ${from} on came instead of those from ${this.#have} on`);
        this.#responses++;
      },
      part: (part) => {
        const room = part.subarray(0, this.#spec.bytes - this.#have);
        this.#bytes.set(room, this.#have);
        this.#arrived(room.length);
        if (performance.now() - this.#cachedAt >= CACHE_EVERY) this.#cachePart();
        return room.length === part.length; // whatever follows is not this file's
      },
    });
    if (this.#have < this.#spec.bytes) throw new Error(`the connection ended after ${this.#have} of ${this.#spec.bytes} bytes`);
  }

  /**
   * What a person is told when it is given up.
   * @param {Error} error  that ended the last attempt
   */
  #failure(error) {
    if (error instanceof Refusal && error.final && error.status >= 400) {
      return new EngineError('MissingFileError', `The server does not give out ${this.#spec.file} (status ${error.status}), which the model ` +
        'needs. Check that the whole bundle was uploaded, then load again.');
    }
    return new EngineError('DownloadError', `The model's file ${this.#spec.file} could not be fetched in several attempts (${error.message}). ` +
      'Check the connection and load again: what has arrived is kept.');
  }

  /** @param {number} bytes */
  #arrived(bytes) {
    this.#have += bytes;
    this.#farthest = Math.max(this.#farthest, this.#have);
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
    this.#responses = 0;
  }
}
