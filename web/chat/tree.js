/**
 * A conversation as a tree: editing a message or asking again adds a sibling, and nothing that was written is lost.
 * What is shown is one path, from a first message down the last chosen children.
 */

import { byAge, merged, standing } from './merge.js';

/** @typedef {import('../deltapage.js').Message} Message */
/** @typedef {import('./tree-types.js').Node} Node */
/** @typedef {import('./tree-types.js').Saved} Saved */

/** How an answer ended that is still being written. */
export const UNFINISHED = 'unfinished';
/** How an answer ended that a person has changed. */
export const EDITED = 'edited';
/** Characters of a title that is given, at most. */
export const TITLE_MOST = 1000;

const TITLE_LENGTH = 60; // characters of one that is not

export class Tree {
  /** @type {Omit<Saved, 'nodes' | 'removed'>} */
  #data;
  /** @type {Map<number, Node>} */
  #nodes = new Map();
  /** @type {Set<number>} */
  #removed = new Set();
  /** Alternatives by the message that they answer, the oldest first. @type {Map<number, Node[]>} */
  #children = new Map();
  /** What this window has chosen, by the message that is answered: what others choose does not change it. @type {Map<number, number>} */
  #chosen = new Map();

  /** @param {Saved} [saved]  a new, empty conversation without it */
  constructor(saved) {
    const now = Date.now();
    const { nodes, removed, ...data } = saved ? structuredClone(saved) : {
      version: /** @type {const} */ (2), id: crypto.randomUUID(), title: '', titled: 0, created: now, updated: now, nodes: [], removed: [],
    };
    this.#data = data;
    this.#take(nodes, removed);
  }

  get id() {
    return this.#data.id;
  }

