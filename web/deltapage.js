/**
 * deltapage's public module: a language model in this page, behind the shapes of OpenAI's API.
 *
 *   import { Engine } from './deltapage.js';
 *   const engine = await Engine.load('bundles/demo/');
 *   const reply = await engine.chat.completions.create({ messages: [{ role: 'user', content: 'Hello' }] });
 *
 * Nothing is fetched before `Engine.load`; all work happens in a worker of its own.
 */

import { unlessAborted } from './common/abort.js';
import { bundleUrl } from './common/bundle-url.js';
import { EngineError } from './common/errors.js';
import { Connection, startWorker } from './engine/connection.js';
import { pickedFolder } from './files/folder-files.js';
import { takePictures } from './pictures/messages.js';

export { EngineError };

/** @typedef {import('./engine/protocol.js').Progress} Progress */
/** @typedef {import('./engine/connection.js').Posted} Posted */

const LOSSES = 2; // of the GPU during one answer, at which it is given up
const LOADING_LOSSES = 4; // during one load
const RECOVERY = 1000; // ms that a driver has before the next load, as many times as the GPU was lost

/**
 * @typedef {object} Info  what is loaded, and on what
 * @property {string} name
 * @property {string} recipe  f32, f16, q8 or q4
 * @property {Record<string, any>} model  dimensions
 * @property {Record<string, any>} generation  stop ids and sampling presets of the model
 * @property {{summary: string, starters: string[]} | null} [card]  a line on what it is, and what to ask it first, if its bundle says so
 * @property {number} contextWindow  tokens
 * @property {number} maxPixels  of the largest picture that it sees; 0: it reads text alone
 * @property {string} adapter
 * @property {string[]} features  of the GPU
 * @property {Record<string, number>} bytes  on the GPU, by kind
 * @property {boolean} kept  whether the browser keeps the download for the next visit
 * @property {Record<string, number>} timings  milliseconds from the worker's start to each event
 */

/** @typedef {import('./types.js').Message} Message */
/** @typedef {import('./types.js').Tool} Tool */
/** @typedef {import('./types.js').ChatRequest} ChatRequest */
/** @typedef {import('./types.js').TextRequest} TextRequest */
/** @typedef {import('./types.js').Create<ChatRequest, import('./types.js').ChatCompletion, import('./types.js').ChatChunk>} CreateChat */
/** @typedef {import('./types.js').Create<TextRequest, import('./types.js').TextCompletion, import('./types.js').TextChunk>} CreateText */

