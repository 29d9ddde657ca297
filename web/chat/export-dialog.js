/** The dialog that asks what to export, and in which form. Fetched when it is opened. */

import { framed } from './dialog.js';
import { h } from './dom.js';

/** @type {['markdown' | 'json' | 'all', string][]} */
const FORMS = [
  ['markdown', 'This conversation, to read (Markdown)'],
  ['json', 'This conversation, with its branches (JSON)'],
  ['all', 'All conversations (JSON)'],
];

/**
 * @param {import('./state-types.js').ChatStore} store
 * @returns {HTMLDialogElement}
 */
export function exportDialog(store) {
  const dialog = framed('Export', ...FORMS.map(([form, label]) => h('button', { type: 'button', class: 'wide', onclick: () => {
    store.dispatch('exportFile', form);
    dialog.close();
  } }, label)));
  return dialog;
}
