/** What a session is asked, checked and brought into the engine's shapes as the Prompt API's specification says. */

import { sourceOf } from '../pictures/sources.js';
import { notSupported } from './errors.js';
import { schemaOf } from './schema.js';
import { text } from './webidl.js';

/** @typedef {import('../types.js').Message} Message */
/** @typedef {import('./dictionaries.js').Given} Given */
/** @typedef {import('./dictionaries.js').Constraint} Constraint */
/** @typedef {import('../types.js').TextPart | import('../types.js').ImagePart} Part */
/** @typedef {{sees?: boolean, prefix?: boolean}} Allowed  pictures, in a session that expects them; and a prefix, where an answer follows */
/** @typedef {{messages: Message[], begun: string, format: import('../types.js').ChatFields['response_format']}} Prompt  `begun`: what the answer begins with */

/**
 * What is asked, the constraint named in it.
 * @param {string | Given[]} input
 * @param {Constraint} options
 * @param {Allowed} allowed
 * @returns {Prompt}
 * @throws {TypeError | DOMException} NotSupportedError, SyntaxError
 */
export function promptOf(input, { responseConstraint: constraint, omitResponseConstraintInput: silent = false }, allowed) {
  if (silent && constraint === undefined) throw new TypeError('omitResponseConstraintInput is true, expected a responseConstraint with it.');
  const messages = messagesOf(input, { ...allowed, prefix: true });
  const begun = isPrefix(input) ? String(messages.pop()?.content) : '';
  const format = constraint && formatOf(constraint);
  if (format && !silent) {
    const asked = messages.findLast(({ role }) => role === 'user');
    if (!asked) messages.push({ role: 'user', content: sentenceOf(format) });
    else if (Array.isArray(asked.content)) asked.content.push({ type: 'text', text: `\n\n${sentenceOf(format)}` });
    else asked.content += `\n\n${sentenceOf(format)}`;
  }
  return { messages, begun, format };
}

/**
 * The messages of an input. The first may be a system message; the last may be a prefix where an answer follows.
 * @param {string | Given[]} input
 * @param {Allowed} allowed
 * @returns {Message[]}
 * @throws {TypeError | DOMException} NotSupportedError, SyntaxError
 */
export function messagesOf(input, allowed) {
  const { prefix: mayBegin = false, sees = false } = allowed;
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  if (!input.length) return messagesOf('', allowed);
  return input.map(({ role, content, prefix }, place) => {
    if (role === 'system' && place) throw new TypeError('A system message is not the first of its list, expected it there.');
    if (prefix) {
      if (role !== 'assistant' || place < input.length - 1) throw new DOMException('Only the last message, an assistant\'s, can be a prefix.', 'SyntaxError');
      if (!mayBegin) throw notSupported('A prefix begins an answer: give it to prompt or promptStreaming.');
    }
    return { role, content: contentOf(content, sees && role === 'user') };
  });
}

/**
 * Messages whose pictures are files, or pixels as they are at this moment: a conversation goes on when a canvas has changed.
 * @param {Message[]} messages
 * @returns {Promise<Message[]>}
 * @throws {import('../common/errors.js').EngineError} PictureError
 */
export async function withPicturesTaken(messages) {
  let pictures = 0;
  const taken = (/** @type {Message['content']} */ content) => !Array.isArray(content) ? content : Promise.all(content.map(async (part) => (
    part.type === 'image' ? { ...part, image: await sourceOf(part.image, pictures++) } : part
  )));
  return Promise.all(messages.map(async (message) => ({ ...message, content: await taken(message.content) })));
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
 * @param {boolean} sees  pictures, too
 * @returns {string | Part[]} texts side by side are one; a list only where there are pictures
 */
function contentOf(content, sees) {
  if (typeof content === 'string') return content;
  /** @type {Part[]} */
  const parts = [];
  for (const { type, value } of content) {
    const last = parts.at(-1);
    if (type === 'image' && sees) parts.push({ type, image: imageOf(value) });
    else if (type !== 'text') throw notSupported(`A message has a part of type ${type}, expected ${sees ? 'text or image' : 'text'}: ${remedyOf(type)}.`);
    else if (last?.type === 'text') last.text += textOf(value);
    else parts.push({ type, text: textOf(value) });
  }
  if (parts.some(({ type }) => type === 'image')) return parts;
  return parts.map((part) => /** @type {import('../types.js').TextPart} */ (part).text).join('');
}

/** @param {string} type */
function remedyOf(type) {
  return type === 'image' ? 'give pictures in messages of the user, in a session whose expectedInputs name them' : 'this model reads no other';
}

/** @param {unknown} value */
function textOf(value) {
  if (typeof value === 'object' && value !== null) throw new TypeError('The value of a part of type text is an object, expected a text.');
  return text(value, 'The value of a part of type text');
}

/**
 * An ImageBitmapSource as it is, and a BufferSource as the file that it holds.
 * @param {unknown} value
 */
function imageOf(value) {
  if (typeof value !== 'object' || value === null || value instanceof URL) {
    throw new TypeError('The value of a part of type image is no picture, expected a Blob, the bytes of a file, or something that can be drawn.');
  }
  const isBuffer = ArrayBuffer.isView(value) || Object.prototype.toString.call(value) === '[object ArrayBuffer]';
  return /** @type {any} */ (isBuffer ? new Blob([/** @type {any} */ (value)]) : value);
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
