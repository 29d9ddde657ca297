/** Which models there are: those that the server lists, one in a folder of this computer, and the one in use. */

import { h, icon } from './dom.js';

/**
 * @typedef {object} Listed
 * @property {string} url  '' for a folder of this computer
 * @property {string} model  its name
 * @property {string} recipe  how its weights are stored
 * @property {number} bytes
 */

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

/**
 * What a folder of this computer holds, as its manifest says.
 * @param {FileList | File[]} files
 * @returns {Promise<Listed>}
 * @throws {Error} a sentence: there is no model in it
 */
export async function modelIn(files) {
  const manifest = [...files].find(({ name, webkitRelativePath: path }) => name === 'manifest.json' && path.split('/').length < 3);
  const { name: model, recipe } = await manifest?.text().then(JSON.parse).catch(() => null) ?? {};
  if (typeof model !== 'string') {
    throw new Error('There is no model in this folder: it has no manifest.json of one. Pick a folder that `build.py bundle` has made.');
  }
  return { url: '', model, recipe, bytes: [...files].reduce((total, { size }) => total + size, 0) };
}

/** The name of the model in use, and where there is a choice, the way to it. */
export class ModelPicker {
  #name = h('strong');
  #recipe = h('span', { class: 'quiet' });
  #title = h('span', { class: 'title', part: 'title', dir: 'auto' });
  #button;
  element = h('div', { class: 'picker' });

  /** @param {() => void} onOpen */
  constructor(onOpen) {
    this.#button = h('button', { type: 'button', part: 'title', 'aria-haspopup': 'dialog', onclick: onOpen }, this.#name, ' ', this.#recipe, icon('choose'));
  }

  /** The name that is shown. */
  get model() {
    return this.#title.textContent ?? '';
  }

  /**
   * @param {Partial<Listed>} current
   * @param {boolean} choice
   */
  show({ model = '', recipe = '' }, choice) {
    this.#name.textContent = this.#title.textContent = model;
    this.#recipe.textContent = recipe;
    this.#button.ariaLabel = `Model: ${model} ${recipe}`.trimEnd();
    const shown = choice ? this.#button : this.#title;
    if (this.element.firstChild !== shown) this.element.replaceChildren(shown);
  }
}
