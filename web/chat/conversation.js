/** A conversation that goes on: its tree, what is shown of it, and the answer that is being written. */

import { sum } from './format.js';
import { Reply } from './reply.js';
import { requestOf } from './settings.js';
import { answers, declared } from './tools.js';
import { Tree } from './tree.js';

/** @typedef {import('../deltapage.js').Engine} Engine */
/** @typedef {import('../deltapage.js').Message} Message */
/** @typedef {import('./tree.js').Node} Node */

/**
 * @typedef {object} Surroundings
 * @property {import('./thread-view.js').ThreadView} thread
 * @property {import('./composer.js').Composer} composer
 * @property {import('./announcer.js').Announcer} announcer
 * @property {() => Promise<Engine>} load
 * @property {() => number} contextWindow  tokens; 0 until the model is loaded
 * @property {() => import('./settings.js').Settings} settings
 * @property {() => import('./tools.js').Tool[]} tools
 * @property {(tree: Tree) => void} keep
 * @property {(message: Message) => void} answered
 * @property {(error: Error) => void} fail
 */

const SAVE_EVERY = 2000; // ms while an answer is being written
const ROUNDS_MAX = 8; // answers in a row that may call tools

export class Conversation {
  tree = new Tree();
  #around;
  /** @type {AbortController | null} */
  #running = null;

  /** @param {Surroundings} around */
  constructor(around) {
    this.#around = around;
  }

  /** Whether an answer is being written. */
  get busy() {
    return this.#running !== null;
  }

  /** @param {Tree} tree */
  show(tree) {
    this.stop();
    this.tree = tree;
    this.#around.thread.show(tree);
    this.#meter();
  }

  stop() {
    this.#running?.abort();
  }

  /**
   * Add a message without asking the model.
   * @param {Message} message
   */
  add(message) {
    this.#around.thread.append(this.tree.add(message), this.tree);
    this.#around.thread.toEnd();
    this.#around.keep(this.tree);
  }

  /**
   * Say something, and show the answer as it comes.
   * @param {string} text
   * @param {number} [parent]  the message that it answers: an earlier one begins a branch
   */
  async say(text, parent = this.tree.leaf?.id ?? 0) {
    if (this.busy) return;
    const { thread, composer, keep } = this.#around;
    const { tree } = this;
    const before = tree.path().find((node) => node.parent === parent);
    const asked = tree.add({ role: 'user', content: text }, parent);
    thread.cut(parent);
    thread.append(asked, tree);
    thread.toEnd();
    keep(tree);
    composer.value = '';
    composer.text.focus();
    if (await this.#answer(asked)) return;
    tree.remove(asked); // nothing came: the message goes back to where it was written
    if (before) tree.choose(before);
    if (tree === this.tree) {
      thread.show(tree);
      composer.value = composer.text.value || text;
    }
    keep(tree);
  }

  /**
   * Answer once more; the old answer stays as an alternative.
   * @param {Node} [node]  an answer; the last one without it
   */
  async regenerate(node = this.tree.path().findLast(({ message }) => message.role === 'assistant')) {
    const { tree } = this;
    const asked = tree.path().find(({ id }) => id === node?.parent);
    if (!node || !asked || this.busy) return;
    this.#around.composer.text.focus();
    if (await this.#answer(asked)) return;
    tree.choose(node);
    if (tree === this.tree) this.#around.thread.show(tree);
  }

  /**
   * Show one of the alternatives at a place.
   * @param {Node} node
   */
  choose(node) {
    this.stop();
    this.tree.choose(node);
    this.#around.thread.show(this.tree);
    this.#around.keep(this.tree);
  }

  /**
   * Answer a message, and go on while the model calls tools.
   * @param {Node} asked
   * @returns {Promise<boolean>} whether anything came
   */
  async #answer(asked) {
    const { thread, composer, tools } = this.#around;
    const { tree } = this;
    const controller = this.#running = new AbortController();
    composer.busy = true;
    let came = false;
    try {
      for (let round = 0, last = asked; round < ROUNDS_MAX; round++) {
        const answer = await this.#reply(last, controller.signal);
        if (!answer) break;
        came = true;
        const results = await answers(answer.message, tools());
        if (!results || controller.signal.aborted) break;
        for (const result of results) {
          last = tree.add(result);
          thread.append(last, tree);
        }
      }
    } finally {
      if (this.#running === controller) this.#running = null;
      composer.busy = this.busy;
    }
    return came;
  }

  /**
   * One answer of the model.
   * @param {Node} asked
   * @param {AbortSignal} signal
   * @returns {Promise<Node | null>} null when nothing came
   */
  async #reply(asked, signal) {
    const { thread, composer, announcer, load, settings, tools, keep, answered, fail } = this.#around;
    const { tree } = this;
    const reply = new Reply();
    const messages = messagesUpTo(tree, asked, settings().system);
    const node = tree.add(reply.message, asked.id);
    thread.cut(asked.id);
    const view = thread.append(node, tree, true);
    thread.toEnd();
    const saving = setInterval(() => keep(tree), SAVE_EVERY);
    composer.say('');
    try {
      const engine = await orAborted(load(), signal);
      composer.say('');
      const { name: model, bytes } = engine.info;
      Object.assign(reply.facts, { model, memory: sum(bytes) });
      await reply.run(engine, { messages, ...declared(tools()), ...requestOf(settings()), signal }, {
        onText: (kind, piece) => {
          view.add(kind, piece);
          if (kind === 'content') announcer.push(piece);
        },
        onCall: (call) => view.call(call),
        onPrefill: (done, total) => composer.reading(done, total),
      });
    } catch (error) {
      if (signal.aborted) reply.facts.finish = 'abort';
      else fail(/** @type {Error} */ (error));
    } finally {
      clearInterval(saving);
    }
    if (signal.aborted) composer.say('Stopped');
    if (reply.empty) {
      tree.remove(node);
      return null;
    }
    node.facts = reply.facts;
    view.finish(tree.siblings(node));
    announcer.finish();
    this.#meter();
    keep(tree);
    answered(structuredClone(reply.message));
    return node;
  }

  #meter() {
    const used = this.tree.path().findLast(({ facts }) => facts?.usage)?.facts?.usage.total_tokens ?? 0;
    this.#around.composer.context(used, this.#around.contextWindow());
  }
}

/**
 * What the engine is given: the system prompt, and the conversation up to a message.
 * @param {Tree} tree
 * @param {Node} last
 * @param {string} system
 * @returns {Message[]}
 */
function messagesUpTo(tree, last, system) {
  const path = tree.path();
  const messages = path.slice(0, path.findIndex(({ id }) => id === last.id) + 1).map(({ message }) => message);
  return system.trim() && messages[0]?.role !== 'system' ? [{ role: 'system', content: system }, ...messages] : structuredClone(messages);
}

/**
 * What a promise gives, unless the signal comes first; the promise goes on by itself.
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignal} signal
 * @returns {Promise<T>}
 */
function orAborted(promise, signal) {
  return Promise.race([promise, new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  })]);
}
