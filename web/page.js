/** The chat page: offers the models that the server lists, and gives the chosen one to the element. */

import './delta-chat.js';

/** @typedef {{name: string, url: string, recipe: string, bytes: number}} Listed */

const chat = /** @type {import('./delta-chat.js').DeltaChat} */ (document.querySelector('delta-chat'));
const choice = /** @type {HTMLSelectElement} */ (document.querySelector('select[name=model]'));

const list = new URL('bundles.json', document.baseURI);
const response = await fetch(list);
/** @type {Listed[]} */
const bundles = response.ok ? await response.json() : [];

for (const { name, url, recipe, bytes } of bundles) {
  choice.append(new Option(`${name} (${recipe}, ${Math.ceil(bytes / 2 ** 20)} MiB)`, new URL(url, list).href));
}
choice.addEventListener('change', () => { chat.bundle = choice.value; });
if (bundles.length) chat.bundle = choice.value;
if (bundles.length > 1) /** @type {HTMLElement} */ (choice.closest('nav')).hidden = false;
