/** Conversations from files that were exported. Fetched when there is one. */

import { KIND } from './conversation-files.js';
import { fromMarkdown } from './markdown-reader.js';
import { readConversation } from './saved.js';

/** @typedef {import('./tree-types.js').Saved} Saved */

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
