/** The dialog that says what this is, on whose works it stands, and what is kept where. Fetched when it is opened. */

import { OTHERS, PROJECT } from '../common/about.js';
import { framed } from './dialog.js';
import { h } from './dom.js';
import { listedModel, modelName } from './state.js';

/**
 * @param {import('./state-types.js').ChatStore} store
 * @returns {HTMLDialogElement}
 */
export function aboutDialog(store) {
  const { info, storage } = store.state;
  const model = modelName(store.state);
  const of = listedModel(store.state)?.license;
  const { name, version, license, description } = PROJECT;
  return framed('About',
    h('p', {}, h('strong', {}, `${name} ${version}`), ` · ${description}`),
    h('p', {}, `Licence: ${license}.${model && ` The model, ${model}, has its own${of ? `: ${of}` : ', which its folder carries'}.`}`),
    section('What is kept where', table(storage ? KEPT : NOT_KEPT)),
    section('Works of others in this page', table(OTHERS)),
    info && h('p', { class: 'quiet' }, `This visit computes on ${info.adapter}.`));
}

const NOTHING_LEAVES = 'Nothing: it gives out files and gets none of what you write';
/** @type {Record<string, string>} */
const KEPT = {
  Conversations: 'In this browser’s database, on this computer; “Delete” in their list removes them',
  'Settings and drafts': 'In this browser’s storage of the site',
  Models: 'In this browser’s cache; the dialog of models tells how much, and deletes them',
  'This page': 'In this browser’s cache once a model has been loaded, to work without a network',
  'The server': NOTHING_LEAVES,
};
/** Of an element that keeps nothing. @type {Record<string, string>} */
const NOT_KEPT = {
  'Conversations and settings': 'Nowhere: they are gone when the page is closed',
  Models: 'In this browser’s cache, on this computer',
  'The server': NOTHING_LEAVES,
};

/**
 * @param {string} title
 * @param {HTMLElement} content
 */
function section(title, content) {
  return h('fieldset', {}, h('legend', {}, title), content);
}

/** @param {Record<string, string>} rows */
function table(rows) {
  return h('dl', {}, ...Object.entries(rows).flatMap(([key, value]) => [h('dt', {}, key), h('dd', {}, value)]));
}
