/** Conversations as files: JSON holds all of them, branches included; Markdown is for people, and holds the path that is shown. Both are read back. */

import { fromMarkdown } from './conversation-markdown.js';
import { standing } from './merge.js';
import { readConversation } from './saved.js';

/** @typedef {import('./tree.js').Saved} Saved */

const KIND = 'deltapage conversations';

/**
 * @param {Saved[]} conversations
 * @returns {string}
 */
export function toJson(conversations) {
  return JSON.stringify({ kind: KIND, conversations: conversations.map((saved) => ({ ...saved, nodes: standing(saved), removed: [] })) }, null, 1);
}

/**
 * Read a file that was exported, in either form.
 * @param {string} text
 * @returns {Saved[]} each under a new id, so that an import never overwrites
 * @throws {Error} a sentence about what was expected
 */
export function fromText(text) {
  const saved = text.trimStart().startsWith('{') ? fromJson(text) : [whole(fromMarkdown(text), 0)];
  return saved.map((/** @type {Saved} */ each) => ({ ...each, id: crypto.randomUUID() }));
}

/** @param {string} text */
function fromJson(text) {
  let read;
  try {
    read = JSON.parse(text);
  } catch (error) {
    throw new Error(`This file is not JSON (${/** @type {Error} */ (error).message}). Choose a file that was exported here.`, { cause: error });
  }
  if (read?.kind !== KIND || !Array.isArray(read.conversations)) throw new Error('This file holds no conversations as they are exported here. Choose another file.');
  return read.conversations.map(whole);
}

/**
 * @param {unknown} value
 * @param {number} at
 * @returns {Saved}
 */
function whole(value, at) {
  const refuse = (/** @type {string} */ fault) => new Error(
    `This file holds no conversations as they are exported here: of number ${at + 1}, ${fault}. Nothing was imported; choose another file.`);
  const { saved, faults } = attempt(() => readConversation(value), refuse);
  if (faults.length) throw refuse(faults[0]);
  return saved;
}

/**
 * @template T
 * @param {() => T} work
 * @param {(fault: string) => Error} refuse
 * @returns {T}
 */
function attempt(work, refuse) {
  try {
    return work();
  } catch (error) {
    throw refuse(/** @type {Error} */ (error).message);
  }
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
