/** Tools that the page brings along: they need nothing but this computer, and do nothing to it. */

import { evaluate } from './arithmetic.js';

/** @typedef {import('./tools.js').Tool} Tool */

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** In the words in which models know them best. @type {Tool[]} */
export const BUILT_IN = [
  {
    type: 'function',
    function: {
      name: 'calculator',
      description: 'Evaluates an arithmetic expression.',
      parameters: {
        type: 'object',
        properties: { expression: { type: 'string', description: 'The expression, for example 12 * 34' } },
        required: ['expression'],
      },
    },
    execute: ({ expression }) => evaluate(String(expression)),
  },
  {
    type: 'function',
    function: { name: 'clock', description: 'The current date and time.', parameters: { type: 'object', properties: {} } },
    execute: () => timeOf(new Date()),
  },
];

/**
 * @param {Date} now
 * @returns {string} such as `Wednesday 2026-11-25 09:05`
 */
export function timeOf(now) {
  const two = (/** @type {number} */ value) => String(value).padStart(2, '0');
  return `${DAYS[now.getDay()]} ${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())} ${two(now.getHours())}:${two(now.getMinutes())}`;
}
