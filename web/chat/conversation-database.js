/**
 * Conversations in IndexedDB: they outlive the page and never leave the browser. A conversation is one record, and so is what the list
 * shows of it; whatever else is kept, writing touches those two. What was deleted stays known, so that no window brings it back.
 */

import { merged, standing } from './merge.js';
import { Tree, isPinned } from './tree.js';

/** @typedef {import('./saved.js').Read} Read */
/** @typedef {import('./tree-types.js').Saved} Saved */
/** @typedef {Pick<Saved, 'id' | 'title' | 'updated'> & {pinned?: number}} ListedConversation  `pinned` is 1 or not there */
/** @typedef {import('./state-types.js').DeletedConversation} DeletedConversation */
/** @typedef {(stores: Record<string, IDBObjectStore>) => Generator<IDBRequest, any, any>} Steps  each yields a request and gets its result */

/**
 * @typedef {object} Told  of what happens outside this window
 * @property {(ids: string[]) => void} changed  another window has saved or deleted these conversations
 * @property {() => void} cleared  the browser has closed the database, as it does when the site's data is cleared
 */

const DATABASE = 'deltapage-chat';
const VERSION = 3;
const CONVERSATIONS = 'conversations';
const HEADS = 'heads';
const DELETED = 'deleted';
const BY_UPDATED = 'updated';
const BY_PINNED = 'pinned'; // an index of those that are
const READ_AT_ONCE = 50; // conversations, so that the page does not stand still meanwhile

export class ConversationDatabase {
  /** @type {Promise<IDBDatabase> | null} */
  #database = null;
  /** The other windows of this browser. @type {BroadcastChannel | null} */
  #windows = null;
  #told;

  /** @param {Told} told */
  constructor(told) {
    this.#told = told;
  }

