/** The conversations that the browser keeps, in step with the other windows of the site; import and export. */

import { missing } from '../common/errors.js';
import { ConversationDatabase, byPlace, headOf } from './conversation-database.js';
import { forgetDraft } from './drafts.js';
import { count } from './format.js';
import { Tree } from './tree.js';

/** @typedef {import('./conversation-database.js').ListedConversation} ListedConversation */
/** @typedef {import('./state-types.js').ChatStore} ChatStore */
/** @typedef {import('./state-types.js').DeletedConversation} DeletedConversation */

const PAGE = 100; // conversations that the list shows at first, and more of each time
const DELETED = 'This conversation was deleted in another window.';
const CLEARED = 'The browser has cleared the data of this site, and with it the kept conversations. The one on this page is kept again.';

export class ConversationList {
  #store;
  #shown;
  #database;
  #count = PAGE;
  /** While something is searched for. @type {import('./conversation-search.js').ConversationSearch | null} */
  #search = null;

  /**
   * @param {ChatStore} store
   * @param {import('./conversation.js').Conversation} shown
   */
  constructor(store, shown) {
    this.#store = store;
    this.#shown = shown;
    const tell = (/** @type {Promise<void>} */ done) => { done.catch((error) => store.fail(error)); };
    this.#database = new ConversationDatabase({ changed: (ids) => tell(this.#follow(ids)), cleared: () => tell(this.#keepAgain()) });
    store.handle({
      save: (tree) => this.#save(tree),
      open: (id) => this.#open(id),
      rename: (id, title) => this.#rename(id, title),
      pin: (id, pinned) => this.#pin(id, pinned),
      delete: (...ids) => this.#delete(ids),
      undelete: (deleted) => this.#undelete(deleted),
      listMore: () => this.#listMore(),
      search: (query) => this.#find(query),
      select: (selected) => store.set({ selected }),
      selectAll: () => this.#selectAll(),
      importFile: (file) => this.importFile(file),
      exportFile: (form) => this.#exportFile(form),
    });
    store.subscribe(({ storage }) => storage, () => tell(this.#refresh()));
  }

  /**
   * Take in conversations that were exported, here or elsewhere; the first one is shown, and a notice says what was done.
   * @param {Blob} file
   */
  async importFile(file) {
    const { outcomeOf, readFile } = await import('./conversation-import.js').catch(missing('chat/conversation-import.js'));
    const read = await readFile(file);
    const { storage } = this.#store.state;
    const [first] = read.conversations;
    if (storage && first) {
      await this.#database.add(read.conversations);
      await this.#afresh();
    }
    if (first) this.#shown.open(new Tree(first));
    this.#store.set({ notice: { sentence: outcomeOf(read, storage) } });
  }

  /** Bring the list in line with the database. */
  async #refresh() {
    if (!this.#store.state.storage) return;
    const found = await this.#database.newest(this.#count + 1);
    const last = this.#count + found.filter(({ pinned }) => pinned).length;
    this.#store.set({ conversations: found.slice(0, last), moreConversations: found.length > last });
  }

  /** Read all of it anew, what is searched for included: many conversations have changed. */
  async #afresh() {
    await this.#refresh();
    if (!this.#search) return;
    this.#search = null;
    await this.#find(this.#store.state.query);
  }

  async #listMore() {
    this.#count += PAGE;
    if (this.#search) this.#showFound();
    else await this.#refresh();
  }

  /** @param {string} query */
  async #find(query) {
    const store = this.#store;
    store.set({ query });
    if (!query.trim()) {
      this.#search = null;
      store.set({ found: null });
      return;
    }
    if (!this.#search) await this.#beginSearch();
    this.#showFound();
  }

  /** Read what is kept, and show meanwhile what is found of it. */
  async #beginSearch() {
    const { ConversationSearch } = await import('./conversation-search.js').catch(missing('chat/conversation-search.js'));
    if (this.#search || !this.#store.state.query.trim()) return; // it was begun or given up meanwhile
    const search = this.#search = new ConversationSearch();
    search.read(this.#database, () => { if (search === this.#search) this.#showFound(); }).catch((error) => this.#store.fail(error));
  }

  #showFound() {
    if (!this.#search) return;
    const found = this.#search.find(this.#store.state.query);
    this.#store.set({ found: { conversations: found.slice(0, this.#count), count: found.length, complete: this.#search.complete } });
  }

  async #selectAll() {
    const all = this.#search?.find(this.#store.state.query) ?? await this.#database.newest(Infinity);
    this.#store.set({ selected: all.map(({ id }) => id) });
  }

  /**
   * One conversation of the list is as it is now; the others need not be read again.
   * @param {string} id
   * @param {ListedConversation} [head]  none: it is not listed any more
   */
  #list(id, head) {
    const { conversations, moreConversations } = this.#store.state;
    const others = conversations.filter((each) => each.id !== id);
    const beyond = !head || moreConversations && !head.pinned && head.updated < (others.at(-1)?.updated ?? 0);
    this.#store.set({ conversations: beyond ? others : [...others, head].sort(byPlace) });
    this.#search?.list(id, head);
    this.#showFound();
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
    this.#search?.put(kept);
    this.#list(tree.id, tree.empty ? undefined : headOf(kept));
  }

  /**
   * Another window has saved or deleted conversations: the list shows it, and so does this window where it has one of them in use.
   * @param {string[]} ids
   */
  async #follow(ids) {
    if (!this.#store.state.storage) return;
    for (const [id, tree] of this.#shown.inUse) {
      const found = ids.includes(id) ? await this.#database.get(id) : undefined;
      if (found === 'deleted') this.#leave(id);
      else if (found) this.#shown.take(tree, found.saved);
    }
    if (ids.length === 1) {
      this.#list(ids[0], await this.#database.head(ids[0]));
      return;
    }
    await this.#afresh();
  }

  /**
   * A conversation is deleted: nobody goes on with it.
   * @param {string} id
   */
  #leave(id) {
    forgetDraft(id);
    const { draft } = this.#store.state;
    const shown = id === this.#shown.tree.id;
    this.#shown.leave(id);
    if (shown) this.#store.set({ draft: draft || this.#store.state.draft, notice: { sentence: DELETED } });
  }

