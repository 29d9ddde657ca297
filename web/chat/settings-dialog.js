/** The dialog of settings. Fetched when it is opened. */

import { BOUNDS } from '../common/facts.js';
import { framed } from './dialog.js';
import { h } from './dom.js';
import { bytes, count, sum } from './format.js';

/** @typedef {import('./state-types.js').ChatStore} ChatStore */
/** @typedef {import('./state-types.js').Info} Info */

/**
 * @typedef {object} NumberField
 * @property {string} name  OpenAI's, where it is a field of requests
 * @property {string} label
 * @property {{least: number, most: number}} bounds
 * @property {number} step
 * @property {string} help
 * @property {string} without  what no value means
 */

/** @type {NumberField[]} */
const SAMPLING = [
  {
    name: 'temperature', label: 'Temperature', bounds: BOUNDS.temperature, step: 0.05, without: '1',
    help: 'Higher is more varied; 0 always takes the likeliest word',
  },
  {
    name: 'top_p', label: 'Top p', bounds: BOUNDS.top_p, step: 0.01, without: 'off',
    help: 'Only the likeliest words whose chances add up to this',
  },
  {
    name: 'top_k', label: 'Top k', bounds: BOUNDS.top_k, step: 1, without: 'off',
    help: 'Only this many of the likeliest words; 0 is all, with Top p at 1 and Min p at 0',
  },
  {
    name: 'min_p', label: 'Min p', bounds: BOUNDS.min_p, step: 0.01, without: 'off',
    help: 'Only words at least this likely beside the likeliest',
  },
  {
    name: 'presence_penalty', label: 'Presence penalty', bounds: BOUNDS.presence_penalty, step: 0.1, without: 'off',
    help: 'Against words that were used before',
  },
  {
    name: 'repetition_penalty', label: 'Repetition penalty', bounds: { least: 0.1, most: 2 }, step: 0.05, without: 'off', // what makes sense of BOUNDS
    help: 'Above 1: against saying the same again',
  },
  {
    name: 'max_tokens', label: 'Longest answer', bounds: { least: 1, most: 1_000_000 }, step: 1, without: 'no limit',
    help: 'In tokens; empty is as long as the context allows',
  },
  {
    name: 'seed', label: 'Seed', bounds: { least: 0, most: 4_294_967_295 }, step: 1, without: 'another each time',
    help: 'The same number gives the same answer; empty is another each time',
  },
];

/**
 * Each change holds at once.
 * @param {ChatStore} store
 * @returns {HTMLDialogElement}
 */
export function settingsDialog(store) {
  const { settings, info } = store.state;
  const current = structuredClone(settings);
  const changed = () => store.dispatch('set', structuredClone(current));
  const preset = presetOf(info, current.thinking);
  const system = h('textarea', { id: 'system', rows: 4, dir: 'auto', placeholder: 'Who the model is and how it answers', oninput: () => {
    current.system = system.value;
    changed();
  } });
  system.value = current.system;
  const budget = number({
    name: 'budget', label: 'Longest thought', bounds: { least: 0, most: 1_000_000 }, step: 64, without: 'no limit',
    help: 'In tokens; then the thought is closed. Empty is as long as the model likes',
  }, current.thinkingBudget, 'no limit', (value) => {
    current.thinkingBudget = value;
    changed();
  });
  const sampling = SAMPLING.map((each) => {
    const { name, without } = each;
    const own = String(preset[name] ?? (info ? without : 'the model’s own'));
    return number(each, current.sampling[name] ?? null, own, (value) => {
      if (value === null) delete current.sampling[name];
      else current.sampling[name] = value;
      changed();
    });
  });
  const reset = h('button', { type: 'button', onclick: () => {
    current.sampling = {};
    current.thinkingBudget = null;
    for (const input of dialog.querySelectorAll('input')) input.value = '';
    changed();
  } }, 'Use the model’s own values');
  const dialog = framed('Settings',
    field('system', 'System prompt', system),
    h('fieldset', {}, h('legend', {}, 'Thinking'), budget),
    h('fieldset', {}, h('legend', {}, 'Sampling'), h('div', { class: 'grid' }, ...sampling)),
    reset,
    info && h('fieldset', {}, h('legend', {}, 'Model'), facts(info)));
  return dialog;
}

/**
 * What the model's card recommends.
 * @param {import('../deltapage.js').Info | null} info
 * @param {boolean} thinking
 * @returns {Record<string, number>}
 */
function presetOf(info, thinking) {
  return info?.generation?.presets?.[thinking ? 'thinking' : 'direct'] ?? {};
}

/**
 * @param {string} id
 * @param {string} label
 * @param {HTMLElement} input
 * @param {string} [help]
 */
function field(id, label, input, help) {
  if (help) input.setAttribute('aria-describedby', `${id}-help`);
  return h('div', { class: 'field' }, h('label', { for: id }, label), input, help && h('small', { id: `${id}-help` }, help));
}

/**
 * A number, or nothing: what is left empty is as the placeholder says. A value out of bounds changes nothing.
 * @param {NumberField} about
 * @param {number | null} value
 * @param {string} placeholder
 * @param {(value: number | null) => void} onChange
 */
function number({ name: id, label, bounds: { least: min, most: max }, step, help }, value, placeholder, onChange) {
  const input = h('input', { id, type: 'number', min, max, step, value, placeholder, inputmode: 'decimal', oninput: () => {
    if (!input.validity.rangeUnderflow && !input.validity.rangeOverflow && !input.validity.badInput) onChange(input.value ? input.valueAsNumber : null);
  } });
  return field(id, label, input, help);
}

/** @param {Info} info */
function facts({ name, recipe, adapter, contextWindow, bytes: parts, features }) {
  const rows = Object.entries({
    Name: name, Weights: recipe, GPU: adapter, 'GPU memory': bytes(sum(parts)), 'Context window': `${count(contextWindow)} tokens`,
    'GPU features': features.join(', ') || 'none beyond the baseline',
  });
  return h('dl', {}, ...rows.flatMap(([key, value]) => [h('dt', {}, key), h('dd', {}, value)]));
}
