/** Where a message is written: text, thinking, send, stop, and what is going on. */

import { h, icon, iconButton } from './dom.js';
import { bytes, count } from './format.js';
import { Pace } from './pace.js';

/** @typedef {import('../deltapage.js').Progress} Progress */

/**
 * @typedef {object} ComposerActions
 * @property {(text: string) => void} send
 * @property {() => void} stop
 * @property {() => void} editLast
 * @property {(on: boolean) => void} thinking
 */

/** What is said of each phase of loading. @type {Record<Progress['phase'], string>} */
const PHASES = { runtime: 'Starting Python', download: 'Loading the model', compile: 'Preparing the GPU', selftest: 'Checking the GPU', ready: 'Ready' };

export class Composer {
  text = h('textarea', { name: 'text', part: 'input', rows: 1, dir: 'auto', 'aria-label': 'Message', placeholder: 'Message', enterkeyhint: 'send' });
  #send = iconButton('send', 'Send', () => this.#submit(), { class: 'icon primary', part: 'send' });
  #stop;
  #thinking;
  #alert = h('p', { class: 'alert', part: 'alert', role: 'alert', hidden: true });
  #bar = h('progress', { max: 1, 'aria-label': 'Progress', hidden: true });
  #said = h('span', { role: 'status', dir: 'auto' });
  #figures = h('span', { class: 'progress', dir: 'auto' }); // not told to screen readers, which would speak of nothing else
  #context = h('span', { class: 'context', part: 'context', hidden: true });
  #meter = h('meter', { min: 0, max: 1, high: 0.9, 'aria-label': 'Context used' });
  #actions;
  #download = new Pace(bytes);
  #prefill = new Pace(count, ' tokens');
  element;

  /** @param {ComposerActions} actions */
  constructor(actions) {
    this.#actions = actions;
    this.#stop = iconButton('stop', 'Stop', () => actions.stop(), { class: 'icon primary', part: 'stop', hidden: true });
    this.#thinking = h('input', { type: 'checkbox', name: 'thinking', onchange: () => actions.thinking(this.#thinking.checked) });
    this.element = h('footer', { part: 'footer', class: 'composer' }, this.#alert,
      h('form', { part: 'composer', onsubmit: (/** @type {Event} */ event) => event.preventDefault() }, this.text, h('div', { class: 'row' },
        h('label', { class: 'toggle' }, this.#thinking, icon('idea'), 'Thinking'), h('span', { class: 'gap' }), this.#send, this.#stop)),
      h('div', { class: 'status', part: 'status' }, this.#bar, this.#said, this.#figures, this.#context));
    this.text.addEventListener('keydown', (event) => this.#key(event));
    this.text.addEventListener('input', () => this.#ready());
    this.#ready();
  }

  /** @param {boolean} busy  whether an answer is being written */
  set busy(busy) {
    const focused = this.element.matches(':focus-within') && this.text !== /** @type {any} */ (this.text.getRootNode()).activeElement;
    this.#send.hidden = busy;
    this.#stop.hidden = !busy;
    if (focused) this.text.focus(); // the button that had it is gone
    if (busy) this.#alert.hidden = true;
    else this.#progress();
  }

  /** @param {boolean} on */
  set thinking(on) {
    this.#thinking.checked = on;
  }

  /** @param {string} sentence */
  say(sentence) {
    if (this.#said.textContent !== sentence) this.#said.textContent = sentence;
  }

  /**
   * Nothing is going on any more.
   * @param {string} sentence
   */
  rest(sentence) {
    this.#progress();
    this.say(sentence);
  }

  /**
   * Something that went wrong.
   * @param {string} sentence
   * @param {...HTMLElement} remedies  buttons
   */
  alarm(sentence, ...remedies) {
    this.#alert.className = 'alert';
    this.#alert.replaceChildren(sentence, ...remedies);
    this.#alert.hidden = false;
  }

  /**
   * Something that was done, and can be undone.
   * @param {string} sentence
   * @param {...HTMLElement} remedies
   */
  notice(sentence, ...remedies) {
    this.alarm(sentence, ...remedies);
    this.#alert.className = 'alert notice';
  }

  calm() {
    this.#alert.hidden = true;
  }

  /**
   * How far loading is: bytes, rate and remaining time for a download.
   * @param {Progress} progress
   */
  loading({ phase, loaded, total }) {
    this.say(PHASES[phase]);
    if (phase === 'ready') this.#progress();
    else this.#progress(total && loaded / total, phase === 'download' && total ? this.#download.tell(loaded, total) : '');
  }

  /**
   * How much of the conversation the model has read.
   * @param {number} done
   * @param {number} total  tokens
   */
  reading(done, total) {
    this.say(done < total ? 'Reading' : '');
    if (done < total) this.#progress(done / total, this.#prefill.tell(done, total));
    else this.#progress();
  }

  /**
   * @param {number} used
   * @param {number} size  tokens
   */
  context(used, size) {
    this.#meter.value = used / (size || 1);
    this.#context.replaceChildren(this.#meter, h('span', { dir: 'auto' }, `${count(used)} of ${count(size)} tokens`));
    this.#context.hidden = !used || !size; // which is known once the model is loaded
  }

  /**
   * @param {number | null} [part]  that is done; nothing is going on without it
   * @param {string} [figures]
   */
  #progress(part = null, figures = '') {
    this.#bar.hidden = part === null;
    this.#bar.value = part ?? 0;
    this.#figures.textContent = figures;
  }

  #submit() {
    if (this.text.value.trim()) this.#actions.send(this.text.value);
    this.text.focus();
  }

  #ready() {
    this.#send.disabled = !this.text.value.trim();
  }

  /** @param {string} text */
  set value(text) {
    this.text.value = text;
    this.#ready();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      if (!this.#send.hidden) this.#submit();
    } else if (event.key === 'ArrowUp' && !this.text.value) this.#actions.editLast();
    else return;
    event.preventDefault();
  }
}
