/**
 * Search over the titles and texts of all kept conversations, as one types. They are read once for a search, some at a time, and what
 * is found of those that have been read is told meanwhile; each further letter looks at what is in memory. Fetched with the first search.
 */

import { headOf } from './conversation-database.js';
import { standing } from './merge.js';
import { textOf } from './tree.js';

/** @typedef {import('./conversation-database.js').ConversationDatabase} ConversationDatabase */
/** @typedef {import('./conversation-database.js').ListedConversation} ListedConversation */
/** @typedef {import('./state-types.js').FoundConversation} FoundConversation */
/** @typedef {import('./tree-types.js').Saved} Saved */
/** @typedef {{head: ListedConversation, title: string, text: string, folded: string}} Searched  `title` and `folded` as `fold` makes them */

const BEFORE = 24; // characters of an excerpt before what was found
const AFTER = 60;
const ACCENTED = /[\u00c0-\u024f\u0370-\u03ff\u1e00-\u1fff]/g; // letters of Latin and Greek

export class ConversationSearch {
  complete = false;
  /** @type {Map<string, Searched>} */
  #searched = new Map();

  /**
   * Read what is kept.
   * @param {ConversationDatabase} database
   * @param {() => void} told  that more can be found
   */
  async read(database, told) {
    for (const head of await database.newest(Infinity)) this.list(head.id, head);
    told();
    for await (const page of database.pages()) {
      for (const saved of page) this.#put(saved, this.#searched.get(saved.id)?.head ?? headOf(saved));
      told();
    }
    this.complete = true;
    told();
  }

  /**
   * A conversation has changed.
   * @param {Saved} saved
   */
  put(saved) {
    this.#put(saved, headOf(saved));
  }

  /**
   * What the list shows of a conversation has changed.
   * @param {string} id
   * @param {ListedConversation} [head]  none: it is not listed any more
   */
  list(id, head) {
    const { text = '', folded = '' } = this.#searched.get(id) ?? {};
    if (head) this.#searched.set(id, { head, title: fold(head.title), text, folded });
    else this.#searched.delete(id);
  }

  /**
   * The conversations that hold every word, in their titles or texts, wherever it stands: those that have them in the title first, then
   * the last changed first.
   * @param {string} query
   * @returns {FoundConversation[]}
   */
  find(query) {
    const words = fold(query).split(/\s+/).filter(Boolean);
    const titled = [];
    const others = [];
    for (const each of this.#searched.values()) {
      if (words.every((word) => each.title.includes(word))) titled.push(each);
      else if (words.every((word) => each.title.includes(word) || each.folded.includes(word))) others.push(each);
    }
    const newest = (/** @type {Searched} */ a, /** @type {Searched} */ b) => b.head.updated - a.head.updated;
    return [
      ...titled.sort(newest).map(({ head }) => ({ ...head, excerpt: null })),
      ...others.sort(newest).map((each) => ({ ...each.head, get excerpt() { return excerptOf(each, words); } })), // of those that are shown
    ];
  }

  /**
   * @param {Saved} saved
   * @param {ListedConversation} head
   */
  #put(saved, head) {
    const text = standing(saved).filter(({ message: { role } }) => role !== 'tool').map(({ message }) => textOf(message)).join('\n').normalize('NFC');
    this.#searched.set(saved.id, { head, title: fold(head.title), text, folded: fold(text) });
  }
}

/**
 * A text without the differences that a search overlooks: capitals, accents.
 * @param {string} text
 * @returns {string} each character at its place in the composed (NFC) text
 */
export function fold(text) {
  return text.normalize('NFC').replace(ACCENTED, (letter) => letter.normalize('NFD')[0]).toLowerCase();
}

/**
 * The place of the first word that the title lacks.
 * @param {Searched} searched
 * @param {string[]} words
 * @returns {import('./state-types.js').Excerpt}
 */
function excerptOf({ title, text, folded }, words) {
  const word = /** @type {string} */ (words.find((each) => !title.includes(each)));
  const at = folded.indexOf(word);
  const end = at + word.length;
  const [before, after] = [text.slice(Math.max(0, at - BEFORE), at), text.slice(end, end + AFTER)];
  return {
    before: (at > BEFORE ? `…${before.replace(/^\S*\s/, '')}` : before).replace(/\s+/g, ' '),
    found: text.slice(at, end),
    after: after.replace(/\s+/g, ' '),
  };
}
