/** The conversation on the page, and those that are being answered: an answer goes on while another conversation is read. */

import { missing } from '../common/errors.js';
import { EDITED, Tree, UNFINISHED } from './tree.js';

/** @typedef {import('./state-types.js').Activity} Activity */
/** @typedef {import('./state-types.js').ChatStore} ChatStore */
/** @typedef {import('./state-types.js').Message} Message */
/** @typedef {import('./state-types.js').ShownConversation} ShownConversation */
/** @typedef {import('./state-types.js').WrittenAnswer} WrittenAnswer */
/** @typedef {import('./tree-types.js').Node} Node */
/** @typedef {import('./tree-types.js').Saved} Saved */
/** @typedef {{written: WrittenAnswer | null, activity: Activity}} Told  of an answer that is asked for: how far it is */
/** @typedef {Told & {tree: Tree, controller: AbortController}} Running */

const NOT_COMPLETE = 'The last answer is not complete: it was interrupted, or another window still writes it.';
/** @type {Told} */
const NOTHING = { written: null, activity: { type: 'idle', sentence: '' } };

export class Conversation {
  tree = new Tree();
  #store;
  #model;
  #host;
  /** Answers that are asked for, in their order, by the conversation's id. @type {Map<string, Running>} */
  #running = new Map();
  /** The end of the answer that was asked for last: the model writes one at a time. @type {Promise<unknown>} */
  #last = Promise.resolve();

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
      stopAll: () => { for (const { controller } of this.#running.values()) controller.abort(); },
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
   * Show a conversation in place of the one that is shown, with the answer that may be coming in it.
   * @param {Tree} tree
   */
  show(tree) {
    const store = this.#store;
    if (!store.state.storage) this.stop(); // nobody could come back to read it
    this.tree = tree;
    const { written, activity } = this.#running.get(tree.id) ?? NOTHING;
    store.set({
      conversation: shownOf(tree), answering: this.#running.has(tree.id), written, activity,
      unread: store.state.unread.filter((id) => id !== tree.id),
    });
  }

  /**
   * Show another conversation, as the person wants it, and offer to go on where its last answer is not complete.
   * @param {Tree} tree
   */
  open(tree) {
    this.show(tree);
    const { leaf } = tree;
    const notice = leaf && isOpen(leaf) && !this.#running.has(tree.id) ? { sentence: NOT_COMPLETE, unfinished: leaf } : null;
    this.#store.set({ notice, drawer: false });
    this.#store.dispatch('focusInput');
  }

  clear() {
    this.open(new Tree());
  }

  /** End the answer in the conversation that is shown. */
  stop() {
    this.#running.get(this.tree.id)?.controller.abort();
  }

  /**
   * A conversation is no more: nobody answers in it or shows it.
   * @param {string} id
   */
  leave(id) {
    this.#running.get(id)?.controller.abort();
    if (id === this.tree.id) this.clear();
  }

  /** The conversations that are in use here: the one that is shown, and those that are being answered. @returns {Map<string, Tree>} */
  get inUse() {
    return new Map([this.tree, ...[...this.#running.values()].map(({ tree }) => tree)].map((tree) => [tree.id, tree]));
  }

  /**
   * Add a message without asking the model.
   * @param {Message} message
   */
  add(message) {
    this.tree.add(message);
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
    const { tree } = this;
    if (this.#running.has(tree.id) || !text.trim()) return;
    const before = tree.path().find((node) => node.parent === parent);
    const asked = tree.add({ role: 'user', content: text }, parent);
    this.#store.set({ draft: '' });
    this.#changed(tree);
    if (await this.#answer(tree, asked) || tree !== this.tree) return; // elsewhere a message without an answer stays, to go on from
    tree.remove(asked); // nothing came: the message goes back to where it was written
    if (before) tree.choose(before);
    const draft = this.#store.state.draft || text;
    this.#changed(tree);
    this.#store.set({ draft });
  }

  /**
   * Answer once more; the old answer stays as an alternative.
   * @param {Node} [node]  an answer; the last one without it
   */
  async regenerate(node = this.tree.path().findLast(({ message }) => message.role === 'assistant')) {
    const { tree } = this;
    const asked = tree.path().find(({ id }) => id === node?.parent);
    if (!node || !asked || this.#running.has(tree.id) || await this.#answer(tree, asked)) return;
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
    if (!asked || this.#running.has(tree.id)) return;
    const cut = asked === node || node.message.tool_calls?.length ? null : node;
    if (!await this.#answer(tree, asked, cut)) tree.choose(node);
    else if (cut && !tree.siblings({ parent: cut.id }).length) tree.remove(cut); // what it says is where the new one begins
    this.#changed(tree);
  }

  /**
   * Let an answer be what a person makes of it; the one that the model wrote stays as an alternative.
   * @param {Node} node
   * @param {string} text
   */
  #rewrite({ parent, message, facts }, text) {
    if (this.#running.has(this.tree.id)) return;
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
   * Answer a message once the answers are there that were asked for before, and go on while the model calls tools.
   * @param {Tree} tree  without an answer that is asked for
   * @param {Node} asked
   * @param {Node | null} [cut]  an answer to it, from whose end to go on
   * @returns {Promise<boolean>} whether anything came
   */
  async #answer(tree, asked, cut = null) {
    const [first] = this.#running.values();
    /** @type {Running} */
    const running = { ...NOTHING, tree, controller: new AbortController() };
    this.#running.set(tree.id, running);
    this.#store.set({ writing: [...this.#running.keys()] });
    if (tree === this.tree) this.#store.set({ answering: true, notice: null });
    if (first) this.#tell(running, { activity: { type: 'waiting', sentence: `Waiting for the answer in “${first.tree.title}”` } });
    const written = this.#write(running, asked, cut, this.#last);
    this.#last = Promise.allSettled([this.#last, written]);
    return written;
  }

  /**
   * @param {Running} running
   * @param {Node} asked
   * @param {Node | null} cut
   * @param {Promise<unknown>} turn  until which others are answered
   * @returns {Promise<boolean>} whether anything came
   */
  async #write(running, asked, cut, turn) {
    const store = this.#store;
    const { tree, controller: { signal } } = running;
    let came = false;
    try {
      const { Answering } = await answering();
      const place = {
        tree,
        turn,
        show: () => this.#show(tree),
        changed: () => this.#changed(tree),
        tell: (/** @type {Partial<Told>} */ told) => this.#tell(running, told),
        rest: (/** @type {string | undefined} */ sentence) => this.#rest(running, sentence),
      };
      came = await new Answering(store, this.#model, this.#host.tools, place, signal).answer(asked, cut);
    } catch (error) {
      if (!signal.aborted) store.fail(/** @type {Error} */ (error));
    } finally {
      this.#rest(running, signal.aborted ? 'Stopped' : undefined);
      this.#running.delete(tree.id);
      store.set({ writing: [...this.#running.keys()] });
      if (tree === this.tree) store.set({ answering: false, written: null });
      else if (came && !signal.aborted) store.set({ unread: [...store.state.unread, tree.id] });
    }
    return came;
  }

  /**
   * How far an answer is, for the page if it shows its conversation.
   * @param {Running} running
   * @param {Partial<Told>} told
   */
  #tell(running, told) {
    Object.assign(running, told);
    if (running.tree === this.tree) this.#store.set(told);
  }

  /**
   * Nothing is going on any more in a conversation.
   * @param {Running} running
   * @param {string} [sentence]  in place of what is going on, or of what is said already
   */
  #rest(running, sentence) {
    if (this.#store.state.loading?.progress.phase === 'picture') this.#store.set({ loading: null }); // which an answer needed
    if (running.activity.type !== 'idle' || sentence !== undefined) this.#tell(running, { activity: { type: 'idle', sentence: sentence ?? '' } });
  }

  /**
   * Show what a conversation has become, if it is the one on the page.
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
  return import('./answering.js').catch(missing('chat/answering.js'));
}
