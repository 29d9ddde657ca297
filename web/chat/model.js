/** The model in use: loaded when it is first needed, let go of when another one is chosen. */

/** @typedef {import('../deltapage.js').Engine} Engine */
/** @typedef {import('../deltapage.js').Info} Info */
/** @typedef {import('../protocol.js').Progress} Progress */
/** @typedef {string | FileList | File[]} Source  a folder's URL, or the files of a folder of this computer */

/**
 * @typedef {object} ModelListeners
 * @property {(progress: Progress) => void} progress
 * @property {(state: 'absent' | 'loading' | 'ready') => void} state
 * @property {(sentence: string) => void} noRoom  it runs, but cannot be kept
 */

export class Model {
  /** What is loaded. @type {Info | null} */
  info = null;
  /** @type {Source} */
  #source = '';
  /** @type {Promise<Engine> | null} */
  #engine = null;
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
    this.#engine ??= this.#load();
    return this.#engine;
  }

  forget() {
    this.#engine?.then((engine) => engine.unload(), () => {});
    this.#engine = this.info = null;
    this.#listeners.state('absent');
  }

  async #load() {
    const source = this.#source;
    const { progress, state, noRoom } = this.#listeners;
    const current = () => source === this.#source;
    state('loading');
    try {
      if (typeof source === 'string') await checkRoom(source, noRoom);
      const { Engine } = await import('../deltapage.js');
      const engine = await Engine.load(source, { onProgress: (at) => { if (current()) progress(at); } });
      if (current()) {
        this.info = engine.info;
        state('ready');
      }
      return engine;
    } catch (error) {
      if (current()) {
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
