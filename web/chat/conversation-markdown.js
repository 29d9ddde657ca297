/**
 * A conversation as Markdown: the path that is shown, for people to read, and every message of it for us to read back. What the text
 * alone does not say (a thought, calls of tools, spaces at its ends) a comment above the message's heading carries as JSON. A line of a
 * text that looks like one of ours gets a backslash, which Markdown does not show.
 */

import { Tree, textOf } from './tree.js';

/** @typedef {import('./tree.js').Saved} Saved */
/** @typedef {import('../deltapage.js').Message} Message */

/** By role. @type {Record<string, string>} */
const HEADINGS = { system: 'System', developer: 'Developer', user: 'You', assistant: 'Assistant', tool: 'Tool' };
const ROLES = new Map(Object.entries(HEADINGS).map(([role, heading]) => [heading, role]));
const NAMES = [...ROLES.keys()].join('|');
const HEADING = new RegExp(`^(?:<!-- message (\\{.*\\}) -->\\n\\n)?## (${NAMES})$`, 'm');
const OURS = new RegExp(`^(\\\\*(?:## (?:${NAMES})|<!-- message \\{.*\\} -->))$`, 'gm');
const ESCAPED = new RegExp(`^\\\\(\\\\*(?:## (?:${NAMES})|<!-- message \\{.*\\} -->))$`, 'gm');

/**
 * @param {Tree} tree
 * @returns {string}
 */
export function toMarkdown(tree) {
  return [`# ${tree.title.replace(/\s+/g, ' ')}`, ...tree.path().map(({ message }) => section(message))].join('\n\n') + '\n';
}

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
  return tree.toJSON();
}

/** @param {Message} message */
function section(message) {
  const calls = (message.tool_calls ?? []).map(({ function: { name, arguments: values } }) => `\`\`\`json ${name}\n${values}\n\`\`\``);
  const body = [textOf(message), ...calls].filter(Boolean).join('\n\n').replace(OURS, '\\$1');
  const comment = isPlain(message, body) ? [] : [`<!-- message ${inComment(message)} -->`];
  return [...comment, `## ${HEADINGS[message.role]}`, body].filter(Boolean).join('\n\n');
}

/**
 * Whether the body says all of a message.
 * @param {Message} message
 * @param {string} body
 */
function isPlain(message, body) {
  return Object.keys(message).length === 2 && message.content === contentOf(body) && !body.includes('\r') && body.isWellFormed();
}

/** @param {string} body */
function contentOf(body) {
  return body.trim().replace(ESCAPED, '$1');
}

/**
 * As JSON that no comment ends in, and no line.
 * @param {Message} message
 */
function inComment(message) {
  return JSON.stringify(message).replace(/--/g, '-\\u002d').replace(/[\u2028\u2029]/g, (end) => `\\u${end.charCodeAt(0).toString(16)}`);
}

/**
 * @param {string | undefined} json
 * @returns {Message | undefined}
 */
function parsed(json) {
  if (json === undefined) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return undefined; // somebody has written into it: the text says what it can
  }
}
