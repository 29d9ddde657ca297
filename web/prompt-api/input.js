/** What a session is asked, checked and brought into the engine's shapes as the Prompt API's specification says. */

import { notSupported } from './errors.js';
import { schemaOf } from './schema.js';
import { text } from './webidl.js';

/** @typedef {import('../types.js').Message} Message */
/** @typedef {import('./dictionaries.js').Given} Given */
/** @typedef {import('./dictionaries.js').Constraint} Constraint */
/** @typedef {{messages: Message[], begun: string, format: import('../types.js').ChatFields['response_format']}} Prompt  `begun`: what the answer begins with */

/**
 * What is asked, the constraint named in it.
 * @param {string | Given[]} input
 * @param {Constraint} [options]
 * @returns {Prompt}
 * @throws {TypeError | DOMException} NotSupportedError, SyntaxError
 */
export function promptOf(input, { responseConstraint: constraint, omitResponseConstraintInput: silent = false } = {}) {
  if (silent && constraint === undefined) throw new TypeError('omitResponseConstraintInput is true, expected a responseConstraint with it.');
  const messages = messagesOf(input, { prefix: true });
  const begun = isPrefix(input) ? String(messages.pop()?.content) : '';
  const format = constraint && formatOf(constraint);
  if (format && !silent) {
    const asked = messages.findLast(({ role }) => role === 'user');
    if (asked) asked.content += `\n\n${sentenceOf(format)}`;
    else messages.push({ role: 'user', content: sentenceOf(format) });
  }
  return { messages, begun, format };
}

/**
 * The messages of an input. The first may be a system message; the last may be a prefix where an answer follows.
 * @param {string | Given[]} input
 * @param {{prefix?: boolean}} [allowed]
 * @returns {Message[]}
 * @throws {TypeError | DOMException} NotSupportedError, SyntaxError
 */
export function messagesOf(input, { prefix: mayBegin = false } = {}) {
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  if (!input.length) return messagesOf('');
  return input.map(({ role, content, prefix }, place) => {
    if (role === 'system' && place) throw new TypeError('A system message is not the first of its list, expected it there.');
    if (prefix) {
      if (role !== 'assistant' || place < input.length - 1) throw new DOMException('Only the last message, an assistant\'s, can be a prefix.', 'SyntaxError');
      if (!mayBegin) throw notSupported('A prefix begins an answer: give it to prompt or promptStreaming.');
    }
    return { role, content: textOf(content) };
  });
}

/**
 * What is asked, and the answer's beginning as its last message.
 * @param {Pick<Prompt, 'messages' | 'begun'>} asked
 * @returns {Message[]}
 */
export function withBeginning({ messages, begun }) {
  return begun ? [...messages, { role: 'assistant', content: begun }] : messages;
}

/** @param {string | Given[]} input */
function isPrefix(input) {
  return typeof input !== 'string' && Boolean(input.at(-1)?.prefix);
}

/**
 * @param {Given['content']} content
 * @returns {string}
 */
function textOf(content) {
  if (typeof content === 'string') return content;
  return content.map(({ type, value }) => {
    if (type !== 'text') throw notSupported(`A message has a part of type ${type}, expected text: this model only reads text.`);
    if (typeof value === 'object' && value !== null) throw new TypeError('The value of a part of type text is an object, expected a text.');
    return text(value, 'The value of a part of type text');
  }).join('');
}

/**
 * @param {object} constraint
 * @returns {NonNullable<Prompt['format']>}
 */
function formatOf(constraint) {
  if (isRegExp(constraint)) return { type: 'regex', regex: constraint.source, flags: constraint.flags };
  return { type: 'json_schema', json_schema: { schema: schemaOf(constraint, 'responseConstraint') } };
}

/**
 * How the model is told of a constraint.
 * @param {any} format
 */
function sentenceOf({ regex, flags, json_schema: form }) {
  if (form) return `Answer only with JSON, as this JSON Schema describes it: ${JSON.stringify(form.schema)}`;
  return `Answer only with a text that this regular expression matches as a whole: /${regex}/${flags}`;
}

/**
 * Whether it is a regular expression, of this page or of a frame in it.
 * @param {unknown} value
 * @returns {value is RegExp}
 */
function isRegExp(value) {
  return Object.prototype.toString.call(value) === '[object RegExp]';
}
