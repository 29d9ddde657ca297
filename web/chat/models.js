/** Which models there are: those that the server lists, and the one in use. */

import { h } from './dom.js';
import { bytes } from './format.js';

/** @typedef {{name: string, url: string, model: string, recipe: string, bytes: number}} Listed */

/**
 * @param {string} list  URL of a `bundles.json`
 * @returns {Promise<Listed[]>} with absolute URLs
 */
export async function listModels(list) {
  const url = new URL(list, document.baseURI);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The list of models, ${url.href}, cannot be read (status ${response.status}). Check the address.`);
  /** @type {Listed[]} */
  const models = await response.json();
  return models.map((model) => ({ ...model, url: new URL(model.url, url).href }));
}

/** The model's name, or where there is a choice, the choice. */
export class ModelPicker {
  #select = h('select', { name: 'model', 'aria-label': 'Model', onchange: () => this.#onChoose(this.#select.value) });
  #name = h('span', { class: 'title', part: 'title' });
  element = h('div', { class: 'picker' }, this.#name);
  #onChoose;

  /** @param {(url: string) => void} onChoose */
  constructor(onChoose) {
    this.#onChoose = onChoose;
  }

  /**
   * @param {Listed[]} models
   * @param {string} current  URL
   */
  show(models, current) {
    const known = models.find(({ url }) => url === current);
    this.#name.textContent = known ? `${known.name} · ${known.recipe}` : folderOf(current);
    this.#select.replaceChildren(...models.map(({ name, url, recipe, bytes: size }) =>
      new Option(`${name} · ${recipe} · ${bytes(size)}`, url, false, url === current)));
    this.element.replaceChildren(models.length > 1 ? this.#select : this.#name);
  }
}

/** @param {string} url */
function folderOf(url) {
  return decodeURIComponent(url.replace(/\/$/, '').split('/').at(-1) ?? '');
}
