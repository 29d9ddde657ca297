/** What the Prompt API takes, checked as its specification says, in the engine's shapes. */

import { resultMessage, run, toolOf } from '../agent/tools.js';
import { EngineError } from '../common/errors.js';

/** @typedef {import('../types.js').Message} Message */
/** @typedef {import('../types.js').ToolCall} ToolCall */
/** @typedef {import('../agent/tools.js').Tool} Tool */
/** @typedef {import('../types.js').JsonSchema} JsonSchema */

/**
 * @typedef {object} PromptMessage  LanguageModelMessage
 * @property {'system' | 'user' | 'assistant'} role
 * @property {string | {type: 'text', value: string}[]} content
 * @property {boolean} [prefix]  of the last one, an assistant's: the answer goes on from it
 */
/** @typedef {string | PromptMessage[]} PromptInput  LanguageModelPrompt */
/** @typedef {{responseConstraint?: object, omitResponseConstraintInput?: boolean}} Constraint  a JSON schema or a RegExp; the question names it unless that is omitted */
/** @typedef {{messages: Message[], begun: string, format: import('../types.js').ChatFields['response_format']}} Prompt  `begun`: what the answer begins with */
/**
 * @typedef {object} PromptTool  LanguageModelTool
 * @property {string} name
 * @property {string} description
 * @property {JsonSchema} inputSchema
 * @property {(argument: any) => Promise<any>} execute
 */

const ROLES = ['system', 'user', 'assistant'];

/** Kinds of the engine's errors by what the specification calls them; any other is an OperationError. */
const NAMES = new Map([
  ['RequestError', 'NotSupportedError'],
  ['NoWebGpuError', 'NotSupportedError'],
  ['AdapterError', 'NotSupportedError'],
  ['BundleError', 'NetworkError'],
  ['DownloadError', 'NetworkError'],
  ['MissingFileError', 'NetworkError'],
  ['UnloadedError', 'InvalidStateError'],
]);

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
 * @param {PromptTool[]} tools
 * @returns {Tool[]}
 */
export function toolsOf(tools) {
  return tools.map((tool) => {
    const { name, description, inputSchema } = tool;
    if (typeof name !== 'string' || typeof tool.execute !== 'function') throw new TypeError('A tool is not {name, description, inputSchema, execute}.');
    const execute = async (/** @type {any} */ values) => {
      const result = await tool.execute(values);
      return result === undefined ? '' : result;
    };
    return { type: 'function', function: { name, description, parameters: inputSchema }, execute };
  });
}

/**
 * Run calls one after the other, as the specification says: a tool that fails fails the prompt.
 * @param {ToolCall[]} calls
 * @param {Tool[]} tools
 * @param {AbortSignal} signal
 * @returns {Promise<Message[]>}
 * @throws {Error} what a tool throws, or the signal's reason
 */
export async function runInTurn(calls, tools, signal) {
  const results = [];
  for (const call of calls) {
    signal.throwIfAborted();
    const tool = toolOf(call, tools);
    const content = tool ? await run(call, tool) : `There is no tool ${call.function.name}.`; // the model reads it and tries another
    results.push(resultMessage(call, content));
  }
  return results;
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

/**
 * An error as the specification names it; what is no EngineError stays as it is.
 * @param {unknown} error
 * @returns {unknown}
 */
export function domError(error) {
  if (!(error instanceof EngineError)) return error;
  if (error.name === 'ContextError') return quotaExceeded(error.message);
  const told = new DOMException(error.message, NAMES.get(error.name) ?? 'OperationError');
  return Object.assign(told, { cause: error });
}

/**
 * @param {string} message
 * @param {{quota: number, requested: number}} [figures]
 * @returns {DOMException}
 */
export function quotaExceeded(message, figures) {
  /** @type {any} */
  const Kind = /** @type {any} */ (globalThis).QuotaExceededError; // a class of its own in newer browsers
  return Kind ? new Kind(message, figures) : Object.assign(new DOMException(message, 'QuotaExceededError'), figures);
}

/** @param {string} message */
export function notSupported(message) {
  return new DOMException(message, 'NotSupportedError');
}
