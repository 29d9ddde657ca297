/** A conversation that goes on: its tree, what is shown of it, and the answer that is being written. */

import { agentLoop } from '../agent/loop.js';
import { declared, runAll } from '../agent/tools.js';
import { unlessAborted } from '../common/abort.js';
import { sum } from './format.js';
import { requestOf } from './settings.js';
import { steadily } from './steadily.js';
import { Tree, textOf } from './tree.js';

/** @typedef {import('../agent/answer.js').Answer} Answer */
/** @typedef {import('./state.js').ChatStore} ChatStore */
/** @typedef {import('./state.js').Info} Info */
/** @typedef {import('./state.js').Message} Message */
/** @typedef {import('./state.js').ShownConversation} ShownConversation */
/** @typedef {import('./tree.js').Node} Node */
/** @typedef {import('./tree.js').Saved} Saved */
/** @typedef {{answer: Answer, node: Node, length: number, info?: Info}} Begun  an answer that is being written, how long it was at first, and the model once it is loaded */

const SAVE_EVERY = 500; // ms while an answer is being written
const UNFINISHED = 'unfinished';
const NOT_COMPLETE = 'The last answer is not complete: the page was closed while it was written, or another window still writes it.';

export class Conversation {
  tree = new Tree();
  #store;
  #model;
  #host;
  /** @type {AbortController | null} */
  #running = null;

  /**
   * @param {ChatStore} store
   * @param {import('./model-in-use.js').ModelInUse} model
   * @param {{tools: import('../agent/tools.js').Tool[]}} host  whose functions the model may call
   */
  constructor(store, model, host) {
    this.#store = store;
    this.#model = model;
    this.#host = host;
    store.handle({
      draft: (draft) => store.set({ draft }),
      send: (text) => this.send(text),
      stop: () => this.stop(),
      edit: (node, text) => this.send(text, node.parent),
      regenerate: (node) => this.regenerate(node),
      goOn: (node) => this.goOn(node),
      choose: (node) => this.#choose(node),
      newConversation: () => this.clear(),
    });
    this.show(this.tree);
  }

  /**
   * Show a conversation in place of the one that is shown.
   * @param {Tree} tree
   */
  show(tree) {
    this.stop();
    this.tree = tree;
    this.#show(tree);
  }

  /**
   * Show another conversation, as the person wants it, and offer to go on where its last answer is not complete.
   * @param {Tree} tree
   */
  open(tree) {
    this.show(tree);
    const { leaf } = tree;
    const notice = leaf && isOpen(leaf) ? { sentence: NOT_COMPLETE, unfinished: leaf } : null;
    this.#store.set({ notice, drawer: false });
    this.#store.dispatch('focusInput');
  }

  clear() {
    this.#rest('');
    this.open(new Tree());
  }

  stop() {
    this.#running?.abort();
  }

  /**
   * Add a message without asking the model.
   * @param {Message} message
   */
  add(message) {
    this.tree.add(message);
    this.#changed(this.tree);
  }

  /** @param {string} title */
  rename(title) {
    this.tree.title = title;
    this.#changed(this.tree);
  }

  /**
   * Take in what other windows wrote to a conversation.
   * @param {Tree} tree
   * @param {Saved} saved
   */
  take(tree, saved) {
    tree.merge(saved);
    this.#show(tree);
  }