  async #keepAgain() {
    if (!this.#store.state.storage) return;
    await this.#save(this.#shown.tree);
    await this.#refresh();
    this.#store.set({ notice: { sentence: CLEARED } });
  }

  /** @param {string} id */
  async #open(id) {
    const answered = this.#shown.inUse.get(id);
    if (answered) {
      this.#shown.open(answered);
      return;
    }
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
    await this.#change(id, (tree) => { tree.title = title; });
  }

  /**
   * @param {string} id
   * @param {boolean} pinned
   */
  async #pin(id, pinned) {
    await this.#change(id, (tree) => { tree.pinned = pinned; });
  }

  /**
   * @param {string} id
   * @param {(tree: Tree) => void} change
   */
  async #change(id, change) {
    const used = this.#shown.inUse.get(id);
    const found = used ? undefined : await this.#database.get(id);
    const tree = used ?? (found && found !== 'deleted' ? new Tree(found.saved) : null);
    if (!tree) return;
    change(tree);
    await this.#save(tree);
  }

  /** @param {string[]} ids */
  async #delete(ids) {
    const [first] = ids;
    const head = await this.#database.head(first);
    for (const id of ids) this.#shown.leave(id);
    const deleted = await this.#database.delete(ids);
    for (const id of ids) forgetDraft(id);
    if (ids.length === 1) this.#list(first);
    else await this.#afresh();
    const sentence = ids.length === 1 ? `Deleted “${head?.title}”.` : `Deleted ${count(ids.length)} conversations.`;
    this.#store.set({ selected: null, notice: { sentence, ...deleted.length && { deleted } } });
  }

  /** @param {DeletedConversation[]} deleted */
  async #undelete(deleted) {
    await this.#database.restore(deleted);
    await this.#afresh();
    if (deleted.length === 1) await this.#open(deleted[0].id);
    else this.#store.set({ notice: null });
  }

  /**
   * The conversation that is shown, as a file's text.
   * @param {'markdown' | 'json'} form
   */
  async exportText(form) {
    const { tree } = this.#shown;
    if (form === 'json') return (await files()).toJson([tree.toJSON()]);
    const { toMarkdown } = await import('./conversation-markdown.js').catch(missing('chat/conversation-markdown.js'));
    return toMarkdown(tree);
  }

  /** @param {'markdown' | 'json' | 'all'} form */
  async #exportFile(form) {
    const { download, toJson } = await files();
    const { title } = this.#shown.tree;
    if (form === 'markdown') download(`${title}.md`, await this.exportText(form), 'text/markdown');
    else if (form === 'json') download(`${title}.json`, await this.exportText(form), 'application/json');
    else download('conversations.json', toJson(await this.#database.all()), 'application/json');
  }
}

/** What makes files: fetched when there is one to make. */
function files() {
  return import('./conversation-files.js').catch(missing('chat/conversation-files.js'));
}
