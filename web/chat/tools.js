/** Runs the functions that a model calls. */

/** @typedef {import('../deltapage.js').Message} Message */
/** @typedef {{type: 'function', function: {name: string, description?: string, parameters?: any}, execute?: (values: any) => unknown}} Tool */

/**
 * The tools as a request names them.
 * @param {Tool[]} tools
 */
export function declared(tools) {
  return tools.length ? { tools: tools.map(({ type, function: facts }) => ({ type, function: facts })) } : {};
}

/**
 * Run what a message calls, if every call has a tool with `execute`; otherwise the page answers with `addMessage`.
 * @param {Message} message
 * @param {Tool[]} tools
 * @returns {Promise<Message[] | null>}
 */
export async function answers({ tool_calls = [] }, tools) {
  const called = tool_calls.map((call) => tools.find((tool) => tool.function.name === call.function.name));
  if (!called.length || !called.every((tool) => tool?.execute)) return null;
  return Promise.all(tool_calls.map(async ({ id, function: { arguments: values } }, i) => {
    const content = await run(/** @type {Tool} */ (called[i]), values);
    return { role: /** @type {const} */ ('tool'), tool_call_id: id, content };
  }));
}

/**
 * What a tool answers, or that it failed, as the model is told.
 * @param {Tool} tool
 * @param {string} values  JSON
 */
async function run(tool, values) {
  try {
    const result = await tool.execute?.(JSON.parse(values));
    return typeof result === 'string' ? result : JSON.stringify(result ?? null);
  } catch (error) {
    return JSON.stringify({ error: /** @type {Error} */ (error).message });
  }
}
