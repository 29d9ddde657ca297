/** Conversations as files: JSON holds everything and can be read back, branches included; Markdown is for people, and the path shown. */

import { standing } from './merge.js';
import { readConversation } from './saved.js';
import { Tree, textOf } from './tree.js';

/** @typedef {import('./tree.js').Saved} Saved */
/** @typedef {import('../deltapage.js').Message} Message */

const KIND = 'deltapage conversations';
/** The headings of Markdown files, by role. @type {Record<string, string>} */
const HEADINGS = { system: 'System', developer: 'Developer', user: 'You', assistant: 'Assistant', tool: 'Tool' };
const ROLES = new Map(Object.entries(HEADINGS).map(([role, heading]) => [heading, role]));

/**
 * @param {Saved[]} conversations
 * @returns {string}
 */
export function toJson(conversations) {
  return JSON.stringify({ kind: KIND, conversations: conversations.map((saved) => ({ ...saved, nodes: standing(saved), removed: [] })) }, null, 1);
}

/**
 * @param {Saved} saved
 * @returns {string}
 */
export function toMarkdown(saved) {
  const tree = new Tree(saved);
  const parts = tree.path().map(({ message }) => {
    const calls = (message.tool_calls ?? []).map(({ function: { name, arguments: values } }) => `\`\`\`json ${name}\n${values}\n\`\`\``);
    return [`## ${HEADINGS[message.role]}`, textOf(message), ...calls].filter(Boolean).join('\n\n');
  });
  return [`# ${tree.title}`, ...parts].join('\n\n') + '\n';
}

/**
 * Read a file that was exported, in either form.
 * @param {string} text
 * @returns {Saved[]} each under a new id, so that an import never overwrites
 * @throws {Error} a sentence about what was expected
 */
export function fromText(text) {
  const saved = text.trimStart().startsWith('{') ? fromJson(text) : [fromMarkdown(text)];
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

/** @param {string} text */
function fromMarkdown(text) {
  const tree = new Tree();
  const heading = new RegExp(`^## (${[...ROLES.keys()].join('|')})$`, 'm');
  const [before, ...parts] = text.replace(/\r\n?/g, '\n').split(heading);
  let last = 0;
  for (let i = 0; i < parts.length; i += 2) {
    const role = /** @type {Message['role']} */ (ROLES.get(parts[i]));
    last = tree.add({ role, content: parts[i + 1].trim() }, last).id;
  }
  if (tree.empty) throw new Error('This file has no headings "## You" and "## Assistant". Choose a file that was exported here.');
  tree.title = /^# (.+)$/m.exec(before)?.[1] ?? '';
  return tree.toJSON();
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
