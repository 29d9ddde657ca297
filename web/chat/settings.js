/** What a person sets: which fields there are, how they become a request, where they are kept. */

/**
 * @typedef {object} Settings
 * @property {string} system  the system prompt
 * @property {boolean} thinking
 * @property {number | null} thinkingBudget  tokens
 * @property {Record<string, number>} sampling  only what differs from the model's own
 * @property {string} bundle  URL of the model chosen last
 */

/** Sampling fields: OpenAI's name, what people call it, least, greatest, step, explanation, what no value means. */
export const SAMPLING = /** @type {const} */ ([
  ['temperature', 'Temperature', 0, 2, 0.05, 'Higher is more varied; 0 always takes the likeliest word', '1'],
  ['top_p', 'Top p', 0, 1, 0.01, 'Only the likeliest words whose chances add up to this', 'off'],
  ['top_k', 'Top k', 0, 128, 1, 'Only this many of the likeliest words; 0 is all, with Top p at 1 and Min p at 0', 'off'],
  ['min_p', 'Min p', 0, 1, 0.01, 'Only words at least this likely beside the likeliest', 'off'],
  ['presence_penalty', 'Presence penalty', -2, 2, 0.1, 'Against words that were used before', 'off'],
  ['repetition_penalty', 'Repetition penalty', 0.1, 2, 0.05, 'Above 1: against saying the same again', 'off'],
  ['max_tokens', 'Longest answer', 1, 1_000_000, 1, 'In tokens; empty is as long as the context allows', 'no limit'],
  ['seed', 'Seed', 0, 4_294_967_295, 1, 'The same number gives the same answer; empty is another each time', 'another each time'],
]);

const KEY = 'deltapage-settings';

/** @returns {Settings} */
export function defaults() {
  return { system: '', thinking: false, thinkingBudget: null, sampling: {}, bundle: '' };
}

/** The settings of the last visit. @returns {Settings} */
export function restore() {
  try {
    return { ...defaults(), ...JSON.parse(localStorage.getItem(KEY) ?? '{}') };
  } catch {
    return defaults(); // damaged, or a page that may not keep anything
  }
}

/** @param {Settings} settings */
export function keep(settings) {
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
 * What the model's card recommends.
 * @param {import('../deltapage.js').Info | null} info
 * @param {boolean} thinking
 * @returns {Record<string, number>}
 */
export function presetOf(info, thinking) {
  return info?.generation?.presets?.[thinking ? 'thinking' : 'direct'] ?? {};
}