  /**
   * What a list shows: the pinned ones, then the others, each the last changed first.
   * @param {number} count  of others, at most
   * @returns {Promise<ListedConversation[]>}
   */
  async newest(count) {
    return this.#read(function* (stores) {
      /** @type {ListedConversation[]} */
      const pinned = yield stores[HEADS].index(BY_PINNED).getAll();
      /** @type {ListedConversation[]} */
      const others = [];
      const request = stores[HEADS].index(BY_UPDATED).openCursor(null, 'prev');
      for (let cursor = yield request; cursor && others.length < count; cursor = yield request) {
        if (!cursor.value.pinned) others.push(cursor.value);
        cursor.continue();
      }
      return [...pinned.sort(byPlace), ...others];
    });
  }

  /**
   * @param {string} id
   * @returns {Promise<ListedConversation | undefined>}
   */
  async head(id) {
    return this.#read(function* (stores) { return yield stores[HEADS].get(id); });
  }

  /**
   * A conversation as far as it can be read.
   * @param {string} id
   * @returns {Promise<Read | 'deleted' | undefined>}
   */
  async get(id) {
    const [found, deleted] = await this.#read(function* (stores) {
      return [yield stores[CONVERSATIONS].get(id), yield stores[DELETED].getKey(id)];
    });
    if (deleted !== undefined) return 'deleted';
    if (!found) return undefined;
    const { readConversation } = await reader();
    try {
      return readConversation(found);
    } catch (error) {
      throw new Error(`This conversation is damaged and cannot be opened: ${/** @type {Error} */ (error).message}. Delete it to be rid of it.`, { cause: error });
    }
  }

  /**
   * Every conversation that can be read, some at a time.
   * @returns {AsyncGenerator<Saved[]>}
   */
  async *pages() {
    const { readable } = await reader();
    /** @type {IDBKeyRange | null} */
    let rest = null;
    for (;;) {
      const found = await this.#read(function* (stores) { return yield stores[CONVERSATIONS].getAll(rest, READ_AT_ONCE); });
      if (!found.length) return;
      rest = IDBKeyRange.lowerBound(found.at(-1).id, true);
      yield found.flatMap(readable).filter((/** @type {Saved} */ saved) => standing(saved).length);
    }
  }

  /**
   * Every conversation that can be read.
   * @returns {Promise<Saved[]>}
   */
  async all() {
    const all = [];
    for await (const page of this.pages()) all.push(...page);
    return all;
  }

  /**
   * Keep a conversation beside what other windows wrote to it.
   * @param {Saved} saved
   * @returns {Promise<Saved | null>} with what others wrote; null: it was deleted, and stays so
   */
  async save(saved) {
    const { readable } = await reader();
    const kept = await this.#write(function* (stores) {
      if ((yield stores[DELETED].getKey(saved.id)) !== undefined) return null;
      const before = yield stores[CONVERSATIONS].get(saved.id);
      if (!before && !saved.nodes.length) return saved;
      const [known] = readable(before);
      const all = known ? merged(known, saved) : saved;
      yield* put(stores, all);
      return all;
    });
    if (kept) this.#windows?.postMessage([saved.id]);
    return kept;
  }

  /**
   * Keep new conversations: all of them or none.
   * @param {Saved[]} conversations
   */
  async add(conversations) {
    await this.#write(function* (stores) {
      for (const saved of conversations) yield* put(stores, saved);
    });
    this.#windows?.postMessage(conversations.map(({ id }) => id));
  }

  /**
   * Delete conversations for good: all of them or none.
   * @param {string[]} ids
   * @returns {Promise<DeletedConversation[]>} those of which something was kept, for `restore`
   */
  async delete(ids) {
    const deleted = await this.#write(function* (stores) {
      /** @type {DeletedConversation[]} */
      const found = [];
      for (const id of ids) {
        const record = yield stores[CONVERSATIONS].get(id);
        if (record) found.push({ id, record, head: yield stores[HEADS].get(id) });
        yield stores[CONVERSATIONS].delete(id);
        yield stores[HEADS].delete(id);
        yield stores[DELETED].put(Date.now(), id);
      }
      return found;
    });
    this.#windows?.postMessage(ids);
    return deleted;
  }

  /**
   * Take back that conversations were deleted.
   * @param {DeletedConversation[]} deleted
   */
  async restore(deleted) {
    await this.#write(function* (stores) {
      for (const { id, record, head } of deleted) {
        yield stores[DELETED].delete(id);
        yield stores[CONVERSATIONS].put(record);
        if (head) yield stores[HEADS].put(head);
      }
    });
    this.#windows?.postMessage(deleted.map(({ id }) => id));
  }

  /** @param {Steps} steps */
  #read(steps) {
    return this.#run('readonly', steps);
  }

  /** @param {Steps} steps */
  async #write(steps) {
    try {
      return await this.#run('readwrite', steps);
    } catch (error) {
      throw storageError(/** @type {Error} */ (error));
    }
  }

  /**
   * Steps in one transaction; done when that is complete, since a request that has succeeded may still be undone.
   * @param {IDBTransactionMode} mode
   * @param {Steps} steps
   * @returns {Promise<any>}
   */
  async #run(mode, steps) {
    const begin = async () => (await (this.#database ??= this.#open())).transaction([CONVERSATIONS, HEADS, DELETED], mode);
    const transaction = await begin().catch((error) => {
      if (error?.name !== 'InvalidStateError') throw error;
      this.#database = null; // it was closed meanwhile
      return begin();
    });
    return completed(transaction, steps);
  }

  /**
   * At first use: a page that keeps nothing opens nothing.
   * @returns {Promise<IDBDatabase>}
   */
  #open() {
    if (!this.#windows) {
      this.#windows = new BroadcastChannel(DATABASE);
      this.#windows.onmessage = ({ data }) => this.#told.changed(data);
    }
    const opening = opened();
    opening.then((database) => {
      database.onversionchange = () => { // a newer page wants to change its form
        database.close();
        this.#database = null;
      };
      database.onclose = () => {
        this.#database = null;
        this.#told.cleared();
      };
    }, () => { this.#database = null; });
    return opening;
  }
}

/** @returns {Promise<IDBDatabase>} */
function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, VERSION);
    let refused = false;
    const refuse = (/** @type {string} */ sentence, /** @type {unknown} */ cause) => {
      refused = true;
      reject(new Error(sentence, { cause }));
    };
    request.onupgradeneeded = ({ oldVersion }) => upgrade(request, oldVersion);
    request.onblocked = () => refuse('An older version of this page is open in another window. Close that one, and try again.', null);
    request.onsuccess = () => refused ? request.result.close() : resolve(request.result);
    request.onerror = () => {
      const newer = request.error?.name === 'VersionError';
      refuse(newer ? 'This page is older than the conversations that are kept: a newer one has been open. Reload this page.'
        : `The browser could not open the kept conversations: ${request.error?.message ?? 'unknown'}. Reload this page, or free disk space.`, request.error);
    };
  });
}

