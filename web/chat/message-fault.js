/** What is wrong with a message that somebody gives us. */

const ROLES = new Set(['system', 'developer', 'user', 'assistant', 'tool']);

/**
 * @param {any} message
 * @returns {string | null} what is wrong with it
 */
export function faultOfMessage(message) {
  if (!isRecord(message) || !ROLES.has(message.role)) return 'has no role';
  const { content, reasoning_content: thought, tool_calls: calls, tool_call_id: call } = message;
  if (!(content === undefined || content === null || typeof content === 'string' || Array.isArray(content) && content.every(isPart))) return 'has no text';
  if (thought !== undefined && thought !== null && typeof thought !== 'string') return 'has a thought that is no text';
  if (calls !== undefined && calls !== null && !(Array.isArray(calls) && calls.every(isCall))) return 'has calls of tools that are none';
  return call !== undefined && typeof call !== 'string' ? 'does not say which call it answers' : null;
}

/** @param {any} part */
function isPart(part) {
  return isRecord(part) && (part.text === undefined || typeof part.text === 'string');
}

/** @param {any} call */
function isCall(call) {
  return isRecord(call) && typeof call.id === 'string' && isRecord(call.function) && typeof call.function.name === 'string'
    && typeof call.function.arguments === 'string';
}

/** @param {any} value */
export function isRecord(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
