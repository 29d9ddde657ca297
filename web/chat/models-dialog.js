/** The dialog of models: which one to use, what this browser keeps of each, and away with it. Fetched when it is opened. */

import { keptOf, remove, room } from '../storage.js';
import { framed } from './dialog.js';
import { h, icon, iconButton } from './dom.js';
import { bytes } from './format.js';
import { listedModel } from './state.js';

/** @typedef {import('./state-types.js').ListedModel} ListedModel */

/**
 * @param {import('./state-types.js').ChatStore} store
 * @returns {HTMLDialogElement}
 */
export function modelsDialog(store) {
  const { models, picked } = store.state;
  const current = listedModel(store.state);
  const said = h('p', { class: 'quiet', role: 'status' });
  const used = h('p', { class: 'quiet' });
  const rows = [...picked ? [picked] : [], ...models].map((model) => new Row(model, model === current, {
    choose: () => {
      dialog.close();
      if (model.url) store.dispatch('useModel', model.url);
    },
    remove: async () => {
      const others = rows.filter(({ isKept }) => isKept).map(({ url }) => url);
      const freed = await remove(model.url, others);
      said.textContent = freed ? `${bytes(freed)} of ${model.model} deleted.` : 'Nothing deleted: other models use these files, too.';
      store.dispatch('lookForModel');
      await refresh();
    },
  }));
  const refresh = () => Promise.all([...rows.map((row) => row.refresh()), tellRoom(used)]);
  const folder = h('input', { type: 'file', webkitdirectory: true, hidden: true, 'aria-label': 'Folder of a model', onchange: () => {
    dialog.close();
    if (folder.files?.length) store.dispatch('useFolder', [...folder.files]);
  } });
  const dialog = framed('Models', h('ul', { class: 'models' }, ...rows.map(({ element }) => element)),
    h('div', { class: 'row' }, h('button', { type: 'button', onclick: () => folder.click() }, icon('folder'), 'From a folder…'), folder), said, used);
  refresh();
  return dialog;
}

/** One model: its name, what is kept of it, and what can be done. */
class Row {
  element = h('li', {});
  #model;
  #current;
  #actions;
  #kept = 0;
  #size = h('small', {});
  #remove;

  /**
   * @param {ListedModel} model
   * @param {boolean} current
   * @param {{choose: () => void, remove: () => Promise<void>}} actions
   */
  constructor(model, current, actions) {
    this.#model = model;
    this.#current = current;
    this.#actions = actions;
    this.#remove = iconButton('remove', `Delete ${model.model} ${model.recipe}`, () => this.#confirm(), { hidden: true });
    this.#show();
  }

  get url() {
    return this.#model.url;
  }

  /** Whether it is here by more than the files that another one brought. */
  get isKept() {
    return this.#kept > this.#model.bytes / 2;
  }

  async refresh() {
    const { url, bytes: size } = this.#model;
    if (!url) {
      this.#size.textContent = `${bytes(size)} · read from a folder of this computer`;
      return;
    }
    try {
      this.#kept = (await keptOf(url)).bytes;
      this.#size.textContent = `${bytes(size)} · ${this.#kept ? `${bytes(this.#kept)} kept in this browser` : 'not downloaded'}`;
    } catch (error) {
      this.#size.textContent = /** @type {Error} */ (error).message;
    }
    this.#remove.hidden = !this.#kept;
  }

  #show() {
    const { model, recipe } = this.#model;
    const choice = h('button', { type: 'button', class: 'choice', 'aria-current': this.#current && 'true', onclick: this.#actions.choose },
      h('span', { class: 'row', dir: 'auto' }, h('strong', {}, model), h('span', { class: 'tag' }, recipe), this.#current && icon('done')), this.#size);
    this.element.replaceChildren(choice, this.#remove);
  }

  #confirm() {
    const { model } = this.#model;
    const back = () => {
      this.#show();
      const [first] = this.element.querySelectorAll('button:not([hidden])');
      /** @type {HTMLElement} */ (this.#remove.hidden ? first : this.#remove).focus();
    };
    const keep = h('button', { type: 'button', onclick: back }, 'Keep');
    const go = h('button', { type: 'button', class: 'danger', onclick: async () => {
      go.disabled = true;
      await this.#actions.remove();
      back();
    } }, 'Delete');
    this.element.replaceChildren(h('div', { class: 'confirm', role: 'group', 'aria-label': `Delete ${model}?`,
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault(); // closes no more than the question
        back();
      } },
    h('p', {}, `Delete ${bytes(this.#kept)} of ${model} from this browser? It can be downloaded again.`), h('div', { class: 'row' }, keep, go)));
    keep.focus();
  }
}

/** @param {HTMLElement} element */
async function tellRoom(element) {
  const [{ used, free }, persisted] = await Promise.all([room(), navigator.storage?.persisted?.()]);
  const left = Number.isFinite(free) ? `, and ${bytes(free)} are free for it` : '';
  element.textContent = `This site uses ${bytes(used)} of the browser’s storage${left}. ` +
    (persisted ? 'It stays until you delete it.' : 'The browser may clear it when the disk is full.');
}
