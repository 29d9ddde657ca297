/** Numbers as people read them. */

export { bytes } from '../common/byte-count.js';

/**
 * @param {Record<string, number>} parts
 * @returns {number} all of them together
 */
export function sum(parts) {
  return Object.values(parts).reduce((total, part) => total + part, 0);
}

/**
 * @param {number} seconds
 * @returns {string} such as `0.4 s`, `12 s`, `3 min 20 s`
 */
export function duration(seconds) {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  return whole % 60 ? `${Math.floor(whole / 60)} min ${whole % 60} s` : `${whole / 60} min`;
}

/**
 * @param {number} value
 * @returns {string} with the reader's separators
 */
export function count(value) {
  return Math.round(value).toLocaleString();
}

/**
 * @param {number} perSecond
 * @returns {string} a rate with no more digits than it deserves
 */
export function rate(perSecond) {
  return perSecond.toFixed(perSecond < 10 ? 1 : 0);
}

const TOKENS_LEAST = 20;
const SECONDS_LEAST = 0.3;

/**
 * How fast an answer was written, unless it is too short to tell.
 * @param {number} tokens
 * @param {number} perSecond
 * @returns {string | null}
 */
export function speed(tokens, perSecond) {
  return tokens < TOKENS_LEAST || tokens / perSecond < SECONDS_LEAST ? null : `${rate(perSecond)} tokens/s`;
}

/**
 * A value as indented JSON where it is, or holds, JSON; else as it is.
 * @param {unknown} value
 */
export function pretty(value) {
  if (typeof value !== 'string') return JSON.stringify(value, null, 2);
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value;
  }
}
