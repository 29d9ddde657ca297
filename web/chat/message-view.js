/** One message on the page: what was thought, said and called, and what can be done with it. */

import { missing } from '../common/errors.js';
import { copyFrom, h, icon, iconButton } from './dom.js';
import { bytes, duration, pretty, speed } from './format.js';
import { Markdown } from './markdown.js';
import { textOf } from './tree.js';

/** @typedef {import('./state-types.js').ChatStore} ChatStore */
/** @typedef {import('./state-types.js').Message} Message */
/** @typedef {import('./state-types.js').ShownMessage} ShownMessage */
/** @typedef {import('../types.js').ToolCall} ToolCall */

/** @type {Record<string, string>} */
const AUTHORS = { user: 'You', assistant: 'Assistant', system: 'System', tool: 'Tool' };
/** Endings worth a sentence. @type {Record<string, string>} */
const ENDINGS = {
  length: 'Stopped: the longest answer was reached.',
  full: 'The context is full: the model can read and write no more of this conversation. Begin a new chat, or edit an earlier message.',
  abort: 'Stopped.',
  unfinished: 'Not complete.',
  edited: 'Edited.',
};
const CUT = ['length', 'abort', 'unfinished']; // endings behind which an answer can go on

export class MessageView {
  element;
  #store;
  #node;
  #versions;
  #keepPlace;
  #body = h('div', { class: 'body' });
  #foot = h('footer', { class: 'foot' });
  /** @type {Markdown | null} */
  #content = null;
  /** @type {Markdown | null} */
  #thought = null;
  #thoughtTitle = h('span', {}, 'Thinking');
  /** @type {HTMLElement | null} */
  #fold = null;
  /** @type {Map<string, HTMLElement>} Cards by the id of their call. */
  #cards = new Map();
  /** How much of the message is shown: characters of its texts, and calls. */
  #shown = { content: 0, thought: 0, calls: 0 };

