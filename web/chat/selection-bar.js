/** What can be done with the conversations that are selected in the list. */

import { h } from './dom.js';
import { count } from './format.js';

export class SelectionBar {
  #said = h('span', { class: 'gap', role: 'status' });
  #delete;
  element;

  /**
   * @param {import('./state-types.js').ChatStore} store
   * @param {() => void} leave  with the focus, as the bar goes
   */
  constructor(store, leave) {
    const button = (/** @type {string} */ label, /** @type {() => void} */ onclick) => h('button', { type: 'button', onclick }, label);
    this.#delete = button('Delete', () => {
      leave();
      store.dispatch('delete', ...store.state.selected ?? []);
    });
    const done = button('Done', () => {
      store.dispatch('select', null);
      leave();
    });
    this.element = h('div', { class: 'selection', role: 'group', 'aria-label': 'Selection', hidden: true }, this.#said, h('div', { class: 'row' },
      button('All', () => store.dispatch('selectAll')), this.#delete, done));
    store.subscribe(({ selected }) => selected, (selected) => {
      this.element.hidden = !selected;
      this.#delete.disabled = !selected?.length;
      this.#said.textContent = selected ? `${count(selected.length)} selected` : '';
    });
  }
}