  /** The given title, or the first words that were written. */
  get title() {
    if (this.#data.title) return this.#data.title;
    const first = this.path().find(({ message }) => message.role === 'user');
    const words = textOf(first?.message).trim().replace(/\s+/g, ' ');
    return words.length > TITLE_LENGTH ? `${words.slice(0, TITLE_LENGTH - 1).trimEnd()}…` : words || 'New chat';
  }

  set title(title) {
    this.#data.title = title.trim().slice(0, TITLE_MOST);
    this.#data.titled = Math.max(Date.now(), this.#data.titled + 1);
  }

  /** The system prompt of this conversation alone; null: that of the settings. @returns {string | null} */
  get system() {
    return this.#data.system?.text ?? null;
  }

  set system(text) {
    this.#data.system = { text, since: Math.max(Date.now(), (this.#data.system?.since ?? 0) + 1) };
  }

  /** Whether it stands above the others in the list. */
  get pinned() {
    return isPinned(this.#data);
  }

  set pinned(pinned) {
    if (pinned !== this.pinned) this.#data.pins = (this.#data.pins ?? 0) + 1;
  }

  /** When it last changed, in milliseconds since 1970. */
  get updated() {
    return this.#data.updated;
  }

  get empty() {
    return this.#children.size === 0;
  }

  /** The messages that are shown, first to last. @returns {Node[]} */
  path() {
    const found = [];
    for (let node = this.#shown(0); node; node = this.#shown(node.id)) found.push(node);
    return found;
  }

  /** The last message that is shown. */
  get leaf() {
    return this.path().at(-1);
  }

  /**
   * Add a message and show it.
   * @param {Message} message
   * @param {number} [parent]  the message it answers; the last one shown without it
   * @returns {Node}
   */
  add(message, parent = this.leaf?.id ?? 0) {
    const before = [this.#nodes.get(parent), this.#children.get(parent)?.at(-1)].map((node) => (node?.created ?? 0) + 1);
    const created = Math.max(Date.now(), ...before);
    const node = { id: newId(), parent, message, created, shown: 0, revision: 0 };
    this.#place(node);
    this.choose(node);
    return node;
  }

  /**
   * A message has grown, or more is known of it.
   * @param {Node} node
   */
  revise(node) {
    node.revision++;
    this.#touch();
  }

  /**
   * The alternatives at a message's place, itself included, oldest first.
   * @param {Pick<Node, 'parent'>} node
   */
  siblings({ parent }) {
    return [...this.#children.get(parent) ?? []];
  }

  /**
   * Show this one of its alternatives.
   * @param {Node} node
   */
  choose(node) {
    this.#stay(node);
    node.shown = Math.max(Date.now(), 1 + Math.max(...this.siblings(node).map(({ shown }) => shown)));
    this.#touch();
  }

  /**
   * Remove a message and all that answers it; an alternative takes its place.
   * @param {Node} node
   */
  remove(node) {
    const leaving = [node];
    for (const each of leaving) { // which grows meanwhile
      leaving.push(...this.#children.get(each.id) ?? []);
      this.#children.delete(each.id);
      this.#removed.add(each.id);
    }
    const left = this.siblings(node).filter(({ id }) => id !== node.id);
    if (left.length) this.#children.set(node.parent, left);
    else this.#children.delete(node.parent);
    const next = this.#shown(node.parent);
    if (next) this.#stay(next);
    this.#touch();
  }

  /**
   * Take in what became of this conversation elsewhere. Messages that are the same stay the same objects, and those that this window
   * shows stay shown.
   * @param {Saved} saved
   */
  merge(saved) {
    const { nodes, removed, ...data } = merged(this.#saved, saved);
    this.#data = data;
    this.#take(nodes.map((node) => {
      const known = this.#nodes.get(node.id);
      if (!known || known.revision < node.revision) return structuredClone(node);
      known.shown = node.shown;
      return known;
    }), removed);
  }

  /** Plain data: to keep, to export. @returns {Saved} */
  toJSON() {
    return structuredClone(this.#saved);
  }

  /** @returns {Saved} */
  get #saved() {
    return { ...this.#data, nodes: [...this.#nodes.values()].sort(byAge), removed: [...this.#removed].sort((a, b) => a - b) };
  }

  /**
   * @param {Node[]} nodes
   * @param {number[]} removed
   */
  #take(nodes, removed) {
    this.#removed = new Set(removed);
    this.#nodes = new Map(nodes.map((node) => [node.id, node]));
    this.#children.clear();
    for (const node of standing({ nodes, removed })) this.#place(node);
  }

  /** @param {Node} node  younger than its alternatives */
  #place(node) {
    this.#nodes.set(node.id, node);
    const siblings = this.#children.get(node.parent);
    if (siblings) siblings.push(node);
    else this.#children.set(node.parent, [node]);
  }

  /**
   * The answer that is shown: this window's choice, or else whatever was chosen last.
   * @param {number} parent
   * @returns {Node | undefined}
   */
  #shown(parent) {
    const alternatives = this.#children.get(parent);
    const chosen = this.#chosen.get(parent);
    return alternatives?.find(({ id }) => id === chosen) ?? alternatives?.reduce((last, node) => node.shown >= last.shown ? node : last);
  }

  /**
   * Show a message in this window, and what it answers as it is shown already, whatever other windows choose.
   * @param {Node} node
   */
  #stay(node) {
    this.#chosen.set(node.parent, node.id);
    for (let at = this.#nodes.get(node.parent); at && !this.#chosen.has(at.parent); at = this.#nodes.get(at.parent)) this.#chosen.set(at.parent, at.id);
  }

  #touch() {
    this.#data.updated = Math.max(Date.now(), this.#data.updated);
  }
}

/** @param {Pick<Saved, 'pins'>} saved */
export function isPinned({ pins = 0 }) {
  return pins % 2 === 1;
}

/** A positive number that nothing else has, below 2**53. @returns {number} */
function newId() {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2));
  return (high >>> 11) * 2 ** 32 + low || newId();
}

/**
 * The text of a message whose content may be text or OpenAI's list of parts.
 * @param {Message} [message]
 * @returns {string}
 */
export function textOf(message) {
  const content = message?.content ?? '';
  return typeof content === 'string' ? content : content.map((/** @type {any} */ part) => part.text ?? '').join('');
}
