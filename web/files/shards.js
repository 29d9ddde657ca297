/**
 * A bundle's files, wherever they come from: a server, with what the browser keeps of it, or a folder of this computer. None is
 * handed out before its sha256 is right.
 */

import { Download } from './download.js';
import { keepManifest, Kept, lastManifest } from './kept.js';
import { EngineError } from '../common/errors.js';
import { sha256 } from '../common/sha256.js';

/** @typedef {{file: string, bytes: number, sha256: string}} FileSpec  an entry of the bundle's manifest */
/** @typedef {{number: number, bytes: Uint8Array<ArrayBuffer>}} Arrival  a file by its place in the list asked for */

/**
 * @typedef {object} Source
 * @property {() => Promise<Uint8Array<ArrayBuffer>>} manifest  its bytes; it is what names and hashes everything else
 * @property {(spec: FileSpec) => Promise<Uint8Array<ArrayBuffer>>} get  one file, verified
 * @property {boolean} kept  whether the files are here at the next visit
 */

const PARALLEL = 4; // shards on their way at a time; as many may wait in memory for the GPU

/**
 * Files in the order in which they arrive, a few at a time; fetching starts at the call and pauses while nobody takes them.
 * @param {Source} source
 * @param {FileSpec[]} specs
 * @returns {AsyncGenerator<Arrival, void, void>}
 */
export function arrivals(source, specs) {
  let next = 0;
  /** @type {Map<number, Promise<Arrival>>} */
  const coming = new Map();
  const start = () => {
    const number = next++;
    const arrival = source.get(specs[number]).then((bytes) => ({ number, bytes }));
    arrival.catch(() => {}); // reported where it is taken
    coming.set(number, arrival);
  };
  while (next < Math.min(PARALLEL, specs.length)) start();
  return (async function* inOrder() {
    while (coming.size) {
      const arrival = await Promise.race(coming.values());
      coming.delete(arrival.number);
      yield arrival;
      if (next < specs.length) start();
    }
  })();
}

/**
 * A bundle on a server: fetched once, then kept by the browser. Damage in what is kept heals by fetching again.
 * @implements {Source}
 */
export class Files {
  #base;
  #signal;
  #onBytes;
  #store = new Kept();
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
  }

  /** The manifest's bytes, always asked of the server; without a network, the last that it gave. */
  async manifest() {
    const failure = (/** @type {string} */ why) => new EngineError('BundleError', `There is no model at ${this.#base} (${why}). ` +
      'Check the address and the connection, then load again.');
    const url = `${this.#base}manifest.json`;
    try {
      const response = await fetch(url, { cache: 'no-cache', signal: this.#signal });
      if (!response.ok) throw failure(`manifest.json: status ${response.status}`);
      const bytes = new Uint8Array(await response.arrayBuffer());
      await keepManifest(url, bytes);
      return bytes;
    } catch (error) {
      this.#signal?.throwIfAborted();
      if (error instanceof EngineError) throw error;
      const last = await lastManifest(url);
      if (!last) throw failure(/** @type {Error} */ (error).message);
      return last;
    }
  }

  /**
   * One file, verified.
   * @param {FileSpec} spec
   * @returns {Promise<Uint8Array<ArrayBuffer>>}
   */
  async get(spec) {
    const known = await this.#store.take(spec);
    if (known && await sha256(known) === spec.sha256) {
      this.#onBytes(known.length);
      return known;
    }
    if (known) await this.#store.remove(spec);
    const bytes = await new Download(this.#base, spec, this.#store, this.#onBytes, this.#signal).verified();
    if (!await this.#store.put(spec, bytes)) this.kept = false; // the model runs all the same
    return bytes;
  }

  /**
   * Whether the browser keeps a file already; damage shows only when it is used.
   * @param {FileSpec} spec
   */
  keeps(spec) {
    return this.#store.has(spec);
  }
}
