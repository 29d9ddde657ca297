/** The element's dialogs, fetched when the first one is opened. */

import { h, iconButton } from './dom.js';
import { bytes, count, sum } from './format.js';
import { presetOf, SAMPLING } from './settings.js';

/** @typedef {import('./settings.js').Settings} Settings */
/** @typedef {import('../deltapage.js').Info} Info */

/**
 * Settings: each change holds at once.
 * @param {Settings} settings
 * @param {Info | null} info  of the loaded model
 * @param {(settings: Settings) => void} onChange
 * @returns {HTMLDialogElement}
 */
export function settingsDialog(settings, info, onChange) {
  const current = structuredClone(settings);
  const changed = () => onChange(structuredClone(current));
  const preset = presetOf(info, current.thinking);
  const system = h('textarea', { id: 'system', rows: 4, dir: 'auto', placeholder: 'Who the model is and how it answers', oninput: () => {
    current.system = system.value;
    changed();
  } });
  system.value = current.system;
  const budget = number('budget', 'Longest thought', 0, 1_000_000, 64, 'In tokens; then the thought is closed. Empty is as long as the model likes', current.thinkingBudget, 'no limit', (value) => {
    current.thinkingBudget = value;
    changed();
  });
  const sampling = SAMPLING.map(([name, label, least, most, step, help, without]) =>
    number(name, label, least, most, step, help, current.sampling[name] ?? null, String(preset[name] ?? (info ? without : 'the model’s own')), (value) => {
      if (value === null) delete current.sampling[name];
      else current.sampling[name] = value;
      changed();
    }));
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
 * @param {{markdown: () => void, json: () => void, all: () => void}} give
 * @returns {HTMLDialogElement}
 */
export function exportDialog({ markdown, json, all }) {
  /** @param {string} label @param {() => void} run */
  const choice = (label, run) => h('button', { type: 'button', class: 'wide', onclick: () => {
    run();
    dialog.close();
  } }, label);
  const dialog = framed('Export', choice('This conversation, to read (Markdown)', markdown),
    choice('This conversation, with its branches (JSON)', json), choice('All conversations (JSON)', all));
  return dialog;
}

/**
 * A dialog with a title and a button that closes it.
 * @param {string} title
 * @param {...(Node | null)} children
 * @returns {HTMLDialogElement}
 */
export function framed(title, ...children) {
  const dialog = h('dialog', { part: 'dialog', 'aria-label': title,
    onclose: () => dialog.remove(),
    onclick: (/** @type {MouseEvent} */ event) => {
      if (event.target === dialog) dialog.close(); // beside it
    } },
  h('div', { class: 'dialog' }, h('div', { class: 'row' }, h('h2', {}, title), h('span', { class: 'gap' }), iconButton('close', 'Close', () => dialog.close())), ...children));
  return dialog;
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
 * A number, or nothing: what is left empty is as the placeholder says. A value out of range changes nothing.
 * @param {string} id
 * @param {string} label
 * @param {number} min
 * @param {number} max
 * @param {number} step
 * @param {string} help
 * @param {number | null} value
 * @param {string} placeholder
 * @param {(value: number | null) => void} onChange
 */
function number(id, label, min, max, step, help, value, placeholder, onChange) {
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
