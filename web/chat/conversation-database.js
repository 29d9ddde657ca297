/** Conversations in IndexedDB: they outlive the page and never leave the browser. */

/** @typedef {import('./tree.js').Saved} Saved */
/** @typedef {Pick<Saved, 'id' | 'title' | 'updated'>} ListedConversation */

const DATABASE = 'deltapage-chat';
const CONVERSATIONS = 'conversations';

export class ConversationDatabase {
  /** @type {Promise<IDBDatabase> | null} */
  #database = null;
  /** The other windows of this browser. @type {BroadcastChannel | null} */
  #windows = null;
  #changed;

  /** @param {(id: string) => void} changed  told of a conversation that another window has saved or deleted */
  constructor(changed) {
    this.#changed = changed;
  }

  /**
   * Every conversation, the last changed first.
   * @returns {Promise<Saved[]>}
   */
  async all() {
    const found = await this.#run('readonly', (store) => store.getAll());
    return found.sort((/** @type {Saved} */ a, /** @type {Saved} */ b) => b.updated - a.updated);
  }

  /**
   * @param {string} id
   * @returns {Promise<Saved | undefined>}
   */
  get(id) {
    return this.#run('readonly', (store) => store.get(id));
  }

  /** @param {Saved} saved */
  async put(saved) {
    await this.#run('readwrite', (store) => store.put(saved));
    this.#windows?.postMessage(saved.id);
  }

  /** @param {string} id */
  async delete(id) {
    await this.#run('readwrite', (store) => store.delete(id));
    this.#windows?.postMessage(id);
  }

  /**
   * One request in a transaction of its own.
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => IDBRequest} ask
   * @returns {Promise<any>}
   */
  async #run(mode, ask) {
    const database = await (this.#database ??= this.#open());
    const request = ask(database.transaction(CONVERSATIONS, mode).objectStore(CONVERSATIONS));
    return settled(request);
  }

  /**
   * At first use: a page that keeps nothing opens nothing.
   * @returns {Promise<IDBDatabase>}
   */
  #open() {
    this.#windows = new BroadcastChannel(DATABASE);
    this.#windows.onmessage = ({ data }) => this.#changed(data);
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(CONVERSATIONS, { keyPath: 'id' });
    return settled(request);
  }
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(storageError(request.error));
  });
}

/** @param {DOMException | null} error */
function storageError(error) {
  const why = error?.name === 'QuotaExceededError' ? 'its storage is full; delete conversations or a model' : error?.message ?? 'unknown';
  return new Error(`The browser could not keep the conversation: ${why}. It stays on the page until you close it; export it to keep it.`);
}
