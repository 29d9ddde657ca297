/** A bundle's files on a server, with what the browser caches of them. None is handed out before its sha256 is right. */

import { EngineError } from '../common/errors.js';
import { sha256 } from '../common/sha256.js';
import { Download } from './download.js';
import { FileCache } from './file-cache.js';
import { readManifest } from './manifest.js';

/** @typedef {import('./file-source.js').FileSpec} FileSpec */
/** @typedef {import('./file-source.js').FileSource} FileSource */

/**
 * Fetched once, then cached. Damage in the cache heals by fetching again.
 * @implements {FileSource}
 */
export class HostedFiles {
  #base;
  #onBytes;
  #cache = new FileCache();
  /** False once the browser refused to keep a file: the next visit downloads it again. */
  cached = true;

  /**
   * @param {string} base  URL of the bundle's folder, with a trailing slash
   * @param {object} [options]
   * @param {(bytes: number) => void} [options.onBytes]  bytes that arrived, negative when some have to come again
   */
  constructor(base, { onBytes = () => {} } = {}) {
    this.#base = base;
    this.#onBytes = onBytes;
  }

  /**
   * What names and hashes everything else: always asked of the server. Where it gives none, or what it gives does not verify, such as
   * the page of a network's login, the last that did.
   */
  async manifest() {
    const url = `${this.#base}manifest.json`;
    try {
      const response = await fetch(url, { cache: 'no-cache' });
      if (!response.ok) throw new Error(`manifest.json: status ${response.status}`);
      const manifest = await readManifest(new Uint8Array(await response.arrayBuffer()), this.#base);
      await this.#cache.putManifest(url, manifest.bytes);
      return manifest;
    } catch (error) {
      const last = await this.#lastManifest(url);
      if (last) return last;
      if (error instanceof EngineError) throw error;
      throw new EngineError('BundleError', `There is no model at ${this.#base} (${/** @type {Error} */ (error).message}). ` +
        'Check the address and the connection, then load again.');
    }
  }

  /** @param {string} url */
  async #lastManifest(url) {
    const bytes = await this.#cache.getManifest(url);
    return bytes && readManifest(bytes, this.#base).catch(() => null);
  }

  /**
   * One file, verified.
   * @param {FileSpec} spec
   * @returns {Promise<Uint8Array<ArrayBuffer>>}
   */
  async get(spec) {
    const known = await this.#cache.get(spec);
    if (known && await sha256(known) === spec.sha256) {
      this.#onBytes(known.length);
      return known;
    }
    if (known) await this.#cache.delete(spec);
    const bytes = await new Download(this.#base, spec, this.#cache, this.#onBytes).verified();
    if (!await this.#cache.put(spec, bytes)) this.cached = false; // the model runs all the same
    return bytes;
  }

  /**
   * Whether the browser has a file already; damage shows only when it is used.
   * @param {FileSpec} spec
   */
  has(spec) {
    return this.#cache.has(spec);
  }
}
