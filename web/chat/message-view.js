/** One message on the page: what was thought, said and called, and what can be done with it. */

import { copyFrom, h, icon, iconButton } from './dom.js';
import { bytes, duration, pretty, rate } from './format.js';
import { Markdown } from './markdown.js';
import { textOf } from './tree.js';

/** @typedef {import('./tree.js').Node} Node */

/**
 * @typedef {object} MessageActions
 * @property {(node: Node, text: string) => void} edit  say it differently, as a branch of its own
 * @property {(node: Node) => void} regenerate
 * @property {(node: Node) => void} choose  show this alternative
 * @property {(draw: () => void) => void} keepPlace  around each change of the text
 */

/** @type {Record<string, string>} */
const AUTHORS = { user: 'You', assistant: 'Assistant', system: 'System', tool: 'Tool' };
/** Endings worth a sentence. @type {Record<string, string>} */
const ENDINGS = { length: 'Stopped: the longest answer, or the end of the context, was reached.', abort: 'Stopped.' };

export class MessageView {
  element;
  #node;
  #actions;
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

  /**
   * @param {Node} node
   * @param {Node[]} siblings  the alternatives at its place
   * @param {MessageActions} actions
   * @param {boolean} [live]  it is still being written
   */
  constructor(node, siblings, actions, live = false) {
    this.#node = node;
    this.#actions = actions;
    const { role } = node.message;
    this.element = h('article', { class: role, part: `message ${role}`, 'aria-label': AUTHORS[role] }, this.#body, this.#foot);
    if (role === 'user') this.#body.append(h('div', { class: 'bubble', part: 'bubble', dir: 'auto' }, textOf(node.message)));
    else if (live) this.element.append(h('span', { class: 'writing', 'aria-hidden': 'true' }));
    if (role === 'assistant' && !live) {
      const { reasoning_content, tool_calls = [] } = node.message;
      if (reasoning_content) this.add('reasoning_content', reasoning_content);
      if (textOf(node.message)) this.add('content', textOf(node.message));
      for (const call of tool_calls) this.call(call);
    }
    if (!live) this.finish(siblings);
  }

  get id() {
    return this.#node.id;
  }

  /**
   * @param {'content' | 'reasoning_content'} kind
   * @param {string} piece
   */
  add(kind, piece) {
    this.element.querySelector('.writing')?.remove();
    if (kind === 'content') this.#fold?.classList.remove('thinking');
    const text = kind === 'content' ? this.#content ??= this.#beginContent() : this.#thought ??= this.#beginThought();
    text.push(piece);
  }

  /**
   * A tool call as a card.
   * @param {any} call  OpenAI's
   */
  call({ id, function: { name, arguments: values } }) {
    this.element.querySelector('.writing')?.remove();
    const card = h('details', { class: 'card', part: 'tool-call' },
      h('summary', {}, icon('tool'), h('span', {}, 'Uses ', h('strong', {}, name)), h('span', { class: 'state' }, 'called'), turn()),
      h('p', {}, 'With'), h('pre', { dir: 'ltr', tabindex: 0 }, pretty(values)));
    this.#cards.set(id, card);
    this.#body.append(card);
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

  /**
   * The message is complete: fold the thought, and offer what can be done.
   * @param {Node[]} siblings
   */
  finish(siblings) {
    this.element.querySelector('.writing')?.remove();
    this.#content?.finish();
    this.#thought?.finish();
    const { message, facts = {} } = this.#node;
    const { thoughtFor, note, finish, usage } = facts;
    this.#fold?.classList.remove('thinking');
    if (this.#thought) this.#thoughtTitle.textContent = thoughtFor ? `Thought for ${duration(thoughtFor)}` : 'Thought';
    const ending = note ?? ENDINGS[finish ?? ''];
    if (ending) this.#body.append(h('p', { class: 'note' }, ending));
    const copy = iconButton('copy', 'Copy', () => copyFrom(copy, textOf(message)));
    this.#foot.replaceChildren(...[
      siblings.length > 1 && this.#switcher(siblings),
      textOf(message) && copy,
      message.role === 'user' && iconButton('edit', 'Edit', () => this.edit()),
      message.role === 'assistant' && iconButton('again', 'Regenerate', () => this.#actions.regenerate(this.#node)),
      usage && h('span', { class: 'figures', part: 'figures', dir: 'auto' }, figures(usage, facts)),
    ].filter((each) => each instanceof window.Node));
  }

  /** Write a message anew, in its place. */
  edit() {
    const text = h('textarea', { 'aria-label': 'Edit message', dir: 'auto', rows: 1 });
    const close = () => {
      form.replaceWith(this.#body, this.#foot);
      /** @type {HTMLElement} */ (this.#foot.querySelector('[aria-label=Edit]')).focus();
    };
    const form = h('form', { class: 'edit',
      onsubmit: (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        if (text.value.trim()) this.#actions.edit(this.#node, text.value);
      },
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key === 'Escape') close();
        else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) form.requestSubmit();
        else return;
        event.preventDefault();
        event.stopPropagation();
      } },
    text, h('div', { class: 'row' },
      h('button', { type: 'button', onclick: close }, 'Cancel'), h('button', { class: 'primary', type: 'submit' }, 'Send')));
    text.value = textOf(this.#node.message);
    this.#foot.remove();
    this.#body.replaceWith(form);
    text.focus();
  }

  #beginContent() {
    const text = new Markdown('', this.#actions.keepPlace);
    text.element.part.add('content');
    this.#body.append(text.element);
    return text;
  }

  #beginThought() {
    const text = new Markdown('', this.#actions.keepPlace);
    this.#fold = h('details', { class: 'thought thinking', part: 'thought' },
      h('summary', {}, icon('idea'), this.#thoughtTitle, turn()), text.element);
    this.#body.prepend(this.#fold);
    return text;
  }

  /** @param {Node[]} siblings */
  #switcher(siblings) {
    const at = siblings.findIndex(({ id }) => id === this.#node.id);
    /** @param {number} index */
    const show = (index) => () => this.#actions.choose(siblings[index]);
    return h('span', { class: 'switcher', role: 'group', 'aria-label': 'Versions' },
      iconButton('back', 'Previous version', show(at - 1), { disabled: at === 0 }),
      h('span', {}, `${at + 1}/${siblings.length}`),
      iconButton('on', 'Next version', show(at + 1), { disabled: at === siblings.length - 1 }));
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
 * @param {import('./tree.js').Facts} facts
 */
function figures({ completion_tokens: tokens, extra }, { memory }) {
  const { decode_tokens_per_s: speed, time_to_first_token_s: first } = extra;
  const parts = [`${tokens} ${tokens === 1 ? 'token' : 'tokens'}`, `${rate(speed)} tokens/s`, `first after ${duration(first)}`];
  return [...parts, ...memory ? [`${bytes(memory)} of memory`] : []].join(' · ');
}
