/** A conversation that goes on: its tree, what is shown of it, and the answer that is being written. */

import { EngineError } from '../common/errors.js';
import { EDITED, Tree, UNFINISHED } from './tree.js';

/** @typedef {import('./state-types.js').ChatStore} ChatStore */
/** @typedef {import('./state-types.js').Message} Message */
/** @typedef {import('./state-types.js').ShownConversation} ShownConversation */
/** @typedef {import('./tree-types.js').Node} Node */
/** @typedef {import('./tree-types.js').Saved} Saved */

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
      edit: (node, text) => node.message.role === 'assistant' ? this.#rewrite(node, text) : this.send(text, node.parent),
      regenerate: (node) => this.regenerate(node),
      goOn: (node) => this.goOn(node),
      instruct: (text) => this.#instruct(text),
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
   * Go on where an answer was cut off, or with one where none had begun.
   * @param {Node} node  the answer, or the last message
   */
  async goOn(node) {
    const { tree } = this;
    const asked = node.message.role === 'assistant' ? tree.path().find(({ id }) => id === node.parent) : node;
    if (!asked || this.#running) return;
    const cut = asked === node || node.message.tool_calls?.length ? null : node;
    if (!await this.#answer(asked, cut)) tree.choose(node);
    else if (cut && !tree.siblings({ parent: cut.id }).length) tree.remove(cut); // what it says is where the new one begins
    this.#changed(tree);
  }

  /**
   * Let an answer be what a person makes of it; the one that the model wrote stays as an alternative.
   * @param {Node} node
   * @param {string} text
   */
  #rewrite({ parent, message, facts }, text) {
    if (this.#running) return;
    const { tool_calls, ...said } = message;
    const node = this.tree.add({ ...said, content: text }, parent);
    node.facts = { ...facts?.model && { model: facts.model }, finish: EDITED };
    this.#changed(this.tree);
  }

  /** @param {string | null} text  the system prompt of this conversation alone */
  #instruct(text) {
    this.tree.system = text;
    if (this.tree.empty) this.#show(this.tree); // kept with the first message
    else this.#changed(this.tree);
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
    try {
      const { Answering } = await answering();
      const place = {
        tree,
        show: () => this.#show(tree),
        changed: () => this.#changed(tree),
        rest: (/** @type {string | undefined} */ sentence) => this.#rest(sentence),
      };
      return await new Answering(store, this.#model, this.#host.tools, place, signal).answer(asked, cut);
    } catch (error) {
      store.fail(/** @type {Error} */ (error));
      return false;
    } finally {
      this.#running = null;
      if (signal.aborted) store.set({ activity: { type: 'idle', sentence: 'Stopped' } });
      else this.#rest();
      store.set({ answering: false, written: null });
    }
  }

  /**
   * Nothing is going on any more, unless the model is loading.
   * @param {string} [sentence]
   */
  #rest(sentence) {
    const { activity } = this.#store.state;
    if (activity.type === 'loading' && activity.progress.phase !== 'picture') return;
    if (activity.type !== 'idle' || sentence !== undefined) this.#store.set({ activity: { type: 'idle', sentence: sentence ?? '' } });
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
  return { id: tree.id, title: tree.empty ? '' : tree.title, system: tree.system, messages: tree.path().map((node) => ({ node, versions: tree.siblings(node) })) };
}

/**
 * Whether an answer is still to come after this message.
 * @param {Node} last
 */
function isOpen({ message: { role }, facts }) {
  return role === 'user' || role === 'tool' || facts?.finish === UNFINISHED;
}

/** What answers messages: a page that only shows itself does without. */
function answering() {
  return import('./answering.js').catch((cause) => {
    throw new EngineError('PageError', 'A part of this page, chat/answering.js, could not be fetched. Check the connection, then send again.', String(cause));
  });
}
