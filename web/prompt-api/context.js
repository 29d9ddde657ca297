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
   * A turn that is complete; later it is dropped as a whole, but for a system message, which stays.
   * @param {Message[]} messages
   * @param {number} usage  tokens of the conversation with it
   */
  add(messages, usage) {
    const split = leadsWithSystem(messages) ? 1 : 0;
    this.#initial = [...this.#initial, ...messages.slice(0, split)];
    if (messages.length > split) this.#turns.push(messages.slice(split));
    this.usage = usage;
  }

  /**
   * Count what stays; a session that has no room for its tools and initial prompts does not begin.
   * @throws {DOMException} QuotaExceededError
   */
  async begin() {
    if (this.#tools.length) this.#mustFit(await this.#tokens([]));
    this.usage = (await this.makeRoom([])).tokens;
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
   * @param {AbortSignal} [signal]  nothing is dropped after it
   * @returns {Promise<{tokens: number, dropped: number}>} tokens of the conversation with them, and turns that went
   * @throws {TypeError} for a system message that comes later than the first message of all
   * @throws {DOMException} QuotaExceededError when dropping all turns is not enough; none is dropped then
   */
  async makeRoom(added, signal) {
    if (leadsWithSystem(added) && this.messages.length) {
      throw new TypeError('A system message comes after other messages, expected it as the first of a session: give it in initialPrompts.');
    }
    const limit = this.window - Math.min(ROOM, this.window >> 2);
    let dropped = 0;
    let tokens = await this.count([...this.messages, ...added]);
    while (tokens > limit && dropped < this.#turns.length) {
      dropped++;
      tokens = await this.count([...this.#initial, ...this.#turns.slice(dropped).flat(), ...added]);
    }
    this.#mustFit(tokens);
    signal?.throwIfAborted();
    this.#turns.splice(0, dropped);
    return { tokens, dropped };
  }

  /**
   * Tokens that messages would add, as what follows the conversation or, with a system message, as its beginning.
   * @param {Message[]} added
   * @returns {Promise<number>}
   */
  async measure(added) {
    const before = leadsWithSystem(added) ? [] : this.messages;
    const [without, within] = await Promise.all([this.count(before), this.count([...before, ...added])]);
    return within - without;
  }

  /**
   * Tokens of messages as the model reads them.
   * @param {Message[]} messages
   * @returns {Promise<number>}
   */
  async count(messages) {
    return messages.length ? this.#tokens(messages) : 0;
  }

  /** @param {Message[]} messages */
  async #tokens(messages) {
    const ids = await this.#engine.applyChatTemplate(withQuestion(messages), { ...declared(this.#tools), enable_thinking: false, tokenize: true });
    return ids.length;
  }

  /** @param {number} tokens */
  #mustFit(tokens) {
    if (tokens < this.window) return;
    throw quotaExceeded(`The prompt is ${tokens} tokens with what has to stay, the context window is ${this.window}: shorten it.`,
      { requested: tokens, quota: this.window });
  }
}

/**
 * Messages with a question among them, if an empty one: chat templates want one, a session may do without.
 * @param {Message[]} messages
 * @returns {Message[]}
 */
export function withQuestion(messages) {
  if (messages.some(({ role }) => role === 'user')) return messages;
  return messages.toSpliced(leadsWithSystem(messages) ? 1 : 0, 0, { role: 'user', content: '' });
}

/** @param {Message[]} messages */
function leadsWithSystem(messages) {
  return messages[0]?.role === 'system';
}
