/**
 * One file on its way from the network: what has arrived outlives broken connections and, of a large file, the visit.
 */

import { EngineError } from '../common/errors.js';
import { sha256 } from '../common/sha256.js';

/** @typedef {import('./kept.js').Kept} Kept */
/** @typedef {import('./shards.js').FileSpec} FileSpec */

const ATTEMPTS = 5;
const BACKOFF = 300; // ms before the second attempt, doubled before each further one
const LARGE = 2 ** 20; // bytes from which a file is kept in parts while it arrives
const KEEP_EVERY = 10_000; // ms between two parts: a fast download writes none

export class Download {
  #url;
  #spec;
  #store;
  #onBytes;
  #signal;
  #bytes;
  #have = 0;
  #stored = 0; // of those, bytes that are in the store
  #storedAt = performance.now();
  /** @type {Promise<unknown>} */
  #storing = Promise.resolve();

  /**
   * @param {string} base  URL of the bundle's folder, with a trailing slash
   * @param {FileSpec} spec
   * @param {Kept} store
   * @param {(bytes: number) => void} onBytes  bytes that arrived, negative when some have to come again
   * @param {AbortSignal} [signal]
   */
  constructor(base, spec, store, onBytes, signal) {
    this.#url = base + spec.file.split('/').map(encodeURIComponent).join('/');
    this.#spec = spec;
    this.#store = store;
    this.#onBytes = onBytes;
    this.#signal = signal;
    this.#bytes = new Uint8Array(spec.bytes);
  }

  /**
   * The whole file, verified.
   * @returns {Promise<Uint8Array<ArrayBuffer>>}
   */
  async verified() {
    if (this.#spec.bytes >= LARGE) this.#arrived(this.#stored = await this.#store.takeParts(this.#spec, this.#bytes));
    let damaged = 0;
    let reason = '';
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (attempt) await new Promise((resolve) => { setTimeout(resolve, BACKOFF * 2 ** (attempt - 1)); });
      this.#signal?.throwIfAborted();
      try {
        if (this.#have < this.#spec.bytes) await this.#receive();
      } catch (error) {
        this.#storePart();
        await this.#storing;
        this.#signal?.throwIfAborted();
        if (error instanceof EngineError) throw error;
        reason = /** @type {Error} */ (error).message;
        continue;
      }
      const whole = await sha256(this.#bytes) === this.#spec.sha256;
      this.#dropParts();
      await this.#storing;
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
    const response = await fetch(this.#url, { headers, cache: 'no-store', signal: this.#signal });
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
      if (performance.now() - this.#storedAt >= KEEP_EVERY) this.#storePart();
    }
    if (this.#have < this.#spec.bytes) throw new Error(`the connection ended after ${this.#have} of ${this.#spec.bytes} bytes`);
  }

  /** @param {number} bytes */
  #arrived(bytes) {
    this.#have += bytes;
    this.#onBytes(bytes);
  }

  /** Keep what has arrived since the last part. */
  #storePart() {
    this.#storedAt = performance.now();
    if (this.#spec.bytes < LARGE || this.#stored === this.#have) return;
    const from = this.#stored;
    const part = this.#bytes.subarray(from, this.#stored = this.#have);
    this.#storing = this.#storing.then(() => this.#store.putPart(this.#spec, from, part));
  }

  #dropParts() {
    if (!this.#stored) return;
    this.#stored = 0;
    this.#storing = this.#storing.then(() => this.#store.remove(this.#spec));
  }

  #restart() {
    this.#arrived(-this.#have);
    this.#dropParts();
  }
}
