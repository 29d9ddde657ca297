/** The state of the element at the beginning, and what follows from a state. */

import { defaults } from './settings.js';
import { textOf } from './tree.js';

/** @typedef {import('./state-types.js').ListedModel} ListedModel */
/** @typedef {import('./state-types.js').State} State */

/** @returns {State} */
export function initialState() {
  return {
    introMessage: '',
    placeholder: 'Message',
    storage: false,
    bundle: '',
    model: 'absent',
    info: null,
    here: false,
    models: [],
    picked: null,
    settings: defaults(),
    conversation: { id: '', title: '', system: null, messages: [] },
    answering: false,
    written: null,
    answered: null,
    draft: '',
    loading: null,
    activity: { type: 'idle', sentence: '' },
    writing: [],
    unread: [],
    notice: null,
    conversations: [],
    moreConversations: false,
    query: '',
    found: null,
    selected: null,
    drawer: false,
  };
}

/**
 * What is known of the model in use before it is loaded.
 * @param {State} state
 * @returns {ListedModel | null}
 */
export function listedModel({ bundle, models, picked }) {
  return picked ?? models.find(({ url }) => url === bundle) ?? null;
}

/**
 * The name of the model in use; as long as nothing else is known, that of its folder.
 * @param {State} state
 */
export function modelName(state) {
  const { bundle, info } = state;
  const folder = typeof bundle === 'string' ? bundle.replace(/\/$/, '').split('/').at(-1) ?? '' : '';
  return listedModel(state)?.model ?? info?.name ?? decodeURIComponent(folder);
}

/**
 * What is known of the model in use from its bundle's card.
 * @param {State} state
 * @returns {import('./model-list.js').Card}
 */
export function cardInUse(state) {
  const listed = listedModel(state);
  const card = state.info?.card;
  return { summary: listed?.summary ?? card?.summary, starters: listed?.starters ?? card?.starters };
}

/**
 * The system prompt in force: the conversation's own, or what it begins with, or that of the settings.
 * @param {Pick<State, 'conversation' | 'settings'>} state
 * @returns {string} '' where there is none
 */
export function systemPrompt({ conversation: { messages, system }, settings }) {
  const [first] = messages;
  const text = system ?? (first?.node.message.role === 'system' ? textOf(first.node.message) : settings.system);
  return text.trim() && text;
}

/**
 * How much of the context window the conversation fills, in tokens; the window is 0 until the model is loaded.
 * @param {State} state
 * @returns {[used: number, size: number]}
 */
export function contextUse({ conversation: { messages }, info }) {
  const last = messages.findLast(({ node }) => node.facts?.usage);
  return [last?.node.facts?.usage?.total_tokens ?? 0, info?.contextWindow ?? 0];
}

/**
 * What is going on that concerns the conversation that is shown: nothing goes on in any while the model loads.
 * @param {State} state
 */
export function activityOf({ loading, activity }) {
  return loading ?? activity;
}
