/** A bundle's files on a server, with what the browser caches of them. None is handed out before its sha256 is right. */

import { EngineError } from '../common/errors.js';
import { BUNDLE } from '../common/facts.js';
import { sha256 } from '../common/sha256.js';
import { Download } from './download.js';
import { FileCache } from './file-cache.js';
import { alone } from './lock.js';
import { readManifest } from './manifest.js';
import { Patience } from './patience.js';
import { receive } from './request.js';

/** @typedef {import('./manifest.js').Manifest} Manifest */
/** @typedef {import('./file-source.js').FileSpec} FileSpec */
/** @typedef {import('./file-source.js').FileSource} FileSource */

const SILENCE = 8000; // ms after which a manifest that is kept answers for the server

/**
 * Fetched once, then cached. Damage in the cache heals by fetching again.
 * @implements {FileSource}
 */
export class HostedFiles {
  #base;
  #onBytes;
  #cache = new FileCache();
  #end = new AbortController();
  /** @type {Set<Promise<unknown>>} */
  #running = new Set();
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
   * @param {Patience} [patience]  with a server of whose manifests none is kept
   * @returns {Promise<Manifest>}
   */
  manifest(patience = new Patience()) {
    return this.#run(async (signal) => {
      const last = await this.lastManifest();
      const url = this.#manifestUrl;
      for (;;) {
        try {
          const manifest = await readManifest(await wholeOf(url, signal, last ? SILENCE : undefined), this.#base);
          await this.#cache.putManifest(url, manifest.bytes);
          return manifest;
        } catch (error) {
          signal.throwIfAborted();
          if (last) return last;
          if (error instanceof EngineError) throw error;
          await patience.bear(error, signal).catch(({ message }) => {
            signal.throwIfAborted();
            throw new EngineError('BundleError', `There is no model at ${this.#base} (manifest.json: ${message}). ` +
              'Check the address and the connection, then load again.');
          });
        }
      }
    });
  }

  /**
   * The last manifest that was seen and is right; nobody is asked.
   * @returns {Promise<Manifest | null>}
   */
  async lastManifest() {
    const bytes = await this.#cache.getManifest(this.#manifestUrl);
    return bytes && readManifest(bytes, this.#base).catch(() => null);
  }

  get #manifestUrl() {
    return `${this.#base}manifest.json`;
  }

  /**
   * One file, verified. What another tab is downloading is waited for, and taken from the cache.
   * @param {FileSpec} spec
   * @returns {Promise<Uint8Array<ArrayBuffer>>}
   */
  get(spec) {
    return this.#run(async (signal) => await this.#cached(spec) ?? alone(`deltapage ${spec.sha256}`, async () => {
      const here = await this.#cached(spec);
      if (here) return here;
      const bytes = await new Download(this.#base, spec, this.#cache, { onBytes: this.#onBytes, signal }).verified();
      if (!await this.#cache.put(spec, bytes)) this.cached = false; // the model runs all the same
      return bytes;
    }, signal));
  }

  /**
   * End everything that is on its way; done when what has arrived is kept.
   * @param {Error} reason
   */
  async stop(reason) {
    this.#end.abort(reason);
    await Promise.allSettled(this.#running);
  }

  /**
   * @template T
   * @param {(signal: AbortSignal) => Promise<T>} work
   * @returns {Promise<T>}
   */
  async #run(work) {
    const { signal } = this.#end;
    signal.throwIfAborted();
    const running = work(signal);
    this.#running.add(running);
    return running.finally(() => this.#running.delete(running));
  }

  /**
   * A file of the cache, or null; one that is damaged goes.
   * @param {FileSpec} spec
   */
  async #cached(spec) {
    const bytes = await this.#cache.get(spec);
    if (!bytes) return null;
    if (await sha256(bytes) === spec.sha256) {
      this.#onBytes(bytes.length);
      return bytes;
    }
    await this.#cache.delete(spec);
    return null;
  }

  /**
   * Whether the browser has a file already; damage shows only when it is used.
   * @param {FileSpec} spec
   */
  has(spec) {
    return this.#cache.has(spec);
  }
}

/**
 * @param {string} url
 * @param {AbortSignal} signal
 * @param {number} [silence]  ms
 */
async function wholeOf(url, signal, silence) {
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const parts = [];
  let size = 0;
  const part = (/** @type {Uint8Array<ArrayBuffer>} */ each) => {
    parts.push(each);
    return (size += each.length) <= BUNDLE.fileLimit; // a longer one is not read to its end, and does not verify
  };
  await receive(url, { cache: 'no-cache' }, { part, signal, silence });
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
