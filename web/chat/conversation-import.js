/** Conversations from files that were exported, here or by ChatGPT. Fetched when there is one. */

import { fromChatGpt } from './chatgpt-reader.js';
import { KIND } from './conversation-files.js';
import { count } from './format.js';
import { fromMarkdown } from './markdown-reader.js';
import { isRecord } from './message-fault.js';
import { readConversation } from './saved.js';
import { isZip, textsIn } from './zip-reader.js';

/** @typedef {import('./tree-types.js').Saved} Saved */
/** @typedef {{conversations: Saved[], skipped: string[]}} Imported  each under a new id, so that an import never overwrites; and why others were left out */

const TEXT_MOST = 256 * 2 ** 20; // bytes
const CHATGPT = /(^|\/)conversations(-\d+)?\.json$/; // in the zip file that ChatGPT sends

/**
 * Read a file of conversations, in any of its forms.
 * @param {Blob} file
 * @returns {Promise<Imported>}
 * @throws {Error} a sentence about what was expected
 */
export async function readFile(file) {
  if (await isZip(file)) {
    const read = (await textsIn(file, CHATGPT, TEXT_MOST)).map(fromText);
    if (!read.length) throw new Error('This zip file holds no conversations.json, as ChatGPT exports them. Choose another file.');
    return { conversations: read.flatMap(({ conversations }) => conversations), skipped: read.flatMap(({ skipped }) => skipped) };
  }
  if (file.size > TEXT_MOST) throw new Error(`This file has ${file.size} bytes, and at most ${TEXT_MOST} can be imported. Export fewer conversations at a time.`);
  return fromText(await file.text());
}

/**
 * @param {string} text
 * @returns {Imported}
 * @throws {Error} a sentence about what was expected
 */
export function fromText(text) {
  const read = /^\s*[{[]/.test(text) ? fromJson(text) : { conversations: [whole(fromMarkdown(text), 0)], skipped: [] };
  return { ...read, conversations: read.conversations.map((each) => ({ ...each, id: crypto.randomUUID() })) };
}

/**
 * What an import has done.
 * @param {Imported} imported
 * @param {boolean} keeps  whether the page keeps conversations
 * @returns {string} sentences
 */
export function outcomeOf({ conversations: { length }, skipped }, keeps) {
  const some = (/** @type {number} */ number) => `${number ? count(number) : 'no'} conversation${number === 1 ? '' : 's'}`;
  const why = [...new Set(skipped)].map((reason) => `${count(skipped.filter((each) => each === reason).length)} ${reason}`);
  return [
    `Imported ${some(length)}.`,
    !keeps && length > 1 && 'The first one is shown; this page keeps none.',
    skipped.length && `Skipped ${count(skipped.length)}: ${why.join(', ')}.`,
  ].filter(Boolean).join(' ');
}

/**
 * @param {string} text
 * @returns {Imported}
 */
function fromJson(text) {
  let read;
  try {
    read = JSON.parse(text);
  } catch (error) {
    throw new Error(`This file is not JSON (${/** @type {Error} */ (error).message}). Choose a file that was exported here.`, { cause: error });
  }
  const others = [read].flat();
  if (others.some((each) => isRecord(each?.mapping))) return fromChatGpt(others);
  if (read?.kind !== KIND || !Array.isArray(read.conversations)) {
    throw new Error('This file holds no conversations as they are exported here or by ChatGPT. Choose another file.');
  }
  return { conversations: read.conversations.map(whole), skipped: [] };
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
