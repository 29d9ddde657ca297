/** What has gone wrong or was done, above the input: closed when a person has read it, and gone by itself where it only offers to undo. */

import { h, iconButton } from './dom.js';

/** @typedef {import('./state-types.js').Notice} Notice */

const UNDO_FOR = 10_000; // ms, while neither pointer nor focus is on it

export class NoticeView {
  element = h('div', { class: 'alert', part: 'alert', role: 'alert', hidden: true });
  #store;
  #timer = 0;

  /** @param {import('./state-types.js').ChatStore} store */
  constructor(store) {
    this.#store = store;
    for (const kind of ['pointerenter', 'pointerleave', 'focusin', 'focusout']) this.element.addEventListener(kind, () => this.#wait());
    store.subscribe(({ notice }) => notice, (notice) => this.#show(notice));
  }

  /** @param {Notice | null} notice */
  #show(notice) {
    const focused = this.element.matches(':focus-within');
    this.element.hidden = !notice;
    this.#wait();
    if (focused) this.#store.dispatch('focusInput'); // the button that had it is gone
    if (!notice) return;
    const { sentence, error, deleted, unfinished } = notice;
    const { detail } = error ?? {};
    this.element.className = error ? 'alert' : 'alert notice';
    const remedy = (/** @type {string} */ label, /** @type {() => void} */ onclick) => h('button', { type: 'button', onclick }, label);
    this.element.replaceChildren(...[
      h('p', {}, sentence),
      detail && remedy('Copy details', () => navigator.clipboard.writeText(`${sentence}\n\n${detail}`)),
      error?.name === 'ContextError' && remedy('New chat', () => this.#startAnew()),
      unfinished && remedy('Go on', () => this.#store.dispatch('goOn', unfinished)),
      deleted && remedy('Undo', () => this.#store.dispatch('undelete', deleted)),
      iconButton('close', 'Dismiss', () => this.#store.set({ notice: null })),
    ].filter((each) => each instanceof window.Node));
  }

  /** Begin a new conversation with the message that the old one had no room for. */
  #startAnew() {
    const { draft } = this.#store.state;
    this.#store.dispatch('newConversation');
    this.#store.dispatch('draft', draft);
  }

  /** Wait for the end of an offer to undo, all of it from the moment on when nobody is about to take it. */
  #wait() {
    clearTimeout(this.#timer);
    const { notice } = this.#store.state;
    if (!notice?.deleted || this.element.matches(':is(:hover, :focus-within)')) return;
    this.#timer = window.setTimeout(() => this.#store.set({ notice: null }), UNDO_FOR);
  }
}