/**
 * @param {IDBOpenDBRequest} request
 * @param {number} from  the version, 0 for none
 */
function upgrade({ result: database, transaction }, from) {
  const stores = /** @type {IDBTransaction} */ (transaction);
  if (from < 1) database.createObjectStore(CONVERSATIONS, { keyPath: 'id' });
  if (from < 2) {
    database.createObjectStore(HEADS, { keyPath: 'id' }).createIndex(BY_UPDATED, 'updated');
    database.createObjectStore(DELETED);
  }
  const heads = stores.objectStore(HEADS);
  heads.createIndex(BY_PINNED, 'pinned');
  if (from !== 1) return;
  const request = stores.objectStore(CONVERSATIONS).openCursor();
  request.onsuccess = () => {
    if (!request.result) return;
    heads.put(oldHead(request.result.value));
    request.result.continue();
  };
}

/**
 * @param {IDBTransaction} transaction
 * @param {Steps} steps
 * @returns {Promise<any>}
 */
function completed(transaction, steps) {
  const stores = Object.fromEntries([...transaction.objectStoreNames].map((name) => [name, transaction.objectStore(name)]));
  return new Promise((resolve, reject) => {
    const running = steps(stores);
    /** @type {any} */
    let result;
    /** @type {unknown} */
    let failed;
    const go = (/** @type {unknown} */ value) => {
      try {
        const step = running.next(value);
        if (step.done) result = step.value;
        else step.value.onsuccess = () => go(step.value.result);
      } catch (error) {
        failed = error;
        transaction.abort();
      }
    };
    transaction.oncomplete = () => resolve(result);
    transaction.onabort = () => reject(transaction.error ?? failed ?? new Error('the browser has ended the transaction'));
    go(undefined);
  });
}

/**
 * @param {Record<string, IDBObjectStore>} stores
 * @param {Saved} saved  one that has become empty is not listed, and is kept to know what was removed
 */
function* put(stores, saved) {
  yield stores[CONVERSATIONS].put(saved);
  yield standing(saved).length ? stores[HEADS].put(headOf(saved)) : stores[HEADS].delete(saved.id);
}

/**
 * What the list shows of a conversation.
 * @param {Saved} saved
 * @returns {ListedConversation}
 */
export function headOf(saved) {
  return { id: saved.id, title: saved.title || new Tree(saved).title, updated: saved.updated, ...isPinned(saved) && { pinned: 1 } };
}

/**
 * The order of the list.
 * @param {ListedConversation} a
 * @param {ListedConversation} b
 */
export function byPlace(a, b) {
  return (b.pinned ?? 0) - (a.pinned ?? 0) || b.updated - a.updated;
}

/**
 * What the list shows of a record of version 1, which has its title, whatever its state.
 * @param {any} kept
 * @returns {ListedConversation}
 */
function oldHead({ id, title, updated }) {
  return { id, title: typeof title === 'string' && title || 'Damaged conversation', updated: Number.isFinite(updated) ? updated : 0 };
}

/** What reads records, fetched when there are some. */
function reader() {
  return import('./saved.js');
}

/** @param {Error} error */
function storageError(error) {
  const why = error.name === 'QuotaExceededError' ? 'its storage is full; delete conversations or a model' : error.message.replace(/\.$/, '');
  return new Error(`The browser could not keep the conversation: ${why}. It stays on the page until you close it; export it to keep it.`, { cause: error });
}
