/** The conversations that the browser keeps, in step with the other windows of the site; import and export. */

import { ConversationDatabase } from './conversation-database.js';
import { download, fromText, toJson, toMarkdown } from './conversation-files.js';
import { Tree } from './tree.js';

/** @typedef {import('./state.js').ChatStore} ChatStore */
/** @typedef {import('./tree.js').Saved} Saved */

export class ConversationList {
  #store;
  #shown;
  #database;

  /**
   * @param {ChatStore} store
   * @param {import('./conversation.js').Conversation} shown
   */
  constructor(store, shown) {
    this.#store = store;
    this.#shown = shown;
    this.#database = new ConversationDatabase((id) => { this.#follow(id).catch((error) => store.fail(error)); });
    store.handle({
      save: (tree) => this.#save(tree),
      open: (id) => this.#open(id),
      rename: (id, title) => this.#rename(id, title),
      delete: (id) => this.#delete(id),
      undelete: (saved) => this.#undelete(saved),
      importFile: async (file) => this.importText(await file.text()),
      exportFile: (form) => this.#exportFile(form),
    });
    store.subscribe(({ storage }) => storage, () => { this.#refresh().catch((error) => store.fail(error)); });
  }

  /**
   * Take in conversations that were exported; the first one is shown.
   * @param {string} text
   */
  async importText(text) {
    const found = fromText(text);
    if (this.#store.state.storage) {
      for (const saved of found) await this.#database.put(saved);
      await this.#refresh();
    }
    if (found[0]) this.#shown.open(new Tree(found[0]));
  }

  /** Bring the list in line with the database. */
  async #refresh() {
    if (!this.#store.state.storage) return;
    const all = await this.#database.all();
    this.#store.set({ conversations: all.map(({ id, title, updated }) => ({ id, title, updated })) });
  }

  /**
   * One that has become empty is not kept.
   * @param {Tree} tree
   */
  async #save(tree) {
    if (!this.#store.state.storage) return;
    await (tree.empty ? this.#database.delete(tree.id) : this.#database.put(tree.toJSON()));
    await this.#refresh();
  }

  /**
   * Another window has saved or deleted a conversation: the list shows it, and so does this window where it has the same one open
   * and is not writing to it itself. Going on from an old copy would lose what the other one wrote.
   * @param {string} id
   */
  async #follow(id) {
    if (!this.#store.state.storage) return;
    const saved = await this.#database.get(id);
    const { tree } = this.#shown;
    if (saved && tree.id === id && saved.updated >= tree.updated && !this.#store.state.answering) this.#shown.show(new Tree(saved));
    await this.#refresh();
  }

  /** @param {string} id */
  async #open(id) {
    const saved = await this.#database.get(id);
    if (saved) this.#shown.open(new Tree(saved));
  }

  /**
   * @param {string} id
   * @param {string} title
   */
  async #rename(id, title) {
    if (id === this.#shown.tree.id) this.#shown.rename(title);
    const saved = await this.#database.get(id);
    if (saved) await this.#database.put({ ...saved, title });
    await this.#refresh();
  }

  /** @param {string} id */
  async #delete(id) {
    const saved = await this.#database.get(id);
    if (!saved) return;
    if (id === this.#shown.tree.id) this.#shown.clear();
    await this.#database.delete(id);
    await this.#refresh();
    this.#store.set({ notice: { sentence: `Deleted “${saved.title}”.`, deleted: saved } });
  }

  /** @param {Saved} saved */
  async #undelete(saved) {
    await this.#database.put(saved);
    await this.#refresh();
    await this.#open(saved.id);
  }

  /** @param {'markdown' | 'json' | 'all'} form */
  async #exportFile(form) {
    const saved = this.#shown.tree.toJSON();
    if (form === 'markdown') download(`${saved.title}.md`, toMarkdown(saved), 'text/markdown');
    else if (form === 'json') download(`${saved.title}.json`, toJson([saved]), 'application/json');
    else download('conversations.json', toJson(await this.#database.all()), 'application/json');
  }
}
