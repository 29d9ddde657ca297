/** A conversation that goes on: its tree, what is shown of it, and the answer that is being written. */

import { agentLoop } from '../agent/loop.js';
import { declared, runAll } from '../agent/tools.js';
import { unlessAborted } from '../common/abort.js';
import { sum } from './format.js';
import { requestOf } from './settings.js';
import { Tree } from './tree.js';

/** @typedef {import('../deltapage.js').Engine} Engine */
/** @typedef {import('../deltapage.js').Message} Message */
/** @typedef {import('../agent/answer.js').Answer} Answer */
/** @typedef {import('./tree.js').Node} Node */

/**
 * @typedef {object} Surroundings
 * @property {import('./thread-view.js').ThreadView} thread
 * @property {import('./composer.js').Composer} composer
 * @property {import('./announcer.js').Announcer} announcer
 * @property {() => Promise<Engine>} load
 * @property {() => number} contextWindow  tokens; 0 until the model is loaded
 * @property {() => import('./settings.js').Settings} settings
 * @property {() => import('../agent/tools.js').Tool[]} tools
 * @property {(tree: Tree) => void} keep
 * @property {(message: Message) => void} answered
 * @property {(error: Error) => void} fail
 */

/**
 * @typedef {object} Written  an answer that is being written
 * @property {Answer} answer
 * @property {Node} node
 * @property {import('./message-view.js').MessageView} view
 * @property {import('../deltapage.js').Info} [info]  the model, once it is loaded
 */

const SAVE_EVERY = 2000; // ms while an answer is being written

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
    const { thread, composer, settings, tools, keep, fail } = this.#around;
    const { tree } = this;
    const controller = this.#running = new AbortController();
    const { signal } = controller;
    const saving = setInterval(() => keep(tree), SAVE_EVERY);
    composer.busy = true;
    let last = asked;
    let came = false;
    /** @type {Written | null} */
    let written = null;
    const events = agentLoop({
      messages: messagesUpTo(tree, asked, settings().system),
      generate: (messages) => this.#generate(messages, /** @type {Written} */ (written), signal),
      runTools: (calls) => runAll(calls, tools()),
      signal,
    });
    try {
      for await (const event of events) {
        if (event.type === 'start') written = this.#begin(event.answer, tree, last);
        else if (event.type === 'tool_result') thread.append(last = tree.add(event.message), tree);
        else if (event.type !== 'end') this.#show(event, /** @type {Written} */ (written));
        else if (written && this.#finish(written, tree)) {
          came = true;
          last = written.node;
          written = null;
        }
      }
    } catch (error) {
      if (!signal.aborted) fail(/** @type {Error} */ (error));
      else if (written) written.answer.facts.finish = 'abort';
      if (written && this.#finish(written, tree)) came = true;
    } finally {
      clearInterval(saving);
      if (signal.aborted) composer.say('Stopped');
      if (this.#running === controller) this.#running = null;
      composer.busy = this.busy;
    }
    return came;
  }

  /**
   * The chunks of an answer, once the model is there.
   * @param {Message[]} messages
   * @param {Written} written
   * @param {AbortSignal} signal
   */
  async #generate(messages, written, signal) {
    const { composer, load, settings, tools } = this.#around;
    const { chat, info } = await unlessAborted(load(), signal);
    written.info = info;
    composer.say('');
    return chat.completions.create({ messages, ...declared(tools()), ...requestOf(settings()), stream: true, signal });
  }

  /**
   * Give an answer its place in the conversation and on the page.
   * @param {Answer} answer
   * @param {Tree} tree
   * @param {Node} asked
   * @returns {Written}
   */
  #begin(answer, tree, asked) {
    const { thread, composer } = this.#around;
    const node = tree.add(answer.message, asked.id);
    thread.cut(asked.id);
    const view = thread.append(node, tree, true);
    thread.toEnd();
    composer.say('');
    return { answer, node, view };
  }

  /**
   * @param {import('../agent/answer.js').AnswerEvent} event
   * @param {Written} written
   */
  #show(event, { view }) {
    const { composer, announcer } = this.#around;
    if (event.type === 'prefill') composer.reading(event.processed, event.total);
    else if (event.type === 'tool_call') view.call(event.call);
    else view.add(event.type === 'content' ? 'content' : 'reasoning_content', event.piece);
    if (event.type === 'content') announcer.push(event.piece);
  }

  /**
   * Keep an answer with what is known of it, or take it away when nothing came.
   * @param {Written} written
   * @param {Tree} tree
   * @returns {boolean} whether anything came
   */
  #finish({ answer, node, view, info }, tree) {
    const { announcer, keep, answered } = this.#around;
    if (answer.empty) {
      tree.remove(node);
      return false;
    }
    node.facts = { ...answer.facts, ...info && { model: info.name, memory: sum(info.bytes) } };
    view.finish(tree.siblings(node));
    announcer.finish();
    this.#meter();
    keep(tree);
    answered(structuredClone(answer.message));
    return true;
  }

  #meter() {
    const used = this.tree.path().findLast(({ facts }) => facts?.usage)?.facts?.usage?.total_tokens ?? 0;
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
