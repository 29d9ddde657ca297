/** The bar above the messages: the list of conversations where it is a drawer, the model, a new conversation, settings. */

import { h, icon, iconButton } from './dom.js';
import { cardInUse, listedModel, modelName } from './state.js';

/** @typedef {import('./state-types.js').ChatStore} ChatStore */

export class Header {
  #store;
  #drawer;
  #load;
  #cancel;
  #picker = h('div', { class: 'picker' });
  #name = h('strong');
  #recipe = h('span', { class: 'quiet' });
  #summary = h('span', { class: 'summary quiet', dir: 'auto' });
  #title = h('span', { class: 'title', part: 'title', dir: 'auto' });
  #choice;
  element;

  /** @param {ChatStore} store */
  constructor(store) {
    this.#store = store;
    this.#drawer = iconButton('menu', 'Conversations', () => store.dispatch('toggleDrawer'), { 'aria-expanded': 'false' });
    const download = icon('load');
    this.#load = h('button', { type: 'button', class: 'load', onclick: () => store.dispatch('load') }, download, 'Load');
    this.#cancel = h('button', { type: 'button', class: 'load', 'aria-label': 'Cancel loading', onclick: () => store.dispatch('cancelLoading') },
      icon('close'), 'Cancel');
    this.#choice = h('button', { type: 'button', part: 'title', 'aria-haspopup': 'dialog', onclick: () => store.dispatch('openDialog', 'models') },
      this.#name, ' ', this.#recipe, icon('choose'));
    this.element = h('header', { part: 'header' }, this.#drawer, this.#picker, this.#summary, this.#load, this.#cancel,
      iconButton('fresh', 'New chat', () => store.dispatch('newConversation'), { class: 'icon fresh' }),
      iconButton('settings', 'Settings', () => store.dispatch('openDialog', 'settings')));
    store.subscribe(({ here }) => here, (here) => download.toggleAttribute('hidden', here));
    store.subscribe(({ model }) => model, (model) => this.#showLoading(model));
    const facts = (/** @type {import('./state-types.js').State} */ state) => [modelName(state), listedModel(state)?.recipe ?? state.info?.recipe ?? ''];
    store.subscribe(facts, ([name, recipe]) => this.#showModel(name, recipe));
    store.subscribe((state) => cardInUse(state).summary ?? '', (summary) => { this.#summary.textContent = this.#summary.title = summary; });
    store.subscribe(({ models }) => models.length > 0, (several) => this.#picker.replaceChildren(several ? this.#choice : this.#title));
    store.subscribe(({ drawer }) => drawer, (open, before) => {
      this.#drawer.ariaExpanded = String(open);
      if (before) this.#drawer.focus();
    });
  }

  /** @param {import('./state-types.js').State['model']} model */
  #showLoading(model) {
    const focused = this.#load.matches(':focus') || this.#cancel.matches(':focus');
    this.#load.hidden = model !== 'absent';
    this.#cancel.hidden = model !== 'loading';
    if (!focused) return;
    if (model === 'ready') this.#store.dispatch('focusInput'); // the button that had it is gone
    else (model === 'loading' ? this.#cancel : this.#load).focus();
  }

  /**
   * @param {string} name
   * @param {string} recipe
   */
  #showModel(name, recipe) {
    this.#name.textContent = this.#title.textContent = name;
    this.#recipe.textContent = recipe;
    this.#choice.ariaLabel = `Model: ${name} ${recipe}`.trimEnd();
  }
}
