/** Functions that a model may call: how a request names them, and how their calls are answered. */

/** @typedef {import('../types.js').Message} Message */
/** @typedef {import('../types.js').ToolCall} ToolCall */
/** @typedef {import('../types.js').Tool & {execute?: (values: any) => unknown}} Tool  `execute` answers its calls */

/**
 * The tools as a request names them.
 * @param {Tool[]} tools
 */
export function declared(tools) {
  return tools.length ? { tools: tools.map(({ type, function: facts }) => ({ type, function: facts })) } : {};
}

/**
 * The tool that a call names.
 * @param {ToolCall} call
 * @param {Tool[]} tools
 */
export function toolOf(call, tools) {
  return tools.find((tool) => tool.function.name === call.function.name);
}

/**
 * Run one call; an answer that is no text becomes JSON.
 * @param {ToolCall} call
 * @param {Tool | undefined} tool
 * @returns {Promise<string>} as the model reads it
 * @throws {Error} what the tool throws
 */
export async function run({ function: { arguments: values } }, tool) {
  const result = await tool?.execute?.(JSON.parse(values));
  return typeof result === 'string' ? result : JSON.stringify(result ?? null);
}

/**
 * A call's result as a message.
 * @param {ToolCall} call
 * @param {string} content
 * @returns {Message}
 */
export function resultMessage({ id }, content) {
  return { role: 'tool', tool_call_id: id, content };
}

/**
 * Run calls side by side, if each has a tool with `execute`. A tool that fails tells so to the model.
 * @param {ToolCall[]} calls
 * @param {Tool[]} tools
 * @returns {Promise<Message[] | null>} null when somebody else has to answer
 */
export async function runAll(calls, tools) {
  if (!calls.every((call) => toolOf(call, tools)?.execute)) return null;
  return Promise.all(calls.map(async (call) => {
    const failed = (/** @type {Error} */ error) => JSON.stringify({ error: error.message });
    return resultMessage(call, await run(call, toolOf(call, tools)).catch(failed));
  }));
}
