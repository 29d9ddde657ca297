/** The messages of a conversation, in order; stays at its end while the reader does. */

import { h, iconButton } from './dom.js';
import { MessageView } from './message-view.js';
import { textOf } from './tree.js';

/** @typedef {import('./tree.js').Node} Node */
/** @typedef {import('./tree.js').Tree} Tree */
/** @typedef {import('./message-view.js').MessageActions} MessageActions */

const NEAR = 60; // px from the end that count as being there

export class ThreadView {
  #title = h('h2', { class: 'unseen' }, 'Conversation');
  #messages = h('div', { class: 'messages' }, this.#title);
  #empty = h('div', { class: 'empty', part: 'empty' });
  #toEnd = iconButton('down', 'To the end', () => this.toEnd(), { class: 'icon to-end', hidden: true });
  #log = h('div', { class: 'log', part: 'log', role: 'log', 'aria-live': 'off', 'aria-label': 'Conversation', tabindex: 0 }, this.#empty, this.#messages);
  element = h('div', { class: 'thread' }, this.#log, this.#toEnd);
  #actions;
  /** @type {MessageView[]} */
  #views = [];

  /** @param {Omit<MessageActions, 'keepPlace'>} actions */
  constructor(actions) {
    this.#actions = { ...actions, keepPlace: (/** @type {() => void} */ draw) => this.keepPlace(draw) };
    this.#log.addEventListener('scroll', () => { this.#toEnd.hidden = this.#atEnd; }, { passive: true });
  }

  /**
   * What stands where no message does yet.
   * @param {...HTMLElement} children
   */
  welcome(...children) {
    this.#empty.replaceChildren(...children);
  }

  /**
   * Show a conversation from its beginning.
   * @param {Tree} tree
   */
  show(tree) {
    this.#views = [];
    this.#messages.replaceChildren(this.#title);
    for (const node of tree.path()) this.append(node, tree);
    this.#empty.hidden = !tree.empty;
    this.#messages.hidden = tree.empty;
    this.toEnd();
  }

  /**
   * Take away what comes after a message.
   * @param {number} id  0: all messages
   */
  cut(id) {
    const kept = this.#views.findIndex((view) => view.id === id) + 1;
    for (const { element } of this.#views.splice(kept)) element.remove();
  }

  /**
   * Show one more message.
   * @param {Node} node
   * @param {Tree} tree
   * @param {boolean} [live]
   * @returns {MessageView}
   */
  append(node, tree, live = false) {
    const { role, tool_call_id = '' } = node.message;
    const view = new MessageView(node, tree.siblings(node), this.#actions, live);
    const onCard = role === 'tool' && this.#views.some((each) => each.result(tool_call_id, textOf(node.message)));
    if (!onCard && role !== 'system') this.#messages.append(view.element);
    this.#views.push(view);
    this.#empty.hidden = true;
    this.#messages.hidden = false;
    return view;
  }

  /** Edit the message that the reader wrote last. */
  editLast() {
    this.#views.findLast(({ element }) => element.className === 'user')?.edit();
  }

  /**
   * Change what is shown and stay at its end, if that is where the reader is.
   * @param {() => void} draw
   */
  keepPlace(draw) {
    const atEnd = this.#atEnd;
    draw();
    if (atEnd) this.#log.scrollTop = this.#log.scrollHeight;
    else this.#toEnd.hidden = false;
  }

  toEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#toEnd.hidden = true;
  }

  get #atEnd() {
    return this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < NEAR;
  }
}
