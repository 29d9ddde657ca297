/** What every dialog has. */

import { h, iconButton } from './dom.js';

/**
 * A dialog with a title and a button that closes it.
 * @param {string} title
 * @param {...(Node | null)} children
 * @returns {HTMLDialogElement}
 */
export function framed(title, ...children) {
  const dialog = h('dialog', { part: 'dialog', 'aria-label': title,
    onclose: () => dialog.remove(),
    onclick: (/** @type {MouseEvent} */ event) => {
      if (event.target === dialog) dialog.close(); // beside it
    } },
  h('div', { class: 'dialog' },
    h('div', { class: 'row' }, h('h2', {}, title), h('span', { class: 'gap' }), iconButton('close', 'Close', () => dialog.close())),
    ...children));
  return dialog;
}
