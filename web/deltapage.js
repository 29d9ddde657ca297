/**
 * deltapage's public module: a language model in this page, behind the shapes of OpenAI's API.
 *
 *   import { Engine } from './deltapage.js';
 *   const engine = await Engine.load('bundles/demo/');
 *   const reply = await engine.chat.completions.create({ messages: [{ role: 'user', content: 'Hello' }] });
 *
 * Nothing is fetched before `Engine.load`; all work happens in a worker of its own.
 */

import { Connection, EngineError } from './protocol.js';

export { EngineError };

/** @typedef {import('./protocol.js').Progress} Progress */

/**
 * @typedef {object} Info  what is loaded, and on what
 * @property {string} name
 * @property {string} recipe  f32, f16, q8 or q4
 * @property {Record<string, any>} model  dimensions
 * @property {Record<string, any>} generation  stop ids and sampling presets of the model
 * @property {number} contextWindow  tokens
 * @property {string} adapter
 * @property {string[]} features  of the GPU
 * @property {Record<string, number>} bytes  on the GPU, by kind
 * @property {boolean} kept  whether the browser keeps the download for the next visit
 * @property {Record<string, number>} timings  milliseconds from the worker's start to each step
 */

/**
 * @typedef {object} Message
 * @property {'system' | 'user' | 'assistant' | 'tool'} role
 * @property {any} content
 * @property {string} [reasoning_content]
 * @property {any[]} [tool_calls]
 * @property {string} [tool_call_id]
 */

/**
 * @typedef {object} Sampling  left out: the model's own defaults
 * @property {boolean} [stream]
 * @property {number} [max_tokens]
 * @property {number} [temperature]  0 is greedy and reproducible
 * @property {number} [top_p]
 * @property {number} [top_k]
 * @property {number} [min_p]
 * @property {number} [presence_penalty]
 * @property {number} [frequency_penalty]
 * @property {number} [repetition_penalty]
 * @property {number} [seed]
 * @property {string | string[]} [stop]
 * @property {boolean} [return_token_ids]
 * @property {AbortSignal} [signal]
 */

/**
 * @typedef {{messages: Message[], tools?: any[], tool_choice?: any, logprobs?: boolean, top_logprobs?: number,
 *   extra_body?: {enable_thinking?: boolean, thinking_budget?: number}}} ChatFields
 * @typedef {{prompt: string | number[], echo?: boolean, logprobs?: number}} TextFields
 * @typedef {ChatFields & Sampling} ChatRequest
 * @typedef {TextFields & Sampling} TextRequest
 */

/**
 * @typedef {any} Completion  OpenAI's `chat.completion` or `text_completion` object
 * @typedef {AsyncGenerator<any, void, void>} Chunks  OpenAI's `*.chunk` objects; leaving the loop stops the model
 */

/** A loaded model. Requests are answered one at a time, in order. */
export class Engine {
  /** @type {Info} */
  // @ts-ignore: set by the first #start, before anybody holds the engine
  info;
  chat = { completions: { create: (/** @type {ChatRequest} */ request) => this.#create('chat', request) } };
  completions = { create: (/** @type {TextRequest} */ request) => this.#create('text', request) };

  #bundle;
  #onProgress;
  /** @type {Promise<Connection> | null} */
  #connection = null;
  #unloaded = false;

  /**
   * Use `Engine.load`.
   * @param {string} bundle
   * @param {(progress: Progress) => void} onProgress
   */
  constructor(bundle, onProgress) {
    this.#bundle = bundle;
    this.#onProgress = onProgress;
  }

  /**
   * Load a bundle: download what the browser does not keep, verify it, fill the GPU, check the device's arithmetic.
   * @param {string | URL} bundle  its folder's URL, relative to the page
   * @param {object} [options]
   * @param {(progress: Progress) => void} [options.onProgress]
   * @param {AbortSignal} [options.signal]
   * @returns {Promise<Engine>}
   * @throws {EngineError} a sentence that says what is wrong and what to do
   */
  static async load(bundle, { onProgress = () => {}, signal } = {}) {
    const url = new URL(bundle, globalThis.document?.baseURI ?? location.href);
    if (!url.pathname.endsWith('/')) url.pathname += '/';
    const engine = new Engine(url.href, onProgress);
    await engine.#connect(signal);
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
   * @param {any[]} [options.tools]
   * @param {boolean} [options.enable_thinking]
   * @param {boolean} [options.tokenize]  answer with token ids, as the engine would run them
   * @returns {Promise<string | number[]>}
   */
  async applyChatTemplate(messages, { tools, enable_thinking, tokenize = false } = {}) {
    const { text, ids } = await this.#call('template', { messages, tools, enable_thinking });
    return tokenize ? ids : text;
  }

  /** Give the GPU and the memory back; the engine cannot be used afterwards. */
  async unload() {
    this.#unloaded = true;
    const connection = await this.#connection?.catch(() => null);
    if (!connection || connection.closed) return;
    await connection.call('unload', null).catch(() => {});
    connection.close(new EngineError('UnloadedError', 'The model was unloaded. Load it again with Engine.load.'));
  }

  /**
   * @param {'chat' | 'text'} kind
   * @param {ChatRequest | TextRequest} request
   * @returns {Promise<any>} Chunks when `stream` is set, else a Completion
   */
  async #create(kind, { signal, ...request }) {
    const connection = await this.#connect(signal);
    if (request.stream) return connection.stream(kind, request, signal);
    return connection.call(kind, request, signal);
  }

  /**
   * @param {import('./protocol.js').Kind} kind
   * @param {any} payload
   */
  async #call(kind, payload) {
    return (await this.#connect()).call(kind, payload);
  }

  /**
   * The worker with the model; a new one, filled from the browser's cache, when the last one lost its GPU.
   * @param {AbortSignal} [signal]
   * @returns {Promise<Connection>}
   */
  async #connect(signal) {
    if (this.#unloaded) throw new EngineError('UnloadedError', 'The model was unloaded. Load it again with Engine.load.');
    const asked = this.#connection;
    const current = await asked?.catch(() => null);
    if (current && !current.closed) return current;
    if (this.#connection === asked) this.#connection = this.#start(signal); // else another request has begun to load it
    return /** @type {Promise<Connection>} */ (this.#connection);
  }

  /** @param {AbortSignal} [signal] */
  async #start(signal) {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'deltapage' });
    const connection = new Connection(worker);
    try {
      for await (const { progress, info } of connection.stream('load', { bundle: this.#bundle }, signal)) {
        if (progress) this.#onProgress(progress);
        if (info) this.info = info;
      }
      this.#onProgress({ phase: 'ready', loaded: 1, total: 1 });
      return connection;
    } catch (error) {
      connection.close(/** @type {Error} */ (error));
      throw error;
    }
  }
}
