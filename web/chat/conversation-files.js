/** Conversations as files: JSON holds all of them, branches included; Markdown is for people, and holds the path that is shown. conversation-import.js reads both back. */

import { standing } from './merge.js';

/** @typedef {import('./tree-types.js').Saved} Saved */

/** What a file of ours says that it is. */
export const KIND = 'deltapage conversations';

/**
 * @param {Saved[]} conversations
 * @returns {string}
 */
export function toJson(conversations) {
  return JSON.stringify({ kind: KIND, conversations: conversations.map((saved) => ({ ...saved, nodes: standing(saved), removed: [] })) }, null, 1);
}

/**
 * Let the browser save a file.
 * @param {string} name
 * @param {string} text
 * @param {string} type
 */
export function download(name, text, type) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name.replace(/[^\p{L}\p{N}. _-]+/gu, '').trim() || 'conversation';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
