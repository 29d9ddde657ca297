/** The kept conversations and the list that shows them. */

import { h } from './dom.js';
import { download, fromText, toJson, toMarkdown } from './exchange.js';
import { Sidebar } from './sidebar.js';
import { Store } from './store.js';
import { Tree } from './tree.js';

/**
 * @typedef {object} LibraryActions
 * @property {() => Tree} current  the conversation that is shown
 * @property {(tree: Tree) => void} show
 * @property {(tree: Tree) => void} follow  show what another window has made of the one that is shown
 * @property {() => boolean} busy  whether an answer is being written here
 * @property {() => void} renamed  the one that is shown
 * @property {() => void} fresh
 * @property {(sentence: string, ...remedies: HTMLElement[]) => void} notice
 * @property {(error: Error) => void} fail
 * @property {(dialog: HTMLDialogElement) => void} ask
 */

export class Library {
  /** Whether conversations outlive the page. */
  keeps = false;
  #store = new Store((id) => { this.#follow(id).catch(this.#actions.fail); });
  #sidebar;
  #actions;

  /** @param {LibraryActions} actions */
  constructor(actions) {
    this.#actions = actions;
    const caught = (/** @type {(...values: any[]) => Promise<void>} */ run) => (/** @type {any[]} */ ...values) => { run(...values).catch(actions.fail); };
    this.#sidebar = new Sidebar({
      fresh: actions.fresh,
      open: caught((id) => this.#open(id)),
      rename: caught((id, title) => this.#rename(id, title)),
      remove: caught((id) => this.#remove(id)),
      take: caught(async (file) => this.take(await file.text())),
      give: caught(() => this.#give()),
    });
  }

  get element() {
    return this.#sidebar.element;
  }

  focus() {
    this.#sidebar.focus();
  }

  /** Bring the list in line with the store. */
  async refresh() {
    if (!this.keeps) return;
    await this.#store.all().then((all) => this.#sidebar.show(all, this.#actions.current().id), this.#actions.fail);
  }

  /**
   * Keep a conversation as it is now; one that has become empty is not kept.
   * @param {Tree} tree
   */
  async keep(tree) {
    if (!this.keeps) return;
    await (tree.empty ? this.#store.delete(tree.id) : this.#store.put(tree.toJSON())).catch(this.#actions.fail);
    await this.refresh();
  }

  /**
   * Take over conversations that were exported; the first one is shown.
   * @param {string} text
   */
  async take(text) {
    const found = fromText(text);
    if (this.keeps) for (const saved of found) await this.#store.put(saved);
    if (found[0]) this.#actions.show(new Tree(found[0]));
  }

  /**
   * Another window has kept or deleted a conversation: the list shows it, and so does this window where it has the same one open
   * and is not writing to it itself. Going on from an old copy would lose what the other one wrote.
   * @param {string} id
   */
  async #follow(id) {
    if (!this.keeps) return;
    const saved = await this.#store.get(id);
    const { current, busy, follow } = this.#actions;
    if (saved && current().id === id && saved.updated >= current().updated && !busy()) follow(new Tree(saved));
    await this.refresh();
  }

  async #give() {
    const { exportDialog } = await import('./dialogs.js');
    const saved = this.#actions.current().toJSON();
    this.#actions.ask(exportDialog({
      markdown: () => download(`${saved.title}.md`, toMarkdown(saved), 'text/markdown'),
      json: () => download(`${saved.title}.json`, toJson([saved]), 'application/json'),
      all: async () => download('conversations.json', toJson(await this.#store.all()), 'application/json'),
    }));
  }

  /** @param {string} id */
  async #open(id) {
    const saved = await this.#store.get(id);
    if (saved) this.#actions.show(new Tree(saved));
  }

  /**
   * @param {string} id
   * @param {string} title
   */
  async #rename(id, title) {
    const current = this.#actions.current();
    if (id === current.id) {
      current.title = title;
      this.#actions.renamed();
    }
    const saved = await this.#store.get(id);
    if (saved) await this.#store.put({ ...saved, title });
    await this.refresh();
  }

  /** @param {string} id */
  async #remove(id) {
    const saved = await this.#store.get(id);
    if (!saved) return;
    if (id === this.#actions.current().id) this.#actions.fresh();
    await this.#store.delete(id);
    await this.refresh();
    this.#actions.notice(`Deleted “${saved.title}”.`, h('button', { type: 'button', onclick: async () => {
      await this.#store.put(saved);
      await this.#open(id);
    } }, 'Undo'));
  }
}
