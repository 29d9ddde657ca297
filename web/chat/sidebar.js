/** The list of kept conversations: open, rename, delete, begin, import and export. On a narrow page it is a drawer. */

import { h, icon, iconButton } from './dom.js';

/** @typedef {import('./state-types.js').ChatStore} ChatStore */
/** @typedef {import('./state-types.js').ListedConversation} ListedConversation */

export class Sidebar {
  #store;
  #lists = h('div');
  #file;
  #fresh;
  #shown = '';
  #more;
  /** @type {(() => void) | null} */
  #waiting = null;
  element;

  /** @param {ChatStore} store */
  constructor(store) {
    this.#store = store;
    this.#file = h('input', { type: 'file', accept: '.json,.md,.markdown', hidden: true, 'aria-label': 'File of conversations', onchange: () => {
      const [file] = this.#file.files ?? [];
      if (file) store.dispatch('importFile', file);
      this.#file.value = '';
    } });
    this.#fresh = h('button', { type: 'button', class: 'wide', onclick: () => store.dispatch('newConversation') }, icon('fresh'), 'New chat');
    this.#more = h('button', { type: 'button', class: 'more', onclick: () => store.dispatch('listMore') }, 'Show more');
    this.element = h('nav', { class: 'sidebar', part: 'sidebar', 'aria-label': 'Conversations' },
      this.#fresh, h('div', { class: 'lists' }, this.#lists, this.#more),
      h('div', { class: 'row' },
        h('button', { type: 'button', onclick: () => this.#file.click() }, 'Import'),
        h('button', { type: 'button', onclick: () => store.dispatch('openDialog', 'export') }, 'Export')),
      this.#file);
    store.subscribe(({ conversations, conversation: { id } }) => /** @type {const} */ ([conversations, id]), ([all, current]) => this.#show(all, current));
    store.subscribe(({ moreConversations }) => moreConversations, (more) => { this.#more.hidden = !more; });
    store.subscribe(({ drawer }) => drawer, (open) => { if (open) this.#fresh.focus(); });
  }

  /**
   * Bring the list up to date; one that looks the same stays, with the focus in it, and one in which a title is written waits.
   * @param {ListedConversation[]} conversations  the last changed first
   * @param {string} current  the id of the one that is shown
   */
  #show(conversations, current) {
    const groups = Map.groupBy(conversations, ({ updated }) => ageOf(updated));
    const looks = JSON.stringify([current, [...groups].map(([age, members]) => [age, members.map(({ id, title }) => [id, title])])]);
    this.#waiting = this.#lists.querySelector('input') ? () => this.#show(conversations, current) : null;
    if (looks === this.#shown || this.#waiting) return;
    this.#shown = looks;
    this.#lists.replaceChildren(...[...groups].flatMap(([age, members]) => [
      h('h2', {}, age), h('ul', {}, ...members.map(({ id, title }) => this.#item(id, title, id === current))),
    ]));
  }

  /**
   * @param {string} id
   * @param {string} title
   * @param {boolean} current
   */
  #item(id, title, current) {
    const open = h('button', {
      type: 'button', class: 'title', dir: 'auto', title, 'aria-current': current && 'true', onclick: () => this.#store.dispatch('open', id),
    }, title);
    const item = h('li', {}, open,
      iconButton('edit', `Rename ${title}`, () => this.#rename(item, id, title)),
      iconButton('remove', `Delete ${title}`, () => {
        this.#store.dispatch('delete', id);
        this.#fresh.focus();
      }));
    return item;
  }

  /**
   * @param {HTMLLIElement} item
   * @param {string} id
   * @param {string} title
   */
  #rename(item, id, title) {
    const shown = [...item.children];
    const name = h('input', { 'aria-label': 'Title', value: title, dir: 'auto' });
    const end = (/** @type {boolean} */ take) => {
      if (!name.isConnected) return;
      item.replaceChildren(...shown);
      /** @type {HTMLElement} */ (shown[0]).focus();
      this.#waiting?.();
      if (take && name.value.trim()) this.#store.dispatch('rename', id, name.value);
    };
    name.addEventListener('keydown', (event) => {
      const done = event.key === 'Enter' && !event.isComposing;
      if (!done && event.key !== 'Escape') return;
      event.preventDefault(); // or the key would press the button that gets the focus
      event.stopPropagation();
      end(done);
    });
    name.addEventListener('blur', () => end(true));
    item.replaceChildren(name);
    name.select();
  }
}

/**
 * How long ago something was, as a heading.
 * @param {number} time  milliseconds since 1970
 */
function ageOf(time) {
  const today = new Date().setHours(0, 0, 0, 0);
  const days = Math.ceil((today - time) / 86_400_000);
  return days < 1 ? 'Today' : days < 2 ? 'Yesterday' : days < 8 ? 'Last 7 days' : days < 31 ? 'Last 30 days' : 'Earlier';
}