  /**
   * @param {ChatStore} store
   * @param {ShownMessage} message
   * @param {(draw: () => void) => void} keepPlace  around each change of the text
   * @param {boolean} written  it is still being written
   */
  constructor(store, { node, versions }, keepPlace, written) {
    this.#store = store;
    this.#node = node;
    this.#versions = versions;
    this.#keepPlace = keepPlace;
    const { role } = node.message;
    this.element = h('article', { class: role, part: `message ${role}`, 'aria-label': AUTHORS[role] }, this.#body, this.#foot);
    if (role === 'user') this.#body.append(h('div', { class: 'bubble', part: 'bubble', dir: 'auto' }, textOf(node.message)));
    else if (written) this.element.append(h('span', { class: 'writing', 'aria-hidden': 'true' }));
    else if (role === 'assistant') this.update(node.message);
    if (!written) this.finish();
  }

  get node() {
    return this.#node;
  }

  /**
   * Whether it is this message, with these alternatives, that is shown here.
   * @param {ShownMessage} message
   */
  shows({ node, versions }) {
    return node === this.#node && versions.length === this.#versions.length;
  }

  /**
   * Show what has come of the message since the last time.
   * @param {Message} message
   */
  update(message) {
    const content = textOf(message);
    const reasoning = message.reasoning_content ?? '';
    const calls = message.tool_calls ?? [];
    const { content: said, thought, calls: called } = this.#shown;
    this.#shown = { content: content.length, thought: reasoning.length, calls: calls.length };
    if (content || reasoning || calls.length) this.element.querySelector('.writing')?.remove();
    if (reasoning.length > thought) (this.#thought ??= this.#beginThought()).push(reasoning.slice(thought));
    if (content.length > said) {
      this.#fold?.classList.remove('thinking');
      (this.#content ??= this.#beginContent()).push(content.slice(said));
    }
    for (const call of calls.slice(called)) this.#addCard(call);
  }

  /**
   * What a tool answered, on the card of its call.
   * @param {string} id
   * @param {string} text
   * @returns {boolean} whether the call is one of this message
   */
  result(id, text) {
    const card = this.#cards.get(id);
    if (!card) return false;
    /** @type {HTMLElement} */ (card.querySelector('.state')).textContent = 'answered';
    card.append(h('p', {}, 'Answer'), h('pre', { dir: 'auto', tabindex: 0 }, pretty(text)));
    return true;
  }

  /** The message is complete: fold the thought, and offer what can be done, once all of the text is shown. */
  async finish() {
    this.element.querySelector('.writing')?.remove();
    this.#content?.finish();
    this.#thought?.finish();
    for (const text of [this.#content, this.#thought]) if (text?.waiting) await text.waiting;
    const { message, facts = {} } = this.#node;
    const { thoughtFor, note, finish, usage } = facts;
    this.#fold?.classList.remove('thinking');
    if (this.#thought) this.#thoughtTitle.textContent = thoughtFor ? `Thought for ${duration(thoughtFor)}` : 'Thought';
    const ending = note ?? ENDINGS[finish ?? ''];
    const answer = message.role === 'assistant' && !message.tool_calls?.length;
    const more = answer && CUT.includes(finish ?? '') && h('button', { type: 'button', onclick: () => this.#store.dispatch('goOn', this.#node) }, 'Continue');
    if (ending) this.#body.append(h('p', { class: 'note' }, ending, more));
    const copy = iconButton('copy', 'Copy', () => copyFrom(copy, textOf(message)));
    this.#foot.replaceChildren(...[
      this.#versions.length > 1 && this.#switcher(),
      textOf(message) && copy,
      message.role === 'user' && iconButton('edit', 'Edit', () => this.edit()),
      answer && textOf(message) && iconButton('edit', 'Edit answer', () => this.edit()),
      message.role === 'assistant' && iconButton('again', 'Regenerate', () => this.#store.dispatch('regenerate', this.#node)),
      usage && h('span', { class: 'figures', part: 'figures', dir: 'auto' }, figures(usage, facts)),
    ].filter((each) => each instanceof window.Node));
  }

  /** Write the message anew, in its place. */
  edit() {
    this.#edit().catch((error) => this.#store.fail(error));
  }

  async #edit() {
    const { message } = this.#node;
    const question = message.role === 'user';
    const { messageEditor } = await import('./message-editor.js').catch(missing('chat/message-editor.js'));
    if (!this.#body.isConnected) return; // it is being edited already, or gone
    const editor = messageEditor(textOf(message), question, (text) => this.#store.dispatch('edit', this.#node, text), () => {
      editor.element.replaceWith(this.#body, this.#foot);
      /** @type {HTMLElement} */ (this.#foot.querySelector('[aria-label^=Edit]')).focus();
    });
    this.#foot.remove();
    this.#body.replaceWith(editor.element);
    editor.focus();
  }

  #beginContent() {
    const text = new Markdown('', this.#keepPlace);
    text.element.part.add('content');
    this.#body.append(text.element);
    return text;
  }

  #beginThought() {
    const text = new Markdown('', this.#keepPlace);
    this.#fold = h('details', { class: 'thought thinking', part: 'thought' },
      h('summary', {}, icon('idea'), this.#thoughtTitle, turn()), text.element);
    this.#body.prepend(this.#fold);
    return text;
  }

  /**
   * A tool call as a card.
   * @param {ToolCall} call
   */
  #addCard({ id, function: { name, arguments: values } }) {
    const card = h('details', { class: 'card', part: 'tool-call' },
      h('summary', {}, icon('tool'), h('span', {}, 'Uses ', h('strong', {}, name)), h('span', { class: 'state' }, 'called'), turn()),
      h('p', {}, 'With'), h('pre', { dir: 'ltr', tabindex: 0 }, pretty(values)));
    this.#cards.set(id, card);
    this.#body.append(card);
  }

  #switcher() {
    const versions = this.#versions;
    const at = versions.indexOf(this.#node);
    /** @param {number} index */
    const show = (index) => () => this.#store.dispatch('choose', versions[index]);
    return h('span', { class: 'switcher', role: 'group', 'aria-label': 'Versions' },
      iconButton('back', 'Previous version', show(at - 1), { disabled: at === 0 }),
      h('span', {}, `${at + 1}/${versions.length}`),
      iconButton('on', 'Next version', show(at + 1), { disabled: at === versions.length - 1 }));
  }
}

/** The sign of a fold, which turns as it opens. */
function turn() {
  const sign = icon('on');
  sign.classList.add('turn');
  return sign;
}

/**
 * @param {import('../types.js').Usage} usage
 * @param {import('./tree-types.js').Facts} facts
 */
function figures({ completion_tokens: tokens, extra }, { memory }) {
  const { decode_tokens_per_s: perSecond, time_to_first_token_s: first } = extra;
  return [
    `${tokens} ${tokens === 1 ? 'token' : 'tokens'}`, speed(tokens, perSecond), `first after ${duration(first)}`, memory && `${bytes(memory)} of memory`,
  ].filter(Boolean).join(' · ');
}
