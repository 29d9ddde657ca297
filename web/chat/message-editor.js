/** Writes a message anew, in its place: a question is sent once more, an answer changes for all that follows. Fetched when it is first wanted. */

import { h, onGlass } from './dom.js';

/**
 * @param {string} before
 * @param {boolean} question  which Enter sends; in an answer it makes a line
 * @param {(text: string) => void} take
 * @param {() => void} close  without a change
 * @returns {{element: HTMLFormElement, focus: () => void}}
 */
export function messageEditor(before, question, take, close) {
  const text = h('textarea', { 'aria-label': question ? 'Edit message' : 'Edit answer', dir: 'auto', rows: 1 });
  const element = h('form', { class: 'edit',
    onsubmit: (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      if (text.value.trim() && text.value !== before) take(text.value);
      else if (text.value.trim()) close();
    },
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      const sends = event.ctrlKey || event.metaKey || question && !event.shiftKey && !onGlass();
      if (event.key === 'Escape') close();
      else if (event.key === 'Enter' && sends && !event.isComposing) element.requestSubmit();
      else return;
      event.preventDefault();
      event.stopPropagation();
    } },
  text, h('div', { class: 'row' },
    h('button', { type: 'button', onclick: close }, 'Cancel'), h('button', { class: 'primary', type: 'submit' }, question ? 'Send' : 'Save')));
  text.value = before;
  return { element, focus: () => text.focus() };
}
