/** What is wrong with a number of the settings, as a sentence to stand beside its field while it is typed. */

import { count } from './format.js';

/**
 * @typedef {object} NumberField
 * @property {string} name  OpenAI's, where it is a field of requests
 * @property {string} label
 * @property {{least: number, most: number}} bounds
 * @property {number} step  1: whole numbers only
 * @property {string} help
 * @property {string} without  what no value means
 */

const GOES_WITH_ALL = 'Top k 0 keeps every word, which goes with Top p 1 and Min p 0 only: give Top k 1 to 128, leave it empty, or set those two.';

/**
 * @param {NumberField} field
 * @param {string} text  as typed; '' too where the browser finds no number in it
 * @param {boolean} [unreadable]  whether it does
 * @returns {string} '' where a request takes it
 */
export function faultOfNumber({ label, bounds: { least, most }, step }, text, unreadable = false) {
  const value = Number(text);
  const whole = step === 1;
  const expected = `expected ${whole ? 'a whole number' : 'a number'} from ${shown(least)} to ${shown(most)}, or nothing`;
  if (unreadable || !Number.isFinite(value)) return `${label} is not a number, ${expected}.`;
  if (!text) return '';
  return value < least || value > most || whole && !Number.isInteger(value) ? `${label} is ${shown(value)}, ${expected}.` : '';
}

/**
 * What does not go together, in a sentence at Top k.
 * @param {Record<string, number>} sampling  what is set, the model's own values included
 */
export function faultOfTogether({ top_k: topK, top_p: topP = 1, min_p: minP = 0, temperature = 1 }) {
  return topK === 0 && temperature > 0 && (topP < 1 || minP > 0) ? GOES_WITH_ALL : '';
}

/** @param {number} value */
function shown(value) {
  return Number.isInteger(value) ? count(value) : String(value);
}
