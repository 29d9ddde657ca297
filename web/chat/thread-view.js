/** The messages of a conversation, in order; stays at its end while the reader does. */

import { missing } from '../common/errors.js';
import { h, iconButton } from './dom.js';
import { systemPrompt } from './state.js';
import { textOf } from './tree.js';
import { Welcome } from './welcome.js';

/** @typedef {import('./message-view.js').MessageView} MessageView */
/** @typedef {import('./state-types.js').ChatStore} ChatStore */
/** @typedef {import('./state-types.js').ShownMessage} ShownMessage */
/** @typedef {import('./state-types.js').WrittenAnswer} WrittenAnswer */

const NEAR = 60; // px from the end that count as being there

export class ThreadView {
  #store;
  #messages = h('div', { class: 'messages' }, h('h2', { class: 'unseen' }, 'Conversation'));
  #toEnd = iconButton('down', 'To the end', () => this.#scrollToEnd(), { class: 'icon to-end', hidden: true });
  #log;
  #instructions = h('div');
  element;
  /** @type {MessageView[]} */
  #views = [];
  /** What shows a message, once there was one. @type {typeof import('./message-view.js').MessageView | null} */
  #View = null;

  /** @param {ChatStore} store */
  constructor(store) {
    this.#store = store;
    this.#log = h('div', { class: 'log', part: 'log', role: 'log', 'aria-live': 'off', 'aria-label': 'Conversation', tabindex: 0 },
      new Welcome(store).element, this.#messages);
    this.element = h('div', { class: 'thread' }, this.#instructions, this.#log, this.#toEnd);
    this.#log.addEventListener('scroll', () => { this.#toEnd.hidden = this.#atEnd; }, { passive: true });
    const fail = (/** @type {Error} */ error) => store.fail(error);
    store.subscribe(systemPrompt, (text) => { this.#showInstructions(text).catch(fail); });
    store.handle({ editLast: () => this.#views.findLast(({ node }) => node.message.role === 'user')?.edit() });
    store.subscribe(({ conversation, written }) => /** @type {const} */ ([conversation.messages, written]), ([messages, written], before) => {
      if (this.#View) {
        if (messages !== before?.[0]) this.#showMessages(messages, written);
        this.#showWritten(written, before?.[1] ?? null);
      } else if (messages.length) this.#fetchView().catch(fail);
    });
  }

  /** With the first message: a page that only shows itself does without. */
  async #fetchView() {
    const { MessageView: View } = await import('./message-view.js').catch(missing('chat/message-view.js'));
    this.#View = View;
    const { conversation: { messages }, written } = this.#store.state;
    this.#showMessages(messages, written);
    this.#showWritten(written, null);
  }

  /** @param {string} text  the system prompt in force */
  async #showInstructions(text) {
    const views = [];
    if (text) {
      const { systemPromptView } = await import('./system-prompt.js').catch(missing('chat/system-prompt.js'));
      views.push(systemPromptView(this.#store, text));
    }
    if (systemPrompt(this.#store.state) === text) this.#instructions.replaceChildren(...views); // or another is in force meanwhile
  }

  /**
   * Show a path: what is there already stays, what comes behind another message goes.
   * @param {readonly ShownMessage[]} messages
   * @param {WrittenAnswer | null} written
   */
  #showMessages(messages, written) {
    const differs = messages.findIndex((message, i) => !this.#views[i]?.shows(message));
    const same = differs < 0 ? messages.length : differs;
    this.#messages.hidden = !messages.length;
    if (same === messages.length && same === this.#views.length) return;
    for (const { element } of this.#views.splice(same)) element.remove();
    for (const message of messages.slice(same)) this.#append(message, message.node === written?.node);
    this.#scrollToEnd();
  }

  /**
   * @param {ShownMessage} message
   * @param {boolean} written  it is still being written
   */
  #append(message, written) {
    const { role, tool_call_id = '' } = message.node.message;
    if (!this.#View) return;
    const view = new this.#View(this.#store, message, (draw) => this.#keepPlace(draw), written);
    const onCard = role === 'tool' && this.#views.some((each) => each.result(tool_call_id, textOf(message.node.message)));
    if (!onCard && role !== 'system') this.#messages.append(view.element);
    this.#views.push(view);
  }

  /**
   * Show what has come of the answer that is being written, and that the one before is complete.
   * @param {WrittenAnswer | null} written
   * @param {WrittenAnswer | null} before
   */
  #showWritten(written, before) {
    const viewOf = (/** @type {WrittenAnswer | null} */ answer) => this.#views.findLast(({ node }) => node === answer?.node);
    if (before?.node !== written?.node) viewOf(before)?.finish();
    if (written) viewOf(written)?.update(written.message);
  }

  /**
   * Change what is shown and stay at its end, if that is where the reader is.
   * @param {() => void} draw
   */
  #keepPlace(draw) {
    const atEnd = this.#atEnd;
    draw();
    if (atEnd) this.#log.scrollTop = this.#log.scrollHeight;
    else this.#toEnd.hidden = false;
  }

  #scrollToEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#toEnd.hidden = true;
  }

  get #atEnd() {
    return this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < NEAR;
  }
}
