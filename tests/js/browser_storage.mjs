/** A browser's storage for conversations in node: IndexedDB, empty, and windows that hear of each other. */

import { IDBFactory, IDBKeyRange, IDBObjectStore } from '../../web/node_modules/fake-indexeddb/build/esm/index.js';
import { Conversation } from '../../web/chat/conversation.js';
import { ConversationList } from '../../web/chat/conversation-list.js';
import { keepDrafts } from '../../web/chat/drafts.js';
import { initialState } from '../../web/chat/state.js';
import { Store } from '../../web/chat/store.js';

const { BroadcastChannel } = globalThis;

/** @type {IDBDatabase[]} */
let connections = [];
/** @type {BroadcastChannel[]} */
const channels = [];

/** Begin anew; windows of before hear nothing more. */
export function emptyStorage() {
  for (const channel of channels.splice(0)) channel.close();
  keepNothing();
}

function keepNothing() {
  connections = [];
  const items = new Map();
  globalThis.localStorage = { getItem: (key) => items.get(key) ?? null, setItem: (key, item) => items.set(key, item) };
  globalThis.indexedDB = new IDBFactory();
  globalThis.IDBKeyRange = IDBKeyRange;
  const { open } = IDBFactory.prototype;
  globalThis.indexedDB.open = function (...values) {
    const request = open.apply(this, values);
    request.addEventListener('success', () => { connections.push(request.result); });
    return request;
  };
  globalThis.BroadcastChannel = class extends BroadcastChannel {
    constructor(name) {
      super(name);
      channels.push(this);
    }
  };
}

/**
 * Count the records that are read and written until the test ends.
 * @returns {Record<string, number>} by what was called
 */
export function countCalls(t) {
  const counted = {};
  for (const name of ['get', 'getAll', 'put', 'openCursor']) {
    const call = IDBObjectStore.prototype[name];
    IDBObjectStore.prototype[name] = function (...values) {
      counted[name] = (counted[name] ?? 0) + 1;
      return call.apply(this, values);
    };
    t.after(() => { IDBObjectStore.prototype[name] = call; });
  }
  return counted;
}

/** Clear the data of the site, as a person may while its pages are open. */
export function clearSiteData() {
  const before = connections;
  keepNothing();
  for (const connection of before) {
    connection.close();
    connection.onclose?.();
  }
}

/** Let every transaction that writes end for want of room, although its requests succeed. */
export function fillStorage(t) {
  const { put } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = function (...values) {
    const request = put.apply(this, values);
    request.addEventListener('success', () => this.transaction._abort('QuotaExceededError'));
    return request;
  };
  t.after(() => { IDBObjectStore.prototype.put = put; });
}

/** A window of the page: its store, its conversation, and an engine whose answers the test gives piece by piece. */
export function openWindow() {
  const failed = [];
  const store = new Store(initialState(), (error) => failed.push(error.message));
  const engine = new HeldEngine();
  const conversation = new Conversation(store, { load: async () => engine }, { tools: [] });
  const list = new ConversationList(store, conversation);
  store.handle({ focusInput: () => {} });
  keepDrafts(store);
  store.set({ storage: true });
  return { store, conversation, list, engine, failed };
}

/** Answers as `say` and `end` tell it. */
class HeldEngine {
  info = { name: 'Held', bytes: { weight: 1 }, contextWindow: 4096 };
  requests = [];
  #said = [];
  #wake = () => {};

  say(content) {
    this.#said.push({ content });
    this.#wake();
  }

  end() {
    this.#said.push(null);
    this.#wake();
  }

  chat = { completions: { create: async ({ signal, ...request }) => {
    this.requests.push(request);
    return this.#chunks(signal);
  } } };

  async *#chunks(signal) {
    signal.addEventListener('abort', () => this.#wake());
    for (;;) {
      signal.throwIfAborted();
      if (!this.#said.length) await new Promise((resolve) => { this.#wake = resolve; });
      else {
        const delta = this.#said.shift();
        yield { choices: [{ delta: delta ?? {}, finish_reason: delta ? null : 'stop' }] };
        if (!delta) return;
      }
    }
  }
}

/** Wait for something that other windows or the storage bring about. */
export async function until(holds, what = holds.toString()) {
  for (let tries = 0; tries < 2000; tries++) {
    if (await holds()) return;
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
  throw new Error(`never: ${what}`);
}
