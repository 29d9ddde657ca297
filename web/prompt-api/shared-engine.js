/** Engines by bundle, shared by all who ask: loaded for the first of them, unloaded after the last. */

import { unlessAborted } from '../common/abort.js';
import { bundleUrl } from '../common/bundle-url.js';
import { Engine } from '../deltapage.js';

/** @typedef {import('../deltapage.js').Progress} Progress */

/** @type {Map<string, Shared>} */
const byBundle = new Map();

class Shared {
  users = 0;
  loaded = false;
  /** @type {Set<(progress: Progress) => void>} */
  listeners = new Set();
  #url;
  #ended = new AbortController();

  /** @param {string} url */
  constructor(url) {
    this.#url = url;
    /** @type {Promise<Engine>} */
    this.engine = Engine.load(url, {
      onProgress: (progress) => this.listeners.forEach((listen) => listen(progress)),
      signal: this.#ended.signal,
    });
    this.engine.then(() => { this.loaded = true; }, () => { byBundle.delete(url); });
  }

  leave() {
    if (--this.users) return;
    byBundle.delete(this.#url);
    this.#ended.abort();
    this.engine.then((engine) => engine.unload(), () => {});
  }
}

/** One user's hold on an engine. */
export class Lease {
  #shared;
  #held = true;
  engine;

  /**
   * @param {Engine} engine
   * @param {Shared | null} shared  null: the engine is somebody else's
   */
  constructor(engine, shared) {
    this.engine = engine;
    this.#shared = shared;
  }

  /**
   * Wait for a bundle's engine.
   * @param {string | URL} bundle
   * @param {(progress: Progress) => void} onProgress
   * @param {AbortSignal} [signal]
   * @returns {Promise<Lease>}
   */
  static async of(bundle, onProgress, signal) {
    const url = bundleUrl(bundle);
    const shared = byBundle.get(url) ?? new Shared(url);
    byBundle.set(url, shared);
    shared.users++;
    shared.listeners.add(onProgress);
    try {
      return new Lease(await unlessAborted(shared.engine, signal), shared);
    } catch (error) {
      shared.leave();
      throw error;
    } finally {
      shared.listeners.delete(onProgress);
    }
  }

  /** Another user of the same engine. */
  share() {
    if (this.#shared) this.#shared.users++;
    return new Lease(this.engine, this.#shared);
  }

  /** Give the hold up; more than once is as good as once. */
  release() {
    if (this.#held) this.#shared?.leave();
    this.#held = false;
  }
}

/**
 * Whether a bundle's engine is there or on its way.
 * @param {string | URL} bundle
 * @returns {'loaded' | 'loading' | null}
 */
export function stateOf(bundle) {
  const shared = byBundle.get(bundleUrl(bundle));
  return shared ? (shared.loaded ? 'loaded' : 'loading') : null;
}
