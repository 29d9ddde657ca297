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
 * @throws {TypeError} for a schema that is no JSON
 */
export function toolsOf(tools) {
  return tools.map(({ name, description, inputSchema, execute }) => {
    const answer = async (/** @type {any} */ values) => {
      const result = await execute(values);
      return result === undefined ? '' : result;
    };
    return { type: 'function', function: { name, description, parameters: schemaOf(inputSchema, `The inputSchema of ${name}`) }, execute: answer };
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
