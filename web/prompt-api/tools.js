/** Tools in the Prompt API's form, and the answers to their calls. */

import { resultMessage, run, toolOf } from '../agent/tools.js';
import { schemaOf } from './schema.js';

/** @typedef {import('../types.js').Message} Message */
/** @typedef {import('../types.js').ToolCall} ToolCall */
/** @typedef {import('../agent/tools.js').Tool} Tool */

/**
 * The tools as the agent loop runs them.
 * @param {import('./dictionaries.js').PromptTool[]} tools
 * @returns {Tool[]}
 * @throws {TypeError} for a tool that cannot be told from others, or whose arguments are described by no schema
 */
export function toolsOf(tools) {
  const names = new Set();
  return tools.map(({ name, description, inputSchema, execute }) => {
    if (!name || !description) throw new TypeError('A tool has an empty name or description, expected texts.');
    if (names.has(name)) throw new TypeError(`Two tools are named ${name}, expected a name of its own for each.`);
    names.add(name);
    const answer = async (/** @type {any} */ values) => {
      const result = await execute(values);
      return result === undefined ? '' : result;
    };
    return { type: 'function', function: { name, description, parameters: parametersOf(inputSchema, `The inputSchema of ${name}`) }, execute: answer };
  });
}

/**
 * A schema of an object, as arguments are one.
 * @param {object} inputSchema
 * @param {string} name
 */
function parametersOf(inputSchema, name) {
  /** @type {Record<string, any>} */
  const schema = schemaOf(inputSchema, name);
  const { type = 'object', properties = {}, required = [] } = schema;
  if (type !== 'object') throw new TypeError(`${name} has type ${JSON.stringify(type)}, expected 'object': arguments are one.`);
  if (properties === null || typeof properties !== 'object' || Array.isArray(properties)) throw new TypeError(`${name} has properties that are no object, expected one.`);
  if (!Array.isArray(required)) throw new TypeError(`${name} has a required that is no list, expected one.`);
  return schema;
}

/**
 * Run calls side by side and wait for all of them, as the explainer says; a tool that fails fails the prompt.
 * @param {ToolCall[]} calls
 * @param {Tool[]} tools
 * @returns {Promise<Message[]>}
 * @throws {Error} what a tool throws
 */
export function runTogether(calls, tools) {
  return Promise.all(calls.map(async (call) => {
    const tool = toolOf(call, tools);
    return resultMessage(call, tool ? await run(call, tool) : `There is no tool ${call.function.name}.`); // the model reads it and tries another
  }));
}
