/** Reads a conversation back from the Markdown that conversation-markdown.js writes. Fetched when there is some. */

import { HEADING, PROMPT, ROLES, contentOf } from './conversation-markdown.js';
import { Tree } from './tree.js';

/** @typedef {import('./tree-types.js').Saved} Saved */
/** @typedef {import('../deltapage.js').Message} Message */

/**
 * @param {string} text
 * @returns {Saved} not checked any further
 * @throws {Error} a sentence, if there are no messages in it
 */
export function fromMarkdown(text) {
  const tree = new Tree();
  const [before, ...parts] = text.replace(/\r\n?/g, '\n').split(HEADING);
  let last = 0;
  for (let i = 0; i < parts.length; i += 3) {
    const [carried, heading, body] = parts.slice(i, i + 3);
    const role = /** @type {Message['role']} */ (ROLES.get(heading));
    last = tree.add(parsed(carried) ?? { role, content: contentOf(body) }, last).id;
  }
  if (tree.empty) throw new Error('This file has no headings "## You" and "## Assistant". Choose a file that was exported here.');
  tree.title = /^# (.+)$/m.exec(before)?.[1] ?? '';
  const prompt = parsed(PROMPT.exec(before)?.[1]);
  if (prompt !== undefined) tree.system = prompt;
  return tree.toJSON();
}

/**
 * @param {string | undefined} json
 * @returns {any} undefined where it is none
 */
function parsed(json) {
  if (json === undefined) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return undefined; // somebody has written into it: the text says what it can
  }
}
