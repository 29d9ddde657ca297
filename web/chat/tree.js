/**
 * A conversation as a tree: editing a message or asking again adds a sibling, and nothing that was written is lost.
 * What is shown is one path, from a first message down the last chosen children.
 */

/** @typedef {import('../deltapage.js').Message} Message */

/**
 * @typedef {object} ModelFacts  what wrote an answer
 * @property {string} [model]
 * @property {number} [memory]  bytes on the GPU
 */
/** @typedef {import('../agent/answer.js').AnswerFacts & ModelFacts} Facts  what is known of an answer besides its text; `finish` may be `abort` */

/**
 * @typedef {object} Node  one message at its place
 * @property {number} id
 * @property {number} parent  the message it answers; 0: none
 * @property {Message} message
 * @property {Facts} [facts]
 */

/**
 * @typedef {object} Saved  a conversation as it is kept and exported; plain data
 * @property {1} version
 * @property {string} id
 * @property {string} title
 * @property {number} created  milliseconds since 1970
 * @property {number} updated
 * @property {Node[]} nodes
 * @property {Record<number, number>} chosen  parent -> the child that is shown
 */

const TITLE_LENGTH = 60; // characters

export class Tree {
  /** @type {Saved} */
  #data;

  /** @param {Saved} [saved]  a new, empty conversation without it */
  constructor(saved) {
    const now = Date.now();
    this.#data = saved ? structuredClone(saved) : {
      version: 1, id: crypto.randomUUID(), title: '', created: now, updated: now, nodes: [], chosen: {},
    };
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
    this.#data.title = title.trim();
    this.#touch();
  }

  /** When it last changed, in milliseconds since 1970. */
  get updated() {
    return this.#data.updated;
  }

  get empty() {
    return this.#data.nodes.length === 0;
  }

  /** The messages that are shown, first to last. @returns {Node[]} */
  path() {
    const found = [];
    for (let node = this.#child(0); node; node = this.#child(node.id)) found.push(node);
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
    const id = this.#data.nodes.reduce((most, node) => Math.max(most, node.id), 0) + 1;
    const node = { id, parent, message };
    this.#data.nodes.push(node);
    this.choose(node);
    return node;
  }

  /**
   * The alternatives at a message's place, itself included, oldest first.
   * @param {Node} node
   */
  siblings(node) {
    return this.#data.nodes.filter(({ parent }) => parent === node.parent);
  }

  /**
   * Show this one of its alternatives.
   * @param {Node} node
   */
  choose(node) {
    this.#data.chosen[node.parent] = node.id;
    this.#touch();
  }

  /**
   * Remove a message and all that answers it; an alternative takes its place.
   * @param {Node} node
   */
  remove(node) {
    for (const child of this.#data.nodes.filter(({ parent }) => parent === node.id)) this.remove(child);
    this.#data.nodes = this.#data.nodes.filter(({ id }) => id !== node.id);
    delete this.#data.chosen[node.id];
    if (this.#data.chosen[node.parent] !== node.id) return;
    const left = this.siblings(node).at(-1);
    if (left) this.#data.chosen[node.parent] = left.id;
    else delete this.#data.chosen[node.parent];
  }

  /** Plain data: to keep, to export. @returns {Saved} */
  toJSON() {
    return { ...structuredClone(this.#data), title: this.title };
  }

  /** @param {number} parent */
  #child(parent) {
    return this.#data.nodes.find(({ id }) => id === this.#data.chosen[parent]);
  }

  #touch() {
    this.#data.updated = Date.now();
  }
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
