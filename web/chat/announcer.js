/** Tells a screen reader what is being written: whole sentences, never letter by letter, and never faster than it can speak. */

import { h } from './dom.js';
import { textOf } from './tree.js';

/** @typedef {import('./state-types.js').WrittenAnswer} WrittenAnswer */

const EVERY = 2000; // ms between two announcements
const ENDS = ['. ', '! ', '? ', ': ', '\n', '。', '！', '？', '؟']; // of what can be said by itself

export class Announcer {
  element = h('div', { class: 'unseen', role: 'status', 'aria-live': 'polite' });
  #pending = '';
  #timer = 0;

  /** @param {import('./state-types.js').ChatStore} store */
  constructor(store) {
    store.subscribe(({ written }) => written, (written, before) => {
      if (before && written?.node !== before.node) this.#finish();
      if (written) this.#push(textOf(written.message).slice(written.node === before?.node ? textOf(before.message).length : 0));
    });
  }

  /**
   * Text as it arrives.
   * @param {string} piece
   */
  #push(piece) {
    if (!piece) return;
    this.#pending += piece;
    this.#timer ||= window.setTimeout(() => this.#speak(false), EVERY);
  }

  /** The text is complete: what is left may be said. */
  #finish() {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#speak(true), EVERY / 4);
  }

  /** @param {boolean} all */
  #speak(all) {
    this.#timer = 0;
    const end = all ? this.#pending.length : Math.max(...ENDS.map((sign) => this.#pending.lastIndexOf(sign))) + 1;
    const said = this.#pending.slice(0, end).trim();
    this.#pending = this.#pending.slice(end);
    if (said) this.element.textContent = said;
    if (this.#pending && !all) this.#timer = window.setTimeout(() => this.#speak(false), EVERY);
  }
}
