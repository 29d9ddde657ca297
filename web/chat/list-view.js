/**
 * The kept conversations by their age, or what is found of them. The list is one stop of the Tab key: arrows, Home and End go from one
 * conversation to another, and from its title to what can be done with it. Fetched when there is something to list.
 */

import { ageOf } from './age.js';
import { h, iconButton } from './dom.js';
import { count } from './format.js';
import { SelectionBar } from './selection-bar.js';

/** @typedef {import('./state-types.js').ChatStore} ChatStore */
/** @typedef {import('./state-types.js').Excerpt} Excerpt */
/** @typedef {import('./state-types.js').FoundConversation} FoundConversation */
/** @typedef {import('./state-types.js').ListedConversation} ListedConversation */
/** @typedef {import('./state-types.js').State} State */
/** @typedef {{id: string, title: string, pinned: boolean, mark: string, excerpt: Excerpt | null}} Item */
/** @typedef {{item: Item, element: HTMLLIElement}} Row  its first control is the one that Tab and arrows reach */

/** What is said of a conversation beside its title, by what goes on in it. @type {Record<string, string>} */
const MARKS = { writing: 'being answered', unread: 'new answer' };

export class ListView {
  #store;
  #groups = h('div');
  #said = h('p', { class: 'unseen', role: 'status' });
  /** @type {Row[]} */
  #rows = [];
  /** The id of the one that Tab stops at. */
  #stop = '';
  #shown = '';
  /** The place of the one that was selected last. */
  #anchor = 0;
  element;

