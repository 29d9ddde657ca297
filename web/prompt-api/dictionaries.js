/** The Prompt API's dictionaries (https://webmachinelearning.github.io/prompt-api/#api): what callers give, converted as its Web IDL says. */

import { MODES } from './sampling.js';
import { abortSignal, boolean, callback, dictionary, number, object, oneOf, sequence, text, textOrSequence } from './webidl.js';

/** @typedef {'text' | 'image' | 'audio' | 'tool-call' | 'tool-response'} MessageType  LanguageModelMessageType */
/** @typedef {'most-predictable' | 'predictable' | 'balanced' | 'creative' | 'most-creative'} SamplingMode */
/** @typedef {{type: MessageType, languages?: string[]}} Expected  LanguageModelExpected */
/** @typedef {{temperature?: number, topK?: number, samplingMode?: SamplingMode}} SamplingOptions */
/** @typedef {{type: 'text', value: string}} TextPart */
/** @typedef {{type: 'image', value: Exclude<import('../types.js').PictureSource, string | URL> | BufferSource}} ImagePart  bytes are those of a file */
/** @typedef {{type: MessageType, value: unknown}} Part  LanguageModelMessageContent */

/**
 * @typedef {object} PromptMessage  LanguageModelMessage
 * @property {'system' | 'user' | 'assistant'} role
 * @property {string | (TextPart | ImagePart)[]} content
 * @property {boolean} [prefix]  of the last one, an assistant's: the answer goes on from it
 */
/** @typedef {string | PromptMessage | PromptMessage[]} PromptInput  LanguageModelPrompt */
/** @typedef {{role: PromptMessage['role'], content: string | Part[], prefix?: boolean}} Given  a message as it was converted */

/**
 * @typedef {object} PromptTool  LanguageModelTool
 * @property {string} name
 * @property {string} description
 * @property {import('../types.js').JsonSchema} inputSchema
 * @property {(argument: any) => Promise<any>} execute
 */

/** @typedef {{responseConstraint?: object, omitResponseConstraintInput?: boolean}} Constraint  a JSON schema or a RegExp; the question names it unless that is omitted */
/** @typedef {{signal?: AbortSignal}} SignalOptions */
/** @typedef {Constraint & SignalOptions} PromptOptions */

/**
 * @typedef {object} CreateOptionsOwn
 * @property {string | URL} [bundle]
 * @property {import('../deltapage.js').Engine} [engine]  one that is loaded already, and stays yours
 * @property {PromptMessage[]} [initialPrompts]  never dropped when the context overflows
 * @property {PromptTool[]} [tools]
 * @property {Expected[]} [expectedInputs]
 * @property {Expected[]} [expectedOutputs]
 * @property {(monitor: import('./monitor.js').CreateMonitor) => void} [monitor]  tells `downloadprogress` with `loaded` from 0 to 1, both included
 * @property {AbortSignal} [signal]  ends the creation, and later the session
 */
/** @typedef {CreateOptionsOwn & SamplingOptions} CreateOptions */
/** @typedef {Omit<CreateOptions, 'initialPrompts'> & {initialPrompts?: Given[]}} Creation  create's options as they were converted */

const asItIs = (/** @type {unknown} */ value) => value;
const type = oneOf(['text', 'image', 'audio', 'tool-call', 'tool-response']);
const part = dictionary({ type, value: asItIs }, ['type', 'value']);
const message = dictionary({ role: oneOf(['system', 'user', 'assistant']), content: textOrSequence(part, 'type'), prefix: boolean }, ['role', 'content']);
const expected = sequence(dictionary({ type, languages: sequence(text) }, ['type']));
const tool = dictionary({ name: text, description: text, inputSchema: object, execute: callback }, ['name', 'description', 'inputSchema', 'execute']);
const core = {
  bundle: asItIs,
  engine: asItIs,
  topK: number,
  temperature: number,
  samplingMode: oneOf(Object.keys(MODES)),
  expectedInputs: expected,
  expectedOutputs: expected,
  tools: sequence(tool),
};
const coreOptions = dictionary(core);
const createOptions = dictionary({ ...core, signal: abortSignal, monitor: callback, initialPrompts: sequence(message) });
const promptOptions = dictionary({ responseConstraint: object, omitResponseConstraintInput: boolean, signal: abortSignal });
const signalOptions = dictionary({ signal: abortSignal });
const prompt = textOrSequence(message, 'role');

/**
 * What `availability` reads of its options.
 * @param {unknown} options
 * @returns {Creation}
 */
export function coreOptionsFrom(options) {
  return coreOptions(options, 'options');
}

/**
 * @param {unknown} options
 * @returns {Creation}
 */
export function createOptionsFrom(options) {
  return createOptions(options, 'options');
}

/**
 * @param {unknown} options
 * @returns {PromptOptions}
 */
export function promptOptionsFrom(options) {
  return promptOptions(options, 'options');
}

/**
 * @param {unknown} options
 * @returns {SignalOptions}
 */
export function signalOptionsFrom(options) {
  return signalOptions(options, 'options');
}

/**
 * @param {unknown} input
 * @param {number} count  how many arguments the call had: an `undefined` that was given is a text, like any other value
 * @returns {string | Given[]}
 */
export function promptFrom(input, count) {
  if (!count) throw new TypeError('No prompt is given, expected a text or a list of messages.');
  return prompt(input, 'prompt');
}
