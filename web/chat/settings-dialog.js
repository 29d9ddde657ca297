/** The dialog of settings. Fetched when it is opened. */

import { BOUNDS } from '../common/facts.js';
import { framed } from './dialog.js';
import { h } from './dom.js';
import { bytes, count, sum } from './format.js';
import { faultOfNumber, faultOfTogether } from './settings-check.js';

/** @typedef {import('./settings-check.js').NumberField} NumberField */
/** @typedef {import('./settings.js').Theme} Theme */
/** @typedef {import('./state-types.js').ChatStore} ChatStore */
/** @typedef {import('./state-types.js').Info} Info */

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

/** @type {NumberField} */
const BUDGET = {
  name: 'budget', label: 'Longest thought', bounds: { least: 0, most: 1_000_000 }, step: 1, without: 'no limit',
  help: 'In tokens; then the thought is closed. Empty is as long as the model likes',
};
/** @type {[Theme, string][]} */
const THEMES = [['system', 'As the computer has it'], ['light', 'Light'], ['dark', 'Dark']];

/**
 * Each change holds at once; what no request takes changes nothing, and a sentence beside it says so.
 * @param {ChatStore} store
 * @returns {HTMLDialogElement}
 */
export function settingsDialog(store) {
  const { settings, info } = store.state;
  const current = structuredClone(settings);
  const preset = presetOf(info, current.thinking);
  const changed = () => {
    const { system, thinkingBudget, sampling } = structuredClone(current);
    store.dispatch('set', { system, thinkingBudget, sampling });
    topK?.object(faultOfTogether({ ...preset, ...current.sampling }));
  };
  const budget = new NumberInput(BUDGET, current.thinkingBudget, BUDGET.without, (value) => {
    current.thinkingBudget = value;
    changed();
  });
  const sampling = SAMPLING.map((each) => {
    const { name, without } = each;
    const own = String(preset[name] ?? (info ? without : 'the model’s own'));
    return new NumberInput(each, current.sampling[name] ?? null, own, (value) => {
      if (value === null) delete current.sampling[name];
      else current.sampling[name] = value;
      changed();
    });
  });
  const topK = sampling.find(({ name }) => name === 'top_k');
  topK?.object(faultOfTogether({ ...preset, ...current.sampling }));
  const reset = h('button', { type: 'button', onclick: () => {
    current.sampling = {};
    current.thinkingBudget = null;
    for (const input of [budget, ...sampling]) input.clear();
    changed();
  } }, 'Use the model’s own values');
  return framed('Settings',
    promptField('system', 'System prompt', 'Who the model is and how it answers', current.system, (text) => {
      current.system = text;
      changed();
    }),
    ownPrompt(store),
    h('fieldset', {}, h('legend', {}, 'Thinking'), budget.element),
    h('fieldset', {}, h('legend', {}, 'Sampling'), h('div', { class: 'grid' }, ...sampling.map(({ element }) => element))),
    reset,
    h('fieldset', {}, h('legend', {}, 'Page'), themes(store),
      h('div', {}, h('button', { type: 'button', onclick: () => store.dispatch('openDialog', 'about') }, 'About'))),
    info && h('fieldset', {}, h('legend', {}, 'Model'), facts(info)));
}

/**
 * The system prompt of the conversation that is shown.
 * @param {ChatStore} store
 */
function ownPrompt(store) {
  const { system } = store.state.conversation;
  const prompt = promptField('own-system', 'Prompt of this conversation', 'None at all', system ?? '', (text) => store.dispatch('instruct', text));
  prompt.hidden = system === null;
  const own = h('input', { type: 'checkbox', checked: system !== null, onchange: () => {
    prompt.hidden = !own.checked;
    store.dispatch('instruct', own.checked ? /** @type {HTMLTextAreaElement} */ (prompt.querySelector('textarea')).value : null);
  } });
  return h('div', { class: 'field' }, h('label', { class: 'check' }, own, 'Another prompt in this conversation'), prompt);
}

/**
 * @param {string} id
 * @param {string} label
 * @param {string} placeholder
 * @param {string} value
 * @param {(text: string) => void} onChange
 */
function promptField(id, label, placeholder, value, onChange) {
  const text = h('textarea', { id, rows: 4, dir: 'auto', placeholder, oninput: () => onChange(text.value) });
  text.value = value;
  return field(label, text);
}

/** @param {ChatStore} store */
function themes(store) {
  const select = h('select', { id: 'theme', onchange: () => store.dispatch('set', { theme: /** @type {Theme} */ (select.value) }) },
    ...THEMES.map(([value, label]) => h('option', { value }, label)));
  select.value = store.state.settings.theme;
  return field('Theme', select);
}

/**
 * @param {string} label
 * @param {HTMLElement} control  which has an id
 */
function field(label, control) {
  return h('div', { class: 'field' }, h('label', { for: control.id }, label), control);
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

/** A number, or nothing: what is left empty is as the placeholder says. */
class NumberInput {
  element;
  name;
  #about;
  #input;
  #fault;

  /**
   * @param {NumberField} about
   * @param {number | null} value
   * @param {string} placeholder
   * @param {(value: number | null) => void} onChange
   */
  constructor(about, value, placeholder, onChange) {
    const { name: id, label, bounds: { least: min, most: max }, step, help } = about;
    this.name = id;
    this.#about = about;
    this.#input = h('input', { id, type: 'number', min, max, step: step === 1 ? 'any' : step, value, placeholder, inputmode: step === 1 ? 'numeric' : 'decimal',
      'aria-invalid': 'false', 'aria-describedby': `${id}-help ${id}-fault`, oninput: () => {
        if (this.#check()) onChange(this.#input.value ? this.#input.valueAsNumber : null);
      } });
    this.#fault = h('small', { id: `${id}-fault`, class: 'fault', role: 'status' });
    this.element = h('div', { class: 'field' }, h('label', { for: id }, label), this.#input, this.#fault, h('small', { id: `${id}-help` }, help));
  }

  clear() {
    this.#input.value = '';
    this.#check();
  }

  /**
   * Say what is wrong with the value beside others, if by itself it is right.
   * @param {string} fault
   */
  object(fault) {
    if (this.#check()) this.#show(fault);
  }

  /** @returns {boolean} whether requests take what is typed */
  #check() {
    const { value, validity } = this.#input;
    return !this.#show(faultOfNumber(this.#about, value, validity.badInput));
  }

  /** @param {string} fault */
  #show(fault) {
    if (this.#fault.textContent !== fault) this.#fault.textContent = fault; // or a screen reader would say it once more
    this.#input.ariaInvalid = String(Boolean(fault));
    return fault;
  }
}

/** @param {Info} info */
function facts({ name, recipe, adapter, contextWindow, bytes: parts, features }) {
  const rows = Object.entries({
    Name: name, Weights: recipe, GPU: adapter, 'GPU memory': bytes(sum(parts)), 'Context window': `${count(contextWindow)} tokens`,
    'GPU features': features.join(', ') || 'none beyond the baseline',
  });
  return h('dl', {}, ...rows.flatMap(([key, value]) => [h('dt', {}, key), h('dd', {}, value)]));
}