  /** @param {ChatStore} store */
  constructor(store) {
    this.#store = store;
    this.element = h('div', { class: 'list', onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
      onfocusin: (/** @type {FocusEvent} */ event) => this.#rest(/** @type {HTMLElement} */ (event.target)) },
    new SelectionBar(store, () => this.focus()).element, this.#said, this.#groups);
    store.subscribe(({ conversations, found, conversation: { id }, writing, unread, selected }) => (
      [conversations, found, id, selected !== null, ...writing, ...unread]), () => this.#show());
    store.subscribe(({ selected }) => selected, (selected) => {
      for (const { item, element } of this.#rows) {
        const box = element.querySelector('input');
        if (box?.type === 'checkbox') box.checked = selected?.includes(item.id) ?? false;
      }
    });
  }

  focus() {
    const row = this.#rows.find(({ item }) => item.id === this.#stop) ?? this.#rows[0];
    if (row) controlsOf(row)[0].focus();
  }

  /** Bring the list up to date; one that looks the same stays, and one in which a title is written waits. */
  #show() {
    const { state } = this.#store;
    const { conversation: { id: current }, selected } = state;
    const groups = groupsOf(state);
    if (!state.found || state.found.complete) this.#said.textContent = state.found && [...groups.keys()].join();
    const looks = JSON.stringify([current, selected !== null, [...groups]]);
    if (looks === this.#shown || this.#groups.querySelector('.name')) return;
    this.#shown = looks;
    const focused = this.#rows.findIndex(({ element }) => element.matches(':focus-within'));
    const { id = '' } = this.#rows[focused]?.item ?? {};
    const control = focused < 0 ? 0 : controlsOf(this.#rows[focused]).findIndex((each) => each.matches(':focus'));
    this.#rows = [];
    this.#groups.replaceChildren(...[...groups].flatMap(([heading, items]) => [
      h('h2', {}, heading), h('ul', {}, ...items.map((item) => this.#row(item, item.id === current))),
    ]));
    this.#stop = [id, current, this.#stop].find((each) => this.#rows.some(({ item }) => item.id === each)) ?? this.#rows[0]?.item.id ?? '';
    this.#mark();
    if (focused < 0) return;
    const at = this.#rows.findIndex(({ item }) => item.id === id);
    if (at < 0) this.#focusRow(focused); // what stands at its place
    else controlsOf(this.#rows[at]).at(selected ? 0 : control)?.focus();
  }

  /**
   * @param {Item} item
   * @param {boolean} current
   */
  #row(item, current) {
    const { id, title, pinned, mark, excerpt } = item;
    const { state: { selected } } = this.#store;
    const words = [
      h('span', { class: 'words' }, title),
      mark && h('span', { class: mark === 'writing' ? 'mark answering' : 'mark' }, h('span', { class: 'unseen' }, `, ${MARKS[mark]}`)),
      excerpt && h('small', {}, excerpt.before, h('mark', {}, excerpt.found), excerpt.after),
    ];
    const element = h('li', {}, ...selected ? [
      h('label', { class: 'title', dir: 'auto', title }, h('input', { type: 'checkbox', checked: selected.includes(id),
        onclick: (/** @type {MouseEvent} */ event) => this.#select(id, event.shiftKey) }), ...words),
    ] : [
      h('button', { type: 'button', class: 'title', dir: 'auto', title, 'aria-current': current && 'true',
        onclick: () => this.#store.dispatch('open', id) }, ...words),
      iconButton('pin', `${pinned ? 'Unpin' : 'Pin'} ${title}`, () => this.#store.dispatch('pin', id, !pinned), { class: pinned ? 'icon pinned' : 'icon' }),
      iconButton('edit', `Rename ${title}`, () => this.#rename(element, item)),
      iconButton('remove', `Delete ${title}`, () => this.#store.dispatch('delete', id)),
    ]);
    this.#rows.push({ item, element });
    return element;
  }

  /**
   * @param {HTMLLIElement} element
   * @param {Item} item
   */
  #rename(element, { id, title }) {
    const shown = [...element.children];
    const name = h('input', { class: 'name', 'aria-label': 'Title', value: title, dir: 'auto' });
    const end = (/** @type {boolean} */ take) => {
      if (!name.isConnected) return;
      element.replaceChildren(...shown);
      /** @type {HTMLElement} */ (shown[0]).focus();
      this.#show();
      if (take && name.value.trim()) this.#store.dispatch('rename', id, name.value);
    };
    name.addEventListener('keydown', (event) => {
      event.stopPropagation(); // arrows move in the text
      const done = event.key === 'Enter' && !event.isComposing;
      if (!done && event.key !== 'Escape') return;
      event.preventDefault(); // or the key would press the button that gets the focus
      end(done);
    });
    name.addEventListener('blur', () => end(true));
    element.replaceChildren(name);
    name.select();
  }

  /**
   * Select a conversation or not, and with the Shift key all from the last one on.
   * @param {string} id
   * @param {boolean} several
   */
  #select(id, several) {
    const before = this.#store.state.selected ?? [];
    const at = this.#rows.findIndex(({ item }) => item.id === id);
    const from = several ? this.#anchor : at;
    const ids = this.#rows.slice(Math.min(from, at), Math.max(from, at) + 1).map(({ item }) => item.id);
    this.#anchor = at;
    const others = before.filter((each) => !ids.includes(each));
    this.#store.dispatch('select', before.includes(id) ? others : [...others, ...ids]);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const at = this.#rows.findIndex(({ element }) => element.contains(/** @type {Node} */ (event.target)));
    if (event.key === 'Escape' && this.#store.state.selected) this.#store.dispatch('select', null);
    else if (at < 0 || event.ctrlKey || event.altKey || event.metaKey || !this.#move(event.key, at)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /**
   * @param {string} key
   * @param {number} at  of the row that has the focus
   * @returns {boolean} whether the key is one of the list's
   */
  #move(key, at) {
    const row = this.#rows[at];
    const controls = controlsOf(row);
    const within = controls.findIndex((control) => control.matches(':focus'));
    const onwards = getComputedStyle(row.element).direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
    if (key === 'ArrowDown') this.#focusRow(at + 1);
    else if (key === 'ArrowUp') this.#focusRow(Math.max(0, at - 1));
    else if (key === 'Home') this.#focusRow(0);
    else if (key === 'End') this.#focusRow(this.#rows.length - 1);
    else if (key === 'ArrowRight' || key === 'ArrowLeft') controls[within + (key === onwards ? 1 : -1)]?.focus();
    else if (key === 'F2' && controls.length > 1) this.#rename(row.element, row.item);
    else if (key === 'Delete' && controls.length > 1) this.#store.dispatch('delete', row.item.id);
    else return false;
    return true;
  }

  /**
   * Focus one of the rows, the last one beyond their end.
   * @param {number} at
   */
  #focusRow(at) {
    const row = this.#rows[Math.min(at, this.#rows.length - 1)];
    if (row) controlsOf(row)[0].focus();
    else this.#store.dispatch('focusInput');
  }

  /**
   * Tab comes back to where the focus was last.
   * @param {HTMLElement} target
   */
  #rest(target) {
    const row = this.#rows.find(({ element }) => element.contains(target));
    if (!row || row.item.id === this.#stop) return;
    this.#stop = row.item.id;
    this.#mark();
  }

  #mark() {
    for (const row of this.#rows) {
      const [first, ...others] = controlsOf(row);
      first.tabIndex = row.item.id === this.#stop ? 0 : -1;
      for (const other of others) other.tabIndex = -1;
    }
  }
}

/**
 * @param {State} state
 * @returns {Map<string, Item[]>} by their headings
 */
function groupsOf({ conversations, found, writing, unread }) {
  /** @param {ListedConversation | FoundConversation} head @returns {Item} */
  const item = (head) => ({
    id: head.id, title: head.title, pinned: Boolean(head.pinned), excerpt: 'excerpt' in head ? head.excerpt : null,
    mark: writing.includes(head.id) ? 'writing' : unread.includes(head.id) ? 'unread' : '',
  });
  if (found) return new Map([[`${found.count ? count(found.count) : 'Nothing'} found${found.complete ? '' : ' so far'}`, found.conversations.map(item)]]);
  const groups = Map.groupBy(conversations, ({ pinned, updated }) => pinned ? 'Pinned' : ageOf(updated));
  return new Map([...groups].map(([heading, members]) => [heading, members.map(item)]));
}

/**
 * @param {Row} row
 * @returns {HTMLElement[]}
 */
function controlsOf({ element }) {
  return [...element.querySelectorAll('input, button')].filter((each) => each instanceof HTMLElement);
}
