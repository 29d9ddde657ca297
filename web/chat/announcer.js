/** Tells a screen reader what is being written: whole sentences, never letter by letter, and never faster than it can speak. */

import { h } from './dom.js';

const EVERY = 2000; // ms between two announcements
const ENDS = ['. ', '! ', '? ', ': ', '\n', '。', '！', '？', '؟']; // of what can be said by itself

export class Announcer {
  element = h('div', { class: 'unseen', role: 'status', 'aria-live': 'polite' });
  #pending = '';
  #timer = 0;

  /**
   * Text as it arrives.
   * @param {string} piece
   */
  push(piece) {
    this.#pending += piece;
    this.#timer ||= window.setTimeout(() => this.#speak(false), EVERY);
  }

  /** The text is complete: what is left may be said. */
  finish() {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#speak(true), EVERY / 4);
  }

  /**
   * Something short, at once.
   * @param {string} sentence
   */
  say(sentence) {
    this.element.textContent = sentence;
  }

  /** @param {boolean} all */
  #speak(all) {
    this.#timer = 0;
    const end = all ? this.#pending.length : Math.max(...ENDS.map((mark) => this.#pending.lastIndexOf(mark))) + 1;
    const said = this.#pending.slice(0, end).trim();
    this.#pending = this.#pending.slice(end);
    if (said) this.say(said);
    if (this.#pending && !all) this.#timer = window.setTimeout(() => this.#speak(false), EVERY);
  }
}