/** A loaded model. Requests are answered one at a time, in order. */
export class Engine {
  /** @type {Info} */
  // @ts-ignore: set by the first #start, before anybody holds the engine
  info;
  chat = { completions: { create: /** @type {CreateChat} */ ((/** @type {ChatRequest} */ request) => this.#create('chat', request)) } };
  completions = { create: /** @type {CreateText} */ ((/** @type {TextRequest} */ request) => this.#create('text', request)) };

  #bundle;
  #python;
  #maxPixels;
  #onProgress;
  /** @type {Promise<Connection> | null} */
  #connection = null;
  #unloaded = new AbortController();

  /**
   * Use `Engine.load`.
   * @param {string | import('./files/folder-files.js').PickedFolder} bundle
   * @param {string[]} python
   * @param {number} maxPixels
   * @param {(progress: Progress) => void} onProgress
   */
  constructor(bundle, python, maxPixels, onProgress) {
    this.#bundle = bundle;
    this.#python = python;
    this.#maxPixels = maxPixels;
    this.#onProgress = onProgress;
  }

  /**
   * Load a bundle: download what the browser does not keep, verify it, fill the GPU, check the device's arithmetic.
   * @param {string | URL | FileList | File[]} bundle  its folder's URL, relative to the page, or what an `<input type=file
   *   webkitdirectory>` holds: that folder's files are read where they lie, and nothing of them is kept
   * @param {object} [options]
   * @param {string | URL | (string | URL)[]} [options.python]  modules of your own, from the page's origin, that have
   *   `setup(app)`: see pyside/api/extension.py
   * @param {number} [options.maxPixels]  of the largest picture that can be seen, which takes memory; left out: 1,048,576, or what
   *   the GPU takes when that is less
   * @param {(progress: Progress) => void} [options.onProgress]  told of the load, and of what the first picture fetches
   * @param {AbortSignal} [options.signal]  cancels it: what has arrived of files of more than 1 MiB is kept, and loading again goes on
   * @returns {Promise<Engine>}
   * @throws {EngineError} a sentence that says what is wrong and what to do
   */
  static async load(bundle, { python = [], maxPixels = 0, onProgress = () => {}, signal } = {}) {
    signal?.throwIfAborted();
    const base = globalThis.document?.baseURI ?? location.href;
    const source = typeof bundle !== 'object' || bundle instanceof URL ? bundleUrl(bundle) : pickedFolder(bundle);
    const modules = [python].flat().map((module) => new URL(module, base));
    const foreign = modules.find(({ origin }) => origin !== location.origin);
    if (foreign) {
      throw new EngineError('ExtensionError', `The Python module ${foreign} is from another origin than the page (${location.origin}): ` +
        'host it beside the page.');
    }
    if (!Number.isSafeInteger(maxPixels) || maxPixels < 0) {
      throw new EngineError('RequestError', `maxPixels is ${maxPixels}, expected a whole number of pixels: leave it out for 1,048,576.`);
    }
    const engine = new Engine(source, modules.map(({ href }) => href), maxPixels, onProgress);
    engine.#connection = engine.#start(signal);
    await engine.#connection;
    return engine;
  }

  /**
   * Token ids of a text; control tokens in it count as such.
   * @param {string} text
   * @returns {Promise<number[]>}
   */
  async tokenize(text) {
    return (await this.#call('tokenize', { text })).ids;
  }

  /**
   * The text of token ids.
   * @param {number[]} ids
   * @returns {Promise<string>}
   */
  async detokenize(ids) {
    return (await this.#call('detokenize', { ids })).text;
  }

  /**
   * The prompt that the model's own chat template makes of messages.
   * @param {Message[]} messages
   * @param {object} [options]
   * @param {Tool[]} [options.tools]
   * @param {boolean} [options.enable_thinking]
   * @param {number} [options.max_pixels]  the most that is seen of each picture
   * @param {boolean} [options.tokenize]  answer with token ids, as the engine would run them
   * @returns {Promise<string | number[]>}
   */
  async applyChatTemplate(messages, { tools, enable_thinking, max_pixels, tokenize = false } = {}) {
    const { asked, pictures, release } = await takePictures({ messages, tools, enable_thinking, max_pixels });
    const { text, ids } = await this.#call('template', asked, { pictures }).finally(release);
    return tokenize ? ids : text;
  }

  /**
   * Call a function that a Python module of yours has added with `app.functions[name] = function`.
   * @param {string} name
   * @param {any} [argument]  JSON
   * @param {object} [options]
   * @param {AbortSignal} [options.signal]
   * @returns {Promise<any>} what it returned, as JSON
   */
  async python(name, argument = null, { signal } = {}) {
    const connection = await this.#connect(signal);
    return (await connection.call('python', { name, argument }, { signal })).result;
  }

  /** Give the GPU and the memory back; the engine cannot be used afterwards. */
  async unload() {
    const error = new EngineError('UnloadedError', 'The model was unloaded. Load it again with Engine.load.');
    this.#unloaded.abort(error);
    const connection = await this.#connection?.catch(() => null);
    await connection?.end(error);
  }

  /**
   * @param {'chat' | 'text'} kind
   * @param {ChatRequest | TextRequest} request
   * @returns {Promise<any>} chunks when `stream` is set, else one answer
   */
  async #create(kind, { signal, ...given }) {
    const { asked, pictures, release } = await takePictures(given, signal);
    if (!given.stream) return this.#call(kind, { request: asked }, { signal, pictures }).finally(release);
    await this.#connect(signal).catch((error) => {
      release();
      throw error;
    });
    return this.#stream(kind, asked, { signal, pictures, release });
  }

  /**
   * An answer's chunks. When the GPU is lost in the middle, the answer goes on behind them on a new one: what it draws depends
   * on nothing but the seed and the tokens before.
   * @param {'chat' | 'text'} kind
   * @param {ChatRequest | TextRequest} request  without its pictures
   * @param {Posted & {release: () => void}} posted
   */
  async *#stream(kind, request, { signal, pictures, release }) {
    const withIds = { ...request, ...request.extra_body }.return_token_ids;
    /** @type {import('./engine/protocol.js').Shown} */
    const shown = { seed: crypto.getRandomValues(new Uint32Array(1))[0], id: '', created: 0, ids: [] };
    try {
      for (let losses = 1; ; losses++) {
        try {
          const connection = await this.#connect(signal);
          for await (const chunk of connection.stream(kind, { request, shown }, { signal, pictures })) {
            for (const choice of chunk.choices) {
              Object.assign(shown, { id: chunk.id, created: chunk.created });
              shown.ids.push(...choice.token_ids);
              if (!withIds) delete choice.token_ids;
            }
            yield chunk;
          }
          return;
        } catch (error) {
          if (!outlived(error, losses)) throw error;
        }
      }
    } finally {
      release();
    }
  }

  /**
   * A request with one answer; it is made again when the GPU is lost meanwhile.
   * @param {import('./engine/protocol.js').Kind} kind
   * @param {any} payload
   * @param {Posted} [posted]
   */
  async #call(kind, payload, { signal, pictures } = {}) {
    for (let losses = 1; ; losses++) {
      try {
        return await (await this.#connect(signal)).call(kind, payload, { signal, pictures });
      } catch (error) {
        if (!outlived(error, losses)) throw error;
      }
    }
  }

  /**
   * The worker with the model; a new one, filled from the browser's cache, when the last one lost its GPU.
   * @param {AbortSignal} [signal]  ends the waiting and not the loading, for which others may wait as well
   * @returns {Promise<Connection>}
   */
  async #connect(signal) {
    this.#unloaded.signal.throwIfAborted();
    const asked = this.#connection;
    const current = await unlessAborted(Promise.resolve(asked).catch(() => null), signal);
    if (current && !current.closed) return current;
    if (this.#connection === asked) this.#connection = this.#start(this.#unloaded.signal); // else another request has begun to load it
    return unlessAborted(/** @type {Promise<Connection>} */ (this.#connection), signal);
  }

  /**
   * A worker with the model; it is begun anew when the GPU is lost meanwhile.
   * @param {AbortSignal} [signal]
   * @returns {Promise<Connection>}
   */
  async #start(signal) {
    for (let losses = 1; ; losses++) {
      const connection = new Connection(startWorker(), this.#onProgress);
      try {
        await this.#fill(connection, signal);
        return connection;
      } catch (error) {
        const ended = connection.end(/** @type {Error} */ (error));
        if (!outlived(error, losses, LOADING_LOSSES)) throw error;
        await ended;
        await unlessAborted(new Promise((resolve) => { setTimeout(resolve, RECOVERY * losses); }), signal);
      }
    }
  }

  /**
   * @param {Connection} connection
   * @param {AbortSignal} [signal]
   */
  async #fill(connection, signal) {
    const asked = { bundle: this.#bundle, python: this.#python, maxPixels: this.#maxPixels };
    for await (const { progress, info } of connection.stream('load', asked, { signal })) {
      if (progress) this.#onProgress(progress);
      if (info) this.info = info;
    }
    this.#onProgress({ phase: 'ready', loaded: 1, total: 1 });
  }
}

/**
 * Whether a request can be made again.
 * @param {unknown} error
 * @param {number} losses
 * @param {number} [most]  at which it is given up
 */
function outlived(error, losses, most = LOSSES) {
  return error instanceof EngineError && error.name === 'DeviceLostError' && losses < most;
}
