/** The conversations that the browser keeps, in step with the other windows of the site; import and export. */

import { ConversationDatabase, MANY, headOf } from './conversation-database.js';
import { download, toJson } from './conversation-files.js';
import { toMarkdown } from './conversation-markdown.js';
import { forgetDraft } from './drafts.js';
import { Tree } from './tree.js';

/** @typedef {import('./conversation-database.js').ListedConversation} ListedConversation */
/** @typedef {import('./state-types.js').ChatStore} ChatStore */
/** @typedef {import('./state-types.js').DeletedConversation} DeletedConversation */

const PAGE = 100; // conversations that the list shows at first, and more of each time
const FILE_MOST = 256 * 2 ** 20; // bytes
const DELETED = 'This conversation was deleted in another window.';
const CLEARED = 'The browser has cleared the data of this site, and with it the kept conversations. The one on this page is kept again.';

export class ConversationList {
  #store;
  #shown;
  #database;
  #count = PAGE;

  /**
   * @param {ChatStore} store
   * @param {import('./conversation.js').Conversation} shown
   */
  constructor(store, shown) {
    this.#store = store;
    this.#shown = shown;
    const tell = (/** @type {Promise<void>} */ done) => { done.catch((error) => store.fail(error)); };
    this.#database = new ConversationDatabase({ changed: (id) => tell(this.#follow(id)), cleared: () => tell(this.#keepAgain()) });
    store.handle({
      save: (tree) => this.#save(tree),
      open: (id) => this.#open(id),
      rename: (id, title) => this.#rename(id, title),
      delete: (id) => this.#delete(id),
      undelete: (deleted) => this.#undelete(deleted),
      listMore: () => this.#listMore(),
      importFile: (file) => this.#importFile(file),
      exportFile: (form) => this.#exportFile(form),
    });
    store.subscribe(({ storage }) => storage, () => tell(this.#refresh()));
  }

  /**
   * Take in conversations that were exported; the first one is shown.
   * @param {string} text
   */
  async importText(text) {
    const { fromText } = await import('./conversation-import.js');
    const found = fromText(text);
    if (this.#store.state.storage) {
      await this.#database.add(found);
      await this.#refresh();
    }
    if (found[0]) this.#shown.open(new Tree(found[0]));
  }

  /** @param {File} file */
  async #importFile(file) {
    if (file.size > FILE_MOST) throw new Error(`This file has ${file.size} bytes, and at most ${FILE_MOST} can be imported. Export fewer conversations at a time.`);
    await this.importText(await file.text());
  }

  /** Bring the list in line with the database. */
  async #refresh() {
    if (!this.#store.state.storage) return;
    const found = await this.#database.newest(this.#count + 1);
    this.#store.set({ conversations: found.slice(0, this.#count), moreConversations: found.length > this.#count });
  }

  async #listMore() {
    this.#count += PAGE;
    await this.#refresh();
  }

  /**
   * One conversation of the list is as it is now; the others need not be read again.
   * @param {string} id
   * @param {ListedConversation} [head]  none: it is not listed any more
   */
  #list(id, head) {
    const { conversations, moreConversations } = this.#store.state;
    const others = conversations.filter((each) => each.id !== id);
    const beyond = !head || moreConversations && head.updated < (others.at(-1)?.updated ?? 0);
    this.#store.set({ conversations: beyond ? others : [...others, head].sort((a, b) => b.updated - a.updated) });
  }

  /** @param {Tree} tree */
  async #save(tree) {
    if (!this.#store.state.storage) return;
    const kept = await this.#database.save(tree.toJSON());
    if (!kept) {
      this.#leave(tree.id);
      return;
    }
    this.#shown.take(tree, kept);
    this.#list(tree.id, tree.empty ? undefined : headOf(kept));
  }

  /**
   * Another window has saved or deleted a conversation: the list shows it, and so does this window where it has the same one open.
   * @param {string} id
   */
  async #follow(id) {
    if (!this.#store.state.storage) return;
    if (id === MANY) {
      await this.#refresh();
      return;
    }
    const { tree } = this.#shown;
    const found = tree.id === id ? await this.#database.get(id) : undefined;
    if (found === 'deleted') this.#leave(id);
    else if (found) this.#shown.take(tree, found.saved);
    this.#list(id, await this.#database.head(id));
  }

  /**
   * A conversation is deleted: nobody goes on with it.
   * @param {string} id
   */
  #leave(id) {
    forgetDraft(id);
    if (id !== this.#shown.tree.id) return;
    const { draft } = this.#store.state;
    this.#shown.clear();
    this.#store.set({ draft: draft || this.#store.state.draft, notice: { sentence: DELETED } });
  }

  async #keepAgain() {
    if (!this.#store.state.storage) return;
    await this.#save(this.#shown.tree);
    await this.#refresh();
    this.#store.set({ notice: { sentence: CLEARED } });
  }

  /** @param {string} id */
  async #open(id) {
    const found = this.#store.state.storage ? await this.#database.get(id) : undefined;
    if (!found || found === 'deleted') throw new Error('This browser does not keep that conversation: it was deleted, or is kept in another browser.');
    this.#shown.open(new Tree(found.saved));
    if (!found.faults.length) return;
    this.#store.set({ notice: { sentence: `This conversation is damaged and shown as far as it can be read: ${found.faults[0]}.` } });
  }

  /**
   * @param {string} id
   * @param {string} title
   */
  async #rename(id, title) {
    if (id === this.#shown.tree.id) {
      this.#shown.rename(title);
      return;
    }
    const found = await this.#database.get(id);
    if (!found || found === 'deleted') return;
    const tree = new Tree(found.saved);
    tree.title = title;
    await this.#save(tree);
  }

  /** @param {string} id */
  async #delete(id) {
    const head = await this.#database.head(id);
    if (id === this.#shown.tree.id) this.#shown.clear();
    const kept = await this.#database.delete(id);
    forgetDraft(id);
    this.#list(id);
    this.#store.set({ notice: { sentence: `Deleted “${head?.title}”.`, ...kept ? { deleted: { id, kept } } : {} } });
  }

  /** @param {DeletedConversation} deleted */
  async #undelete({ id, kept }) {
    await this.#database.restore(id, kept);
    await this.#refresh();
    await this.#open(id);
  }

  /** @param {'markdown' | 'json' | 'all'} form */
  async #exportFile(form) {
    const { tree } = this.#shown;
    if (form === 'markdown') download(`${tree.title}.md`, toMarkdown(tree), 'text/markdown');
    else if (form === 'json') download(`${tree.title}.json`, toJson([tree.toJSON()]), 'application/json');
    else download('conversations.json', toJson(await this.#database.all()), 'application/json');
  }
}
