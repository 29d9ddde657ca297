/** Where a message is written: text, thinking, send, stop, and what is going on. */

import { h, icon, iconButton, onGlass } from './dom.js';
import { bytes, count } from './format.js';
import { NoticeView } from './notice-view.js';
import { Pace } from './pace.js';
import { TOOLS } from './settings.js';
import { activityOf, contextUse } from './state.js';

/** @typedef {import('./state-types.js').Progress} Progress */
/** @typedef {import('./state-types.js').Activity} Activity */
/** @typedef {import('./state-types.js').ChatStore} ChatStore */
/** @typedef {import('./state-types.js').Loading} Loading */

/** What is said of each phase of loading. @type {Record<Progress['phase'], string>} */
const PHASES = {
  runtime: 'Starting Python',
  download: 'Loading the model',
  compile: 'Preparing the GPU',
  selftest: 'Checking the GPU',
  ready: 'Ready',
  picture: 'Loading what reads pictures',
};

export class Composer {
  #store;
  #text = h('textarea', { name: 'text', part: 'input', rows: 1, dir: 'auto', 'aria-label': 'Message', enterkeyhint: onGlass() ? 'enter' : 'send' });
  #send = iconButton('send', 'Send', () => this.#submit(), { class: 'icon primary', part: 'send' });
  #stop;
  #thinking;
  #bar = h('progress', { max: 1, 'aria-label': 'Progress', hidden: true });
  #said = h('span', { role: 'status', dir: 'auto' });
  #figures = h('span', { class: 'progress', dir: 'auto' }); // not told to screen readers, which would speak of nothing else
  #context = h('span', { class: 'context', part: 'context', hidden: true });
  #meter = h('meter', { min: 0, max: 1, high: 0.9, 'aria-label': 'Context used' });
  #download = new Pace(bytes);
  #prefill = new Pace(count, ' tokens');
  element;

  /** @param {ChatStore} store */
  constructor(store) {
    this.#store = store;
    this.#stop = iconButton('stop', 'Stop', () => store.dispatch('stop'), { class: 'icon primary', part: 'stop', hidden: true });
    this.#thinking = h('input', { type: 'checkbox', name: 'thinking', 'aria-label': 'Thinking', onchange: () => store.dispatch('set', { thinking: this.#thinking.checked }) });
    this.element = h('footer', { part: 'footer', class: 'composer' }, new NoticeView(store).element,
      h('form', { part: 'composer', onsubmit: (/** @type {Event} */ event) => event.preventDefault() }, this.#text, h('div', { class: 'row' },
        h('label', { class: 'toggle' }, this.#thinking, icon('idea'), h('span', {}, 'Thinking')), ...TOOLS.map((name) => this.#toolSwitch(name)),
        h('span', { class: 'gap' }), this.#send, this.#stop)),
      h('div', { class: 'status', part: 'status' }, this.#bar, this.#said, this.#figures, this.#context));
    this.#text.addEventListener('keydown', (event) => this.#key(event));
    this.#text.addEventListener('input', () => store.dispatch('draft', this.#text.value));
    store.handle({ focusInput: () => this.#text.focus() });
    store.subscribe(({ placeholder }) => placeholder, (placeholder) => { this.#text.placeholder = placeholder; });
    store.subscribe(({ settings }) => settings.thinking, (thinking) => { this.#thinking.checked = thinking; });
    store.subscribe(({ draft }) => draft, (draft) => this.#showDraft(draft));
    store.subscribe(activityOf, (activity) => this.#showActivity(activity));
    store.subscribe(contextUse, ([used, size]) => this.#showContext(used, size));
    store.subscribe(({ answering }) => answering, (answering, before) => { if (before !== undefined) this.#showAnswering(answering); });
  }

  /**
   * Lets the model call one of the page's own tools.
   * @param {string} name
   */
  #toolSwitch(name) {
    const store = this.#store;
    const label = name[0].toUpperCase() + name.slice(1);
    const box = h('input', { type: 'checkbox', name, 'aria-label': label, onchange: () => {
      const { tools } = store.state.settings;
      store.dispatch('set', { tools: box.checked ? [...tools, name] : tools.filter((each) => each !== name) });
    } });
    store.subscribe(({ settings }) => settings.tools.includes(name), (on) => { box.checked = on; });
    return h('label', { class: 'toggle tool', title: label }, box, icon(name), h('span', {}, label));
  }

  /** @param {string} draft */
  #showDraft(draft) {
    if (this.#text.value !== draft) this.#text.value = draft;
    this.#send.disabled = !draft.trim();
  }

  /** @param {boolean} answering */
  #showAnswering(answering) {
    const onButton = this.element.matches(':focus-within') && this.#text !== /** @type {any} */ (this.#text.getRootNode()).activeElement;
    this.#send.hidden = answering;
    this.#stop.hidden = !answering;
    if (answering || onButton) this.#text.focus(); // the button that had it is gone
  }

  /** @param {Activity | Loading} activity */
  #showActivity(activity) {
    if ('sentence' in activity) this.#showProgress(activity.sentence);
    else if (activity.type === 'loading') {
      const { phase, loaded, total } = activity.progress;
      this.#showProgress(PHASES[phase], total && loaded / total, total && (phase === 'download' || phase === 'picture') ? this.#download.tell(loaded, total) : '');
    } else this.#showProgress('Reading', activity.processed / activity.total, this.#prefill.tell(activity.processed, activity.total));
  }

  /**
   * @param {string} sentence
   * @param {number | null} [part]  that is done; nothing is going on without it
   * @param {string} [figures]
   */
  #showProgress(sentence, part = null, figures = '') {
    if (this.#said.textContent !== sentence) this.#said.textContent = sentence; // or a screen reader would say it once more
    this.#bar.hidden = part === null;
    this.#bar.value = part ?? 0;
    this.#figures.textContent = figures;
  }

  /**
   * @param {number} used
   * @param {number} size  tokens
   */
  #showContext(used, size) {
    const known = used > 0 && size > 0;
    this.#context.hidden = !known;
    this.#meter.value = known ? used / size : 0;
    this.#context.replaceChildren(...known ? [this.#meter, h('span', { dir: 'auto' }, `${count(used)} of ${count(size)} tokens`)] : []);
  }

  #submit() {
    this.#store.dispatch('send', this.#text.value);
    this.#text.focus();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing) return;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey || !event.shiftKey && !onGlass())) {
      if (!this.#send.hidden) this.#submit();
    } else if (event.key === 'ArrowUp' && !this.#text.value) this.#store.dispatch('editLast');
    else return;
    event.preventDefault();
  }
}
