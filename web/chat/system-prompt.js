/** The system prompt in force, above the messages. Fetched when there is one. */

import { h, icon } from './dom.js';

/**
 * @param {import('./state-types.js').ChatStore} store
 * @param {string} text
 * @returns {HTMLElement}
 */
export function systemPromptView(store, text) {
  const turn = icon('on');
  turn.classList.add('turn');
  return h('details', { class: 'instructions', part: 'system' },
    h('summary', {}, h('strong', {}, 'System prompt'), h('span', { dir: 'auto' }, text), turn),
    h('pre', { dir: 'auto', tabindex: 0 }, text),
    h('button', { type: 'button', onclick: () => store.dispatch('openDialog', 'settings') }, 'Change'));
}
