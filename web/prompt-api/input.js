/** What the Prompt API takes, checked as its specification says, in the engine's shapes. */

import { notSupported } from './errors.js';

/** @typedef {import('../types.js').Message} Message */

/**
 * @typedef {object} PromptMessage  LanguageModelMessage
 * @property {'system' | 'user' | 'assistant'} role
 * @property {string | {type: 'text', value: string}[]} content
 * @property {boolean} [prefix]  of the last one, an assistant's: the answer goes on from it
 */
/** @typedef {string | PromptMessage[]} PromptInput  LanguageModelPrompt */
/** @typedef {{responseConstraint?: object, omitResponseConstraintInput?: boolean}} Constraint  a JSON schema or a RegExp; the question names it unless that is omitted */
/** @typedef {{messages: Message[], begun: string, format: import('../types.js').ChatFields['response_format']}} Prompt  `begun`: what the answer begins with */

const ROLES = ['system', 'user', 'assistant'];

/**
 * What is asked, the constraint named in it.
 * @param {unknown} input
 * @param {Constraint} [options]
 * @returns {Prompt}
 * @throws {TypeError | DOMException} NotSupportedError, SyntaxError
 */
export function promptOf(input, { responseConstraint: constraint, omitResponseConstraintInput: silent = false } = {}) {
  if (silent && constraint === undefined) throw new TypeError('omitResponseConstraintInput is true, expected a responseConstraint with it.');
  const messages = messagesOf(input, { prefix: true });
  const begun = isPrefix(input) ? String(messages.pop()?.content) : '';
  const format = formatOf(constraint);
  if (format && !silent) {
    const asked = messages.findLast(({ role }) => role === 'user');
    if (asked) asked.content += `\n\n${sentenceOf(constraint)}`;
    else messages.push({ role: 'user', content: sentenceOf(constraint) });
  }
  return { messages, begun, format };
}

/**
 * The messages of an input. Initial ones may begin with a system message; the last one may be a prefix where an answer follows.
 * @param {unknown} input
 * @param {{initial?: boolean, prefix?: boolean}} [allowed]
 * @returns {Message[]}
 * @throws {TypeError | DOMException} NotSupportedError, SyntaxError
 */
export function messagesOf(input, { initial = false, prefix: mayBegin = false } = {}) {
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  if (!Array.isArray(input)) throw new TypeError(`The prompt is ${typeof input}, expected a text or a list of messages.`);
  if (!input.length && !initial) return messagesOf('');
  return input.map((message, place) => {
    const { role, content, prefix } = message ?? {};
    if (!ROLES.includes(role)) throw new TypeError(`A message's role is ${role}, expected one of ${ROLES.join(', ')}.`);
    if (role === 'system' && !initial) throw notSupported('A system message stands in initialPrompts only, as the first of them.');
    if (role === 'system' && place) throw new TypeError('The system message is not the first of initialPrompts, expected it there.');
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

/** @param {unknown} input */
function isPrefix(input) {
  return Array.isArray(input) && Boolean(input.at(-1)?.prefix);
}

/**
 * @param {unknown} content
 * @returns {string}
 */
function textOf(content) {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) throw new TypeError(`A message's content is ${typeof content}, expected a text or a list of parts.`);
  return content.map((part) => {
    if (part?.type !== 'text') throw notSupported(`A message has a part of type ${part?.type}, expected text: this model only reads text.`);
    if (typeof part.value !== 'string') throw new TypeError(`A part's value is ${typeof part.value}, expected a text.`);
    return part.value;
  }).join('');
}

/**
 * @param {unknown} constraint
 * @returns {Prompt['format']}
 */
function formatOf(constraint) {
  if (constraint === undefined) return undefined;
  if (isRegExp(constraint)) return { type: 'regex', regex: constraint.source, flags: constraint.flags };
  if (constraint === null || typeof constraint !== 'object') {
    throw new TypeError(`responseConstraint is ${constraint === null ? 'null' : typeof constraint}, expected a JSON schema or a RegExp.`);
  }
  return { type: 'json_schema', json_schema: { schema: constraint } };
}

/**
 * How the model is told of a constraint.
 * @param {unknown} constraint
 */
function sentenceOf(constraint) {
  if (isRegExp(constraint)) return `Answer only with a text that this regular expression matches as a whole: ${constraint}`;
  return `Answer only with JSON, as this JSON Schema describes it: ${JSON.stringify(constraint)}`;
}

/**
 * Whether it is a regular expression, of this page or of a frame in it.
 * @param {unknown} value
 * @returns {value is RegExp}
 */
function isRegExp(value) {
  return Object.prototype.toString.call(value) === '[object RegExp]';
}
