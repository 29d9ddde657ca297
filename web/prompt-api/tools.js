/** Tools in the Prompt API's form, and the answers to their calls. */

import { resultMessage, run, toolOf } from '../agent/tools.js';

/** @typedef {import('../types.js').Message} Message */
/** @typedef {import('../types.js').ToolCall} ToolCall */
/** @typedef {import('../types.js').JsonSchema} JsonSchema */
/** @typedef {import('../agent/tools.js').Tool} Tool */

/**
 * @typedef {object} PromptTool  LanguageModelTool
 * @property {string} name
 * @property {string} description
 * @property {JsonSchema} inputSchema
 * @property {(argument: any) => Promise<any>} execute
 */

/**
 * The tools as the agent loop runs them.
 * @param {PromptTool[]} tools
 * @returns {Tool[]}
 * @throws {TypeError}
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
