/** The model in use: loaded when it is first needed, let go of when another one is chosen. */

import { missing } from '../common/errors.js';

/** @typedef {import('../deltapage.js').Engine} Engine */
/** @typedef {import('./state-types.js').ChatStore} ChatStore */
/** @typedef {import('./state-types.js').ListedModel} ListedModel */
/** @typedef {import('./state-types.js').Progress} Progress */
/** @typedef {import('./state-types.js').Source} Source */

const NOT_KEPT = 'This browser did not keep all of the model: it runs, and what is missing is downloaded again at the next visit. ' +
  'Delete another model, free disk space or leave the private window to keep it.';

/** @type {Partial<import('./state-types.js').State>} */
const ABSENT = { model: 'absent', info: null, loading: null };

export class ModelInUse {
  #store;
  /** @type {Promise<Engine> | null} */
  #engine = null;
  #loading = new AbortController();

  /** @param {ChatStore} store */
  constructor(store) {
    this.#store = store;
    store.handle({ load: () => this.load(), cancelLoading: () => this.#cancel(), lookForModel: () => this.#look() });
  }

  /**
   * Another one; what was loaded is let go of.
   * @param {Source} bundle
   * @param {ListedModel | null} [picked]  what a folder of this computer holds
   */
  use(bundle, picked = null) {
    this.#store.dispatch('stopAll');
    this.#release();
    this.#store.set({ ...ABSENT, bundle, picked, here: picked !== null });
    this.#say('');
    this.#store.dispatch('lookForModel');
  }

  /**
   * So that nobody writes a message before it is told that no model can run here.
   * @throws {import('../common/errors.js').EngineError} a sentence
   */
  async checkGpu() {
    if (await navigator.gpu?.requestAdapter()) return;
    const { findAdapter } = await import('../common/adapter.js').catch(missing('common/adapter.js'));
    await findAdapter();
  }

  /** @returns {Promise<Engine>} */
  load() {
    if (!this.#engine) {
      this.#loading = new AbortController();
      this.#engine = this.#load(this.#loading.signal);
    }
    return this.#engine;
  }

  /** Let go of what is loaded, or stop loading it. */
  unload() {
    this.#release();
    this.#store.set(ABSENT);
  }

  #cancel() {
    if (this.#store.state.model !== 'loading') return;
    this.#store.dispatch('stopAll'); // an answer would load it again
    this.#release();
    this.#store.set(ABSENT);
    this.#say('Cancelled. What has arrived is kept.');
  }

  #release() {
    this.#loading.abort();
    this.#engine?.then((engine) => engine.unload(), () => {});
    this.#engine = null;
  }

  /** Whether the model is kept here already; a browser that keeps nothing of the site is not even given the modules that would look. */
  async #look() {
    const { bundle } = this.#store.state;
    if (typeof bundle !== 'string' || !bundle || !(await globalThis.caches?.keys().catch(() => []))?.length) return;
    const { isKept } = await import('../storage.js').catch(missing('storage.js'));
    const here = await isKept(bundle);
    if (bundle === this.#store.state.bundle) this.#store.set({ here });
  }

  /** @param {AbortSignal} signal */
  async #load(signal) {
    const { bundle } = this.#store.state;
    this.#store.set({ ...ABSENT, model: 'loading' });
    this.#say('');
    try {
      if (typeof bundle === 'string') await this.#checkRoom(bundle);
      const { Engine } = await import('../deltapage.js');
      const engine = await Engine.load(bundle, { signal, onProgress: (progress) => { if (!signal.aborted) this.#progressed(progress); } });
      if (!signal.aborted) {
        const { info } = engine;
        this.#store.set({ model: 'ready', info, loading: null, here: info.kept || typeof bundle !== 'string' });
        this.#say('Ready');
        if (typeof bundle === 'string' && !info.kept) this.#store.set({ notice: { sentence: NOT_KEPT } });
        if (this.#store.state.storage && info.kept) askToPersist();
      }
      return engine;
    } catch (error) {
      if (!signal.aborted) {
        this.#engine = null; // so that the next message tries again
        this.#store.set(ABSENT);
      }
      throw error;
    }
  }

  /** @param {Progress} progress */
  #progressed(progress) {
    const { phase, loaded, total } = progress;
    const over = phase === 'ready' || phase === 'picture' && loaded === total;
    this.#store.set({ loading: over ? null : { type: 'loading', progress } });
  }

  /**
   * Say how the model is, unless the conversation has something to say.
   * @param {string} sentence
   */
  #say(sentence) {
    if (this.#store.state.activity.type === 'idle') this.#store.set({ activity: { type: 'idle', sentence } });
  }

  /** @param {string} bundle */
  async #checkRoom(bundle) {
    const storage = await import('../storage.js');
    await storage.checkRoom(bundle).catch((/** @type {Error} */ error) => {
      if (error.name === 'QuotaError') this.#store.set({ notice: { sentence: error.message } }); // what else is wrong loading says, too
    });
  }
}

/** Ask the browser not to clear the site's storage: asking is all one can do. */
function askToPersist() {
  import('../storage.js').then(({ persist }) => persist()).catch(() => {});
}
