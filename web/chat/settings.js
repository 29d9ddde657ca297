/** What a person sets: how it becomes a request, and where it is kept. */

import { BOUNDS } from '../common/facts.js';

/** @typedef {'system' | 'light' | 'dark'} Theme  system: as the page around the element has it, or the computer */

/**
 * @typedef {object} Settings
 * @property {string} system  the system prompt
 * @property {boolean} thinking
 * @property {number | null} thinkingBudget  tokens
 * @property {Record<string, number>} sampling  only what differs from the model's own
 * @property {string[]} tools  of TOOLS, that the model may call
 * @property {Theme} theme
 * @property {string} bundle  URL of the model chosen last
 */

/** The tools that the page brings along (web/agent/built-in.js). */
export const TOOLS = Object.freeze(['calculator', 'clock']);

const KEY = 'deltapage-settings';

/** @returns {Settings} */
export function defaults() {
  return { system: '', thinking: false, thinkingBudget: null, sampling: {}, tools: [], theme: 'system', bundle: '' };
}

/** The settings of the last visit, without what no request takes. @returns {Settings} */
export function restore() {
  try {
    const settings = { ...defaults(), ...JSON.parse(localStorage.getItem(KEY) ?? '{}') };
    const sampling = Object.entries(settings.sampling).filter(([name, value]) => isTaken(name, /** @type {number} */ (value)));
    return { ...settings, sampling: Object.fromEntries(sampling), tools: TOOLS.filter((name) => settings.tools.includes(name)) };
  } catch {
    return defaults(); // damaged, or a page that may not keep anything
  }
}

/** @param {Settings} settings */
export function save(settings) {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // a page that may not keep anything: the settings hold until it is closed
  }
}

/**
 * The fields of a request that settings decide.
 * @param {Settings} settings
 * @returns {Partial<import('../deltapage.js').ChatRequest>}
 */
export function requestOf({ thinking, thinkingBudget, sampling }) {
  const budget = thinking && thinkingBudget !== null ? { thinking_budget: thinkingBudget } : {};
  return { ...sampling, extra_body: { enable_thinking: thinking, ...budget } };
}

/**
 * Whether requests take this value.
 * @param {string} name
 * @param {number} value
 */
function isTaken(name, value) {
  const { least, most } = /** @type {Record<string, {least: number, most: number}>} */ (BOUNDS)[name] ?? { least: -Infinity, most: Infinity };
  return value >= least && value <= most;
}
