/**
 * Conversations that come from outside, a file or the browser's storage: told whole from damaged before anything uses them. All of it
 * takes linear time and no recursion, whatever the data claims.
 */

import { byAge } from './merge.js';
import { faultOfMessage, isRecord } from './message-fault.js';
import { TITLE_MOST } from './tree.js';

/** @typedef {import('./tree-types.js').Node} Node */
/** @typedef {import('./tree-types.js').Saved} Saved */
/** @typedef {{saved: Saved, faults: string[]}} Read  as far as it can be read, and what is wrong with the rest */

/**
 * @param {any} value  of version 2, or of version 1, where a map `chosen` says which alternative is shown
 * @returns {Read}
 * @throws {Error} a sentence, if nothing of it is a conversation
 */
export function readConversation(value) {
  if (!isRecord(value) || !Array.isArray(value.nodes) || value.version !== 1 && value.version !== 2) {
    throw new Error('it is no conversation of version 1 or 2');
  }
  /** @type {string[]} */
  const faults = [];
  const either = (/** @type {boolean} */ good, /** @type {string} */ fault) => good || !faults.push(fault);
  const time = (/** @type {string} */ name) => either(isTime(value[name]), `its ${name} is no time`) ? value[name] : 0;
  const titled = either(typeof value.title === 'string' && value.title.length <= TITLE_MOST, `its title is no text of at most ${TITLE_MOST} characters`);
  const id = typeof value.id === 'string' && value.id ? value.id : crypto.randomUUID();
  const chosen = value.version === 1 && either(isRecord(value.chosen), 'its chosen is no map') ? value.chosen : {};
  const prompted = value.system !== undefined && either(isSystemPrompt(value.system), 'its system prompt is no text with the time when it was set');
  const created = time('created');
  const updated = time('updated');
  /** @type {Map<number, Node>} */
  const nodes = new Map();
  value.nodes.forEach((/** @type {any} */ each, /** @type {number} */ at) => {
    const fault = isRecord(each) ? faultOf(each, value.version) ?? (nodes.has(each.id) ? 'has the number of another one' : '') : 'is no message';
    if (!either(!fault, `its message ${at + 1} ${fault}`)) return;
    const { id: key, parent, message, facts } = each;
    const place = value.version === 2 ? { created: each.created, shown: each.shown, revision: each.revision }
      : { created, shown: chosen[parent] === key ? updated : 0, revision: 0 };
    nodes.set(key, { id: key, parent, message, ...facts && { facts }, ...place });
  });
  for (const [parent, child] of Object.entries(chosen)) {
    either(nodes.get(child)?.parent === Number(parent), `its chosen answer to message ${parent} is none of the answers`);
  }
  const loose = attach(nodes);
  either(!loose, `${loose} of its messages ${loose === 1 ? 'answers' : 'answer'} one that is missing, or one another in a circle`);
  const removed = value.version === 1 ? [] : value.removed;
  const { pins } = value;
  const pinned = pins !== undefined && either(isId(pins), 'its pins are no count');
  return {
    saved: {
      version: 2, id, title: titled ? value.title : '', titled: isTime(value.titled) ? value.titled : 0,
      ...prompted && { system: { text: value.system.text, since: value.system.since } }, created, updated,
      ...pinned && { pins }, nodes: [...nodes.values()].sort(byAge),
      removed: either(Array.isArray(removed) && removed.every(isId), 'its removed is no list of messages') ? removed : [],
    },
    faults,
  };
}

/**
 * @param {any} value
 * @returns {Saved[]} one, as far as it can be read, or none
 */
export function readable(value) {
  try {
    return value ? [readConversation(value).saved] : [];
  } catch {
    return [];
  }
}

/**
 * Begin a conversation anew with each message that no beginning leads to.
 * @param {Map<number, Node>} nodes
 * @returns {number} of such messages
 */
function attach(nodes) {
  /** @type {Map<number, number>} Messages that have been seen, by the walk that met them first. */
  const walks = new Map();
  let loose = 0;
  let walk = 0;
  for (const node of nodes.values()) {
    walk++;
    for (let at = node; !walks.has(at.id);) {
      walks.set(at.id, walk);
      const next = nodes.get(at.parent);
      if (!at.parent) break;
      if (!next || walks.get(next.id) === walk) {
        at.parent = 0;
        loose++;
        break;
      }
      at = next;
    }
  }
  return loose;
}

/**
 * @param {Record<string, any>} node
 * @param {number} version
 * @returns {string | null} what is wrong with it
 */
function faultOf({ id, parent, message, facts, created, shown, revision }, version) {
  if (!isId(id)) return 'has no number';
  if (parent !== 0 && !isId(parent)) return 'does not say what it answers';
  if (version === 2 && !(isTime(created) && isTime(shown) && Number.isSafeInteger(revision) && revision >= 0)) return 'does not say when it was written';
  return faultOfMessage(message) ?? (facts === undefined || isFacts(facts) ? null : 'has figures that are none');
}

/** @param {any} facts */
function isFacts(facts) {
  if (!isRecord(facts)) return false;
  const { model, finish, note, memory, thoughtFor, usage } = facts;
  return [model, finish, note].every((text) => text === undefined || typeof text === 'string')
    && [memory, thoughtFor].every((number) => number === undefined || Number.isFinite(number))
    && (usage === undefined || isRecord(usage) && isRecord(usage.extra)
      && [usage.completion_tokens, usage.total_tokens, usage.extra.decode_tokens_per_s, usage.extra.time_to_first_token_s].every(Number.isFinite));
}

/** @param {any} value */
function isSystemPrompt(value) {
  return isRecord(value) && (value.text === null || typeof value.text === 'string') && isTime(value.since);
}

/** @param {any} value */
function isId(value) {
  return Number.isSafeInteger(value) && value > 0;
}

/** @param {any} value */
function isTime(value) {
  return Number.isFinite(value) && value >= 0;
}
