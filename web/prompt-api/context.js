/** What a session's model reads: initial prompts that stay, and turns of which the oldest go when there is no more room. */

import { declared } from '../agent/tools.js';
import { quotaExceeded } from './errors.js';

/** @typedef {import('../deltapage.js').Engine} Engine */
/** @typedef {import('../types.js').Message} Message */
/** @typedef {import('../agent/tools.js').Tool} Tool */

const ROOM = 512; // tokens that an answer should find free; at most a quarter of the context window

export class Context {
  /** Tokens of the conversation when they were last counted. */
  usage = 0;
  #engine;
  #tools;
  #initial;
  /** @type {Message[][]} */
  #turns = [];

  /**
   * @param {Engine} engine
   * @param {Tool[]} tools
   * @param {Message[]} initial
   */
  constructor(engine, tools, initial) {
    this.#engine = engine;
    this.#tools = tools;
    this.#initial = initial;
  }

  /** Tokens that the conversation and the next answer may have together. */
  get window() {
    return this.#engine.info.contextWindow;
  }

  get messages() {
    return [...this.#initial, ...this.#turns.flat()];
  }

  /**
   * A turn that is complete; later it is dropped as a whole.
   * @param {Message[]} messages
   */
  add(messages) {
    this.#turns.push(messages);
  }

  /** A context that goes on from here by itself. */
  copy() {
    const copy = new Context(this.#engine, this.#tools, this.#initial);
    copy.#turns = [...this.#turns];
    copy.usage = this.usage;
    return copy;
  }

  /**
   * Drop the oldest turns as far as needed for more messages and an answer to them.
   * @param {Message[]} added
   * @returns {Promise<{tokens: number, dropped: number}>} tokens of the conversation with them, and turns that went
   * @throws {DOMException} QuotaExceededError when dropping all turns is not enough; none is dropped then
   */
  async makeRoom(added) {
    const limit = this.window - Math.min(ROOM, this.window >> 2);
    let dropped = 0;
    let tokens = await this.count([...this.messages, ...added]);
    while (tokens > limit && dropped < this.#turns.length) {
      dropped++;
      tokens = await this.count([...this.#initial, ...this.#turns.slice(dropped).flat(), ...added]);
    }
    if (tokens >= this.window) {
      throw quotaExceeded(`The prompt is ${tokens} tokens with what has to stay, the context window is ${this.window}: shorten it.`,
        { requested: tokens, quota: this.window });
    }
    this.#turns.splice(0, dropped);
    return { tokens, dropped };
  }

  /**
   * Tokens of messages as the model reads them.
   * @param {Message[]} messages
   * @returns {Promise<number>}
   */
  async count(messages) {
    if (!messages.length) return 0;
    // The template wants a question; a session may begin without one.
    const whole = messages.some(({ role }) => role === 'user') ? messages : [...messages, { role: /** @type {const} */ ('user'), content: '' }];
    const ids = await this.#engine.applyChatTemplate(whole, { ...declared(this.#tools), enable_thinking: false, tokenize: true });
    return ids.length;
  }
}
