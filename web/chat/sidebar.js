/** The kept conversations: begin one, search, select, import, export, and their list. On a narrow page it is a drawer. */

import { missing } from '../common/errors.js';
import { h, icon } from './dom.js';

/** @typedef {import('./list-view.js').ListView} ListView */
/** @typedef {import('./state-types.js').ChatStore} ChatStore */

export class Sidebar {
  #store;
  #file;
  #fresh;
  #search;
  #lists = h('div', { class: 'lists' });
  #more;
  /** What shows the list, once there is something to show. @type {ListView | null} */
  #list = null;
  element;

  /** @param {ChatStore} store */
  constructor(store) {
    this.#store = store;
    const button = (/** @type {string} */ label, /** @type {() => void} */ onclick) => h('button', { type: 'button', onclick }, label);
    this.#file = h('input', { type: 'file', accept: '.json,.md,.markdown,.zip', hidden: true, 'aria-label': 'File of conversations', onchange: () => {
      const [file] = this.#file.files ?? [];
      if (file) store.dispatch('importFile', file);
      this.#file.value = '';
    } });
    this.#fresh = h('button', { type: 'button', class: 'wide', onclick: () => store.dispatch('newConversation') }, icon('fresh'), 'New chat');
    this.#search = h('input', { type: 'search', placeholder: 'Search', 'aria-label': 'Search conversations', dir: 'auto',
      oninput: () => store.dispatch('search', this.#search.value),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event) });
    this.#more = h('button', { type: 'button', class: 'more', onclick: () => store.dispatch('listMore') }, 'Show more');
    const select = button('Select', () => {
      store.dispatch('select', []);
      this.#list?.focus();
    });
    this.element = h('nav', { class: 'sidebar', part: 'sidebar', 'aria-label': 'Conversations' },
      this.#fresh, this.#search, this.#lists,
      h('div', { class: 'row' }, select, button('Import', () => this.#file.click()), button('Export', () => store.dispatch('openDialog', 'export'))),
      this.#file);
    this.#lists.append(this.#more);
    store.subscribe(({ conversations, found }) => conversations.length > 0 || found !== null, (some) => {
      this.#search.hidden = select.hidden = !some;
      if (some && !this.#list) this.#showList().catch((error) => store.fail(error));
    });
    store.subscribe(({ found, moreConversations: more }) => found ? found.count > found.conversations.length : more, (more) => { this.#more.hidden = !more; });
    store.subscribe(({ drawer }) => drawer, (open) => { if (open) this.#fresh.focus(); });
  }

  async #showList() {
    const { ListView } = await import('./list-view.js').catch(missing('chat/list-view.js'));
    if (this.#list) return;
    this.#list = new ListView(this.#store);
    this.#lists.prepend(this.#list.element);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === 'Escape' && this.#search.value) {
      this.#search.value = '';
      this.#store.dispatch('search', '');
    } else if (event.key === 'ArrowDown') this.#list?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