  /**
   * Send a message, and show the answer as it comes.
   * @param {string} text
   * @param {number} [parent]  the message that it answers: an earlier one begins a branch
   */
  async send(text, parent = this.tree.leaf?.id ?? 0) {
    if (this.#running || !text.trim()) return;
    const { tree } = this;
    const before = tree.path().find((node) => node.parent === parent);
    const asked = tree.add({ role: 'user', content: text }, parent);
    this.#store.set({ draft: '' });
    this.#changed(tree);
    if (await this.#answer(asked)) return;
    tree.remove(asked); // nothing came: the message goes back to where it was written
    if (before) tree.choose(before);
    const draft = this.#store.state.draft || text;
    const shown = tree === this.tree;
    this.#changed(tree);
    if (shown) this.#store.set({ draft });
  }

  /**
   * Answer once more; the old answer stays as an alternative.
   * @param {Node} [node]  an answer; the last one without it
   */
  async regenerate(node = this.tree.path().findLast(({ message }) => message.role === 'assistant')) {
    const { tree } = this;
    const asked = tree.path().find(({ id }) => id === node?.parent);
    if (!node || !asked || this.#running || await this.#answer(asked)) return;
    tree.choose(node);
    this.#changed(tree);
  }

  /**
   * Go on where the page was closed: with the answer that was being written, or with one where none had begun.
   * @param {Node} node  the last message
   */
  async goOn(node) {
    const { tree } = this;
    const asked = node.message.role === 'assistant' ? tree.path().find(({ id }) => id === node.parent) : node;
    if (!asked || this.#running) return;
    const cut = asked === node || node.message.tool_calls?.length ? null : node;
    if (!await this.#answer(asked, cut)) tree.choose(node);
    else if (cut) tree.remove(cut); // what it says is where the new one begins
    this.#changed(tree);
  }

  /** @param {Node} node */
  #choose(node) {
    this.stop();
    this.tree.choose(node);
    this.#changed(this.tree);
  }

  /**
   * Answer a message, and go on while the model calls tools.
   * @param {Node} asked
   * @param {Node | null} [cut]  an answer to it, from whose end to go on
   * @returns {Promise<boolean>} whether anything came
   */
  async #answer(asked, cut = null) {
    const store = this.#store;
    const { tree } = this;
    const { signal } = this.#running = new AbortController();
    store.set({ answering: true, notice: null });
    let last = asked;
    let came = false;
    /** @type {Begun | null} */
    let begun = null;
    const stopSaving = steadily(async () => {
      if (!begun || begun.answer.empty) return;
      begun.node.facts = { ...begun.answer.facts, finish: UNFINISHED };
      tree.revise(begun.node);
      await store.dispatch('save', tree);
    }, SAVE_EVERY);
    const events = agentLoop({
      messages: messagesUpTo(tree, cut ?? asked, store.state.settings.system),
      generate: (messages, round) => this.#generate(messages, /** @type {Begun} */ (begun), signal, cut !== null && !round),
      begun: textOf(cut?.message),
      runTools: (calls) => runAll(calls, this.#host.tools),
      signal,
    });
    try {
      for await (const event of events) {
        if (event.type === 'start') begun = this.#begin(event.answer, tree, last, last === asked ? cut : null);
        else if (event.type === 'prefill') this.#read(event.processed, event.total);
        else if (event.type === 'tool_result') {
          last = tree.add(event.message, last.id);
          this.#show(tree);
        } else if (event.type !== 'end') this.#write(/** @type {Begun} */ (begun));
        else if (begun && this.#finish(begun, tree)) {
          came = true;
          last = begun.node;
          begun = null;
        }
      }
    } catch (error) {
      if (!signal.aborted) store.fail(/** @type {Error} */ (error));
      else if (begun) begun.answer.facts.finish = 'abort';
      if (begun && this.#finish(begun, tree)) came = true;
    } finally {
      stopSaving();
      this.#running = null;
      if (signal.aborted) store.set({ activity: { type: 'idle', sentence: 'Stopped' } });
      else this.#rest();
      store.set({ answering: false, written: null });
    }
    return came;
  }

  /**
   * The chunks of an answer, once the model is there.
   * @param {Message[]} messages
   * @param {Begun} begun
   * @param {AbortSignal} signal
   * @param {boolean} goesOn  from the end of the last message
   */
  async #generate(messages, begun, signal, goesOn) {
    const { chat, info } = await unlessAborted(this.#model.load(), signal);
    begun.info = info;
    this.#rest('');
    const request = { ...declared(this.#host.tools), ...requestOf(this.#store.state.settings) };
    if (goesOn) request.extra_body = { ...request.extra_body, continue_final_message: true };
    return chat.completions.create({ messages, ...request, stream: true, signal });
  }

  /**
   * Give an answer its place in the conversation.
   * @param {Answer} answer
   * @param {Tree} tree
   * @param {Node} asked
   * @param {Node | null} cut  that it goes on from
   * @returns {Begun}
   */
  #begin(answer, tree, asked, cut) {
    if (cut?.message.reasoning_content) answer.message.reasoning_content = cut.message.reasoning_content;
    const begun = { answer, node: tree.add(answer.message, asked.id), length: lengthOf(answer.message) };
    this.#rest('');
    this.#write(begun);
    this.#show(tree);
    return begun;
  }

  /** @param {Begun} begun */
  #write({ answer, node }) {
    this.#store.set({ written: { node, message: { ...answer.message } } });
  }

  /**
   * Keep an answer with what is known of it, or take it away when nothing came.
   * @param {Begun} begun
   * @param {Tree} tree
   * @returns {boolean} whether anything came
   */
  #finish({ answer, node, info, length }, tree) {
    if (answer.empty || length === lengthOf(answer.message)) {
      tree.remove(node);
      this.#show(tree);
      return false;
    }
    node.facts = { ...answer.facts, ...info && { model: info.name, memory: sum(info.bytes) } };
    tree.revise(node);
    this.#store.set({ written: null });
    this.#changed(tree);
    this.#store.set({ answered: structuredClone(answer.message) });
    return true;
  }

  /**
   * @param {number} processed
   * @param {number} total  tokens
   */
  #read(processed, total) {
    if (processed < total) this.#store.set({ activity: { type: 'reading', processed, total } });
    else this.#rest();
  }

  /**
   * Nothing is going on any more, unless the model is loading.
   * @param {string} [sentence]
   */
  #rest(sentence) {
    const { activity } = this.#store.state;
    if (activity.type === 'loading') return;
    if (activity.type === 'reading' || sentence !== undefined) this.#store.set({ activity: { type: 'idle', sentence: sentence ?? '' } });
  }

  /**
   * Show what a conversation has become, if it is still the one on the page.
   * @param {Tree} tree
   */
  #show(tree) {
    if (tree === this.tree) this.#store.set({ conversation: shownOf(tree) });
  }

  /** @param {Tree} tree */
  #changed(tree) {
    this.#show(tree);
    this.#store.dispatch('save', tree);
  }
}

/**
 * @param {Tree} tree
 * @returns {ShownConversation}
 */
function shownOf(tree) {
  return { id: tree.id, title: tree.empty ? '' : tree.title, messages: tree.path().map((node) => ({ node, versions: tree.siblings(node) })) };
}

/**
 * Whether an answer is still to come after this message.
 * @param {Node} last
 */
function isOpen({ message: { role }, facts }) {
  return role === 'user' || role === 'tool' || facts?.finish === UNFINISHED;
}

/**
 * How much a message says, calls of tools included.
 * @param {Message} message
 */
function lengthOf(message) {
  return textOf(message).length + (message.reasoning_content?.length ?? 0) + (message.tool_calls?.length ?? 0);
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
