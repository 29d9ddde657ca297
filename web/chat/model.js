/** The model in use: loaded when it is first needed, let go of when another one is chosen. */

/** @typedef {import('../deltapage.js').Engine} Engine */
/** @typedef {import('../deltapage.js').Info} Info */
/** @typedef {import('../deltapage.js').Progress} Progress */
/** @typedef {string | FileList | File[]} Source  a folder's URL, or the files of a folder of this computer */

/**
 * @typedef {object} ModelListeners
 * @property {(progress: Progress) => void} progress
 * @property {(state: 'absent' | 'loading' | 'ready') => void} state
 * @property {(sentence: string) => void} noRoom  it runs, but cannot be kept
 */

const NOT_KEPT = 'This browser did not keep all of the model: it runs, and what is missing is downloaded again at the next visit. ' +
  'Delete another model, free disk space or leave the private window to keep it.';

export class Model {
  /** What is loaded. @type {Info | null} */
  info = null;
  /** @type {Source} */
  #source = '';
  /** @type {Promise<Engine> | null} */
  #engine = null;
  #loading = new AbortController();
  #listeners;

  /** @param {ModelListeners} listeners */
  constructor(listeners) {
    this.#listeners = listeners;
  }

  get source() {
    return this.#source;
  }

  /** Another one; what was loaded is let go of. */
  set source(source) {
    this.forget();
    this.#source = source;
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
  forget() {
    this.#loading.abort();
    this.#engine?.then((engine) => engine.unload(), () => {});
    this.#engine = this.info = null;
    this.#listeners.state('absent');
  }

  /** @param {AbortSignal} signal */
  async #load(signal) {
    const source = this.#source;
    const { progress, state, noRoom } = this.#listeners;
    state('loading');
    try {
      if (typeof source === 'string') await checkRoom(source, noRoom);
      const { Engine } = await import('../deltapage.js');
      const engine = await Engine.load(source, { signal, onProgress: (at) => { if (!signal.aborted) progress(at); } });
      if (!signal.aborted) {
        this.info = engine.info;
        state('ready');
        if (typeof source === 'string' && !engine.info.kept) noRoom(NOT_KEPT);
      }
      return engine;
    } catch (error) {
      if (!signal.aborted) {
        this.#engine = null; // so that the next message tries again
        state('absent');
      }
      throw error;
    }
  }
}

/**
 * @param {string} bundle
 * @param {(sentence: string) => void} tell
 */
async function checkRoom(bundle, tell) {
  const storage = await import('../storage.js');
  await storage.checkRoom(bundle).catch((/** @type {Error} */ error) => {
    if (error.name === 'QuotaError') tell(error.message); // what else is wrong loading says, too
  });
}
