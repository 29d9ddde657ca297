/**
 * A conversation as Markdown: the path that is shown, for people to read, and every message of it for us to read back (markdown-reader.js). What the text
 * alone does not say (a thought, calls of tools, spaces at its ends) a comment above the message's heading carries as JSON. A line of a
 * text that looks like one of ours gets a backslash, which Markdown does not show.
 */

import { textOf } from './tree.js';

/** @typedef {import('./tree.js').Tree} Tree */
/** @typedef {import('../deltapage.js').Message} Message */

/** By role. @type {Record<string, string>} */
const HEADINGS = { system: 'System', developer: 'Developer', user: 'You', assistant: 'Assistant', tool: 'Tool' };
export const ROLES = new Map(Object.entries(HEADINGS).map(([role, heading]) => [heading, role]));
const NAMES = [...ROLES.keys()].join('|');
export const HEADING = new RegExp(`^(?:<!-- message (\\{.*\\}) -->\\n\\n)?## (${NAMES})$`, 'm');
export const PROMPT = /^<!-- system (".*") -->$/m; // of the conversation itself, above its messages
const OURS = new RegExp(`^(\\\\*(?:## (?:${NAMES})|<!-- message \\{.*\\} -->))$`, 'gm');
const ESCAPED = new RegExp(`^\\\\(\\\\*(?:## (?:${NAMES})|<!-- message \\{.*\\} -->))$`, 'gm');

/**
 * @param {Tree} tree
 * @returns {string}
 */
export function toMarkdown(tree) {
  const prompt = tree.system === null ? [] : [`<!-- system ${inComment(tree.system)} -->`];
  return [`# ${tree.title.replace(/\s+/g, ' ')}`, ...prompt, ...tree.path().map(({ message }) => section(message))].join('\n\n') + '\n';
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

/**
 * What a section's text stands for.
 * @param {string} body
 */
export function contentOf(body) {
  return body.trim().replace(ESCAPED, '$1');
}

/**
 * As JSON that no comment ends in, and no line.
 * @param {Message | string} value
 */
function inComment(value) {
  return JSON.stringify(value).replace(/--/g, '-\\u002d').replace(/[\u2028\u2029]/g, (end) => `\\u${end.charCodeAt(0).toString(16)}`);
}
